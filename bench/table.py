#!/usr/bin/env python3
"""The tables of the README's section on numbers, from bench.json.

    table.py BENCH.json
"""
import json
import sys

# what, unit, name with 8 lanes, name portable; a number is printed as it is
PIPELINE = [
    ("whole pipeline, all processes, TLS between them, durable",
     "certificates/s", "pipeline_certificates_per_s",
     "pipeline_portable_certificates_per_s"),
    ("CPU time of all processes per certificate", "us", "cpu_us",
     "cpu_portable_us"),
    ("of that the PCA", "us", "cpu_pca_us", "cpu_portable_pca_us"),
    ("of that the RA", "us", "cpu_ra_us", "cpu_portable_ra_us"),
    ("batch downloads, signature verified, 64 TLS connections", "per s",
     "downloads_per_s", "downloads_portable_per_s"),
    ("full TLS handshakes, one core of the RA", "per s",
     "tls_handshakes_per_core", "tls_handshakes_portable_per_core"),
    ("a vehicle downloads, decrypts, reconstructs, checks", "certificates/s",
     "device_certificates_checked_per_s",
     "device_portable_certificates_checked_per_s"),
    ("on disk, all components together", "octets per certificate",
     "disk_bytes_per_certificate", "disk_portable_bytes_per_certificate"),
    ("peak memory of the largest component", "MiB", "memory_most_mib",
     "memory_portable_most_mib"),
]
# what, begin of the names
COMPARED = [
    ("complete PCA answers, B and H compressed", "pca_8lane",
     "pca_portable_compressed"),
    ("the same, B and H uncompressed", "pca_8lane_uncompressed",
     "pca_portable"),
    ("pairs of cocoon keys at the RA", "cocoon_8lane", "cocoon_portable"),
    ("BSM verified, key known", "verify_known", "verify_known_portable"),
    ("BSM verified, first message with implicit certificate", "verify_first",
     "verify_first_portable"),
]


def show(figures, name, form="{:,.0f}"):
    v = figures.get(name, {}).get("value")
    return "-" if v is None else form.format(v)


def times(figures, name):
    if figures.get(name + "_us") is None:
        return "-"
    return (show(figures, name + "_us", "{:,.2f} us") + ", **"
            + show(figures, name + "_over_openssl", "{:.1f}") + " x**")


def pipeline_table(figures):
    yield "| | 8 lanes | portable | |"
    yield "|---|---:|---:|---|"
    for what, unit, lanes, portable in PIPELINE:
        form = "{:,.1f}" if unit == "us" else "{:,.0f}"
        yield (f"| {what} | {show(figures, lanes, form)} |"
               f" {show(figures, portable, form)} | {unit} |")


def compared_table(figures):
    yield "| one core, per item | OpenSSL, plainly | 8 lanes | portable |"
    yield "|---|---:|---:|---:|"
    for what, lanes, portable in COMPARED:
        name = lanes if figures.get(lanes + "_openssl_us") else portable
        yield (f"| {what} | {show(figures, name + '_openssl_us', '{:,.1f} us')}"
               f" | {times(figures, lanes)} | {times(figures, portable)} |")


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        figures = json.load(f)
    print("\n".join([*pipeline_table(figures), "", *compared_table(figures)]))
    few, many = (figures.get(n, {}).get("value")
                 for n in ("scaling_1k_us", "scaling_many_us"))
    if few and many:
        print(f"\nOne week of 1,000 vehicles costs {few:.0f} us of CPU time per"
              " certificate, enrollment and download included; one week of"
              f" 100,000 vehicles {many:.0f} us.")


if __name__ == "__main__":
    main()

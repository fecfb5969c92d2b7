"""What the benches found: figures, those that are missing and why, goals."""
import contextlib
import json
import subprocess

figures = {}
missing = {}  # why a figure is not there
excused = set()  # those that this machine cannot have

# name, at least, what it is.  A last number below 1 means "at most 1 + it".
GOALS = [
    ("pca_8lane_over_openssl", 9, "PCA answers, 8 lanes, over OpenSSL"),
    ("pca_portable_over_openssl", 1.4, "the same, portable, uncompressed"),
    ("pca_portable_compressed_over_openssl", 1.1,
     "the same, portable, compressed"),
    ("cocoon_8lane_over_openssl", 12, "cocoon pairs, 8 lanes, over OpenSSL"),
    ("pipeline_certificates_per_s", 30000, "whole pipeline, 8 lanes"),
    ("pipeline_portable_certificates_per_s", 9000, "whole pipeline, portable"),
    ("downloads_per_s", 10000, "batch downloads, 8 lanes"),
    ("downloads_portable_per_s", 6000, "batch downloads, portable"),
    ("tls_handshakes_per_core", 2000, "full TLS handshakes per core"),
    ("verify_known_over_openssl", 7, "BSM verification, keys known"),
    ("verify_first_over_openssl", 6, "BSM verification, first message"),
    ("scaling_100k_over_1k", -1.2, "cost per certificate, 100,000 : 1,000"),
    ("disk_bytes_per_certificate", -1200, "octets on disk per certificate"),
    ("memory_most_mib", -512, "peak memory of a component, MiB"),
]


class Failure(Exception):
    """A bench could not do its work; the text says why."""


def say(text=""):
    print(text, flush=True)


def figure(name, value, unit):
    figures[name] = {"value": float(f"{float(value):.6g}"), "unit": unit}
    missing.pop(name, None)


def value(name):
    return figures[name]["value"] if name in figures else None


def is_missing(name, why):
    if name not in figures:
        missing.setdefault(name, why)  # the first reason is the true one


def cannot(names, why):
    """This machine cannot do it, which is nobody's failure."""
    for name in names:
        is_missing(name, why)
        excused.add(name)


def failures():
    return set(missing) - excused


@contextlib.contextmanager
def section(title, *names):
    """What fails in here leaves these names missing and stops nothing else."""
    say(f"== {title}")
    try:
        yield
        why = "the bench did not say it"
    except (Failure, OSError, ValueError, KeyError, IndexError,
            subprocess.SubprocessError) as e:
        why = f"{title}: {str(e) or type(e).__name__}"
        say(f"FAILED: {why}")
    for name in names:
        is_missing(name, why)
    say()


def run(*args, timeout=900, expect=(0,), **how):
    """Output of a program; Failure with its last words unless it ends well."""
    try:
        r = subprocess.run(args, check=False, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, timeout=timeout, **how)
    except subprocess.TimeoutExpired:
        raise Failure(f"{args[0].rsplit('/', 1)[-1]}: not done after"
                      f" {timeout} s") from None
    text = r.stdout.decode(errors="replace")
    if r.returncode not in expect:
        raise Failure(f"{args[0].rsplit('/', 1)[-1]}: status {r.returncode}"
                      f"{cause_in(text)}")
    return text


def cause_in(text):
    """The line of a log that says it, or else the last ones."""
    lines = text.strip().splitlines()
    grave = [line.split(" fatal ", 1)[1] for line in lines if " fatal " in line]
    last = grave[-1:] or lines[-2:]
    return ": " + " / ".join(last) if last else ""


def pairs(text):
    """Lines of "name value"; others are passed over."""
    out = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) == 2:
            out[words[0]] = words[1]
    return out


def judge(goal, v):
    return v <= -goal if goal < 0 else v >= goal


def summary():
    """The table of the goals; how many are reached."""
    say(f"{'':40} {'goal':>10} {'measured':>10}")
    reached = 0
    for name, goal, what in GOALS:
        limit = f"{'<=' if goal < 0 else '>='} {abs(goal):g}"
        v = value(name)
        if v is None:
            say(f"{what:40} {limit:>10} {'missing':>10}  {name}: "
                f"{missing.get(name, 'not asked for')}")
            continue
        good = judge(goal, v)
        reached += good
        say(f"{what:40} {limit:>10} {v:10.5g}  {name}"
            f"{'' if good else '  NOT REACHED'}")
    say()
    others = sorted(set(missing) - {g[0] for g in GOALS})
    for name in others:
        say(f"missing: {name}: {missing[name]}")
    return reached


def write(path):
    everything = dict(figures)
    for name, why in missing.items():
        everything[name] = {"value": None, "missing": why}
    with open(path, "w", encoding="utf-8") as f:
        json.dump(everything, f, indent=1)
        f.write("\n")

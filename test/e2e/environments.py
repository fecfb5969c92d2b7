"""See environments.sh."""
import calendar
import json
import os
import ssl
import subprocess
import sys
import time

from device import enrollment_request, time32
from harness import (ENV, OBE, SCMS, WORK, Device, Host, counters, expect, fail,
                     ok, run, set_clock, true, wait_for)
from ieee1609 import Cert, scalar

KINDS = ("test", "qa", "prod")
HOUR, WEEK, ZERO = 3600, 604800, 347619603

# use-cases.md 3.3 with the decisions of design.md 4: unit and number of each.
LIFETIMES = {
    "root": (("years", 17), ("years", 9), ("years", 70)),
    "elector1": (("years", 12), ("years", 6), ("years", 6)),
    "ICA": (("years", 13), ("years", 5), ("sixtyHours", 1169)),
    "ECA": (("years", 11), ("years", 3), ("sixtyHours", 1084)),
    "PCA": (("years", 4), ("hours", 13140), ("hours", 35281)),
    "RA": (("hours", 26448), ("hours", 17688), ("hours", 26472)),
    "LA1": (("hours", 26448), ("hours", 17688), ("hours", 26472)),
    "LA2": (("hours", 26448), ("hours", 17688), ("hours", 26472)),
    "MA": (("hours", 35208), ("hours", 17688), ("hours", 35208)),
    "PG": (("hours", 35208), ("hours", 17688), ("hours", 35208)),
    "CRLG": (("hours", 35208), ("hours", 17688), ("hours", 17688)),
    "auditor1": (("hours", 35208), ("hours", 17688), ("hours", 35208)),
}
NAMES = {"root": "rca", "ICA": "ica", "ECA": "eca", "PCA": "pca", "RA": "ra",
         "LA1": "la1", "LA2": "la2", "MA": "ma", "PG": "pg", "CRLG": "crlg",
         "auditor1": "auditor1"}
ENROLLMENT = (("years", 6), ("hours", 4380), ("years", 6))
ELSEWHERE = "another environment"


def net(kind):
    return os.environ[kind.upper() + "_NET"]


def env(kind):
    return WORK + "/env-" + kind


def read(path):
    with open(path, "rb") as f:
        return f.read()


def shown(path):
    return json.loads(run(SCMS, "show", "--json", path))


def device_folder(kind):
    return "%s/devices/%s01" % (WORK, kind)


def names_of(kind, path):
    return {"MONARCH_HOSTS": env(kind) + "/hosts",
            "MONARCH_CLOCK": env(kind) + "/clock", "PATH": path}


def refused(what, out, code):
    if code == 0 or ELSEWHERE not in out:
        fail("%s: status %d, %s" % (what, code, out))
    ok(what)


def attempt(*args, kind="test"):
    r = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       check=False, timeout=60,
                       env=dict(os.environ, **names_of(kind,
                                                       os.environ["PATH"])))
    return r.stdout.decode(), r.returncode


# ---- each by itself ----

def settings(kind):
    """environment.conf: every setting once, below what it means."""
    lines = read(env(kind) + "/environment.conf").decode().splitlines()
    found = {}
    for before, line in zip([""] + lines, lines):
        if not line or line.startswith("#"):
            continue
        key, value = line.split(" = ", 1) if " = " in line else (line, "")
        if key in found or not before.startswith("# "):
            fail("%s: %s is twice there, or not explained" % (kind, key))
        found[key] = value
    return found


def lifetimes(kind, column):
    for name, columns in LIFETIMES.items():
        c = shown("%s/public/%s.oer" % (env(kind), name))["toBeSigned"]
        unit, n = columns[column]
        expect("%s: lifetime of %s" % (kind, name),
               c["validityPeriod"]["duration"], {unit: n})
        if name in NAMES:
            expect("%s: name of %s" % (kind, name), c["id"]["name"],
                   "%s.%s.monarch.test" % (NAMES[name], kind))
    c = shown(device_folder(kind) + "/bundle/enrollment.oer")["toBeSigned"]
    unit, n = ENROLLMENT[column]
    expect("%s: lifetime of an enrollment certificate" % kind,
           c["validityPeriod"]["duration"], {unit: n})
    spdu = shown(message(kind))["content"]["signedData"]
    c = spdu["signer"]["certificate"][0]["toBeSigned"]
    expect("%s: lifetime of a pseudonym certificate" % kind,
           c["validityPeriod"]["duration"], {"hours": 169})


def verbosity(kind):
    """A request in clear: 5059 with words, or a bare 500."""
    a = host(kind, kind).call("POST", "/provision-pseudonym-certificate-batch",
                              b"\x03\x80\x01\x00")
    if kind == "prod":
        expect("prod tells devices nothing", (a.status, a.error, a.message),
               (500, None, None))
    else:
        expect("%s tells devices the cause" % kind, (a.status, a.error),
               (401, 5059))


# ---- one against the others ----

def host(kind, root, name="ra", number=1, port=8892, client=None):
    return Host("%s.%s.monarch.test" % (name, kind),
                "127.0.%s.%d" % (net(kind), number), port,
                env(root) + "/public/root.tls",
                client and "%s/%s" % (env(client), "operator"))


def certificates(kind, there):
    """Every certificate of one is a stranger in the other."""
    for name in list(LIFETIMES) + ["elector2", "elector3", "auditor2"]:
        out, code = attempt(
            SCMS, "verify", "--trust", env(there) + "/public/root.oer",
            "--known", env(there) + "/public/LCCF.oer",
            "%s/public/%s.oer" % (env(kind), name))
        if code == 0 or ELSEWHERE not in out:
            fail("%s of %s in %s: %s" % (name, kind, there, out))
    ok("no certificate of %s is believed in %s" % (kind, there))


def message(kind):
    """A signed safety message of a device; the path of it."""
    bsm, spdu = WORK + "/bsm", "%s/%s.spdu" % (WORK, kind)
    if not os.path.exists(bsm):
        run(OBE, "bsm", "--out", bsm, "lat=389560000", "long=-771500000")
    if not os.path.exists(spdu):
        out, code = attempt(OBE, "sign", "--certificate", "--in", bsm, "--out",
                            spdu, device_folder(kind), kind=kind)
        true("a message of %s %s" % (kind, out), code == 0)
    return spdu


def messages(kind, there):
    out, code = attempt(OBE, "verify", "--trust",
                        env(there) + "/public/root.oer", "--known",
                        env(there) + "/public/LCCF.oer", message(kind))
    refused("a message of %s in %s" % (kind, there), out, code)


def requests(kind, there):
    """A request of a device that says whose it is, at the other's ECA."""
    station = host(there, there, "eca", 3, 8895, there)
    root = Cert(read(env(kind) + "/public/root.oer"))
    own = Cert(read(env(there) + "/public/root.oer"))
    path = "/enrollment-certificate-request"
    request = enrollment_request(scalar(), time32(), craca=root.id8[5:])
    a = station.call("POST", path, request)
    true("a CSR of %s at the ECA of %s" % (kind, there),
         a.status != 200 and ELSEWHERE in (a.message or ""))
    request = enrollment_request(scalar(), time32(), craca=own.id8[5:])
    a = station.call("POST", path, request)
    expect("its own is granted", a.status, 200)


def bundle(kind, there):
    """The device's key is another's business there: the bundle of the other
    is refused, and what the device has stays."""
    out, code = attempt(OBE, "bootstrap", "--bundle",
                        "%s/%s-bundle.zip" % (WORK, there),
                        device_folder(kind), kind=kind)
    true("the bundle of %s is refused by a device of %s" % (there, kind),
         code != 0 and "certificates" in os.listdir(device_folder(kind)))
    return out


def downloads(kind, there):
    """A device of one that speaks to the RA of the other, and would even
    accept its TLS certificate: its own enrollment is worth nothing."""
    with open(device_folder(kind) + "/request.key", "rb") as f:
        key = int.from_bytes(f.read(), "big")
    d = Device(device_folder(kind) + "/bundle", key, host(there, there))
    log = "%s/ra/log/ra.log" % env(there)
    for what, ask in (("a request", d.provision), ("a download", fetch(d))):
        for ra, cause in ((d.ra, "not encrypted to us|other recipient"),
                          (Cert(read(env(there) + "/public/RA.oer")),
                           ELSEWHERE)):
            d.ra = ra
            before = os.path.getsize(log)
            a = ask()
            if a.status == 200:
                fail("%s of %s at the RA of %s" % (what, kind, there))
            if there == "prod":
                expect("a bare 500", (a.status, a.error), (500, None))
            if cause == ELSEWHERE:
                wait_for("the cause in the log",
                         lambda: ELSEWHERE.encode() in read(log)[before:], 10)
                if there != "prod":
                    expect("its code", a.error, 5067)
        ok("%s of a device of %s at the RA of %s" % (what, kind, there))


def fetch(d):
    d.hash = bytes(8)
    return d.info


def tls(kind, there):
    """Neither server nor client certificate is believed elsewhere."""
    try:
        host(there, kind).connect()
        fail("TLS of %s believed in %s" % (there, kind))
    except ssl.SSLCertVerificationError:
        ok("a device of %s does not believe the TLS of %s" % (kind, there))
    station = host(there, there, "eca", 3, 8895, kind)
    log = env(there) + "/eca/log/eca.log"
    expect("the operator of %s at the ECA of %s" % (kind, there),
           station.call("POST", "/enrollment-certificate-request",
                        b"x").status, 403)
    wait_for("the cause in its log", lambda: ELSEWHERE.encode() in read(log),
             10)
    # scms-obe itself, led astray by a hosts file
    with open(WORK + "/astray", "w", encoding="ascii") as f:
        f.write("127.0.%s.1 ra.%s.monarch.test\n" % (net(there), kind))
    r = subprocess.run([OBE, "download", "--attempts", "1", "--hosts",
                        WORK + "/astray", device_folder(kind)], check=False,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       timeout=60)
    refused("scms-obe of %s led to %s" % (kind, there), r.stdout.decode(),
            r.returncode)


def nothing_shared():
    """No key or certificate is in two of them."""
    seen = {}
    for kind in KINDS:
        for folder, _, files in os.walk(env(kind)):
            for name in files:
                # the first CRL is empty everywhere
                if name.endswith((".key", ".oer", ".pem", ".tls")) and \
                        "crl" not in name.lower()[:4]:
                    seen.setdefault(read(os.path.join(folder, name)),
                                    set()).add((kind, name))
    both = [v for v in seen.values() if len({kind for kind, _ in v}) > 1]
    expect("no key and no certificate is in two environments", both, [])
    expect("keys and certificates were looked at", len(seen) > 3 * 40, True)


def sides():
    first = settings("test")
    nothing_shared()
    for column, kind in enumerate(KINDS):
        expect("%s has every setting" % kind, sorted(settings(kind)),
               sorted(first))
        lifetimes(kind, column)
        verbosity(kind)
    for kind in KINDS:
        for there in [k for k in KINDS if k != kind]:
            certificates(kind, there)
            messages(kind, there)
            requests(kind, there)
            bundle(kind, there)
            downloads(kind, there)
            tls(kind, there)


# ---- the end of the project ----

def tls_end(path):
    out = run("openssl", "x509", "-in", path, "-noout", "-enddate")
    return ssl.cert_time_to_seconds(out.split("=")[1].strip()) - 1072915200 + 5


def enroll(name):
    csr = "%s/%s.zip" % (WORK, name)
    run(OBE, "csr", "--count", "1", "--name", name, "--psid", "0x20", "--psid",
        "0x26", "--region", "840", "--out", csr, WORK)
    r = subprocess.run([SCMS, "enroll", ENV, "--in", csr, "--out",
                        "%s/%s-bundle.zip" % (WORK, name)], check=False,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       timeout=60)
    return r.stdout.decode(), r.returncode


def end():
    """A project of 70 days, and devices that wish for 6 years."""
    day = os.environ["PROJECT_END"]
    last = calendar.timegm(time.strptime(day, "%Y-%m-%d")) - 1072915200 + 5
    seen = 0
    for folder, _, files in os.walk(ENV):
        for name in files:
            path = os.path.join(folder, name)
            if name.endswith(".oer") and folder.endswith("public") and \
                    name not in ("GCCF.oer", "LCCF.oer", "GPF.oer", "LPF.oer",
                                 "CRL.oer"):
                true("%s ends on time" % name,
                     last - HOUR < Cert(read(path)).end <= last)
                seen += 1
            elif name in ("tls.pem", "root.tls"):
                expect("TLS of %s" % os.path.basename(folder), tls_end(path),
                       last)
                seen += 1
    true("%d certificates" % seen, seen > 20)
    folder = WORK + "/devices/end01"
    true("so does an enrollment for 6 years",
         Cert(read(folder + "/bundle/enrollment.oer")).end <= last)
    run(OBE, "provision", folder, WORK + "/devices/end02")
    # As many periods as end in time, of the 20 of the supply.
    now = (time32() - ZERO) // WEEK
    whole = (Cert(read(ENV + "/public/PCA.oer")).end - HOUR - ZERO) // WEEK
    want = ["%X" % i for i in range(now, whole)]
    true("fewer than the supply: %d" % len(want), 8 <= len(want) < 20)

    def complete():
        run_any(OBE, "download", folder)
        return sorted(os.listdir(folder + "/certificates")) == sorted(want)
    wait_for("periods that end in time, and no others", complete)
    expect("the RA has planned no more",
           counters().get("pool_requests", 0), 0)
    # A week more changes nothing: there is no later period.
    set_clock(WEEK)
    time.sleep(2)
    run_any(OBE, "download", folder)
    expect("a week later: no period beyond the end",
           max(os.listdir(folder + "/certificates")), max(want))
    out, _ = enroll("soon")
    true("an enrollment before the end is granted", "enrolled" in out)
    eca = Cert(read(ENV + "/public/ECA.oer"))
    set_clock(eca.end - time32() - HOUR // 2)
    out, code = enroll("late")
    true("one in the last hour is refused: " + out.splitlines()[0],
         code != 0 and "own certificate ends before" in out)
    set_clock(last - time32() + HOUR)
    out, code = enroll("never")
    true("afterwards nobody answers", code != 0 and "enrolled" not in out)


def run_any(*args):
    subprocess.run(args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   check=False, timeout=60)


{"sides": sides, "end": end}[sys.argv[1]]()

"""See renewal.sh."""
import glob
import json
import os
import re
import signal
import subprocess

from device import time32
from harness import (ENV, OBE, SCMS, WORK, all_well, counters, device, expect,
                     fail, ok, run, set_clock, true, wait_for)
from ieee1609 import Cert

WEEK, ZERO = 604800, 347619603
FIRST = (time32() - ZERO) // WEEK
OLD = ["old01", "old02"]
OFFLINE = ["--offline", WORK + "/offline", "--passphrase-file",
           WORK + "/passphrase"]
week = 0


def folder(name):
    return "%s/devices/%s" % (WORK, name)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def public(name):
    return Cert(read("%s/public/%s.oer" % (ENV, name)))


def go(weeks):
    global week
    week = weeks
    set_clock(weeks * WEEK)


def obe(*args):
    r = subprocess.run([OBE, *args], stdout=subprocess.PIPE, check=False,
                       stderr=subprocess.STDOUT, timeout=90)
    return r.returncode, r.stdout.decode()


def held(name):
    path = folder(name) + "/certificates"
    return sorted(int(p, 16) - FIRST for p in os.listdir(path)) \
        if os.path.exists(path) else []


def download(name, periods=None):
    """Waits until nothing is missing, and the periods are these."""
    said = [""]

    def complete():
        code, said[0] = obe("download", folder(name))
        if re.search(r"[1-9]\d* refused", said[0]):
            fail("download of %s: %s" % (name, said[0]))
        if periods is None:
            return code == 0
        return code in (0, 2) and held(name) == periods
    try:
        wait_for("the batches of %s" % name, complete)
    except SystemExit:
        print("%s has %s: %s" % (name, held(name), said[0]))
        raise


def component(verb, name, crash=None):
    env = dict(os.environ)
    if crash:
        env["MONARCH_CRASH_AT"] = "change-" + crash
    r = subprocess.run([SCMS, "component", verb, *OFFLINE, name, ENV], env=env,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       check=False, timeout=120)
    out = r.stdout.decode()
    if crash:
        if r.returncode != -signal.SIGKILL:
            fail("%s %s was not killed: %s" % (verb, name, out))
    elif r.returncode != 0:
        fail("%s %s: %s" % (verb, name, out))
    return out


def status():
    r = subprocess.run([SCMS, "status", "--json", ENV], check=False,
                       stdout=subprocess.PIPE, timeout=60)
    return json.loads(r.stdout)


def versions():
    names = sorted(os.listdir(ENV + "/public/chains"))
    return [n for n in names if n.startswith("local")]


def message(name):
    """A device signs, and a stranger who knows root and chain file believes."""
    if not os.path.exists(WORK + "/bsm"):
        run(OBE, "bsm", "--out", WORK + "/bsm", "lat=389560000",
            "long=-771500000")
    run(OBE, "sign", "--certificate", "--in", WORK + "/bsm", "--out",
        WORK + "/spdu", folder(name))
    code, out = obe("verify", "--trust", ENV + "/public/root.oer", "--known",
                    ENV + "/public/LCCF.oer", WORK + "/spdu")
    if code != 0:
        # Of a certificate under the former root: who still trusts it does.
        formers = glob.glob(ENV + "/ra/trust/root-*.oer")
        trust = [a for f in formers for a in ("--trust", f)]
        code, out = obe("verify", "--trust", ENV + "/public/root.oer", *trust,
                        "--known", ENV + "/public/LCCF.oer", WORK + "/spdu")
    true("a message of %s is believed %s" % (name, out if code else ""),
         code == 0)


def issuer_of_message():
    out = run(SCMS, "show", "--json", WORK + "/spdu")
    return re.search(r'"sha256AndDigest": "([0-9a-f]+)"', out).group(1)


def enroll(name):
    zipped = "%s/%s.zip" % (WORK, name)
    run(OBE, "csr", "--count", "1", "--name", name, "--psid", "0x20", "--psid",
        "0x26", "--region", "840", "--out", zipped, WORK + "/devices")
    bundle = "%s/%s-bundle.zip" % (WORK, name)
    run(SCMS, "enroll", ENV, "--in", zipped, "--out", bundle)
    one = [d for d in os.listdir(WORK + "/devices") if d.startswith(name)][0]
    run(OBE, "bootstrap", "--bundle", bundle, folder(one))
    return one


def expiry(name):
    one = [c for c in status()["components"] if c["name"] == name][0]
    return one["certificate"]["days"], one["tls"]["days"]


def secrets():
    """Private keys there are, by what is in them."""
    found = {}
    for top in (ENV, WORK + "/offline"):
        for path in glob.glob(top + "/**/*.key", recursive=True):
            found[read(path)] = path
    return found


# ---- the first weeks
run(OBE, "provision", *[folder(n) for n in OLD])
for n in OLD:
    download(n, list(range(6)))
go(7)
for n in OLD:
    download(n, list(range(7, 13)))
last = max(i for i in range(40)
           if ZERO + (FIRST + i) * WEEK + 169 * 3600 <= public("PCA").end)
true("no warning yet", not [w for w in status()["warnings"] if "pca" in w])
go(12)
for n in OLD:
    download(n, list(range(12, last + 1)))
true("the supply ends with the PCA's certificate, at week %d" % last,
     last < 17)
true("scms status warns: %s" % status()["warnings"],
     any(w.startswith("certificate of pca ends in") for w in
         status()["warnings"]))

# ---- the PCA is renewed; killed at every point on the way
old_pca, keys = public("PCA"), secrets()
component("renew", "pca", crash="laid-out")
expect("killed before the commit: nothing has happened",
       (public("PCA").id8, versions() if os.path.exists(
           ENV + "/public/chains") else []), (old_pca.id8, []))
all_well()
component("renew", "pca", crash="committed")
expect("killed right after it: all works as before", public("PCA").id8,
       old_pca.id8)
all_well()
out = component("renew", "pca")
true("the same command finishes", "finished what had been begun" in out)
new_pca = public("PCA")
true("a new certificate", new_pca.id8 != old_pca.id8 and
     new_pca.end > old_pca.end)
all_well()
for n in OLD:
    download(n, list(range(12, 18)))
    message(n)
ok("periods beyond the end of the old certificate, at week %d" % last)
expect("chain files of version 2 beside the first", versions(),
       ["local_certificate_chains_01_01.oer",
        "local_certificate_chains_02_02.oer"])
true("the old private keys are gone",
     not [p for k, p in keys.items() if k in secrets() and
          p.startswith(ENV + "/pca/") and "/tls" not in p and
          p.endswith(("sign.key", "enc.key"))])
true("more than four months: %d days, TLS %d" % expiry("pca"),
     expiry("pca")[0] > 100)
go(17)
for n in OLD:
    download(n, list(range(17, 23)))
    message(n)
    expect("signed under the new certificate", issuer_of_message(),
           new_pca.id8.hex())

# ---- the RA
stranger = device(folder("old01"), any_time=True)
stranger.offset = week * WEEK
old_ra = public("RA")
out = component("renew", "ra")
new_ra = public("RA")
true("a new certificate of the RA", new_ra.id8 != old_ra.id8)
stranger.hash = bytes.fromhex(json.loads(run(
    OBE, "status", "--json", folder("old01")))[0]["request_hash"])
expect("one that has not seen it yet is still understood",
       stranger.info().status, 200)
stranger.ra = new_ra
expect("as is one that has", stranger.info().status, 200)
expect("the former key is kept for that", sorted(os.listdir(
    ENV + "/ra/former")), sorted(old_ra.id8.hex() + e
                                 for e in (".oer", ".key")))
for n in OLD:
    def has_new_ra(n=n):
        download(n)
        return new_ra.raw in read(folder(n) + "/policy/LCCF.oer")
    wait_for("%s follows by the chain file" % n, has_new_ra)
true("the policy is signed by the new one",
     new_ra.raw in read(ENV + "/ra/data/lpf.oer") and
     new_ra.raw in read(ENV + "/public/LPF.oer") and
     new_ra.raw in read(folder("old01") + "/policy/LPF.oer"))
go(18)
for n in OLD:
    download(n, list(range(18, 24)))

# ---- the ECA, killed when everything is written
old_eca = public("ECA")
component("renew", "eca", crash="written")
out = component("renew", "eca")
true("finished", "finished what had been begun" in out)
new_eca = public("ECA")
young = enroll("young")
expect("a new device is certified by the new one",
       Cert(read(folder(young) + "/bundle/enrollment.oer")).issuer,
       new_eca.id8)
run(OBE, "provision", folder(young))
download(young, list(range(18, 24)))
message(young)
go(19)
for n in OLD + [young]:
    download(n, list(range(19, 25)))
ok("devices of both are served")

# ---- a second PCA, killed on the way
component("add", "pca2", crash="agreed")
component("add", "pca2")
all_well()
twins = [enroll(n) for n in ("left", "right")]
run(OBE, "provision", *[folder(n) for n in twins])
for n in twins:
    download(n, list(range(19, 25)))
    message(n)
true("both PCAs work", counters(component="pca2")["certificates_issued"] > 0)
ALL = OLD + [young] + twins

# ---- every other point, with an LA
for point in ("stopped", "agreed", "restarting", "restarted"):
    was = public("LA1").id8
    component("renew", "la1", crash=point)
    run(SCMS, "up", ENV)
    all_well()
    true("killed at %s: scms up finishes" % point, public("LA1").id8 != was and
         not os.path.exists(ENV + "/change"))
go(20)
for n in ALL:
    download(n, list(range(20, 26)))

# ---- the ICA and all below it
was = {n: public(n) for n in ("ICA", "ECA", "PCA", "PCA2", "RA", "LA1", "LA2", "PG",
                              "MA", "CRLG", "root")}
component("renew", "ica")
now = {n: public(n) for n in was}
expect("new are the ICA and those below it",
       sorted(n for n in was if was[n].id8 != now[n].id8),
       ["ECA", "ICA", "LA1", "LA2", "PCA", "PCA2", "RA"])
true("and certified by it", all(now[n].issuer == now["ICA"].id8
                                for n in ("ECA", "PCA", "PCA2", "RA", "LA1",
                                          "LA2")))
all_well()
go(21)
for n in ALL:
    download(n, list(range(21, 27)))
    message(n)

# ---- a new root
was = now
component("renew", "root", crash="committed")
component("renew", "root")
now = {n: public(n) for n in was}
true("all have new certificates, under the new root",
     all(was[n].id8 != now[n].id8 for n in was) and
     all(now[n].issuer == now["root"].id8 for n in ("ICA", "PG", "MA", "CRLG")))
all_well()
for n in ALL:
    download(n)
    message(n)
go(22)
for n in ALL:
    download(n, list(range(22, 28)))
    message(n)
newest = enroll("newest")
run(OBE, "provision", folder(newest))
download(newest, list(range(22, 28)))
message(newest)
pcas = {now[n].id8.hex() for n in ("PCA", "PCA2")}
true("a device of the new root alone", issuer_of_message() in pcas)
go(28)
for n in ALL + [newest]:
    download(n, list(range(28, 34)))
    message(n)
    true("%s signs under the new root" % n, issuer_of_message() in pcas)

# ---- the second PCA leaves, its devices stay
gone = {n: counters(component=n)["certificates_issued"]
        for n in ("pca", "pca2")}
component("retire", "pca2", crash="stopped")
component("retire", "pca2")
true("its keys and its place are gone", not glob.glob(ENV + "/pca2/*.key") and
     "pca2" not in read(ENV + "/hosts").decode() and
     not os.path.exists(ENV + "/public/PCA2.oer"))
true("its certificate stays while certificates of it live",
     now["PCA2"].raw in read(ENV + "/public/LCCF.oer"))
all_well()
go(29)
for n in ALL + [newest]:
    download(n, list(range(29, 35)))
    message(n)

# ---- exactly once
expect("the PCAs issued what the RA collected",
       counters(component="pca")["certificates_issued"] + gone["pca2"],
       counters()["certificates_done"])
all_well()
records = sorted(os.listdir(ENV + "/changes"))
expect("a record of each change", records,
       ["%04d" % (k + 1) for k in range(len(records))])

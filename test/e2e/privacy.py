"""What the components' folders, logs and processes give away; see privacy.sh.

privacy.py             while the environment runs; writes WORK/truth
privacy.py at-rest     after it went down: folders again
privacy.py truth-only  WORK/truth and nothing else
"""
import base64
import collections
import glob
import os
import re
import sqlite3
import sys

from device import Device
from harness import ENV, WORK, expect, fail, ok, true
from ieee1609 import N, butterfly, kdf2, number, octets, sha, xor
from knowledge import (Held, J, La, allowed, chains, forbid, patterns, read,
                       search)

MODE = sys.argv[1] if len(sys.argv) > 1 else "running"
DEVICES = sorted(glob.glob(WORK + "/devices/*"))

held = [Held(d) for d in DEVICES]
with open(WORK + "/truth", "w", encoding="ascii") as f:
    for number_, h in enumerate(held):
        for (i, j), (cert, _) in sorted(h.certs.items()):
            f.write("%d %d %s\n" % (number_, i, cert.linkage_value.hex()))
certificates = sum(len(h.certs) for h in held)
expect("certificates held", certificates, len(DEVICES) * 4 * J)
if MODE == "truth-only":
    sys.exit(0)


# ---- what the LAs know: everything computed again, from their secrets --------

la = [La("la1"), La("la2")]
lcis = chains()
seeds, plvs = set(), [set(), set()]
for h in held:
    opened = [l.open_lci(lci) for l, lci in zip(la, lcis[h.request_hash])]
    for i in sorted({i for i, _ in h.certs}):
        both = []
        for n, (l, (i0, seed)) in enumerate(zip(la, opened)):
            if l.seeds.get(seed) != i0:
                fail("a chain that %s does not have" % l.name)
            seed, values = l.plv(seed, i - i0)
            seeds.add(seed)
            plvs[n].update(values)
            both.append(values)
        for j in range(J):
            lv = xor(both[0][j], both[1][j])
            if h.certs[i, j][0].linkage_value != lv:
                fail("linkage value of %s %X_%X" % (h.folder, i, j))
ok("all %d linkage values follow from one chain of each LA" % certificates)


# ---- what must not be where --------------------------------------------------

def scalar_of_pem(path):
    der = base64.b64decode("".join(read(path).decode().splitlines()[1:-1]))
    return der[der.index(b"\x04\x20") + 2:][:32]


# private keys of the components
for path in glob.glob(ENV + "/*/*.key"):
    key = read(path)
    if key[:6] == b"MKEY\x01\x00":
        forbid("component-key", key[7:39], path)
    elif key.startswith(b"-----BEGIN"):
        forbid("tls-key", scalar_of_pem(path), path)
    else:
        fail("what is %s?" % path)
for l in la:
    path = "%s/%s/data/storage.key" % (ENV, l.name)
    forbid("storage-key", l.storage, path)
    for k in l.keys:
        forbid("storage-key-derived", k)
for path in glob.glob(ENV + "/*/data/plv-keys/*.key"):
    b = read(path)
    pair = b[19:51], b[51:83]               # R_pca, R_la
    derived = kdf2(pair[0] + pair[1], b"scms-la-pca", 48)
    for r in pair:
        forbid("la-pca-contribution", r, path)
    forbid("la-pca-key", derived[:16])
    forbid("la-pca-mac-key", derived[16:])
for l in la:
    for seed in l.seeds:
        forbid("seed", seed)
for seed in seeds:
    forbid("seed", seed)
forbid("passphrase", read(WORK + "/passphrase").strip(), WORK + "/passphrase")
# private keys of the devices; the RA must know the expansion keys
for h in held:
    key = number(read(h.folder + "/request.key"))
    forbid("device-key", octets(key), h.folder + "/request.key")
    for secret in (h.a, h.h):
        forbid("caterpillar-key", secret, h.folder + "/provision")
    for secret in (h.ck, h.ek):
        forbid("expansion-key", secret, h.folder + "/provision",
               ENV + "/ra/data/")
    d = Device(h.folder + "/bundle", key)
    forbid("enrollment-key", octets(d.d))
    for (i, j), (cert, s) in sorted(h.certs.items())[:3]:
        e = number(sha(sha(cert.tbs), d.pca.hash))
        b = number(h.a) + butterfly(h.ck, i, j, False)
        forbid("pseudonym-key", octets((e * b + number(s)) % N))
    # what is known to the device and the RA alone
    forbid("enrollment-certificate", d.enrollment.raw, h.folder + "/",
           ENV + "/ra/", ENV + "/eca/", WORK + "/dev-bundle.zip")
    forbid("enrollment-point", octets(d.enrollment.reconstruction[0]),
           h.folder + "/", ENV + "/ra/", ENV + "/eca/",
           WORK + "/dev-bundle.zip")
secrets = {n.split("/")[0] for n in patterns.values()} - {
    "enrollment-certificate", "enrollment-point"}
# linkage values and certificates: the device and the PCA (the certificate only
# encrypted even there); PLVs: nobody
for h in held:
    for cert, _ in h.certs.values():
        forbid("linkage-value", cert.linkage_value, h.folder + "/",
               ENV + "/pca/data/", WORK + "/truth")
        forbid("pseudonym-point", octets(cert.reconstruction[0]),
               h.folder + "/")
for values in plvs:
    for value in values:
        forbid("pre-linkage-value", value)


found = search(ENV, *DEVICES, WORK + "/dev.zip", WORK + "/dev-bundle.zip",
               WORK + "/truth")
kinds = collections.Counter()
for name, form, path in found:
    if not any(path == p or p.endswith("/") and path.startswith(p)
               for p in allowed[name]):
        fail("%s stands %s in %s" % (name, form, path))
    if name.split("/")[0] in secrets and os.stat(path).st_mode & 0o77:
        fail("others may read %s, which holds %s" % (path, name))
    if "/log/" in path:
        fail("%s in the log %s" % (name, path))
    kinds[name.split("/")[0]] += 1
for kind in ("component-key", "tls-key", "storage-key", "expansion-key",
             "device-key", "enrollment-certificate"):
    true("the search finds what is there: " + kind, kinds[kind] > 0)
true("linkage values are with device and PCA only",
     kinds["linkage-value"] >= 2 * certificates)
ok("%d patterns of %d kinds in %s: each only where it may be" % (
    len(patterns), len({n.split("/")[0] for n in patterns.values()}),
    "the environment and %d devices" % len(DEVICES)))

# nothing of one LA is with the other
for mine, other in (("la1", "la2"), ("la2", "la1")):
    for path in glob.glob("%s/%s/**" % (ENV, mine), recursive=True):
        if other in os.path.basename(path).lower() and \
                not path.endswith(("LA1.oer", "LA2.oer")):
            fail("%s knows %s" % (mine, path))
own = {c: {sha(read(p)) for p in glob.glob("%s/%s/**" % (ENV, c),
                                           recursive=True)
           if os.path.isfile(p) and os.path.getsize(p) > 0 and
           p.endswith(".key")} for c in ("la1", "la2")}
true("the LAs share no key and no seed",
     own["la1"] and own["la2"] and not own["la1"] & own["la2"] and
     not set(la[0].seeds) & set(la[1].seeds))

# device numbers of the RA's log lead nowhere: no log but the RA's has them
db = sqlite3.connect("file:%s/ra/data/ra.db?mode=ro" % ENV, uri=True)
numbers = {str(n) for (n,) in db.execute("select number from device")}
db.close()
for path in glob.glob(ENV + "/*/log/*.log"):
    text = read(path).decode()
    hashes = [w for h in held for w in (h.request_hash.hex(),
                                        h.request_hash.hex().upper())
              if w in text]
    if hashes:
        fail("%s names request hashes" % path)
    if "/ra/" not in path and any(re.search(r"\b%s\b" % n, text)
                                  for n in numbers):
        fail("%s names devices of the RA" % path)
ok("logs name devices by random numbers, and only the RA's does")

# ---- files and processes -----------------------------------------------------

for path in glob.glob(ENV + "/**/*", recursive=True):
    mode = os.stat(path).st_mode & 0o777
    if path.endswith(".key") and mode != 0o600:
        fail("%s has mode %o" % (path, mode))
    if os.path.isdir(path) and os.path.dirname(path) == ENV and mode & 0o77 \
            and os.path.basename(path) != "public":
        fail("others may enter %s" % path)
for h in held:
    for path in glob.glob(h.folder + "/**", recursive=True):
        if os.stat(path).st_mode & 0o77:
            fail("others may read %s" % path)
ok("modes of keys and folders")

if MODE == "running":
    pids = [int(read(p)) for p in glob.glob(ENV + "/*/run/pid")]
    true("eight processes", len(pids) >= 8)
    os.makedirs(WORK + "/proc", exist_ok=True)
    for pid in pids:
        for what in ("cmdline", "environ"):
            with open("%s/proc/%d.%s" % (WORK, pid, what), "wb") as f:
                f.write(read("/proc/%d/%s" % (pid, what)))
        limits = read("/proc/%d/limits" % pid).decode()
        name = read("/proc/%d/comm" % pid).decode().strip()
        core = re.search(r"Max core file size +(\S+)", limits).group(1)
        if name.startswith("scms-") and core != "0":
            fail("%s may leave a core file" % name)
    expect("no secret in command lines and environments",
           search(WORK + "/proc"), [])

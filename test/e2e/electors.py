"""See electors.sh."""
import glob
import os
import shutil
import subprocess
import time

from harness import (ENV, OBE, SCMS, WORK, counters, expect, fail, ok, run,
                     status, true, wait_for)
from ieee1609 import Cert

PARTS = ["ra", "eca", "pca", "la1", "la2", "dcm", "pg", "ma"]
PASSPHRASE = ["--passphrase-file", WORK + "/passphrase"]
SAFE = ["--offline", WORK + "/offline", *PASSPHRASE]


def devices(prefix):
    return sorted(glob.glob("%s/devices/%s*" % (WORK, prefix)))


AWAKE, ASLEEP = devices("awake"), devices("asleep")[0]


def read(path):
    with open(path, "rb") as f:
        return f.read()


def public(name):
    return Cert(read("%s/public/%s.oer" % (ENV, name)))


def elector(*args, fails=False):
    return run(SCMS, "elector", *args, fails=fails)


def health(part):
    return status()[part].get("health", {})


def everybody(name, roots, electors):
    """All components have so many in force, without being told."""
    def done():
        have = {p: (counters(component=p).get("roots"),
                    counters(component=p).get("electors")) for p in PARTS}
        return set(have.values()) == {(roots, electors)}
    wait_for("%d roots and %d electors everywhere" % (roots, electors), done)
    ok("%s: %d roots and %d electors in every component" %
       (name, roots, electors))


def kept(folder):
    """Roots, electors and removed ones in a device's own store."""
    try:
        return tuple(read(folder + "/trust")[9:12])
    except FileNotFoundError:
        return None


def contact(folder):
    """What a device does when it has a network; how it went."""
    said = []
    for command in "download", "crl":
        r = subprocess.run([OBE, command, "--again", folder], check=False,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           timeout=90)
        said.append((command, r.returncode, r.stdout.decode()))
    return said


def follows(name, folder, want):
    """After some contacts, this is what the device has."""
    said = [None]

    def done():
        said[0] = contact(folder)
        return kept(folder) == want
    try:
        wait_for("%s: %s" % (os.path.basename(folder), want), done, 60)
    except SystemExit:
        print(kept(folder), said[0])
        raise
    ok("%s: %s has %d roots, %d electors, %d removed" %
       (name, os.path.basename(folder), *want))


def message(name, folder, *trust):
    run(OBE, "bsm", "--out", WORK + "/bsm", "lat=389560000", "long=-771500000")
    run(OBE, "sign", "--certificate", "--in", WORK + "/bsm", "--out",
        WORK + "/spdu", folder)
    roots = trust or (ENV + "/public/root.oer",)
    run(OBE, "verify", *[a for r in roots for a in ("--trust", r)], "--known",
        ENV + "/ra/data/lccf.oer", WORK + "/spdu")
    ok("%s: a message of %s is believed" % (name, os.path.basename(folder)))


def has_all(folder):
    def done():
        r = subprocess.run([OBE, "download", "--again", folder], check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT,
                           timeout=90)
        return r.returncode == 0
    wait_for("certificates of " + folder, done)


# ---- day 1: A, B and C
everybody("day 1", 1, 3)
for d in AWAKE + [ASLEEP]:
    has_all(d)
    message("day 1", d)
root = WORK + "/first-root.oer"
shutil.copy(ENV + "/public/root.oer", root)

# ---- day 2: A is revoked by two votes, each made alone
print(elector("publish", ENV, WORK + "/good.ballot"))
everybody("day 2", 1, 2)
elector("publish", ENV, WORK + "/good.ballot", fails=True)
for d in AWAKE:
    follows("day 2", d, (1, 2, 1))
shutil.rmtree(WORK + "/offline/elector1")

# ---- day 3: two remain, everything works
for d in AWAKE:
    has_all(d)
    message("day 3", d)
true("day 3: two cannot do without each other",
     "add one first" in elector("remove-elector", *SAFE, ENV, "elector2",
                                fails=True))
print(status()["ra"])

# ---- day 4: D
elector("add-elector", *SAFE, ENV)
everybody("day 4", 1, 3)
for d in AWAKE:
    follows("day 4", d, (1, 3, 1))

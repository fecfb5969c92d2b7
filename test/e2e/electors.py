"""See electors.sh."""
import glob
import json
import os
import shutil
import signal
import sqlite3
import subprocess

from harness import (ENV, OBE, SCMS, WORK, all_well, counters, expect, host,
                     ok, run, set_clock, status, true, wait_for)
from ieee1609 import Cert

PARTS = ["ra", "eca", "pca", "la1", "la2", "dcm", "pg", "ma", "crlg"]
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


def newest(sub, begin):
    """Contents of the last version of a file."""
    return read(sorted(glob.glob("%s/%s/%s*" % (ENV, sub, begin)))[-1])


def ask(sql):
    """Rows of the RA's database."""
    db = sqlite3.connect("file:%s/ra/data/ra.db?mode=ro" % ENV, uri=True,
                         timeout=30)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def rows():
    return ask("select number from device order by 1")


def planned():
    """Devices that get further certificates, and what waits for the PCA."""
    return ask("select (select count(*) from device where next_i < end_i) +"
               " (select count(*) from pool where devices > 0)")[0][0]


def bootstrapped(name):
    """A device that was never here."""
    zipped, bundle = "%s/%s.zip" % (WORK, name), "%s/%s-b.zip" % (WORK, name)
    run(OBE, "csr", "--count", "1", "--name", name, "--psid", "0x20", "--psid",
        "0x26", "--region", "840", "--out", zipped, WORK + "/devices")
    run(SCMS, "enroll", ENV, "--in", zipped, "--out", bundle)
    folder = devices(name)[0]
    run(OBE, "bootstrap", "--bundle", bundle, folder)
    return folder


# ---- day 1: A, B and C
everybody("day 1", 1, 3)
for d in AWAKE + [ASLEEP]:
    has_all(d)
    message("day 1", d)
root = WORK + "/first-root.oer"
shutil.copy(ENV + "/public/root.oer", root)

# ---- day 2: A is revoked by two votes, each made alone
elector("publish", ENV, WORK + "/good.ballot")
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

# ---- day 4: D
for point in "laid-out", "committed":
    r = subprocess.run([SCMS, "elector", "add-elector", *SAFE, ENV],
                       env=dict(os.environ, MONARCH_CRASH_AT="change-" + point),
                       check=False, stdout=subprocess.DEVNULL, timeout=120)
    expect("scms is killed: " + point, r.returncode, -signal.SIGKILL)
    expect("there is no elector yet, or exactly one is to come",
           (os.path.exists(ENV + "/change"),
            len(glob.glob(WORK + "/offline/elector[4-9]"))),
           (point == "committed", 0))
true("the next call finishes it",
     "finished" in elector("add-elector", *SAFE, ENV))
expect("one new elector", len(glob.glob(WORK + "/offline/elector[4-9]")), 1)
others = {c["name"] for c in json.loads(
    subprocess.run([SCMS, "status", "--json", ENV], check=False, timeout=60,
                   stdout=subprocess.PIPE).stdout)["certificates"]}
true("scms status watches over the end of its certificate, and no more over A's",
     "elector4" in others and "elector1" not in others)
everybody("day 4", 1, 3)
for d in AWAKE:
    follows("day 4", d, (1, 3, 1))

# ---- day 5: the root is replaced, by the votes of B, C and D
out = run(SCMS, "component", "renew", *SAFE, "root", ENV)
true("day 5: three electors vote for the new root",
     "3 of 3 electors endorse the root" in out)
everybody("day 5", 2, 3)
true("day 5: there is another root",
     public("root").id8 != Cert(read(root)).id8)
for d in AWAKE:
    follows("day 5", d, (2, 3, 1))
    has_all(d)
    message("day 5", d, root, ENV + "/public/root.oer")

# ---- who slept through all of it catches up
expect("nothing has reached who is asleep", kept(ASLEEP), None)
follows("asleep until now", ASLEEP, (2, 3, 1))
has_all(ASLEEP)
message("asleep until now", ASLEEP, root, ENV + "/public/root.oer")

# ---- those awake get enrollment certificates under the new root; the first
# root is removed when the old ones are over
for d in AWAKE:
    run(OBE, "rollover", "--again", d)
set_clock(101 * 86400)
for d in AWAKE:
    wait_for("a contact", lambda: contact(d)[0][1] in (0, 2))
    run(OBE, "provision", "--again", d)
    has_all(d)
    message("day 101", d)
elector("remove-root", *SAFE, ENV, root)
everybody("the first root is gone", 1, 3)
for d in AWAKE:
    follows("the first root is gone", d, (1, 3, 2))
    message("the first root is gone", d)
all_well()

LATE = bootstrapped("late")
true("devices are planned for", planned() > 0)

# ---- a revoked ECA issues no more, and the RA takes nobody of it
eca = public("ECA")
true("the ECA is in the chain files",
     eca.raw in newest("pg/data", "global_certificate_chains_") and
     eca.raw in read(ENV + "/ra/data/lccf.oer"))
run(SCMS, "crl", "revoke", ENV + "/public/ECA.oer", ENV)
wait_for("the ECA to stop", lambda: health("eca").get("status") == "degraded"
         and "stopped" in health("eca").get("detail", ""))
ok("the ECA says why: " + health("eca")["detail"])
wait_for("chain files without it", lambda:
         eca.raw not in newest("pg/data", "global_certificate_chains_") and
         eca.raw not in read(ENV + "/ra/data/lccf.oer"))
ok("PG and RA have left it out of the chain files")
before = rows()
said = run(OBE, "provision", "--again", "--attempts", "1", LATE, fails=True)
true("the RA refuses a device of it: 5067", "5067" in said)
expect("and has taken nothing", rows(), before)
wait_for("the RA to plan nothing more for them", lambda: planned() == 0)
ok("nothing further is planned for devices of it")
said = run(SCMS, "enroll", ENV, "--in", WORK + "/late.zip", "--out",
           WORK + "/no.zip", fails=True)
true("nobody is enrolled", not os.path.exists(WORK + "/no.zip"))

# ---- without any root everybody stands still, and says why
elector("remove-root", *SAFE, ENV, "root")
wait_for("all components to stop", lambda: all(
    "stopped" in health(p).get("detail", "") for p in PARTS))
ok("without any root all components stop: " + health("pca")["detail"])
expect("devices get no chain file",
       host().call("GET", "/download/local-certificate-chain").status, 503)
wait_for("the device to know", lambda: "revoked" in contact(AWAKE[0])[1][2])
true("a device finds itself without a root and signs no more",
     "REVOKED" in run(OBE, "sign", "--in", WORK + "/bsm", "--out",
                      WORK + "/spdu", AWAKE[0], fails=True))

# ---- the electors give everybody another one
run(SCMS, "component", "renew", *SAFE, "root", ENV)
everybody("after all", 1, 3)
all_well()
newest_device = bootstrapped("newest")
run(OBE, "provision", newest_device)
has_all(newest_device)
message("after all", newest_device)

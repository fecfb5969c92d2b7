"""What rse.py and identification.py share: a device with certificates of one
kind, its clock, and a stranger who reads what it says."""
import json
import re
import subprocess

from harness import ENV, OBE, WORK, fail, ok, run, set_clock, wait_for

HOUR, DAY = 3600, 86400


def folder(name):
    return "%s/devices/%s" % (WORK, name)


def obe(*args):
    r = subprocess.run([OBE, *args], stdout=subprocess.PIPE, check=False,
                       stderr=subprocess.STDOUT, timeout=120)
    return r.returncode, r.stdout.decode()


def refused(name, text, *args):
    """A command that fails and says why."""
    code, out = obe(*args)
    if code == 0 or not re.search(text, out):
        fail("%s: status %d\n%s" % (name, code, out))
    ok(name)


def held(name, kind):
    (d,) = json.loads(run(OBE, "status", "--json", folder(name)))
    return d["kinds"].get(kind, {"certificates": 0, "usable": 0})


def download(name, *more):
    """Until all is there; how many certificates came."""
    total = 0

    def complete():
        nonlocal total
        code, out = obe("download", *more, folder(name))
        got = re.search(r"(\d+) certificates in \d+ periods", out)
        if not got or code not in (0, 2):
            fail("download of %s: %d\n%s" % (name, code, out))
        total += int(got.group(1))
        return code == 0
    wait_for("the certificates of %s" % name, complete)
    return total


def say(name, psid, *more):
    """A message with its certificate; the HashedId8 that a stranger sees."""
    with open(WORK + "/payload", "w") as f:
        f.write("bridge closed")
    run(OBE, "sign", "--psid", psid, "--certificate", "--in",
        WORK + "/payload", "--out", WORK + "/spdu", folder(name))
    out = run(OBE, "verify", "--trust", ENV + "/public/root.oer", "--known",
              ENV + "/public/LCCF.oer", "--psid", psid, *more, WORK + "/spdu")
    return re.search(r"signer ([0-9a-f]{16})", out).group(1)


def at(seconds):
    """So long after the test began."""
    set_clock(seconds)

"""See clock.sh."""
import json
import os
import re
import subprocess

from device import time32
from harness import (ENV, OBE, SCMS, WORK, all_well, counters, devices, expect,
                     fail, ok, run, set_clock, true, wait_for)
from ieee1609 import Cert

WEEK, ZERO = 604800, 347619603
FIRST = (time32() - ZERO) // WEEK   # the running period when all begins
NAMES = ["dev%02d" % n for n in range(1, 5)]
week = 0
pca_end = Cert(open(ENV + "/public/PCA.oer", "rb").read()).end


def folder(name):
    return "%s/devices/%s" % (WORK, name)


def go(weeks):
    """To the same moment of another week."""
    global week
    week = weeks
    set_clock(weeks * WEEK)


def obe(*args):
    r = subprocess.run([OBE, *args], stdout=subprocess.PIPE, check=False,
                       stderr=subprocess.STDOUT, timeout=60)
    return r.returncode, r.stdout.decode()


def held(name):
    """The periods a device has, relative to the first."""
    return sorted(int(p, 16) - FIRST
                  for p in os.listdir(folder(name) + "/certificates"))


def next_of(name):
    """What .info said, as a Time32."""
    out = run(OBE, "status", "--json", folder(name))
    one = json.loads(out)
    one = one[0] if isinstance(one, list) else one
    return one["next"] if isinstance(one["next"], int) else one["next"]


def download(name):
    """Certificates that came, by scms-obe; waits until nothing is missing."""
    total = 0

    def complete():
        nonlocal total
        code, out = obe("download", folder(name))
        got = re.search(r"(\d+) certificates in \d+ periods, 0 refused", out)
        if not got:
            fail("download of %s: %s" % (name, out))
        total += int(got.group(1))
        return code == 0
    wait_for("the batches of %s" % name, complete)
    return total


def supplied(name):
    d = {x["request"]: x for x in devices()}
    out = json.loads(run(OBE, "status", "--json", folder(name)))
    return d[out[0]["request_hash"]]


# ---- the first week
run(OBE, "provision", *[folder(n) for n in NAMES])
for n in NAMES:
    expect("%s: the initial supply" % n, download(n), 60)
    expect("%s: periods" % n, held(n), [0, 1, 2])
true("too early: nothing new", download("dev01") == 0)
info = next_of("dev01")

# ---- a week later
go(1)
for n in NAMES:
    expect("%s a week later: one period more" % n, download(n), 20)
    expect("%s: the past one is gone" % n, held(n), [1, 2, 3])
true(".info has moved: %s, then %s" % (info, next_of("dev01")),
     info != next_of("dev01"))
run(OBE, "bsm", "--out", WORK + "/bsm", "lat=389560000", "long=-771500000")
run(OBE, "sign", "--in", WORK + "/bsm", "--out", WORK + "/spdu", folder("dev02"))
run(OBE, "verify", "--trust", ENV + "/public/root.oer", "--known",
    ENV + "/public/LCCF.oer", WORK + "/spdu")
ok("it signs with this week's certificate")

# ---- a blocked device
run(SCMS, "device", "block", ENV, supplied("dev01")["enrollment"])
until = supplied("dev01")["last_period"]
go(2)
for n in NAMES[1:]:
    expect("%s another week later" % n, download(n), 20)
code, out = obe("download", folder("dev01"))
true("the blocked one is told 5055", code != 0 and "5055" in out)
expect("and keeps what it has", held("dev01"), [1, 2, 3])
go(3)
for n in NAMES[1:]:
    expect("%s after three weeks" % n, download(n), 20)
expect("nothing more was made for the blocked one",
       (supplied("dev01")["state"], supplied("dev01")["last_period"]),
       ("blocked", until))
run(SCMS, "device", "unblock", ENV, supplied("dev01")["enrollment"])
expect("unblocked, it gets what it missed and is still of use",
       download("dev01"), 40)
expect("its periods", held("dev01"), [3, 4, 5])

# ---- components that were down while a week passed
for c in ("pca", "la1"):
    os.kill(int(open("%s/%s/run/pid" % (ENV, c)).read()), 9)
go(4)
run(SCMS, "up", ENV)
for n in NAMES:
    expect("%s after PCA and LA1 were down" % n, download(n), 20)

# ---- long absence: what is over is not made any more
before = counters()["certificates_done"]
go(10)
for n in NAMES:
    expect("%s after ten weeks" % n, download(n), 60)
    expect("%s: periods" % n, held(n), [10, 11, 12])
expect("nothing was made for the weeks nobody was there for",
       counters()["certificates_done"] - before, 4 * 60)

# ---- a clock that goes back
go(9)
for n in NAMES:
    code, out = obe("download", folder(n))
    true("%s, with the clock a week back: nothing new, nothing lost" % n,
         " 0 certificates" in out and held(n) == [10, 11, 12])
go(10)
for n in NAMES:
    expect("%s, with the clock right again" % n, download(n), 0)

# ---- the end of the PCA's certificate
last = max(i for i in range(30)
           if ZERO + (FIRST + i) * WEEK + 169 * 3600 <= pca_end)
go(last - 1)                        # the supply would end at last + 1
for n in NAMES:
    wait_for("the last periods", lambda n=n: obe("download", folder(n)) and
             held(n) == [last - 1, last])
    ok("%s: periods up to the last that ends inside the PCA's validity" % n)
code, out = obe("download", folder("dev01"))
true("no more is expected: .info is 0", next_of("dev01") in (0, None))
expect("and the operator sees it", supplied("dev01")["state"], "ended")

for n in NAMES:
    units = json.loads(run(SCMS, "device", "show", ENV, "--json",
                           supplied(n)["enrollment"]))["units"]
    true("%s: nothing was asked for that the PCA must refuse" % n,
         {u["state"] for u in units} <= {"done", "lapsed"})

# ---- exactly once
ra, pca = counters(), counters(component="pca")
expect("the PCA issued what the RA collected", pca["certificates_issued"],
       ra["certificates_done"])
all_well()

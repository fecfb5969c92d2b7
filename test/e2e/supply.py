"""See supply.sh."""
import io
import json
import re
import sqlite3
import subprocess
import time
import zipfile

from device import time32
from harness import (ENV, OBE, SCMS, WORK, all_well, counters, device,
                     devices, expect, fail, run, set_clock, true, wait_for)

WEEK, ZERO = 604800, 347619603
# In the middle of a week, so that none ends while the test runs.
BASE = (WEEK // 2 - (time32() - ZERO)) % WEEK
FIRST = (time32() + BASE - ZERO) // WEEK    # the period in which all begins
WAIT = 2                            # shuffle_max_age_seconds
NAMES = ["dev%02d" % n for n in range(1, 4)]
week = 0


def folder(name):
    return "%s/devices/%s" % (WORK, name)


def go(weeks):
    """To the middle of a week."""
    global week
    week = weeks
    set_clock(BASE + weeks * WEEK)


def start_of(weeks):
    """Time32 at which a period begins."""
    return ZERO + (FIRST + weeks) * WEEK


def text(t):
    """A Time32 as people read it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ",
                         time.gmtime(t + 1072915200 - 5))


def policy(key, value, start=None):
    """A new version of the policy, from a Time32 on."""
    run(SCMS, "policy", "set", *([] if start is None else
                                 ["--from", text(start)]), ENV, key, value)
    run(SCMS, "policy", "publish", ENV)


def obe_status(name):
    one = json.loads(run(OBE, "status", "--json", folder(name)))
    return one[0] if isinstance(one, list) else one


def request_of(name):
    return bytes.fromhex(obe_status(name)["request_hash"])


def served(name):
    """{period, relative to FIRST: certificates}, from the running one on."""
    d, out = device(folder(name)), {}
    d.offset, d.hash = BASE + week * WEEK, request_of(name)
    for i in range(week, week + 20):
        answer = d.batch(FIRST + i)
        if answer.status == 404 and answer.error == 5065:
            break
        if answer.status != 200:
            fail("%s, period %d: %d" % (name, i, answer.status))
        with zipfile.ZipFile(io.BytesIO(answer.body)) as z:
            out[i] = len(z.namelist())
    return out


def supplied(name):
    """What the RA says of a device."""
    return {x["request"]: x for x in devices()}[request_of(name).hex()]


def chains():
    """How many chain pairs each device has ever had."""
    db = sqlite3.connect("file:%s/ra/data/ra.db?mode=ro" % ENV, uri=True)
    try:
        return [n for n, in db.execute(
            "select count(distinct chain) from unit group by device")]
    finally:
        db.close()


def download(name, first, *want):
    """Until the device has so many certificates of each period."""
    def complete():
        r = subprocess.run([OBE, "download", folder(name)], check=False,
                           stdout=subprocess.PIPE, timeout=60,
                           stderr=subprocess.STDOUT)
        out = r.stdout.decode()
        if not re.search(r"\d+ certificates in \d+ periods, 0 refused", out):
            fail("download of %s: %s" % (name, out))
        s = obe_status(name)
        return r.returncode == 0 and s["i_last"] == FIRST + first + \
            len(want) - 1 and [s["periods"], s["certificates"]]
    what = "%s in week %d: " % (name, week)
    expect(what + "periods and certificates",
           wait_for(what + "%d periods" % len(want), complete),
           [len(want), sum(want)])
    expect(what + "certificates of each period", served(name),
           dict(enumerate(want, first)))


def told(name, t):
    expect("%s in week %d: .info" % (name, week), obe_status(name)["next"],
           t + WAIT)


# ---- more certificates
go(0)
run(OBE, "provision", *[folder(n) for n in NAMES])
for n in NAMES:
    download(n, 0, *[20] * 4)
policy("certsPerIPeriod", "60", start_of(2) - 3600)
download("dev01", 0, *[20] * 4)
told("dev01", start_of(1))
go(1)
for n in NAMES:
    download(n, 1, *[20] * 4)
go(2)
for n in NAMES:
    download(n, 2, *[20, 20, 20, 60])
told("dev01", start_of(3))
d = supplied("dev02")
expect("the operator sees the same",
       [d["state"], d["periods"], d["certificates"], d["next_batch"],
        d["supply_until"], d["last_error"]],
       ["supplied", 4, 120, text(start_of(3)), text(start_of(6)), None])
shown = run(SCMS, "device", "show", ENV, d["enrollment"])
for line in ("certificates +120", "done +6 periods, %d to %d, 160 certificates" %
             (FIRST, FIRST + 5), "last_error +-"):
    true("device show says: " + line, re.search(line, shown))
expect("all of one pair of chains", chains(), [1, 1, 1])

# ---- fewer, and more again, for which there are values
policy("certsPerIPeriod", "20", start_of(4) - 3600)
policy("certsPerIPeriod", "40", start_of(5) - 3600)
go(3)
for n in NAMES:
    download(n, 3, *[20, 20, 60, 60])
go(4)
for n in NAMES:
    download(n, 4, *[20, 60, 60, 20])
go(5)
for n in NAMES:
    download(n, 5, *[60, 60, 20, 40])
policy("certsPerIPeriod", "20")

# ---- a shorter supply, and a longer one
policy("global.maxAvailableCertSupply", "336 hours")
policy("global.maxAvailableCertSupply", "1008 hours", start_of(7) - 3600)
download("dev01", 5, *[60, 60, 20, 40])
told("dev01", start_of(7) - 3600)
go(6)
for n in NAMES:
    download(n, 6, *[60, 20, 40])
told("dev01", start_of(7) - 3600)
go(7)
for n in NAMES:
    download(n, 7, *[20, 40, 20, 20, 20, 20])
told("dev01", start_of(8))

# ---- a device that is gone: 14 days are too few, 21 are not
go(9)
for n in NAMES[:2]:
    download(n, 9, *[20] * 6)
expect("dev03 is supplied while it is missed",
       [supplied("dev03")[k] for k in ("state", "last_period", "next_batch")],
       ["supplied", FIRST + 14, text(start_of(10))])
go(10)
for n in NAMES[:2]:
    download(n, 10, *[20] * 6)
d = supplied("dev03")
expect("then nothing more is made for it",
       [d["state"], d["last_period"], d["next_batch"], d["periods"]],
       ["inactive", FIRST + 14, None, 5])
expect("and it is counted", counters()["devices_inactive"], 1)
go(13)
for n in NAMES[:2]:
    download(n, 13, *[20] * 6)
before = counters()["certificates_done"]
download("dev03", 13, *[20] * 6)
told("dev03", start_of(14))
expect("dev03 came back, and only what it lacks was made",
       [supplied("dev03")["state"], counters()["certificates_done"] - before,
        counters()["devices_inactive"]], ["supplied", 4 * 20, 0])

# ---- exactly once
expect("all of one pair of chains", chains(), [1, 1, 1])
ra, pca = counters(), counters(component="pca")
expect("the PCA issued what the RA collected", pca["certificates_issued"],
       ra["certificates_done"])
expect("nothing was given up", [ra["units_failed"], ra["units_refused"]],
       [0, 0])
all_well()

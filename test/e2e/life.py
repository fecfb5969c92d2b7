"""See life.sh: the years of an environment, week by week."""
import os
import struct
import subprocess
import time

from harness import (ENV, OBE, SCMS, WORK, all_well, counters, expect, fail, ok,
                     run, true, wait_for)
from device import time32
from ieee1609 import Cert

WEEK, HOUR, ZERO = 604800, 3600, 347619603
WEEKS = int(os.environ.get("LIFE_WEEKS", "260"))
SUPPLY = 6      # supply_weeks of life.sh
# All happens in the middle of a period, whenever the test is run.
MIDDLE = (ZERO + WEEK // 2 - time32()) % WEEK
FIRST = (time32() + MIDDLE - ZERO) // WEEK
OBES = ["obe%02d" % n for n in range(1, 4)]
IDENTIFIED, ROADSIDE = "idn01", "rse01"
EVERYBODY = [*OBES, IDENTIFIED, ROADSIDE]
KIND = {**{n: "pseudonym" for n in OBES}, IDENTIFIED: "identification",
        ROADSIDE: "application"}
SPEAKS = {**{n: "0x20" for n in OBES}, IDENTIFIED: "0x27", ROADSIDE: "0x82"}

week = 0
newest = {}     # the same of each device, of what it holds now
seen = {}       # (device, request, i, j) -> Cert: everything ever held


def folder(name):
    return "%s/devices/%s" % (WORK, name)


def now():
    return time32() + MIDDLE + week * WEEK


def pass_to(weeks):
    """All clocks to the same moment of another week."""
    global week
    week = weeks
    with open(ENV + "/clock.new", "w", encoding="ascii") as f:
        f.write("%d\n" % (MIDDLE + week * WEEK))
    os.replace(ENV + "/clock.new", ENV + "/clock")
    time.sleep(0.3)             # daemons look every 100 ms


# ---- what a device holds (lib/device/week.h) --------------------------------

def certificates(name):
    """(request, i, j, certificate) of all files of a device: each request has
    a folder (lib/device/place.h, kind.h)."""
    for place, _, files in os.walk(folder(name)):
        for file in files if place.endswith("/certificates") else ():
            with open("%s/%s" % (place, file), "rb") as f:
                b = f.read()
            i, n = struct.unpack_from(">I8xH", b, 10)
            at = 24
            for _ in range(n):
                j, size = struct.unpack_from(">IH", b, at)
                yield place, i, j, b[at + 6:at + 6 + size]
                at += 6 + size + 32


def take_stock(name):
    """What is held now; the same place never holds two certificates."""
    newest[name] = {}
    for request, i, j, raw in certificates(name):
        key = (name, request, i, j)
        if key in seen and seen[key].raw != raw:
            fail("%s has another certificate %d_%d than before" % (name, i, j))
        newest[name][key] = seen.setdefault(key, seen.get(key) or Cert(raw))


# ---- a week -----------------------------------------------------------------

def obe(*args):
    r = subprocess.run([OBE, *args], stdout=subprocess.PIPE, check=False,
                       stderr=subprocess.STDOUT, timeout=120)
    return r.returncode, r.stdout.decode()


def contact(*names):
    """Devices call; what is not ready yet comes next week (status 2)."""
    for _ in range(20):
        code, out = obe("download", "--again", *[folder(n) for n in names])
        if "5067" not in out:   # a daemon that has not seen the new time yet
            break
        time.sleep(0.3)
    if code not in (0, 2):
        fail("week %d, %s: %s" % (week, names, out))
    for name in names:
        take_stock(name)
    return code


def hears(name, file):
    """Any other device knows the chain files that this one has."""
    args = []
    for at in ("bundle/LCCF.oer", "policy/LCCF.oer"):
        if os.path.exists("%s/%s" % (folder(name), at)):
            args += ["--known", "%s/%s" % (folder(name), at)]
    for root in sorted(os.listdir(WORK + "/roots")):
        args += ["--trust", "%s/roots/%s" % (WORK, root)]
    return args + [file]


def everybody_speaks():
    """Each device signs, each other one believes it."""
    for name in EVERYBODY:
        message = "%s/%s.spdu" % (WORK, name)
        code, out = obe("sign", "--certificate", "--psid", SPEAKS[name], "--in",
                        WORK + "/bsm", "--out", message, folder(name))
        if code != 0:
            fail("week %d: %s cannot sign: %s" % (week, name, out))
        other = EVERYBODY[(EVERYBODY.index(name) + 1) % len(EVERYBODY)]
        code, out = obe("verify", "--psid", SPEAKS[name], "--tolerance", "600",
                        *hears(other, message))
        if code != 0:
            fail("week %d: %s is not believed: %s" % (week, name, out))


def has_this_week(name):
    return any(c.start <= now() < c.end for c in newest[name].values())


def live(until, sample=4):
    """Weeks pass, one by one.  Who begins a new enrollment has to come again
    for the running week."""
    while week < until:
        pass_to(week + 1)
        contact(*OBES, IDENTIFIED)
        for name in (*OBES, IDENTIFIED):
            if not has_this_week(name):
                wait_for("this week's certificates of %s" % name, lambda:
                         contact(name) is not None and has_this_week(name))
        wait_for("this week's certificate of the RSE",
                 lambda: contact(ROADSIDE) == 0)
        if week % sample == 0:
            everybody_speaks()


# ---- what an operator does --------------------------------------------------

def keep_authorities():
    """Certificates of roots and PCAs, as they come."""
    for file, place in (("root", "roots"), ("PCA", "pcas")):
        os.makedirs("%s/%s" % (WORK, place), exist_ok=True)
        with open("%s/public/%s.oer" % (ENV, file), "rb") as f:
            raw = f.read()
        with open("%s/%s/%s.oer" % (WORK, place, Cert(raw).id8.hex()),
                  "wb") as f:
            f.write(raw)


def renew(name):
    run(SCMS, "component", "renew", "--offline", WORK + "/offline",
        "--passphrase-file", WORK + "/passphrase", name, ENV)
    keep_authorities()
    ok("week %d: %s has a new certificate" % (week, name))


def policy(value, weeks):
    """So many certificates per period, from a later week on."""
    start = now() + weeks * WEEK - 2 * HOUR
    utc = start + 1072915200 - 5
    when = subprocess.run(["date", "-u", "-d", "@%d" % utc,
                           "+%Y-%m-%dT%H:%M:%SZ"], check=True,
                          stdout=subprocess.PIPE).stdout.decode().strip()
    run(SCMS, "policy", "set", ENV, "local.certsPerIPeriod", str(value),
        "--from", when)
    run(SCMS, "policy", "publish", ENV)
    ok("week %d: %d certificates per period from %s on" % (week, value, when))


def rollover():
    for name in EVERYBODY:
        run(OBE, "rollover", folder(name))
    ok("week %d: every device has the enrollment that follows" % week)


def new_root():
    renew("root")
    expect("two roots are trusted", len(os.listdir(WORK + "/roots")), 2)


# A policy counts for what is generated from its start on: the last period of
# the supply.
CHANGES = [26 + SUPPLY - 1, 61 + SUPPLY - 1]

PLANS = {
    24: lambda: policy(30, 2),
    60: lambda: policy(20, 1),
    90: lambda: renew("pca"),
    100: rollover,
    120: lambda: renew("eca"),
    140: lambda: [renew(n) for n in ("ra", "la1", "la2")],
    160: new_root,
    190: lambda: [renew(n) for n in ("lop", "crlstore", "operator")],
    202: rollover,
    230: lambda: renew("pca"),
}


# ---- the accounts -----------------------------------------------------------

def authorities():
    for file in os.listdir(WORK + "/pcas"):
        with open("%s/pcas/%s" % (WORK, file), "rb") as f:
            c = Cert(f.read())
            yield c.id8, c


def check_issuers():
    pcas = dict(authorities())
    for key, c in seen.items():
        if c.issuer not in pcas:
            fail("%s: nobody knows its issuer" % (key,))
        ca = pcas[c.issuer]
        if c.start < ca.start or c.end > ca.end:
            fail("%s is valid outside its issuer" % (key,))
    ok("%d certificates of %d PCA certificates, each inside its issuer" %
       (len(seen), len(pcas)))


def check_once():
    for what, values in (
            ("certificates", [c.hash for c in seen.values()]),
            ("linkage values", [c.linkage_value for c in seen.values()
                                if c.linkage_value])):
        expect("%d %s, none twice" % (len(values), what),
               len(set(values)), len(values))


def check_periods(name):
    """Every period from the first on, each with its 0..n-1, n as the policy
    was when it was generated.  Only the period in which an enrollment ends and
    the next begins has those of both."""
    have = {}
    for who, request, i, j in seen:
        if who == name:
            have.setdefault(i - FIRST, {}).setdefault(request, []).append(j)
    number = []
    for i in range(max(have) + 1):
        sets = [sorted(js) for js in have.get(i, {}).values()]
        if not sets or any(js != list(range(len(js))) for js in sets):
            fail("%s in period %d: %s" % (name, i, sets))
        number.append(len(sets[0]))
    twice = [i for i in have if len(have[i]) > 1]
    changes = [i for i in range(1, len(number)) if number[i] != number[i - 1]]
    expect("%s: all periods to %d are whole; another number begins at" %
           (name, max(have)), changes, [w for w in CHANGES if w <= max(have)])
    true("%s: %d periods with certificates of two enrollments" %
         (name, len(twice)), len(twice) <= sum(
             f.startswith("successor-") for f in os.listdir(folder(name))))


def check_single(name):
    """One certificate after the other, without a gap."""
    mine = sorted((c.start, c.end) for k, c in seen.items() if k[0] == name)
    for (_, end), (start, _) in zip(mine, mine[1:]):
        if start > end:
            fail("%s has none for %d s" % (name, start - end))
    true("%s: %d certificates without a gap" % (name, len(mine)),
         mine[-1][1] > now())


def settle():
    """What was asked for is done, and nothing is under way."""
    def quiet():
        c = counters()
        return c["units_overdue"] == 0
    wait_for("nothing under way at the RA", quiet)
    for name in EVERYBODY:
        wait_for("all of %s" % name, lambda n=name: contact(n) == 0)


keep_authorities()
pass_to(0)
run(OBE, "bsm", "--out", WORK + "/bsm", "lat=389560000", "long=-771500000")
for n in EVERYBODY:
    run(OBE, "provision", "--quiet", "--type", KIND[n], folder(n))
for n in EVERYBODY:
    wait_for("the first supply of %s" % n, lambda n=n: contact(n) == 0)
everybody_speaks()
ok("week 0: everybody speaks and is believed")
for at in sorted(PLANS):
    if at < WEEKS:
        live(at)
        PLANS[at]()
live(WEEKS)
settle()
everybody_speaks()
ok("week %d: everybody speaks and is believed" % week)
check_issuers()
check_once()
for n in OBES:
    check_periods(n)
for n in (IDENTIFIED, ROADSIDE):
    check_single(n)
ra, pca = counters(), counters(component="pca")
for kind, issued in (("certificates_done", "certificates_issued"),
                     ("auth_certificates_done", "auth_certificates_issued")):
    expect("the PCA issued what the RA collected: " + kind, pca[issued],
           ra[kind])
all_well()

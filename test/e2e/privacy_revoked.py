"""What is where after a revocation, and what follows from it; see
privacy_revoked.sh.  Everything is computed again from the secrets of devices
and LAs, with code that shares nothing with Monarch's."""
import collections
import glob
import itertools
import os
import sqlite3
import struct

from device import Device
from harness import ENV, WORK, expect, fail, ok, true, wait_for
from ieee1609 import number, sha, xor
from knowledge import (Held, J, La, allowed, chains, forbid, patterns, read,
                       search)

DEVICES = sorted(glob.glob(WORK + "/devices/*"))
REPORTERS = [WORK + "/devices/car0%d" % n for n in (2, 3, 4)]
AHEAD = 2                                   # periods beyond those held
held = [Held(d) for d in DEVICES]
liar = held[0]
la = [La("la1"), La("la2")]


# ---- databases ---------------------------------------------------------------

def bulk(folder):
    """Records of a bulk store (lib/store/bulk_int.h)."""
    for path in glob.glob(folder + "/*.seg"):
        b = read(path)
        size, n = number(b[8:12]), number(b[32:40])
        keys = 64 + number(b[48:56])
        begins = struct.unpack(">%dQ" % (n + 1), b[keys + n * size:][
            :8 * (n + 1)])
        values = keys + n * size + 8 * (n + 1)
        for k in range(n):
            yield (b[keys + k * size:][:size],
                   b[values + begins[k]:values + begins[k + 1]])


def table(path, sql):
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    out = db.execute(sql).fetchall()
    db.close()
    return out


def is_quiet():
    """Nothing is under way between RA and PCA."""
    return not table(ENV + "/ra/data/ra.db", "select 1 from batch union all"
                     " select 1 from unit where state in (0, 1)")


# ---- the truth ---------------------------------------------------------------

class Truth:
    """Seeds and linkage values of a device by period; of both LAs."""

    def __init__(self, device, lcis, periods):
        self.seeds, self.plvs, self.lvs = {}, {}, {}
        opened = [l.open_lci(lci) for l, lci in zip(la, lcis)]
        for i in periods:
            both = [l.plv(seed, i - i0)
                    for l, (i0, seed) in zip(la, opened)]
            self.seeds[i] = [seed for seed, _ in both]
            self.plvs[i] = [values for _, values in both]
            self.lvs[i] = [xor(*pair) for pair in zip(*self.plvs[i])]
        for (i, j), (cert, _) in device.certs.items():
            if cert.linkage_value != self.lvs[i][j]:
                fail("linkage value of %s %X_%X" % (device.folder, i, j))


wait_for("a quiet RA", is_quiet)
lcis = chains()
now = min(i for i, _ in liar.certs)         # what is over was thrown away
before = now - 1
last = max(i for i, _ in liar.certs)
truth = {h: Truth(h, lcis[h.request_hash], range(before, last + AHEAD + 1))
         for h in held}
sealed, issued = {}, set()                  # HPCR -> both encrypted PLVs
for key, value in bulk(ENV + "/pca/data/issued"):
    sealed[key] = value[11:112], value[112:213]
    issued.add(value[2:11])
true("all have certificates of before, of now and of later", all(
    set(truth[h].lvs[i]) <= issued and (h.certs.keys() >= {(i, 0)}) !=
    (i == before) for h in held for i in range(before, now + 2)))


# ---- the list, in the hands of anybody ---------------------------------------

crl = read(WORK + "/crl.oer")
pair = b"".join(truth[liar].seeds[now])
expect("the two seeds of the running period are on the list, once",
       crl.count(pair), 1)
for h in held:
    for i, seeds in truth[h].seeds.items():
        if (h, i) != (liar, now) and any(s in crl for s in seeds):
            fail("a seed of %s, period %d, is on the list" % (h.folder, i))
ok("and no other of anybody")
at = crl.index(pair)
seeds, found = [crl[at:at + 16], crl[at + 16:at + 32]], {}
for i in range(now, last + AHEAD + 1):
    both = [l.plv(seed, i - now)[1] for l, seed in zip(la, seeds)]
    found[i] = {xor(*p) for p in zip(*both)}
for (i, j), (cert, _) in liar.certs.items():
    if cert.linkage_value not in found[i]:
        fail("the list does not lead to certificate %X_%X" % (i, j))
ok("it leads to every certificate that the device has")
everything = set().union(*found.values())
true("to none of before", not everything & set(truth[liar].lvs[before]))
true("and to none of anybody else", not everything & {
    lv for h in held if h is not liar for lvs in truth[h].lvs.values()
    for lv in lvs})


# ---- requests ----------------------------------------------------------------

numbers = {request: n for n, request in table(
    ENV + "/ra/data/ra.db", "select number, request_id from device")}
device_of = {numbers[h.request_hash]: h for h in held}
hpcrs = collections.defaultdict(set)        # by device, as the RA has them
for key, value in bulk(ENV + "/ra/data/hpcr"):
    hpcrs[device_of[number(value[:8])]].add(key)
true("RA and PCA have the same requests",
     set().union(*hpcrs.values()) <= set(sealed) and
     sum(map(len, hpcrs.values())) >= len(held) * 3 * J)


# ---- what may be where -------------------------------------------------------

devices, recorded = WORK + "/devices/", WORK + "/air/"
for h in held:
    t = truth[h]
    for i in t.lvs:
        for seed in t.seeds[i]:
            if (h, i) == (liar, now):       # published
                forbid("published-seed", seed, WORK + "/crl.oer", devices,
                       ENV + "/crlg/data/", ENV + "/crlstore/",
                       *glob.glob(ENV + "/*/data/crl.oer"))
            else:
                forbid("seed", seed)
        for values in t.plvs[i]:
            for value in values:
                forbid("pre-linkage-value", value)
        for lv in t.lvs[i]:
            if h is liar and i >= now:      # anybody can compute them
                forbid("listed-value", lv, devices, recorded,
                       ENV + "/pca/data/", ENV + "/ma/data/")
            elif i == now and (h is liar or h.folder in REPORTERS):
                forbid("reporter-value", lv, devices, recorded,
                       ENV + "/pca/data/", ENV + "/ma/data/")
            else:
                forbid("linkage-value", lv, h.folder + "/", recorded,
                       devices if i == now else h.folder + "/",
                       ENV + "/pca/data/")
    for key in hpcrs[h]:
        forbid("revoked-request" if h is liar else "request", key,
               ENV + "/ra/data/", ENV + "/pca/data/")
        for plv in sealed[key]:
            forbid("sealed-value", plv[-32:], ENV + "/ra/data/",
                   ENV + "/pca/data/", ENV + "/la1/data/", ENV + "/la2/data/")
    for lci in lcis[h.request_hash]:
        forbid("chain", lci[-32:], ENV + "/ra/data/", ENV + "/la1/data/",
               ENV + "/la2/data/")
    key = number(read(h.folder + "/request.key"))
    d = Device(h.folder + "/bundle", key)
    forbid("enrollment-certificate", d.enrollment.raw, h.folder + "/",
           ENV + "/ra/", ENV + "/eca/", WORK + "/car-bundle.zip")

finds = collections.Counter()
by_ma = set()
for name, form, path in search(ENV, *DEVICES, recorded, WORK + "/crl.oer",
                               WORK + "/car-bundle.zip"):
    kind = name.split("/")[0]
    finds[kind] += 1
    if not any(path == p or p.endswith("/") and path.startswith(p)
               for p in allowed[name]):
        fail("%s stands %s in %s" % (name, form, path))
    if "/log/" in path or "/audit/" in path:
        fail("%s in %s" % (name, path))
    if path.startswith(ENV + "/ma/"):
        by_ma.add(name)
for kind in ("published-seed", "listed-value", "linkage-value", "request",
             "revoked-request", "sealed-value", "enrollment-certificate"):
    true("the search finds what is there: " + kind, finds[kind] > 0)
ok("%d patterns: each only where it may be" % len(patterns))


# ---- two at a time -----------------------------------------------------------

def values(part):
    """All that could serve to find a row of one component's databases in those
    of another."""
    out = set()
    for path in glob.glob("%s/%s/data/**/*.db" % (ENV, part), recursive=True):
        for (name,) in table(path, "select name from sqlite_master"
                             " where type = 'table'"):
            for row in table(path, 'select * from "%s"' % name):
                out.update(v for v in row
                           if isinstance(v, bytes) and len(v) >= 8)
    for name in ("hpcr", "issued", "linkage"):
        out.update(k for k, _ in bulk("%s/%s/data/%s" % (ENV, part, name)))
    return out


known = {part: values(part) for part in (
    "ra", "pca", "la1", "la2", "eca", "ma", "crlg")}
join = {frozenset(p): known[p[0]] & known[p[1]]
        for p in itertools.combinations(known, 2)}
reported = {lv for h in held if h is liar or h.folder in REPORTERS
            for lv in truth[h].lvs[now]}
# the two that must never be one: it is seen here that the search would find it
true("RA and PCA together could tell all (so they are two)", all(
    keys <= join[frozenset(("ra", "pca"))] for keys in hpcrs.values()))
both = join.pop(frozenset(("ra", "pca")))
both = join.pop(frozenset(("ma", "pca")))
true("MA and PCA share the linkage values of what was reported, no others",
     both and both <= reported and len(both) <= 1 + len(REPORTERS))
both = join.pop(frozenset(("ma", "crlg")))
expect("MA and CRL generator share the number of the revocation", len(both), 1)
for pair, both in join.items():
    if both:
        fail("%s share %s" % (" and ".join(sorted(pair)), both))
ok("no other two of them have anything by which to find each other's rows")

names = [h.request_hash for h in held] + [
    sha(read(h.folder + "/bundle/enrollment.oer"))[-8:] for h in held]
true("the RA knows the names of devices", set(names) <= known["ra"])
for part in ("ma", "pca", "la1", "la2", "crlg", "crlstore"):
    for path in glob.glob("%s/%s/**" % (ENV, part), recursive=True):
        if os.path.isfile(path) and any(n in read(path) for n in names):
            fail("%s names a device" % path)
ok("nobody but RA and ECA has the name of a device")


# An LA knows all seeds of its own, of all times; the list has one of the other
# for the device that was revoked.  With them it finds what the list says, and
# nothing of before, for which it would need the other LA.
theirs = [v for i in range(AHEAD + 1) for v in la[1].plv(seeds[1], i)[1]]
past = set(truth[liar].lvs[before])
for chain, i0 in la[0].seeds.items():
    mine = la[0].plv(chain, before - i0)[1]
    if past & {xor(a, b) for a in mine for b in theirs}:
        fail("LA1 and the list lead to certificates of before")
ok("an LA and the list lead to nothing of before")
mine = truth[liar].plvs[before]
expect("both LAs would (so they are two)", past,
       {xor(*p) for p in zip(*mine)})

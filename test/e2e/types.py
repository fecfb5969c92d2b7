"""Identification and application certificates; see types.sh."""
import json
import math
import os
import signal
import sqlite3
import struct
import subprocess
import time

from device import APPLICATION, IDENTITY, PROVISION, safety_message
from harness import (ENV, SCMS, WORK, all_well, counters, device, devices,
                     expect, fail, host, ok, run, set_clock, true, wait_for)
from ieee1609 import (Reader, encrypt, mul, number, octets,
                      point_octets, scalar, sha, signed_request, verify)

HOUR = 3600
PERIOD = 720 * HOUR
SUPPLY = 3                          # identification_supply
STATUS = {5055: 403, 5056: 409, 5057: 409, 5058: 401, 5065: 404, 5067: 401, 5069: 404,
          5070: 400, 5072: 404}
offset = 0
ra = host()


def go(seconds):
    """To another time; devices live in it, too."""
    global offset
    offset = seconds
    set_clock(seconds)


def named(name):
    d = device("%s/devices/%s" % (WORK, name))
    d.offset = offset
    return d


def circle(lat, lon, metres):
    return b"\x80" + struct.pack(">iiH", round(lat * 1e7), round(lon * 1e7),
                                 metres)


def ring(lat, lon, n):
    """A polygon of so many corners."""
    count = b"\x01" + octets(n, 1) if n < 256 else b"\x02" + octets(n, 2)
    return b"\x82" + count + b"".join(struct.pack(
        ">ii", round((lat + math.sin(2 * math.pi * k / n)) * 1e7),
        round((lon + math.cos(2 * math.pi * k / n)) * 1e7))
        for k in range(n))


# ---- what must not change ----------------------------------------------------

def rows():
    """The RA's database, but for who was here last with what error and for
    what it does for pseudonym devices by itself."""
    db = sqlite3.connect("file:%s/ra/data/ra.db?mode=ro" % ENV, uri=True)
    out = {}
    for t in ("device", "blocked", "auth_device", "auth_request",
              "auth_certificate", "auth_batch"):
        columns = [r[1] for r in db.execute("pragma table_info(%s)" % t)
                   if r[1] not in ("contact", "error", "error_at", "next_i",
                                   "chain", "chain_end")]
        out[t] = sorted(repr(r) for r in db.execute(
            "select %s from %s" % (",".join(columns), t)))
    db.close()
    return out


def settled():
    """Nothing is under way."""
    now = rows()
    c = counters()
    return not now["auth_batch"] and c.get("auth_waiting") == 0 and \
        c.get("auth_in_flight") == 0


def refused(name, call, code):
    wait_for("a quiet RA", settled)
    before = rows()
    answer = call()
    if (answer.error, answer.status) != (code, STATUS[code]):
        fail("%s: %s with status %s, not %d" % (name, answer.error,
                                                answer.status, code))
    if rows() != before:
        fail("%s changed a row" % name)
    ok("%d: %s, and nothing changed" % (code, name))


def secured(d, pdu):
    return encrypt(signed_request(pdu, d.enrollment, d.d), d.ra)


# ---- identification ----------------------------------------------------------

def ask_identity(d, **how):
    return d.post(secured(d, d.identity_pdu(**how)), IDENTITY)


def check_identity(d, i, answer, bare=False):
    cert, key = d.open_identity(answer.body, i, bare)
    start = d.enrollment.start + i * PERIOD
    expect("iterator %d: validity" % i, (cert.start, cert.end),
           (start, start + 721 * HOUR))
    expect("iterator %d: PSIDs" % i, cert.psids, [0x82, 0x83])
    expect("iterator %d: SSPs, opaque and bitmap" % i, cert.ssps, {
        0x82: (0x80, b"\x90\x01"), 0x83: (0x81, b"\x02\xa0\x01")})
    expect("iterator %d: region" % i, cert.region_octets,
           d.enrollment.region_octets)
    return cert, key


def get_identity(d, i):
    return wait_for("identification certificate %d" % i, lambda: next(
        (a for a in [d.identity(i)] if a.status == 200), None))


def info_of(d):
    answer = d.info()
    return number(answer.body) if answer.status == 200 else answer.error


def identification():
    d, other = named("ident01"), named("ident02")
    request = secured(d, d.identity_pdu())
    refused("a file before anything was asked for",
            lambda: d.get("/download/identity-certificate",
                          "0123456789ABCDEF_0.zip"), 5067)
    answer = d.post(request, IDENTITY)
    expect("identification certificates are asked for", answer.status, 200)
    true("the URL names the path",
         d.url.endswith("/download/identity-certificate"))
    true("expected soon", d.now() <= d.download_time <= d.now() + 30)
    kept = {}
    for i in range(SUPPLY):
        kept[i] = get_identity(d, i).body
        cert, key = check_identity(d, i, d.identity(i))
        true("iterator %d: a message signed by it" % i, verify(
            mul(key), *message_parts(cert, key, d)))
    expect("the same ZIP again", d.identity(0).body, kept[0])
    wait_for("a quiet RA", settled)
    again = d.post(request, IDENTITY)
    expect("the same request: the same ack", again.body, answer.body)
    refused("another request of the device", lambda: ask_identity(d), 5057)
    refused("an iterator too far ahead", lambda: d.identity(SUPPLY), 5065)
    refused("a file of another device", lambda: other.get(
        "/download/identity-certificate", d.batch_name(0)), 5067)
    refused("its file on another path", lambda: d.batch(0), 5067)
    refused("an application's name", lambda: d.get(
        "/download/identity-certificate", d.hash.hex() + ".zip"), 5072)
    due = d.enrollment.start + PERIOD
    true(".info tells when the next one comes",
         due <= info_of(d) <= due + 30)
    return d


def message_parts(cert, key, d):
    """What a verifier needs of a message signed by the certificate."""
    message = safety_message(b"hello", cert, key, d.now())
    r = Reader(message)
    r.want(b"\x03\x81\x00")
    start = r.at
    r.want(b"\x40\x03\x80")
    r.opaque()
    r.want(b"\x40\x01\x20")
    r.uint(8)
    tbs = r.b[start:r.at]
    return sha(sha(tbs), cert.hash), number(message[-64:-32]), \
        number(message[-32:])


def identification_refusals():
    d, bsm, rse = named("ident03"), named("bsm01"), named("rse05")
    point = point_octets(mul(d.a))
    pdu = d.identity_pdu()
    post = d.post
    refused("pseudonym certificates for 0x82",
            lambda: d.post(d.provisioning_request()), 5070)
    refused("identification certificates for 0x20",
            lambda: ask_identity(bsm), 5070)
    refused("an application request on this path", lambda: post(
        secured(d, d.application_pdu()), IDENTITY), 5070)
    refused("a pseudonym request on this path", lambda: post(
        d.provisioning_request(), IDENTITY), 5070)
    refused("this request on the pseudonym path", lambda: post(
        secured(d, pdu), PROVISION), 5070)
    refused("a key that is no point", lambda: post(secured(d, pdu.replace(
        point, b"\x82" + b"\xff" * 32)), IDENTITY), 5070)
    refused("a key of x only", lambda: post(secured(d, pdu.replace(
        point, b"\x80" + point[1:])), IDENTITY), 5070)
    refused("an encryption key to be expanded", lambda: ask_identity(
        d, cert_key=True), 5070)
    refused("a start after the enrollment's end", lambda: ask_identity(
        d, start=d.enrollment.end), 5070)
    refused("a time that is wrong", lambda: ask_identity(
        d, now=d.now() - 60), 5067)
    refused("a region beyond the enrollment's", lambda: ask_identity(
        rse, region=circle(40.7128, -74.0060, 3000)), 5070)
    refused("a region abroad", lambda: ask_identity(
        d, region=b"\x83\x01\x01\x80" + octets(124, 2)), 5070)
    refused("a region that is not certain to be inside", lambda: ask_identity(
        d, region=circle(42.3, -83.05, 100)), 5070)
    refused("a region of 2,400 octets", lambda: ask_identity(
        d, region=ring(39, -95, 300)), 5070)
    # in the layout of 1.2.4, for a part of the enrollment's region
    part = ring(39, -95, 100)
    expect("a smaller region", ask_identity(d, region=part).status, 200)
    get_identity(d, 0)
    cert, _ = d.open_identity(d.identity(0).body, 0)
    expect("is in the certificate", cert.region_octets.hex(), part.hex())


# ---- application -------------------------------------------------------------

def ask_application(d, **how):
    return d.post(secured(d, d.application_pdu(**how)), APPLICATION)


def get_application(d):
    answer = wait_for("an application certificate", lambda: next(
        (a for a in [d.application()] if a.status == 200), None))
    return d.open_application(answer.body)


def application():
    d, other = named("rse01"), named("rse02")
    before = d.now()
    answer = ask_application(d)
    expect("an application certificate is asked for", answer.status, 200)
    true("the URL names the path",
         d.url.endswith("/download/application-certificate"))
    cert, key = get_application(d)
    true("it begins now", before <= cert.start <= d.now())
    expect("it lasts a week and an hour", cert.end - cert.start, 169 * HOUR)
    expect("PSIDs", cert.psids, [0x82, 0x27])
    expect("the SSPs asked for", cert.ssps,
           {0x82: (0x80, b"\x90\xff\xff\x02"), 0x27: (0x80, b"")})
    expect("the enrollment's region", cert.region_octets,
           d.enrollment.region_octets)
    expect("no encryption key", cert.encryption_key, None)
    true("a message signed by it", verify(
        mul(key), *message_parts(cert, key, d)))
    expect(".info: none comes by itself", info_of(d), 0)
    refused("a second one at once", lambda: ask_application(d), 5056)
    refused("a file of another device", lambda: other.get(
        "/download/application-certificate", d.hash.hex() + ".zip"), 5067)
    refused("an identification's name", lambda: d.get(
        "/download/application-certificate", d.batch_name(0)), 5072)
    refused("its file on another path", lambda: d.get(
        "/download/identity-certificate", d.batch_name(0)), 5065)
    secret = scalar()
    part = circle(40.713, -74.006, 500)
    later = other.now() + 100 * HOUR
    request = secured(other, other.application_pdu(
        cert_key=secret, region=part, start=later))
    answer = other.post(request, APPLICATION)
    expect("with an encryption key, a region, a start", answer.status, 200)
    expect("the same request: the same ack",
           other.post(request, APPLICATION).body, answer.body)
    cert, _ = get_application(other)
    expect("its encryption key", cert.encryption_key, mul(secret))
    expect("its region", cert.region_octets, part)
    expect("its start", cert.start, later)
    return d


def application_refusals():
    d, bsm = named("rse03"), named("bsm01")
    pdu = d.application_pdu()
    point = point_octets(mul(d.own))
    response = b"\0\x80" + point_octets(mul(d.response))
    for name, changed in (
            ("a key that is no point", pdu.replace(
                point, b"\x82" + b"\xff" * 32)),
            ("a key on another curve", pdu.replace(
                b"\x80" + point, b"\x81" + point)),
            ("a response key that is no point", pdu.replace(
                response, b"\0\x80\x82" + b"\xff" * 32)),
            ("a response key on another curve", pdu.replace(
                response, b"\0\x81" + response[2:])),
            ("a response key of x only", pdu.replace(
                response, b"\0\x80\x80" + response[3:]))):
        true("%s is one" % name, changed != pdu)
        refused(name, lambda c=changed: d.post(secured(d, c), APPLICATION),
                5070)
    refused("for 0x20", lambda: ask_application(bsm), 5070)
    refused("an identification request on this path", lambda: d.post(
        secured(d, d.identity_pdu()), APPLICATION), 5070)
    refused("a start too far ahead", lambda: ask_application(
        d, start=d.now() + 170 * HOUR), 5070)
    refused("a region beyond the enrollment's", lambda: ask_application(
        d, region=circle(40.7128, -74.0060, 3000)), 5070)
    refused("a region of names", lambda: ask_application(
        d, region=b"\x83\x01\x01\x80" + octets(840, 2)), 5070)
    refused("a time that is wrong", lambda: ask_application(
        d, now=d.now() + 60), 5067)
    refused("somebody else's key", lambda: d.post(encrypt(signed_request(
        pdu, d.enrollment, bsm.d), d.ra), APPLICATION), 5058)


# ---- the operator ------------------------------------------------------------

def show(d):
    return json.loads(run(SCMS, "device", "show", ENV,
                          d.enrollment.id8.hex(), "--json"))


def operator(d, r):
    listed = {e["enrollment"]: e for e in devices()}
    true("both are listed", d.enrollment.id8.hex() in listed and
         r.enrollment.id8.hex() in listed)
    expect("a supplied one", listed[d.enrollment.id8.hex()]["state"],
           "supplied")
    one = show(d)
    expect("its certificates", (one["done"], one["waiting"], one["failed"]),
           (SUPPLY, 0, 0))
    ids = {d.open_identity(d.identity(i).body, i)[0].hash[-10:].hex()
           for i in range(SUPPLY)}
    expect("as a CRL names them", set(one["certificates"]), ids)
    run(SCMS, "device", "block", ENV, d.enrollment.id8.hex())
    refused("a download while blocked", lambda: d.identity(0), 5055)
    refused("a request while blocked", lambda: ask_identity(d), 5055)
    expect("blocked", show(d)["state"], "blocked")
    run(SCMS, "device", "unblock", ENV, d.enrollment.id8.hex())
    expect("a download after that", d.identity(0).status, 200)


# ---- time passes -------------------------------------------------------------

def time_passes(d, r):
    go(168 * HOUR - 600)
    d.offset = r.offset = offset
    refused("an application certificate too early",
            lambda: ask_application(r), 5056)
    go(168 * HOUR + 60)
    d.offset = r.offset = offset
    expect("the next one in the last hour", ask_application(r).status, 200)
    cert, _ = get_application(r)
    expect("another week and hour", cert.end - cert.start, 169 * HOUR)
    go(PERIOD + HOUR)
    d.offset = r.offset = offset
    check_identity(d, SUPPLY, get_identity(d, SUPPLY))
    refused("and no more", lambda: d.identity(SUPPLY + 1), 5065)
    # many at once; what is over is not made up for, and what does not nest in
    # the PCA's validity is not made
    go(10 * PERIOD + HOUR)
    d.offset = r.offset = offset
    last = (d.pca.end - d.enrollment.start - 721 * HOUR) // PERIOD
    expect("iterators before the PCA's end", last, 11)
    for i in range(10, last + 1):
        check_identity(d, i, get_identity(d, i))
    for i in (*range(SUPPLY + 1, 10), last + 1):
        expect("iterator %d is over, or too late" % i, d.identity(i).error,
               5065)
    true(".info: when the PCA may have another certificate",
         d.now() < info_of(d) <= d.now() + HOUR + 30)
    expect("an old one is still there", d.identity(1).status, 200)


# ---- kills -------------------------------------------------------------------

# planned: once at the start, for those that are there
POINTS = [("ra", p) for p in (
    "ra-auth-committed", "ra-ack-sent", "ra-auth-planned:2", "ra-auth-sent",
    "ra-auth-answered", "ra-auth-collected", "ra-auth-confirmed")] + \
    [("pca", p) for p in (
        "pca-batch-checked", "pca-batch-stored", "pca-batch-answered",
        "pca-confirm-issued", "pca-confirm-dropped")]


def is_up(name):
    out = subprocess.run([SCMS, "status", "--json", ENV], check=False,
                         stdout=subprocess.PIPE, timeout=60).stdout
    return any(c["name"] == name and c["state"] != "stopped"
               for c in json.loads(out)["components"])


def up(point=None):
    env = dict(os.environ)
    if point:
        env["MONARCH_CRASH_AT"] = point
    subprocess.run([SCMS, "up", ENV], env=env, check=True, timeout=120,
                   stdout=subprocess.DEVNULL)


def pid_of(name):
    with open("%s/%s/run/pid" % (ENV, name), encoding="ascii") as f:
        return int(f.read())


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def restart(name, point=None):
    """The process that is to die at the point."""
    old = pid_of(name)
    os.kill(old, signal.SIGTERM)
    wait_for("the end of %s" % name, lambda: not is_alive(old))
    wait_for("its end to be seen", lambda: not is_up(name))
    up(point)
    return pid_of(name)


def insist(name, call):
    """The answer; a component that dies meanwhile is started again."""
    for _ in range(100):
        try:
            return call()
        except OSError:
            time.sleep(0.1)
            if not is_up(name):
                up()
    fail("no answer")


def kills():
    for k, (name, point) in enumerate(POINTS):
        d = named("kident%02d" % (k + 1))
        r = named(("krse%02d", "kpol%02d")[k % 2] % (k // 2 + 1))
        armed = restart(name, point)
        requests = ((d, secured(d, d.identity_pdu()), IDENTITY),
                    (r, secured(r, r.application_pdu()), APPLICATION))
        acks = [insist(name, lambda x=x: x[0].post(*x[1:])).body
                for x in requests]
        wait_for("the death of %s at %s" % (name, point),
                 lambda p=armed: not is_alive(p))
        up()
        for x, ack in zip(requests, acks):
            expect("%s: the same ack" % point, x[0].post(*x[1:]).body, ack)
        for i in range(SUPPLY):
            check_identity(d, i + first(d), get_identity(d, i + first(d)))
        get_application(r)
        ok("%s: all certificates are there" % point)


def first(d):
    return (d.now() - d.enrollment.start) // PERIOD


# ---- all of them -------------------------------------------------------------

def books():
    """Nothing waits, nothing is there twice, the PCA has issued what the RA
    has, and has dropped its answers."""
    wait_for("a quiet RA", settled)
    db = sqlite3.connect("file:%s/ra/data/ra.db?mode=ro" % ENV, uri=True)
    states = db.execute("select state, count(*) from auth_certificate"
                        " group by state").fetchall()
    total, = db.execute("select count(distinct digest) from auth_certificate"
                        ).fetchone()
    db.close()
    expect("all are done, each another", states, [(2, total)])
    pca = counters(component="pca")
    expect("the PCA's books", (pca["auth_certificates_issued"],
                               pca["auth_answers_stored"]), (total, 0))
    expect("the RA's books", counters()["auth_certificates_done"], total)


def bare_entries():
    """The variant of the field: the entry is called by its iterator only."""
    d = named("ident01")
    path = ENV + "/environment.conf"
    with open(path, encoding="utf-8") as f:
        text = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace("identity_entry_bare = false",
                             "identity_entry_bare = true"))
    restart("ra")
    d = named("ident06")
    expect("another device asks", ask_identity(d).status, 200)
    i = first(d)
    check_identity(d, i, get_identity(d, i), bare=True)


device_of_all = identification()
station = application()
identification_refusals()
application_refusals()
operator(device_of_all, station)
kills()
time_passes(device_of_all, station)
bare_entries()
books()
all_well()

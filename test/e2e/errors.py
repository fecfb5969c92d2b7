"""Every error of the RA; see errors.sh.  errors.py test|prod"""
import base64
import os
import sqlite3
import sys
import threading
import time

from device import APPLICATION, IDENTITY, PROVISION, time32
from harness import (ENV, SCMS, WORK, all_well, counters, device, devices,
                     expect, fail, host, ok, run, set_clock, true, wait_for)
from ieee1609 import (N, decompress, encrypt, mul, octets, opaque,
                      point_octets, sha, sign, signed_request)

KIND = sys.argv[1]
PAIRS = 8                           # plv_cache_pairs
STATUS = {5055: 403, 5057: 409, 5058: 401, 5059: 401, 5065: 404, 5067: 401,
          5068: 404, 5069: 404, 5070: 400, 5071: 429, 5072: 404}
NAMES = {                           # as the RA's error table of CAMP has them
    5055: "Enrollment certificate blacklisted",
    5057: "Duplicate request received",
    5058: "Invalid signature or signature missing",
    5059: "Request not encrypted",
    5065: "Requested certificate file is not available for download",
    5067: "EE authentication failed",
    5068: "Requested certificate chain file not available for download",
    5069: "Requested .info file is not available for download",
    5070: "EE request contained invalid parameter values",
    5071: "EE exceeded retry limit",
    5072: "Invalid URL sent in download request",
}
I_NOW = (time32() - 347619603) // 604800
seen = set()
ra = host()


# ---- what must not change ----------------------------------------------------

def rows(everything=True):
    """The RA's database, but for who was here last with what error, and for
    files of PLVs, which the RA tidies up when it comes to it; without
    everything also not what the RA does by itself for other devices."""
    db = sqlite3.connect("file:%s/ra/data/ra.db?mode=ro" % ENV, uri=True)
    tables = [r[0] for r in db.execute(
        "select name from sqlite_master where type='table'"
        " and name not like 'sqlite_%' and name != 'plv_file'")]
    out = {}
    for t in tables if everything else ("device", "blocked"):
        columns = [r[1] for r in db.execute("pragma table_info(%s)" % t)
                   if r[1] not in ("contact", "error", "error_at") and
                   (everything or
                    r[1] not in ("next_i", "chain", "chain_end"))]
        out[t] = sorted(repr(r) for r in db.execute(
            "select %s from %s" % (",".join(columns), t)))
    db.close()
    return out


def quiet():
    """Waits until the RA has nothing left to do."""
    last = [None, 0]

    def still():
        now = rows()
        if now == last[0]:
            last[1] += 1
        else:
            last[:] = [now, 0]
        return last[1] >= 8 and not now["batch"] and not now["pool"] and \
            counters().get("plv_pairs_free") == PAIRS
    wait_for("a quiet RA", still)


def judge(name, answer, code):
    """The answer is this error, told as the environment tells it."""
    if KIND == "prod":
        got = (answer.status, answer.error, answer.message, answer.body)
        if got != (500, None, None, b""):
            fail("%s: %r, not a bare 500" % (name, got))
        if [h for h in answer.headers if "scms" in h]:
            fail("%s: headers %s" % (name, sorted(answer.headers)))
    elif (answer.error, answer.status) != (code, STATUS[code]):
        fail("%s: %s with status %s, not %d" % (name, answer.error,
                                                answer.status, code))
    elif NAMES[code] not in (answer.message or ""):
        fail("%s: message %r" % (name, answer.message))
    seen.add(code)
    ok("%d: %s" % (code, name))


class Refusals:
    """with Refusals("what"): nothing inside may change a row."""

    def __init__(self, what, everything=False):
        self.what, self.everything = what, everything

    def __enter__(self):
        if self.everything:
            quiet()
        self.before = rows(self.everything)

    def __exit__(self, kind, value, trace):
        if kind is None:
            after = rows(self.everything)
            for t, was in self.before.items():
                if after[t] != was:
                    fail("%s changed the table %s" % (self.what, t))
            ok("nothing changed: " + self.what)


# ---- devices that are used up, one after the other (5071 after 10 failures)

spare = iter(sorted(n for n in os.listdir(WORK + "/devices")
                    if n.startswith("dev")))


def fresh(*provisioned):
    d = device(WORK + "/devices/" + next(spare))
    if provisioned:
        expect("a device is provisioned", d.provision().status, 200)
    return d


def aligned():
    """Returns at the beginning of a second, so that differences of whole
    seconds are what they are called."""
    while not 0.02 < time.time() % 1 < 0.2:
        time.sleep(0.01)


def in_one_second(call):
    """The answer to a call that began and ended in the same second."""
    for _ in range(20):
        aligned()
        second = int(time.time())
        answer = call()
        if int(time.time()) == second or answer.status == 200:
            return answer
    fail("this machine is too slow for a test of seconds")


def post(d, body):
    return ra.call("POST", PROVISION, body)


def flip(b, at, bit=1):
    b = bytearray(b)
    b[at] ^= bit
    return bytes(b)


def request(d, pdu=None, signer=None, signature=None, hash_id=b"\0", tail=b""):
    """A signed request put together by hand, encrypted to the RA."""
    pdu = pdu or d.provisioning_pdu()
    signer = b"\x81\x01\x01" + d.enrollment.raw if signer is None else signer
    if signature is None:
        point, s = sign(d.d, sha(sha(pdu), d.enrollment.hash))
        signature = b"\x80\x80" + octets(point[0]) + octets(s)
    return encrypt(b"\x03\x83" + opaque(hash_id + pdu + signer + signature) +
                   tail, d.ra)


# ---- POST --------------------------------------------------------------------

def form():
    d = fresh()
    good = d.provisioning_request()
    inner = signed_request(d.provisioning_pdu(), d.enrollment, d.d)
    with Refusals("what has no form", everything=True):
        judge("an empty body", post(d, b""), 5070)
        for n in (1, 2, 5, 14, 60, 120, 200, len(good) - 17, len(good) - 1):
            judge("the first %d octets" % n, post(d, good[:n]), 5070)
        judge("an octet behind it", post(d, good + b"\0"), 5070)
        judge("noise", post(d, os.urandom(385)), 5070)
        judge("64 KiB of zeros", post(d, bytes(65536)), 5070)
        for text in (b"", b"\x03\x83", inner[:-1], inner + b"\0",
                     os.urandom(200)):
            judge("%d octets encrypted" % len(text),
                  post(d, encrypt(text, d.ra)), 5070)
        judge("signed, not encrypted", post(d, inner), 5059)
        judge("neither", post(d, b"\x03\x80" + opaque(b"x")), 5059)
        judge("encrypted to the PCA", post(d, encrypt(inner, d.pca)), 5059)
        judge("encrypted to the PCA, in the RA's name",
              post(d, encrypt(inner, d.pca, d.ra.id8)), 5059)
        judge("a bit of the ciphertext", post(d, flip(good, -20)), 5067)
        judge("a bit of the tag", post(d, flip(good, -1)), 5067)
        judge("a bit of the wrapped key", post(d, flip(good, 50)), 5059)
        judge("a version of the future", post(d, flip(good, 0, 4)), 5070)
        judge("no signature", post(d, encrypt(b"\x03\x80" + opaque(
            d.provisioning_pdu()), d.ra)), 5058)
        for path in (IDENTITY, APPLICATION):
            judge("nothing to " + path, ra.call("POST", path, b""), 5070)
            judge("noise to " + path, ra.call("POST", path, os.urandom(385)),
                  5070)
            judge("another kind of request to " + path,
                  ra.call("POST", path, d.provisioning_request()), 5070)
    answer = ra.call("POST", PROVISION, bytes(70000))
    expect("more than 64 KiB", (answer.status, answer.body), (413, b""))
    expect("the device is as good as before", d.provision().status, 200)


def signer():
    d, other = fresh(), fresh()
    pdu = d.provisioning_pdu()
    with Refusals("somebody else's signature"):
        judge("signer self", post(d, request(d, signer=b"\x82")), 5058)
        judge("signer digest", post(d, request(
            d, signer=b"\x80" + d.enrollment.id8)), 5058)
        judge("two certificates", post(d, request(
            d, signer=b"\x81\x01\x02" + 2 * d.enrollment.raw)), 5058)
        judge("no certificate", post(d, request(d, signer=b"\x81\x01\x00")),
              5058)
        judge("another key", post(d, encrypt(signed_request(
            pdu, d.enrollment, other.d), d.ra)), 5058)
        judge("a bit of s", post(d, encrypt(flip(signed_request(
            pdu, d.enrollment, d.d), -1), d.ra)), 5058)
        judge("s = 0", post(d, request(d, signature=b"\x80\x80" + octets(5) +
                                       bytes(32))), 5058)
        judge("s = n", post(d, request(d, signature=b"\x80\x80" + octets(5) +
                                       octets(N))), 5058)
        judge("another payload under it", post(d, encrypt(flip(signed_request(
            pdu, d.enrollment, d.d), 60), d.ra)), 5058)
        unknown = flip(d.enrollment.raw, 8)
        judge("an unknown issuer", post(d, request(
            d, signer=b"\x81\x01\x01" + unknown)), 5067)
    # Its own 10 failures are not yet reached, and those of the liar who has
    # no key do not count against it.
    expect("the device is as good as before", d.provision().status, 200)
    d = fresh()
    for k in range(12):
        post(d, request(d, signature=b"\x80\x80" + octets(k + 1) + octets(5)))
    expect("nobody locks out a device without its key",
           d.provision().status, 200)


def content():
    d = fresh()
    pdu = d.provisioning_pdu()
    point = point_octets(mul(d.a))
    bad_x = next(x for x in range(5, 99) if not on_curve(x))
    with Refusals("contents that make no sense"):
        judge("a key that is no point", post(d, request(d, pdu.replace(
            point, b"\x82" + octets(bad_x)))), 5070)
        judge("a key of x only", post(d, request(d, pdu.replace(
            point, b"\x80" + point[1:]))), 5070)
        judge("no key", post(d, request(d, pdu.replace(point, b"\x81"))), 5070)
        judge("version 2", post(d, request(d, b"\x02" + pdu[1:])), 5070)
        judge("a start after the enrollment certificate's end", post(
            d, d.provisioning_request(start=d.enrollment.end)), 5070)
        judge("a download request", post(
            d, d.download_request("0123456789ABCDEF_1.zip")), 5070)
        judge("a request for the RA's certificate", post(
            d, request(d, b"\x01\x83\x80\x00\x01")), 5070)
    expect("the device is as good as before", d.provision().status, 200)


def on_curve(x):
    try:
        return bool(decompress(x, 0))
    except ValueError:
        return False


def clocks():
    slow, fast, late, early = fresh(), fresh(), fresh(), fresh()
    with Refusals("a wrong clock"):
        aligned()
        judge("a clock 6 s behind", slow.provision(now=slow.now() - 6), 5067)
        aligned()
        # asked in one second and judged in the next it would be 5 s ahead
        judge("a clock 7 s ahead", fast.provision(now=fast.now() + 7), 5067)
        judge("a clock of last year", slow.provision(now=5), 5067)
        judge("a clock of 2140", fast.provision(now=0xffffffff), 5067)
    expect("5 s behind is fine", in_one_second(
        lambda: late.provision(now=late.now() - 5)).status, 200)
    aligned()
    expect("5 s ahead is fine", early.provision(now=early.now() + 5).status,
           200)
    expect("the right time is fine", (slow.provision().status,
                                      fast.provision().status), (200, 200))


def duplicates():
    d = fresh()
    octets_ = d.provisioning_request()
    first = d.post(octets_)
    expect("the first request", first.status, 200)
    with Refusals("requests sent again"):
        again = d.post(octets_)
        expect("the same octets, the same ack", (again.status, again.body),
               (200, first.body))
        judge("other octets", post(d, d.provisioning_request()), 5057)
        judge("the other layout", post(d, d.provisioning_request("1.2.4")),
              5057)
        set_clock(3600)
        again = d.post(octets_)
        expect("the same octets an hour later, the same ack",
               (again.status, again.body), (200, first.body))
        set_clock(0)
    # many at once, before there is an ack: one is taken
    d, answers = fresh(), []
    requests = [d.provisioning_request() for _ in range(8)]
    at_once([lambda r=r: answers.append(post(d, r)) for r in requests])
    expect("eight different requests at once, one is taken",
           sorted(a.status == 200 for a in answers), [False] * 7 + [True])
    for a in answers:
        if a.status != 200:
            judge("one of the other seven", a, 5057)
    d, answers = fresh(), []
    octets_ = d.provisioning_request()
    at_once([lambda: answers.append(post(d, octets_)) for _ in range(8)])
    expect("the same request eight times at once",
           ({a.status for a in answers}, len({a.body for a in answers})),
           ({200}, 1))


def at_once(calls):
    threads = [threading.Thread(target=c) for c in calls]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


# ---- GET ---------------------------------------------------------------------

def headers(d):
    path, name = "/download/batch", d.batch_name(I_NOW)
    good = base64.b64encode(d.download_request(name)).decode()

    def get(value):
        return ra.call("GET", path, None, {"Download-Req": value})

    with Refusals("headers that are none"):
        judge("no Download-Req", ra.call("GET", path), 5070)
        for what, value in (
                ("empty", ""), ("not Base64", "%%%%"), ("cut", good[:-5]),
                ("without its last digit", good[:-1]), ("twice", 2 * good),
                ("a word", "cafe"),
                ("with a blank", good[:40] + " " + good[40:])):
            judge("Download-Req: " + what, get(value), 5070)
        judge("Download-Req not encrypted", d.get_with(path, signed_request(
            d.download_pdu(name), d.enrollment, d.d)), 5059)
    expect("a good one", get(good).status, 200)


def names(d, other):
    path = "/download/batch"
    h = d.hash.hex()

    def ask(name, where=path, **how):
        return d.get(where, name, **how)

    with Refusals("files that are not there", everything=True):
        judge("somebody else's hash", ask(other.batch_name(I_NOW)), 5067)
        judge("somebody else's .info", ask(other.info_name(),
                                           "/download/info"), 5067)
        judge("a hash of nobody", ask("0" * 16 + "_1.zip"), 5067)
        judge("last week", ask(d.batch_name(I_NOW - 1)), 5065)
        judge("beyond the supply", ask(d.batch_name(I_NOW + 2)), 5065)
        judge("the last period of all", ask(d.batch_name(0xffffffff)), 5065)
    d2 = fresh("provisioned")
    with Refusals("names that are malformed"):
        for name in ("", h, h + "_.zip", h + "_123456789.zip", h[1:] + "_1.zip",
                     h + "_1.ZIPP", "../../ra.db"):
            judge("name %r" % name, d2.get(path, name), 5072)
        judge("a name with an octet 0", d2.get(path, h + "_1.zip\0"), 5072)
    d3 = fresh("provisioned")
    with Refusals("names and paths that do not fit"):
        judge(".info at the batch path", d3.get(path, d3.info_name()), 5072)
        judge(".zip at the info path", d3.get("/download/info",
                                              d3.batch_name(I_NOW)), 5072)
        judge("255 characters", d3.get(path, "A" * 255), 5072)
        judge("another path", d3.get("/download/other-certificate",
                                     h + "_1.zip"), 5072)
        judge("no path at all", ra.call("GET", "/download/"), 5072)
    d4 = fresh("provisioned")
    with Refusals("a download with a wrong clock"):
        aligned()
        judge("6 s behind", d4.batch(I_NOW, now=d4.now() - 6), 5067)
        aligned()
        judge("7 s ahead", d4.batch(I_NOW, now=d4.now() + 7), 5067)
    stranger = fresh()
    stranger.hash = d.hash
    with Refusals("a download by a device that never asked"):
        judge("a device that was not provisioned", stranger.batch(I_NOW), 5067)
    quiet()
    expect("5 s behind is fine", in_one_second(
        lambda: d4.batch(I_NOW, now=d4.now() - 5)).status, 200)
    aligned()
    expect("5 s ahead is fine", d4.batch(I_NOW, now=d4.now() + 5).status, 200)


def good_downloads(d):
    """Names in either case, Range, If-None-Match, Content-Disposition."""
    whole = d.batch(I_NOW)
    d.open_batch(whole.body, I_NOW)
    name = d.batch_name(I_NOW)
    expect("Content-Disposition", whole.headers["content-disposition"],
           'attachment; filename="%s"' % name)
    for variant in (name.lower(), name.upper(), name.lower()[:17] + name[17:]):
        answer = d.get("/download/batch", variant)
        expect("name " + variant, (answer.status, answer.body),
               (200, whole.body))
    for form_ in ("compressed", "x-only", "uncompressed"):
        answer = d.batch(I_NOW, r_form=form_)
        expect("r " + form_, (answer.status, answer.body), (200, whole.body))
    answer = d.batch(I_NOW, extra=True)
    expect("with the extra 00", (answer.status, answer.body),
           (200, whole.body))
    cut, got = len(whole.body) // 3, b""
    for r in ("bytes=0-%d" % (cut - 1), "bytes=%d-" % cut):
        answer = d.batch(I_NOW, headers={"Range": r})
        expect("Range: " + r, answer.status, 206)
        got += answer.body
    expect("a resumed download has the same octets", got, whole.body)
    expect("Content-Range", answer.headers["content-range"], "bytes %d-%d/%d" %
           (cut, len(whole.body) - 1, len(whole.body)))
    expect("a range outside", d.batch(I_NOW, headers={
        "Range": "bytes=%d-" % len(whole.body)}).status, 416)
    set_clock(2 * 604800)           # too late: its week is over
    d.offset = 2 * 604800
    answer = d.batch(I_NOW)
    true("two weeks later the same octets, or nothing",
         answer.body == whole.body or answer.error == 5065)
    set_clock(0)
    d.offset = 0
    for path, pattern in (("/download/local-certificate-chain",
                           "local_certificate_chains_"),
                          ("/download/policy/local", "local_policy_")):
        answer = ra.call("GET", path)
        name = answer.headers["content-disposition"].split('"')[1]
        true("%s is %s" % (path, name), answer.status == 200 and
             name.startswith(pattern) and name.endswith(".oer"))
        for form_ in ("%s", '"%s"', 'W/"%s"'):
            again = ra.call("GET", path, None, {"If-None-Match": form_ % name})
            expect("If-None-Match: " + form_ % name,
                   (again.status, again.body), (304, b""))
        again = ra.call("GET", path, None, {"If-None-Match": "other.oer"})
        expect("If-None-Match: other.oer", (again.status, again.body),
               (200, answer.body))
    answer = ra.call("POST", "/retrieve-ra-certificate",
                     b"\x03\x80" + opaque(b"\x01\x83\x80\x00\x01"))
    expect("/retrieve-ra-certificate", (answer.status, answer.body),
           (200, d.ra.raw))


def missing_files():
    for path, file in (("/download/local-certificate-chain", "lccf"),
                       ("/download/policy/local", "lpf")):
        there = "%s/ra/data/%s.oer" % (ENV, file)
        os.rename(there, there + ".away")
        judge("no " + file, ra.call("GET", path), 5068)
        os.rename(there + ".away", there)
        expect(file + " is back", ra.call("GET", path).status, 200)


def nothing_yet():
    """A device that is accepted while LAs and PCA are down."""
    quiet()
    for c in ("pca", "la1", "la2"):
        os.kill(int(open("%s/%s/run/pid" % (ENV, c)).read()), 9)
    d = fresh("provisioned")
    judge("no batch yet", d.batch(I_NOW), 5065)
    judge("no .info yet", d.info(), 5069)
    run(SCMS, "up", ENV)
    wait_for("the batch", lambda: d.batch(I_NOW).status == 200)
    ok("it comes when the PCA is back")
    true(".info as well", d.info().status == 200)


# ---- blocking, too many failures ---------------------------------------------

def blocked(d):
    me = d.enrollment.id8.hex()
    never = fresh()
    run(SCMS, "device", "block", ENV, me)
    run(SCMS, "device", "block", ENV, never.enrollment.id8.hex())
    with Refusals("requests of blocked devices", everything=True):
        judge("a blocked device downloads", d.batch(I_NOW), 5055)
        judge("a blocked device asks for .info", d.info(), 5055)
        judge("a blocked device provisions", never.provision(), 5055)
        for _ in range(11):         # not a failure that counts
            d.batch(I_NOW)
    state = {x["enrollment"]: x["state"] for x in devices()}
    expect("its state", state[me], "blocked")
    run(SCMS, "device", "unblock", ENV, me)
    run(SCMS, "device", "unblock", ENV, never.enrollment.id8.hex())
    expect("after unblocking", d.batch(I_NOW).status, 200)
    expect("and the other", never.provision().status, 200)


def too_many():
    d, other = fresh("provisioned"), fresh("provisioned")
    with Refusals("too many failures", everything=True):
        for _ in range(10):
            judge("a failure", d.get("/download/batch", "x"), 5072)
        judge("the eleventh", d.get("/download/batch", "x"), 5071)
        judge("even what would be right", d.batch(I_NOW), 5071)
    expect("others are not concerned", other.batch(I_NOW).status, 200)
    set_clock(3700)
    d.offset = 3700
    expect("an hour later", d.batch(I_NOW).status, 200)
    set_clock(0)


# ---- who may not even speak --------------------------------------------------

ALL = ("la1", "la2", "pca", "eca", "ra", "pg", "operator", "crlstore", "dcm",
       "ma", "crlg")
INTERNAL = (        # component, host, port, method, path, who may
    ("pca", 4, 8891, "POST", "/certificate-batch", ("ra",)),
    ("pca", 4, 8891, "POST", "/certificate", ("ra",)),
    ("pca", 4, 8891, "POST", "/certificate-batch-confirm", ("ra",)),
    ("pca", 4, 8891, "POST", "/plvs", ("ma",)),
    ("pca", 4, 8891, "POST", "/hash-of-individual-request", ("ma",)),
    ("la1", 5, 8890, "POST", "/pre-linkage-values", ("ra",)),
    ("la2", 6, 8890, "POST", "/pre-linkage-values", ("ra",)),
    ("la1", 5, 8890, "POST", "/linkage-info", ("ma",)),
    ("la2", 6, 8890, "POST", "/linkage-seed-hash", ("ma",)),
    ("ra", 2, 8892, "POST", "/blacklist-by-hpcr", ("ma",)),
    ("ra", 2, 8892, "POST", "/blacklist-by-rif", ("ma",)),
    ("ra", 2, 8892, "POST", "/retrieve-linkage-chain-identifiers", ("ma",)),
    ("ra", 2, 8892, "POST", "/certificate-digests", ("ma",)),
    ("eca", 3, 8895, "POST", "/enrollment-certificate-request",
     ("operator", "dcm", "ra")),
    ("pg", 8, 8893, "GET", "/global-policy", ("ra",)),
    ("pg", 8, 8893, "GET", "/global-certificate-chain", ALL),
    ("pg", 8, 8893, "POST", "/sign-policy", ("ra",)),
    ("ma", 9, 8897, "POST", "/misbehavior-report", ("ra",)),
    ("crlg", 10, 8898, "POST", "/revocations", ("ma",)),
    ("crlstore", 7, 8894, "POST", "/composite-crl", ("crlg",)))


def internal():
    for name, n, port, method, path, may in INTERNAL:
        body = b"x" if method == "POST" else None
        for client in (None,) + ALL:
            if client in may:
                continue
            answer = host(name, n, port, client).call(method, path, body)
            if (answer.status, answer.body) != (403, b""):
                fail("%s at %s%s: %d" % (client, name, path, answer.status))
        for client in may:
            answer = host(name, n, port, client).call(method, path, body)
            if answer.status == 403 or answer.status == 200 and \
                    method == "POST" and name != "pg":
                fail("%s at %s%s: %d" % (client, name, path, answer.status))
        ok("%s%s: 403 and nothing for all but %s" %
           (name, path, ", ".join(may)))


def raw():
    head = "POST %s HTTP/1.1\r\nHost: ra.monarch.test\r\n" % PROVISION
    for what, text in (
            ("Content-Length twice", head + "Content-Length: 3\r\n"
             "Content-Length: 4\r\n\r\nabcd"),
            ("a folded Content-Length", head + "Content-Length: 1\r\n 2\r\n\r\n"
             + "x" * 12),
            ("Content-Length and chunks", head + "Content-Length: 4\r\n"
             "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            ("a negative length", head + "Content-Length: -1\r\n\r\n"),
            ("%00 in the path", "GET /download%00/batch HTTP/1.1\r\n"
             "Host: x\r\n\r\n"),
            ("no HTTP at all", "\x16\x03\x01" * 30 + "\r\n\r\n")):
        first = ra.raw(text.encode("latin-1"))
        true("%s: %s" % (what, first or "closed"), first == "" or
             " 400 " in first or first.endswith("Error"))
    expect("the RA is well", ra.call("GET", "/healthz").status, 200)


# ---- all of it ---------------------------------------------------------------

form()
signer()
content()
clocks()
duplicates()
one, two = fresh("provisioned"), fresh("provisioned")
quiet()
headers(one)
names(two, one)
missing_files()
if KIND == "test":
    good_downloads(two)
    nothing_yet()
    internal()
    raw()
else:
    judge("no .info, without a reason", fresh("provisioned").info(), 5069)
blocked(one)
too_many()
expect("every error was seen", sorted(STATUS), sorted(seen))
all_well()

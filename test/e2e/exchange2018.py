"""See exchange2018.sh."""
import base64
import json
import os

from device import PROVISION
from harness import ENV, SCMS, devices, expect, fail, host, run, true
from ieee1609 import Cert, Reader, SignedData, sha

with open(os.environ["EXCHANGE"], encoding="ascii") as f:
    recorded = json.load(f)
certs = {n: Cert(bytes.fromhex(c["hex"]))
         for n, c in recorded["certificates"].items()}
known = {c.id8: c for c in certs.values()}
message = {v["name"]: bytes.fromhex(v["message"])
           for v in recorded["vectors"] if "message" in v}
ra = host(any_time=True)            # its TLS certificate is of 2017, too


def post(body):
    return ra.call("POST", PROVISION, body)


def get(request):
    return ra.call("GET", "/download/batch", None,
                   {"Download-Req": base64.b64encode(request).decode()})


def ack_of(octets):
    ack = SignedData(octets)
    expect("signed by the RA of 2018", ack.check(known).id8, certs["ra"].id8)
    r = Reader(ack.payload)
    r.want(b"\x01\x83\x83\x00\x01")
    hash8 = r.take(8)
    r.want(b"\x80\x00")
    r.take(4)
    r.opaque()
    expect("no octets behind the ack", r.at, len(ack.payload))
    return hash8.hex(), ack.psid, ack.header_flags


request = message["3 SecuredPseudonymCertProvisioningRequest"]
download = message["5 SecuredAuthenticatedDownloadRequest"]
expect("the request's hash", sha(request)[-8:].hex(), "5f05162d1297b202")
answer = get(download)
expect("a download before the device asked", answer.error, 5067)
for at in (100, len(request) - 1):
    bad = bytearray(request)
    bad[at] ^= 1
    answer = post(bytes(bad))
    true("refused with a bit changed: %s" % answer.error,
         answer.error in (5059, 5067))
expect("no device yet", devices(), [])

answer = post(request)
if answer.status != 200:
    fail("the request of 2018: %d, %s %s" % (answer.status, answer.error,
                                              answer.message))
expect("the ack says what CAMP's RA said", ack_of(answer.body),
       ack_of(message["4 SignedPseudonymCertProvisioningAck"]))
expect("sent again, the same ack", post(request).body, answer.body)
with open("ack.oer", "wb") as f:
    f.write(answer.body)

got = get(download)
expect("its download request is genuine, and that batch is not there",
       (got.status, got.error), (404, 5065))
one = devices()
expect("the device is known by its enrollment certificate",
       [d["enrollment"] for d in one], [certs["enrollment"].id8.hex()])
run(SCMS, "device", "block", ENV, one[0]["enrollment"])
expect("blocked, it gets 5055", get(download).error, 5055)

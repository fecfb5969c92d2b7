"""See interop.sh."""
import os
import zipfile

from device import Device, enrollment_request, safety_message, time32
from harness import (ENV, OBE, SCMS, WORK, counters, expect, host, ok, run,
                     true, wait_for)
from ieee1609 import scalar

PSIDS_I = 347619603, 604800         # begin of i = 0, a week

# ---- enrollment: one request as 1.2.2 has it, one with the extra 00
keys = {"plain": scalar(), "extra": scalar()}
with zipfile.ZipFile(WORK + "/theirs.zip", "w") as z:
    for name, k in keys.items():
        z.writestr(name + ".oer",
                   enrollment_request(k, time32(), extra=name == "extra"))
run(SCMS, "enroll", ENV, "--in", WORK + "/theirs.zip",
    "--out", WORK + "/theirs-bundle.zip")
with zipfile.ZipFile(WORK + "/theirs-bundle.zip") as z:
    z.extractall(WORK + "/theirs")
ra = host()
device = {n: Device(WORK + "/theirs/" + n, k, ra) for n, k in keys.items()}
ok("enrollment certificates reconstruct and chain to the root")

# ---- provisioning: 1.2.2 and 1.2.4
expect("provisioning, 1.2.2", device["plain"].provision().status, 200)
expect("provisioning, 1.2.4 with the extra 00 and compressed r",
       device["extra"].provision(layout="1.2.4", extra=True,
                                 r_form="compressed").status, 200)
expect("certDLURL", device["plain"].url,
       "https://ra.monarch.test:8892/download/batch")
run(OBE, "provision", "--quiet", WORK + "/devices")
wait_for("certificates",
         lambda: counters().get("certificates_done", 0) == 6 * 2 * 20)

# ---- download, and every single certificate opened
now_i = (time32() - PSIDS_I[0]) // PSIDS_I[1]
seen, linkage_values = {}, set()
for name, d in device.items():
    for i in (now_i, now_i + 1):
        answer = d.batch(i)
        expect("%s: batch %X" % (name, i), answer.status, 200)
        seen[name, i] = d.open_batch(answer.body, i)
        expect("%s: certificates of %X" % (name, i), len(seen[name, i]), 20)
        for cert, _ in seen[name, i]:
            if cert.start != PSIDS_I[0] + i * PSIDS_I[1] or \
                    cert.end - cert.start != 169 * 3600:
                true("validity of a certificate of %X" % i, False)
            linkage_values.add(cert.linkage_value)
    info = d.info()
    expect("%s: .info" % name, (info.status, len(info.body)), (200, 4))
    true("%s: .info names next week" % name,
         0 <= int.from_bytes(info.body, "big") - PSIDS_I[0] -
         (now_i + 1) * PSIDS_I[1] < 3600)
expect("no linkage value twice", len(linkage_values), 80)

# ---- what must be random, is: a nonce used twice gives keys away
for what, values in zip(("r of the PCA's signatures", "V of ECIES",
                         "nonces of AES-CCM"),
                        zip(*(x for d in device.values()
                              for x in d.randomness))):
    expect(what + ", none twice", (len(values), len(set(values))), (80, 80))
for name, d in device.items():
    expect("%s cannot solve for the PCA's key" % name, d.solve_for_pca_key(),
           None)

# ---- a safety message of theirs, believed by ours
bsm = bytes.fromhex("001425014286cb0f4c0e666e8fe01ea6d50f895794140aaaa2afc7407b"
                    "73a7e47f7f3702aa5b0f20")
for digest in (False, True):
    cert, d = seen["plain", now_i][7]
    with open(WORK + "/their.spdu", "wb") as f:
        f.write(safety_message(bsm, cert, d, time32(), digest))
    known = ["--known", ENV + "/public/LCCF.oer"]
    if digest:
        with open(WORK + "/pseudonym.oer", "wb") as f:
            f.write(cert.raw)
        known += ["--known", WORK + "/pseudonym.oer"]
    run(OBE, "verify", "--trust", ENV + "/public/root.oer", *known,
        "--payload", WORK + "/payload", WORK + "/their.spdu")
    with open(WORK + "/payload", "rb") as f:
        expect("scms-obe believes the message (%s)" %
               ("digest" if digest else "certificate"), f.read(), bsm)
os.remove(WORK + "/payload")

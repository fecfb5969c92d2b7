"""Gives all that is IEEE 1609.2 to Wireshark's dissector; see wire.sh."""
import base64
import collections
import os
import re
import subprocess
import zipfile

from device import safety_message, time32
from harness import ENV, OBE, WORK, fail, ok, run, true
from ieee1609 import Cert

messages = collections.OrderedDict()        # octets -> where from


def add(octets, where):
    messages.setdefault(octets, where)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def is_dot2(b):
    return len(b) > 4 and b[0] == 3 and 0x80 <= b[1] <= 0x84


# what went over the wire, and what is inside of ZIPs
for name in sorted(os.listdir(WORK + "/objects")):
    body = read(WORK + "/objects/" + name)
    if is_dot2(body):
        add(body, "wire: " + name)
    elif body[:2] == b"PK":
        with zipfile.ZipFile(WORK + "/objects/" + name) as z:
            for n in z.namelist():
                add(z.read(n), "entry " + n)
if os.path.exists(WORK + "/requests"):
    with open(WORK + "/requests", encoding="latin-1") as f:
        for value in re.findall("Download-Req: ([A-Za-z0-9+/=]+)", f.read()):
            add(base64.b64decode(value), "wire: Download-Req")
wire = len(messages)

# the same as files
for folder, _, names in os.walk(WORK):
    for name in names:
        path = os.path.join(folder, name)
        if name.endswith(".zip") and "bundle" not in name:
            with zipfile.ZipFile(path) as z:
                for n in z.namelist():
                    if is_dot2(z.read(n)):
                        add(z.read(n), name + "/" + n)
        elif name.endswith((".oer", ".spdu")) and is_dot2(read(path)):
            add(read(path), os.path.relpath(path, WORK))

# safety messages in both forms
run(OBE, "bsm", "--out", WORK + "/bsm", "lat=389560000", "long=-771500000")
for device in ("dev01", "dev02"):
    for k, form in enumerate((["--certificate"], [])):
        spdu = "%s/%s%d.spdu" % (WORK, device, k)
        run(OBE, "sign", *form, "--in", WORK + "/bsm", "--out", spdu,
            WORK + "/devices/" + device)
        add(read(spdu), "safety message %s %s" % (device, form))

# certificates of every profile, as the signer of a message: that is where
# Wireshark knows certificates
certs = {}
for folder in (ENV + "/public", WORK + "/devices/dev01/bundle"):
    for name in sorted(os.listdir(folder)):
        b = read(folder + "/" + name)
        if name.endswith(".oer"):
            try:
                certs[name] = Cert(b)
            except ValueError:
                continue                    # a chain file, a CRL, a policy
            except AttributeError:
                continue
profiles = ("ECA", "ICA", "PCA", "RA", "MA", "PG", "CRLG", "LA1", "LA2", "root",
            "elector1", "elector2", "elector3", "auditor1", "enrollment")
for name in profiles:
    cert = certs.get(name + ".oer") or fail("no certificate " + name)
    add(safety_message(b"x", cert, 5, time32()), "certificate " + name)


def judge(octets):
    """What Wireshark says of each message, in order."""
    with open(WORK + "/hex", "w", encoding="ascii") as f:
        for b in octets:
            for at in range(0, len(b), 32):
                f.write("%06x %s\n" % (at, b[at:at + 32].hex(" ")))
            f.write("\n")
    run("text2pcap", "-q", "-l", "252", "-P", "ieee1609dot2.data",
        WORK + "/hex", WORK + "/dot2.pcap")
    out = subprocess.run(
        ["tshark", "-r", WORK + "/dot2.pcap", "-T", "fields", "-E",
         "separator=|", "-e", "ieee1609dot2.content", "-e",
         "_ws.malformed", "-e", "_ws.expert.message", "-e",
         "_ws.expert.severity", "-e", "ieee1609dot2.start"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
        timeout=120).stdout.decode().splitlines()
    if len(out) != len(octets):
        fail("%d messages, %d verdicts" % (len(octets), len(out)))
    return [line.split("|") for line in out]


verdicts = judge(list(messages))
kinds, beyond = collections.Counter(), []
for (content, malformed, expert, severity, _), (b, where) in zip(
        verdicts, messages.items()):
    # Wireshark's limits, in its own words: no BIT STRING in OER (eeType), and
    # a bug of its own in minChainLength.
    if "not handled yet" in expert or "Dissector bug" in malformed + expert:
        beyond.append(where)
        continue
    if malformed or expert or severity or content == "":
        fail("%s: %s %s\n%s" % (where, malformed, expert, b.hex()))
    if content.split(",")[0] != str(b[1] & 0x7f):
        fail("%s: content %s" % (where, content))
    kinds[("unsecured", "signed", "encrypted", "certificate request")[
        b[1] & 0x7f]] += 1
ok("%d messages (%s), %d of them from the wire, none malformed" % (
    len(messages), ", ".join("%d %s" % (n, k) for k, n in kinds.items()), wire))
true("%d hold permissions to issue or request, which Wireshark cannot read" %
     len(beyond), len(beyond) < 30)
for name in ("MA", "PG", "CRLG", "LA1", "LA2"):
    true("it could judge the certificate of the " + name,
         "certificate " + name not in beyond)
true("of each kind enough", kinds["signed"] >= 70 and kinds["encrypted"] >= 3)

# Wireshark sees what is wrong, or all this would say nothing.
good = next(iter(b for b, w in messages.items() if w == "certificate LA1"))
bad = [good[:len(good) // 2], good[:6] + b"\x70" + good[7:],
       good[:20] + b"\x9f" + good[21:]]
true("damaged messages are seen",
     all(v[1] or v[2] or v[3] for v in judge(bad)[:2]))

# And it reads what we meant.
starts = {w: v[4] for v, (b, w) in zip(verdicts, messages.items())}
true("it reads our validity",
     starts["certificate LA1"] == str(certs["LA1.oer"].start))

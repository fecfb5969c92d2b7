#!/usr/bin/env python3
"""scms show, schema and verify as a newcomer and a tester use them.

usage: show.py SCMS NOTATION-FILE
"""
import json
import os
import subprocess
import sys
import tempfile
import zipfile

SCMS, NOTATION = sys.argv[1:]
checks = 0

PLAIN = bytes.fromhex("0380" + "05" + "48656c6c6f")     # unsecured "Hello"
CRL = bytes.fromhex("00010001000100")                   # empty composite CRL


def run(*args):
    return subprocess.run([SCMS, *args], capture_output=True, text=True,
                          check=False)


def expect(status, want, *args):
    global checks
    result = run(*args)
    text = result.stdout + result.stderr
    assert result.returncode == status, (args, result)
    for part in want:
        assert part in text, (args, part, text)
    checks += 1
    return result.stdout


with tempfile.TemporaryDirectory() as folder:
    def write(name, data):
        path = os.path.join(folder, name)
        with open(path, "wb") as f:
            f.write(data)
        return path

    plain = write("plain.oer", PLAIN)
    expect(0, ["Ieee1609Dot2Data, 8 octets", "unsecuredData"], "show", plain)
    out = expect(0, [], "show", "--json", plain)
    assert json.loads(out) == {"protocolVersion": 3, "content":
                               {"unsecuredData": "48656c6c6f"}}, out
    out = expect(0, [], "show", "--check", plain)
    assert out.count("\n") == 1, out
    expect(0, ["CompositeCrl, 7 octets"], "show", write("CRL.oer", CRL))
    expect(0, ["next batch expected at 2015-01-06T09:00:00Z"], "show",
           write("ab.info", (347619603).to_bytes(4, "big")))
    expect(0, ["(699008403)"], "show", write("k.info", b"29aa0593"))
    expect(0, ["no further"], "show", write("z.info", bytes(4)))

    # Exit 2: decodes, but not canonical or not all of it.
    expect(2, ["goes on after"], "show", "--type", "Ieee1609Dot2Data",
           write("tail", PLAIN + b"\0"))
    expect(2, ["length"], "show", "--type", "Ieee1609Dot2Data",
           write("long", bytes.fromhex("0380" + "8105" + "48656c6c6f")))
    # Exit 1: not decodable.
    expect(1, ["ends inside"], "show", "--type", "Ieee1609Dot2Data",
           write("cut", PLAIN[:-1]))
    expect(1, [], "show", write("noise", bytes(range(200, 256)) * 3))
    expect(1, ["No such file"], "show", os.path.join(folder, "absent"))
    expect(1, [], "show", write("empty", b""))
    expect(64, ["no such type"], "show", "--type", "Nonsense", plain)
    # The worst of several files counts, and the others are shown.
    out = expect(1, [], "show", os.path.join(folder, "noise"), plain)
    assert "unsecuredData" in out

    # Names from outside cannot talk to the terminal.
    evil = write("evil", b"\x01\x83\x88\x00\x19\xe9\x81\xe4\x04a\x1b[2")
    out = expect(0, ["\\x1b"], "show", "--type", "ScmsPDU", evil)
    assert "\x1b" not in out, out

    path = os.path.join(folder, "files.zip")
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("1A9_0", PLAIN)
        z.writestr("1A9_1", CRL)
        z.writestr("x.info", bytes(4))
    expect(0, ["ZIP with 3 entries", "1A9_0: Ieee1609Dot2Data",
               "1A9_1: CompositeCrl", "no further"], "show", path)
    with zipfile.ZipFile(path, "a") as z:
        z.writestr("bad", bytes(range(200, 256)))
    expect(1, ["1A9_0: Ieee1609Dot2Data", "bad"], "show", path)
    expect(1, [], "show", write("torn.zip", open(path, "rb").read()[:90]))

    expect(1, ["not signed", "NOT VERIFIED"], "verify", plain)
    expect(1, ["carries no signature"], "verify",
           os.path.join(folder, "CRL.oer"))
    expect(64, ["FILE needed"], "verify")
    expect(64, ["not a time"], "verify", "--time", "noon", plain)

out = expect(0, [], "schema")
names = {line.split(" :=")[0] for line in out.splitlines() if " := " in line}
with open(NOTATION, encoding="utf-8") as f:
    facts = {line.split(" := ")[0] for line in f if " := " in line}
missing = [n for n in ("Certificate", "ScmsPDU", "CompositeCrl", "LinkageData",
                       "PcaRaCertResponseMsg") if n not in names]
assert not missing and len(names) > 300, (missing, len(names))
assert len(facts) > 300
expect(0, ["LinkageData := SEQ{ iCert: IValue"], "schema", "LinkageData")
expect(1, ["no type"], "schema", "Nonsense")
print(f"{checks} checks")

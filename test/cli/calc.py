#!/usr/bin/env python3
"""scms calc against CAMP's published numbers.

usage: calc.py SCMS VECTORS-FOLDER
"""
import hashlib
import hmac
import json
import subprocess
import sys

SCMS, VECTORS = sys.argv[1:]
checks = 0


def run(*args):
    return subprocess.run([SCMS, "calc", *map(str, args)], capture_output=True,
                          text=True, check=False)


def calc(*args):
    result = run(*args)
    assert result.returncode == 0, (args, result.stderr)
    return json.loads(result.stdout)


def expect(got, want, what):
    global checks
    assert got == want, f"{what}: {got}, not {want}"
    checks += 1


def refuse(want, *args):
    global checks
    result = run(*args)
    assert result.returncode == 1 and result.stdout == "", (args, result)
    assert want in result.stderr, (args, result.stderr)
    checks += 1


def vectors(name):
    with open(f"{VECTORS}/{name}.json", encoding="utf-8") as f:
        return json.load(f)["vectors"]


def sec1(x, y):
    return f"{2 + int(y, 16) % 2:02x}{x}"


for v in vectors("camp_butterfly"):
    common = ["--i", v["i"], "--j", v["j"], "--use", v["kind"],
              "--expansion", v["key"]]
    seed = sec1(v["seed_pub_x"], v["seed_pub_y"])
    public = sec1(v["expanded_pub_x"], v["expanded_pub_y"])
    out = calc("butterfly", *common, "--seed-private", v["seed_priv"])
    expect(out, {"f": v["f"], "private": v["expanded_priv"],
                 "public": public}, v["name"])
    out = calc("butterfly", *common, "--seed-public", seed)
    expect(out, {"f": v["f"], "public": public}, v["name"])

for v in vectors("camp_linkage"):
    out = calc("lv", "--la1-id", v["la1"], "--seed1", v["ls1"], "--la2-id",
               v["la2"], "--seed2", v["ls2"], "--j", v["j"])
    expect(out, {"linkage_value": v["lv"]}, v["name"])
    for la in "12":
        out = calc("plv", "--la-id", v["la" + la], "--seed", v["ls" + la],
                   "--j", v["j"])
        expect(out, {"pre_linkage_value": v["plv" + la]}, v["name"])
        if f"ls{la}_prev" in v:
            out = calc("linkage-seed", "--la-id", v["la" + la], "--seed",
                       v[f"ls{la}_prev"], "--steps", 1)
            expect(out, {"linkage_seed": v["ls" + la]}, v["name"])

for v in vectors("camp_ecies"):
    out = calc("ecies-decrypt", "--private", v["r"], "--v",
               sec1(v["Vx"], v["Vy"]), "--c", v["C"], "--t", v["T"],
               "--p1", v["p1"])
    expect(out, {"key": v["k"]}, v["name"])
    made = calc("ecies-encrypt", "--public", sec1(v["Rx"], v["Ry"]), "--key",
                v["k"], "--p1", v["p1"])
    out = calc("ecies-decrypt", "--private", v["r"], "--v", made["v"], "--c",
               made["c"], "--t", made["t"], "--p1", v["p1"])
    expect(out, {"key": v["k"]}, v["name"])
    refuse("tag", "ecies-decrypt", "--private", v["r"], "--v",
           sec1(v["Vx"], v["Vy"]), "--c", v["C"], "--t", v["T"], "--p1",
           "00" * 32)

for v in vectors("camp_primitives"):
    if v["op"] == "kdf2":
        out = calc("kdf2", "--secret", v["z"], "--p1", v["p1"], "--length",
                   v["dl"])
        expect(out, {"key": v["out"]}, v["name"])
    elif v["op"] == "mac1":
        out = calc("mac1", "--key", v["key"], "--message", v["msg"])
        expect(out["tag"], v["tag"][:32], v["name"])
    elif v["op"] == "ccm":
        out = calc("ccm-encrypt", "--key", v["key"], "--nonce", v["nonce"],
                   "--plaintext", v["plaintext"])
        expect(out, {"ciphertext": v["ciphertext_tag"]}, v["name"])
        out = calc("ccm-decrypt", "--key", v["key"], "--nonce", v["nonce"],
                   "--ciphertext", v["ciphertext_tag"])
        expect(out, {"plaintext": v["plaintext"]}, v["name"])
        refuse("tag", "ccm-decrypt", "--key", v["key"], "--nonce", v["nonce"],
               "--ciphertext", v["ciphertext_tag"][:-2] + "%02x" %
               (int(v["ciphertext_tag"][-2:], 16) ^ 1))

message = b"Monarch"
out = calc("hash", message.hex())
digest = hashlib.sha256(message).hexdigest()
expect(out["sha256"], digest, "sha256")
expect(out["hashedId3"], digest[-6:], "hashedId3")
expect(out["hashedId8"], digest[-16:], "hashedId8")
expect(out["hashedId10"], digest[-20:], "hashedId10")
expect(out["sha384"], hashlib.sha384(message).hexdigest(), "sha384")
expect(calc("hash", "")["hashedId8"], "a495991b7852b855", "empty string")
expect(calc("mac1", "--key", "0102", "--message", "03")["hmac_sha256"],
       hmac.new(b"\1\2", b"\3", "sha256").hexdigest(), "hmac")

refuse("hexadecimal", "hash", "0g")
refuse("hexadecimal", "hash", "012")
refuse("missing", "hash")
refuse("twice", "hash", "00", "00")
refuse("no such calculation", "sign", "00")
refuse("2 octets", "plv", "--la-id", "010203", "--seed", "00" * 16, "--j", 0)
refuse("number", "plv", "--la-id", "0102", "--seed", "00" * 16, "--j", "-1")
refuse("number", "plv", "--la-id", "0102", "--seed", "00" * 16, "--j",
       1 << 32)
refuse("point", "ecies-encrypt", "--public", "02" + "ff" * 32, "--key",
       "00" * 16, "--p1", "00" * 32)
refuse("unknown", "mac1", "--key", "00", "--text", "00")
refuse("cert or enc", "butterfly", "--i", 0, "--j", 0, "--use", "x",
       "--expansion", "00" * 16, "--seed-private", "00" * 31 + "01")
refuse("one of", "butterfly", "--i", 0, "--j", 0, "--use", "cert",
       "--expansion", "00" * 16)
refuse("no key", "butterfly", "--i", 0, "--j", 0, "--use", "cert",
       "--expansion", "00" * 16, "--seed-private", "00" * 32)
print(f"{checks} checks")
assert checks > 60, "vectors are missing"

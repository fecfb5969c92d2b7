"""The device of these tests computes as the published vectors say."""
import json
import os
import sys

from ieee1609 import (N, Cert, SignedData, add, butterfly, ccm_open, ccm_seal,
                      decompress, decrypt, ecies_unwrap, ecies_wrap, kdf2, mul,
                      number, octets, sha, verify)

HERE = os.path.dirname(os.path.abspath(__file__))
done = 0


def load(name, *folders):
    for folder in folders:
        path = os.path.join(HERE, folder, name)
        if os.path.exists(path):
            with open(path, encoding="ascii") as f:
                return json.load(f)
    return None


def same(what, got, want):
    global done
    if got != want:
        sys.exit("%s: %r, not %r" % (what, got, want))
    done += 1


def camp(name):
    return load(name, "../vectors")["vectors"]


def b(v, key):
    return bytes.fromhex(v[key])


for v in camp("camp_primitives.json"):
    if v["op"] == "kdf2":
        same(v["name"], kdf2(b(v, "z"), b(v, "p1"), v["dl"]), b(v, "out"))
    elif v["op"] == "ccm":
        same(v["name"], ccm_seal(b(v, "key"), b(v, "nonce"), b(v, "plaintext")),
             b(v, "ciphertext_tag"))
        same(v["name"], ccm_open(b(v, "key"), b(v, "nonce"),
                                 b(v, "ciphertext_tag")), b(v, "plaintext"))
    elif v["op"] == "ecdh":
        z = mul(number(b(v, "a")), (number(b(v, "Bx")), number(b(v, "By"))))
        same(v["name"], octets(z[0]), b(v, "Z"))

for v in camp("camp_ecies.json"):
    point, c, t = ecies_wrap(
        b(v, "k"), (number(b(v, "Rx")), number(b(v, "Ry"))), b(v, "p1"),
        number(b(v, "v")))
    same(v["name"], (octets(point[0]), c, t), (b(v, "Vx"), b(v, "C"), b(v, "T")))
    same(v["name"], ecies_unwrap(number(b(v, "r")), point, c, t, b(v, "p1")),
         b(v, "k"))

for v in camp("camp_butterfly.json"):
    f = butterfly(b(v, "key"), v["i"], v["j"], v["kind"] != "cert")
    private = (number(b(v, "seed_priv")) + f) % N
    same(v["name"], octets(private), b(v, "expanded_priv"))
    public = add((number(b(v, "seed_pub_x")), number(b(v, "seed_pub_y"))), mul(f))
    same(v["name"], octets(public[0]), b(v, "expanded_pub_x"))

# The exchange of 2018 carries no licence: read where it is, else left out.
d = load("scms_escrypt_2018.json", os.environ.get("MONARCH_SHARED", "-") +
         "/vectors", "../../../shared/vectors", "../vectors")
if d is None:
    print("skipped: the exchange of 2018 is not here")
else:
    certs = {n: Cert(bytes.fromhex(c["hex"]))
             for n, c in d["certificates"].items()}
    known = {c.id8: c for c in certs.values()}
    for n, c in certs.items():
        same(n, c.id8.hex(), d["certificates"][n]["hashed_id8"])
        c.check_chain(known, certs["rca"])
    for v in d["vectors"]:
        if v["op"] == "ecqv":
            c = certs["enrollment"]
            e = number(sha(sha(c.tbs), certs["eca"].hash))
            private = (e * number(b(v, "ku")) + number(b(v, "r"))) % N
            same(v["name"], octets(private), b(v, "d"))
            same(v["name"], mul(private), c.public(known))
        elif v["op"] == "encrypted_data":
            same(v["name"], decrypt(b(v, "message"), number(b(v, "priv")),
                                    b(v, "p1")), b(v, "plaintext"))
        elif v["op"] == "signed_data":
            same(v["name"], SignedData(b(v, "message")).check(known).id8,
                 certs[v["signer"]].id8)
        elif v["op"] == "keypair":
            same(v["name"], mul(number(b(v, "priv"))),
                 decompress(number(b(v, "pub")[1:]), b(v, "pub")[0] & 1))

if verify(mul(5), sha(b"x"), 1, 1):
    sys.exit("a wrong signature verifies")
if done < 50:
    sys.exit("only %d comparisons" % done)
print("ok: %d comparisons" % done)

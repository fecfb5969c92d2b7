"""What devices and LAs know, computed again from their secrets, and where it
stands; for privacy.py and privacy_revoked.py."""
import collections
import glob
import os
import re
import sqlite3
import subprocess

from harness import BUILD, ENV, WORK, fail
from ieee1609 import (Aes, Cert, Reader, ccm_open, kdf2, number, octets, sha,
                      xor)

J = 20                                      # certificates of a period


def read(path):
    with open(path, "rb") as f:
        return f.read()


# ---- devices ----

class Held:
    """A device's keys and certificates, from its folder."""

    def __init__(self, folder):
        self.folder = folder
        r = Reader(read(folder + "/provision"))
        r.want(b"MNRCPROV\x02")
        self.a, self.ck, self.h, self.ek = (
            r.take(32), r.take(16), r.take(32), r.take(16))
        r.take(1 + 48 + 20)         # of other kinds of certificates
        r.take(5)
        self.request_hash = r.take(8)
        self.certs = {}             # (i, j) -> certificate, s
        for path in glob.glob(folder + "/certificates/*"):
            r = Reader(read(path))
            r.want(b"MNRCWEEK\x01\x01")
            i = r.uint(4)
            r.take(8)
            for _ in range(r.uint(2)):
                j = r.uint(4)
                self.certs[i, j] = Cert(r.take(r.uint(2))), r.take(32)


# ---- LAs ----

class La:
    """Opens an LA's storage with its own key, as only it can."""

    def __init__(self, name):
        self.name, folder = name, "%s/%s/data" % (ENV, name)
        self.storage = read(folder + "/storage.key")
        k = kdf2(self.storage, b"monarch-la-storage", 64)
        self.keys = k[:16], k[16:32], k[32:]
        # laId(2) from the SSP of its certificate, 88 0001 laId
        cert = read("%s/%s/cert.oer" % (ENV, name))
        self.id = re.search(b"\x88\x00\x01(..)", cert, re.DOTALL).group(1)
        db = sqlite3.connect("file:%s/la.db?mode=ro" % folder, uri=True)
        self.seeds = {}
        for sealed, i0 in db.execute("select sealed, i0 from chain"):
            plain = ccm_open(self.keys[0], sealed[:12], sealed[12:])
            if number(plain[:2]) != i0:
                fail("i0 of a chain of " + name)
            self.seeds[plain[2:]] = i0
        db.close()

    def open_lci(self, lci):
        """i0, seed of EncryptedData for the LA's own key."""
        r = Reader(lci)
        r.want(b"\x01\x01\x81")
        r.want(sha(b"\x80" + self.keys[1])[-8:] + b"\x80")
        nonce = r.take(12)
        key = ccm_open(self.keys[1], nonce, r.opaque())
        r.want(b"\x80")
        nonce = r.take(12)
        plain = ccm_open(key, nonce, r.opaque())
        return number(plain[:2]), plain[2:]

    def plv(self, seed, steps):
        """The values of one period for all j, and the seed of it."""
        for _ in range(steps):
            seed = sha(self.id, seed, bytes(14))[:16]
        aes, out = Aes(seed), []
        for j in range(J):
            block = self.id + octets(j, 4) + bytes(10)
            out.append(xor(aes.block(block), block)[:9])
        return seed, out


def chains():
    """LCIs of both LAs by a device's request hash, as the RA has them."""
    db = sqlite3.connect("file:%s/ra/data/ra.db?mode=ro" % ENV, uri=True)
    out = {h: (l1, l2) for h, l1, l2 in db.execute(
        "select d.request_id, c.lci1, c.lci2 from device d join chain c"
        " on c.id = d.chain")}
    db.close()
    return out


# ---- what must not be where ----

patterns = collections.OrderedDict()        # octets -> name
allowed = {}                                # name -> where it may be


def forbid(kind, value, *places):
    """value may be in these places and nowhere else."""
    if value not in patterns:
        patterns[value] = "%s/%d" % (kind, len(patterns))
    allowed.setdefault(patterns[value], []).extend(places)


def search(*paths):
    with open(WORK + "/patterns", "w", encoding="ascii") as f:
        for value, name in patterns.items():
            f.write("%s %s\n" % (value.hex(), name))
    r = subprocess.run([BUILD + "/test/privacy/leak", WORK + "/patterns",
                        *paths], stdout=subprocess.PIPE, check=False,
                       stderr=subprocess.PIPE, timeout=120)
    os.remove(WORK + "/patterns")
    if r.returncode == 2:
        fail(r.stderr.decode())
    return [line.split(" ", 2) for line in r.stdout.decode().splitlines()]

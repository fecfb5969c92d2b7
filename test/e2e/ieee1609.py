"""IEEE 1609.2 as far as a device of CAMP needs it, in python3 alone.

Written from the standard and the published test vectors, without a line and
without a library of Monarch: what these two agree on is not one programmer's
mistake made twice.  Slow (milliseconds for a signature) and not hardened: for
tests.  Run as a program it checks itself with the published vectors.
"""
import hashlib
import hmac
import os
import struct

# ---- P-256 ------------------------------------------------------------------

P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff
N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b
G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
     0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)


def _double(p):
    x, y, z = p
    if y == 0:
        return (1, 1, 0)
    d = z * z % P
    g = y * y % P
    b = x * g % P
    a = 3 * (x - d) * (x + d) % P
    x3 = (a * a - 8 * b) % P
    z3 = ((y + z) ** 2 - g - d) % P
    return (x3, (a * (4 * b - x3) - 8 * g * g) % P, z3)


def _add(p, q):
    if p[2] == 0:
        return q
    if q[2] == 0:
        return p
    z1z1, z2z2 = p[2] * p[2] % P, q[2] * q[2] % P
    u1, u2 = p[0] * z2z2 % P, q[0] * z1z1 % P
    s1, s2 = p[1] * q[2] * z2z2 % P, q[1] * p[2] * z1z1 % P
    if u1 == u2:
        return _double(p) if s1 == s2 else (1, 1, 0)
    h, r = u2 - u1, s2 - s1
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return (x3, (r * (v - x3) - s1 * hhh) % P, p[2] * q[2] * h % P)


def _affine(p):
    if p[2] == 0:
        raise ValueError("point at infinity")
    w = pow(p[2], -1, P)
    return (p[0] * w * w % P, p[1] * w * w * w % P)


def mul(k, point=G):
    table = [(1, 1, 0), (point[0], point[1], 1)]
    for _ in range(14):
        table.append(_add(table[-1], table[1]))
    acc = (1, 1, 0)
    for shift in range(252, -4, -4):
        for _ in range(4):
            acc = _double(acc)
        acc = _add(acc, table[(k % N) >> shift & 15])
    return _affine(acc)


def add(p, q):
    return _affine(_add((p[0], p[1], 1), (q[0], q[1], 1)))


def decompress(x, odd):
    y2 = (x * x * x - 3 * x + B) % P
    y = pow(y2, (P + 1) // 4, P)
    if x >= P or y * y % P != y2:
        raise ValueError("not on the curve")
    return (x, y if y & 1 == odd else P - y)


def octets(n, size=32):
    return n.to_bytes(size, "big")


def number(b):
    return int.from_bytes(b, "big")


def scalar():
    return number(os.urandom(40)) % (N - 1) + 1


# ---- hashes, AES, ECIES ------------------------------------------------------

def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def _tables():
    """Round tables of AES, computed."""
    exp, x = [], 1
    for _ in range(255):
        exp.append(x)
        x ^= (x << 1) ^ (0x11b if x & 0x80 else 0)
        x &= 0xff
    log = {v: i for i, v in enumerate(exp)}
    box = []
    for v in range(256):
        s = exp[(255 - log[v]) % 255] if v else 0
        r = s
        for k in range(1, 5):
            r ^= (s << k | s >> (8 - k)) & 0xff
        box.append(r ^ 0x63)
    two = [(v << 1) ^ (0x11b if v & 0x80 else 0) for v in box]
    return box, [two[v] << 24 | box[v] << 16 | box[v] << 8 | two[v] ^ box[v]
                 for v in range(256)]


BOX, ROUND = _tables()


def _ror(v, n):
    return (v >> n | v << (32 - n)) & 0xffffffff


class Aes:
    """AES-128, encryption of blocks."""

    def __init__(self, key):
        w = list(struct.unpack(">4I", key))
        rcon = 1
        for k in range(4, 44):
            t = w[k - 1]
            if k % 4 == 0:
                t = self._sub((t << 8 | t >> 24) & 0xffffffff) ^ rcon << 24
                rcon = rcon << 1 ^ (0x11b if rcon & 0x80 else 0)
            w.append(w[k - 4] ^ t)
        self.w = w

    @staticmethod
    def _sub(t):
        return (BOX[t >> 24] << 24 | BOX[t >> 16 & 255] << 16 |
                BOX[t >> 8 & 255] << 8 | BOX[t & 255])

    def block(self, b):
        w = self.w
        s = [v ^ w[k] for k, v in enumerate(struct.unpack(">4I", b))]
        for r in range(4, 40, 4):
            s = [ROUND[s[k] >> 24] ^ _ror(ROUND[s[k - 3] >> 16 & 255], 8) ^
                 _ror(ROUND[s[k - 2] >> 8 & 255], 16) ^
                 _ror(ROUND[s[k - 1] & 255], 24) ^ w[r + k] for k in range(4)]
        return struct.pack(">4I", *(
            (BOX[s[k] >> 24] << 24 | BOX[s[k - 3] >> 16 & 255] << 16 |
             BOX[s[k - 2] >> 8 & 255] << 8 | BOX[s[k - 1] & 255]) ^ w[40 + k]
            for k in range(4)))


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def _ccm_tag(aes, nonce, plain):
    x = aes.block(b"\x3a" + nonce + octets(len(plain), 3))
    for k in range(0, len(plain), 16):
        x = aes.block(xor(x, plain[k:k + 16].ljust(16, b"\0")))
    return xor(x, aes.block(b"\x02" + nonce + bytes(3)))


def _ccm_stream(aes, nonce, data):
    out = b""
    for k in range(0, len(data), 16):
        out += xor(data[k:k + 16],
                   aes.block(b"\x02" + nonce + octets(k // 16 + 1, 3)))
    return out


def ccm_seal(key, nonce, plain):
    aes = Aes(key)
    return _ccm_stream(aes, nonce, plain) + _ccm_tag(aes, nonce, plain)


def ccm_open(key, nonce, sealed):
    aes = Aes(key)
    plain = _ccm_stream(aes, nonce, sealed[:-16])
    if _ccm_tag(aes, nonce, plain) != sealed[-16:]:
        raise ValueError("AES-CCM tag")
    return plain


def kdf2(z, p1, n):
    out = b""
    while len(out) < n:
        out += sha(z, octets(len(out) // 32 + 1, 4), p1)
    return out[:n]


def ecies_wrap(key, recipient, p1, v=None):
    """V, C, T for a 16-octet key."""
    v = v or scalar()
    k = kdf2(octets(mul(v, recipient)[0]), p1, 48)
    c = xor(key, k[:16])
    return mul(v), c, hmac.new(k[16:], c, "sha256").digest()[:16]


def ecies_unwrap(private, v, c, t, p1):
    k = kdf2(octets(mul(private, v)[0]), p1, 48)
    if hmac.new(k[16:], c, "sha256").digest()[:16] != t:
        raise ValueError("ECIES tag")
    return xor(c, k[:16])


# ---- signatures, butterfly, linkage ------------------------------------------

def sign(d, digest):
    """The point R and s."""
    k = scalar()
    point = mul(k)
    return point, pow(k, -1, N) * (number(digest) + point[0] * d) % N


def verify(q, digest, r, s):
    if not (0 < r < N and 0 < s < N):
        return False
    w = pow(s, -1, N)
    u, v = mul(number(digest) * w % N), mul(r * w % N, q)
    try:
        return add(u, v)[0] % N == r
    except ValueError:
        return False


def butterfly(expansion, i, j, encryption):
    aes, f = Aes(expansion), b""
    x = number((b"\xff" if encryption else b"\0") * 4 + octets(i, 4) +
               octets(j, 4) + bytes(4))
    for t in (1, 2, 3):
        f += xor(aes.block(octets(x + t, 16)), octets(x + t, 16))
    return number(f) % N


# ---- COER --------------------------------------------------------------------

def length(n):
    if n < 128:
        return bytes((n,))
    size = (n.bit_length() + 7) // 8
    return bytes((0x80 | size,)) + octets(n, size)


def opaque(b):
    return length(len(b)) + b


def point_octets(p, form="compressed"):
    if form == "uncompressed":
        return b"\x84" + octets(p[0]) + octets(p[1])
    if form == "x-only":
        return b"\x80" + octets(p[0])
    return bytes((0x82 | p[1] & 1,)) + octets(p[0])


class Reader:
    def __init__(self, b, at=0):
        self.b, self.at = b, at

    def take(self, n):
        if n > len(self.b) - self.at:
            raise ValueError("too short at %d" % self.at)
        self.at += n
        return self.b[self.at - n:self.at]

    def uint(self, n):
        return number(self.take(n))

    def length(self):
        n = self.uint(1)
        return n if n < 128 else self.uint(n & 127)

    def opaque(self):
        return self.take(self.length())

    def want(self, b):
        got = self.take(len(b))
        if got != b:
            raise ValueError("%s, not %s, at %d" % (
                got.hex(), b.hex(), self.at - len(b)))

    def count(self):
        return number(self.opaque())

    def point(self):
        """Tag and coordinates; x-only gives no y."""
        tag = self.uint(1)
        if tag == 0x84:
            return tag, (self.uint(32), self.uint(32))
        x = self.uint(32)
        if tag == 0x80:
            return tag, (x, None)
        return tag, decompress(x, tag & 1)

    def signature(self):
        """r, s of P-256, and the canonical octets."""
        self.want(b"\x80")
        _, p = self.point()
        s = self.uint(32)
        return p[0], s, b"\x80\x80" + octets(p[0]) + octets(s)


SECONDS = (0, 0, 1, 60, 3600, 216000, 31556952)


class Cert:
    """A certificate; fields that a device looks at."""

    def __init__(self, raw):
        r = Reader(raw)
        self._read(r)
        if r.at != len(raw):
            raise ValueError("octets after the certificate")

    @classmethod
    def at(cls, r):
        c = cls.__new__(cls)
        c._read(r)
        return c

    def _read(self, r):
        start = r.at
        has_signature = r.uint(1) == 0x80
        r.want(b"\x03")
        self.implicit = r.uint(1) == 1
        if has_signature == self.implicit:
            raise ValueError("type and signature")
        tag = r.uint(1)
        self.issuer = None if tag == 0x81 and r.take(1) else r.take(8)
        tbs = r.at
        self._read_tbs(r)
        self.tbs = r.b[tbs:r.at]
        self.signature = r.signature() if has_signature else None
        self.raw = r.b[start:r.at]
        self.canonical = r.b[start:tbs] + self.tbs
        if has_signature:
            self.canonical += self.signature[2]
        self.hash = sha(self.canonical)
        self.id8 = self.hash[-8:]

    def _read_tbs(self, r):
        has = r.uint(1)
        if has & 0x80:
            raise ValueError("extended certificate")
        kind = r.uint(1)
        self.i = self.linkage_value = self.name = self.binary_id = None
        if kind == 0x80:
            group = r.uint(1)
            self.i, self.linkage_value = r.uint(2), r.take(9)
            if group:
                r.take(13)
        elif kind == 0x81:
            self.name = r.opaque().decode("latin-1")
        elif kind == 0x82:
            self.binary_id = r.opaque()
        self.craca, self.series = r.take(3), r.uint(2)
        self.start = r.uint(4)
        unit = r.uint(1) & 7
        self.end = self.start + SECONDS[unit] * r.uint(2)
        region = r.at
        self.region = self._region(r) if has & 0x40 else None
        self.region_octets = r.b[region:r.at]
        if has & 0x20:
            r.take(1)
        self.psids, self.ssps = [], {}
        if has & 0x10:
            for _ in range(r.count()):
                ssp = r.uint(1)
                self.psids.append(number(r.opaque()))
                if ssp:
                    kind = r.uint(1)
                    self.ssps[self.psids[-1]] = kind, r.opaque()
        for flag in (0x08, 0x04):
            if has & flag:
                for _ in range(r.count()):
                    self._group(r)
        self.encryption_key = None
        if has & 0x01:
            r.want(b"\x00\x80")
            self.encryption_key = r.point()[1]
        tag = r.uint(1)
        if tag == 0x80:
            self.curve = r.uint(1)
            if self.curve == 0x80:
                form, self.key = r.point()
            else:
                form, self.key = 0x82, r.opaque()
        else:
            form, self.reconstruction = r.point()
        if form == 0x84:
            raise ValueError("not in canonical form")

    @staticmethod
    def _region(r):
        """Of an identified region the countries, of others the octets."""
        tag = r.uint(1)
        if tag != 0x83:
            return r.take({0x80: lambda: 10, 0x81: lambda: 16 * r.count(),
                           0x82: lambda: 8 * r.count()}[tag]())
        countries = []
        for _ in range(r.count()):
            kind = r.uint(1)
            countries.append(r.uint(2))
            if kind == 0x81:        # regions of it
                r.take(r.count())
            elif kind != 0x80:
                raise ValueError("subregions")
        return countries

    @staticmethod
    def _group(r):
        has = r.uint(1)
        if r.uint(1) == 0x80:
            for _ in range(r.count()):
                ranged = r.uint(1)
                r.opaque()
                kind = r.uint(1) if ranged else 0x81
                if kind == 0x80:
                    for _ in range(r.count()):
                        r.opaque()
                elif kind == 0x82:  # bitmapSspRange
                    r.opaque()
        if has & 0x80:
            r.opaque()
        if has & 0x40:
            r.opaque()
        if has & 0x20:
            r.take(1)

    def public(self, issuers):
        """The verification key; issuers by HashedId8."""
        if not self.implicit:
            return self.key
        issuer = issuers[self.issuer]
        e = number(sha(sha(self.tbs), issuer.hash))
        return add(mul(e, self.reconstruction), issuer.public(issuers))

    def check_chain(self, issuers, root):
        """Up to the root: signatures and nested validity."""
        if self.id8 == root.id8:
            signer, q = sha(), self.key
        else:
            issuer = issuers[self.issuer]
            issuer.check_chain(issuers, root)
            if self.start < issuer.start or self.end > issuer.end:
                raise ValueError("validity beyond the issuer's")
            signer, q = issuer.hash, None if self.implicit else \
                issuer.public(issuers)
        if not self.implicit and not verify(
                q, sha(sha(self.tbs), signer), *self.signature[:2]):
            raise ValueError("signature of a certificate")


class SignedData:
    """Ieee1609Dot2Data with signedData over unsecured octets."""

    def __init__(self, b):
        r = Reader(b)
        r.want(b"\x03\x81\x00")
        start = r.at
        r.want(b"\x40\x03\x80")
        self.payload = r.opaque()
        self.header_flags = r.uint(1)
        self.psid = number(r.opaque())
        if self.header_flags & 0x40:
            self.generation_time = r.uint(8)
        if self.header_flags & ~0x40:
            raise ValueError("header fields that are not known here")
        self.tbs = b[start:r.at]
        self.certificate = None
        if r.uint(1) == 0x80:
            self.signer = r.take(8)
        else:
            r.want(b"\x01\x01")
            self.certificate = Cert.at(r)
            self.signer = self.certificate.id8
        self.r, self.s, _ = r.signature()
        if r.at != len(b):
            raise ValueError("octets behind the message")

    def check(self, issuers):
        cert = self.certificate or issuers[self.signer]
        if not verify(cert.public(issuers), sha(sha(self.tbs), cert.hash),
                      self.r, self.s):
            raise ValueError("signature of a message")
        return cert


def signed_request(pdu, cert, d, extra=False, r_form="x-only", s=None):
    """Ieee1609Dot2Data signedCertificateRequest; cert None: signer self."""
    tbs = (b"\0" if extra else b"") + pdu
    point, made = sign(d, sha(sha(tbs), cert.hash if cert else sha()))
    body = b"\0" + tbs + (b"\x81\x01\x01" + cert.raw if cert else b"\x82") + \
        b"\x80" + point_octets(point, r_form) + octets(s or made)
    return b"\x03\x83" + opaque(body)


def encrypt(plain, cert, recipient=None):
    """To the encryption key of a certificate."""
    key, nonce = os.urandom(16), os.urandom(12)
    v, c, t = ecies_wrap(key, cert.encryption_key, cert.hash)
    return b"\x03\x82\x01\x01\x82" + (recipient or cert.id8) + b"\x80" + \
        point_octets(v) + c + t + b"\x80" + nonce + \
        opaque(ccm_seal(key, nonce, plain))


def decrypt(b, private, p1=sha()):
    """EncryptedData of one recipient that has the private key."""
    r = Reader(b)
    r.want(b"\x03\x82\x01\x01")
    r.take(1 + 8)                   # whose it is does not matter here
    r.want(b"\x80")
    v, c, t = r.point()[1], r.take(16), r.take(16)
    r.want(b"\x80")
    nonce, sealed = r.take(12), r.opaque()
    if r.at != len(b):
        raise ValueError("octets behind the message")
    return ccm_open(ecies_unwrap(private, v, c, t, p1), nonce, sealed)


def unsecured(b):
    r = Reader(b)
    r.want(b"\x03\x80")
    return r.opaque()

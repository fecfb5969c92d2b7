"""A device of CAMP 1.2.2 in python3: asks for enrollment, provisioning and
downloads, opens what it gets, signs.  Independent of Monarch (ieee1609.py).
It can also lie in every way that a test wants."""
import base64
import http.client
import io
import os
import socket
import ssl
import time
import zipfile

from ieee1609 import (N, Cert, Reader, SignedData, add, butterfly, decrypt,
                      encrypt, mul, number, octets, opaque, point_octets,
                      scalar, sha, sign, signed_request, unsecured, verify)

PROVISION = "/provision-pseudonym-certificate-batch"
IDENTITY = "/provision-identity-certificate"
APPLICATION = "/provision-application-certificate"
ACK = {PROVISION: b"\x83", IDENTITY: b"\x85", APPLICATION: b"\x87"}


def time32(offset=0):
    return int(time.time()) - 1072915200 + 5 + offset


# ---- HTTPS ------------------------------------------------------------------

class Answer:
    def __init__(self, status, headers, body):
        self.status, self.body = status, body
        self.headers = {k.lower(): v for k, v in headers}

    @property
    def error(self):
        code = self.headers.get("scms-poc-error")
        return int(code) if code else None

    @property
    def message(self):
        return self.headers.get("scms-poc-error-message")


class Host:
    """One component of an environment, at its loopback address."""

    def __init__(self, name, address, port, root_tls, client=None,
                 any_time=False):
        self.name, self.address, self.port = name, address, port
        self.tls = ssl.create_default_context(cafile=root_tls)
        if any_time:                # X509_V_FLAG_NO_CHECK_TIME
            self.tls.verify_flags |= 0x200000
        if client:
            self.tls.load_cert_chain(client + "/tls.pem", client + "/tls.key")

    def connect(self):
        s = socket.create_connection((self.address, self.port), 10)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.tls.wrap_socket(s, server_hostname=self.name)

    def call(self, method, path, body=None, headers=()):
        c = http.client.HTTPSConnection(self.name, self.port)
        c.sock = self.connect()
        try:
            c.request(method, path, body, dict(headers))
            r = c.getresponse()
            return Answer(r.status, r.getheaders(), r.read())
        finally:
            c.close()

    def raw(self, octets_, wait=5):
        """Sends octets as they are; the first line of what comes back."""
        with self.connect() as s:
            s.settimeout(wait)
            try:
                s.sendall(octets_)
                return s.recv(4096).split(b"\r\n")[0].decode("latin-1")
            except (socket.timeout, ConnectionError, ssl.SSLError) as e:
                return type(e).__name__


# ---- enrollment -------------------------------------------------------------

def enrollment_request(k, now, extra=False, psids=(0x20, 0x26), country=840,
                       craca=bytes(3)):
    """SignedEeEnrollmentCertRequest for the key k."""
    wanted = b"".join(b"\x80\x01" + bytes((p,)) + b"\x80\x01\x01\x00"
                      for p in psids)
    pdu = b"\x01\x81\x80\x00\x01" + octets(now, 4) + \
        b"\x44\x81\x00" + craca + bytes(2) + octets(now, 4) + \
        b"\x86\x00\x03\x83\x01\x01\x80" + octets(country, 2) + \
        b"\x01\x01\x00\x80\x01" + bytes((len(psids),)) + wanted + \
        b"\x80\x80" + point_octets(mul(k))
    return signed_request(pdu, None, k, extra)


# ---- a device ---------------------------------------------------------------

class Device:
    """Lives in the files of a bootstrap bundle and the key of its request."""

    def __init__(self, bundle, request_key, host=None, offset=0):
        def read(name):
            with open(os.path.join(bundle, name), "rb") as f:
                return f.read()

        self.host, self.offset = host, offset
        self.root, self.eca, self.pca, self.ra, self.ica = (
            Cert(read(n + ".oer")) for n in ("root", "ECA", "PCA", "RA", "ICA"))
        self.enrollment = Cert(read("enrollment.oer"))
        self.known = {c.id8: c for c in (self.root, self.eca, self.pca,
                                         self.ra, self.ica)}
        e = number(sha(sha(self.enrollment.tbs), self.eca.hash))
        self.d = (e * request_key + number(read("enrollment.s"))) % N
        if mul(self.d) != self.enrollment.public(self.known):
            raise ValueError("enrollment certificate and key do not match")
        for c in (self.enrollment, self.pca, self.ra):
            c.check_chain(self.known, self.root)
        self.a, self.h = scalar(), scalar()
        self.ck, self.ek = os.urandom(16), os.urandom(16)
        self.hash = None            # of the request that was accepted
        self.ecqv = []              # e, s of every certificate opened
        self.randomness = []        # r, V, nonce of every response opened

    def now(self):
        return time32(self.offset)

    # messages

    def secure(self, pdu, **how):
        return encrypt(signed_request(pdu, self.enrollment, self.d, **how),
                       self.ra)

    def provisioning_pdu(self, layout="1.2.2", now=None, start=None):
        now = self.now() if now is None else now
        start = now if start is None else start
        pdu = b"\x01\x83\x82\x00\x01" + point_octets(mul(self.a)) + self.ck + \
            point_octets(mul(self.h)) + self.ek
        if layout == "1.2.4":
            return pdu + octets(now, 4)
        return pdu + b"\x00" + octets(now, 4) + octets(start, 4)

    def provisioning_request(self, layout="1.2.2", now=None, start=None, **how):
        return self.secure(self.provisioning_pdu(layout, now, start), **how)

    def identity_pdu(self, now=None, start=None, region=None, cert_key=False):
        """EeRaIdCertProvisioningRequest; with a region in the layout of 1.2.4.
        """
        now = self.now() if now is None else now
        sign_key = point_octets(mul(self.a)) + self.ck
        return b"\x01\x83\x84" + (b"\x40" if cert_key else b"\0") + b"\x01" + \
            sign_key + (sign_key if cert_key else b"") + \
            point_octets(mul(self.h)) + self.ek + \
            (region + octets(now, 4) if region else
             b"\0" + octets(now, 4) +
             octets(now if start is None else start, 4))

    def application_pdu(self, now=None, start=None, region=None,
                        cert_key=None):
        """EeRaAppCertProvisioningRequest for new keys; cert_key: a private
        encryption key."""
        now = self.now() if now is None else now
        self.own, self.response = scalar(), scalar()
        key = b"\0\x80" + point_octets(mul(cert_key)) if cert_key else b""
        return b"\x01\x83\x86" + (b"\x40" if key else b"\0") + b"\x01\x80" + \
            point_octets(mul(self.own)) + key + \
            b"\0\x80" + point_octets(mul(self.response)) + \
            (region or b"\0") + octets(now, 4) + \
            octets(now if start is None else start, 4)

    def download_pdu(self, filename, now=None):
        return b"\x01\x83\x88\x00" + \
            octets(self.now() if now is None else now, 4) + \
            opaque(filename.encode())

    def download_request(self, filename, now=None, **how):
        return self.secure(self.download_pdu(filename, now), **how)

    # calls

    def provision(self, **how):
        """Answer of the RA; on 200 the ack is checked."""
        return self.post(self.provisioning_request(**how))

    def post(self, request, path=PROVISION):
        answer = self.host.call("POST", path, request,
                                {"Content-Type": "application/octet-stream"})
        if answer.status == 200:
            self.check_ack(answer.body, request, ACK[path])
        return answer

    def check_ack(self, ack, request, tag=ACK[PROVISION]):
        message = SignedData(ack)
        if message.check(self.known).id8 != self.ra.id8 or message.psid != 35:
            raise ValueError("ack of somebody else")
        r = Reader(message.payload)
        r.want(b"\x01\x83" + tag + b"\x00\x01")
        self.hash = r.take(8)
        if self.hash != sha(request)[-8:]:
            raise ValueError("requestHash of the ack")
        r.want(b"\x80\x00")
        self.download_time, self.url = r.uint(4), r.opaque().decode()

    def get(self, path, filename, headers=(), **how):
        return self.get_with(path, self.download_request(filename, **how),
                             headers)

    def get_with(self, path, request, headers=()):
        all_headers = {"Download-Req": base64.b64encode(request).decode()}
        all_headers.update(headers)
        return self.host.call("GET", path, None, all_headers)

    def batch_name(self, i):
        return "%s_%X.zip" % (self.hash.hex().upper(), i)

    def info_name(self):
        return self.hash.hex() + ".info"

    def batch(self, i, **how):
        return self.get("/download/batch", self.batch_name(i), **how)

    def identity(self, i, **how):
        return self.get("/download/identity-certificate", self.batch_name(i),
                        **how)

    def application(self, **how):
        return self.get("/download/application-certificate",
                        self.hash.hex() + ".zip", **how)

    def info(self, **how):
        return self.get("/download/info", self.info_name(), **how)

    # certificates

    def open_batch(self, zipped, i):
        """[(certificate, private key)] by j; everything is checked."""
        out = []
        with zipfile.ZipFile(io.BytesIO(zipped)) as z:
            if any(e.compress_type != zipfile.ZIP_STORED for e in z.infolist()):
                raise ValueError("not stored")
            names = ["%X_%X" % (i, j) for j in range(len(z.namelist()))]
            if z.namelist() != names:
                raise ValueError("entries %s" % z.namelist())
            for j, name in enumerate(names):
                out.append(self.open_response(z.read(name), i, j))
        return out

    def open_signed(self, response, private, own, tag):
        """Certificate and its private key; tag: the alternative of
        PlaintextCertificateResponse, own: the key that ECQV began with."""
        message = SignedData(response)
        if message.check(self.known).id8 != self.pca.id8:
            raise ValueError("response of somebody else")
        r = Reader(message.payload)
        r.want(b"\x01\x01\x00\x01\x23")           # psidSsp {35}
        expiration = r.uint(4)
        r.want(b"\x84")
        r.uint(2)
        self.randomness.append((message.r, r.b[r.at + 15:r.at + 48],
                                r.b[r.at + 81:r.at + 93]))
        r = Reader(unsecured(decrypt(r.b[r.at:], private)))
        r.want(tag)
        cert, s = Cert.at(r), r.uint(32)
        if r.at != len(r.b):
            raise ValueError("octets after the response")
        e = number(sha(sha(cert.tbs), self.pca.hash))
        d = (e * own + s) % N
        if mul(d) != cert.public(self.known):
            raise ValueError("a certificate does not fit its key")
        if cert.end != expiration or cert.craca != self.root.id8[5:]:
            raise ValueError("end or cracaId of a certificate")
        cert.check_chain(self.known, self.root)
        self.ecqv.append((e, s))
        return cert, d

    def open_single(self, zipped, name, private, own, tag):
        """The only entry of a ZIP: a certificate of series 3 that names its
        holder."""
        with zipfile.ZipFile(io.BytesIO(zipped)) as z:
            if [(e.filename, e.compress_type) for e in z.infolist()] != \
                    [(name, zipfile.ZIP_STORED)]:
                raise ValueError("entries %s" % z.namelist())
            cert, d = self.open_signed(z.read(name), private, own, tag)
        if cert.series != 3 or cert.binary_id != self.enrollment.id8 or \
                not cert.implicit:
            raise ValueError("series, id or type")
        return cert, d

    def open_identity(self, zipped, i, bare=False):
        name = "%X" % i if bare else self.batch_name(i)[:-4]
        return self.open_single(
            zipped, name, (self.h + butterfly(self.ek, i, 0, True)) % N,
            (self.a + butterfly(self.ck, i, 0, False)) % N, b"\x80")

    def open_application(self, zipped):
        return self.open_single(zipped, self.hash.hex().upper(), self.response,
                                self.own, b"\x81")

    def open_response(self, response, i, j):
        cert, d = self.open_signed(
            response, (self.h + butterfly(self.ek, i, j, True)) % N,
            (self.a + butterfly(self.ck, i, j, False)) % N, b"\x80")
        if cert.i != i or cert.series != 1 or cert.psids != [0x20, 0x26]:
            raise ValueError("contents of certificate %X_%X" % (i, j))
        return cert, d

    def solve_for_pca_key(self):
        """The PCA's private key, if two certificates share their nonce k:
        s = e k + d.  None, if the PCA is any good."""
        for (e, s), (f, t) in zip(self.ecqv, self.ecqv[1:]):
            d = (s * f - t * e) * pow(f - e, -1, N) % N
            if d and mul(d) == self.pca.key:
                return d
        return None


def safety_message(payload, cert, d, now, digest=False):
    """A signed BSM with its certificate, or the digest of it."""
    tbs = b"\x40\x03\x80" + opaque(payload) + b"\x40\x01\x20" + \
        octets(now * 1000000, 8)
    signer = b"\x80" + cert.id8 if digest else b"\x81\x01\x01" + cert.raw
    point, s = sign(d, sha(sha(tbs), cert.hash))
    return b"\x03\x81\x00" + tbs + signer + b"\x80\x80" + octets(point[0]) + \
        octets(s)


__all__ = ["Device", "Host", "add", "verify"]

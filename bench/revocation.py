"""How long a revocation takes: from the operator's decision until the list that
names the device is with the CRL store, and until somebody who fetched it refuses
a message of that device.  One after the other, with all components at work."""
import http.client
import os
import socket
import ssl
import time

from report import Failure, figure, say

PATIENCE = 60  # seconds
LOOK = 0.002  # seconds between two looks at the store


class Store:
    """GET /download-crl/ over a connection that stays."""

    def __init__(self, env):
        name = "crlstore.monarch.test"
        context = ssl.create_default_context(
            cafile=env.dir + "/public/root.tls")
        self.connection = http.client.HTTPSConnection(name, 8894, timeout=30)
        self.connection.sock = context.wrap_socket(
            socket.create_connection((f"127.0.{env.net}.7", 8894)),
            server_hostname=name)
        self.tag = ""
        self.fetch()

    def fetch(self):
        """The list, if it is another one than last time."""
        self.connection.request("GET", "/download-crl/",
                                headers={"If-None-Match": self.tag})
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status == 304:
            return None
        if answer.status != 200:
            raise Failure(f"CRL store: status {answer.status}")
        self.tag = answer.headers["ETag"]
        return body

    def next(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            body = self.fetch()
            if body is not None:
                return body
            time.sleep(LOOK)
        raise Failure(f"no new list in {PATIENCE} s")


def sign_all(env, obe, devices):
    """A message of each device, with its certificate."""
    env.run(obe, "bsm", "--out", env.folder + "/bsm", "lat=389560000",
            "long=-771500000")
    for device in devices:
        env.run(obe, "sign", "--certificate", "--in", env.folder + "/bsm",
                "--out", device + ".spdu", device)


def verify(env, obe, crl, device, status):
    text = env.run(obe, "verify", "--trust", env.dir + "/public/root.oer",
                   "--known", env.dir + "/public/LCCF.oer",
                   *(["--crl", crl] if crl else []), device + ".spdu",
                   expect=(status,))
    if status != 0 and "REVOKED" not in text:
        raise Failure(text.strip())


def revoke(env, obe, store, device):
    """Seconds until the list was there, and until it was obeyed."""
    start = time.monotonic()
    env.run(env.scms, "ma", "revoke", "--certificate", device + ".spdu",
            "--reason", "bench", env.dir)
    body = store.next()
    published = time.monotonic() - start
    crl = env.folder + "/crl.oer"
    with open(crl, "wb") as f:
        f.write(body)
    verify(env, obe, crl, device, 1)
    return published, time.monotonic() - start


def percentile(values, part):
    return sorted(values)[int(part * (len(values) - 1))]


def measure(env, obe):
    devices = [f"{env.devices}/{name}"
               for name in sorted(os.listdir(env.devices))]
    sign_all(env, obe, devices)
    verify(env, obe, None, devices[-1], 0)
    store = Store(env)
    times = [revoke(env, obe, store, device) for device in devices]
    say(f"{len(times)} devices, one after the other; milliseconds from the"
        " decision of the operator")
    for k, (name, what) in enumerate((
            ("published", "until the list is with the CRL store"),
            ("refused", "until a message is refused by who fetched it"))):
        for part in (0.5, 0.99):
            ms = 1000 * percentile([t[k] for t in times], part)
            key = f"revocation_{name}_p{round(100 * part)}_ms"
            say(f"{key:28} {ms:10.0f}   {what}")
            figure(key, ms, "ms from the decision " + what)

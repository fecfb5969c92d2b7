"""An SCMS of its own for a bench: all components as processes, on loopback
addresses that nobody else uses, in a folder that is removed again."""
import http.client
import json
import os
import shutil
import socket
import ssl
import tempfile

from report import Failure, run

PARTS = ["ra", "la1", "la2", "pca", "eca", "lop"]
ISSUERS = ["ra", "la1", "la2", "pca"]


class Environment:
    def __init__(self, build, engine, settings=()):
        self.folder = tempfile.mkdtemp(prefix="bench-", dir=build)
        self.dir = self.folder + "/env"
        self.devices = self.folder + "/devices"
        self.scms = build + "/tool/scms/scms"
        self.net = self.free_net()
        self.kept = {}
        self.vars = dict(os.environ, MONARCH_ENGINE=engine,
                         MONARCH_HOSTS=self.dir + "/hosts",
                         MONARCH_CLOCK=self.dir + "/clock")
        with open(self.folder + "/passphrase", "w", encoding="ascii") as f:
            f.write("correct horse battery\n")
        self.settings = [*settings, *os.environ.get("BENCH_SET", "").split()]

    def __enter__(self):
        try:
            self.run(self.scms, "init", "--env", "test", "--net",
                     str(self.net), "--passphrase-file",
                     self.folder + "/passphrase",
                     *(a for s in self.settings for a in ("--set", s)),
                     self.dir)
            self.run(self.scms, "up", self.dir)
        except Failure:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for connection in self.kept.values():
            connection.close()
        try:
            if os.path.exists(self.dir + "/environment.conf"):
                self.run(self.scms, "down", self.dir)
        finally:
            if not os.environ.get("KEEP"):
                shutil.rmtree(self.folder)

    @staticmethod
    def free_net():
        """Somewhere else in each program, should several look at once."""
        first = os.getpid() % 200
        for k in range(200):
            net = 50 + (first + k) % 200
            with socket.socket() as s:
                try:
                    s.bind((f"127.0.{net}.2", 8892))
                    return net
                except OSError:
                    continue
        raise Failure("no free loopback addresses")

    def run(self, *args, **how):
        return run(*args, env=self.vars, **how)

    # ---- what the kernel says of a process ----

    def pid(self, part):
        with open(f"{self.dir}/{part}/run/pid", encoding="ascii") as f:
            return int(f.read())

    def cpu_seconds(self, part):
        with open(f"/proc/{self.pid(part)}/stat", encoding="ascii") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def all_cpu_seconds(self):
        return {part: self.cpu_seconds(part) for part in PARTS}

    def peak_mib(self, part):
        with open(f"/proc/{self.pid(part)}/status", encoding="ascii") as f:
            for line in f:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
        return 0

    def octets(self, part):
        """On disk, under data/."""
        total = 0
        for folder, _, files in os.walk(f"{self.dir}/{part}/data"):
            for name in files:
                # an empty write-ahead log of SQLite does not shrink
                if not name.endswith(("-wal", "-shm")):
                    total += os.stat(f"{folder}/{name}").st_size
        return total

    # ---- what a component says of itself ----

    def health(self, part, host, port):
        """GET /healthz over a connection that stays."""
        if part not in self.kept:
            context = ssl.create_default_context(
                cafile=self.dir + "/public/root.tls")
            self.kept[part] = http.client.HTTPSConnection(
                f"{part}.monarch.test", port, context=context, timeout=30)
            plain_socket = socket.create_connection(
                (f"127.0.{self.net}.{host}", port))
            self.kept[part].sock = context.wrap_socket(
                plain_socket, server_hostname=f"{part}.monarch.test")
        with open(f"{self.dir}/{part}/run/health.key",
                  encoding="ascii") as key:
            self.kept[part].request("GET", "/healthz",
                                    headers={"Monarch-Health": key.read()})
        return json.load(self.kept[part].getresponse())

    def ra_counters(self):
        return self.health("ra", 2, 8892)["counters"]

    def all_health(self):
        return {"ra": self.health("ra", 2, 8892),
                "pca": self.health("pca", 4, 8891),
                "la1": self.health("la1", 5, 8890),
                "la2": self.health("la2", 6, 8890)}

"""What the soak programs share: the environment of lib.sh, its processes, and
a load of devices that enroll, ask and download without end."""
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time

WORK, ENV = os.environ["WORK"], os.environ["ENV"]
SCMS, OBE = os.environ["SCMS"], os.environ["OBE"]
BUILD = os.environ["BUILD"]
DEVICES = WORK + "/devices"
PROGRAM = {"eca": "eca", "ra": "ra", "la1": "la", "la2": "la", "pca": "pca",
           "crlstore": "crlstore", "pg": "pg"}
COMPONENTS = list(PROGRAM)
WEEK = 604800
# What a device may meet while components die under it.  Anything else, such as
# a bad signature or a forgotten request, is a fault of ours.  (TLS: a handshake
# that was cut short.)
PASSING = {"NETWORK", "TLS", "BUSY", "HTTP_STATUS"}


class Failure(Exception):
    pass


def fail(text):
    raise Failure(text)


def program(component):
    role = PROGRAM[component]
    return f"{BUILD}/role/{role}/scms-{role}"


def tool(name):
    return f"{BUILD}/test/soak/{name}"


def run(*args, timeout=120, env=None):
    """Exit status and all that was printed."""
    r = subprocess.run(args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, check=False, timeout=timeout,
                       env=dict(os.environ, **(env or {})))
    return r.returncode, r.stdout.decode(errors="replace")


def must(*args, **how):
    status, out = run(*args, **how)
    if status != 0:
        fail(f"{' '.join(args)}: status {status}\n{out}")
    return out


def last_words(component, lines=8):
    with open(f"{ENV}/{component}/log/{component}.log", errors="replace") as f:
        return "".join(f.readlines()[-lines:])


# ---- processes ----

def pid_of(component):
    """The process that runs this component; 0: none."""
    try:
        with open(f"{ENV}/{component}/run/pid", encoding="ascii") as f:
            pid = int(f.read().strip() or 0)
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            command = f.read()
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            state = f.read().rsplit(")", 1)[1].split()[0]
    except (OSError, ValueError):
        return 0
    wanted = b"haproxy" if component == "lop" else ENV.encode()
    return pid if wanted in command and state != "Z" else 0


def kill(component):
    """SIGKILL by recorded id; False: it was not there."""
    pid = pid_of(component)
    if pid == 0:
        return False
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        if pid_of(component) != pid:
            return False
        signal.pidfd_send_signal(fd, signal.SIGKILL)
    except ProcessLookupError:
        return False
    finally:
        os.close(fd)
    while pid_of(component) == pid:
        time.sleep(0.001)
    return True


def up():
    """Starts what does not run."""
    status, out = run(SCMS, "up", ENV)
    if status != 0:
        fail(f"scms up: status {status}\n{out}")


def down():
    must(SCMS, "down", ENV)


def crash_points(component):
    return must(program(component), "--crash-points").split()


# ---- time ----

def clock():
    try:
        with open(ENV + "/clock", encoding="ascii") as f:
            return int(f.read().strip() or 0)
    except (OSError, ValueError):
        return 0


def set_clock(offset):
    with open(ENV + "/clock.new", "w", encoding="ascii") as f:
        f.write("%d\n" % offset)
    os.replace(ENV + "/clock.new", ENV + "/clock")


# ---- load ----

class Load:
    """Devices that come, ask once and download again and again; each in a
    thread that tries until it succeeds, since components die meanwhile."""

    def __init__(self, group=2, most=400, layout="1.2.2"):
        self.group, self.most, self.layout = group, most, layout
        self.made = self.enrolled = self.downloads = 0
        self.provisioned = []
        self.waiting = []
        self.errors = {}
        self.tolerated = set(PASSING)
        self.problem = None
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.guard, args=(f,))
                        for f in (self.enroll, self.provision, self.download)]

    def start(self):
        for t in self.threads:
            t.start()

    def stop(self):
        """New devices no more; those under way are brought to their end."""
        self.stopping.set()
        for t in self.threads:
            t.join()
        self.check()

    def check(self):
        if self.problem:
            fail(self.problem)

    def guard(self, function):
        try:
            function()
        except Exception as e:          # pylint: disable=broad-except
            self.problem = self.problem or f"{function.__name__}: {e}"
            self.stopping.set()

    def note(self, out):
        """Counts the faults that scms-obe printed."""
        for fault in re.findall(r"\(([A-Z_]+)\)$", out, re.M):
            with self.lock:
                self.errors[fault] = self.errors.get(fault, 0) + 1
            if fault not in self.tolerated:
                fail("a device met " + fault + ":\n" + out)
        if re.search(r"[1-9]\d* refused", out):
            fail("a device refused certificates:\n" + out)

    def again(self, *args, good=(0,), seconds=120):
        end = time.monotonic() + seconds
        while True:
            status, out = run(*args)
            if status in good:
                return out
            if args[0] == OBE:
                self.note(out)
            if time.monotonic() > end or self.problem:
                fail(f"{' '.join(args)}: in vain\n{out}")
            time.sleep(0.1)

    def enroll(self):
        while not self.stopping.is_set() and self.made < self.most:
            if len(self.waiting) > 3 * self.group:
                time.sleep(0.05)
                continue
            name = "g%04d-" % (self.made // self.group)
            csr, bundle = f"{WORK}/{name}.zip", f"{WORK}/{name}bundle.zip"
            must(OBE, "csr", "--count", str(self.group), "--name", name,
                 "--psid", "0x20,0x26", "--region", "840", "--out", csr,
                 DEVICES)
            folders = [f"{DEVICES}/{name}{k:02d}"
                       for k in range(1, self.group + 1)]
            self.made += self.group
            self.again(SCMS, "enroll", ENV, "--in", csr, "--out", bundle)
            must(OBE, "bootstrap", "--bundle", bundle, *folders)
            with self.lock:
                self.enrolled += self.group
                self.waiting.append(folders)

    def provision(self):
        while True:
            with self.lock:
                folders = self.waiting.pop(0) if self.waiting else None
            if folders is None:
                if self.stopping.is_set() and not self.threads[0].is_alive():
                    return
                time.sleep(0.02)
                continue
            self.again(OBE, "provision", "--quiet", "--attempts", "3",
                       "--timeout", "5", "--layout", self.layout, *folders)
            with self.lock:
                self.provisioned += folders

    def download(self):
        while not self.stopping.is_set():
            with self.lock:
                some = random.sample(self.provisioned,
                                     min(3, len(self.provisioned)))
            if not some:
                time.sleep(0.05)
                continue
            # 2: not everything is there yet
            status, out = run(OBE, "download", "--quiet", "--attempts", "2",
                              "--timeout", "5", *some)
            self.note(out)
            if status not in (0, 1, 2):
                fail(f"download: status {status}\n{out}")
            self.downloads += 1


# ---- the end ----

def setting(key):
    with open(ENV + "/environment.conf", encoding="utf-8") as f:
        for line in f:
            if line.split("=")[0].strip() == key:
                return int(line.split("=")[1].split("#")[0])
    fail("no setting " + key)
    return 0


def period_now():
    now = int(time.time()) + clock() - 1072915200 + 5
    return (now - setting("i_zero")) // setting("i_period_seconds")


def open_work(devices):
    """What the RA still has to do, in words; empty: nothing."""
    db = sqlite3.connect(f"file:{ENV}/ra/data/ra.db?mode=ro", uri=True,
                         timeout=10)
    try:
        rows = [
            ("devices unknown", "select ? - count(*) from device", devices),
            ("devices not planned", "select count(*) from device where"
             " next_i < min(end_i, ?)", period_now() + setting("supply_weeks")),
            ("units waiting", "select count(*) from unit where state in (0, 1)"
             " and ? = ?", 0),
            ("batches", "select count(*) from batch where 0 = ?", 0),
            ("orders", "select count(*) from fetch where state = ?", 0),
        ]
        found = []
        for what, sql, arg in rows:
            n = db.execute(sql, (arg,) * sql.count("?")).fetchone()[0]
            if n:
                found.append(f"{n} {what}")
        return ", ".join(found)
    finally:
        db.close()


def settle(load, seconds=180):
    """Waits until nothing is left to be done."""
    up()
    end, quiet = time.monotonic() + seconds, 0
    while quiet < 3:
        work = open_work(len(load.provisioned))
        quiet = 0 if work else quiet + 1
        if time.monotonic() > end:
            fail(f"not finished after {seconds} s: {work}\n" +
                 last_words("ra"))
        time.sleep(0.2)


def fetch_all(load):
    """Each device gets its whole supply."""
    for k in range(0, len(load.provisioned), 50):
        some = load.provisioned[k:k + 50]
        load.again(OBE, "download", "--quiet", "--jobs", "2", *some,
                   good=(0, 2))


def account():
    status, out = run(tool("account"), ENV, DEVICES, timeout=600)
    print(out, end="", flush=True)
    if status != 0:
        fail("the books differ")


def in_logs(pattern):
    """Lines that no log may have, such as failed assertions."""
    found = []
    for c in COMPONENTS:
        with open(f"{ENV}/{c}/log/{c}.log", errors="replace") as f:
            found += [f"{c}: {line}" for line in f if re.search(pattern, line)]
    return found


def finish(load):
    """Everything to its end, then the books."""
    load.stop()
    settle(load)
    fetch_all(load)
    down()
    bad = in_logs(r"[Aa]ssert|Sanitizer|damaged|abort")
    if bad:
        fail("in a log: " + "".join(bad[:5]))
    account()


def main(function):
    try:
        function()
    except Failure as e:
        print("FAILED: " + str(e), flush=True)
        sys.exit(1)


def status_json():
    return json.loads(must(SCMS, "status", "--json", ENV))

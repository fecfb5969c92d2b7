"""What the soak programs share: the environment of lib.sh, its processes, and
a load of devices (scms-fleet) that enroll, ask and download without end."""
import json
import os
import re
import select
import signal
import sqlite3
import subprocess
import sys
import threading
import time

WORK, ENV = os.environ["WORK"], os.environ["ENV"]
SCMS, BUILD = os.environ["SCMS"], os.environ["BUILD"]
FLEET = BUILD + "/tool/fleet/scms-fleet"
PROGRAM = {"eca": "eca", "ra": "ra", "la1": "la", "la2": "la", "pca": "pca",
           "crlstore": "crlstore", "pg": "pg"}
COMPONENTS = list(PROGRAM)
WEEK = 604800
# What a device may meet while components die under it (the first word of an
# error's name).  Anything else, such as
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
        # until all its threads are gone, and its locks with them
        select.select([fd], [], [])
    except ProcessLookupError:
        return False
    finally:
        os.close(fd)
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

RECORD = 320                            # tool/fleet/state.h
HEAD = 64


class Load:
    """Two fleets (scms-fleet, every device a sample), which grow with each
    run, since they start again and again; and are killed as well."""

    def __init__(self, group=2, most=400):
        self.group, self.most = group, most
        self.downloads = self.runs = self.killed = 0
        self.errors = {}
        self.tolerated = set(PASSING)
        self.problem = None
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.process = {1: None, 2: None}       # seed
        self.threads = [threading.Thread(target=self.guard, args=(seed,))
                        for seed in self.process]

    def start(self):
        for t in self.threads:
            t.start()

    def stop(self):
        """No runs any more; what they began is finished later."""
        self.stopping.set()
        self.signal(signal.SIGTERM)
        for t in self.threads:
            t.join()
        self.check()

    def abandon(self):
        """Something else has failed."""
        self.problem = self.problem or "ended early"
        self.stopping.set()
        self.signal(signal.SIGKILL)

    def check(self):
        if self.problem:
            fail(self.problem)

    def guard(self, seed):
        devices = 0
        try:
            while not self.stopping.is_set():
                devices = min(devices + self.group, self.most // 2)
                self.run(seed, devices)
                if devices == self.most // 2:
                    time.sleep(0.2)
        except Exception as e:          # pylint: disable=broad-except
            self.problem = self.problem or f"fleet {seed}: {e}"
            self.stopping.set()

    def signal(self, number):
        """To one of the fleets at least, if any is there."""
        with self.lock:
            for process in self.process.values():
                if process and process.poll() is None:
                    process.send_signal(number)

    def kill(self):
        """SIGKILL for the fleets; they go on with their state."""
        self.signal(signal.SIGKILL)
        self.killed += 1

    def run(self, seed, devices):
        """One run: who is new enrolls, all fetch what is ready."""
        report = f"{WORK}/fleet-{seed}.json"
        if os.path.exists(report):
            os.unlink(report)
        with open(f"{WORK}/fleet-{seed}.log", "wb") as log:
            with self.lock:
                if self.stopping.is_set():
                    return 0
                process = subprocess.Popen(
                    [FLEET, "--devices", str(devices), "--sample", "1",
                     "--jobs", "4", "--seed", str(seed), "--json", report, ENV],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log)
                self.process[seed] = process
            status = process.wait()
        self.note(seed, status, report)
        return status

    def note(self, seed, status, report):
        self.runs += 1
        with open(f"{WORK}/fleet-{seed}.log", errors="replace") as f:
            out = f.read()
        if status == -signal.SIGKILL and self.killed:
            return
        if status == -signal.SIGTERM and self.stopping.is_set():
            return                      # it had hardly begun
        # 1: not everything is there yet, or not for everybody
        if status not in (0, 1) or not os.path.exists(report):
            fail(f"status {status}\n{out}")
        with open(report, encoding="utf-8") as f:
            told = json.load(f)
        self.downloads += told["latency_ms"]["download"]["n"]
        for name, error in told["errors"].items():
            with self.lock:
                self.errors[name] = self.errors.get(name, 0) + error["n"]
            if name.split()[0] not in self.tolerated:
                fail(f"a device met {name}: {error['first']}\n{out}")
        if told["refused"]:
            fail("a device refused certificates:\n" + out)

    def provisioned(self):
        """How many devices have their ack."""
        n = 0
        for seed in self.process:
            try:
                with open(f"{ENV}/fleet/{seed}/devices", "rb") as f:
                    n += f.read()[HEAD::RECORD].count(2)
            except OSError:
                pass
        return n

    def devices(self, seed):
        return (os.path.getsize(f"{ENV}/fleet/{seed}/devices") -
                HEAD) // RECORD

    def complete(self):
        """Every device that has begun gets all its supply."""
        self.stopping.clear()
        for seed in self.process:
            for _ in range(5):
                if (status := self.run(seed, self.devices(seed))) == 0:
                    break
            if status != 0:
                with open(f"{WORK}/fleet-{seed}.log", errors="replace") as f:
                    fail(f"fleet {seed} cannot be completed\n" + f.read())


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
            ("devices unknown", "select max(? - count(*), 0) from device",
             devices),
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
    end, quiet = time.monotonic() + seconds, 0
    while quiet < 3:
        work = open_work(load.provisioned())
        quiet = 0 if work else quiet + 1
        if time.monotonic() > end:
            fail(f"not finished after {seconds} s: {work}\n" +
                 last_words("ra"))
        time.sleep(0.2)


def account():
    status, out = run(tool("account"), ENV, timeout=600)
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
    up()
    load.complete()
    settle(load)
    load.complete()
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

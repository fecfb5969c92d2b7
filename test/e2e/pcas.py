"""See pcas.sh."""
import os
import signal
import sqlite3
import subprocess
import time

from harness import (BUILD, ENV, SCMS, WORK, expect, fail, ok, run, set_clock,
                     status, true, wait_for)

WEEK = 604800
FLEET = BUILD + "/tool/fleet/scms-fleet"
PROGRAM = {"ra": "ra", "la1": "la", "la2": "la", "pca": "pca", "pca2": "pca"}
processes = {}


def start(part, at=""):
    """Runs a component, to die at a crash point, or for good."""
    role = PROGRAM[part]
    with open("%s/%s/log/%s.log" % (ENV, part, part), "ab") as log:
        processes[part] = subprocess.Popen(
            ["%s/role/%s/scms-%s" % (BUILD, role, role), ENV + "/" + part],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env=dict(os.environ, MONARCH_CRASH_AT=at))
    wait_for("%s to be ready" % part, lambda:
             os.path.exists("%s/%s/run/ready" % (ENV, part)) or
             processes[part].poll() is not None)


def pid_of(part):
    with open("%s/%s/run/pid" % (ENV, part), encoding="ascii") as f:
        return int(f.read().strip() or 0)


def gone(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii") as f:
            return f.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def kill(part):
    pid = pid_of(part)
    os.kill(pid, signal.SIGKILL)
    wait_for("the end of " + part, lambda: gone(pid))
    if part in processes:
        processes.pop(part).wait()
    for left in "ready", "pid":
        try:
            os.unlink("%s/%s/run/%s" % (ENV, part, left))
        except FileNotFoundError:
            pass


def restart(part, at=""):
    kill(part)
    start(part, at)


def rows(part, sql, *args):
    db = sqlite3.connect("file:%s/%s/data/%s.db?mode=ro" %
                         (ENV, part, PROGRAM[part]), uri=True, timeout=30)
    try:
        return db.execute(sql, args).fetchall()
    finally:
        db.close()


def fleet(devices, *more):
    return subprocess.Popen(
        [FLEET, "--devices", str(devices), "--sample", "1", "--jobs", "4",
         *more, ENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def end(process, what):
    out = process.communicate(timeout=240)[0].decode()
    if process.returncode != 0:
        fail("%s: %s" % (what, out))
    ok(what)


def given():
    """How many devices each PCA has."""
    return dict(rows("ra", "select p.name, count(*) from device d join pca p"
                     " on p.id = d.pca group by p.id"))


def ra():
    return status()["ra"].get("health", {})


def keys(part):
    """Names of the keys that a component shares."""
    return {k for k in os.listdir("%s/%s/data/plv-keys" % (ENV, part))
            if k.endswith(".key")}


def pending():
    return [k for p in PROGRAM if p != "ra"
            for k in os.listdir("%s/%s/data/plv-keys" % (ENV, p))
            if k.endswith(".pending")]


# ---- evenly, and a key that is lost
kill("la2")
for key in keys("la2") & keys("pca2"):
    os.unlink("%s/la2/data/plv-keys/%s" % (ENV, key))
start("la2")
wait_for("a key of pca2 and la2", lambda: keys("la2") & keys("pca2"))
ok("the RA has seen to a key that was missing")
end(fleet(8), "eight devices are supplied")
expect("four by each PCA", sorted(given().values()), [4, 4])

# ---- one is away
kill("pca2")
load = fleet(24)
wait_for("the RA to say so",
         lambda: "pca2" in str(ra().get("detail", "")))
ok("the RA finds itself degraded, because of pca2")
mine = ra()["counters"]["certificates_done"]
wait_for("certificates of the other PCA",
         lambda: ra()["counters"]["certificates_done"] > mine or
         given()["pca.monarch.test"] * 40 + 4 * 40 == mine)
true("those of pca2 wait", load.poll() is None)
start("pca2")
end(load, "pca2 is back: all are supplied")
wait_for("the RA to be well", lambda: not ra().get("detail"))
true("every device has its PCA: %s" % given(),
     sum(given().values()) == 24 and min(given().values()) > 4)


# ---- keys are renewed: a year is over
def shared():
    """Keys that both sides of a pair have."""
    return {(p, n): len(keys("la%d" % n) & keys(p))
            for p in ("pca", "pca2") for n in (1, 2)}


def renewed(what):
    """All four pairs have another key than before."""
    wait_for(what, lambda: all(shared()[x] > before[x] for x in before), 120)
    ok(what)


before = shared()
true("a key for each pair: %s" % before, min(before.values()) == 1)
set_clock(54 * WEEK)
renewed("a year later each pair has a new key")
end(fleet(24), "devices are supplied under the new keys")


# ---- a key has sealed enough; each step of its renewal is killed once
def in_books(la, sql, *rows_of):
    db = sqlite3.connect("%s/%s/data/la.db" % (ENV, la), timeout=30)
    with db:
        db.executemany(sql, rows_of)
    db.close()


def use_up():
    """Both LAs count 2^31 values more for each of their keys."""
    for la in "la1", "la2":
        in_books(la, "insert into key_use values(?, 1 << 31) on conflict (id)"
                 " do update set sealed = sealed + (1 << 31)",
                 *[(bytes.fromhex(k[:16]),) for k in keys(la)])


for part, point in [
        ("ra", "ra-key-requested"), ("ra", "ra-key-answered"),
        ("ra", "ra-key-confirmed"), ("pca", "pca-agree-pending"),
        ("la1", "la-agree-pending"), ("pca2", "pca-agree-confirmed"),
        ("la2", "la-agree-finished")]:
    before = shared()
    restart(part, point)
    victim = processes.pop(part)
    use_up()
    wait_for("%s at %s" % (part, point), lambda: victim.poll() is not None)
    expect("killed at " + point, victim.returncode, -signal.SIGKILL)
    start(part)
    renewed("each pair has a new key all the same")
wait_for("an end of all agreements", lambda: not pending())
ok("nothing is left of what was cut off")
for name in "la1", "la2":
    in_books(name, "update key_use set sealed = sealed % (1 << 31)", ())

# ---- a PCA gets a new certificate while a batch of it is under way
restart("pca", "pca-batch-stored")
victim = processes.pop("pca")
set_clock(55 * WEEK)
load = fleet(24)
wait_for("a batch at the PCA", lambda: victim.poll() is not None)
expect("killed when it had issued", victim.returncode, -signal.SIGKILL)
run(SCMS, "component", "renew", "--offline", WORK + "/offline",
    "--passphrase-file", WORK + "/passphrase", "pca", ENV)
processes.clear()                       # what ran was started anew
start("pca")
end(load, "what was issued under the former certificate is delivered")
run(SCMS, "component", "renew", "--offline", WORK + "/offline",
    "--passphrase-file", WORK + "/passphrase", "pca2", ENV)
set_clock(62 * WEEK)
end(fleet(24), "the former certificates are over: the new ones go on")
wait_for("an end of all agreements", lambda: not pending())
wait_for("the RA to be well", lambda: not ra().get("detail"))
wait_for("confirmations", lambda: not rows("ra", "select 1 from batch") and
         not rows("ra", "select 1 from pool"))

"""Kills components at each commit boundary and at random moments while devices
enroll, ask and download; then everything must be there, once.  See kill.sh.

usage: kill.py [--points] [--seconds N] [--weeks N] [--group N] [--most N]
               [--damage]
	--points	each crash point of each component
	--seconds N	SIGKILLs at random moments for so long, of components
			and of the devices' program
	--weeks N	the clock moves on by a week N times meanwhile
	--group N	devices that come together
	--most N	devices in all
	--damage	at the end, the accountant must find damage in a copy
"""
import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import world
from world import ENV, SCMS, WORK, fail, must, program, run

# By commands, not by the daemons.
AGREEMENT = [
    ("pca", "agree-request", "--la", None, "request", "pca-agree-pending"),
    ("la", "agree-respond", "--in", "request", "response", "la-agree-pending"),
    ("pca", "agree-confirm", "--in", "response", "ack", "pca-agree-confirmed"),
    ("la", "agree-finish", "--in", "ack", None, "la-agree-finished"),
]
# And those of a renewal of keys: test/e2e/pcas.sh.
ELSEWHERE = {"ra-blocked", "ra-blacklisted", "ra-key-requested", "ra-key-answered",
             "ra-key-confirmed",
             # revocation.sh
             "ra-ma-counted", "pca-ma-counted", "la-ma-counted"}
BY_COMMAND = {m[5] for m in AGREEMENT} | ELSEWHERE
POINT_SECONDS = 90


def say(text):
    print(text, flush=True)


# ---- crash points ----

class Armed:
    """A component that is to die at one crash point after the other."""

    def __init__(self, name):
        self.name = name
        self.points = [p for p in world.crash_points(name)
                       if p not in BY_COMMAND and
                       # types.py, policy.sh, rollover.sh, test_report.c
                       not p.startswith(
                           ("ra-auth-", "ra-policy-", "ra-chains-",
                            "ra-successor-", "ra-report-"))]
        random.shuffle(self.points)
        self.hit = []
        self.process = None
        world.kill(name)
        self.arm()

    def arm(self):
        self.point = self.points.pop() if self.points else None
        # at the first time or the second: not everything is fresh then
        self.at = f"{self.point}:{random.randint(1, 2)}" if self.point else ""
        with open(f"{ENV}/{self.name}/log/{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(
                [program(self.name), f"{ENV}/{self.name}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=dict(os.environ, MONARCH_CRASH_AT=self.at))
        self.since = time.monotonic()

    def look(self):
        """Has it died?  Then it starts again with the next point."""
        status = self.process.poll()
        if status is not None and self.point is None:
            fail(f"{self.name} has ended with {status}\n" +
                 world.last_words(self.name))
        if status is None:
            if self.point and time.monotonic() > self.since + POINT_SECONDS:
                fail(f"{self.name} has never passed {self.at}\n" +
                     world.last_words(self.name))
            return
        if status != -signal.SIGKILL:
            fail(f"{self.name}, to die at {self.at}, ended with {status}\n" +
                 world.last_words(self.name))
        self.hit.append(self.point)
        self.arm()


def die_at_points(load):
    armed = [Armed(c) for c in ("ra", "la1", "la2", "pca", "eca")]
    while any(a.point for a in armed):
        load.check()
        for a in armed:
            a.look()
        time.sleep(0.01)
    for a in armed:
        # from here on scms up would start a second one
        while world.pid_of(a.name) != a.process.pid:
            a.look()
            time.sleep(0.01)
    world.up()
    for a in armed:
        say(f"{a.name}: died at {len(a.hit)} points: {' '.join(sorted(a.hit))}")


def die_in(point, *command):
    """A command dies at a point; done again it succeeds."""
    status, out = run(*command, env={"MONARCH_CRASH_AT": point})
    if status != -signal.SIGKILL:
        fail(f"{' '.join(command)}, to die at {point}: {status}\n{out}")
    must(*command)


def agree_anew(la):
    """A new key of PCA and LA, each step killed once and done again."""
    folder = f"{WORK}/agree-{la}"
    os.mkdir(folder)
    for who, verb, option, source, target, point in AGREEMENT:
        who = la if who == "la" else who
        source = (f"{folder}/{source}" if source
                  else f"{ENV}/public/{la.upper()}.oer")
        out = ["--out", f"{folder}/{target}"] if target else []
        die_in(point, program(who), f"{ENV}/{who}", verb, option, source, *out)
    say(f"{la}: another key agreed on, each step killed once")


def block_and_unblock(load):
    """One device is blocked and unblocked, and the command dies after it."""
    load.tolerated.add("BLOCKED")
    while load.provisioned() < 2:
        load.check()
        time.sleep(0.1)
    import json                         # pylint: disable=import-outside-toplevel
    device = json.loads(must(SCMS, "device", "list", ENV, "--json"))[0]
    name = device["enrollment"]
    for verb, state in ("block", True), ("unblock", False):
        die_in("ra-blocked", program("ra"), f"{ENV}/ra", "device", verb, name)
        say(f"ra: killed after {verb}, done again")


# ---- random moments ----

def kill_while_starting(component):
    """Again, in the middle of what it does at its start; how often."""
    starting = subprocess.Popen([SCMS, "up", ENV], stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)
    time.sleep(random.uniform(0.005, 0.08))
    killed = world.kill(component)
    starting.wait()
    return killed


def progress(load, killed, elapsed, seconds):
    """A line that is written over on a terminal, else one now and then."""
    line = (f"{sum(killed.values())} kills, {elapsed:.0f} of {seconds} s,"
            f" {load.provisioned()} devices, {load.downloads} downloads,"
            f" {sum(load.errors.values())} errors met")
    if sys.stdout.isatty():
        print(f"\r{line} ", end="", flush=True)
    elif sum(killed.values()) % 100 < 2:
        say(line)


def kill_some(load, killed):
    """One component or two, or the devices."""
    if random.random() < 0.05:
        load.kill()
        killed["fleet"] += 1
        return
    for _ in range(1 if random.random() < 0.8 else 2):
        part = random.choice(world.COMPONENTS + ["lop"])
        if not world.kill(part):
            continue
        killed[part] += 1
        if random.random() < 0.25 and kill_while_starting(part):
            killed[part] += 1


def random_kills(load, seconds, weeks):
    killed = dict.fromkeys(world.COMPONENTS + ["lop", "fleet"], 0)
    started = time.monotonic()
    while (elapsed := time.monotonic() - started) < seconds:
        load.check()
        time.sleep(random.uniform(0.0, 0.4))
        kill_some(load, killed)
        world.up()
        passed = world.clock() // world.WEEK
        if elapsed * (weeks + 1) // seconds > passed:
            world.set_clock((passed + 1) * world.WEEK)
        progress(load, killed, elapsed, seconds)
    say("\nkills: " + ", ".join(f"{k} {v}" for k, v in killed.items()) +
        f"; {time.monotonic() - started:.0f} s")


# ---- the accountant's own test ----

def copy_world(to):
    os.makedirs(to + "/env")
    for c in ("ra", "pca", "la1", "la2", "eca"):
        shutil.copytree(f"{ENV}/{c}/data", f"{to}/env/{c}/data")
    for f in ("environment.conf", "clock"):
        shutil.copy(f"{ENV}/{f}", f"{to}/env/{f}")
    shutil.copytree(f"{ENV}/fleet", f"{to}/env/fleet")


def do_damage(folder, what, line):
    copy = folder + "/copy"
    shutil.copytree(folder + "/original", copy)
    must(world.tool("damage"), what, copy + "/env")
    status, out = run(world.tool("account"), copy + "/env")
    if status != 1 or f"\n{line}: " not in "\n" + out:
        fail(f"damage {what} is not seen as {line}: {status}\n{out}")
    shutil.rmtree(copy)


def damage():
    started = time.monotonic()
    kinds = must(world.tool("damage"), "--list").split("\n")[:-1]
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else WORK
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        copy_world(folder + "/original")
        for kind in kinds:
            do_damage(folder, *kind.split())
    say(f"{len(kinds)} kinds of damage in a copy, each found,"
        f" {time.monotonic() - started:.0f} s")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", action="store_true")
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("--weeks", type=int, default=0)
    parser.add_argument("--damage", action="store_true")
    parser.add_argument("--group", type=int, default=2)
    parser.add_argument("--most", type=int, default=400)
    args = parser.parse_args()

    seed = int(os.environ.get("SOAK_SEED", random.randrange(1 << 30)))
    random.seed(seed)
    say(f"seed {seed}")
    load = world.Load(group=args.group, most=args.most)
    if args.weeks:
        # a request or message that is under way when a week passes is late
        load.tolerated |= {"DENIED", "BAD_TIME", "NOT_FOUND", "EXPIRED"}
    load.start()
    try:
        if args.points:
            die_at_points(load)
            agree_anew("la1")
            agree_anew("la2")
            block_and_unblock(load)
        if args.seconds:
            random_kills(load, args.seconds, args.weeks)
    except BaseException:
        load.abandon()
        raise
    say(f"devices {load.provisioned()}, downloads {load.downloads},"
        f" runs {load.runs}, errors met {load.errors}")
    world.finish(load)
    if args.damage:
        damage()


if __name__ == "__main__":
    world.main(main)

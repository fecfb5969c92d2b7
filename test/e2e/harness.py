"""What the python tests share: the environment that lib.sh made."""
import json
import os
import subprocess
import sys
import time

from device import Device, Host

sys.dont_write_bytecode = True
WORK, ENV, NET = os.environ["WORK"], os.environ["ENV"], os.environ["NET"]
SCMS, OBE = os.environ["SCMS"], os.environ["OBE"]
BUILD = os.environ["BUILD"]
DOMAIN = os.environ.get("DOMAIN", "monarch.test")


def fail(text):
    print("FAILED: " + text, flush=True)
    sys.exit(1)


def ok(text):
    print("ok: " + text, flush=True)


def expect(name, got, want):
    if got != want:
        fail("%s: %r, not %r" % (name, got, want))
    ok(name)


def true(name, value):
    if not value:
        fail(name)
    ok(name)


def run(*args, fails=False):
    """Standard output and error of a program."""
    r = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       check=False, timeout=120)
    out = r.stdout.decode()
    if (r.returncode != 0) != fails:
        fail("%s: status %d\n%s" % (" ".join(args), r.returncode, out))
    return out


def host(name="ra", number=1, port=8892, client=None, any_time=False, env=ENV,
         net=NET):
    return Host("%s.%s" % (name, DOMAIN), "127.0.%s.%d" % (net, number), port,
                env + "/public/root.tls", client and "%s/%s" % (env, client),
                any_time)


def device(folder, **how):
    """The device in a folder of scms-obe that has its bundle."""
    with open(folder + "/request.key", "rb") as f:
        key = int.from_bytes(f.read(), "big")
    return Device(folder + "/bundle", key, host(**how))


def devices(env=ENV):
    """What the RA says on standard output; it may complain on the other."""
    r = subprocess.run([SCMS, "device", "list", env, "--json"], check=True,
                       stdout=subprocess.PIPE, timeout=120)
    return json.loads(r.stdout)


def status(env=ENV):
    r = subprocess.run([SCMS, "status", "--json", env], check=False,
                       stdout=subprocess.PIPE, timeout=60)
    return {c["name"]: c for c in json.loads(r.stdout)["components"]}


def counters(env=ENV, component="ra"):
    return status(env)[component].get("health", {}).get("counters", {})


def wait_for(what, condition, seconds=90):
    """Asks until the condition holds; its value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            fail("waited %d s in vain for %s" % (seconds, what))
        time.sleep(0.1)


def all_well(env=ENV, seconds=20):
    """Every component runs and finds itself well, soon."""
    end = time.monotonic() + seconds
    while True:
        ill = {n: (c["state"], c.get("health", {}).get("detail"))
               for n, c in status(env).items() if c["state"] != "running"}
        if not ill:
            break
        if time.monotonic() > end:
            fail("not well: %s" % ill)
        time.sleep(0.2)
    ok("all components are well")


def set_clock(offset, env=ENV):
    """The whole environment lives at another time; it looks every 100 ms."""
    with open(env + "/clock.new", "w", encoding="ascii") as f:
        f.write("%d\n" % offset)
    os.replace(env + "/clock.new", env + "/clock")
    time.sleep(1)

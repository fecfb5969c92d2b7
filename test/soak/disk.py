"""Fills the disk of one component after the other; see disk.sh."""
import errno
import os
import shutil
import sys
import time

import world
from world import ENV, fail, must

COMPONENTS = ["ra", "pca", "la1", "la2", "eca"]
FULL_SECONDS = 3


def mount(component):
    """Data on a small disk of its own, with what is there already."""
    data, aside = f"{ENV}/{component}/data", f"{ENV}/{component}/aside"
    os.rename(data, aside) if os.path.exists(data) else os.mkdir(aside)
    os.mkdir(data, 0o700)
    must("mount", "-t", "tmpfs", "-o", "size=64m,mode=0700", "none", data)
    for name in os.listdir(aside):
        shutil.move(f"{aside}/{name}", f"{data}/{name}")
    os.rmdir(aside)


def free_octets(component):
    s = os.statvfs(f"{ENV}/{component}/data")
    return s.f_bavail * s.f_frsize


def fill(component, leave):
    """Takes what is free, except so many octets."""
    n = free_octets(component) - leave
    fd = os.open(f"{ENV}/{component}/data/ballast", os.O_CREAT | os.O_WRONLY)
    try:
        while n > 0:
            n -= os.write(fd, bytes(min(n, 4096)))
    except OSError as e:
        if e.errno != errno.ENOSPC:     # others write as well
            raise
    finally:
        os.close(fd)


def release(component):
    os.unlink(f"{ENV}/{component}/data/ballast")


def complaints(component):
    with open(f"{ENV}/{component}/log/{component}.log", errors="replace") as f:
        return [line for line in f if "full" in line or "No space" in line]


def wait_for_work(load, n, seconds=60):
    """n more devices get their ack."""
    end, want = time.monotonic() + seconds, load.provisioned() + n
    while load.provisioned() < want:
        load.check()
        if time.monotonic() > end:
            fail("no device is provisioned any more")
        time.sleep(0.05)


def full_disk(load, component, leave):
    pid = world.pid_of(component)
    before = len(complaints(component))
    fill(component, leave)
    end = time.monotonic() + 30
    while len(complaints(component)) == before:
        load.check()
        if time.monotonic() > end:
            fail(f"{component} does not notice that its disk is full")
        time.sleep(0.1)
    time.sleep(FULL_SECONDS)
    if world.pid_of(component) != pid:
        fail(f"{component} has ended on a full disk\n" +
             world.last_words(component))
    said = complaints(component)[before:]
    release(component)
    wait_for_work(load, 4)
    print(f"{component}: full with {leave} octets left for {FULL_SECONDS} s,"
          f" said so {len(said)} times, goes on", flush=True)
    print("  " + said[0].strip(), flush=True)


def start_full(load, component):
    """Killed while the disk is full, and started again before there is room:
    it starts, or says why not."""
    fill(component, 0)
    world.kill(component)
    status, out = world.run(world.SCMS, "up", "--timeout", "20", ENV)
    if status != 0 and not ("full" in out or "No space" in out):
        fail(f"{component} does not say why it does not start\n{out}")
    release(component)
    world.up()
    wait_for_work(load, 4)
    print(f"{component}: killed and started on a full disk: "
          f"{'refused with the reason' if status else 'started'}; goes on",
          flush=True)


def main():
    for component in COMPONENTS:
        mount(component)
    world.up()
    load = world.Load(group=2, most=600)
    # what a full component answers: 500 and 503, with or without a reason
    load.tolerated |= {"STORE", "IO"}
    load.start()
    try:
        wait_for_work(load, 4)
        # at once, and in the middle of something
        for component in COMPONENTS:
            full_disk(load, component, 0)
        for component in ("ra", "pca"):
            full_disk(load, component, 40000)
        for component in COMPONENTS:
            start_full(load, component)
    except BaseException:
        load.abandon()
        raise
    world.finish(load)


if __name__ == "__main__":
    world.main(main)
    sys.exit(0)

"""scms backup is killed while it holds the components still: they must go on.

usage: backup_killed.py SCMS ENV
"""
import os
import signal
import subprocess
import sys
import time

scms, env = sys.argv[1:]
# Fresh files are copied during the pause; many of them make it last.
extra = os.path.join(env, "crlstore/data/extra")
os.mkdir(extra)
for i in range(20000):
    with open(os.path.join(extra, str(i)), "wb") as f:
        f.write(b"x" * 100)
with open(os.path.join(env, "eca/run/pid")) as f:
    eca = int(f.read())


def state():
    with open(f"/proc/{eca}/stat") as f:
        return f.read().rsplit(")", 1)[1].split()[0]


backup = subprocess.Popen([scms, "backup", env, env + ".killed.tar"])
until = time.monotonic() + 20
while state() != "T":
    assert time.monotonic() < until and backup.poll() is None, "no pause seen"
os.kill(backup.pid, signal.SIGKILL)
backup.wait()
until = time.monotonic() + 5
while state() == "T":
    assert time.monotonic() < until, "the ECA still stands still"
    time.sleep(0.01)

"""The ceremony on a terminal: the passphrase is asked for twice and not shown.

usage: ceremony.py SCMS ENV NET
"""
import os
import pty
import sys

scms, env, net = sys.argv[1:]


def hold(answers):
    """Runs scms init on a terminal of its own; its output and status."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(scms, [scms, "init", "--env", "test", "--net", net, env])
    out = b""
    answers = list(answers)
    while True:
        try:
            block = os.read(fd, 4096)
        except OSError:
            break
        if not block:
            break
        out += block
        if answers and out.endswith(b": "):
            os.write(fd, answers.pop(0) + b"\n")
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return out, status


first, second = b"correct horse battery", b"another one entirely"
out, status = hold([first, second])
assert status != 0 and b"not the same" in out, out
assert not os.path.exists(env), "something was made"
assert first not in out and second not in out, "a passphrase was shown"
out, status = hold([b"short", b"short"])
assert status != 0 and b"shorter" in out, out
out, status = hold([first, first])
assert status == 0, out
assert first not in out, "the passphrase was shown"
assert os.path.exists(os.path.join(env, "ceremony.txt"))

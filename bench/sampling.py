"""A sampled profile of the components while they work (perf, CPU clock)."""
import collections
import os
import shutil
import subprocess
import time

from report import Failure, run, say

TOP = 12  # functions of a component that are shown
RATE = 997  # samples per second of CPU time


class Profile:
    def __init__(self, env, parts, path):
        self.path = path
        # both LAs are one
        self.parts = {env.pid(part): part.rstrip("12") for part in parts}
        self.perf = shutil.which("perf")
        if self.perf is None:
            raise Failure("perf is not installed (Debian: linux-perf)")

    def __enter__(self):
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            [self.perf, "record", "-q", "-e", "cpu-clock", "-F", str(RATE),
             "-o", self.path, "-p", ",".join(str(p) for p in self.parts)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(0.5)
        if self.process.poll() is not None:
            raise Failure("perf: " + self.process.stderr.read().decode()
                          .strip().replace("\n", " / "))
        return self

    def __exit__(self, *_):
        self.process.send_signal(2)
        self.process.communicate(timeout=60)

    def count(self):
        """{part: Counter of (object, function)}"""
        found = {part: collections.Counter() for part in self.parts.values()}
        text = run(self.perf, "script", "-i", self.path, "-F",
                   "pid,ip,sym,dso", timeout=300)
        for line in text.splitlines():
            words = line.split(maxsplit=2)
            if len(words) < 3 or not words[0].isdigit():
                continue
            symbol, _, where = words[2].rpartition(" (")
            where = os.path.basename(where.rstrip(")")) or "?"
            where = "kernel" if "kernel" in where else where
            if symbol == "[unknown]":
                symbol = "(no name)"
            part = self.parts.get(int(words[0]))
            if part is not None:
                found[part][where, symbol] += 1
        return found


def table(found, cpu_us):
    """Lines of text; cpu_us: {part: us of CPU per certificate}, by which
    shares of samples become microseconds."""
    for part, counter in found.items():
        total = sum(counter.values())
        if total == 0:
            continue
        us = cpu_us.get(part)
        yield (f"{part}: {total} samples"
               + (f", {us:.1f} us per certificate" if us else ""))
        objects = collections.Counter()
        for (where, _), n in counter.items():
            objects[where] += n
        yield "     in " + ", ".join(
            f"{where} {100 * n / total:.0f} %"
            for where, n in objects.most_common(6))
        for (where, symbol), n in counter.most_common(TOP):
            share = n / total
            yield (f"{100 * share:6.1f} %"
                   + (f" {share * us:7.2f} us" if us else "")
                   + f"  {symbol}  [{where}]")
        yield ""


def show(profile, cpu_us, path):
    lines = list(table(profile.count(), cpu_us))
    for line in lines:
        say(line)
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")

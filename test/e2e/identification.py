"""See identification.sh."""
import os
import shutil

from harness import OBE, expect, run, true
from single import HOUR, at, download, folder, held, refused, say

MONTH = 720 * HOUR


def iterators(name):
    return sorted(int(i, 16) for i in
                  os.listdir(folder(name) + "/identification/certificates"))


shutil.copytree(folder("bus01"), folder("thief"))
run(OBE, "provision", "--type", "identification",
    folder("bus01"))
run(OBE, "provision", "--type", "identification", "--layout", "1.2.4",
    folder("bus02"))
refused("another request of the same enrollment: 5057", "5057",
        "provision", "--type", "identification", folder("thief"))
for name in ("bus01", "bus02"):
    expect("%s: the initial supply" % name, download(name), 3)
    expect("%s: iterators" % name, iterators(name), [0, 1, 2])
    expect("%s: one is valid" % name,
           held(name, "identification")["usable"], 1)
signers = [say("bus01", "0x87")]
expect("a call that is not due brings nothing", download("bus01", "--due"), 0)
for month in (1, 2, 3):
    at(month * MONTH + 2 * HOUR)
    for name in ("bus01", "bus02"):
        expect("%s, month %d: the next one" % (name, month),
               download(name, "--due"), 1)
        expect("%s, month %d: iterators" % (name, month), iterators(name),
               [month, month + 1, month + 2])
    signers.append(say("bus01", "0x83"))
expect("another certificate each month", len(set(signers)), 4)
true("none of them was asked for twice", download("bus01") == 0)

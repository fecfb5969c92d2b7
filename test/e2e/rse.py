"""See rse.sh."""
import shutil

from harness import ENV, OBE, SCMS, expect, run, true
from single import (DAY, HOUR, at, download, folder, held, refused, say)

# Before it has asked, a copy is made, which asks after it.
shutil.copytree(folder("rse01"), folder("thief"))
refused("the type must be told", "identification or application",
        "provision", folder("rse01"))
run(OBE, "provision", "--type", "application", "--encryption", folder("rse01"))
refused("a second request of the same PSIDs: 5056", "5056",
        "provision", "--type", "application", folder("thief"))
expect("one certificate", download("rse01"), 1)
expect("status", held("rse01", "application")["usable"], 1)
first = say("rse01", "0x83")
expect("one certificate for both PSIDs", say("rse01", "0x82"), first)
refused("no BSMs from an RSE", "PSID_NOT_PERMITTED", "sign", "--in",
        "payload", "--out", "no", folder("rse01"))

# What the enrollment is not for.
refused("no pseudonym certificates for an RSE", "5070|5067", "provision",
        "--type", "pseudonym", folder("rse02"))
refused("no application certificates for an OBE", "5070|5067", "provision",
        "--type", "application", folder("obe01"))
run(OBE, "provision", folder("obe01"))
expect("which stops nothing else", download("obe01", "--periods", "1"), 20)

# Renewal in the last day, and not before.
end = held("rse01", "application")["end"]
at(144 * HOUR)
expect("two days before the end nothing comes", download("rse01"), 0)
at(146 * HOUR)
expect("in the last day the next one comes", download("rse01"), 1)
two = held("rse01", "application")
expect("it ends 168 hours after the first", two["end"] - end, 168 * HOUR)
expect("the running one goes on", say("rse01", "0x83"), first)
expect("no third one", download("rse01"), 0)
at(168 * HOUR + HOUR // 2)
second = say("rse01", "0x83")
true("in the overlap the next one is in use", second != first)
at(169 * HOUR + HOUR)
expect("and after it, too", say("rse01", "0x83"), second)
expect("nothing new then", download("rse01"), 0)

# An absence of a month.
at(30 * DAY)
expect("after an absence a new one comes", download("rse01"), 1)
expect("which is valid at once", held("rse01", "application")["usable"], 1)
say("rse01", "0x83")

# A policy of shorter certificates (use-cases.md 13.3): the request that waits
# is made anew instead of downloaded; the RA, which has issued for the former
# one already, does not take it (5056), so that stands; the next one is short.
run(OBE, "provision", "--type", "application", folder("rse02"))
run(SCMS, "policy", "set", ENV, "global.rseApplicationCertValidity",
    "25 hours")
run(SCMS, "policy", "publish", ENV)
expect("the policy does not cost the certificate", download("rse02"), 1)
long = held("rse02", "application")["end"]
at(30 * DAY + 146 * HOUR)
expect("in the last day of that the next one comes", download("rse02"), 1)
expect("which is of the new policy",
       held("rse02", "application")["end"] - long, 24 * HOUR)
at(30 * DAY + 169 * HOUR)
say("rse02", "0x82")

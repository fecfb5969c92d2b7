#!/bin/sh
# A device that shares no code with Monarch (device.py: python3 alone, checked
# with the published vectors) goes all the way: request in a ZIP, bundle,
# provisioning, download, decryption, reconstruction of every key, a signed
# safety message that scms-obe believes.
. "$(dirname "$0")/lib.sh"
cd "$WORK"

check 'the device of this test computes as the vectors say' \
    python3 "$E2E/vectors.py"
environment test supply_weeks=2 shuffle_devices=3 shuffle_count=60
up
bootstrapped 4 ours
python3 "$E2E/interop.py"

#!/bin/sh
# Identification certificates: one per iterator, the first ones at once, further
# ones month by month without asking; three months of top-ups in simulated time,
# and in each the device signs and a stranger believes it.
. "$(dirname "$0")/lib.sh"
cd "$WORK"
environment test identification_supply=3 shuffle_devices=2 shuffle_count=40 \
    shuffle_max_age_seconds=2
up
check 'a request for parts of a country' "$OBE" csr --name bus --count 2 \
    --psid 0x83 --psid 0x87 --region 840:17,18 --out bus.zip devices
check 'enrollment' "$SCMS" enroll "$ENV" --in bus.zip --out bundle.zip
check 'bootstrap' "$OBE" bootstrap --bundle bundle.zip devices
python3 "$E2E/identification.py"
check 'down' "$SCMS" down "$ENV"

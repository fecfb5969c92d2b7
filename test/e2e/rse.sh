#!/bin/sh
# A road-side equipment: enrolled for two applications in a circle, one of them
# with a bitmap SSP; its application certificate is requested, downloaded and
# renewed in its last day; strangers believe what it says; a second request
# while one runs is refused (5056), and so is what its enrollment is not for.
. "$(dirname "$0")/lib.sh"
cd "$WORK"
environment test supply_weeks=2 shuffle_devices=2 shuffle_count=40 \
    shuffle_max_age_seconds=2
up
check 'a request with a bitmap SSP and a circle' "$OBE" csr --name rse \
    --count 2 --psid 0x83:0102/fff0 --psid 0x82:9001 \
    --region circle:38.6,-98.4,5000 --out rse.zip devices
check 'enrollment for applications' "$SCMS" enroll "$ENV" --in rse.zip \
    --out bundle.zip
check 'bootstrap' "$OBE" bootstrap --bundle bundle.zip devices
bootstrapped 1 obe
python3 "$E2E/rse.py"
check 'down' "$SCMS" down "$ENV"

#!/bin/sh
# Five years of an environment in minutes (LIFE_WEEKS weeks, 260 unless set):
# vehicles with pseudonym certificates, one with identification certificates,
# a road-side unit; weekly contact, policy changes, rollover of enrollments,
# renewals of components, a second root.  At every fourth week each device
# signs and another believes it; at the end every certificate is accounted for.
. "$(dirname "$0")/lib.sh"
cd "$WORK"
environment test supply_weeks=6 shuffle_devices=2 shuffle_count=60 \
    shuffle_max_age_seconds=1 plv_cache_pairs=4 plv_weeks_per_fetch=26 \
    identification_supply=3 'pca_lifetime=4 years' \
    'enrollment_lifetime=2 years' \
    'application_enrollment_lifetime=2 years' rollover_days=120
up
bootstrapped 3 obe
for kind in idn:0x27 rse:0x82:9001; do
	name=${kind%%:*}
	check "a $name device" "$OBE" csr --count 1 --name "$name" \
	    --psid "${kind#*:}" --region 840 --out "$name.zip" devices
	check 'its enrollment' "$SCMS" enroll "$ENV" --in "$name.zip" \
	    --out "$name-bundle.zip"
	check 'its bundle' "$OBE" bootstrap --bundle "$name-bundle.zip" \
	    "devices/${name}01"
done
python3 "$E2E/life.py"
check 'down' "$SCMS" down "$ENV"

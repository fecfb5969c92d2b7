#!/bin/sh
# Two PCAs behind one RA: devices are given to them evenly, one is killed under
# load and comes back, one gets a new certificate under its old name, keys with
# the LAs are renewed while everything runs, each step of that killed once.  At
# the end each certificate is accounted for, and none was issued twice.
. "$(dirname "$0")/lib.sh"
cd "$WORK"
for tool in test/soak/account tool/fleet/scms-fleet; do
	[ -x "$BUILD/$tool" ] || { echo "skipped: no $tool"; exit 77; }
done
environment test supply_weeks=2 shuffle_devices=2 shuffle_count=40 \
    shuffle_max_age_seconds=1 plv_cache_pairs=4 plv_weeks_per_fetch=2 \
    'pca_lifetime=10000 hours'
up
check 'a second PCA' "$SCMS" component add --offline "$WORK/offline" \
    --passphrase-file "$WORK/passphrase" pca2 "$ENV"
python3 "$E2E/pcas.py" || exit 1
check 'every certificate is accounted for' "$BUILD/test/soak/account" \
    --absent "$ENV"
check 'down' "$SCMS" down "$ENV"

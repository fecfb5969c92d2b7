#!/bin/sh
# Every error of the RA provoked by a device that lies in every way
# (errors.py), in a TEST environment with status and both headers as
# design.md section 4 has them, or in a PROD one: bare 500.  A refusal changes
# nothing: all rows of the RA are compared before and after.
. "$(dirname "$0")/lib.sh"
KIND=${1:-test}
cd "$WORK"

environment "$KIND" connections_per_source_hour=100000 supply_weeks=2 shuffle_devices=2 shuffle_count=40 \
    crl_interval_seconds=31536000 \
    shuffle_max_age_seconds=2 allow_small_sets=true plv_cache_pairs=8
up
bootstrapped 40 dev
python3 "$E2E/errors.py" "$KIND"
check 'down' "$SCMS" down "$ENV"

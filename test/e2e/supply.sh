#!/bin/sh
# The supply under policy, in simulated time: more certificates per period, and
# fewer, from the first period on that is generated after the start of the change
# and in none before; a shorter and a longer supply; devices that are gone and
# come back; and what .info and the operator's list say of each.  At the end
# nothing was issued twice.
. "$(dirname "$0")/lib.sh"
cd "$WORK"
environment test supply_weeks=4 shuffle_devices=2 shuffle_count=40 \
    shuffle_max_age_seconds=2 plv_cache_pairs=6 plv_weeks_per_fetch=4 \
    inactive_after_days=15 'pca_lifetime=4400 hours'
up
bootstrapped 3 dev
python3 "$E2E/supply.py"
check 'down' "$SCMS" down "$ENV"

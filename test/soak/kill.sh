#!/bin/sh
# Components killed at each commit boundary and at random moments; then a count
# over all databases.  Arguments: see kill.py.
. "$(dirname "$0")/../e2e/lib.sh"

# Few devices make many messages, orders and continuations of chains.
environment test supply_weeks=4 plv_weeks_per_fetch=2 plv_cache_pairs=6 \
    shuffle_devices=2 shuffle_count=60 shuffle_max_age_seconds=1 \
    batch_max_requests=120
up
python3 "$E2E/kill.py" "$@"

#!/bin/sh
# Weeks pass (the environment's clock is moved): the next periods come by
# themselves, devices top up, a blocked one gets nothing more, a long absence
# and a clock that goes back do no harm, and the supply ends with the PCA's
# certificate.  At the end nothing was issued twice.
. "$(dirname "$0")/lib.sh"
cd "$WORK"
# The PCA's certificate began 8 days ago and ends in 15.9 weeks.
environment test supply_weeks=3 shuffle_devices=2 shuffle_count=40 \
    shuffle_max_age_seconds=2 plv_cache_pairs=6 plv_weeks_per_fetch=4 \
    'pca_lifetime=2856 hours'
up
bootstrapped 4 dev
python3 "$E2E/clock.py"
check 'down' "$SCMS" down "$ENV"

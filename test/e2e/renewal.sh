#!/bin/sh
# Components are renewed while devices work (renewal.py): the PCA before its
# certificate ends, the RA, the ECA, the ICA with all below it, and the root, by
# vote of the electors; a second PCA comes.  scms is killed at every point of a
# change: the old or the new is there, and the same command finishes.
. "$(dirname "$0")/lib.sh"
cd "$WORK"
# The PCA's certificate began 8 days ago and ends in 15.9 weeks.
environment test supply_weeks=6 shuffle_devices=2 shuffle_count=40 \
    shuffle_max_age_seconds=1 plv_cache_pairs=4 plv_weeks_per_fetch=6 \
    'pca_lifetime=2856 hours'
up
bootstrapped 2 old
python3 "$E2E/renewal.py"
check 'down' "$SCMS" down "$ENV"

#!/bin/sh
# Components are renewed while devices work (renewal.py): the PCA before its
# certificate ends, the RA, the ECA, the ICA with all below it, and the root, by
# vote of the electors; a second PCA comes and goes.  scms is killed at every point of a
# change: the old or the new is there, and the same command finishes.
. "$(dirname "$0")/lib.sh"
cd "$WORK"
# The PCA's certificate began 8 days ago and ends in 15.9 weeks.
environment test supply_weeks=6 shuffle_devices=2 shuffle_count=40 \
    shuffle_max_age_seconds=1 plv_cache_pairs=4 plv_weeks_per_fetch=6 \
    'pca_lifetime=2856 hours'
up
bootstrapped 2 old

# ---- what is refused changes nothing ----
component() {
	"$SCMS" component "$@"
}
SAFE="--offline $WORK/offline --passphrase-file $WORK/passphrase"
# What components do by themselves meanwhile is in their folders data.
sums() {
	find "$ENV" "$WORK/offline" -path '*/data/*' -prune -o \
	    '(' -name '*.oer' -o -name '*.key' -o -name '*.pem' \
	    -o -name '*.conf' ')' -print | sort | xargs sha256sum
}
sums >before
echo 'another battery, the wrong one' >wrong
refuse 'a wrong passphrase' 'BAD_TAG' component renew --offline offline \
    --passphrase-file wrong pca "$ENV"
refuse 'without the offline folder' 'offline folder is needed' \
    component renew --passphrase-file passphrase pca "$ENV"
# shellcheck disable=SC2086 # options
{
	refuse 'nobody of that name' 'pca9: no component' \
	    component renew $SAFE pca9 "$ENV"
	refuse 'one that is there' 'there already' \
	    component add $SAFE pca "$ENV"
	refuse 'one that is not there' 'not there' \
	    component renew $SAFE pca2 "$ENV"
	refuse 'one that is needed' 'cannot do without' \
	    component retire $SAFE ra "$ENV"
	refuse 'an elector' 'votes of the others' \
	    component renew $SAFE elector1 "$ENV"
}
sums | cmp - before || fail 'a refusal has changed something'
[ -z "$(ls -d "$ENV"/change* 2>/dev/null)" ] || fail 'something is left'
echo 'ok: nothing has changed'

python3 "$E2E/renewal.py"
check 'down' "$SCMS" down "$ENV"

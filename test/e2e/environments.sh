#!/bin/sh
# TEST, QA and PROD side by side: nothing is shared.  Lifetimes and names as
# their columns have them; what one issues, signs or serves is refused by the
# others as something of another environment; and nothing outlives the end of
# the project (environments.py).
. "$(dirname "$0")/lib.sh"
cd "$WORK"

NETS=$NET
leave_net() {
	for n in $NETS; do
		rm -f "${TMPDIR:-/tmp}/monarch-e2e-net.$n"
	done
}

# make KIND [SETTING=VALUE...]: an environment in env-KIND with its settings,
# fast enough for a test.
make() {
	ENV=$WORK/env-$1
	environment "$@" "domain=$1.monarch.test" supply_weeks=2 \
	    shuffle_devices=2 shuffle_count=40 shuffle_max_age_seconds=1 \
	    plv_cache_pairs=4
	mv "$WORK/offline" "$WORK/offline-$1"
	up
	echo "ok: $1 is up in 127.0.$NET.x"
}

make test
exec 8>&9
TEST_NET=$NET
free_net
NETS="$NETS $NET" QA_NET=$NET
make qa
exec 7>&9
free_net
NETS="$NETS $NET" PROD_NET=$NET
make prod allow_small_sets=true
export TEST_NET QA_NET PROD_NET

for kind in test qa prod; do
	(
		trap - EXIT
		ENV=$WORK/env-$kind
		MONARCH_HOSTS=$ENV/hosts MONARCH_CLOCK=$ENV/clock
		bootstrapped 2 "$kind"
		"$OBE" provision devices/${kind}0* >"$WORK/out" 2>&1 ||
		    { cat "$WORK/out"; fail "$kind: provisioning"; }
		tries=0
		until "$OBE" download devices/${kind}0* >out 2>&1; do
			tries=$((tries + 1))
			[ $tries -lt 100 ] || { cat out; fail "$kind: download"; }
			sleep 0.2
		done
		echo "ok: devices of $kind have their certificates"
	)
done
python3 "$E2E/environments.py" sides

# ---- the end of the project ----
( # the three stay up, to show that they do not mind
	trap - EXIT
	ENV=$WORK/env-end
	MONARCH_HOSTS=$ENV/hosts MONARCH_CLOCK=$ENV/clock
	free_net
	trap leave_net EXIT
	NETS=$NET
	day=$(date -u -d '70 days' +%Y-%m-%d)
	environment test "project_end=$day" supply_weeks=20 shuffle_devices=2 \
	    shuffle_count=40 shuffle_max_age_seconds=1 plv_cache_pairs=4
	mv "$WORK/offline" "$WORK/offline-end"
	up
	bootstrapped 2 end
	PROJECT_END=$day python3 "$E2E/environments.py" end
	check 'down' "$SCMS" down "$ENV"
)
refuse 'a project that is over' 'the project is over' "$SCMS" init --env qa \
    --net "$NET" --passphrase-file passphrase --set project_end=2026-01-01 over
refuse 'a day that there is not' 'neither YYYY-MM-DD nor none' "$SCMS" init \
    --env qa --net "$NET" --passphrase-file passphrase \
    --set project_end=2031-02-30 over
[ ! -e over ] || fail 'something was made'
for kind in test qa prod; do
	check "$kind goes down" "$SCMS" down "env-$kind"
done

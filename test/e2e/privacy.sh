#!/bin/sh
# What each component could find out, and must not.  20 devices; then
#  - the PCA (test/privacy/attack.c): its whole directory, and all that was ever
#    in it (spy.py), tells nobody which certificates belong together, while the
#    same program succeeds on a run without shuffling;
#  - RA, LAs, logs, other files, command lines (privacy.py).
. "$(dirname "$0")/lib.sh"
ATTACK=$BUILD/test/privacy/attack
[ -x "$ATTACK" ] || { echo 'skipped: test/privacy/attack is not built'; exit 77; }
cd "$WORK"
K=10

# supply: everything for the devices of ENV, all held by them.
supply() {
	up
	mkdir kept
	python3 "$E2E/spy.py" "$ENV/pca/data" kept &
	spy=$!
	bootstrapped 20 dev
	check '20 devices ask' "$OBE" provision --quiet devices
	tries=0
	until "$OBE" download --quiet --jobs 2 devices >out 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 150 ] || { cat out; fail 'certificates'; }
		sleep 0.2
	done
	touch kept/stop
	wait $spy
}

# attack: what the attacker says of the PCA's directory and of what it kept.
attack() {
	mv kept "$ENV/pca/"
	"$ATTACK" truth $K "$ENV/pca"
}

environment test supply_weeks=4 shuffle_devices=$K plv_cache_pairs=20
supply
python3 "$E2E/privacy.py"
check 'down' "$SCMS" down "$ENV"
python3 "$E2E/privacy.py" at-rest
attack || fail 'the PCA can tell which certificates belong together'
echo 'ok: the PCA cannot tell which certificates belong together'

# ---- without shuffling the attacker must succeed ----
rm -rf "$ENV" devices dev.zip dev-bundle.zip truth
environment test supply_weeks=4 shuffle_devices=1 shuffle_count=1 \
    batch_max_requests=20 batches_in_flight=1 plv_cache_pairs=20
supply
check 'down' "$SCMS" down "$ENV"
python3 "$E2E/privacy.py" truth-only
status=0
attack || status=$?
[ $status = 1 ] || fail "without shuffling the attacker ends with $status"
echo 'ok: without shuffling it can'

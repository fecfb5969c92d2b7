#!/bin/sh
# What vehicles say of themselves, signed and heard: honest ones are accused of
# nothing; each kind of lie becomes a report that reaches the MA, which finds
# the same in it; reports wait for an RA that is away, and for a week.
. "$(dirname "$0")/lib.sh"
cd "$WORK"

environment test supply_weeks=2 shuffle_devices=1 shuffle_count=20 shuffle_max_age_seconds=1 \
    plv_cache_pairs=8 report_shuffle_count=1 report_max_age_seconds=1 case_reporters=0
up
bootstrapped 4 car
check 'devices ask' "$OBE" provision --quiet devices
tries=0
until "$OBE" download --quiet devices >out 2>&1; do
	tries=$((tries + 1))
	[ $tries -lt 50 ] || { cat out; fail 'download'; }
	sleep 0.3
done

# counter PART NAME: of /healthz
counter() {
	"$SCMS" status --json "$ENV" | python3 -c 'import json, sys
for c in json.load(sys.stdin)["components"]:
    if c["name"] == sys.argv[1]: print(c["health"]["counters"].get(sys.argv[2], 0))' "$1" "$2"
}
# eventually NAME WANTED PART COUNTER
eventually() {
	tries=0
	until [ "$(counter "$3" "$4")" = "$2" ]; do
		tries=$((tries + 1))
		[ $tries -lt 150 ] ||
		    fail "$1: $3 $4 is $(counter "$3" "$4"), not $2"
		sleep 0.2
	done
	echo "ok: $1"
}
waiting() {
	find devices/"$1"/reports -name '*.oer' 2>/dev/null | wc -l
}

# ---- honest ----
for road in '' --town; do
	# shellcheck disable=SC2086
	"$OBE" drive --seconds 40 $road --out "honest$road" devices >out ||
	    { cat out; fail 'drive'; }
	"$OBE" receive --from "honest$road" devices >out || { cat out; fail 'receive'; }
	[ "$(grep -c ' messages good, 0 accusations, 0 reports$' out)" = 4 ] ||
	    { cat out; fail 'honest vehicles'; }
	! grep -q refused out || { cat out; fail 'honest messages are refused'; }
done
[ "$(find devices -name reports)" = '' ] || fail 'a report about an honest vehicle'
echo 'ok: honest vehicles are accused of nothing'

# ---- liars ----
# car01 lies; car02, whose place it takes, and car03 hear it
for lie in speed acceleration position overlap region stale replay range; do
	"$OBE" drive --seconds 12 --lie "$lie" --after 3 --out "$lie" \
	    devices/car01 devices/car02 devices/car03 devices/car04 >out ||
	    { cat out; fail "drive --lie $lie"; }
	liar=$("$OBE" receive --from "$lie" devices/car02 |
	    tee out | sed -n "s/^car02: \([0-9a-f]*\) .* ($lie): reported\$/\1/p")
	[ -n "$liar" ] || { cat out; fail "nobody notices $lie"; }
	[ "$(grep -c ': reported$' out)" = "$(grep -c "^car02: $liar " out)" ] ||
	    { cat out; fail "$lie: somebody else is accused"; }
done
echo 'ok: each kind of lie is noticed, and nobody but the liar accused'
made=$(waiting car02)
[ "$made" -ge 8 ] || fail "$made reports"
[ "$(find devices/car02/reports -type f -perm /077)" = '' ] || fail 'reports that others may read'
"$OBE" status devices/car02 >out
grep -q "misbehavior reports *$made not yet sent" out || { cat out; fail 'status'; }

# ---- on their way ----
"$SCMS" down "$ENV" >out 2>&1 || { cat out; fail 'scms down'; }
refuse 'the RA is away' "0 reports sent, $made left" "$OBE" report --attempts 1 devices/car02
[ "$(waiting car02)" = "$made" ] || fail 'a report is lost'
up
check 'the RA is back' "$OBE" report devices/car02
grep -q "car02: $made reports sent" "$WORK/out" || { cat "$WORK/out"; fail 'reports sent'; }
[ "$(waiting car02)" = 0 ] || fail 'a report is sent and kept'
eventually 'the RA has passed all on' "$made" ra reports_sent
eventually 'the MA finds in each what it says' "$made" ma reports

# ---- too late ----
"$OBE" receive --quiet --from position devices/car03 >out
[ "$(waiting car03)" = 1 ] || { cat out; fail 'another report'; }
echo $((8 * 86400)) >"$ENV/clock"
check 'a week later' "$OBE" report --attempts 1 devices/car03
grep -q 'car03: 0 reports sent' "$WORK/out" || { cat "$WORK/out"; fail 'an old report is sent'; }
[ "$(waiting car03)" = 0 ] || fail 'an old report is kept'
echo 'ok: reports older than a week are gone'

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

# counters PART NAME...: of /healthz, their sum
counters() {
	"$SCMS" status --json "$ENV" | python3 -c 'import json, sys
for c in json.load(sys.stdin)["components"]:
    if c["name"] == sys.argv[1]:
        print(sum(c["health"]["counters"].get(n, 0) for n in sys.argv[2:]))' "$@"
}
# eventually NAME WANTED PART COUNTER...
eventually() {
	what=$1 wanted=$2
	shift 2
	tries=0
	until [ "$(counters "$@")" = "$wanted" ]; do
		tries=$((tries + 1))
		[ $tries -lt 150 ] || fail "$what: $* is $(counters "$@"), not $wanted"
		sleep 0.2
	done
	echo "ok: $what"
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
# lies KIND LIAR HEARER: the hearer, whose place a liar may take, notices it
lies() {
	others=$(find devices -name 'car*' ! -name "$2" ! -name "$3")
	# shellcheck disable=SC2086
	"$OBE" drive --seconds 12 --lie "$1" --after 3 --out "$1" "devices/$2" "devices/$3" \
	    $others >out 2>&1 || { cat out; fail "drive --lie $1"; }
	liar=$("$OBE" receive --from "$1" "devices/$3" |
	    tee out | sed -n "s/^$3: \([0-9a-f]*\) .* ($1): reported\$/\1/p")
	[ -n "$liar" ] || { cat out; fail "nobody notices $1"; }
	[ "$(grep -c ': reported$' out)" = "$(grep -c "^$3: $liar " out)" ] ||
	    { cat out; fail "$1: somebody else is accused"; }
}
lies speed car01 car02
lies acceleration car02 car03
lies position car03 car04
lies overlap car04 car01
lies region car01 car03
lies stale car02 car04
lies replay car03 car01
lies range car04 car02
echo 'ok: each kind of lie is noticed, and nobody but the liar accused'
made=$(find devices -path '*/reports/*.oer' | wc -l)
[ "$made" -ge 8 ] || fail "$made reports"
[ "$(find devices -path '*/reports/*' -perm /077)" = '' ] || fail 'reports that others may read'
mine=$(waiting car02)
"$OBE" status devices/car02 >out
grep -q "misbehavior reports *$mine not yet sent" out || { cat out; fail 'status'; }

# ---- on their way ----
"$SCMS" down "$ENV" >out 2>&1 || { cat out; fail 'scms down'; }
refuse 'the RA is away' "0 reports sent, $mine left" "$OBE" report --attempts 1 devices/car02
[ "$(waiting car02)" = "$mine" ] || fail 'a report is lost'
up
check 'the RA is back' "$OBE" report devices
grep -q "car02: $mine reports sent" "$WORK/out" || { cat "$WORK/out"; fail 'reports sent'; }
[ "$(find devices -path '*/reports/*.oer')" = '' ] || fail 'a report is sent and kept'
eventually 'the RA has passed all on' "$made" ra reports_sent
# of one reporter about one certificate it keeps a few, and has checked all
eventually 'the MA finds in each what it says' "$made" ma reports refused_enough

# ---- too late ----
"$OBE" receive --quiet --from position devices/car04 >out
[ "$(waiting car04)" = 1 ] || { cat out; fail 'another report'; }
echo $((8 * 86400)) >"$ENV/clock"
check 'a week later' "$OBE" report --attempts 1 devices/car04
grep -q 'car04: 0 reports sent' "$WORK/out" || { cat "$WORK/out"; fail 'an old report is sent'; }
[ "$(waiting car04)" = 0 ] || fail 'an old report is kept'
echo 'ok: reports older than a week are gone'

#!/bin/sh
# The successor of an enrollment certificate: not too early, not when it is not
# allowed, not for a blocked device, one for each; the RA killed in between;
# and the device lives on with it.
. "$(dirname "$0")/lib.sh"
cd "$WORK"

environment test supply_weeks=2 shuffle_devices=1 shuffle_count=20 shuffle_max_age_seconds=1 \
    plv_cache_pairs=8 'enrollment_lifetime=2400 hours' \
    'application_enrollment_lifetime=2400 hours' rollover_days=30
up
bootstrapped 6 dev
check 'devices ask' "$OBE" provision --quiet devices

# restart [CRASH POINT]
restart() {
	"$SCMS" down "$ENV" >out 2>&1 || { cat out; fail 'scms down'; }
	(
		[ $# -eq 0 ] || export MONARCH_CRASH_AT="$1"
		up
	)
}
setting() {	# KEY VALUE
	sed -i "s/^$1 = .*/$1 = $2/" "$ENV/environment.conf"
	restart
}
day() {
	echo $(($1 * 86400)) >"$ENV/clock"
	restart
}
enrollments() {
	"$SCMS" status --json "$ENV" |
	    python3 -c 'import json, sys
for c in json.load(sys.stdin)["components"]:
    if c["name"] == "eca": print(c["health"]["counters"]["enrollments"])'
}
rollover() {
	"$OBE" rollover --again --attempts 1 "$@"
}
id_of() {
	"$SCMS" show "$1" | sed -n 's/.*HashedId8 \([0-9a-f]*\).*/\1/p' | head -n 1
}

"$OBE" csr --count 1 --name unit --psid 0x82:9001 --psid 0x83 --region circle:38.5,-98.5,1000 \
    --out unit.zip devices >out
check 'a roadside unit' "$SCMS" enroll "$ENV" --in unit.zip --out unit-bundle.zip
"$OBE" bootstrap --bundle unit-bundle.zip devices/unit* >out || { cat out; fail 'bundle'; }
mv devices/unit* unit

# ---- refused ----
refuse '100 days before the end' '5070.* days before the end' rollover devices/dev01
[ "$(enrollments)" = 7 ] || fail 'a refusal enrolled somebody'
day 80
setting allow_rollover false
refuse 'rollover is not allowed' '5070.*rollover is not allowed' rollover devices/dev01
setting allow_rollover true
"$SCMS" device block "$ENV" "$(id_of devices/dev06/bundle/enrollment.oer)" >out
refuse 'a blocked device' '5055' rollover devices/dev06
[ "$(enrollments)" = 7 ] || fail 'a refusal enrolled somebody'
echo 'ok: nobody has a successor'

# ---- granted ----
cp -r devices/dev02 twin
check 'a successor 20 days before the end' rollover devices/dev01 devices/dev02
[ "$(enrollments)" = 9 ] || fail "$(enrollments) enrollments"
refuse 'a second one for the same certificate' '5057' rollover twin
[ "$(enrollments)" = 9 ] || fail 'a refusal enrolled somebody'
rm -r twin
before=$(enrollments)
check 'a successor for a roadside unit' rollover unit
[ "$(enrollments)" = $((before + 1)) ] || fail "$(enrollments) enrollments"
"$SCMS" show unit/successor-1/enrollment.oer >out
grep -q 9001 out && grep -q 'radius: 1000' out || { cat out; fail 'what it may do'; }
n=3
for point in ra-successor-answered ra-successor-stored; do
	before=$(enrollments)
	restart $point
	refuse "killed at $point" '0 of 1' rollover devices/dev0$n
	restart
	check 'and then the same request gets its answer' rollover devices/dev0$n
	[ "$(enrollments)" = $((before + 1)) ] || fail "$before, then $(enrollments)"
	n=$((n + 1))
done

# ---- blocked with what went before ----
"$SCMS" device block "$ENV" "$(id_of devices/dev02/bundle/enrollment.oer)" >out
"$SCMS" device show "$ENV" "$(id_of devices/dev01/bundle/enrollment.oer)" >out ||
    fail 'dev01 is not known'

# ---- when the first one is over ----
day 101
refuse 'without a successor it is over' 'EXPIRED' "$OBE" provision --again --attempts 1 devices/dev05
check 'with one the device asks anew' "$OBE" provision --again devices/dev01 devices/dev03
refuse 'not so one whose first certificate was blocked' '5055' \
    "$OBE" provision --again --attempts 1 devices/dev02
# eventually WHAT COMMAND...
eventually() {
	what=$1 tries=0
	shift
	until "$@" >out 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 600 ] || { cat out; fail "$what"; }
		sleep 0.2
	done
	echo "ok: $what"
}
eventually 'and gets its certificates' "$OBE" download --again --quiet devices/dev01 devices/dev03
echo message >payload
check 'with which it signs' "$OBE" sign --certificate --in payload --out spdu devices/dev01
check 'so that others understand' "$OBE" verify --trust "$ENV/public/root.oer" \
    --known "$ENV/public/LCCF.oer" spdu
"$SCMS" device unblock "$ENV" "$(id_of devices/dev02/bundle/enrollment.oer)" >out
check 'let in again it asks with its successor' "$OBE" provision --again devices/dev02

#!/bin/sh
# scms-fleet: devices that live through three weeks, every one of them a sample
# that checks all it gets; ended in the middle and gone on; what it refuses.
. "$(dirname "$0")/lib.sh"
cd "$WORK"
FLEET=$BUILD/scms-fleet
[ -x "$FLEET" ] || FLEET=$BUILD/tool/fleet/scms-fleet

# told NAME: a number of the report, such as fleet.supplied
told() {
	python3 -c 'import json, sys
v = json.load(open("report.json"))
for name in sys.argv[1].split("."):
    v = v[name]
print(v if isinstance(v, int) else len(v))' "$1"
}

# is NAME NUMBER
is() {
	[ "$(told "$1")" = "$2" ] ||
	    { cat out; fail "$1 is $(told "$1"), not $2"; }
	echo "ok: $1 is $2"
}

environment test supply_weeks=2 shuffle_devices=2 shuffle_count=40 \
    shuffle_max_age_seconds=1
refuse 'no such environment' 'NOT_FOUND' "$FLEET" "$WORK/nowhere"
refuse 'no devices' '1 to 1000000' "$FLEET" --devices 0 "$ENV"
sed "s/^127.0.$NET.1 ra/192.0.2.1 ra/" "$ENV/hosts" >elsewhere
refuse 'an RA on another machine' 'DENIED' \
    env MONARCH_HOSTS="$WORK/elsewhere" "$FLEET" "$ENV"

up
check 'eight devices, two weeks' "$FLEET" --devices 8 --weeks 2 --sample 1 \
    --jobs 4 --json report.json "$ENV"
is fleet.supplied 8
is certificates 480
is verified 480
is refused 0
is signed_messages 24
is stages 4

# Ended when some of the new devices have their ack.
"$FLEET" --devices 40 --weeks 50 --sample 1 --jobs 4 "$ENV" >out 2>&1 &
pid=$!
until [ "$("$SCMS" device list "$ENV" | wc -l)" -gt 10 ]; do
	kill -0 $pid || { cat out; fail 'it has ended by itself'; }
	sleep 0.05
done
kill -TERM $pid
if wait $pid; then cat out; fail 'it was not ended'; fi
grep -q 'stopped (BUSY)' out || { cat out; fail 'no word of being stopped'; }
check 'it goes on where it was' "$FLEET" --devices 40 --sample 1 --jobs 4 \
    --json report.json "$ENV"
is fleet.supplied 40
is refused 0
held=$(told fleet.certificates_held)
[ $((held % 20)) -eq 0 ] && [ "$held" -ge 1600 ] || fail "$held held"
check 'again there is nothing to do' "$FLEET" --devices 40 --json report.json \
    "$ENV"
is certificates 0
check 'another seed, other devices' "$FLEET" --devices 5 --seed 2 --sample 0 \
    --json report.json "$ENV"
is certificates 200
is verified 0
check 'down' "$SCMS" down "$ENV"
refuse 'nobody there' 'error NETWORK' timeout 3 "$FLEET" --devices 6 \
    --seed 3 "$ENV"

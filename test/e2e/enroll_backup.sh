#!/bin/sh
# Backups taken while certificates are being made: each, restored, goes on from
# where it was, and in the end every device has everything, once.
. "$(dirname "$0")/lib.sh"
cd "$WORK"

WEEKS=25
DEVICES=12

check 'the ceremony' "$SCMS" init --env test --net "$NET" \
    --passphrase-file passphrase --set supply_weeks=$WEEKS \
    --set shuffle_max_age_seconds=1 --set batch_max_requests=400 "$ENV"
check 'up' "$SCMS" up "$ENV"
check 'devices' "$OBE" csr --count $DEVICES --psid 0x20,0x26 --region 840 \
    --out csr.zip devices
check 'enroll' "$SCMS" enroll "$ENV" --in csr.zip --out bundle.zip
check 'bootstrap' "$OBE" bootstrap --bundle bundle.zip devices/*
export MONARCH_HOSTS="$ENV/hosts" MONARCH_CLOCK="$ENV/clock"
check 'provision' "$OBE" provision --quiet devices/*

# How many certificates the RA has in its folders.
done_now() {
	"$SCMS" status --json "$ENV" | python3 -c '
import json, sys
for c in json.load(sys.stdin)["components"]:
    if c["name"] == "ra":
        print(c.get("health", {}).get("counters", {}).get("certificates_done", 0))
'
}

all=$((DEVICES * WEEKS * 20))
n=0
seen=
while [ "$n" -lt 3 ]; do
	n=$((n + 1))
	check "backup $n" "$SCMS" backup "$ENV" "backup$n.tar"
	seen="$seen $(done_now)"
	sleep 0.3
done
echo "certificates at the backups:$seen of $all"

for n in 1 2 3; do
	check "down $n" "$SCMS" down "$ENV"
	rm -rf "$ENV"
	check "restore $n" "$SCMS" restore "$ENV" "backup$n.tar"
	check "up $n" "$SCMS" up "$ENV"
	tries=0
	while [ "$(done_now)" != $all ]; do
		tries=$((tries + 1))
		[ $tries -lt 120 ] || fail "only $(done_now) of $all"
		sleep 0.5
	done
	rm -rf fresh
	cp -r devices fresh
	# (its status says that the weeks after these are not there yet)
	"$OBE" download --quiet fresh/* >out 2>&1 || true
	for d in fresh/*; do
		"$OBE" status --json "$d" >one.json
		python3 - "$d" $((WEEKS * 20)) <<'P' || fail "$d"
import json, sys
s = json.load(open("one.json"))
s = s[0] if isinstance(s, list) else s
s = s.get("devices", [s])[0] if "devices" in s else s
n = s.get("certificates")
sys.exit(0 if n == int(sys.argv[2]) else print(sys.argv[1], s) or 1)
P
	done
	echo "ok: after restore $n every device has its $((WEEKS * 20)) certificates"
done

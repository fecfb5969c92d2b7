#!/bin/sh
# The main job with few devices: a vendor's ZIP with one request damaged, the
# bundle, provisioning, download, safety messages; a stranger who has only the
# root certificate and the public chain file believes them, and refuses what is
# forged, expired or of another root, each for the right reason.
. "$(dirname "$0")/lib.sh"
cd "$WORK"
COUNT=12 WEEKS=3

environment test supply_weeks=$WEEKS shuffle_devices=6 shuffle_count=120
[ ! -e "$ENV/offline" ] || fail 'the offline folder is still there'
check 'all components start without the offline folder' "$SCMS" up "$ENV"

# ---- enrollment ----
check "requests of $((COUNT + 1)) devices" "$OBE" csr --count $((COUNT + 1)) \
    --psid 0x20 --psid 0x26 --region 840 --out good.zip devices
python3 - good.zip csr.zip obe13.oer <<'P'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z, zipfile.ZipFile(sys.argv[2], "w") as out:
    for n in z.namelist():
        data = bytearray(z.read(n))
        if n == sys.argv[3]:
            data[-5] ^= 0x10            # one bit of the signature
        out.writestr(n, bytes(data))
P
refuse 'the damaged request is refused by name' 'obe13.oer: REFUSED' \
    "$SCMS" enroll "$ENV" --in csr.zip --out bundle.zip
[ "$(grep -c ': enrolled$' out)" = $COUNT ] || { cat out; fail 'the others'; }
if "$SCMS" enroll "$ENV" --in csr.zip --out again.zip >out 2>&1; then :; fi
cmp bundle.zip again.zip || fail 'the same ZIP gave another bundle'
echo 'ok: the same ZIP gives the same bundle'
refuse 'the damaged device finds nothing in the bundle' 'obe13: refused' \
    "$OBE" bootstrap --bundle bundle.zip devices/obe13
mv devices/obe13 damaged
check "$COUNT devices take the bundle" \
    "$OBE" bootstrap --bundle bundle.zip devices
refuse 'a bundle with one bit changed' 'refused' sh -c "
    python3 -c '
import sys, zipfile
with zipfile.ZipFile(\"bundle.zip\") as z, zipfile.ZipFile(\"bad.zip\", \"w\") as out:
    for n in z.namelist():
        data = bytearray(z.read(n))
        if n == \"obe01/LCCF.oer\":
            data[len(data) // 2] ^= 1
        out.writestr(n, bytes(data))' &&
    cp -r devices/obe01 other && rm -r other/bundle && mkdir copy &&
    mv other copy/obe01 && '$OBE' bootstrap --bundle bad.zip copy/obe01"
rm -rf copy

# ---- provisioning, generation, download ----
check 'devices ask' "$OBE" provision devices
check 'devices that ask again ask nobody' "$OBE" provision devices
total=$((COUNT * WEEKS * 20)) tries=0
until "$OBE" download --jobs 2 devices >out 2>&1 &&
    "$OBE" status --json devices >status.json &&
    [ "$(python3 -c "
import json
held = json.load(open('status.json'))
held = held if isinstance(held, list) else [held]
print(sum(d['certificates'] for d in held))")" = $total ]; do
	tries=$((tries + 1))
	[ $tries -lt 100 ] || { cat out status.json; fail "$total certificates"; }
	sleep 0.2
done
echo "ok: $total certificates are held"
check 'a download that finds nothing new' "$OBE" download devices
grep -q ', 0 certificates in 0 periods' out || { cat out; fail 'new ones?'; }
tries=0
while [ -n "$(find "$ENV/pca/data/pending" -name '*.seg')" ]; do
	tries=$((tries + 1))
	[ $tries -lt 100 ] || fail 'the PCA keeps answers that the RA has'
	sleep 0.1
done
echo 'ok: the PCA keeps no answer any more'
issued=$("$SCMS" status --json "$ENV" | python3 -c '
import json, sys
print([c["health"]["counters"]["certificates_issued"]
    for c in json.load(sys.stdin)["components"] if c["name"] == "pca"][0])')
[ "$issued" = $total ] || fail "the PCA issued $issued, not $total"
echo "ok: the PCA issued exactly $total"

# ---- messages ----
mkdir stranger
cp "$ENV/public/root.oer" "$ENV/public/LCCF.oer" stranger
listen() {
	"$OBE" verify --trust stranger/root.oer --known stranger/LCCF.oer "$@"
}
check 'a payload' "$OBE" bsm --out bsm lat=389560000 long=-771500000
for d in devices/*; do
	"$OBE" sign --in bsm --out "$(basename "$d").spdu" "$d" >out 2>&1 &&
	    listen --payload heard "$(basename "$d").spdu" >out 2>&1 &&
	    cmp bsm heard || { cat out; fail "message of $d"; }
done
echo "ok: a stranger believes the messages of $COUNT devices"
python3 - obe01.spdu forged.spdu <<'P'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[20] ^= 1
open(sys.argv[2], "wb").write(data)
P
refuse 'a forged message' 'BAD_SIGNATURE' listen forged.spdu
later=$(date -u -d '9 days' +%Y-%m-%dT%H:%M:%SZ)
refuse 'an expired certificate' 'EXPIRED' \
    listen --time "$later" --tolerance 864000 obe01.spdu
refuse 'an old message' 'TOO_OLD' \
    listen --time "$(date -u -d '1 minute' +%Y-%m-%dT%H:%M:%SZ)" obe01.spdu
refuse 'a message of the future' 'FUTURE' \
    listen --time "$(date -u -d '1 minute ago' +%Y-%m-%dT%H:%M:%SZ)" obe01.spdu
refuse 'without the chain file' 'UNKNOWN_ISSUER' \
    "$OBE" verify --trust stranger/root.oer obe01.spdu
refuse 'another PSID' 'PSID' listen --psid 0x26 obe01.spdu
check 'scms verify agrees' "$SCMS" verify --trust stranger/root.oer \
    --known stranger/LCCF.oer obe01.spdu
refuse 'scms verify refuses the forged one' 'BAD_SIGNATURE' "$SCMS" verify \
    --trust stranger/root.oer --known stranger/LCCF.oer forged.spdu

# ---- another root, in another country ----
( # its own ENV and NET; the first environment stays up
	ENV=$WORK/env-foreign
	MONARCH_HOSTS=$ENV/hosts MONARCH_CLOCK=$ENV/clock
	free_net
	environment test supply_weeks=1 shuffle_devices=1 shuffle_count=20 \
	    shuffle_max_age_seconds=1 pseudonym_region=124
	up
	REGION=124
	bootstrapped 1 foreign
	check 'a foreign device asks' "$OBE" provision devices/foreign01
	tries=0
	until "$OBE" download devices/foreign01 >out 2>&1 &&
	    "$OBE" sign --in bsm --out foreign.spdu devices/foreign01 \
	    >out 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 50 ] || { cat out; fail 'foreign certificates'; }
		sleep 0.2
	done
	check 'believed at home' "$OBE" verify --trust "$ENV/public/root.oer" \
	    --known "$ENV/public/LCCF.oer" foreign.spdu
	check 'its environment goes down' "$SCMS" down "$ENV"
	leave_net
	trap - EXIT
)
refuse 'a message of a foreign root' 'UNKNOWN_ISSUER|UNTRUSTED_ROOT' \
    listen foreign.spdu
refuse 'the same with the foreign chain file' 'UNTRUSTED_ROOT' listen \
    --known "$WORK/env-foreign/public/LCCF.oer" \
    --known "$WORK/env-foreign/public/root.oer" foreign.spdu
check 'down' "$SCMS" down "$ENV"
[ -z "$(ls "$ENV"/*/run/pid 2>/dev/null)" ] || fail 'pid files are left'

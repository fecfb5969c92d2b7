#!/bin/sh
# What a revocation reveals, and what not.  Eight devices; a week later one of
# them lies, three report it, the MA has it revoked.  Then privacy_revoked.py:
# the list tells everybody which certificates of that device come from now on,
# and nobody anything of before, or of anybody else; the MA knows what was
# reported; nobody has learnt who it is, and no two of MA, RA and an LA together
# know more of those that were not revoked.
. "$(dirname "$0")/lib.sh"
[ -x "$BUILD/test/privacy/leak" ] ||
    { echo 'skipped: test/privacy/leak is not built'; exit 77; }
cd "$WORK"

# downloaded NAME: all devices have what there is for them.
downloaded() {
	tries=0
	until "$OBE" download --quiet --jobs 2 devices >out 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 150 ] || { cat out; fail "$1"; }
		sleep 0.2
	done
	echo "ok: $1"
}

environment test supply_weeks=3 shuffle_devices=8 shuffle_count=100 \
    plv_cache_pairs=12 report_shuffle_count=3 report_max_age_seconds=2
up
bootstrapped 8 car
check '8 devices ask' "$OBE" provision --quiet devices
downloaded 'they have certificates'

echo 604800 >"$ENV/clock.new"
mv "$ENV/clock.new" "$ENV/clock"
sleep 1
downloaded 'and a week later those that come then'
check 'the first of them lies' "$OBE" drive --seconds 20 --out air \
    --lie position --after 10 devices/car*
for n in 2 3 4; do
	check "vehicle $n hears it" "$OBE" receive --from air devices/car0$n
done
check 'they report it' "$OBE" report devices/car02 devices/car03 devices/car04
tries=0
until "$SCMS" ma revocations "$ENV" >out 2>&1 && grep -q ' done: ' out; do
	tries=$((tries + 1))
	[ $tries -lt 450 ] || { cat out; fail 'the revocation'; }
	sleep 0.2
done
echo 'ok: the MA has it revoked'
answers 'the list is there' 200 crlstore 8894 7 /download-crl/
mv body crl.oer
check 'devices get it' "$OBE" crl devices/car*
python3 "$E2E/privacy_revoked.py"

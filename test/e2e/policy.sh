#!/bin/sh
# Policies by the operator: a draft, what it would change in words, values that
# are refused by name, publication; a change from 20 to 60 certificates that RA
# and devices see at its start and not before; 304, old versions, the log of
# versions; a PG that is killed, and an RA that dies between two steps.
. "$(dirname "$0")/lib.sh"
cd "$WORK"
environment test supply_weeks=3 shuffle_devices=1 shuffle_count=20 \
    shuffle_max_age_seconds=1
up
bootstrapped 1 dev
check 'a device is provisioned' "$OBE" provision devices/dev*
day=86400

# in DAYS: a time so many days from now, of the environment.
in_days() {
	date -u -d "@$(($(date +%s) + $(cat "$ENV/clock") + $1 * day))" \
	    +%Y-%m-%dT%H:%M:%SZ
}

# days COUNT: so many days pass.
days() {
	echo $(($(cat "$ENV/clock") + $1 * day)) >"$ENV/clock.new"
	mv "$ENV/clock.new" "$ENV/clock"
	sleep 0.5 # daemons look at it ten times a second
}

# The number that the RA generates now.
certs() {
	"$SCMS" status --json "$ENV" | python3 -c '
import json, sys
print([c["health"]["counters"]["certs_per_i_period"]
    for c in json.load(sys.stdin)["components"] if c["name"] == "ra"][0])'
}

# until WHAT COMMAND...: within a minute it succeeds.
until_true() {
	what=$1
	shift
	tries=0
	until "$@" >"$WORK/out" 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || { cat "$WORK/out"; fail "$what"; }
		sleep 0.2
	done
	echo "ok: $what"
}

ra_makes() { [ "$(certs)" = "$1" ]; }

# The device talks to the RA, and says what it then goes by.
device_says() {
	"$OBE" download devices/dev* >"$WORK/out" 2>&1 ||
	    { cat "$WORK/out" >&2; return 1; }
	sed -n "s/^$1 = //p" devices/dev*/state
}

# lpf NAME: what the RA answers somebody who has NAME.
lpf() {
	call ra 8892 1 /download/policy/local -H "If-None-Match: \"$1\""
}
named() {
	grep -q -i "filename=\"$1\"" "$WORK/head" ||
	    { cat "$WORK/head"; fail "not $1"; }
}
versions() {
	find "$ENV/pg/data" "$ENV/ra/data/policy" -name '*policy_*.oer' | wc -l
}

# ---- what is in force ----
check 'policies are shown' "$SCMS" policy show "$ENV"
for line in 'global.minCertsPerIPeriod = 20' 'local.certsPerIPeriod = 20' \
    'global.overdueCrlTolerance = 336 hours' 'custom.iPeriod = -' \
    'local.laOneHost = la1.monarch.test'; do
	grep -q -x "$line" out || { cat out; fail "$line"; }
done
[ "$(grep -c ' = ' out)" = 35 ] || { cat out; fail 'not all parameters'; }
until_true 'the RA goes by its policy' ra_makes 20
[ "$(lpf none)" = 200 ] && named local_policy_0001_0001.oer
[ "$(lpf local_policy_0001_0001.oer)" = 304 ] || fail 'no 304'

# ---- what is refused, and changes nothing ----
sha256sum "$ENV"/pg/data/global_* "$ENV/ra/data/lpf.oer" >before
refused() {
	refuse "$1 = $2" "$3" "$SCMS" policy set "$ENV" "$1" "$2"
	[ ! -e "$ENV/policy.conf" ] || fail 'a refused value left a draft'
}
refused certsPerIPeriod 19 'certsPerIPeriod = 19: .* no less than 20'
refused certsPerIPeriod 256 'certsPerIPeriod = 256: must be between'
refused minCertsPerIPeriod 19 'minCertsPerIPeriod = 19: must be between 20'
refused minCertsPerIPeriod 60 'certsPerIPeriod = 20: .* no less than 60'
refused custom.minCertsPerIPeriod 256 'minCertsPerIPeriod = 256'
refused custom.maxAvailableCertSupply '5 years' \
    'maxAvailableCertSupply = 5 years: .* at most'
refused custom.rseApplicationCertOverlap '2 hours' \
    'rseApplicationCertOverlap = 2 hours'
refused rseApplicationCertOverlap '170 hours' 'rseApplicationCertOverlap'
refused iPeriod '1 hours' 'iPeriod must stay'
refused hashOfRequestSize 31 'hashOfRequestSize = 31'
refused certValidityModel non-concurrent 'certValidityModel = non-concurrent'
refused laOneHost 'la 1' 'laOneHost = la 1: must be a host name'
refused global.iPeriod - 'global.iPeriod is missing'
refused shuffleThreshold 300 'global.shuffleThreshold or local.shuffleThr'
refused noSuchThing 1 'noSuchThing: no such parameter'
refuse 'a start that is over' 'is over' "$SCMS" policy set "$ENV" \
    certsPerIPeriod 60 --from "$(in_days -1)"
sha256sum -c --quiet before || fail 'a refused value changed something'

# ---- a draft, and what it would change ----
start=$(in_days 10)
check '60 from in ten days' "$SCMS" policy set "$ENV" certsPerIPeriod 60 \
    --from "$start"
grep -q "local.certsPerIPeriod: 20 becomes 60 from $start" out ||
    { cat out; fail 'the change in words'; }
sed -i "s/^local.certsPerIPeriod.*/local.certsPerIPeriod = 20, 6o from x/" \
    "$ENV/policy.conf"
refuse 'a draft that makes no sense' 'certsPerIPeriod = x: must be a time' \
    "$SCMS" policy publish "$ENV"
sed -i "s/^local.certsPerIPeriod.*/local.certsPerIPeriod = 20, 60 from $start/" \
    "$ENV/policy.conf"
check 'what the edited draft would change' "$SCMS" policy diff "$ENV"
grep -q "20 becomes 60 from $start" out && grep -q 'Devices of this RA' out ||
    { cat out; fail 'diff'; }
sha256sum -c --quiet before || fail 'a draft changed something'
check 'published' "$SCMS" policy publish "$ENV"
grep -q 'published local_policy_0001_0002.oer' out || { cat out; fail 'name'; }
[ ! -e "$ENV/policy.conf" ] || fail 'the draft stayed'
[ "$(lpf local_policy_0001_0001.oer)" = 200 ] &&
    named local_policy_0001_0002.oer
[ "$(lpf local_policy_0001_0002.oer)" = 304 ] || fail 'no 304 for the new one'
check 'nothing more to publish' "$SCMS" policy publish "$ENV"
grep -q 'no value changes' out && ! grep -q '^published' out ||
    { cat out; fail 'published again'; }

# ---- not before its start ----
[ "$(certs)" = 20 ] && [ "$(device_says certs_per_i_period)" = 20 ] ||
    fail 'the change came at once'
days 9
[ "$(certs)" = 20 ] && [ "$(device_says certs_per_i_period)" = 20 ] ||
    fail 'the change came too early'
echo 'ok: one day before its start the change is not there'
days 1
sleep 1
until_true 'the RA sees the change at its start' ra_makes 60
[ "$(device_says certs_per_i_period)" = 60 ] || fail 'not so the device'
echo 'ok: so does the device'

# ---- without the PG ----
# (the RA may have started before it, and missed it then)
missed() { grep -c 'pg.monarch.test does not work' "$ENV/ra/log/ra.log"; }
before=$(missed) || true
misses() { [ "$(missed)" -gt "$before" ]; }
kill -9 "$(cat "$ENV/pg/run/pid")"
days 1
until_true 'the RA misses the PG' misses
[ "$(lpf local_policy_0001_0002.oer)" = 304 ] && [ "$(certs)" = 60 ] ||
    fail 'an absent PG changed something'
check 'global values while the PG is down' "$SCMS" policy set "$ENV" \
    overdueCrlTolerance '500 hours'
check 'another one' "$SCMS" policy set "$ENV" minCertsPerIPeriod 40
# The RA's program dies when the global policy is made and its own is not.
if MONARCH_CRASH_AT=ra-policy-kept "$SCMS" policy publish "$ENV" >out 2>&1; then
	fail 'published by an RA that died'
fi
grep -q 'published global_policy_0002.oer' out || { cat out; fail 'no GPF'; }
[ "$(lpf local_policy_0001_0002.oer)" = 304 ] ||
    fail 'a policy that nobody finished is published'
sleep 2
[ "$(missed)" = $((before + 1)) ] ||
    fail 'the absence was logged more than once'
up
until_true 'the RA fetches the global policy and has its own signed' \
    grep -q 'publishing local_policy_0002_' "$ENV/ra/log/ra.log"
grep -q 'policy signed client=ra.monarch.test' "$ENV/pg/log/pg.log" ||
    fail 'the PG did not sign'
check 'publishing it again finds everything done' "$SCMS" policy publish "$ENV"
! grep -q '^published' out || { cat out; fail 'published twice'; }
[ "$(device_says overdue_crl_seconds)" = 1800000 ] ||
    fail 'overdue CRL tolerance at the device'
[ "$(certs)" = 60 ] || fail "the RA's own number was lost"

# ---- a chain file that is new, and one that is forged ----
python3 - "$ENV/pg/data" <<'PYTHON'
import os, sys
name = sys.argv[1] + "/global_certificate_chains_%04d.oer"
octets = bytearray(open(name % 1, "rb").read())
at = octets.index(b"\x00\x01", 2)
octets[at:at + 2] = b"\x00\x02"
with open(name % 2 + ".new", "wb") as f:
    f.write(octets)
os.rename(name % 2 + ".new", name % 2)
PYTHON
days 1
chains() {
	[ "$(call ra 8892 1 /download/local-certificate-chain)" = 200 ] &&
	    grep -q 'local_certificate_chains_02_02.oer' "$WORK/head"
}
until_true 'the RA makes a chain file of the new one' chains
check 'the device takes it' test -n "$(device_says chain_name)"
[ "$(device_says chain_name)" = local_certificate_chains_02_02.oer ] ||
    fail 'chain file of the device'
check 'the policy follows the chain file' "$SCMS" policy publish "$ENV"
grep -q 'published global_policy_0003.oer' out || { cat out; fail 'GPF'; }
check 'what it says' "$SCMS" policy show "$ENV" --version 3
grep -q -x 'global.globalCertChainFileID = 2' out || { cat out; fail 'ID'; }

# ---- what only the RA is stricter in; a certificate from a file ----
check 'a custom value' "$SCMS" policy set "$ENV" \
    custom.rseApplicationCertOverlap '30 minutes'
check 'the TLS certificate of the RA' "$SCMS" policy set "$ENV" \
    raX509TlsCert "@$ENV/ra/tls.pem"
check 'both are published' "$SCMS" policy publish "$ENV"
grep -q 'global_policy' out && { cat out; fail 'a GPF for the RA alone'; }
check 'what devices get' "$SCMS" policy show "$ENV" --version "$(sed -n \
    's/^published \(local_policy_.*\).oer;.*/\1/p' out)"
grep -q -x 'custom.rseApplicationCertOverlap = 30 minutes' out &&
    grep -q "^local.raX509TlsCert = $(openssl x509 -in "$ENV/ra/tls.pem" \
	-outform DER | od -An -v -tx1 | tr -d ' \n')" out ||
    { cat out; fail 'custom value or certificate'; }

# ---- old versions, and who made them ----
check 'the first global policy' "$SCMS" policy show "$ENV" --version 1
grep -q -x 'global.minCertsPerIPeriod = 20' out || { cat out; fail 'GPF 1'; }
check 'the second one' "$SCMS" policy show "$ENV" --version global_policy_0002
grep -q -x 'global.minCertsPerIPeriod = 40' out || { cat out; fail 'GPF 2'; }
check 'the first local policy' "$SCMS" policy show "$ENV" --version 1_1
grep -q -x 'local.certsPerIPeriod = 20' out || { cat out; fail 'LPF 1'; }
refuse 'a version that never was' 'global_policy_0009' "$SCMS" policy show \
    "$ENV" --version 9
check 'who made what' "$SCMS" policy show "$ENV" --audit
for name in global_policy_0002 global_policy_0003 local_policy_0001_0002; do
	hash=$(sha256sum "$ENV"/*/data/"$name".oer \
	    "$ENV"/ra/data/policy/"$name".oer 2>/dev/null | head -n 1 |
	    cut -d' ' -f1)
	grep -q "by=$(id -un) file=$name.oer hash=$hash" out ||
	    { cat out; fail "audit of $name"; }
done
grep -q 'by=scms-ra file=local_policy_0002_' out || { cat out; fail 'by the RA'; }
check 'down' "$SCMS" down "$ENV"

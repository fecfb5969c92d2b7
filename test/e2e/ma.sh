#!/bin/sh
# From a lie on the road to an operator's decision: one of five vehicles lies
# about its position, three others report it, the RA shuffles and forwards, the
# MA makes a case of it, asks PCA and LAs whether its reporters are different
# devices, and decides by policy; what people are shown, what junk brings, and
# what a kill changes.
. "$(dirname "$0")/lib.sh"
cd "$WORK"

environment test supply_weeks=2 shuffle_devices=5 shuffle_count=100 \
    report_shuffle_count=3 report_max_age_seconds=2
up
bootstrapped 5 car
check 'devices ask' "$OBE" provision devices
tries=0
until "$OBE" download devices >out 2>&1; do
	tries=$((tries + 1))
	[ $tries -lt 100 ] || { cat out; fail 'downloads'; }
	sleep 0.5
done
echo 'ok: devices have certificates'

# ma_until NAME CASE TEXT: scms ma case says TEXT, soon.
ma_until() {
	tries=0
	until "$SCMS" ma case "$2" "$ENV" >out 2>&1 && grep -q -e "$3" out; do
		tries=$((tries + 1))
		[ $tries -lt 150 ] || { cat out; fail "$1"; }
		sleep 0.2
	done
	echo "ok: $1"
}

check 'the first of them lies' "$OBE" drive --seconds 20 --out air \
    --lie position --after 10 devices/car*
for n in 2 3 4; do
	check "vehicle $n hears it" "$OBE" receive --from air devices/car0$n
done
check 'two report it' "$OBE" report devices/car02 devices/car03
ma_until 'there is a case with two reporters' 1 'reporters    2 certificates'
grep -q 'case 1  *open' out || { cat out; fail 'two decide nothing'; }
for words in "position against the sender's own track: moves" \
    'suspect      1 certificate$' 'A  suspect, certificate' \
    '\*  messages that were found'; do
	grep -q -e "$words" out || { cat out; fail "the case lacks $words"; }
done
echo 'ok: two do not make it clear; evidence is in words, and drawn'
check 'and as SVG' "$SCMS" ma case 1 --svg case.svg "$ENV"
python3 -c "
import sys, xml.dom.minidom
d = xml.dom.minidom.parse('case.svg')
assert len(d.getElementsByTagName('circle')) > 2, 'no points'" ||
    fail 'SVG'

# ---- what is no report ----
for name in ra pca operator; do
	cp "$ENV/$name/tls.pem" "$ENV/$name/tls.key" .
	got=$(call ma 8897 9 /misbehavior-report --cert tls.pem --key tls.key \
	    --data junk)
	[ "$name:$got" = ra:204 ] || [ "$name:$got" = "$name:403" ] ||
	    fail "$name brings junk: $got"
done
echo 'ok: only the RA brings reports'
head -c 65537 /dev/zero >zeros
cp "$ENV/ra/tls.pem" "$ENV/ra/tls.key" .
answers 'too large' 413 ma 8897 9 /misbehavior-report --cert tls.pem \
    --key tls.key --data-binary @zeros
check 'junk was counted' sh -c "'$SCMS' status --json '$ENV' | python3 -c '
import json, sys
ma = [c for c in json.load(sys.stdin)[\"components\"] if c[\"name\"] == \"ma\"][0]
counts = ma[\"health\"][\"counters\"]
assert (counts[\"refused_form\"], counts[\"reports\"]) == (1, 2), ma
'"

# ---- killed, and the policy decides ----
kill -9 "$(cat "$ENV/ma/run/pid")"
check 'a third reports while the MA is dead' "$OBE" report devices/car04
check 'the MA comes back' "$SCMS" up "$ENV"
ma_until 'three different devices make it clear' 1 \
    '3 of them proved to be different devices'
ma_until 'and the policy decides' 1 'decided .* by policy: clear'
ma_until 'which is carried out' 1 'revocation   done'
refuse 'nobody else decides it' 'case 1 is revoked' "$SCMS" ma dismiss 1 "$ENV"

# ---- people ----
check 'the second one speeds' "$OBE" drive --seconds 5 --out town --town \
    --lie speed --after 2 devices/car02 devices/car05
check 'one hears it' "$OBE" receive --from town devices/car05
check 'the MA gets another certificate' "$SCMS" component renew \
    --offline "$WORK/offline" --passphrase-file "$WORK/passphrase" ma "$ENV"
[ -n "$(ls "$ENV"/ma/former/*.key)" ] || fail 'no former key'
check 'it reports it, encrypted to the former one' \
    "$OBE" report devices/car05
ma_until 'there is a second case' 2 'case 2  *open'
check 'an operator dismisses the second case' "$SCMS" ma dismiss 2 \
    --reason 'a test drive' "$ENV"
check 'it is over' sh -c "'$SCMS' ma cases '$ENV' | grep -q '^ *2  dismissed'"
refuse 'there is no third' 'no case 3' "$SCMS" ma revoke 3 "$ENV"
check 'the third one brakes as nobody can' "$OBE" drive --seconds 5 --out hill \
    --lie acceleration --after 2 devices/car03 devices/car05
check 'one hears that' "$OBE" receive --from hill devices/car05
check 'and reports that' "$OBE" report devices/car05
ma_until 'there is a third case' 3 'case 3  *open'
refuse 'a case with a suspect is about nobody else' 'has a suspect of its own' \
    "$SCMS" ma revoke 3 --rif 0011223344556677 "$ENV"
check 'an operator revokes' "$SCMS" ma revoke 3 --reason 'seen' "$ENV"
ma_until 'which is carried out under the new certificate' 3 \
    'revocation   done'

# ---- it is all in the audit log, and in a backup ----
for words in 'report taken=' 'case=1 decision=revoke by=policy' \
    'case=2 decision=dismiss by=local-user' \
    'case=3 decision=revoke by=local-user'; do
	grep -q -e "$words" "$ENV/ma/audit/log" || fail "audit log: $words"
done
check 'the audit log is whole' "$SCMS" audit verify "$ENV"
"$SCMS" ma cases "$ENV" >before
check 'backup' "$SCMS" backup "$ENV" backup.tar
"$SCMS" down "$ENV" >out
rm -rf "$ENV"
check 'restore' "$SCMS" restore "$ENV" backup.tar
"$SCMS" ma cases "$ENV" >after
cut -c1-7,36- before >before.cut
cut -c1-7,36- after >after.cut
cmp before.cut after.cut || { cat before after; fail 'cases are restored'; }
echo 'ok: cases are restored'

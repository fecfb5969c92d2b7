#!/bin/sh
# The DCM: devices bootstrapped one after another over HTTPS, and everything
# that it refuses; killed at every commit; its log, and a change in it.
. "$(dirname "$0")/lib.sh"
cd "$WORK"

environment test supply_weeks=1 shuffle_devices=1 shuffle_count=20 shuffle_max_age_seconds=1 \
    plv_cache_pairs=4
up
"$OBE" csr --count 18 --name dev --psid 0x20 --psid 0x26 --region 840 \
    --out all.zip devices >out

# boot STATUS TYPE SERIAL FILE [CURL OPTIONS]: as the operator, unless said
# otherwise; the answer is in body.
boot() {
	wanted=$1 type=$2 serial=$3 file=$4
	shift 4
	[ $# -gt 0 ] || set -- --cert "$ENV/operator/tls.pem" --key "$ENV/operator/tls.key"
	got=$(call dcm 8899 11 "${path:-/bootstrap}" -X POST \
	    -H "Monarch-Device-Type: $type" -H "Monarch-Device-Serial: $serial" \
	    --data-binary "@$file" "$@")
	[ "$got" = "$wanted" ] ||
	    { cat head; fail "$serial of type $type: $got, not $wanted"; }
}
request() {
	echo "devices/$1/request.oer"
}
# said TEXT: in the answer.
said() {
	grep -q -e "$1" body || { cat body; fail "no \"$1\""; }
	grep -q -e "^SCMS-POC-Error-Message: .*$1" head || { cat head; fail "no header \"$1\""; }
}
installed() {	# SERIAL: the ZIP in body is a bundle for it
	cp body "$1.zip"
	"$OBE" bootstrap --bundle "$1.zip" "devices/$1" >out 2>&1 ||
	    { cat out; fail "bundle of $1"; }
}
enrollments() {
	"$SCMS" status --json "$ENV" |
	    python3 -c 'import json, sys
for c in json.load(sys.stdin)["components"]:
    if c["name"] == "eca": print(c["health"]["counters"]["enrollments"])'
}
lines() {
	grep -c . "$ENV/dcm/data/activity.log"
}

# bring OPTIONS DEVICE...: the device's own client.
bring() {
	"$OBE" bootstrap --dcm https://dcm.monarch.test:8899 --ca "$ENV/public/root.tls" \
	    --operator-cert "$ENV/operator/tls.pem" --operator-key "$ENV/operator/tls.key" "$@"
}

# ---- ten devices ----
check 'ten devices, one after another' bring --type obe devices/dev0[1-9] devices/dev10
[ "$(enrollments)" = 10 ] || fail "$(enrollments) enrollments"
check 'one of them gets its certificates' "$OBE" provision devices/dev07

# ---- the same again ----
boot 200 obe dev03 "$(request dev03)"
cp body first.zip
boot 200 obe dev03 "$(request dev03)"
cmp body first.zip || fail 'another answer to the same request'
[ "$(enrollments)" = 10 ] || fail 'enrolled twice'
echo 'ok: the same request again gets the same answer'

# ---- refusals change nothing ----
before=$(enrollments)
refuse 'a device of an unknown type' 'not certified' bring --type toaster devices/dev11
boot 403 toaster dev11 "$(request dev11)"
said 'not certified'
boot 403 rse dev11 "$(request dev11)"
said 'PSID 0x20 is not certified for type rse'
boot 400 obe ../dev11 "$(request dev11)"
said 'Monarch-Device-Serial'
boot 409 obe dev03 "$(request dev11)"
said 'enrolled already as'
boot 409 obe dev11 "$(request dev03)"
said 'came with serial number dev03'
boot 403 obe dev11 "$(request dev11)" --cert "$ENV/ra/tls.pem" --key "$ENV/ra/tls.key"
said 'ra.monarch.test is not an operator'
boot 403 obe dev11 "$(request dev11)" --tlsv1.3
[ ! -s body ] || fail 'an answer without a certificate'
head -c 100 "$(request dev11)" >torn
boot 403 obe dev11 torn
said 'enrollment request'
path=/bootstrap-injected boot 403 obe box01 /dev/null
said 'switched off'
[ "$(enrollments)" = "$before" ] || fail 'a refusal changed something'
"$SCMS" dcm list "$ENV" >out
[ "$(grep -c enrolled out)" = 10 ] || { cat out; fail 'list of devices'; }
echo 'ok: refused: type, PSIDs, serial number, another request, operator, torn, injection'

# ---- lists are read again ----
cat >>"$ENV/dcm/types.conf" <<'END'
[lorry]
versions = 2.1, 2.2
psids = 0x20, 0x26
regions = 840
methods = own, injected
END
boot 403 lorry dev11 "$(request dev11)"
said 'version'
boot 403 lorry/2.0 dev11 "$(request dev11)"
said 'version'
boot 200 lorry/2.1 dev11 "$(request dev11)"
installed dev11
"$SCMS" dcm types "$ENV" >out
grep -q '^lorry' out || { cat out; fail 'scms dcm types'; }
# person NAME: options of curl
person() {
	echo "--cert $1/tls.pem --key $1/tls.key"
}
certify() {
	"$SCMS" dcm certify "$ENV" "$1" --out "$1" --offline offline --passphrase-file passphrase
}
check 'a certificate for alice' certify alice
check 'a certificate for bob' certify bob
refuse 'another one in the same place' 'EXISTS' certify bob
refuse 'a name with a dot' 'letters' certify ra.monarch.test
# shellcheck disable=SC2046
boot 403 obe dev12 "$(request dev12)" $(person alice)
said 'alice.dcm.monarch.test is not an operator'
sed -i 's/^operators = .*/operators = operator, alice.dcm.monarch.test/
    s/^auditors.*/auditors = bob.dcm.monarch.test/' "$ENV/dcm/operators.conf"
# shellcheck disable=SC2046
boot 200 obe dev17 "$(request dev17)" $(person alice)
# shellcheck disable=SC2046
boot 403 obe dev12 "$(request dev12)" $(person bob)
# shellcheck disable=SC2046
answers 'an auditor reads the log' 200 dcm 8899 11 /activity-log $(person bob)
cmp body "$ENV/dcm/data/activity.log" || fail 'log over HTTPS'
# shellcheck disable=SC2046
answers 'an operator does not' 403 dcm 8899 11 /activity-log $(person alice)
sed -i 's/^operators = .*/operators = operator/' "$ENV/dcm/operators.conf"
# shellcheck disable=SC2046
boot 403 obe dev18 "$(request dev18)" $(person alice)
said 'not an operator'
"$SCMS" dcm operators "$ENV" | grep -q '^operator operator' || fail 'scms dcm operators'

# ---- killed ----
# restart [CRASH POINT]
restart() {
	"$SCMS" down "$ENV" >out 2>&1 || { cat out; fail 'scms down'; }
	(
		[ $# -eq 0 ] || export MONARCH_CRASH_AT="$1"
		up
	)
}
n=12
for point in dcm-asked dcm-answered dcm-committed dcm-logged; do
	before=$(enrollments)
	restart $point
	boot 000 obe dev$n "$(request dev$n)"
	restart
	boot 200 obe dev$n "$(request dev$n)"
	cp body first.zip
	boot 200 obe dev$n "$(request dev$n)"
	cmp body first.zip || fail "$point: another answer"
	installed dev$n
	[ "$(enrollments)" = $((before + 1)) ] || fail "$point: $before, then $(enrollments)"
	check "killed at $point: nothing lost, nothing twice" "$SCMS" dcm log "$ENV"
	[ "$(grep -c "serial=dev$n .*outcome=\"enrolled\"" out)" = 1 ] ||
	    { cat out; fail "lines of dev$n"; }
	n=$((n + 1))
done

# ---- the ECA is away ----
kill -KILL "$(head -n 1 "$ENV/eca/run/pid")"
boot 503 obe dev16 "$(request dev16)"
said 'try again later'
up
boot 200 obe dev16 "$(request dev16)"
installed dev16
echo 'ok: without the ECA nothing is answered, and with it the same request is'

# ---- a device that was erased ----
# again SERIAL: an erased device with a new request
again() {
	rm -r "devices/$1"
	"$OBE" csr --count 1 --name "${1%[0-9][0-9]}" --psid 0x20 --psid 0x26 --region 840 \
	    --out again.zip fresh >out
	mv fresh/* "devices/$1"
	rm -r again.zip fresh
}
setting() {	# KEY VALUE
	sed -i "s/^$1 = .*/$1 = $2/" "$ENV/environment.conf"
	restart
}
again dev01
boot 409 obe dev01 "$(request dev01)"
said 'not released'
setting allow_rebootstrapping false
refuse 'released while re-bootstrapping is not allowed' 'not allowed' \
    "$SCMS" dcm release "$ENV" dev01
boot 409 obe dev01 "$(request dev01)"
said 'enrolled already'
setting allow_rebootstrapping true
old=$("$SCMS" dcm show "$ENV" dev07 | sed -n 's/^enrollment //p')
again dev07
check 'dev07 is released' "$SCMS" dcm release "$ENV" dev07
"$SCMS" device show "$ENV" "$old" >out
grep -q -i 'blocked' out || { cat out; fail 'its old enrollment is not blocked'; }
boot 200 obe dev07 "$(request dev07)"
installed dev07
check 'and is as new' "$OBE" provision devices/dev07
setting allow_reinstantiation false
refuse 'its old enrollment comes back' 'allow_reinstantiation' \
    "$SCMS" device unblock "$ENV" "$old"
"$SCMS" device show "$ENV" "$old" >out
grep -q -i 'blocked' out || { cat out; fail 'a refusal changed something'; }
setting allow_reestablishment true
again dev02
boot 200 obe dev02 "$(request dev02)"
installed dev02
setting allow_reestablishment false
echo 'ok: re-bootstrapping, re-instantiation and re-establishment by their switches'

# ---- keys made by the DCM ----
echo 'injection = true' >>"$ENV/dcm/component.conf"
restart
path=/bootstrap-injected boot 403 obe box01 /dev/null
said 'not certified for injected keys'
check 'a key from the DCM' bring --type lorry/2.2 --injected devices/box01
check 'a device with a key of the DCM' "$OBE" provision devices/box01
path=/bootstrap-injected boot 409 lorry/2.2 box01 /dev/null
python3 - "$ENV/dcm" devices/box01/request.key <<'END'
import os, sys
key = open(sys.argv[2], "rb").read()
assert len(key) == 32
for folder, _, files in os.walk(sys.argv[1]):
    for name in files:
        octets = open(os.path.join(folder, name), "rb").read()
        assert key not in octets and key.hex().encode() not in octets, name
END
echo 'ok: the key is nowhere at the DCM, and not to be had again'

# ---- the log ----
check 'the log is as it was written' "$SCMS" dcm log "$ENV"
for text in 'operator=operator.monarch.test type=obe serial=dev03 enrollment=[0-9a-f]* outcome="enrolled"' \
    'serial=dev03 enrollment=[0-9a-f]* outcome="the same answer again"' \
    'operator=ra.monarch.test .*outcome="refused: ra.monarch.test is not an operator here"' \
    'type=toaster serial=dev11 enrollment=- outcome="refused:' \
    'operator=local-user-[0-9]* .*serial=dev07 .*outcome="released' \
    'serial=dev07 .*outcome="bootstrapped again"'; do
	grep -q -e "$text" out || { cat out; fail "no line \"$text\""; }
done
log=$ENV/dcm/data/activity.log
cp -p "$log" kept
sed -i '3s/serial=dev03/serial=dev99/' "$log"
refuse 'a changed line' 'line 3 is not what was written' "$SCMS" dcm log "$ENV"
sed '3d' kept >"$log"
refuse 'a missing line' 'line 2 is followed by line 4' "$SCMS" dcm log "$ENV"
sed '$d' kept >"$log"
refuse 'a missing end' 'lines, and [0-9]* were written' "$SCMS" dcm log "$ENV"
cp kept "$log"
check 'as it was' "$SCMS" dcm log "$ENV"
echo 'ok: changes of the log are found'

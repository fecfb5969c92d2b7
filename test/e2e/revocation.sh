#!/bin/sh
# From the decision to revoke a device to a CRL that everybody gets, with real
# processes: the MA killed at each of its points, everybody whom it asks killed
# or absent or hanging, a week that ends in between, auditors who must agree.
# Each device ends in exactly one way: refused by the RA, once on the CRL,
# refused by strangers; and nothing that links it is left behind.
. "$(dirname "$0")/lib.sh"
cd "$WORK"

environment test supply_weeks=3 certs_per_i_period=3 shuffle_devices=1 \
    shuffle_count=20 shuffle_max_age_seconds=1 plv_cache_pairs=40
up
well 'everybody is well'
bootstrapped 32 d
"$OBE" csr --count 1 --name bus --psid 0x83 --region 840 --out bus.zip \
    devices >out
check 'a bus is enrolled' "$SCMS" enroll "$ENV" --in bus.zip --out bundle.zip
check 'and has its bundle' "$OBE" bootstrap --bundle bundle.zip devices/bus*
# fetched DEVICE...: they have what they asked for, as soon as it is there.
fetched() {
	tries=0
	until "$OBE" download --quiet --again "$@" >out 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || { cat out; fail "certificates of $*"; }
		sleep 0.2
	done
}
check 'devices ask' "$OBE" provision --quiet devices/d*
fetched devices/d*
check 'the bus asks' "$OBE" provision --type identification devices/bus*
fetched devices/bus*
"$OBE" bsm --out bsm lat=389560000 long=-771500000

# ---- words ----

# sign DEVICE: a message with its certificate, in DEVICE.spdu.
sign() {
	"$OBE" sign --certificate --in bsm --out "$1.spdu" "devices/$1" >out 2>&1
}

# revoke DEVICE: decided by an operator; the case is in CASE.
revoke() {
	sign "$1" || { cat out; fail "$1 cannot sign"; }
	"$SCMS" ma revoke --certificate "$1.spdu" --reason "test of $1" "$ENV" \
	    >out 2>&1 || { cat out; fail "revoke $1"; }
	CASE=$(sed -n 's/^case \([0-9]*\) will be revoked$/\1/p' out)
}

# state: of the revocation of CASE, with what it waits for.
state() {
	"$SCMS" ma revocations "$ENV" 2>/dev/null |
	    sed -n "/  case $CASE  /,/^revocation/p" |
	    sed -n "1p;2{/^  /p}"
}

# until_state TEXT: it says so, soon.
until_state() {
	tries=0
	until state >out && grep -q -E -e "$1" out; do
		tries=$((tries + 1))
		[ $tries -lt 450 ] || { cat out; fail "case $CASE: no \"$1\""; }
		sleep 0.2
	done
}

die() {
	kill -9 "$(cat "$ENV/$1/run/pid")" 2>/dev/null || true # it is dead
	gone "$1"
}

# gone PART: it was killed; its number is nobody's any more.
gone() {
	tries=0
	while kill -0 "$(cat "$ENV/$1/run/pid")" 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || fail "$1 lives"
		sleep 0.1
	done
	: >"$ENV/$1/run/pid"
}

# up_until PART POINT: all are up, and PART will be killed there, which may be
# before it is up.
up_until() {
	die "$1"
	(
		export MONARCH_CRASH_AT="$2"
		"$SCMS" up "$ENV" >out 2>&1 || true
	)
}

listed() {
	"$SCMS" crl show "$ENV" |
	    sed -n '/^series 1:/,/entries/s/.* entries \([0-9]*\)$/\1/p'
}

# What strangers judge messages by.
newest_list() {
	[ "$(call crlstore 8894 7 /download-crl)" = 200 ] || fail 'no CRL'
	cp body list.oer
}
believe() {	# [OPTIONS] SPDU
	"$OBE" verify --trust "$ENV/public/root.oer" \
	    --known "$ENV/public/LCCF.oer" --crl list.oer "$@"
}

REVOKED=
N=0

# revoked DEVICE: its revocation is done, and is on the CRL once, soon.
revoked() {
	REVOKED="$REVOKED $1"
	N=$((N + 1))
	until_state 'done: test of'
	tries=0
	until [ "$(listed)" = $N ]; do
		tries=$((tries + 1))
		[ $tries -lt 450 ] || fail "$1: $(listed) on the CRL, not $N"
		sleep 0.2
	done
	refuse "$2" '5055' "$OBE" download --attempts 1 --again "devices/$1"
}

# ---- as it should be ----
revoke d01
revoked d01 'a device is revoked, and gets nothing any more'
newest_list
refuse 'what it says is refused by everybody' 'REVOKED' believe d01.spdu
sign d02
check 'what others say is believed' believe d02.spdu
[ "$("$SCMS" ma questions "$ENV")" = 'no question waits' ] || fail 'questions'
fetched devices/d32
refuse 'a CA is no suspect' 'neither a pseudonym certificate' \
    "$SCMS" ma revoke --certificate "$ENV/public/PCA.oer" "$ENV"
refuse 'nor is a file of nothing' 'neither a certificate nor a signed message' \
    "$SCMS" ma revoke --certificate bsm "$ENV"

# ---- the MA is killed ----
n=2
for point in decided hpcr blacklisted chains seeds taken sent done; do
	device=$(printf 'd%02d' $n)
	n=$((n + 1))
	up_until ma ma-revoke-$point
	revoke "$device"
	gone ma
	up
	revoked "$device" "the MA was killed at ma-revoke-$point"
done

# ---- whom it asks is killed, and what it tells ----
for kill in pca:pca-ma-counted ra:ra-ma-counted ra:ra-ma-counted:2 \
    ra:ra-blacklisted la1:la-ma-counted la2:la-ma-counted \
    crlg:crlg-verified crlg:crlg-taken crlg:crlg-signed crlg:crlg-made \
    crlg:crlg-pushed crlstore:crlstore-verified crlstore:crlstore-published; do
	device=$(printf 'd%02d' $n)
	n=$((n + 1))
	part=${kill%%:*}
	up_until "$part" "${kill#*:}"
	revoke "$device"
	gone "$part"
	up
	revoked "$device" "$part was killed at ${kill#*:}"
done

# ---- several at once ----
die ma
cases=
for device in d27 d28 d29 d30 d31; do
	revoke "$device"
	cases="$cases $CASE"
done
up_until ma ma-revoke-seeds:3
gone ma
up
for CASE in $cases; do
	until_state 'done: test of'
done
N=$((N + 4))
revoked d31 'the MA was killed amidst five'
REVOKED="$REVOKED d27 d28 d29 d30"

# ---- nobody is there ----
for part in pca ra la1 la2 crlg; do
	die $part
done
revoke d23
until_state 'pca.monarch.test'
up
revoked d23 'all of them were away'

# ---- somebody hangs ----
kill -STOP "$(cat "$ENV/la2/run/pid")"
revoke d24
until_state 'chains known: test of d24$'
sleep 5
until_state 'chains known: test of d24$'
kill -CONT "$(cat "$ENV/la2/run/pid")"
revoked d24 'LA2 was asleep'

# ---- a week ends ----
die crlg
revoke d25
cp d25.spdu old.spdu
"$SCMS" show old.spdu >old.txt
until_state 'seeds known'
echo $(($(cat "$ENV/clock") + 604800)) >"$ENV/clock"
up_until ma ma-revoke-anew
gone ma
up
sign d25 || { cat out; fail 'it does not know yet'; }
revoked d25 'a week has passed between the seeds and the list'
newest_list
refuse 'a message of this week is refused' 'REVOKED' believe d25.spdu
check 'one of the week before is nobody'"'"'s' believe --time \
    "$(sed -n 's/^ *generationTime: .*(\([^)]*\)).*/\1/p' old.txt)" old.spdu

# ---- auditors ----
"$SCMS" down "$ENV" >out 2>&1 || { cat out; fail 'scms down'; }
sed -i 's/^auditors_needed = .*/auditors_needed = 2/' "$ENV/environment.conf"
up
countersign() {	# QUESTION AUDITOR
	"$SCMS" ma countersign "$1" --auditor "$WORK/offline/$2" \
	    --passphrase-file "$WORK/passphrase" "$ENV"
}
waiting() {
	"$SCMS" ma questions "$ENV" | sed -n 's/^question \([0-9]*\) .*/\1/p'
}
revoke d26
for round in 1 2 3 4; do
	until_state 'waits for auditors: 0 of 2'
	q=$(sed -n 's/.*question \([0-9]*\) waits.*/\1/p' out)
	check "an auditor sees question $q and agrees" countersign "$q" auditor1
	refuse 'not twice' 'has countersigned already' countersign "$q" auditor1
	refuse 'an elector is no auditor' 'not of auditor' \
	    countersign "$q" elector1
	until_state 'waits for auditors: 1 of 2'
	check 'another one agrees' countersign "$q" auditor2
done
revoked d26 'two auditors have agreed to every question'
grep -q 'auditors=2' "$ENV/pca/audit/log" || fail 'the audit log of the PCA'
"$SCMS" down "$ENV" >out 2>&1 || { cat out; fail 'scms down'; }
sed -i 's/^auditors_needed = .*/auditors_needed = 0/' "$ENV/environment.conf"
up

# ---- those whose certificates name them ----
"$OBE" sign --certificate --psid 0x83 --in bsm --out bus.spdu devices/bus* \
    >out 2>&1 || { cat out; fail 'the bus cannot sign'; }
"$SCMS" ma revoke --certificate bus.spdu --reason 'test of bus' "$ENV" >out
CASE=$(sed -n 's/^case \([0-9]*\) will be revoked$/\1/p' out)
until_state 'done: test of bus'
refuse 'a bus is revoked by its enrollment' '5055' \
    "$OBE" download --attempts 1 --again devices/bus*
"$SCMS" ma revoke --rif 0011223344556677 --reason 'test of nobody' "$ENV" >out
CASE=$(sed -n 's/^case \([0-9]*\) will be revoked$/\1/p' out)
until_state 'knows no holder with this enrollment certificate'
grep -q 'failed: test of nobody' out || { cat out; fail 'it has not failed'; }
echo 'ok: nobody is revoked for an enrollment that is not there'

# ---- another PCA ----
check 'a second PCA' "$SCMS" component add --offline "$WORK/offline" \
    --passphrase-file passphrase pca2 "$ENV"
well 'and all are well'
bootstrapped 1 x
check 'a device of it asks' "$OBE" provision --quiet devices/x*
fetched devices/x01
asked=$(grep -c 'hash-of-individual-request' "$ENV/pca/audit/log")
revoke x01
revoked x01 'and is revoked'
grep -q 'test of x01' "$ENV/pca2/audit/log" || fail 'who was asked'
[ "$asked" = "$(grep -c 'hash-of-individual-request' "$ENV/pca/audit/log")" ] ||
    fail 'the first PCA was asked, too'

# ---- what is left of all that ----
newest_list
sign d32
check 'who is not revoked is believed' believe d32.spdu
for device in $REVOKED; do
	"$OBE" crl "devices/$device" >out 2>&1 || { cat out; fail "$device: crl"; }
	if sign "$device"; then
		fail "$device signs still"
	fi
	grep -q REVOKED out || { cat out; fail "$device: why not"; }
done
echo "ok: none of $N devices signs any more"
[ "$(listed)" = $N ] || fail "$(listed) entries on the CRL, not $N"

for device in $REVOKED; do
	lv=$("$SCMS" show "$device.spdu" |
	    sed -n 's/^ *linkage-value: \([0-9a-f]\{18\}\)$/\1/p' | head -n 1)
	[ -n "$lv" ] || fail "linkage value of $device"
	! grep -q -i "$lv" "$ENV"/*/log/* "$ENV"/*/audit/log ||
	    fail "the linkage value of $device is in a log"
done
echo 'ok: no linkage value is in any log'
check 'the audit logs are whole' "$SCMS" audit verify "$ENV"
for part in ma pca ra la1 la2 crlg; do
	grep -q 'test of d01' "$ENV/$part/audit/log" || [ $part = crlg ] ||
	    fail "no justification in the log of $part"
done
[ "$(grep -c 'state="done".*test of d01"' "$ENV/ma/audit/log")" = 1 ] ||
    fail 'the audit log of the MA'
"$SCMS" down "$ENV" >out 2>&1 || { cat out; fail 'scms down'; }
python3 - "$ENV/ma/data/ma.db" <<'EOF'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
def none(sql):
    if db.execute(sql).fetchone()[0] != 0:
        sys.exit("left behind: " + sql)
none("select count(*) from chain")
none("select count(*) from digest")
none("select count(*) from question where pdu is not null")
none("select count(*) from revocation where hpcr is not null or state < 6")
EOF
echo 'ok: the MA has forgotten requests, chains and seeds'

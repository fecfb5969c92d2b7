#!/bin/sh
# The audit logs of a living environment: all that is issued is accounted for;
# a line that was changed, taken away or cut off at the end is found; a
# component that cannot write its log issues nothing, says why, and goes on
# when it can.
. "$(dirname "$0")/lib.sh"
cd "$WORK"
environment test supply_weeks=2 shuffle_devices=2 shuffle_count=20 \
    shuffle_max_age_seconds=1
up

# provisioned PREFIX: three devices with two weeks of certificates.
provisioned() {
	bootstrapped 3 "$1"
	check "$1 ask" "$OBE" provision devices/"$1"*
	fetched "$1"
}

fetched() {
	tries=0
	until "$OBE" download --again devices/"$1"* >out 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 150 ] || { cat out; fail "certificates of $1"; }
		sleep 0.2
	done
}

provisioned first
check 'everything is accounted for' "$SCMS" audit verify "$ENV"
grep -q 'pca: accounts for 120 pseudonym and 0 other.*has 120 and 0' out ||
    { cat out; fail 'the count of the PCA'; }
for log in eca ra pca operator; do
	grep -q "^$log .* lines, the last of 2" out || { cat out; fail "$log"; }
done
[ "$(awk '$3 == "enroll" { split($4, n, "="); s += n[2] } END { print s }' \
    "$ENV/eca/audit/log")" = 3 ] || fail 'enrollments in the log of the ECA'
[ "$(stat -c %a "$ENV/pca/audit/log")" = 600 ] || fail 'mode of the log'

# Nothing in any log links a device to a certificate: no enrollment, request
# or linkage value, no name of a device.
for d in devices/first*; do
	id=$("$OBE" status --json "$d" | python3 -c '
import json, sys
d = json.load(sys.stdin)
d = d[0] if isinstance(d, list) else d
print(d["enrollment"])')
	[ ${#id} = 16 ] || fail "HashedId8 of $d: $id"
	! grep -r -i -q "$id" "$ENV"/*/audit || fail "$d is in an audit log"
done

check 'heads' "$SCMS" audit head "$ENV"
cp out heads
[ "$(wc -l <heads)" -ge 8 ] || { cat heads; fail 'a head for each'; }

# ---- a log that somebody has changed ----
cp "$ENV/pca/audit/log" pca.log
sed -i '1s/20/21/' "$ENV/pca/audit/log"
refuse 'a changed line' 'pca +WRONG: .*line 1 is not what was written' \
    "$SCMS" audit verify "$ENV"
sed 1d pca.log >"$ENV/pca/audit/log"
refuse 'a line that is gone' 'pca +WRONG: .*line 0 is followed by line 2' \
    "$SCMS" audit verify "$ENV"
last=$(grep -n ' issue ' pca.log | tail -n 1 | cut -d: -f1)
head -n $((last - 1)) pca.log >"$ENV/pca/audit/log"
refuse 'the last batch is gone: the certificates are there' \
    'pca +WRONG: pca has issued 120 certificates, but accounts for' \
    "$SCMS" audit verify "$ENV"
refuse 'and the head was kept' 'pca +WRONG: .*ends with line' \
    "$SCMS" audit verify --head heads "$ENV"
rm "$ENV/pca/audit/log"
refuse 'no log' 'pca +WRONG' "$SCMS" audit verify --head heads "$ENV"
refuse 'a head that is none' 'no head of a log' \
    "$SCMS" audit verify --head pca.log "$ENV"

# ---- a log that cannot be written (the PCA still has the removed file open:
# it is restarted, and its log is cut behind its back) ----
check 'down' "$SCMS" down "$ENV"
cp pca.log "$ENV/pca/audit/log"
chmod 600 "$ENV/pca/audit/log"
up
check 'all is well again' "$SCMS" audit verify --head heads "$ENV"
cp "$ENV/pca/audit/log" pca.log
truncate -s 100 "$ENV/pca/audit/log"
bootstrapped 3 second
check 'others ask' "$OBE" provision devices/second*
tries=0
until "$SCMS" status "$ENV" >out 2>&1; grep -q 'audit log: .*shorter' out; do
	tries=$((tries + 1))
	[ $tries -lt 150 ] || { cat out; fail 'the PCA says why'; }
	sleep 0.2
done
echo 'ok: the PCA says why it does not issue'
"$OBE" download devices/second* >out 2>&1 && fail 'certificates without account'
grep -q '"certificates_issued": 120' out ||
    "$SCMS" status --json "$ENV" | grep -q '"certificates_issued": 120' ||
    fail 'the PCA has issued nevertheless'
cp pca.log "$ENV/pca/audit/log"
fetched second
well 'it goes on'
check 'and accounts for all' "$SCMS" audit verify --head heads "$ENV"
grep -q 'pca: accounts for 240 pseudonym and 0 other.*has 240 and 0' out ||
    { cat out; fail 'the count of the PCA'; }
check 'down' "$SCMS" down "$ENV"
check 'the logs of a stopped environment' "$SCMS" audit verify --head heads "$ENV"
grep -q 'pca: not running' out || { cat out; fail 'not running'; }

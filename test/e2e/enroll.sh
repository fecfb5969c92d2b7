#!/bin/sh
# The operator's side, with real processes: the ceremony, up and down, a ZIP of
# requests with good, damaged and foreign files, the bundle and the devices
# that install it; who may call the ECA and the PG; what the CRL store gives.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
cd "$WORK"

init() {
	"$SCMS" init --env test --net "$NET" \
	    --passphrase-file "$WORK/passphrase" "$@"
}

# ---- the ceremony ----
refuse 'a passphrase that is too short' 'shorter' sh -c \
    "echo short >p; '$SCMS' init --env test --passphrase-file p '$ENV'"
refuse 'an unknown kind' 'test, qa or prod' \
    "$SCMS" init --env live --passphrase-file passphrase "$ENV"
refuse 'periods that run out of 16 bits' '65535' \
    init --set i_period_seconds=3600 --set 'pseudonym_lifetime=2 hours' "$ENV"
refuse 'a PSID that the CAs cannot grant' '0x99' init --psid 0x20,0x99 "$ENV"
"$SCMS" init --env test --passphrase-file passphrase "$ENV" >out 2>&1 &
sleep 0.2
kill -TERM $!
if wait $!; then fail 'an interrupted ceremony succeeded'; fi
[ ! -e "$ENV" ] && [ -z "$(find "$WORK" -name '*ceremony*')" ] ||
    fail 'a failed ceremony left something behind'
echo 'ok: a failed or interrupted ceremony leaves nothing behind'
check 'the ceremony on a terminal' python3 "$here/ceremony.py" "$SCMS" "$ENV" \
    "$NET"
rm -rf "$ENV"
check 'the ceremony' init "$ENV"
refuse 'a second ceremony in the same place' 'nothing was touched' init "$ENV"
for c in ECA ICA PCA RA MA PG CRLG LA1 LA2; do
	check "chain of the $c" "$SCMS" verify --trust "$ENV/public/root.oer" \
	    --known "$ENV/public/GCCF.oer" "$ENV/public/$c.oer"
	hash=$(sed -n "/^$c /{n;s/.*SHA-256 *//p;}" "$ENV/ceremony.txt")
	[ "$hash" = "$(sha256sum <"$ENV/public/$c.oer" | cut -d' ' -f1)" ] ||
	    fail "hash of the $c in the record"
done
grep -q 'quorum 2' "$ENV/ceremony.txt" || fail 'no ballot in the record'
[ "$(find "$ENV" -name '*.key' ! -perm 600 | wc -l)" = 0 ] ||
    fail 'a key that others can read'
echo 'ok: record, and keys are 0600'

# ---- up, without what is offline ----
mv "$ENV/offline" "$WORK/offline"
check 'up without the offline folder' "$SCMS" up "$ENV"
check 'up again' "$SCMS" up "$ENV"
parts=$(ls "$ENV"/*/run/pid | wc -l)
[ "$(grep -c 'was running' out)" = "$parts" ] ||
    fail 'up started something twice'
well 'status'
check 'status for programs' sh -c \
    "'$SCMS' status --json '$ENV' | python3 -m json.tool"
kill -9 "$(cat "$ENV/eca/run/pid")"
sleep 0.2
refuse 'status after the ECA was killed' 'eca *stopped' "$SCMS" status "$ENV"
check 'up starts it again' "$SCMS" up "$ENV"
[ "$(grep -c 'was running' out)" = $((parts - 1)) ] ||
    fail 'up restarted others'

# ---- enrollment ----
check 'twenty devices' "$OBE" csr --count 20 --psid 0x20,0x26 --region 840 \
    --out good.zip devices
mkdir vendor
(cd vendor && unzip -q ../good.zip)
first=$(find vendor -name '*.oer' | sort | head -n 1)
cp "$first" vendor/damaged.oer
printf '\377' | dd of=vendor/damaged.oer bs=1 seek=100 conv=notrunc 2>/dev/null
cp "$first" vendor/twin.oer
echo 'hello' >vendor/readme.txt
head -c 200000 /dev/zero >vendor/bomb.oer
check 'foreign PSIDs' "$OBE" csr --count 1 --name foreign --psid 0x82 \
    --region 840 --out foreign.zip devices2
check 'a foreign region' "$OBE" csr --count 1 --name abroad --psid 0x20 \
    --region 124 --out abroad.zip devices3
(cd vendor && unzip -q ../foreign.zip && unzip -q ../abroad.zip)
zip -qr csr.zip vendor
if "$SCMS" enroll "$ENV" --in csr.zip --out bundle.zip >out 2>&1; then
	fail 'refused files do not show in the exit status'
fi
[ "$(grep -c ': enrolled$' out)" = 21 ] || { cat out; fail 'enrolled devices'; }
for text in 'damaged.oer: REFUSED: error 8' 'readme.txt: REFUSED' \
    'bomb.oer: REFUSED: too large' 'foreign[^:]*: REFUSED: error 2' \
    'abroad[^:]*: REFUSED: error 4'; do
	grep -q "$text" out || { cat out; fail "no line \"$text\""; }
done
echo 'ok: each bad file is refused by name'
if "$SCMS" enroll "$ENV" --in csr.zip --out again.zip >out 2>&1; then :; fi
cmp bundle.zip again.zip || fail 'the same ZIP gave another bundle'
check 'a restart in between' sh -c "'$SCMS' down '$ENV' && '$SCMS' up '$ENV'"
if "$SCMS" enroll "$ENV" --in csr.zip --out again.zip >out 2>&1; then :; fi
cmp bundle.zip again.zip || fail 'after a restart the bundle is another'
echo 'ok: the same ZIP gives the same bundle'
refuse 'a ZIP that is none' 'ZIP' \
    "$SCMS" enroll "$ENV" --in "$ENV/hosts" --out no.zip
[ ! -e no.zip ] || fail 'a bundle of nothing'
check 'the devices install it' "$OBE" bootstrap --bundle bundle.zip \
    devices/*

check 'devices for two stations at once' "$OBE" csr --count 30 --name pair \
    --psid 0x20,0x26 --region 840 --out pair.zip devices5
"$SCMS" enroll "$ENV" --in pair.zip --out one.zip >one.out 2>&1 &
check 'the second station' "$SCMS" enroll "$ENV" --in pair.zip --out two.zip
wait $! || { cat one.out; fail 'the first station'; }
cmp one.zip two.zip || fail 'two stations at once got different bundles'

# ---- the ECA is killed at its commit ----
check 'five devices more' "$OBE" csr --count 5 --name late --psid 0x20,0x26 \
    --region 840 --out late.zip devices4
for point in eca-issued:2 eca-committed:4; do
	kill "$(cat "$ENV/eca/run/pid")"
	while "$SCMS" status "$ENV" | grep -q 'eca *running'; do :; done
	check "up with $point" env MONARCH_CRASH_AT=$point "$SCMS" up "$ENV"
	refuse "enrollment with $point" 'eca.monarch.test' \
	    "$SCMS" enroll "$ENV" --in late.zip --out late-bundle.zip
	[ ! -e late-bundle.zip ] || fail 'a bundle of some'
	check "up after $point" "$SCMS" up "$ENV"
done
check 'all of them after the kills' \
    "$SCMS" enroll "$ENV" --in late.zip --out late-bundle.zip
"$SCMS" status --json "$ENV" >status.json
python3 - <<'P' || fail 'enrollments are not 55'
import json
for c in json.load(open("status.json"))["components"]:
    if c["name"] == "eca":
        assert c["health"]["counters"]["enrollments"] == 55, c
P
check 'and they install it' "$OBE" bootstrap --bundle late-bundle.zip devices4/*

# ---- who may call whom ----
as() {
	echo "--cert $ENV/$1/tls.pem --key $ENV/$1/tls.key"
}
csr="--data-binary @$first"
# shellcheck disable=SC2046,SC2086
{
answers 'the ECA and a caller without certificate' 403 \
    eca 8895 3 /enrollment-certificate-request $csr
answers 'the ECA and the PCA' 403 \
    eca 8895 3 /enrollment-certificate-request $csr $(as pca)
answers 'the ECA and the operator' 200 \
    eca 8895 3 /enrollment-certificate-request $csr $(as operator)
answers 'the ECA and an empty body' 400 \
    eca 8895 3 /enrollment-certificate-request -X POST $(as operator)
grep -qi '^SCMS-POC-Error: 8' head || fail 'no error number'
answers 'the ECA and too large a body' 413 eca 8895 3 \
    /enrollment-certificate-request --data-binary @vendor/bomb.oer $(as operator)
answers 'the PG and the PCA' 403 pg 8893 8 /global-policy $(as pca)
answers 'the PG and the RA' 200 pg 8893 8 /global-policy $(as ra)
cmp body "$ENV/public/GPF.oer" || fail 'GPF'
answers 'the global chain file' 200 \
    pg 8893 8 /global-certificate-chain $(as ra)
cmp body "$ENV/public/GCCF.oer" || fail 'GCCF'
answers 'a policy that is none' 200 \
    pg 8893 8 /sign-policy --data-binary @"$ENV/hosts" $(as ra)
grep -qi '^SCMS-POC-Error-Message' head || fail 'no reason'
}

# ---- the CRL store ----
check 'new CRLs' "$SCMS" crl now "$ENV"
answers 'the composite CRL' 200 crlstore 8894 7 /download-crl
cmp body "$(ls "$ENV"/crlstore/data/crl_*.oer | tail -n 1)" ||
    fail 'composite CRL'
# Five lists, series 1 first: SignedData, psid 256.
[ "$(od -An -tx1 -N 5 body | tr -d ' ')" = 0001050381 ] || fail 'five CRLs'
answers 'with a slash' 200 crlstore 8894 7 /download-crl/
name=$(sed -n 's/.*filename="\([^"]*\)".*/\1/p' head)
case $name in crl_*.oer) ;; *) fail "file name \"$name\"" ;; esac
answers 'If-None-Match' 304 crlstore 8894 7 /download-crl \
    -H "If-None-Match: $name"
answers 'If-None-Match in quotes' 304 crlstore 8894 7 /download-crl \
    -H "If-None-Match: \"$name\""
answers 'Range' 206 crlstore 8894 7 /download-crl -H 'Range: bytes=1-2'
[ "$(od -An -tx1 body | tr -d ' ')" = 0105 ] || fail 'Range'
answers 'a range outside' 416 crlstore 8894 7 /download-crl \
    -H "Range: bytes=$(wc -c <"$ENV/public/CRL.oer")-"
cp "$(ls "$ENV"/crlstore/data/crl_*.oer | tail -n 1)" \
    "$ENV/crlstore/data/crl_ffff_0001.oer"
answers 'a newer CRL' 200 crlstore 8894 7 /download-crl \
    -H "If-None-Match: $name"

# ---- what is whose process ----
kill "$(cat "$ENV/crlstore/run/pid")"
while "$SCMS" status "$ENV" | grep -q 'crlstore *running'; do :; done
crlstore=$BUILD/role/crlstore/scms-crlstore
if [ -x "$crlstore" ]; then
	(cd "$ENV" && exec "$crlstore" crlstore) &
	tries=0
	until "$SCMS" status "$ENV" | grep -q 'crlstore *running'; do
		tries=$((tries + 1))
		[ $tries -lt 50 ] || fail 'a role that was started alone'
		sleep 0.1
	done
	echo 'ok: a role that was started alone'
fi
check 'up after that' "$SCMS" up "$ENV"
kill -STOP "$(cat "$ENV/la1/run/pid")"
refuse 'down names what refuses' 'la1 *STILL RUNNING' \
    "$SCMS" down --timeout 1 "$ENV"
kill -CONT "$(cat "$ENV/la1/run/pid")" 2>/dev/null || true
check 'down then' "$SCMS" down "$ENV"
sleep 1000 &
stranger=$!
for c in lop ra; do
	echo $stranger >"$ENV/$c/run/pid"
done
check 'down with a stranger under our numbers' "$SCMS" down "$ENV"
kill -0 $stranger || fail 'a stranger was killed'
check 'up with a stranger under our numbers' "$SCMS" up "$ENV"
kill $stranger

# ---- backup and restore ----
check 'backup while running' "$SCMS" backup "$ENV" backup.tar
[ "$(stat -c %a backup.tar)" = 600 ] || fail 'backup that others can read'
refuse 'a backup over another' 'exists' "$SCMS" backup "$ENV" backup.tar
well 'all still runs'
check 'a backup that is killed in its pause' \
    python3 "$here/backup_killed.py" "$SCMS" "$ENV"
well 'all runs on'
rm -r "$ENV/crlstore/data/extra"
check 'the next backup' "$SCMS" backup "$ENV" next.tar
[ -z "$(find "$ENV" -name '.backup*')" ] || fail 'a copy of the keys remains'
refuse 'restore over an environment' 'exists' "$SCMS" restore "$ENV" backup.tar
head -c 50000 backup.tar >torn.tar
refuse 'restore of a torn backup' 'backup' "$SCMS" restore other torn.tar
[ ! -e other ] || fail 'a torn backup was restored'
check 'down' "$SCMS" down "$ENV"
check 'down again' "$SCMS" down "$ENV"
rm -rf "$ENV"
check 'restore' "$SCMS" restore "$ENV" backup.tar
check 'up after restore' "$SCMS" up "$ENV"
if "$SCMS" enroll "$ENV" --in csr.zip --out again.zip >out 2>&1; then :; fi
cmp bundle.zip again.zip || fail 'after a restore the bundle is another'
echo 'ok: nothing was lost'

# ---- what must not be in logs ----
for c in lop ra eca crlstore; do
	if grep -E '127\.0\.0\.1|client=127' "$ENV/$c/log/$c.log"; then
		fail "an address in the log of $c"
	fi
done
for key in "$ENV"/*/sign.key "$ENV"/*/enc.key; do
	# "MKEY", version, form, curve, then the key
	hex=$(od -An -v -tx1 -j 7 -N 32 "$key" | tr -d ' \n')
	[ "${#hex}" = 64 ] || fail "$key"
	if grep -rqi "$hex" "$ENV"/*/log; then
		fail "$key in a log"
	fi
done
echo 'ok: logs'
check 'down at the end' "$SCMS" down "$ENV"

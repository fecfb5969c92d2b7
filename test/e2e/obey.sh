#!/bin/sh
# From a revocation to everybody who obeys it: the linkage values of one
# vehicle, the enrollment certificate of another, and in the end the PCA of
# all.  Who has the lists refuses what they are about, under any certificate of
# this and later weeks, and nothing else; who finds itself on one stops.
. "$(dirname "$0")/lib.sh"
cd "$WORK"

environment test supply_weeks=4 shuffle_devices=1 shuffle_count=1
up
bootstrapped 3 car
check 'devices ask' "$OBE" provision devices
tries=0
until "$OBE" download devices >out 2>&1; do
	tries=$((tries + 1))
	[ $tries -lt 100 ] || { cat out; fail 'downloads'; }
	sleep 0.5
done
check 'devices fetch lists' "$OBE" crl devices
grep -q -E 'series 1 .* 0 entries; series 2 .*; series 3 .*; series 4 .*; series 256' \
    out || { cat out; fail 'five empty lists'; }
head -c 40 /dev/urandom >payload

# says CAR TIME: CAR signs what is in $CAR.spdu, with its certificate.
says() {
	"$OBE" sign --certificate --time "$2" --in payload --out "$1.spdu" \
	    "devices/$1"
}

# heard CAR TIME: by a stranger who has the last list.
heard() {
	"$OBE" verify --trust "$ENV/public/root.oer" --known \
	    "$ENV/public/LCCF.oer" --crl list.oer --time "$2" \
	    --tolerance 600 "$1.spdu"
}

# lists NAME TEXT: car02 fetches lists until one says TEXT; the composite is in
# list.oer.
lists() {
	tries=0
	until "$OBE" crl devices/car02 >out 2>&1 && grep -q -e "$2" out; do
		tries=$((tries + 1))
		[ $tries -lt 150 ] || { cat out; fail "$1"; }
		sleep 0.2
	done
	[ "$(call crlstore 8894 7 /download-crl)" = 200 ] || fail "$1: store"
	cp body list.oer
	echo "ok: $1"
}

# Time32: a list counts from when it was issued.
clock() {
	now=$(($(date +%s) - 1072915200 + 5))
}
clock
week=604800

# ---- a vehicle ----
says car01 "$now"
lists 'nobody is revoked' 'series 1 .* 0 entries'
check 'what it says is heard' heard car01 "$now"
check 'the MA revokes it' "$SCMS" ma revoke --certificate car01.spdu \
    --reason test "$ENV"
lists 'its seeds are on the list' 'series 1 .* 1 entry;'
clock
for w in 0 1 2; do
	t=$((now + w * week))
	for change in 1 2 3; do
		says car01 $((t + change * 400))
		heard car01 $((t + change * 400)) >out 2>&1 && fail 'it is heard'
		grep -q 'REVOKED.*its linkage value is on the CRL of series 1' \
		    out || { cat out; fail 'another reason'; }
	done
	says car02 "$t"
	heard car02 "$t" >out 2>&1 || { cat out; fail 'another car'; }
done
echo 'ok: it is refused in three weeks, under each certificate; others are not'

check 'it fetches the list' "$OBE" crl devices/car01
grep -q 'car01: revoked: our certificate linkage data' out ||
    { cat out; fail 'it finds itself'; }
refuse 'and is silent' 'linkage value is on the CRL.*REVOKED' \
    says car01 $((now + 60))
refuse 'its downloads are refused' 'RA answers 5055' \
    "$OBE" download devices/car01
"$OBE" status devices/car01 >out
grep -q '^devices/car01: revoked$' out && grep -q 'blocked by the RA since' out ||
    { cat out; fail 'its status'; }
echo 'ok: its status says so'
clock
check 'another one speaks' says car02 "$now"

# ---- an enrollment certificate ----
check 'an enrollment certificate is revoked' "$SCMS" crl revoke \
    devices/car03/bundle/enrollment.oer "$ENV"
lists 'it is on the list' 'series 4 .* 1 entry;'
clock
says car03 "$now"
check 'the list is not about its messages' heard car03 "$now"
check 'it fetches the list' "$OBE" crl devices/car03
refuse 'and is silent' 'digest is on the CRL of series 4.*REVOKED' \
    says car03 "$now"

# ---- the PCA ----
check 'the PCA is revoked' "$SCMS" crl revoke "$ENV/public/PCA.oer" "$ENV"
lists 'it is on the list' 'series 2 .* 1 entry;'
refuse 'who is below it is silent' 'pca.*digest is on the CRL of series 2' \
    says car02 "$now"
clock
for car in car02 car03; do
	heard $car "$now" >out 2>&1 && fail "$car is heard"
	grep -q 'REVOKED.*pca' out || { cat out; fail "$car: another reason"; }
done
echo 'ok: and not heard'

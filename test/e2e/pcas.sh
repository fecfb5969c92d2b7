#!/bin/sh
# Two PCAs behind one RA: devices are given to them evenly, one is killed under
# load and comes back, one gets a new certificate under its old name, keys with
# the LAs are renewed while everything runs, each step of that killed once.  At
# the end each certificate is accounted for, and none was issued twice.
. "$(dirname "$0")/lib.sh"
cd "$WORK"
for tool in test/soak/account test/e2e/new_pca tool/fleet/scms-fleet; do
	[ -x "$BUILD/$tool" ] || { echo "skipped: no $tool"; exit 77; }
done
NEW=$BUILD/test/e2e/new_pca
export NEW
environment test supply_weeks=2 shuffle_devices=2 shuffle_count=40 \
    shuffle_max_age_seconds=1 plv_cache_pairs=4 plv_weeks_per_fetch=2 \
    'pca_lifetime=10000 hours'

# program ROLE PART ARGUMENT...
program() {
	role=$1 part=$2
	shift 2
	"$BUILD/role/$role/scms-$role" "$ENV/$part" "$@"
}

# What `scms component add` does for an operator.
"$NEW" issue "$WORK/offline" "$WORK/passphrase" pca2.monarch.test 20000 840 \
    "$ENV/pca2" || fail 'a certificate for pca2'
for folder in trust known data log run; do
	mkdir -m 700 "$ENV/pca2/$folder"
done
cp "$ENV/pca/trust/root.oer" "$ENV/pca2/trust/"
cp "$ENV/pca/known/"*.oer "$ENV/pca2/known/"
cp "$ENV/pca/tls-ca.pem" "$ENV/pca2/"
sed "s/pca\b/pca2/g; s/role = pca2/role = pca/; s/127.0.$NET.4:/127.0.$NET.12:/" \
    "$ENV/pca/component.conf" >"$ENV/pca2/component.conf"
for part in ra la1 la2; do
	cp "$ENV/pca2/cert.oer" "$ENV/$part/known/PCA2.oer"
	echo 'pca = pca, pca2' >>"$ENV/$part/component.conf"
done
for hosts in hosts operator/hosts; do
	echo "127.0.$NET.12 pca2.monarch.test" >>"$ENV/$hosts"
done
cp "$ENV/pca2/cert.oer" "$ENV/public/PCA2.oer"
"$NEW" chain "$ENV/ra/data/lccf.oer" "$ENV/pca2/cert.oer" || fail 'LCCF'
cp "$ENV/ra/data/lccf.oer" "$ENV/public/LCCF.oer"

# The first key with LA1 by files, at set-up; that with LA2 is missing, and the
# RA will see to it.
program pca pca2 agree-request --la "$ENV/public/LA1.oer" --out request &&
    program la la1 agree-respond --in request --out response &&
    program pca pca2 agree-confirm --in response --out ack &&
    program la la1 agree-finish --in ack || fail 'a key of pca2 and la1'
up
python3 "$E2E/pcas.py" || exit 1
check 'every certificate is accounted for' "$BUILD/test/soak/account" \
    --absent "$ENV"
check 'down' "$SCMS" down "$ENV"

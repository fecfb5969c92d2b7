#!/bin/sh
# Identification and application certificates (types.py): what devices get that
# share no code with Monarch, every refusal with all rows of the RA compared
# before and after, the RA and the PCA killed at each commit.
. "$(dirname "$0")/lib.sh"
cd "$WORK"

# enrolled PREFIX COUNT CSR-OPTIONS...: devices that have their bundle.
enrolled() {
	prefix=$1 count=$2
	shift 2
	"$OBE" csr --count "$count" --name "$prefix" --out "$prefix.zip" "$@" \
	    devices >out 2>&1 &&
	    "$SCMS" enroll "$ENV" --in "$prefix.zip" --out bundle.zip \
	    >out 2>&1 &&
	    "$OBE" bootstrap --bundle bundle.zip devices/"$prefix"* \
	    >out 2>&1 || { cat out; fail "$count devices $prefix"; }
}

environment test supply_weeks=2 shuffle_devices=2 shuffle_count=40 \
    shuffle_max_age_seconds=2 plv_cache_pairs=4 identification_supply=3 \
    retry_limit_per_hour=1000 pca_lifetime='9000 hours'
up
enrolled ident 6 --psid 0x82:9001 --psid 0x83:a001/f0ff --region 840
enrolled rse 6 --psid 0x82:90ffff02 --psid 0x27 \
    --region circle:40.7128,-74.0060,2000
enrolled kident 12 --psid 0x82:9001 --psid 0x83:a001/f0ff \
    --region rectangle:45,-111,41,-104
enrolled krse 6 --psid 0x83 --region 840:36,12
enrolled kpol 6 --psid 0x83 \
    --region 'polygon:40.70,-74.02;40.72,-74.02;40.72,-73.99'
enrolled bsm 1 --psid 0x20 --psid 0x26 --region 840
python3 "$E2E/types.py"
check 'down' "$SCMS" down "$ENV"

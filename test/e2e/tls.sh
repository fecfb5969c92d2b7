#!/bin/sh
# TLS as devices and components meet it: versions, the one suite that CAMP
# prescribes, client certificates, validity judged by the environment's clock,
# foreign roots and wrong names.
. "$(dirname "$0")/lib.sh"
cd "$WORK"
SUITE=ECDHE-ECDSA-AES128-SHA256

environment test 'tls_lifetime=720 hours' supply_weeks=1 shuffle_devices=1 shuffle_count=20 \
    crl_interval_seconds=31536000 \
    shuffle_max_age_seconds=1 plv_cache_pairs=4 connections_per_source_hour=300
up
bootstrapped 1 dev

# hello ADDRESS PORT NAME [s_client OPTIONS]: one handshake, its story in out.
hello() {
	address=$1 port=$2 name=$3
	shift 3
	openssl s_client -connect "$address:$port" -servername "$name" \
	    -verify_hostname "$name" -verify_return_error \
	    -CAfile "$ENV/public/root.tls" "$@" </dev/null
}
ra() {
	hello "127.0.$NET.1" 8892 ra.monarch.test "$@"
}
said() {
	grep -q -E -e "$1" out || { cat out; fail "no \"$1\""; }
}

# ---- towards devices ----
check "TLS 1.2 with exactly $SUITE" ra -tls1_2 -cipher $SUITE
said "Cipher is $SUITE"
said 'Verify return code: 0'
check 'curl with the same' curl -sf --tls-max 1.2 --ciphers $SUITE -o lpf \
    --cacert "$ENV/public/root.tls" \
    --resolve "ra.monarch.test:8892:127.0.$NET.1" \
    https://ra.monarch.test:8892/download/policy/local
cmp lpf "$ENV/public/LPF.oer" || fail 'LPF'
check 'TLS 1.3' ra -tls1_3
said 'TLSv1.3'
check 'the CRL store as well' hello "127.0.$NET.7" 8894 \
    crlstore.monarch.test -tls1_2 -cipher $SUITE
said "Cipher is $SUITE"

# Debian's settings forbid what is to be tried here.
OPENSSL_CONF=/dev/null
export OPENSSL_CONF

# The same client against a server that permits the old: what is refused below
# is refused by ours.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout any.key -out any.pem -subj /CN=any -days 2 2>/dev/null
openssl s_server -accept "127.0.$NET.200:8892" -cert any.pem -key any.key \
    -cipher ALL:@SECLEVEL=0 -min_protocol TLSv1 -www -naccept 2 >any.log 2>&1 &
server=$!
tries=0
until grep -q ACCEPT any.log; do
	tries=$((tries + 1))
	[ $tries -lt 50 ] || fail 'openssl s_server'
	sleep 0.1
done
for old in tls1_1 tls1; do
	check "this client can speak $old" openssl s_client -connect \
	    "127.0.$NET.200:8892" -$old -cipher ALL:@SECLEVEL=0
	said 'Cipher is [A-Z]'
	refuse "$old, the RA" 'alert|unexpected eof|no protocols' \
	    ra -$old -cipher ALL:@SECLEVEL=0
	refuse "$old, the CRL store" 'alert|unexpected eof|no protocols' hello "127.0.$NET.7" \
	    8894 crlstore.monarch.test -$old -cipher ALL:@SECLEVEL=0
done
wait $server || true
for weak in RC4 NULL aNULL 3DES EXPORT; do
	# OpenSSL may not even know them any more.
	openssl ciphers "$weak:@SECLEVEL=0" >/dev/null 2>&1 || continue
	refuse "weak: $weak" 'alert|unexpected eof|no cipher' \
	    ra -tls1_2 -cipher "$weak:@SECLEVEL=0"
done

# ---- between components ----
for c in 'pca 4 8891' 'la1 5 8890' 'la2 6 8890' 'eca 3 8895' 'pg 8 8893'; do
	# shellcheck disable=SC2086
	set -- $c
	refuse "$1 and TLS 1.2" 'alert|unexpected eof' \
	    hello "127.0.$NET.$2" "$3" "$1.monarch.test" -tls1_2
	check "$1 and TLS 1.3" \
	    hello "127.0.$NET.$2" "$3" "$1.monarch.test" -tls1_3
done
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -keyout liar.key -out liar.pem -subj /CN=ra.monarch.test \
    -addext subjectAltName=DNS:ra.monarch.test 2>/dev/null
for path in certificate-batch certificate certificate-batch-confirm; do
	got=$(call pca 8891 4 /$path --data-binary x --cert liar.pem --key liar.key)
	case $got in
	403 | 000) [ ! -s body ] || fail "an answer to a liar: $(cat body)" ;;
	*) fail "the RA's name under another CA got $got" ;;
	esac
done
echo "ok: the RA's name under another CA gets nothing"

# ---- devices look closely ----
sed "s/^127.0.$NET.1 ra/127.0.$NET.201 ra/" "$ENV/hosts" >wrong-hosts
openssl s_server -accept "127.0.$NET.201:8892" -cert "$ENV/pca/tls.pem" \
    -key "$ENV/pca/tls.key" -www -naccept 1 >pca.log 2>&1 &
server=$!
tries=0
until grep -q ACCEPT pca.log; do
	tries=$((tries + 1))
	[ $tries -lt 50 ] || fail 'openssl s_server'
	sleep 0.1
done
refuse 'a device that was led to somebody of the same root' 'TLS.*name|SSL.*name' \
    "$OBE" provision --attempts 1 --hosts wrong-hosts devices/dev01
wait $server || true
cp -r devices/dev01 foreign
cp any.pem foreign/bundle/root.tls
refuse 'a device with another TLS root' 'TLS|root.tls' \
    "$OBE" provision --attempts 1 foreign
check 'with the right ones' "$OBE" provision devices/dev01

# ---- validity by the environment's clock: 30 days, of which 8 are over ----
at() {	# days from now
	echo $(($1 * 86400)) >"$ENV/clock"
	sleep 1.5
}
at 25
refuse 'in 25 days the device finds the certificate expired' 'expired' \
    "$OBE" download --attempts 1 devices/dev01
refuse 'the operator as well' 'no answer' "$SCMS" status "$ENV"
at -9
refuse '9 days ago it was not yet valid' 'no answer' "$SCMS" status "$ENV"
at 0
tries=0
until "$SCMS" status "$ENV" >out 2>&1; do
	tries=$((tries + 1))
	[ $tries -lt 100 ] || { cat out; fail 'the right time'; }
	sleep 0.2
done
echo 'ok: today it is valid, and all is well again'
until "$OBE" download devices/dev01 >out 2>&1; do
	tries=$((tries + 1))
	[ $tries -lt 100 ] || { cat out; fail 'the right time'; }
	sleep 0.2
done
echo 'ok: and the device gets its certificates'

# ---- one host among many: 300 connections in an hour ----
# from ADDRESS: status of a download over a new connection; 000: none
from() {
	curl -s -o lpf -w '%{http_code}' --max-time 20 --tls-max 1.2 \
	    --ciphers $SUITE --interface "$1" --cacert "$ENV/public/root.tls" \
	    --resolve "ra.monarch.test:8892:127.0.$NET.1" \
	    https://ra.monarch.test:8892/download/policy/local || true
}
python3 -c 'import socket, sys
lop, source = sys.argv[1:]
for _ in range(299):
    socket.create_connection((lop, 8892), 20, (source, 0)).close()' \
    "127.0.$NET.1" "127.0.$NET.250"
[ "$(from "127.0.$NET.250")" = 200 ] || fail 'the connection of number 300'
[ "$(from "127.0.$NET.250")" = 000 ] || fail 'no end to the connections of a host'
[ "$(from "127.0.$NET.251")" = 200 ] || fail 'another host pays for it'
echo 'ok: 300 connections of one host in an hour, and no more; others go on'

if grep -r -F -e '127.0.0.' -e "127.0.$NET.250" "$ENV/lop/log" "$ENV/ra/log"; then
	fail 'the address of a device in a log'
fi
echo 'ok: no addresses of devices in the logs of LOP and RA'

#!/bin/sh
# What goes over the wire, seen by tshark, which shares no code with us: a whole
# small run is captured on the loopback interface, TLS is opened with the
# session keys that GnuTLS writes on demand (SSLKEYLOGFILE; only the test sets
# it), and Wireshark's dissectors look at TLS, HTTP and IEEE 1609.2.
#
# It can judge: every TLS record and handshake, every HTTP message; the 1609.2
# envelope of every message that has one (encrypted, signed, signed request
# envelope), certificates of every profile inside signed messages, and safety
# messages.  It cannot judge: what CAMP puts inside (ScmsPDU, ScmsFile: no
# dissector knows them; test/unit/schema compares those with CAMP's own 1,501
# samples), signatures, and the content of signedCertificateRequest (opaque in
# 1609.2).  Without the right to capture, files are judged and that is said.
. "$(dirname "$0")/lib.sh"
cd "$WORK"
tshark -G protocols 2>/dev/null | grep -q ieee1609dot2 ||
    { echo 'skipped: no tshark that knows IEEE 1609.2'; exit 77; }

environment test supply_weeks=1 shuffle_devices=2 shuffle_count=40 \
    shuffle_max_age_seconds=1 plv_cache_pairs=4

# ---- capture a whole run ----
tshark -q -i lo -f "net 127.0.$NET.0/24" -w run.pcapng 2>capture.log &
capture=$!
captured=yes tries=0
until grep -q 'Capturing on' capture.log; do
	tries=$((tries + 1))
	if [ $tries -gt 50 ] || ! kill -0 $capture 2>/dev/null; then
		echo 'no right to capture: judging files only'
		captured=no
		break
	fi
	sleep 0.1
done
sleep 0.5
(
	SSLKEYLOGFILE=$WORK/keys.log
	export SSLKEYLOGFILE
	up
)
bootstrapped 3 dev
check 'layout 1.2.2' "$OBE" provision devices/dev01
check 'layout 1.2.4' "$OBE" provision --layout 1.2.4 devices/dev02
check 'with the extra octet' "$OBE" provision --extra-octet devices/dev03
tries=0
until "$OBE" download devices >out 2>&1; do
	tries=$((tries + 1))
	[ $tries -lt 100 ] || { cat out; fail 'certificates'; }
	sleep 0.2
done
"$SCMS" status "$ENV" >out || { cat out; fail 'status'; }
python3 - >out 2>&1 <<'P' || { cat out; fail 'refusals'; }
import os, sys
sys.path.insert(0, os.environ["E2E"])
from harness import host
for body in (b"", b"\x03\x80\x01x"):
    host().call("POST", "/provision-pseudonym-certificate-batch", body)
P
check 'down' "$SCMS" down "$ENV"

# ---- TLS and HTTP ----
mkdir objects
if [ $captured = yes ]; then
	sleep 1
	kill -INT $capture
	wait $capture || true
	look() {
		tshark -r run.pcapng -o tls.keylog_file:keys.log \
		    -d tcp.port==8890-8895,tls \
		    -d tls.port==8890,http -d tls.port==8891,http \
		    -d tls.port==8892,http -d tls.port==8893,http \
		    -d tls.port==8894,http -d tls.port==8895,http "$@" \
		    2>look.log || { cat look.log; fail 'tshark'; }
	}
	count() {
		look -Y "$1" | wc -l
	}
	n=$(count tls.handshake.type==2)
	[ "$n" -ge 15 ] || fail "only $n TLS handshakes were captured"
	h=$(count http)
	[ "$h" -ge 40 ] || fail "only $h HTTP messages could be opened"
	look -Y '_ws.malformed || _ws.unreassembled || http.bad_header_name' >out
	[ ! -s out ] || { head out; fail 'malformed frames'; }
	look -Y '_ws.expert.severity == error' >out
	[ ! -s out ] || { head out; fail 'errors in frames'; }
	# TLS 1.3 hides its alerts; they can be seen here because of the keys.
	look -Y 'tls.alert_message.level == 2 && tls.alert_message.desc != 0' \
	    -T fields -e tls.alert_message.desc >out
	[ ! -s out ] || { cat out; fail 'fatal alerts'; }
	look -Y 'tls.handshake.type == 2 && tcp.port != 8892 &&
	    tcp.port != 8894 && !(tls.handshake.extensions.supported_version ==
	    0x0304)' >out
	[ ! -s out ] || { cat out; fail 'another version than 1.3 inside'; }
	echo "ok: $n TLS handshakes, $h HTTP messages, none malformed"
	look -q --export-objects http,objects >out
	look -Y http.request -T fields -e http.request.line >requests
	n=$(find objects -type f | wc -l)
	[ "$n" -ge 30 ] || fail "only $n bodies"
fi

# ---- IEEE 1609.2 ----
python3 "$E2E/wire.py"

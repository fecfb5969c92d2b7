#!/bin/sh
# The recorded exchange of 2018: our RA, with the keys and at the time of
# CAMP's sample exchange, gets the very octets that CAMP's own device sent
# then.  That device shares no code with us, nor do its keys, certificates and
# chain: an RA that opens, verifies and answers these octets speaks with the
# devices of that time.  (The opposite, a device that is not ours against all
# of our components, is interop.sh.)
#
#	provisioning request -> 200 and an ack with requestHash 5f05162d1297b202,
#	as CAMP's RA answered it; a bit changed -> refused
#	download request -> 5065: it is taken for genuine, in time and the owner's
#	(else 5058, 5059, 5067, 5070, 5072); that batch was made in 2018, not here
#
# The ceremony gives what the recording lacks: TLS and two LAs.
. "$(dirname "$0")/lib.sh"
for place in "${MONARCH_SHARED:-$E2E/../../../shared}/vectors" "$E2E/../vectors"; do
	EXCHANGE=$place/scms_escrypt_2018.json
	[ ! -r "$EXCHANGE" ] || break
done
[ -r "$EXCHANGE" ] || { echo 'skipped: no scms_escrypt_2018.json'; exit 77; }
export EXCHANGE
cd "$WORK"

THEN=$((0x19E981E4))
offset=$((THEN - ($(date +%s) - 1072915200 + 5)))
"$SCMS" init --env test --net "$NET" --domain qa.v2xscms.com --clock $offset \
    --passphrase-file passphrase "$ENV" >out 2>&1 || { cat out; fail init; }
export DOMAIN=qa.v2xscms.com
python3 - "$ENV/ra" <<'P'
import json, os, sys
d = json.load(open(os.environ["EXCHANGE"]))["certificates"]
def put(name, hexes):
    with open(os.path.join(sys.argv[1], name), "wb") as f:
        f.write(bytes.fromhex(hexes))
put("cert.oer", d["ra"]["hex"])
put("sign.key", d["ra"]["sign_priv"])
put("enc.key", d["ra"]["enc_priv"])
for f in os.listdir(sys.argv[1] + "/trust"):
    os.remove(sys.argv[1] + "/trust/" + f)
put("trust/root.oer", d["rca"]["hex"])
for n in ("ica", "eca", "pca"):
    put("known/%s.oer" % n.upper(), d[n]["hex"])
P
check 'the RA starts with the certificates and keys of 2018' "$SCMS" up "$ENV"
echo $((THEN - ($(date +%s) - 1072915200 + 5))) >"$ENV/clock"
sleep 2
python3 "$E2E/exchange2018.py"
check 'the ack by scms show' "$SCMS" show ack.oer
grep -q 'requestHash: 5f05162d1297b202$' out || { cat out; fail 'requestHash'; }
echo 'ok: requestHash is 5f05162d1297b202'
python3 - <<'P'
import json, os
d = json.load(open(os.environ["EXCHANGE"]))["certificates"]
for n in ("rca", "ica", "ra"):
    open(n + ".oer", "wb").write(bytes.fromhex(d[n]["hex"]))
P
check 'the ack is signed by the RA of 2018' "$SCMS" verify --trust rca.oer \
    --known ica.oer --known ra.oer --time $THEN ack.oer

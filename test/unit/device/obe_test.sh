#!/bin/sh
# scms-obe as a user meets it, as far as it goes without an RA: what it makes,
# prints and exits with.
# usage: obe_test.sh SCMS_OBE WORLD_FILES
set -eu
obe=$1 world_files=$2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
unset MONARCH_CLOCK MONARCH_HOSTS

# expect STATUS PATTERN ARGUMENT...: exit status, and a line of the output (or
# '' for any)
expect() {
	want=$1 pattern=$2
	shift 2
	status=0
	"$obe" "$@" >"$tmp/out" 2>&1 || status=$?
	if [ "$status" -ne "$want" ] ||
	    { [ -n "$pattern" ] && ! grep -q -E -e "$pattern" "$tmp/out"; }
	then
		echo "scms-obe $*: exit $status, wanted $want and \"$pattern\":"
		cat "$tmp/out"
		exit 1
	fi
}

expect 64 '^usage' ; expect 0 '^usage' --help
expect 0 '^scms-obe [0-9]' --version
expect 64 'no command' fly
expect 0 'usage: scms-obe csr' csr --help

# requests
csr="csr --psid 0x20,0x26 --region 840"
expect 64 'DIR is needed' $csr --out "$tmp/csr.zip"
expect 64 '--out is needed' $csr "$tmp/d"
expect 64 '--psid is needed' csr --region 840 --out "$tmp/csr.zip" "$tmp/d"
expect 64 'no number' csr --psid twenty --region 840 --out "$tmp/x" "$tmp/d"
expect 64 '--name' $csr --name ../x --out "$tmp/csr.zip" "$tmp/d"
expect 64 '--count' $csr --count 0 --out "$tmp/csr.zip" "$tmp/d"
[ ! -e "$tmp/d" ] || { ls "$tmp/d"; exit 1; }
expect 0 '^3 devices' $csr --count 3 --name car --out "$tmp/csr.zip" "$tmp/d"
[ "$(echo "$tmp"/d/*)" = "$tmp/d/car01 $tmp/d/car02 $tmp/d/car03" ]
[ "$(unzip -Z1 "$tmp/csr.zip" | sort | tr '\n' ' ')" = \
    "car01.oer car02.oer car03.oer " ]
unzip -p "$tmp/csr.zip" car02.oer | cmp - "$tmp/d/car02/request.oer"
[ "$(find "$tmp/d" -type f -perm /077)" = "" ]
expect 1 'EXISTS' $csr --count 3 --name car --out "$tmp/2.zip" "$tmp/d"
expect 1 'EXISTS' $csr --name new --out "$tmp/csr.zip" "$tmp/d"
[ ! -e "$tmp/d/new01" ]

# regions and SSPs, as COER says (asn1-facts.md): written here by hand
wants() {
	hex=$1
	shift
	rm -rf "$tmp/one" "$tmp/one.zip"
	expect 0 '^1 device' csr --out "$tmp/one.zip" "$@" "$tmp/one"
	od -An -v -tx1 "$tmp/one/obe01/request.oer" | tr -d ' \n' |
	    grep -q "$hex" || { echo "csr $*: no $hex"; exit 1; }
}
wants 83010181034801020c0d --psid 0x83 --region 840:12,13
wants 801908b100ce3ae94003e8 --psid 0x83 --region circle:42,-83.5,1000
wants 8101011908b100ce3ae94018701a80d0327380 --psid 0x83 \
    --region rectangle:41,-80.2,42,-83.5
wants 8201031908b100ce3ae940 --psid 0x83 \
    --region 'polygon:42,-83.5;42,-83;41,-83'
wants 800182800101029001 --psid 0x82:9001 --region 840
wants 80018382080301020303ff00ff --psid 0x83:010203/ff00ff \
    --region 840
one="csr --out $tmp/no.zip"
expect 64 'no region' $one --psid 0x83 --region circle:42,-83.5 "$tmp/no"
expect 64 'radius' $one --psid 0x83 --region circle:42,-83.5,70000 "$tmp/no"
expect 64 'too many places' $one --psid 0x83 --region circle:91,0,5 "$tmp/no"
expect 64 'no region' $one --psid 0x83 --region circle:nan,0,5 "$tmp/no"
expect 64 'one form' $one --psid 0x83 --region 840 --region circle:1,2,3 \
    "$tmp/no"
expect 64 'SSP' $one --psid 0x82:9 --region 840 "$tmp/no"
expect 64 'SSP' $one --psid 0x82:9001/ff --region 840 "$tmp/no"
rm -rf "$tmp/no"
expect 64 'twice' $one --psid 0x82 --psid 0x82:9001 --region 840 "$tmp/no"
expect 64 '3 to' $one --psid 0x82 --region 'polygon:1,2;3,4' "$tmp/no"

# devices that have nothing yet
expect 0 'car02: new' status "$tmp/d"
expect 0 '"state": "new"' status --json "$tmp/d/car01"
python3 - "$tmp/out" <<'P'
import json, sys
(d,) = json.load(open(sys.argv[1]))
assert d["bootstrapped"] is False and d["certificates"] == 0, d
assert d["next"] is None, d
P
expect 1 'not bootstrapped' provision "$tmp/d/car01"
expect 1 'not bootstrapped' download "$tmp/d/car01"
expect 1 'NOT_FOUND' status "$tmp/nothing"
expect 1 'not bootstrapped' rollover "$tmp/d/car01"
expect 64 '--type: pseudonym' provision --type rse "$tmp/d/car01"
expect 64 '--storage' download --storage 10G "$tmp/d/car01"
expect 64 '--storage' download --storage -1 "$tmp/d/car01"
expect 64 'give-up' download --give-up -1 "$tmp/d/car01"
expect 64 'number' sign --psid BSM --in "$tmp/out" --out "$tmp/spdu" \
    "$tmp/d/car01"
expect 1 'not provisioned' sign --in "$tmp/out" --out "$tmp/spdu" "$tmp/d/car01"
printf 'no ZIP at all, but long enough' >"$tmp/bad.zip"
expect 1 'scms-obe bootstrap: ZIP' bootstrap --bundle "$tmp/bad.zip" "$tmp/d"
expect 1 'bundle|car01' bootstrap --bundle "$tmp/csr.zip" "$tmp/d"
[ ! -e "$tmp/d/car01/bundle" ]

# a DCM: what is wrong before it is called
dcm="bootstrap --ca $tmp/ca --operator-cert $tmp/c --operator-key $tmp/k"
expect 64 '--dcm' $dcm --type obe "$tmp/d"
expect 64 '--bundle is needed, or --dcm' bootstrap --bundle "$tmp/bad.zip" \
    --dcm https://dcm:8899 "$tmp/d"
expect 64 '--ca is needed' bootstrap --dcm https://dcm:8899 "$tmp/d"
expect 64 '--type is needed' $dcm --dcm https://dcm:8899 "$tmp/d/car01"
expect 64 'one DEVICE' $dcm --dcm https://dcm:8899 --type obe --serial S \
    "$tmp/d/car01" "$tmp/d/car02"
expect 1 'serial number: 1 to 64' $dcm --dcm https://dcm:8899 --type obe \
    --serial ../S "$tmp/d/car01"
expect 1 'printable' $dcm --dcm https://dcm:8899 --type 'o be' "$tmp/d/car01"
expect 1 'EXISTS' $dcm --dcm https://dcm:8899 --type obe --injected \
    "$tmp/d/car01"
: >"$tmp/ca"
expect 1 'car01: refused' $dcm --dcm https://127.0.0.1:1 --type obe \
    "$tmp/d/car01"
[ ! -e "$tmp/d/car01/bundle" ]

# erased, each by its name
expect 64 'DEVICE is needed' reset
expect 1 'no device' reset "$tmp/d"
expect 0 '^1 of 1 devices erased' reset "$tmp/d/car03"
[ ! -e "$tmp/d/car03" ] && [ -e "$tmp/d/car02" ]
expect 1 'car03: .*NOT_FOUND' reset "$tmp/d/car03"

# the message of spec/bsm.md
expect 0 '' bsm --out "$tmp/bsm" msgCnt=5 id=0x0a1b2c3d secMark=12345 \
    lat=389560000 long=-771500000 elev=687 semiMajor=40 semiMinor=40 \
    orientation=5461 transmission=2 speed=1375 heading=18240 angle=-3 \
    accelLong=-150 accelLat=20 accelVert=0 yaw=-200 wheelBrakes=0 traction=1 \
    abs=1 scs=1 brakeBoost=1 auxBrakes=1 width=182 length=484
[ "$(od -An -tx1 "$tmp/bsm" | tr -d ' \n')" = \
"001425014286cb0f4c0e666e8fe01ea6d50f895794140aaaa2afc7407b73a7e47f7f3702aa5b0f20" ]
expect 1 'heading.*CONSTRAINT' bsm --out "$tmp/bsm" heading=30000
expect 64 'no field' bsm --out "$tmp/bsm" colour=1

# a stranger
t=$("$world_files" "$tmp")
verify="verify --trust $tmp/root.oer --known $tmp/LCCF.oer --time $t"
expect 0 '^valid: PSID 0x20' $verify "$tmp/good.spdu"
expect 0 'ok +message: signature' $verify --payload "$tmp/p" "$tmp/good.spdu"
[ "$(cat "$tmp/p")" = "a message" ]
expect 1 '^invalid: BAD_SIGNATURE' $verify "$tmp/forged.spdu"
expect 1 'FAIL message: signature' $verify "$tmp/forged.spdu"
expect 1 '^invalid: TOO_OLD' $verify --time $((t + 6)) "$tmp/good.spdu"
expect 0 '^valid' $verify --time $((t + 6)) --tolerance 6 "$tmp/good.spdu"
expect 1 '^invalid: EXPIRED' $verify --time $((t + 1000000)) "$tmp/good.spdu"
expect 1 '^invalid: PSID_NOT_PERMITTED' $verify --psid 0x26 "$tmp/good.spdu"
expect 1 '^invalid: UNKNOWN_ISSUER' verify --time "$t" \
    --trust "$tmp/foreign.oer" "$tmp/good.spdu"
expect 1 'BAD_|NOT_CANONICAL|TRUNCATED|TRAILING|UNKNOWN' verify \
    --trust "$tmp/good.spdu" "$tmp/good.spdu"
expect 64 '--trust is needed' verify "$tmp/good.spdu"

# clocks
echo nonsense >"$tmp/clock"
expect 1 'CONFIG' status --clock "$tmp/clock" "$tmp/d"

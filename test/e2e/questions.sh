#!/bin/sh
# What the MA may ask, among real processes: nobody else may, and it may not
# without auditors, nor more than a day's measure.  A device is revoked while two
# auditors watch each question; who answers writes down what, and nothing that
# links.
. "$(dirname "$0")/lib.sh"
cd "$WORK"

environment test supply_weeks=2 shuffle_devices=3 shuffle_count=60 \
    auditors_needed=2 ma_lvs_per_day=1
up
bootstrapped 3 car
check 'devices ask' "$OBE" provision devices
tries=0
until "$OBE" download devices >out 2>&1; do
	tries=$((tries + 1))
	[ $tries -lt 200 ] || { cat out; fail 'downloads'; }
	sleep 0.2
done
echo 'ok: devices have certificates'

PATHS='pca:8891:4:/plvs pca:8891:4:/hash-of-individual-request
la1:8890:5:/linkage-info la1:8890:5:/linkage-seed-hash
la2:8890:6:/linkage-info la2:8890:6:/linkage-seed-hash
ra:8892:2:/blacklist-by-hpcr ra:8892:2:/retrieve-linkage-chain-identifiers
ra:8892:2:/blacklist-by-rif ra:8892:2:/certificate-digests'
JUSTIFIED='Monarch-Justification: case 1'

# ask PATH WHO [CURL OPTIONS]: junk, by this TLS certificate; status in got.
ask() {
	path=$1 who=$2
	shift 2
	component=${path%%:*} rest=${path#*:}
	port=${rest%%:*} rest=${rest#*:}
	got=$(call "$component" "$port" "${rest%%:*}" "${rest#*:}" \
	    --cert "$ENV/$who/tls.pem" --key "$ENV/$who/tls.key" \
	    --data junk "$@")
}

# lines COMPONENT EVENT TEXT: so many lines of its audit log.
lines() {
	awk -v event="$2" '$3 == event' "$ENV/$1/audit/log" |
	    grep -c -e "$3" || true
}

# ---- nobody but the MA, and not the MA without its key ----
for path in $PATHS; do
	for who in ra pca la1 la2 pg dcm crlg operator; do
		ask "$path" $who -H "$JUSTIFIED"
		[ "$got" = 403 ] || fail "$who at $path: $got"
	done
	component=${path%%:*} word=${path##*/}
	before=$(lines "$component" refusal "question=$word fault=")
	ask "$path" ma -H "$JUSTIFIED" -H "Monarch-I: 1"
	[ "$got" = 400 ] || fail "junk at $path: $got"
	grep -q -i '^monarch-error: ' head || fail "no cause: $path"
	ask "$path" ma
	[ "$got" = 400 ] || fail "no justification at $path: $got"
	[ "$(lines "$component" refusal "question=$word fault=")" = \
	    $((before + 2)) ] || fail "refusals are not written down: $path"
done
echo 'ok: all paths refuse others (403) and junk (400), and write it down'
for component in pca la1 la2 ra; do
	[ "$(lines $component answer .)" = 0 ] || fail "$component answered"
	[ "$(sqlite3 -readonly "$ENV/$component/data/inquiry.db" \
	    'select count(*) from question')" = 0 ] ||
	    fail "$component counts what it refused"
done
echo 'ok: nothing of it counts'

# ---- a revocation, each question of which two auditors see ----
check 'a vehicle sends' "$OBE" sign --certificate --psid 0x20 --in passphrase --out said \
    devices/car01
check 'an operator revokes it' "$SCMS" ma revoke --certificate said "$ENV"

# agree AUDITOR: to all that waits; the state of the revocation in out.
agree() {
	"$SCMS" ma questions "$ENV" >waiting
	for n in $(sed -n 's/^question \([0-9]*\) .*/\1/p' waiting); do
		"$SCMS" ma countersign "$n" --auditor "offline/$1" \
		    --passphrase-file passphrase "$ENV" >out 2>&1 ||
		    grep -q -e 'no question' -e already out ||
		    { cat out; fail "$1 countersigns"; }
	done
	"$SCMS" ma revocations "$ENV" >out
}
tries=0
until agree auditor1 && grep -q '1 of 2 have countersigned' out; do
	tries=$((tries + 1))
	[ $tries -lt 150 ] || { cat out waiting; fail 'who is missing?'; }
	sleep 0.2
done
[ "$(lines pca answer .)" = 0 ] || fail 'one auditor was enough'
echo 'ok: one auditor is not enough'

# done_is N: so many revocations are done, with both auditors' help.
done_is() {
	tries=0
	until agree auditor1 && agree auditor2 &&
	    [ "$(grep -c 'Z  done' out)" = "$1" ]; do
		tries=$((tries + 1))
		[ $tries -lt 150 ] || { cat out waiting; fail "$1 done"; }
		sleep 0.2
	done
}
done_is 1
echo 'ok: with two it is revoked'
for answered in pca:hash-of-individual-request la1:linkage-seed-hash \
    la2:linkage-seed-hash ra:blacklist-by-hpcr \
    ra:retrieve-linkage-chain-identifiers; do
	component=${answered%%:*} question=${answered#*:}
	[ "$(lines "$component" answer \
	    "question=$question entries=1 auditors=2 why=\"case 1: ")" = 1 ] ||
	    fail "$component did not write down $question"
	[ "$(lines ma question "question=$question peer=$component")" = 1 ] ||
	    fail "the MA did not write down $question"
done
for component in pca:1 la1:1 la2:1 ra:2; do
	[ "$(lines "${component%:*}" answer .)" = "${component#*:}" ] ||
	    fail "${component%:*} answered something else"
done
echo 'ok: one answer of each, written down on both sides'

# ---- a day's measure ----
check 'another vehicle sends' "$OBE" sign --certificate --psid 0x20 \
    --in passphrase --out said2 devices/car02
check 'an operator revokes it' "$SCMS" ma revoke --certificate said2 "$ENV"
tries=0
until agree auditor1 && agree auditor2 && grep -q 'waits for tomorrow' out; do
	tries=$((tries + 1))
	[ $tries -lt 150 ] || { cat out waiting; fail 'the measure'; }
	sleep 0.2
done
[ "$(lines pca answer .)" = 1 ] || fail 'the measure was passed'
echo 'ok: the measure of the day is used up'
# All at once: an MA whose clock is ahead asks, is refused, and waits a day more.
check 'a day passes while all are down' "$SCMS" down "$ENV"
echo 86460 >"$ENV/clock"
up
done_is 2
echo 'ok: a day later it is revoked'

# ---- what is left of it ----
check 'the audit logs are whole' "$SCMS" audit verify "$ENV"
for file in said said2; do
	"$SCMS" show --json "$file"
done | python3 -c '
import glob, os, re, sys
env = os.environ["ENV"]
values = re.findall(r"\"linkage-value\": *\"([0-9a-f]{18})\"", sys.stdin.read())
assert len(set(values)) == 2, values
files = glob.glob(env + "/*/audit/log") + glob.glob(env + "/*/log/*.log") + \
    glob.glob(env + "/*/data/inquiry.db*")
assert len(files) > 20, files
for name in files:
    with open(name, "rb") as f:
        octets = f.read()
    for v in values:
        assert bytes.fromhex(v) not in octets, (name, v)
        assert v.encode() not in octets.lower(), (name, v)' ||
    fail 'a log or a record of questions names a linkage value'
echo 'ok: no log and no record of questions names a linkage value'
well 'all components are well'

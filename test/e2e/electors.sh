#!/bin/sh
# Electors and roots come and go while everything runs (electors.py): the
# five-day example.  Here: what is wrong with a ballot is refused, and nothing
# has changed.
. "$(dirname "$0")/lib.sh"
cd "$WORK"
environment test supply_weeks=2 shuffle_devices=2 shuffle_count=40 \
    shuffle_max_age_seconds=1 plv_cache_pairs=4 plv_weeks_per_fetch=2 \
    'enrollment_lifetime=2400 hours' rollover_days=365
up
bootstrapped 2 awake
bootstrapped 1 asleep
check 'devices ask' "$OBE" provision --quiet devices

elector() {
	"$SCMS" elector "$@"
}
# vote WHAT CERT ELECTOR FILE [FOLDER]: one elector signs, alone.
vote() {
	elector endorse "$1" "$2" --offline "${5:-offline}/$3" \
	    --passphrase-file passphrase --out "$4" >out 2>&1 ||
	    { cat out; fail "a vote of $3"; }
}
# ballot CERT FILE VOTE...
ballot() {
	cert=$1 file=$2
	shift 2
	elector ballot "$cert" "$@" --out "$file" >out 2>&1 ||
	    { cat out; fail "a ballot on $cert"; }
}


# ---- what is wrong changes nothing ----
# Electors and a root of somebody else.
check 'a foreign environment' "$SCMS" init --env test --net "$NET" \
    --passphrase-file passphrase other
A=$ENV/public/elector1.oer
vote remove-elector "$A" elector2 2.vote
vote remove-elector "$A" elector3 3.vote
vote remove-elector "$A" elector3 strange.vote other/offline
vote add-elector "$A" elector3 add.vote
vote remove-elector "$ENV/public/elector2.oer" elector3 on2.vote
vote add-root other/public/root.oer elector2 root2.vote
vote add-elector "$ENV/public/elector2.oer" elector1 known1.vote
vote add-elector "$ENV/public/elector2.oer" elector3 known3.vote
echo $((7 * 86400)) >later
MONARCH_CLOCK=later vote remove-elector "$A" elector2 future.vote
ballot "$A" one.ballot 2.vote
ballot "$A" twice.ballot 2.vote 2.vote
ballot "$A" strange.ballot 2.vote strange.vote
ballot "$A" kinds.ballot 2.vote add.vote
ballot "$A" other.ballot 2.vote on2.vote
ballot "$A" future.ballot future.vote 3.vote
ballot "$ENV/public/elector2.oer" known.ballot known1.vote known3.vote
ballot other/public/root.oer root.ballot root2.vote
ballot "$A" good.ballot 2.vote 3.vote
head -c 300 good.ballot >cut.ballot
cp good.ballot broken.ballot
printf '\377' | dd of=broken.ballot bs=1 conv=notrunc 2>/dev/null \
    seek=$(($(stat -c %s broken.ballot) - 1))

# What components do by themselves meanwhile is in their folders data.
sums() {
	{
		find "$ENV" offline ! -type d ! -path '*/data/*' \
		    ! -path '*/log/*' ! -path '*/run/*' ! -path '*/audit/*'
		find "$ENV/pg/data" "$ENV/crlg/ballots" -name '*.oer' \
		    ! -name crl.oer
	} | sort | xargs -d '\n' sha256sum
	elector show "$ENV"
}
# "$1": the arguments for the whole ceremony, by electors 1 to 3
SAFE="--offline offline --passphrase-file passphrase"
sums >before
for name in one twice strange kinds other future broken; do
	refuse "a ballot: $name" 'electors agree.* are needed' \
	    elector publish "$ENV" $name.ballot
done
refuse 'a ballot: one vote for a foreign root' '1 of 3 electors agree' \
    elector publish "$ENV" root.ballot
refuse 'a ballot that is cut off' 'TRUNCATED' elector publish "$ENV" cut.ballot
refuse 'no ballot' 'elector1.oer.*NOT_CANONICAL' elector publish "$ENV" "$A"
refuse 'an elector whom all know' 'in force already' \
    elector publish "$ENV" known.ballot
# shellcheck disable=SC2086 # options
{
	refuse 'a wrong passphrase' 'BAD_TAG' elector remove-elector --offline \
	    offline --passphrase-file "$ENV/hosts" "$ENV" elector1
	refuse 'one elector alone' '1 of 3 electors are here' elector \
	    remove-elector --offline offline/elector2 --passphrase-file \
	    passphrase "$ENV" elector1
	refuse 'electors of others' 'NO_QUORUM' elector remove-elector \
	    --offline other/offline --passphrase-file passphrase "$ENV" elector1
	refuse 'nobody of that name' 'no file' \
	    elector remove-elector $SAFE "$ENV" elector9
	refuse 'a foreign elector' 'no elector in force' \
	    elector remove-elector $SAFE "$ENV" other/public/elector1.oer
	refuse 'the RA as a root' 'is of RA, not of root' \
	    elector add-root $SAFE "$ENV" "$ENV/public/RA.oer"
	refuse 'a root that all have' 'in force already' \
	    elector add-root $SAFE "$ENV" root
}
sums | cmp - before || fail 'a refusal has changed something'
[ -z "$(ls -d "$ENV"/change.* "$ENV/change" 2>/dev/null)" ] ||
    fail 'something is left'
echo 'ok: nothing has changed'

python3 "$E2E/electors.py" || exit 1
check 'down' "$SCMS" down "$ENV"

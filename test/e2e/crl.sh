#!/bin/sh
# CRLs: what the store gives out and takes, what an operator and the root revoke,
# weeks that pass, and SIGKILL of generator and store at each step.
. "$(dirname "$0")/lib.sh"
cd "$WORK"

environment test supply_weeks=1 shuffle_devices=1 shuffle_count=20 shuffle_max_age_seconds=1 \
    plv_cache_pairs=4
up

as() {	# CURL OPTIONS of a component
	echo --cert "$ENV/$1/tls.pem" --key "$ENV/$1/tls.key"
}
current() {
	ls "$ENV"/crlstore/data/crl_*.oer | tail -n 1
}
show() {
	"$SCMS" crl show "$ENV" >show 2>&1 || { cat show; fail 'crl show'; }
}
entries() {	# SERIES: of this list
	show
	awk -v s="series $1:" 'index($0, s) == 1 { on = 1; next }
	    /^series/ { on = 0 } on && /entries/ { print $NF; exit }' show
}
has() {	# NAME SERIES COUNT
	got=$(entries "$2")
	[ "$got" = "$3" ] || { cat show; fail "$1: $got entries, not $3"; }
	echo "ok: $1"
}

# ---- given out ----
check 'new CRLs' "$SCMS" crl now "$ENV"
answers 'the composite' 200 crlstore 8894 7 /download-crl
cmp body "$(current)" || fail 'the composite'
grep -qi '^Cache-Control: .*no-cache' head || fail 'caches may not give out old ones'
tag=$(sed -n 's/^ETag: \("[^"]*"\).*/\1/Ip' head)
answers 'the same again' 304 crlstore 8894 7 /download-crl/ -H "If-None-Match: $tag"
cp body old.oer
answers 'its rest' 206 crlstore 8894 7 /download-crl -H 'Range: bytes=100-'
tail -c +101 "$(current)" | cmp - body || fail 'its rest'
cp "$(current)" old.oer
check 'new CRLs again' "$SCMS" crl now "$ENV"
answers 'a newer one' 200 crlstore 8894 7 /download-crl -H "If-None-Match: $tag"
for series in 1 2 3 4 256; do
	has "nobody is on the list of series $series" $series 0
done

# ---- what the store and the generator refuse ----
cp "$(current)" before
answers 'a composite of nobody' 403 crlstore 8894 7 /composite-crl --data-binary @old.oer
for who in ma ra pca operator; do
	answers "a composite of $who" 403 crlstore 8894 7 /composite-crl \
	    --data-binary @old.oer $(as $who)
done
answers 'an older composite' 409 crlstore 8894 7 /composite-crl --data-binary @old.oer $(as crlg)
answers 'an empty body' 400 crlstore 8894 7 /composite-crl -X POST $(as crlg)
answers 'no composite' 400 crlstore 8894 7 /composite-crl --data-binary @"$ENV/hosts" $(as crlg)
head -c 300 "$(current)" >cut
answers 'half of one' 400 crlstore 8894 7 /composite-crl --data-binary @cut $(as crlg)
# One octet of the first signature.
{ head -c 109 "$(current)"; tail -c +110 "$(current)" | head -c 1 | tr '\000-\377' '\001-\377\000'
    tail -c +111 "$(current)"; } >changed
answers 'a changed one' 401 crlstore 8894 7 /composite-crl --data-binary @changed $(as crlg)
printf '\000\001\000\001\000\001\000' >empty
answers 'an empty one' 409 crlstore 8894 7 /composite-crl --data-binary @empty $(as crlg)
answers 'the same again' 204 crlstore 8894 7 /composite-crl --data-binary @before $(as crlg)
cmp "$(current)" before || fail 'the store has changed'
echo 'ok: the store has not changed'
answers 'a revocation of nobody' 403 crlg 8898 10 /revocations --data-binary @old.oer
for who in ra pca la1 crlstore operator; do
	answers "a revocation of $who" 403 crlg 8898 10 /revocations \
	    --data-binary @old.oer $(as $who)
done
answers 'a revocation that is none' 401 crlg 8898 10 /revocations --data-binary @old.oer $(as ma)
grep -qi '^Monarch-Error: ' head || fail 'no reason'
check 'nothing of it counts' "$SCMS" crl now "$ENV"
has 'still nobody' 1 0

# ---- the operator ----
bootstrapped 2 dev
check 'a device is revoked' "$SCMS" crl revoke devices/dev01/bundle/enrollment.oer "$ENV"
has 'its enrollment is on a list' 4 1
refuse 'twice' 'revoked already' "$SCMS" crl revoke devices/dev01/bundle/enrollment.oer "$ENV"
refuse 'the MA' 'crl special' "$SCMS" crl revoke "$ENV/public/MA.oer" "$ENV"
refuse 'the root' 'ballots' "$SCMS" crl revoke "$ENV/public/root.oer" "$ENV"
refuse 'a file that is none' 'hosts' "$SCMS" crl revoke "$ENV/hosts" "$ENV"
refuse 'one good and one bad' 'crl special' "$SCMS" crl revoke \
    devices/dev02/bundle/enrollment.oer "$ENV/public/MA.oer" "$ENV"
has 'then neither is revoked' 4 1

# ---- weeks ----
period() {
	show
	sed -n 's/^  period \([0-9]*\) .*/\1/p' show | head -n 1
}
then=$(period)
echo 604800 >"$ENV/clock.new"
mv "$ENV/clock.new" "$ENV/clock"
tries=0
until [ "$(period)" = $((then + 1)) ]; do
	tries=$((tries + 1))
	[ $tries -lt 300 ] || { cat show; fail 'no CRLs in the next week'; }
	sleep 0.2
done
echo 'ok: new CRLs a week later'
has 'with what was on them' 4 1

# ---- killed ----
stopped() {	# PART: it has ended
	tries=0
	while "$SCMS" status "$ENV" | grep -q "^$1 *\(running\|starting\|degraded\|no answer\)"; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || fail "$1 still runs"
		sleep 0.1
	done
}
for point in $("$BUILD/role/crlg/scms-crlg" --crash-points |
    sed -n 's/^\(crlg-\(signed\|made\|pushed\)\).*/\1/p') \
    $("$BUILD/role/crlstore/scms-crlstore" --crash-points |
    sed -n 's/^\(crlstore-[a-z]*\).*/\1/p'); do
	part=${point%%-*}
	kill "$(cat "$ENV/$part/run/pid")"
	stopped "$part"
	cp "$(current)" before
	MONARCH_CRASH_AT=$point "$SCMS" up "$ENV" >out 2>&1 || true
	"$SCMS" crl now "$ENV" >out 2>&1 &
	waiting=$!
	stopped "$part"
	show # the old one or the new one, whole
	up
	wait $waiting || { cat out; fail "$point: it was not published"; }
	check "$point: new CRLs after it" "$SCMS" crl now "$ENV"
	! cmp -s "$(current)" before || fail "$point: nothing new"
	has "$point: nothing lost, nothing twice" 4 1
done
well 'all is well'

# ---- the root ----
special() {
	"$SCMS" crl special --offline offline --passphrase-file passphrase "$@" "$ENV"
}
refuse 'a component of another series' 'crl revoke' special "$ENV/public/RA.oer"
check 'the PG' special "$ENV/public/PG.oer"
has 'is on the list of the root' 256 1
refuse 'the PG again' 'revoked already' special "$ENV/public/PG.oer"
refuse 'without the offline folder' 'offline' "$SCMS" crl special --offline nowhere \
    --passphrase-file passphrase "$ENV"
has 'nothing has changed' 256 1
tries=0
until "$SCMS" status "$ENV" | grep -q 'stopped: certificate pg.monarch.test'; do
	tries=$((tries + 1))
	[ $tries -lt 300 ] || fail 'the PG goes on'
	sleep 0.1
done
echo 'ok: the PG has stopped'
check 'the audit logs are whole' "$SCMS" audit verify "$ENV"
check 'down at the end' "$SCMS" down "$ENV"

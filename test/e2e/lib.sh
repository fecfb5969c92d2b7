# lib.sh - what the end-to-end tests share.  Sourced; wants BUILD (the folder
# with scms and scms-obe) and makes WORK, a folder that goes away at the end.
set -eu

BUILD=$(cd "${BUILD:-build}" && pwd)
SCMS=$BUILD/scms
OBE=$BUILD/scms-obe
[ -x "$SCMS" ] || SCMS=$BUILD/tool/scms/scms
[ -x "$OBE" ] || OBE=$BUILD/tool/obe/scms-obe
[ -x "$SCMS" ] && [ -x "$OBE" ] || { echo "skipped: not built"; exit 77; }

WORK=$(mktemp -d)
ENV=$WORK/env
# Loopback addresses 127.0.NET.x of its own, so that tests can run at once.
NET=${NET:-$((($$ % 240) + 10))}
echo 'correct horse battery' >"$WORK/passphrase"

finish() {
	status=$?
	[ ! -d "$ENV" ] || "$SCMS" down "$ENV" >/dev/null 2>&1 || true
	if [ "$status" -ne 0 ] && [ "$status" -ne 77 ]; then
		echo "FAILED with status $status; last lines of the logs:"
		tail -n 4 "$ENV"/*/log/*.log 2>/dev/null || true
	fi
	rm -rf "$WORK"
	exit "$status"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

fail() {
	echo "FAILED: $*"
	exit 1
}

# check NAME COMMAND...: the command must succeed.
check() {
	what=$1
	shift
	"$@" >"$WORK/out" 2>&1 || { cat "$WORK/out"; fail "$what"; }
	echo "ok: $what"
}

# refuse NAME TEXT COMMAND...: the command must fail and say TEXT.
refuse() {
	what=$1 text=$2
	shift 2
	if "$@" >"$WORK/out" 2>&1; then
		cat "$WORK/out"
		fail "$what: it succeeded"
	fi
	grep -q -e "$text" "$WORK/out" || { cat "$WORK/out"; fail "$what"; }
	echo "ok: $what"
}

# call COMPONENT PORT HOST-NUMBER PATH [CURL OPTIONS]: status of the answer,
# whose body is in WORK/body and head in WORK/head.
call() {
	component=$1 port=$2 host=$3 path=$4
	shift 4
	: >"$WORK/body"
	curl -s -o "$WORK/body" -D "$WORK/head" -w '%{http_code}\n' \
	    --cacert "$ENV/public/root.tls" --connect-timeout 5 \
	    --resolve "$component.monarch.test:$port:127.0.$NET.$host" \
	    "https://$component.monarch.test:$port$path" "$@" || true
}

# answers NAME STATUS ...: as call, and the status must be this one.
answers() {
	what=$1 wanted=$2
	shift 2
	got=$(call "$@")
	[ "$got" = "$wanted" ] || fail "$what: status $got, not $wanted"
	echo "ok: $what"
}

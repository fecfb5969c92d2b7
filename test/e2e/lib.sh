# lib.sh - what the end-to-end tests share.  Sourced; wants BUILD (the build
# folder) and makes WORK, a folder that goes away at the end (KEEP=1: it stays),
# and for environments ENV, a folder, and NET, loopback addresses 127.0.NET.x.
# Exit status 77: skipped.
set -eu

E2E=$(cd "$(dirname "$0")" && pwd)
BUILD=$(cd "${MONARCH_BUILD:-${BUILD:-$E2E/../../build}}" && pwd)
SCMS=$BUILD/scms
OBE=$BUILD/scms-obe
[ -x "$SCMS" ] || SCMS=$BUILD/tool/scms/scms
[ -x "$OBE" ] || OBE=$BUILD/tool/obe/scms-obe
[ -x "$SCMS" ] && [ -x "$OBE" ] || { echo "skipped: not built"; exit 77; }

WORK=$(mktemp -d "${TMPDIR:-/tmp}/monarch-e2e.XXXXXX")
ENV=$WORK/env

leave_net() {
	rm -f "${TMPDIR:-/tmp}/monarch-e2e-net.$NET"
}

# A net that nobody listens in, in NET.  The lock (open until this script ends,
# or the next call) keeps tests that run at the same time apart.
free_net() {
	tries=0
	while [ $tries -lt 200 ]; do
		tries=$((tries + 1))
		NET=$(($(od -An -N2 -tu2 /dev/urandom) % 200 + 50))
		exec 9>"${TMPDIR:-/tmp}/monarch-e2e-net.$NET"
		flock -n 9 || continue
		grep -q " ..$(printf %02X "$NET")007F:" /proc/net/tcp ||
		    return 0
		leave_net
	done
	echo "skipped: no free loopback addresses"
	exit 77
}
[ -n "${NET:-}" ] || free_net
echo 'correct horse battery' >"$WORK/passphrase"

MONARCH_HOSTS=$ENV/hosts
MONARCH_CLOCK=$ENV/clock
PYTHONDONTWRITEBYTECODE=1
export BUILD WORK ENV NET SCMS OBE E2E
export MONARCH_HOSTS MONARCH_CLOCK PYTHONDONTWRITEBYTECODE

finish() {
	status=$?
	[ -z "${capture:-}" ] || kill -INT "$capture" 2>/dev/null || true
	for env in "$WORK"/env*/environment.conf; do
		[ ! -e "$env" ] || "$SCMS" down "${env%/*}" >/dev/null 2>&1 || true
	done
	if [ "$status" -ne 0 ] && [ "$status" -ne 77 ]; then
		echo "FAILED with status $status; last lines of the logs:"
		tail -n 4 "$WORK"/env*/*/log/*.log 2>/dev/null || true
	fi
	if [ "${KEEP:-0}" = 1 ]; then
		echo "kept: $WORK"
	else
		rm -rf "$WORK"
	fi
	leave_net
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

# well NAME: scms status finds nothing wrong, soon: a component that asked
# another one before that one was up finds itself degraded for a moment.
well() {
	tries=0
	until "$SCMS" status "$ENV" >"$WORK/out" 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || { cat "$WORK/out"; fail "$1"; }
		sleep 0.2
	done
	echo "ok: $1"
}

# refuse NAME TEXT COMMAND...: the command must fail and say TEXT.
refuse() {
	what=$1 text=$2
	shift 2
	if "$@" >"$WORK/out" 2>&1; then
		cat "$WORK/out"
		fail "$what: it succeeded"
	fi
	grep -q -E -e "$text" "$WORK/out" || { cat "$WORK/out"; fail "$what"; }
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

# environment KIND [SETTING=VALUE...]: a new one in ENV, its offline folder away.
environment() {
	kind=$1
	shift
	for setting; do
		shift
		set -- "$@" --set "$setting"
	done
	"$SCMS" init --env "$kind" --net "$NET" --passphrase-file \
	    "$WORK/passphrase" "$@" "$ENV" >"$WORK/out" 2>&1 ||
	    { cat "$WORK/out"; fail 'scms init'; }
	rm -rf "$WORK/offline"
	mv "$ENV/offline" "$WORK/offline"
}

up() {
	"$SCMS" up "$ENV" >"$WORK/out" 2>&1 || { cat "$WORK/out"; fail 'scms up'; }
}

# bootstrapped COUNT PREFIX [CSR OPTIONS]: devices in WORK/devices that have
# their bundle.
bootstrapped() {
	count=$1 prefix=$2
	shift 2
	"$OBE" csr --count "$count" --name "$prefix" --psid 0x20 --psid 0x26 \
	    --region "${REGION:-840}" --out "$WORK/$prefix.zip" "$@" "$WORK/devices" >"$WORK/out" &&
	"$SCMS" enroll "$ENV" --in "$WORK/$prefix.zip" --out \
	    "$WORK/$prefix-bundle.zip" >"$WORK/out" 2>&1 &&
	"$OBE" bootstrap --bundle "$WORK/$prefix-bundle.zip" \
	    "$WORK/devices/$prefix"* >"$WORK/out" 2>&1 ||
	    { cat "$WORK/out"; fail "$count devices $prefix"; }
}

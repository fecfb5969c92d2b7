#!/bin/sh
# run.sh - one run of ct under the tool that it was built for.
#
# usage: run.sh memcheck|memory clean|leak PROGRAM ENGINE [NAME...]
#
# clean: nothing may be reported.  leak: the one NAME must be, by the tool
# itself, which ends the program with its own exit status.
set -eu
tool=$1 expect=$2
shift 2

status=0
case $tool in
memcheck)
	valgrind --quiet --error-exitcode=99 --exit-on-first-error=yes \
	    --suppressions="$(dirname "$0")/openssl.supp" \
	    "$@" >"$1.$$.txt" 2>&1 || status=$?
	report='uninitialised'
	;;
memory)
	# Only what is marked counts: OpenSSL's own writing is not seen.
	MSAN_OPTIONS=exit_code=99:poison_in_malloc=0:poison_in_free=0 "$@" >"$1.$$.txt" 2>&1 || status=$?
	report='use-of-uninitialized-value'
	;;
esac
trap 'rm -f "$1.$$.txt"' EXIT

if [ "$expect" = clean ] || [ $status -eq 77 ]; then
	cat "$1.$$.txt"
	exit $status
fi
if [ $status -eq 99 ] && grep -q "$report" "$1.$$.txt" &&
    grep -q "$3" "$1.$$.txt"; then
	echo "$3 is reported, as it must be"
	exit 0
fi
cat "$1.$$.txt"
echo "$3 leaks, and nobody reports it (exit status $status)" >&2
exit 1

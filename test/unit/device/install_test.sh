#!/bin/sh
# Installs libmonarch somewhere, builds the example against it as a device
# maker would, shared and static, and has it judge messages.
# usage: install_test.sh BUILD EXAMPLE WORLD_FILES CC
set -eu
build=$1 example=$2 world_files=$3 cc=$4
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

meson install -C "$build" --no-rebuild --destdir "$tmp/root" --tags devel \
    --quiet
pc=$(find "$tmp/root" -name monarch.pc)
[ -n "$pc" ] || { echo "no monarch.pc"; exit 1; }
export PKG_CONFIG_PATH="${pc%/*}" PKG_CONFIG_SYSROOT_DIR="$tmp/root"
lib=${pc%/pkgconfig/*}
time=$("$world_files" "$tmp")

judge() {
	want=$1
	shift
	status=0
	"$@" >"$tmp/out" || status=$?
	cat "$tmp/out"
	[ "$status" -eq "$want" ] || { echo "exit $status: $*"; exit 1; }
}

# shellcheck disable=SC2046
"$cc" -Wall -Wextra -Werror ${EXTRA:-} "$example" \
    $(pkg-config --cflags --libs monarch) -o "$tmp/shared"
# libmonarch itself static, what it stands on as the system has it
# shellcheck disable=SC2046
"$cc" -Wall -Wextra -Werror ${EXTRA:-} "$example" \
    $(pkg-config --cflags monarch) "$lib/libmonarch.a" \
    $(PKG_CONFIG_SYSROOT_DIR='' pkg-config --libs \
	$(pkg-config --print-requires-private monarch)) \
    $(sed -n 's/^Libs.private: *//p' "$pc") -o "$tmp/static"

export LD_LIBRARY_PATH="$lib"
for program in "$tmp/shared" "$tmp/static"; do
	judge 0 "$program" "$tmp/root.oer" "$tmp/LCCF.oer" "$tmp/good.spdu" \
	    "$time"
	grep -q "^valid: 9 octets" "$tmp/out"
	judge 1 "$program" "$tmp/root.oer" "$tmp/LCCF.oer" \
	    "$tmp/forged.spdu" "$time"
	judge 1 "$program" "$tmp/foreign.oer" "$tmp/LCCF.oer" \
	    "$tmp/good.spdu" "$time"
	judge 1 "$program" "$tmp/root.oer" "$tmp/LCCF.oer" "$tmp/good.spdu" \
	    "$((time + 100))"
done

# Nothing but the installed headers' functions can be seen from outside.
nm -D --defined-only "$lib/libmonarch.so" | awk '{print $3}' |
    sed 's/@.*//' | grep -v -E '^(monarch|fault|bytes|hex|read|reader|write|writer)_' &&
    { echo "symbols that nobody should see"; exit 1; }
ldd "$tmp/shared" | grep -q libmonarch
! ldd "$tmp/static" | grep -q libmonarch

#!/bin/sh
# Every path that ARCHITECTURE.md and README.md name in backquotes exists.
set -eu
cd "$(dirname "$0")/../.."
bad=0 seen=0
for f in ARCHITECTURE.md README.md; do
	for p in $(grep -o '`[a-z][A-Za-z0-9_./-]*/[A-Za-z0-9_./-]*`' "$f" | tr -d '`' | sort -u); do
		case $p in build/*) continue ;; esac
		seen=$((seen + 1))
		[ -e "$p" ] || { echo "$f names $p, which does not exist"; bad=1; }
	done
done
[ "$seen" -ge 15 ] || { echo "only $seen paths found: has the form changed?"; bad=1; }
lines=$(wc -l < ARCHITECTURE.md)
[ "$lines" -le 110 ] || { echo "ARCHITECTURE.md has $lines lines; two pages are 110"; bad=1; }
exit $bad

#!/bin/sh
# defects.sh - the book of defects is whole, and what it shows on the libraries
# of Debian that are here still shows.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/check.sh

book=docs/defects

# Each folder says what it must, in the rows of one table.
told() {
	for row in rows library happens should 'by whose promise' shows; do
		grep -q "^| $row | ..* |$" "$1/about.md" ||
			{ echo "$1/about.md: no row '$row'"; return 1; }
	done
}

# The rows that it names are rows of the suite.
rows_exist() {
	sed -n 's/^| rows | \(.*\) |$/\1/p' "$1/about.md" | tr -d ' ' |
		tr ',' '\n' | while read -r row; do
		grep -q "^$row	" conformance/behaviours.tsv ||
			{ echo "$1: no row $row"; exit 1; }
	done
}

short() {
	for program in "$1"/program.*; do
		[ "$(wc -l <"$program")" -le 30 ] || return 1
	done
}

# The index and the folders name each other.
indexed() {
	for at in "$book"/*/; do
		grep -qF "(defects/$(basename "$at")/about.md)" docs/defects.md ||
			{ echo "docs/defects.md lacks $at"; return 1; }
	done
}

refused() {
	"$book/run.sh" "$@" >"$tmp/out" 2>"$tmp/err"
	[ $? -eq 2 ] && [ ! -s "$tmp/out" ] && [ "$(wc -l <"$tmp/err")" -eq 1 ]
}

shown() {
	"$book/run.sh" "$1" | tee "$tmp/said"
	grep -qE ': (shown|left out): ' "$tmp/said"
}

check "the index is whole" indexed
for at in "$book"/*/; do
	at=${at%/}
	check "${at##*/} tells all" told "$at"
	check "${at##*/} names rows that exist" rows_exist "$at"
	check "${at##*/} is short" short "$at"
done
check "an unknown name is refused" refused no-such-defect
check "an unknown option is refused" refused --no-such-option
for name in pth-rwlock-readers state-threads-yield-timers; do
	check "$name shows, or is left out" shown "$name"
done
finish

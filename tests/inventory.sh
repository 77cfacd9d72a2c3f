#!/bin/sh
# inventory.sh - docs/inventory.md names files that exist, and for each item
# those of its kinds: the runtime for R, a test for T, an example for E.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/check.sh

# The rows of its tables of seven columns: item|kind|runtime|cases|examples|also.
rows() {
	awk -F ' *[|] *' 'NF == 9 && $4 ~ /^[DERTO](\/[DERTO])*$/ {
		gsub(/`/, "")
		print $2 "|" $4 "|" $5 "|" $6 "|" $7 "|" $8
	}' docs/inventory.md
}

# files FOLDER NAMES: all of them exist.
files() {
	for name in $2; do
		[ -e "$1$name" ] || {
			echo "$item: no $1$name"
			bad=1
		}
	done
}

# wants LETTER FILES: an item of that kind has some.
wants() {
	case $kind in
	*"$1"*) ;;
	*) return ;;
	esac
	[ -n "$(echo "$2" | tr -d ' ')" ] || {
		echo "$item: kind $1, and nothing realises it"
		bad=1
	}
}

holds() {
	bad=0
	while IFS='|' read -r item kind runtime cases examples also; do
		files reference/src/ "$runtime"
		files conformance/cases/ "$cases"
		files examples/ "$examples"
		files "" "$also"
		wants R "$runtime $also"
		wants T "$cases $also"
		wants E "$examples $also"
	done <"$tmp/rows"
	[ "$bad" -eq 0 ]
}

rows >"$tmp/rows"
check "it has items" test "$(wc -l <"$tmp/rows")" -gt 150
check "each has its files, and they exist" holds
finish

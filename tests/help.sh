#!/bin/sh
# help.sh - make help lists what it should, and every listed target has a rule.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/check.sh

make=${MAKE:-make}
$make --no-print-directory help >"$tmp/help"

listed() {
	grep -q "^  $1  *[^ ]" "$tmp/help"
}

# Every phony target of the Makefile carries a `##` comment.
phony_listed() {
	awk '/^\.PHONY:/ { on = 1 }
	on { print; on = /\\$/ }' Makefile | grep -oE '[a-z][a-z0-9-]*' |
		while read -r target; do
			listed "$target" || { echo "$target"; exit 1; }
		done
}

for target in help setup all conformance test tsan asan valgrind lint fmt \
	install uninstall clean; do
	check "lists $target" listed "$target"
done
check "lists every phony target" phony_listed
check "is the default" sh -c "$make --no-print-directory | cmp - $tmp/help"
check "fits in 80 columns" sh -c "! grep -E '^.{81,}' $tmp/help"
finish

#!/bin/sh
# readme.sh - the README's commands work.
#
# Every line block marked `sh` is run in a copy of the checkout, in order, with
# a home of its own.  A block `c FILE` is written to that file before, and a
# block `output` must be what the block above it printed.  `make test` is not
# run from within itself, and conformance runs are cut to one area, which the
# variable ARGS of the environment does unless a command gives its own.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/check.sh

make_copy() {
	mkdir "$tmp/copy" "$tmp/home" &&
		git ls-files -z | tar --null -T - -cf - | tar -C "$tmp/copy" -xf - &&
		mkdir "$tmp/copy/build" &&
		cp -a build/setup build/release "$tmp/copy/build"
}

# Splits README.md into $tmp/blocks/NN.KIND, a file block with its name in
# $tmp/blocks/NN.c.name.
split_blocks() {
	mkdir "$tmp/blocks"
	awk -v dir="$tmp/blocks" '
	/^```/ && !inside {
		kind = substr($1, 4)
		inside = 1
		file = sprintf("%s/%02d.%s", dir, ++n, kind)
		if ($2 != "")
			print $2 > (file ".name")
		next
	}
	/^```/ { inside = 0; close(file); next }
	inside { print > file }' README.md
}

# run_block FILE: its commands, stopping at the first that fails.
run_block() {
	grep -vx 'make test' "$1" >"$tmp/commands"
	cd "$tmp/copy" || return 1
	HOME=$tmp/home ARGS="--run CH-00*" timeout 300 \
		sh -e "$tmp/commands" >"$tmp/said" 2>&1
	status=$?
	cat "$tmp/said"
	return "$status"
}

run_blocks() {
	for block in "$tmp"/blocks/*; do
		case $block in
		*.c)
			[ -e "$block.name" ] &&
				cp "$block" "$tmp/copy/$(cat "$block.name")"
			;;
		*.sh)
			check "$(head -n 1 "$block")" run_block "$block"
			;;
		*.output)
			check "and its output" diff "$block" "$tmp/said"
			;;
		esac
	done
}

# Relative links lead somewhere.
links_exist() {
	for page in README.md CONTRIBUTING.md; do
		grep -oE '\]\([^)#:]+\)' "$page" | tr -d ']()' |
			while read -r link; do
				[ -e "$link" ] || { echo "$page: $link"; exit 1; }
			done || return 1
	done
}

go=$(command -v go || echo /usr/local/go/bin/go)
if [ -x "$go" ]; then
	GOCACHE=$($go env GOCACHE)
	export GOCACHE
fi
unset PKG_CONFIG_PATH PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR
check "links lead somewhere" links_exist
check "a copy of the checkout" make_copy
split_blocks
run_blocks
finish

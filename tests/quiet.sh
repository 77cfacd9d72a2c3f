#!/bin/sh
# quiet.sh - what make says while it builds: where it has got to, and what the
# compiler has to say; with V=1 the commands too.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/check.sh

target=$tmp/b/runtimes/pthread.so

# build ARGUMENT ...: builds a small runtime anew; its words are in $tmp/said.
build() {
	rm -rf "$tmp/b"
	env -u MAKEFLAGS -u MAKELEVEL "${MAKE:-make}" B="$tmp/b" "$target" "$@" \
		>"$tmp/said" 2>&1
}

says() {
	grep -q "$1" "$tmp/said" || { cat "$tmp/said"; return 1; }
}

quiet() {
	build && [ -f "$target" ] &&
		printf 'release  %s\n' runtimes/pthread runtimes |
		cmp - "$tmp/said"
}

warned() {
	build CFLAGS=-Wpadded && says 'warning: padding' && ! says ' -c -o '
}

failed() {
	! build 'CFLAGS=-Dint=wrong' && says 'error: ' && says '\*\*\* .*Error'
}

commands() {
	build V=1 && says ' -c -o ' && ! says '^release '
}

nothing_to_do() {
	build && "${MAKE:-make}" B="$tmp/b" "$target" >"$tmp/said" 2>&1 &&
		! says '^release'
}

check "a line for each folder" quiet
check "warnings are shown" warned
check "errors are shown" failed
check "V=1 shows the commands" commands
check "what is made already is not told" nothing_to_do
finish

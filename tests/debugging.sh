#!/bin/sh
# debugging.sh - the commands of docs/debugging.md work, and print what it says.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/check.sh

GOCACHE=${GOCACHE:-$(go env GOCACHE 2>/dev/null)}
export GOCACHE
. tests/lib/page.sh

# What setup has built, under the name that users know.
find_panicparse() {
	for program in build/tools/panicparse@*; do
		[ ! -x "$program" ] ||
			ln -sf "$PWD/$program" "$prefix/bin/panicparse"
	done
}

# What is to be in ~/.gdbinit, as the page says; PREFIX stands for it.
gdbinit() {
	cp docs/sick.c "$tmp/here/docs" &&
		grep '^add-auto-load' docs/debugging.md |
		sed "s|PREFIX|$prefix|" >"$HOME/.gdbinit" &&
		echo 'set width 0' >>"$HOME/.gdbinit" &&
		[ "$(wc -l <"$HOME/.gdbinit")" -eq 3 ]
}

# Whether a gdb may attach to a process that is no child of it.
can_attach() {
	sleep 20 &
	attached=$!
	gdb -nx -batch -p $attached -ex 'info threads' >"$tmp/said" 2>&1
	kill $attached
	grep -q '^\* 1' "$tmp/said"
}

leaves_core() {
	case $(cat /proc/sys/kernel/core_pattern) in
	core) ;;
	*) return 1 ;;
	esac
	[ "$(cat /proc/sys/kernel/core_uses_pid)" = 0 ] && have gdb
}

# can WORD: whether this machine has what a block needs.
can() {
	case $1 in
	gdb) have gdb && can_attach ;;
	core) leaves_core ;;
	go) go version | grep -qE 'go(1\.(2[5-9]|[3-9][0-9])|[2-9])' ;;
	tsan) pkg-config --exists goro-tsan && setarch -R true ;;
	*) have "$1" ;;
	esac 2>/dev/null
}

check "make install" install_goro
find_panicparse
check ".gdbinit as the page has it" gdbinit
page docs/debugging.md
finish

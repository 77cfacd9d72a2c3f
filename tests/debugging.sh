#!/bin/sh
# debugging.sh - the commands of docs/debugging.md work, and print what it says.
#
# Each block marked `sh` is run, with goro installed.  A word after that names
# what the block needs.  The lines of the block `text` behind it must be in what
# it prints, in that order, whatever the spaces are.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/check.sh

prefix=$tmp/goro
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig" LD_LIBRARY_PATH="$prefix/lib"
export PATH="$prefix/bin:$PATH"
GOCACHE=${GOCACHE:-$(go env GOCACHE 2>/dev/null)}
export GOCACHE
export HOME="$tmp/home" DEBUGINFOD_URLS=

install_goro() {
	"${MAKE:-make}" --no-print-directory install PREFIX="$prefix"
}

# What is to be in ~/.gdbinit, as the page says; PREFIX stands for it.
gdbinit() {
	mkdir -p "$HOME" "$tmp/here/docs" &&
		cp docs/sick.c "$tmp/here/docs" &&
		grep '^add-auto-load' docs/debugging.md |
		sed "s|PREFIX|$prefix|" >"$HOME/.gdbinit" &&
		echo 'set width 0' >>"$HOME/.gdbinit" &&
		[ "$(wc -l <"$HOME/.gdbinit")" -eq 3 ]
}

# Splits the page into $tmp/blocks/NN.KIND, its need in NN.KIND.needs.
split_blocks() {
	mkdir "$tmp/blocks"
	awk -v dir="$tmp/blocks" '
	/^```[a-z]/ {
		file = sprintf("%s/%02d.%s", dir, ++n, substr($1, 4))
		if ($2 != "")
			print $2 > (file ".needs")
		inside = 1
		next
	}
	/^```/ { inside = 0; next }
	inside { print > file }' docs/debugging.md
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

# run FILE: its commands; the last one decides.
run() {
	cd "$tmp/here" || exit 1
	# shellcheck disable=SC3045 # every sh here has it
	(ulimit -S -c 0; timeout 120 sh -e "$1") >"$tmp/output" 2>&1 </dev/null
	status=$?
	cat "$tmp/output"
	[ "$status" -eq 0 ]
}

# prints FILE: its lines are in the output, one after the other.
prints() {
	tr -s ' \t' ' ' <"$tmp/output" | awk -v lines="$1" '
	BEGIN { more = (getline line < lines) > 0 }
	{ while (more && (i = index($0, line))) {
		$0 = substr($0, i + length(line))
		more = (getline line < lines) > 0
	} }
	END { if (more) print "it does not print: " line; exit more }' || {
		cat "$tmp/output"
		exit 1
	}
}

check "make install" install_goro
check ".gdbinit as the page has it" gdbinit
check "it has commands" split_blocks
ran=yes
for block in "$tmp"/blocks/*; do
	case $block in
	*.needs) ;;
	*.sh)
		ran=yes
		what=$(tail -n 1 "$block")
		if [ -e "$block.needs" ] && ! can "$(cat "$block.needs")"; then
			skip "$what" "no $(cat "$block.needs") here"
			ran=
			continue
		fi
		check "$what" run "$block"
		;;
	*.text) [ -z "$ran" ] || check "and its output" prints "$block" ;;
	esac
done
finish

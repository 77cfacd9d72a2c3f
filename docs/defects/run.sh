#!/bin/sh
# run.sh - shows the defects of this folder, on the libraries that are there.
#
#	docs/defects/run.sh [NAME ...]
#
# Builds each program against the library that its name begins with, runs it
# with a time limit, and looks for what about.md says it shows.  Prints a line
# for each: shown, gone (it does something else now) or left out.  A folder with
# a script `run` of its own has that in place of a program in C.  LIBDILL,
# LIBMILL and NECO are the prefixes of libraries that pkg-config has not.
# Status 1 if one is gone.
set -eu

usage="usage: docs/defects/run.sh [NAME ...]"
limit=20 # seconds

die() {
	echo "run.sh: $*" >&2
	exit 2
}

case ${1:-} in
--help)
	echo "$usage"
	echo "Shows the defects of this folder, on the libraries that are there."
	exit 0
	;;
-*) die "$usage" ;;
esac
cd "$(dirname "$0")"
[ $# -gt 0 ] || set -- */
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Sets flags to what builds with the library in the prefix $2; else asks
# pkg-config for $1.  Fails if it is nowhere.
find_library() {
	if [ -n "$2" ]; then
		flags="-I$2/include -L$2/lib -Wl,-rpath,$2/lib -l${1#lib}"
	else
		flags=$(pkg-config --cflags --libs "$1" 2>/dev/null)
	fi
}

# Sets flags and where for the library of a program; fails if it is not there.
library_of() {
	flags=
	case $1 in
	libdill-*)
		where="https://libdill.org, LIBDILL=/prefix"
		find_library libdill "${LIBDILL:-}"
		;;
	libmill-*)
		where="https://libmill.org, LIBMILL=/prefix"
		find_library libmill "${LIBMILL:-}"
		;;
	neco-*)
		where="https://github.com/tidwall/neco, NECO=/prefix"
		find_library neco "${NECO:-}" && flags="$flags -lpthread -ldl"
		;;
	pth-*)
		where="Debian package libpth-dev"
		flags=-lpth
		;;
	state-threads-*)
		where="Debian package libst-dev"
		flags=-lst
		;;
	*) die "$1: its library is not known, and it has no script 'run'" ;;
	esac
}

# Builds and runs a program: what it prints, and its status, go to $tmp/said.
# Fails if it cannot be built.
run_program() {
	library_of "$1" || return 1
	# shellcheck disable=SC2086 # flags are words
	${CC:-cc} -O1 -o "$tmp/program" "$1/program.c" $flags 2>"$tmp/errors" ||
		return 1
	{
		status=0
		timeout "$limit" "$tmp/program" || status=$?
		echo "status $status"
	} >"$tmp/said" 2>&1
}

# The same for a folder with a script: that prints why, with status 77, if what
# it needs is not there.
run_script() {
	status=0
	timeout 300 "$1/run" "$tmp" >"$tmp/said" 2>&1 || status=$?
	where=$(tail -n 1 "$tmp/said")
	echo "status $status" >>"$tmp/said"
	[ "$status" -ne 77 ]
}

judge() {
	run=run_program
	[ ! -x "$1/run" ] || run=run_script
	shows=$(sed -n "s/^| shows | .\(.*\). |\$/\1/p" "$1/about.md")
	[ -n "$shows" ] || die "$1/about.md does not say what it shows"
	if ! "$run" "$1"; then
		echo "$1: left out: $where"
	elif grep -qF "$shows" "$tmp/said"; then
		echo "$1: shown: $shows"
	else
		echo "$1: gone, it says:"
		sed 's/^/	/' "$tmp/said"
		gone=1
	fi
}

gone=0
for name; do
	name=${name%/}
	[ -f "$name/about.md" ] || die "there is no defect '$name'"
	judge "$name"
done
exit "$gone"

#!/bin/sh
# exploring.sh - the commands of docs/exploring.md work, and print what it says.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/check.sh
. tests/lib/page.sh

# can WORD: whether this machine has what a block needs.
can() {
	case $1 in
	gdb) have gdb && gdb -nx -batch -ex run true ;;
	*) have "$1" ;;
	esac >/dev/null 2>&1
}

check "make install" install_goro TSAN=no
cp docs/weekly.c "$tmp/here/docs"
page docs/exploring.md
finish

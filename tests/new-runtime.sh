#!/bin/sh
# new-runtime.sh - a fresh adapter from the template compiles without a
# warning, runs on the suite, fails nothing and says what it lacks; a bad name
# gives one line.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/check.sh

runner=${ASSAY_BUILD:-build/release}/conformance
copy=$tmp/tree

# one_line COMMAND ...: refuses, with one line on stderr and nothing else.
one_line() {
	"$@" >"$tmp/out" 2>"$tmp/err"
	[ $? -eq 2 ] && [ ! -s "$tmp/out" ] && [ "$(wc -l <"$tmp/err")" -eq 1 ]
}

compiles() {
	"$1" -std=gnu11 -fPIC -shared -fvisibility=hidden -pthread \
		-Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
		-Wmissing-prototypes -Werror -Iabi \
		-o "$tmp/fresh.so" "$copy/runtimes/fresh/adapter.c"
}

runs() {
	"$runner" --runtime "$tmp/fresh.so" --run GO --run CH >"$tmp/run" 2>&1 &&
		grep 'needs chan->make' "$tmp/run" &&
		grep '^conformance: [1-9][0-9]* passed, 0 failed,' "$tmp/run" &&
		return
	cat "$tmp/run"
	return 1
}

mkdir -p "$copy/runtimes" "$copy/scripts" "$copy/abi"
cp -r abi/template "$copy/abi/"
cp scripts/new-runtime "$copy/scripts/"

check "a new runtime" "$copy/scripts/new-runtime" fresh
check "no mark of the template is left" \
	sh -c "! grep -r '@NAME@' '$copy/runtimes/fresh'"
for compiler in gcc clang; do
	if have $compiler; then
		check "the adapter compiles with $compiler" compiles $compiler
	else
		skip "the adapter with $compiler" "not installed"
	fi
done
check "the adapter is judged by its first functions and says what it lacks" runs
check "a name that exists" one_line "$copy/scripts/new-runtime" fresh
check "a name with a slash" one_line "$copy/scripts/new-runtime" ../x
check "a name with capitals" one_line "$copy/scripts/new-runtime" Fresh
check "no name" one_line "$copy/scripts/new-runtime"
finish

#!/bin/sh
# run.sh - builds the harnesses and runs each: on its corpus, then for SECONDS
# on what libFuzzer makes of it.
#
#	run.sh MAKE SECONDS NAME ...
#
# What is new to the harness goes to build/fuzz/corpus/NAME, bytes that break
# it to build/fuzz/NAME-crash-...; give them to build/fuzz/fuzz/NAME to see it
# again.  The last line is "test-fuzz: N passed, N failed, N skipped".
# shellcheck disable=SC1091,SC2034,SC2154
set -u

make=$1
seconds=$2
shift 2
here=$(dirname "$0")
out=build/fuzz
. "$here/../lib/check.sh"
group=test-fuzz

fuzzer_here() {
	echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
		clang -fsanitize=fuzzer,address -x c - -o "$tmp/try" 2>"$tmp/err"
}

# corpus NAME: every input of the tree, once.
corpus() {
	"$out/fuzz/$1" -runs=0 "$here/corpus/$1"
}

look() {
	mkdir -p "$out/corpus/$1"
	"$out/fuzz/$1" -max_total_time="$seconds" -max_len=4096 -timeout=10 \
		-artifact_prefix="$out/$1-" -print_final_stats=1 \
		"$out/corpus/$1" "$here/corpus/$1"
}

if ! fuzzer_here; then
	skip "all" "no libFuzzer here: Debian packages clang, libclang-rt-14-dev"
	finish
fi
check "build" "$make" CONFIG=fuzz WERROR=-Werror fuzz-programs
[ "$failed" -eq 0 ] || finish
for name; do
	check "$name: the corpus" corpus "$name"
	check "$name: $seconds s more" look "$name"
done
finish

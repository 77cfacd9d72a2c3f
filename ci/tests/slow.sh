#!/bin/sh
# slow.sh - the gate on goro: the same build must pass, every time, and a
# yield that does more must fail, by the clock and by its instructions.
#
#	slow.sh BUILD [TIMES]
#
# TIMES is how often the same build is compared with itself: 20.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/check.sh
group=gate-slow

build=$1
times=${2:-20}
tree=build/gate/planted
goro=build/release/runtimes/goro.so

# The commit as it is, then with more work in goro_yield.
build_both() {
	git worktree prune
	[ -e "$tree/.git" ] ||
		git worktree add --quiet --force --detach "$tree" HEAD || return 1
	git -C "$tree" checkout --quiet --force --detach "$(git rev-parse HEAD)" &&
		make_goro && cp "$tree/$goro" "$tmp/base.so" &&
		plant && make_goro && cp "$tree/$goro" "$tmp/head.so"
}

make_goro() {
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS ASSAY_SETUP=check \
		make -C "$tree" "$goro" >"$tmp/make.log" 2>&1 || {
		tail "$tmp/make.log"
		return 1
	}
}

plant() {
	file=$(grep -lE '^void goro_yield\(void\)' "$tree"/reference/src/*/*.c) &&
		sed -i '/^void goro_yield(void)/{n;s/{/{\n\tfor (volatile int i = 0; i < 10; i++)\n\t\t;/}' "$file" &&
		grep -q 'volatile int i' "$file"
}

# gate WANTED BASE HEAD ARGS ...: its status.
gate() {
	wanted=$1 base=$2 head=$3
	shift 3
	ci/gate --base "$build/assay-bench:$base" \
		--head "$build/assay-bench:$head" --min-time 0.02 \
		--no-conformance "$@" >"$tmp/out" 2>&1
	got=$?
	[ "$got" -eq "$wanted" ] || {
		echo "status $got, not $wanted"
		cat "$tmp/out"
		return 1
	}
}

same() {
	gate 0 "$tmp/base.so" "$tmp/base.so" --no-counts \
		--filter '^(core/yield|chan/pingpong|sync/mutex)$'
}

planted_by_the_clock() {
	gate 1 "$tmp/base.so" "$tmp/head.so" --no-counts \
		--filter '^(core/yield|sync/mutex)$' --rounds 24 &&
		grep -q '^REGRESSION core/yield procs 1: +' "$tmp/out" &&
		! grep -q '^REGRESSION sync/mutex' "$tmp/out"
}

planted_by_instructions() {
	gate 1 "$tmp/base.so" "$tmp/head.so" --no-timings --counts \
		--filter '^(core/yield|sync/mutex)$' &&
		grep -q '^REGRESSION core/yield: instructions: ' "$tmp/out" &&
		! grep -q '^REGRESSION sync/mutex' "$tmp/out"
}

# Two counts of the same build, of every workload that is counted.
counts_are_steady() {
	gate 0 "$tmp/base.so" "$tmp/base.so" --no-timings --counts \
		--bound 0.005
}

check "a commit, and one with a slower yield" build_both
if [ -f "$tmp/head.so" ]; then
	check "slower by the clock" planted_by_the_clock
	if command -v valgrind >/dev/null; then
		check "more instructions" planted_by_instructions
		check "the same counts, within 0.5 %" counts_are_steady
	else
		skip "instructions" "no valgrind: Debian package valgrind"
	fi
	i=0
	while [ $i -lt "$times" ]; do
		i=$((i + 1))
		check "the same build passes, $i of $times" same
	done
fi
check "rates of 1000 sessions" env GATE_SESSIONS=1000 ci/tests/run.sh \
	test_rates
finish

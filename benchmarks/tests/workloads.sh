#!/bin/sh
# workloads.sh - assay-bench: each workload answers, and its JSON keeps the
# contract; what goes wrong is told.  Nothing is measured.
#
#	workloads.sh BUILD WORKLOADS.TSV
set -u
cd "$(dirname "$0")/../.." || exit 1
. benchmarks/tests/lib.sh
group=bench

build=$1
table=$2
program=$build/assay-bench
of=
fake=$build/bench/fake.so
FAKE_GORO=$build/runtimes/goro.so
export FAKE_GORO

names=$(sed '/^#/d' "$table" | cut -f 1)

list_is_the_table() {
	status 0 "$program" --list && [ "$(cat "$tmp/out")" = "$names" ]
}

# measures NAME: alone in its process.
measures() {
	status 0 "$program" --tiny --procs 2 --filter "^$1\$" \
		--json "$tmp/json" && contract "$1"
}

exact_iterations() {
	status 0 "$program" --filter '^(core/yield|chan/pingpong)$' \
		--iterations 123 --json "$tmp/json" && contract &&
		[ "$(grep -c '"iterations": 123,' "$tmp/json")" -eq 2 ]
}

# faked WHAT STATUS FILTER: the fake runtime; its JSON keeps the contract.
faked() {
	status "$2" env FAKE="$1" "$program" --tiny --runtime "$fake" \
		--filter "$3" --json "$tmp/json" && contract
}

wrong_answers() {
	faked wrong 1 '^chan/(ping|same|buffered|mpmc)' &&
		grep -q '"error_message": "[a-z ]* is [0-9-]*, not [0-9]*"' \
			"$tmp/json"
}

wrong_tally() {
	faked tally 1 '^core/spawn_join$' &&
		grep -q 'number of goroutines the runtime made' "$tmp/json"
}

nothing_but_core() {
	faked bare 0 '^(core|chan|select|time|sync|mem|fair|net)/' &&
		grep -q '"reason": "no chan->make"' "$tmp/json" &&
		! grep -q '"real_time"' "$tmp/json"
}

older_groups() {
	faked older 0 '^(select|chan)/' &&
		grep -q '"reason": "no chan->select"' "$tmp/json" &&
		grep -q '"reason": "no sync->wg_add"' "$tmp/json" &&
		grep -q '"name": "select/default/cases:1"' "$tmp/json"
}

few_goroutines() {
	status 0 env FAKE=few "$program" --runtime "$fake" --min-time 0.001 \
		--filter '^core/switch_set/n:1(0|000)$' --json "$tmp/json" &&
		contract core/switch_set/n:10 &&
		grep -q '"reason": "at most 50 goroutines"' "$tmp/json"
}

# says_ps WHAT WANTED: what the JSON of the fake runtime says of its Ps.
says_ps() {
	faked "$1" 0 '^core/yield$' &&
		grep -q "\"several_ps\": \"$2\"" "$tmp/json"
}

another_abi() {
	FAKE=abi
	export FAKE
	refuses 2 --runtime "$fake"
}

check "histogram" "$build/bench/hist-test"
check "the list is the table" list_is_the_table
for name in $names; do
	check "$name" measures "$name"
done
keeps_the_rules '^base/epoll_serve'
check "exact iterations" exact_iterations
check "wrong answers" wrong_answers
check "a wrong number of goroutines" wrong_tally
check "a runtime with core only" nothing_but_core
check "an older runtime" older_groups
check "a runtime with little room" few_goroutines
check "several Ps" says_ps '' 1
check "one P" says_ps one_p 0
check "one P, from an older table" says_ps n1 0
check "another ABI" another_abi
check "unknown runtime" refuses 2 --runtime nothing
check "an object that is none" refuses 2 --runtime ./Makefile
check "bad iterations" refuses 2 --iterations 0
check "echo-load: usage" status 2 "$build/echo-load" 1 2 3
check "echo-load: nobody listens" status 1 "$build/echo-load" 1 1 1 1
finish

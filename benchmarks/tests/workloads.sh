#!/bin/sh
# workloads.sh - assay-bench: each workload answers, and its JSON keeps the
# contract; what goes wrong is told.  Nothing is measured.
#
#	workloads.sh BUILD WORKLOADS.TSV
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/check.sh
group=bench

build=$1
table=$2
bench=$build/assay-bench
fake=$build/bench/fake.so
python=$(command -v /usr/bin/python3 || command -v python3 || true)
FAKE_GORO=$build/runtimes/goro.so
export FAKE_GORO

names=$(sed '/^#/d' "$table" | cut -f 1)

# status WANTED COMMAND ...: ends with it; its output in $tmp/out, $tmp/err.
status() {
	wanted=$1
	shift
	timeout 120 "$@" >"$tmp/out" 2>"$tmp/err"
	got=$?
	[ "$got" -eq "$wanted" ] || {
		echo "status $got, not $wanted"
		cat "$tmp/out" "$tmp/err"
		return 1
	}
}

# refuses WANTED ARGS: with that status, one line on stderr, and no other.
refuses() {
	wanted=$1
	shift
	status "$wanted" "$bench" "$@" && [ "$(wc -l <"$tmp/err")" -eq 1 ] &&
		[ ! -s "$tmp/out" ]
}

# contract NAME ...: what is in $tmp/json; without python only that it is.
contract() {
	if [ -n "$python" ]; then
		"$python" benchmarks/tests/contract.py "$table" "$tmp/json" "$@"
	else
		grep -q '"skipped": \[' "$tmp/json"
	fi
}

list_is_the_table() {
	status 0 "$bench" --list && [ "$(cat "$tmp/out")" = "$names" ]
}

# measures PROCS NAME: alone in its process.
measures() {
	status 0 "$bench" --tiny --procs "$1" --filter "^$2\$" \
		--json "$tmp/json" && contract "$2"
}

# lacks NAME: whether it needs a group that this runtime has not, here net.
lacks() {
	"$bench" --tiny --filter "^net/" --json "$tmp/json" >/dev/null
	grep -qF "\"name\": \"$1\", \"reason\": \"no net->" "$tmp/json"
}

all_in_one() {
	status 0 "$bench" --tiny --procs 2 --json "$tmp/json" \
		--details "$tmp/details" && contract
}

details_are_there() {
	d=$tmp/details
	awk -F '\t' '$1 <= last || $2 < 1 { exit 1 } { last = $1; n += $2 }
		END { exit n != 400 }' \
		"$d/latency_open_rate_20000.hist.tsv" &&
		awk -F '\t' '$3 <= $2 { exit 1 } END { exit NR != 50 }' \
			"$d/sched_balance_tasks_10000_us_50.tsv"
}

json_on_stdout() {
	status 0 "$bench" --tiny --filter '^base/call$' --json - &&
		cp "$tmp/out" "$tmp/json" && contract base/call
}

exact_iterations() {
	status 0 "$bench" --filter '^(core/yield|chan/pingpong)$' \
		--iterations 123 --json "$tmp/json" && contract &&
		[ "$(grep -c '"iterations": 123,' "$tmp/json")" -eq 2 ]
}

# faked WHAT STATUS FILTER: the fake runtime; its JSON keeps the contract.
faked() {
	status "$2" env FAKE="$1" "$bench" --tiny --runtime "$fake" \
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
	status 0 env FAKE=few "$bench" --runtime "$fake" --min-time 0.001 \
		--filter '^core/switch_set/n:1(0|000)$' --json "$tmp/json" &&
		contract core/switch_set/n:10 &&
		grep -q '"reason": "at most 50 goroutines"' "$tmp/json"
}

fresh_alone_only() {
	status 0 "$bench" --min-time 0.001 --filter '^core/spawn_(cold|join)' \
		--json "$tmp/json" &&
		grep -q '"reason": "needs a process of its own"' "$tmp/json"
}

no_load_generator() {
	status 0 env ASSAY_ECHO_LOAD="$tmp/none" "$bench" --tiny \
		--filter '^base/epoll_serve' --json "$tmp/json" && contract &&
		grep -q '"reason": "cannot start ' "$tmp/json"
}

load_that_fails() {
	status 1 env ASSAY_ECHO_LOAD=/bin/false "$bench" --tiny \
		--filter '^base/epoll_serve' --json "$tmp/json" && contract
}

another_abi() {
	FAKE=abi
	export FAKE
	refuses 2 --runtime "$fake"
}

mkdir "$tmp/details"
check "histogram" "$build/bench/hist-test"
check "the list is the table" list_is_the_table
for name in $names; do
	if lacks "$name"; then
		skip "$name" "goro has no network"
	else
		check "$name" measures 2 "$name"
	fi
done
check "all in one process" all_in_one
check "details" details_are_there
check "JSON on stdout" json_on_stdout
check "exact iterations" exact_iterations
check "wrong answers" wrong_answers
check "a wrong number of goroutines" wrong_tally
check "a runtime with core only" nothing_but_core
check "an older runtime" older_groups
check "a runtime with little room" few_goroutines
check "fresh workloads run alone" fresh_alone_only
check "no load generator" no_load_generator
check "a load generator that fails" load_that_fails
check "another ABI" another_abi
check "unknown runtime" refuses 2 --runtime nothing
check "an object that is none" refuses 2 --runtime ./Makefile
check "no workload matches" refuses 3 --filter 'nothing$'
check "none to list" refuses 3 --filter 'nothing$' --list
check "a bad expression" refuses 2 --filter '('
check "bad procs" refuses 2 --procs 0
check "bad procs" refuses 2 --procs 2x
check "bad time" refuses 2 --min-time nan
check "bad iterations" refuses 2 --iterations 0
check "no directory" refuses 2 --details "$tmp/none"
check "no file" refuses 2 --filter '^base/call$' --json "$tmp/none/x"
check "an unknown option" refuses 2 --unknown
check "an argument too many" refuses 2 word
check "help" status 0 "$bench" --help
check "echo-load: usage" status 2 "$build/echo-load" 1 2 3
check "echo-load: nobody listens" status 1 "$build/echo-load" 1 1 1 1
finish

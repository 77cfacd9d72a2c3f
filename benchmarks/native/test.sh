#!/bin/sh
# test.sh - native bench programs: each workload answers, the JSON keeps the
# contract, what goes wrong is told.  Nothing is measured.
#
#	test.sh WORKLOADS.TSV ECHO-LOAD PROGRAM ...
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/check.sh
group=bench-native

table=$1
ASSAY_ECHO_LOAD=$2
export ASSAY_ECHO_LOAD
shift 2
python=$(command -v /usr/bin/python3 || command -v python3 || true)
sed '/^#/d; /^base\//d' "$table" | cut -f 1 >"$tmp/names"

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
	status "$wanted" "$program" "$@" &&
		[ "$(wc -l <"$tmp/err")" -eq 1 ] && [ ! -s "$tmp/out" ]
}

# contract NAME ...: what is in $tmp/json; without python only that it is.
contract() {
	if [ -n "$python" ]; then
		"$python" benchmarks/tests/contract.py "$table" "$tmp/json" "$@"
	else
		grep -q '"benchmarks": \[' "$tmp/json"
	fi
}

# The names are those of the table, in its order; of Go all of them.
names_of_the_table() {
	status 0 "$program" --list || return 1
	grep -xFf "$tmp/out" "$tmp/names" | cmp - "$tmp/out" || return 1
	[ "$name" != go ] || cmp "$tmp/out" "$tmp/names"
}

# measures NAME: alone in its process, unless the runtime cannot.
measures() {
	status 0 "$program" --tiny --procs 2 --filter "^$1\$" \
		--json "$tmp/json" || return 1
	case $1 in
	fair/*/slice_us:0) ! grep -q '"it does not preempt"' "$tmp/json" ||
		set -- ;;
	esac
	contract "$@"
}

# Two that are short, for real: the time is kept, the table is there.
long_enough() {
	status 0 "$program" --min-time 0.05 --procs 2 \
		--filter '^(core/yield|chan/pingpong)$' --json "$tmp/json" &&
		contract core/yield chan/pingpong &&
		[ "$(grep -c ' ns ' "$tmp/out")" -eq 2 ] || return 1
	[ -z "$python" ] || "$python" - "$tmp/json" <<-'PYTHON'
		import json, sys
		for e in json.load(open(sys.argv[1]))["benchmarks"]:
		    assert e["iterations"] * e["real_time"] >= 0.05e9, e
		    assert e["messages"] == (0 if "yield" in e["name"] else 2), e
		    assert abs(e["items_per_second"] * e["real_time"] - 1e9) < 1e6
	PYTHON
}

all_in_one() {
	mkdir -p "$tmp/details.$name"
	status 0 "$program" --tiny --procs 2 --json "$tmp/json" \
		--details "$tmp/details.$name" && contract
}

details_are_there() {
	d=$tmp/details.$name
	awk -F '\t' '$1 <= last || $2 < 1 { exit 1 } { last = $1; n += $2 }
		END { exit n != 400 }' \
		"$d/latency_open_rate_20000.hist.tsv" &&
		awk -F '\t' '$3 <= $2 { exit 1 } END { exit NR != 50 }' \
			"$d/sched_balance_tasks_10000_us_50.tsv"
}

json_on_stdout() {
	status 0 "$program" --tiny --filter '^core/yield$' --json - &&
		cp "$tmp/out" "$tmp/json" && contract core/yield
}

fresh_alone_only() {
	status 0 "$program" --min-time 0.001 --filter '^core/spawn_(cold|join)' \
		--json "$tmp/json" && contract core/spawn_join &&
		grep -q '"needs a process of its own"' "$tmp/json"
}

no_load_generator() {
	status 0 env ASSAY_ECHO_LOAD="$tmp/none" "$program" --tiny \
		--filter '^net/serve' --json "$tmp/json" && contract &&
		grep -q '"cannot start ' "$tmp/json"
}

load_that_fails() {
	status 1 env ASSAY_ECHO_LOAD=/bin/false "$program" --tiny \
		--filter '^net/serve' --json "$tmp/json" && contract &&
		grep -q '"error_occurred": true' "$tmp/json"
}

for program; do
	name=$(basename "$program")
	check "$name: the names of the table" names_of_the_table
	for workload in $("$program" --list); do
		check "$name: $workload" measures "$workload"
	done
	check "$name: all in one process" all_in_one
	check "$name: details" details_are_there
	check "$name: time and counts" long_enough
	check "$name: JSON on stdout" json_on_stdout
	check "$name: fresh workloads run alone" fresh_alone_only
	check "$name: no load generator" no_load_generator
	check "$name: a load generator that fails" load_that_fails
	check "$name: no workload matches" refuses 3 --filter 'nothing$'
	check "$name: none to list" refuses 3 --filter 'nothing$' --list
	check "$name: a bad expression" refuses 2 --filter '('
	check "$name: no procs" refuses 2 --procs 0
	check "$name: bad procs" refuses 2 --procs 2x
	check "$name: bad time" refuses 2 --min-time nan
	check "$name: no directory" refuses 2 --details "$tmp/none"
	check "$name: no file" refuses 2 --filter '^core/yield$' \
		--json "$tmp/none/x"
	check "$name: an unknown option" refuses 2 --unknown
	check "$name: an argument too many" refuses 2 word
	check "$name: help" status 0 "$program" --help
done
finish

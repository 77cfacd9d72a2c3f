# lib.sh - what the tests of bench programs share; sourced, not run.
#
#	keeps_the_rules LOAD	the checks that each of them must pass
#
# Who sources it sets $program, the one under test, $table, the workloads,
# and $of, what stands before the names of checks.
# shellcheck shell=sh
. tests/lib/check.sh

python=$(command -v /usr/bin/python3 || command -v python3 || true)

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
	status "$wanted" "$program" "$@" && [ "$(wc -l <"$tmp/err")" -eq 1 ] &&
		[ ! -s "$tmp/out" ]
}

# contract NAME ...: what is in $tmp/json; without python only that it is.
contract() {
	if [ -n "$python" ]; then
		"$python" benchmarks/tests/contract.py "$table" "$tmp/json" "$@"
	else
		grep -q '"benchmarks": \[' "$tmp/json"
	fi
}

all_in_one() {
	rm -rf "$tmp/details"
	mkdir "$tmp/details"
	status 0 "$program" --tiny --procs 2 --json "$tmp/json" \
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
	status 0 "$program" --tiny --filter '^core/yield$' --json - &&
		cp "$tmp/out" "$tmp/json" && contract core/yield
}

fresh_alone_only() {
	status 0 "$program" --min-time 0.001 --filter '^core/spawn_(cold|join)' \
		--json "$tmp/json" && contract core/spawn_join &&
		grep -q '"needs a process of its own"' "$tmp/json"
}

# with_load STATUS LOAD FILTER: LOAD instead of the load generator.
with_load() {
	status "$1" env ASSAY_ECHO_LOAD="$2" "$program" --tiny --filter "$3" \
		--json "$tmp/json" && contract
}

no_load_generator() {
	with_load 0 "$tmp/none" "$1" && grep -q '"cannot start ' "$tmp/json"
}

load_that_fails() {
	with_load 1 /bin/false "$1" &&
		grep -q '"error_occurred": true' "$tmp/json"
}

# keeps_the_rules LOAD: LOAD matches a workload that has a load generator.
keeps_the_rules() {
	check "${of}all in one process" all_in_one
	check "${of}details" details_are_there
	check "${of}JSON on stdout" json_on_stdout
	check "${of}fresh workloads run alone" fresh_alone_only
	check "${of}no load generator" no_load_generator "$1"
	check "${of}a load generator that fails" load_that_fails "$1"
	check "${of}no workload matches" refuses 3 --filter 'nothing$'
	check "${of}none to list" refuses 3 --filter 'nothing$' --list
	check "${of}a bad expression" refuses 2 --filter '('
	check "${of}no procs" refuses 2 --procs 0
	check "${of}bad procs" refuses 2 --procs 2x
	check "${of}bad time" refuses 2 --min-time nan
	check "${of}no directory" refuses 2 --details "$tmp/none"
	check "${of}no file" refuses 2 --filter '^core/yield$' \
		--json "$tmp/none/x"
	check "${of}an unknown option" refuses 2 --unknown
	check "${of}an argument too many" refuses 2 word
	check "${of}help" status 0 "$program" --help
}

#!/bin/sh
# test.sh - native bench programs: each workload answers, the JSON keeps the
# contract, what goes wrong is told.  Nothing is measured.
#
#	test.sh WORKLOADS.TSV ECHO-LOAD PROGRAM ...
set -u
cd "$(dirname "$0")/../.." || exit 1
. benchmarks/tests/lib.sh
group=bench-native

table=$1
ASSAY_ECHO_LOAD=$2
export ASSAY_ECHO_LOAD
shift 2
sed '/^#/d; /^base\//d' "$table" | cut -f 1 >"$tmp/names"

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

for program; do
	name=$(basename "$program")
	of="$name: "
	check "${of}the names of the table" names_of_the_table
	for workload in $("$program" --list); do
		check "${of}$workload" measures "$workload"
	done
	check "${of}time and counts" long_enough
	keeps_the_rules '^net/serve'
done
finish

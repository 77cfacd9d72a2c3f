#!/bin/sh
# run.sh - plants faults one by one and sees whether the suite finds them.
#
#	run.sh all [WORD ...]     every fault whose name or row holds a WORD
#	run.sh few NAME ...       these, by name
#	run.sh tsan [WORD ...]    edges taken out, in a build for ThreadSanitizer
#
# Called by make, which sets B, and for patch.sh MAKE, CONFIG, CC and CFLAGS.
#
# With a fault in place the row that it names must fail, and a control, rows
# that have nothing to do with it, must not: then the fault is killed.  With
# no fault the same rows must pass.  The last line is "mutants: N passed, N
# failed"; a mutant that survived has failed.
set -u

dir=conformance/mutants
out=$B/mutants
controls="CH-015 MU-003 TM-002"
races="GO-001 MM-018"

# ---- one mutant: run.sh one KIND NAME ROW -----------------------------------

# row[@procs]: judges the runtime $1; the report goes to standard output.
judge() {
	procs=2
	row=$2
	case $row in
	*@*) procs=${row#*@} row=${row%@*} ;;
	esac
	shift 2
	for control; do
		set -- "$@" --run "$control"
		shift
	done
	"$B/conformance" --runtime "$runtime" --run "$row" "$@" --tap \
		--procs "$procs" --jobs 1 2>&1
}

# Whether the report has a line WORD for the row.
says() {
	grep -q "^$1 [0-9]* - $2[ /]" "$log"
}

# The first reason that the report gives.
reason() {
	sed -n 's/^  message: *//p' "$log" | head -n 1 | cut -c 1-100
}

verdict() {
	printf '%s\t%s\t%s\t%s\n' "$1" "$name" "$row" "$2" >"$out/$name.verdict"
	exit 0
}

one() {
	kind=$1 name=$2 row=$3 log=$out/$2.log
	runtime=$out/wrap.so
	case $kind in
	wrap) export MUTANT="$name" MUTANT_OF="$B/runtimes/goro.so" ;;
	*)
		runtime=$out/$name.so
		"$dir/patch.sh" "$dir/$kind/$name.patch" "$runtime" \
			>"$log" 2>&1 || verdict broken "cannot be built: $log"
		;;
	esac
	# A short report: a goroutine that is preempted while the detector
	# writes one keeps a lock that starting a thread needs.
	[ "$kind" != tsan ] || {
		controls=$races
		export TSAN_OPTIONS=detect_deadlocks=0:symbolize=0
	}
	# Some faults show by chance: each has three.
	for _ in 1 2 3; do
		# shellcheck disable=SC2086
		judge "$runtime" "$row" $controls >"$log"
		! says 'not ok' "${row%@*}" || break
	done
	row=${row%@*}
	says 'not ok' "$row" || verdict survived "$(tail -n 1 "$log")"
	[ "$kind" != tsan ] || grep -q 'ThreadSanitizer: data race' "$log" ||
		verdict survived "it failed, but not by a data race"
	for control in $controls; do
		case $control in
		"$row") ;;
		*) ! says ok "$control" || verdict killed "$(reason)" ;;
		esac
	done
	verdict broken "the control fails too: $log"
}

# ---- all of them ------------------------------------------------------------

header() {
	sed -n "s/^$2: //p" "$1" | head -n 1
}

# kind, name, row, text of every fault, with tabs between.
patches() {
	for file in "$dir/$1"/*.patch; do
		printf '%s\t%s\t%s\t%s\n' "$1" "$(basename "$file" .patch)" \
			"$(header "$file" row)" "$(header "$file" fault)"
	done
}

list() {
	if [ "$1" = tsan ]; then
		patches tsan
		return
	fi
	"$out/list" | sed 's/^/wrap	/'
	patches goro
}

# The lines whose name or row holds one of the words; for few, is one.
chosen() {
	mode=$1
	shift
	awk -F '\t' -v mode="$mode" -v words="$*" '
		BEGIN { n = split(words, w, " ") }
		{ take = n == 0 }
		{ for (i = 1; i <= n; i++)
			if (mode == "few" ? $2 == w[i] : index($2 " " $3, w[i]))
				take = 1 }
		take'
}

baseline() {
	runtime=$out/wrap.so
	export MUTANT=none MUTANT_OF="$B/runtimes/goro.so"
	log=$out/none.log
	for procs in $(sed -n 's/.*@//p' "$out/rows" | sort -u) 2; do
		rows=$(if [ "$procs" = 2 ]; then grep -v @ "$out/rows"
			else sed -n "s/@$procs\$//p" "$out/rows"; fi | sort -u)
		[ -n "$rows" ] || continue
		set --
		for row in $rows; do
			set -- "$@" --run "$row"
		done
		"$B/conformance" --runtime "$runtime" "$@" --procs "$procs" \
			--tap >"$log" 2>&1 || return 1
	done
}

print_table() {
	while IFS='	' read -r _ name _ text; do
		IFS='	' read -r what _ row why <"$out/$name.verdict"
		case $what in
		killed) passed=$((passed + 1)) ;;
		*) failed=$((failed + 1)) ;;
		esac
		printf '%-8s %-24s %-8s %s\n' "$what" "$name" "$row" "$text"
		[ "$what" = killed ] || printf '%9s%s\n' '' "$why"
	done <"$out/faults"
}

if [ "$1" = one ]; then
	shift
	one "$@"
fi
passed=0
failed=0
mkdir -p "$out"
list "$1" | chosen "$@" | sort -t "	" -k 3,3 -k 2,2 >"$out/faults"
cut -f 3 "$out/faults" >"$out/rows"
if [ ! -s "$out/faults" ]; then
	echo "mutants: no fault is called that" >&2
	exit 2
fi
rm -f "$out"/*.verdict
if baseline; then
	passed=1
	echo "passes   none                              the rows below, without a fault"
else
	failed=1
	grep '^not ok' "$log"
	echo "FAILS    none                              the rows below, without a fault"
fi
cut -f 1-3 "$out/faults" | tr '\t' ' ' |
	xargs -P "${MUTANT_JOBS:-6}" -L 1 "$0" one
print_table
echo "mutants: $passed passed, $failed failed"
[ "$failed" -eq 0 ]

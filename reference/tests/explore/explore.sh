#!/bin/sh
# explore.sh - goro-explore: what it finds, what it does not, what it counts.
#
#	explore.sh PROGRAMS TOOL
#
# PROGRAMS is where bugs, clean, odd, random and tiny are built, TOOL is
# goro-explore.
set -u
programs=$(cd "$1" && pwd)
tool=$(realpath "$2")
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib/check.sh

#? PLAIN  how many plain runs are made for each fault: 1000
PLAIN=${PLAIN:-1000}
GOTRACEBACK=none
export GOTRACEBACK
unset GORO_REPLAY GORO_STEPS GODEBUG
cd "$programs" || exit 1

# explores STATUS ARGUMENT ...: with that status; its output is in $said.
said=$tmp/said
explores() {
	want=$1
	shift
	"$tool" "$@" >"$said" 2>&1
	got=$?
	cat "$said"
	[ "$got" -eq "$want" ] || {
		echo "status $got"
		return 1
	}
}

says() {
	grep -qF -- "$1" "$said" || {
		echo "it does not say: $1"
		return 1
	}
}

# Hardly any plain run shows it: none on a machine with nothing else to do, 3 of
# 1000 where ten programs share each CPU and the kernel often takes it away.
not_by_plain_runs() {
	shown=$(./bugs "$1" --plain "$PLAIN")
	echo "$shown of $PLAIN"
	[ "$shown" -le 10 ]
}

finds() {
	explores 1 --runs 1000 ./bugs "$1" && says "$2 in run "
}

# repeats NAME: the schedule that was found does the same, each time.
repeats() {
	schedule=$(sed -n 's/^replay: GORO_REPLAY=\([^ ]*\).*/\1/p' "$said")
	line=$(sed -n '1s/^[^:]*: //p' "$said")
	for _ in $(seq 100); do
		GORO_REPLAY=$schedule ./bugs "$1" 2>>"$tmp/again"
		echo "exit status $?" >>"$tmp/statuses"
	done
	[ "$(sort -u "$tmp/statuses" | wc -l)" -eq 1 ] &&
		! grep -qx "exit status 0" "$tmp/statuses" || return 1
	case $line in
	signal:*) [ "$(sed -n '1s/exit status //p' "$tmp/statuses")" -gt 128 ] ;;
	"exit status"*) grep -qx "$line" "$tmp/statuses" ;;
	*) [ "$(grep -cFx "$line" "$tmp/again")" -eq 100 ] ;;
	esac
}

# counts N ARGUMENT ...: there are N schedules, which are all.
counts() {
	n=$1
	shift
	explores 0 --exhaustive --slow 0 "$@" && says "$n runs in " &&
		says " $n different schedules" && says "these are all"
}

finds_nothing() {
	explores 0 --runs 300 ./clean "$1" && says "nothing was found"
}

marks_outside() {
	explores 0 --runs 20 ./clean "$1" && says "not repeatable"
}

ends() {
	explores 1 --runs 2 --seconds "${3:-60}" ./odd "$1" && says "$2"
}

refuses() {
	explores 2 "$@" && [ "$(wc -l <"$said")" -eq 1 ] && says goro-explore:
}

# As the loader ends a program whose library is not there.
why_not_started() {
	explores 2 sh -c 'echo no library >&2; exit 127' && says "no library"
}

same_again() {
	explores 0 --runs 100 --seed 7 ./clean queue && sed 's/ in .*),//' \
		"$said" >"$tmp/first" &&
		explores 0 --runs 100 --seed 7 ./clean queue &&
		sed 's/ in .*),//' "$said" | diff "$tmp/first" -
}

each_strategy() {
	for strategy in random pct delay mix; do
		explores 1 --strategy "$strategy" --depth 3 --delays 3 \
			./bugs lock_order || return 1
	done
}

shows_steps() {
	explores 1 ./bugs double_close && says "switches: 1" &&
		says "goroutine 3   goro_close" && says close_if_open
}

says_steps() {
	GORO_STEPS=1 GORO_REPLAY=- ./clean queue >"$said" 2>&1 &&
		says "goroutine 1: goro_wg_wait" && says "take_one(...)"
}

keeps_going() {
	explores 1 --exhaustive --keep-going ./bugs lock_order &&
		says "found: 1" && says "these are all"
}

hides_output() {
	explores 0 --runs 2 ./odd prints && ! says out >/dev/null &&
		explores 0 --runs 2 --output ./odd prints && says out &&
		says err
}

may_be_left() {
	explores 1 --runs 2 ./odd leaves && says "leak in run 1" &&
		explores 0 --runs 2 --left ./odd leaves
}

# Each call of the headers works in a run that is explored.
each_call() {
	GOTRACEBACK=single GORO_REPLAY=- ../calls goroutine >"$said" 2>&1
	cat "$said"
	says ", 0 wrong"
}

# outcomes "SEED [STEPS ...]" ARGUMENT ...: how that random program has ended,
# over all runs.
outcomes() {
	program=$1
	shift
	# shellcheck disable=SC2086 # several words
	"$tool" --slow 0 --keep-going --output "$@" ./random $program |
		tee "$tmp/all" | grep -E '^(-?[0-9]+ )+\||^(fatal error|panic): ' |
		sort -u
	grep -q "these are all" "$tmp/all" &&
		sed -n 's/^\([0-9]*\) runs in .*/\1/p' "$tmp/all" >>"$tmp/runs"
}

# What a search with all orders shows, one without those that are alike does too.
loses_nothing() {
	outcomes "$1" --exhaustive --preemptions 1000 >"$tmp/full" &&
		outcomes "$1" --reduce >"$tmp/reduced" &&
		[ -s "$tmp/full" ] && diff "$tmp/full" "$tmp/reduced"
}

# And takes a small part of the runs.
saves_runs() {
	awk 'NR % 2 { all += $1 } NR % 2 == 0 { some += $1 }
		END { print all, some; exit !(some * 10 < all) }' "$tmp/runs"
}

reduces_to() {
	n=$1
	shift
	explores 0 --reduce --slow 0 "$@" && says "$n different schedules" &&
		says "these are all"
}

counts_pairs() {
	explores 0 --exhaustive --slow 0 --preemptions 100 ./tiny locks &&
		says "4 pairs of operations" && says "4 of them in both orders"
}

# ends_always STATUS NAME LINE: under each of many schedules.
ends_always() {
	for n in $(seq 24); do
		GORO_REPLAY=draw=$n ./odd "$2" >"$said" 2>&1
		got=$?
		if [ "$got" -ne "$1" ] || ! says "$3"; then
			echo "draw=$n: status $got"
			return 1
		fi
	done
}

steps_of() {
	GORO_STEPS=1 GORO_REPLAY=$1 ./clean queue 2>&1 | grep ^step
}

draws() {
	steps_of draw=5 >"$tmp/one" && steps_of draw=5 | diff "$tmp/one" - &&
		! steps_of draw=6 | diff "$tmp/one" - >/dev/null
}

no_schedule() {
	GORO_REPLAY=$1 ./clean queue >"$said" 2>&1
	[ $? -eq 2 ] && says "this is no schedule: GORO_REPLAY=$1"
}

./bugs >"$tmp/list"
while read -r name kind; do
	check "plain runs do not show $name" not_by_plain_runs "$name"
	check "$name: $kind" finds "$name" "$kind"
	rm -f "$tmp/again" "$tmp/statuses"
	check "$name: again, 100 times" repeats "$name"
done <"$tmp/list"
for name in $(./clean); do
	check "$name is clean" finds_nothing "$name"
done
check "the network is marked" marks_outside network
check "and a blocking call" marks_outside blocking

check "one schedule" counts 1 ./tiny alone
check "two by a yield" counts 2 ./tiny yield
check "three by a select" counts 3 ./tiny draw 3
for pair in "0 3" "1 10" "2 35" "3 126"; do
	check "points: ${pair#* }" counts "${pair#* }" --preemptions 100 \
		./tiny points "${pair% *}"
done
check "locks: 25" counts 25 --preemptions 100 ./tiny locks
for pair in "0 2" "1 5" "2 9" "3 10"; do
	check "with ${pair% *} preemptions: ${pair#* }" counts "${pair#* }" \
		--preemptions "${pair% *}" ./tiny points 1
done

check "without what is alike: 1" reduces_to 1 ./tiny points 3
check "and 4" reduces_to 4 ./tiny locks
check "and two by a yield: 1" reduces_to 1 ./tiny yield
check "it finds" explores 1 --reduce ./bugs lock_order
# Programs of 2 to 4 outcomes, whose schedules are some hundreds at most.
for seed in 24 46 54 63 68 108 138 171 182 185 202 205; do
	check "random $seed: no outcome is lost" loses_nothing $seed
done
# What each touches that the other is not seen to call: the mutex of a condition,
# a group by its task's end, a once by its function's, channels by a select.
for program in "2 v ti" "5 d A" "6 ds rA" "3 o o" "1 xs sr"; do
	check "random $program: none is lost" loses_nothing "$program"
done
check "by a tenth of the runs" saves_runs
check "pairs of operations are counted" counts_pairs
check "a schedule that is drawn" draws

check "main ends by goexit" ends_always 2 goexits "no goroutines (main called"
check "a panic beside a main that returns" ends_always 2 returns "panic: boom"
check "a dump shows who calls it" ends_always 0 dumps "dumps(...)"
check "too many steps" ends yields "no end in run 1: fatal error: too many"
check "no step at all" ends spins "no end in run 1: no end after 1 seconds" 1
check "a fault" ends faults "signal in run 1: signal: Segmentation fault"
check "an assertion" ends asserts "Assertion"
check "a status" ends exits "exit status in run 1: exit status 3"
check "a misuse" ends misuses "fatal error in run 1: fatal error: sync: unlock"
check "a stack overflow" ends overflows "stack overflow"
check "goroutines that are left" may_be_left
check "the same seed gives the same" same_again
check "each strategy finds" each_strategy
check "steps are shown" shows_steps
check "a program says its steps" says_steps
check "it keeps going" keeps_going
check "each call works" each_call
check "output is hidden" hides_output
check "help" explores 0 --help
check "an embedded run is not explored" ends embedded "exit status 1"
check "no program" refuses
check "no such program" refuses ./nowhere
check "one that cannot start: why" why_not_started
check "no goro_run()" refuses ./odd early
check "no such option" refuses --fast 1 ./clean queue
check "no number" refuses --runs many ./clean queue
check "no such strategy" refuses --strategy best ./clean queue
check "no bound for --reduce" refuses --reduce --preemptions 1 ./clean queue
for text in x draw= draw=x 1 1: "1:1," 1:1:1 slow=x 99999999:1; do
	check "GORO_REPLAY=$text is refused" no_schedule "$text"
done
finish

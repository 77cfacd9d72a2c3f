# timers.sh - timers that many use at once, and many timers.
# shellcheck shell=sh disable=SC2154,SC2015

# races PROCS MODE [ROUNDS]
races() {
	GOMAXPROCS=$1
	export GOMAXPROCS
	shift
	exits 0 timer_races "$@" && [ ! -s "$out" ] || no "accounts differ"
}

rounds=1000
[ "$san" = none ] || rounds=200
for mode in funcs channels freed deadlines moved virtual; do
	for procs in 1 2 4 8; do
		check "timers: $mode, GOMAXPROCS=$procs" \
			races $procs $mode $rounds
	done
done

GODEBUG=asynctimerchan=1
export GODEBUG
for procs in 1 4; do
	check "timers of Go 1.22: freed, GOMAXPROCS=$procs" \
		races $procs freed $rounds
done
unset GODEBUG

# Bytes of a live timer, and what is left of those of a million that are gone.
timer_budget=256

depth() {
	exits 0 timer_depth live $timers || return
	[ "$san" = none ] || return 0
	bytes=$(sed -n 's/^bytes //p' "$out")
	kept=$(sed -n 's/^kept //p' "$out")
	[ "$bytes" -le $timer_budget ] || no "$bytes bytes a timer"
	[ "$kept" -lt $((timers * bytes / 2)) ] || no "$kept bytes are kept"
}

timers=1000000
[ "$san" = none ] || timers=20000
check "$timers live timers, stopped and freed" depth
check "many timers due at once" exits 0 timer_depth due $((timers / 10))

# The thread may be preempted for another, which takes system calls.
quiet_once() {
	GOMAXPROCS=1
	export GOMAXPROCS
	for _ in 1 2 3 4 5 6 7 8; do
		run timer_depth quiet 2000
		grep -q . "$out" && break
	done
	[ "$status" -eq 0 ] && says quiet
}

if [ "$san" = none ]; then
	check "a timer is made and stopped without a system call" quiet_once
else
	skip "a timer without a system call" "the sanitizer makes some"
fi

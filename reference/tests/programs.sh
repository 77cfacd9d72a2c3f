# programs.sh - programs that end well, and what they take from outside.
# shellcheck shell=sh disable=SC2154,SC2015

# fine NAME: status 0 and nothing said.
fine() {
	exits 0 "$@" && [ ! -s "$out" ] && [ ! -s "$err" ] || no "said something"
}

on_procs() {
	GOMAXPROCS=$1
	export GOMAXPROCS
	shift
	fine "$@"
}

for procs in 1 2 4; do
	check "bad arguments, GOMAXPROCS=$procs" on_procs $procs args
	check "unwinding stops, GOMAXPROCS=$procs" on_procs $procs unwind
done
for procs in 1 2 4; do
	for mode in fenv sigmask blocking kernel; do
		check "a goroutine's own: $mode, GOMAXPROCS=$procs" \
			on_procs $procs keep $mode
	done
	check "a goroutine's own: exceptions, GOMAXPROCS=$procs" \
		on_procs $procs catch
done

loses_thread() {
	exits 2 keep "$1" && complains \
		"fatal error: pthread_exit or pthread_cancel in a goroutine"
}

for mode in pthread_exit pthread_exit-blocking pthread_exit-main pthread_cancel; do
	check "the thread of a goroutine ends: $mode" loses_thread $mode
done
for procs in 2 4; do
	check "dumps at once, GOMAXPROCS=$procs" on_procs $procs dumps
done
for procs in 1 2; do
	for how in thread blocking; do
		check "a channel freed without a P, $how, GOMAXPROCS=$procs" \
			on_procs $procs free_outside $how
	done
done
for procs in 1 2 4 8; do
	check "bubbles: a storm, GOMAXPROCS=$procs" \
		on_procs $procs bubbles storm 50
done
check "bubbles: panics and statuses" fine bubbles calls
check "bubbles: in a run in virtual time" fine bubbles virtual

# A deadlock of a bubble that nobody recovers shows who is in it.
bubble_dies() {
	exits 2 bubbles "$1" && complains "panic: deadlock: $2"
}

check "bubbles: all blocked" bubble_dies blocked \
	"all goroutines in bubble are blocked"
check "bubbles: one left" bubble_dies left \
	"main bubble goroutine has exited but blocked goroutines remain"
check "threads are used again" fine threads
check "metrics: names, and as text" fine metrics
if [ "$san" = tsan ]; then
	skip "errno and goroutine across threads" \
		"goroutines share a thread's errno: to the detector, a race"
else
	check "errno and goroutine across threads, -O3 -flto" fine migrate
fi

# returns MODE PROCS: promptly, with stdio flushed, nothing on stderr, and no
# goroutine goes on.
returns() {
	start=$(date +%s)
	GOMAXPROCS=$2
	export GOMAXPROCS
	exits 0 returns "$1" && says back && [ ! -s "$err" ] || no "not quiet"
	[ $(($(date +%s) - start)) -lt 10 ] || no "not at once"
}

for mode in spin yield poll print malloc sleep nap naps blocking \
	blocking-often; do
	for procs in 1 4; do
		check "main returns beside others: $mode, P=$procs" \
			returns $mode $procs
	done
done

# procs WANT [VALUE]: GOMAXPROCS as goro takes it from the environment.
procs() {
	if [ $# -gt 1 ]; then
		GOMAXPROCS=$2
		export GOMAXPROCS
	fi
	exits 0 procs
	read -r got cpus <"$out"
	[ "$1" != cpus ] || set -- "$cpus"
	[ "$got" = "$1" ] || no "GOMAXPROCS is $got, not $1"
}

one_cpu() {
	taskset -c "$(taskset -cp $$ | sed 's/.*[ ,-]//')" "$dir/procs" >"$out" &&
		[ "$(cat "$out")" = "1 1" ] || no "not one"
}

check "GOMAXPROCS from the CPUs" procs cpus
for n in 1 3 64; do
	check "GOMAXPROCS=$n" procs $n $n
done
check "GOMAXPROCS=007" procs 7 007
for junk in "" 0 -1 +2 abc 4x 2.5 " 2" 0x4 99999999999999999999; do
	check "GOMAXPROCS='$junk' is ignored" procs cpus "$junk"
done
if have taskset; then
	out=$tmp/out err=$tmp/err status=0
	check "GOMAXPROCS from the affinity" one_cpu
else
	skip "GOMAXPROCS from the affinity" "no taskset"
fi

cxx() {
	exits 0 cxx && [ "$(cat "$out")" = 20 ] || no "not 20"
}
check "C++: lambdas and exceptions" cxx

idle() {
	exits 0 idle && [ "$(cat "$out")" -lt 50 ] || no "used the CPU"
}
check "idle costs no CPU" idle

# ---- SIGQUIT ----------------------------------------------------------------

# quit MODE: sends it SIGQUIT once it is ready.
quit() {
	out=$tmp/out
	err=$tmp/err
	: >"$out"
	"$dir/quit" "$1" >"$out" 2>"$err" &
	pid=$!
	tries=0
	until grep -q ready "$out" || [ $tries -ge 600 ]; do
		sleep 0.05
		tries=$((tries + 1))
	done
	kill -QUIT $pid
	[ "$1" != ignored ] || { sleep 0.2; kill -TERM $pid; }
	wait $pid
	status=$?
}

quits() {
	quit "$1"
	[ $status -eq 2 ] || no "not status 2"
	complains "SIGQUIT: quit" && complains "goroutine 1 [select (no cases)]:" &&
		complains "[chan receive]:" && complains "[sleep]:"
}

quit_ignored() {
	quit ignored
	[ $status -eq 143 ] && complains_not goroutine || no "not ignored"
}
check "SIGQUIT: idle" quits idle
check "SIGQUIT: with a spinner" quits spin

check "SIGQUIT: ignored" quit_ignored

# Each with six frames of its own.
crowd() {
	exits 0 crowd 10000 && says "status 2"
	[ "$(grep -c '^goroutine [0-9]* \[chan receive\]:$' "$err")" = 10000 ] &&
		[ "$(grep -c '^deep(\.\.\.)$' "$err")" = 60000 ] ||
		no "not all of it"
}
check "SIGQUIT: 10000 goroutines" crowd

# The best of three, as others use the machine, too.  A sanitizer is slower.
crowd_in_time() {
	for try in 1 2 3; do
		exits 0 crowd 10000
		[ "$(sed 's/ ms.*//' "$out")" -ge 200 ] || return 0
	done
	no "it took too long, $try times"
}
[ "$san" != none ] || check "SIGQUIT: within 200 ms" crowd_in_time

minutes() {
	exits 0 minutes && says "2 minutes"
}
check "dump: minutes waited" minutes

# ---- gdb --------------------------------------------------------------------

# A backtrace from inside a goroutine comes to its end by itself.
backtrace() {
	out=$tmp/out
	err=$tmp/err
	timeout -s KILL 60 gdb -nx -batch -ex 'set debuginfod enabled off' \
		-ex 'break stop_here' -ex run -ex 'echo <begin>\n' -ex bt \
		-ex 'echo <end>\n' -ex continue "$dir/debug" \
		>"$out" 2>"$err" </dev/null
	status=$?
	sed -n '/<begin>/,/<end>/p' "$out" >"$tmp/bt"
	grep -q '^#0 .*stop_here' "$tmp/bt" || no "did not stop"
	tail -n 2 "$tmp/bt" | grep -q ' goro[._]*gostart ()' || no "does not end"
	! grep -qiE 'corrupt|stopped|inner|\?\?' "$tmp/bt" "$err" ||
		no "unwinding failed"
	says "done"
}
if [ "$san" != none ]; then
	skip "gdb: backtrace" "a build without sanitizer has it"
elif have gdb; then
	check "gdb: a goroutine's backtrace ends" backtrace
else
	skip "gdb: backtrace" "no gdb"
fi

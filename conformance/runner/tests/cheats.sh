# cheats.sh - runtimes that want to pass without the work (cheat.c).
# shellcheck shell=sh

INSIDE=$(dirname "$real")/runtimes/goro.so
export INSIDE

# cheat WAY VERDICTS [GLOB ...]: the suite passes nothing of it.  VERDICTS is
# the word that some case must have got: failed, or skipped for a runtime that
# only refuses.
cheat() {
	way=$1
	word=$2
	shift 2
	[ $# -gt 0 ] || set -- '[A-Z][A-Z]-00[1-3]*' 'DL-004*'
	CHEAT=$way "$real" --runtime "$dir/cheat.so" --procs 2 \
		--timeout-scale 0.1 --jobs 6 "$@" >"$tmp/cheat" 2>&1
	line=$(tail -n 1 "$tmp/cheat")
	case $line in
	"conformance: 0 passed, "*[1-9]*" $word"*) return ;;
	esac
	echo "$line"
	return 1
}

# by_hand WAY CASE: nor does it under --debug.
by_hand() {
	CHEAT=$1 "$real" --runtime "$dir/cheat.so" --timeout-scale 0.1 \
		--debug "$2" >"$tmp/cheat" 2>&1
	status=$?
	cat "$tmp/cheat"
	[ $status -eq 1 ] && grep -q "^debug: $2 FAILED" "$tmp/cheat"
}

if [ -f "$INSIDE" ]; then
	for way in nothing done skip deadlock in_a_child from_a_child gag op_exit; do
		check "no case passes by hand: $way" by_hand $way CH-001
	done
	check "no case passes by hand: deadlock, declared" by_hand deadlock DL-001
	check "no case passes by hand: for_ever, declared" by_hand for_ever DL-008/awaited
	# Each of these meets a quarter of all cases, and each case two of them.
	shard=0
	for way in nothing async early late leave done deadlock odd_status; do
		shard=$((shard % 4 + 1))
		check "no case passes: $way" cheat $way failed '*' --shard $shard/4
	done
	for way in in_a_child from_a_child by_name refuse_afterwards \
		gag ok clock pointer op_exit op_jump op_deadlock op_panic; do
		check "no case passes: $way" cheat $way failed
	done
	check "no case passes: refuse" cheat refuse skipped
	check "no case passes: a forged skip" cheat skip failed
	check "no case passes: for_ever" cheat for_ever failed 'CH-00*' 'DL-00[1-3]*'
	check "no case passes: op_hang" cheat op_hang failed 'CH-00*' 'DL-00[1-3]*' \
		DL-008/awaited
	# Where main ends the process the first time there is no second.
	check "no case passes: twice" cheat twice failed MM 'SE-01[0-4]*'
else
	skip "runtimes that cheat" "no goro in this build"
fi

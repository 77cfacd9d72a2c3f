#!/bin/sh
# explore.sh - in which run goro-explore finds the programs of GoKer.
#
#	explore.sh CONFORMANCE GORO.SO GORO_EXPLORE stay|others [WORD]
#
# Of those in which goroutines stay, or of the others: a line for each program
# that has WORD in its id, with the run of the first hit out of 100, what it is,
# the switches of the shortest schedule, and how often of TIMES times that does
# the same; once if it has no end.  The 100 are 10 runs with each of 10 seeds, of the program's own
# random numbers and of goro-explore.
set -u
child="$1 --assay-runtime $2"
tool=$3
which=$4
word=${5:-}
#? TIMES    goker-explore: how often a schedule that was found is repeated
TIMES=${TIMES:-100}
GOKER_EXPLORED=1 GOTRACEBACK=none
export GOKER_EXPLORED GOTRACEBACK
found=0
all=0

# What is found must be of one of these kinds.
case $which in
stay) kinds='deadlock|leak|no end' ;;
*) kinds='data race|panic|signal' ;;
esac

# repeats TIMES TEXT SCHEDULE COMMAND ...: prints how often of them it says TEXT.
repeats() {
	n=0
	times=$1
	text=$2
	schedule=$3
	shift 3
	for _ in $(seq "$times"); do
		GORO_REPLAY=$schedule timeout 10 "$@" 2>&1 </dev/null |
			sed 's/ (pid=[0-9]*)//' | grep -qF -- "$text" && n=$((n + 1))
	done
	echo "$n"
}

# try ID SEED: prints the line if one of 10 runs finds it.
try() {
	# shellcheck disable=SC2086 # two words
	set -- "$1" "$2" $child --assay-case "$1" --procs 1 --seed "$2" \
		--time-scale 1
	id=$1
	seed=$2
	shift 2
	said=$("$tool" --runs 10 --seed "$seed" "$@" 2>&1 </dev/null)
	[ $? -eq 1 ] && echo "$said" | grep -qE "^($kinds) in run " || return 1
	text=$(echo "$said" | sed -n 's/^[a-z ]* in run [0-9]*: //p')
	run=$(echo "$said" | sed -n 's/^\(.*\) in run \([0-9]*\): .*/\2 \1/p')
	schedule=$(echo "$said" | sed -n 's/^replay: GORO_REPLAY=\([^ ]*\).*/\1/p')
	case $run in
	*"no end") times=1 ;;
	*) times=$TIMES ;;
	esac
	echo "$id $(((seed - 1) * 10 + ${run%% *})) ${run#* }" \
		"$(echo "$said" | sed -n 's/^switches: //p')" \
		"$(repeats "$times" "$text" "$schedule" "$@")"
}

# shellcheck disable=SC2086 # two words
for id in $($child --assay-goker | awk -F'\t' -v which="$which" '
		which == "stay" ? $5 > 0 : $8 != "-" { print $1 }'); do
	case $id in *"$word"*) ;; *) continue ;; esac
	all=$((all + 1))
	for seed in 1 2 3 4 5 6 7 8 9 10; do
		try "$id" $seed && found=$((found + 1)) && continue 2
	done
	echo "$id: not found"
done
echo "goker-explore: $found of $all"
[ "$found" -eq "$all" ]

#!/bin/sh
# run.sh - every frame of known stacks, by the compilers and optimisations that
# there are.
#
#	run.sh BUILD_DIR COMPILER ...
#
# BUILD_DIR has libgoro.a.  For each C compiler its C++ one is found beside it.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib/check.sh
group=test-frames

lib=$1/libgoro.a
shift
here=reference/tests/frames

# cxx_of CC: the C++ compiler of that name.
cxx_of() {
	case $1 in
	*clang*) echo "$1" | sed 's/clang/clang++/' ;;
	*gcc*) echo "$1" | sed 's/gcc/g++/' ;;
	*) echo c++ ;;
	esac
}

# build CC CXX OPTIONS
build() {
	for source in "$here/chain.c" "$here/chain_cxx.cc"; do
		case $source in
		*.c) compiler=$1 ;;
		*) compiler=$2 ;;
		esac
		# shellcheck disable=SC2086 # several options
		$compiler $3 -g -Ireference/include -c "$source" \
			-o "$tmp/$(basename "$source").o" || return 1
	done
	# shellcheck disable=SC2086
	$2 $3 -g -o "$tmp/chain" "$tmp/chain.c.o" "$tmp/chain_cxx.cc.o" \
		"$lib" -pthread -ldl
}

# stacks PROCS OPTION: of the dump as it is, and with files and lines.
stacks() {
	GOMAXPROCS=$1 timeout 60 "$tmp/chain" >"$tmp/said" || return 1
	c++filt -p <"$tmp/said" | "$here/check.py" "$2" &&
		reference/tools/goro-symbolize <"$tmp/said" |
		"$here/check.py" --inlined "$2"
}

# json PROCS OPTION
json() {
	GOMAXPROCS=$1 timeout 60 "$tmp/chain" json >"$tmp/said" || return 1
	c++filt -p <"$tmp/said" | "$here/check.py" --json "$2"
}

for cc in "$@"; do
	cxx=$(cxx_of "$cc")
	if ! have "$cc" || ! have "$cxx"; then
		skip "frames of $cc" "$cc or $cxx is not there"
		continue
	fi
	for options in -O0 -O2 "-O3 -flto" "-O2 -static-pie"; do
		foreign=--own
		case $options in *static*) foreign=--foreign ;; esac
		check "$cc $options" build "$cc" "$cxx" "$options"
		for procs in 1 4; do
			check "frames: $cc $options procs:$procs" \
				stacks "$procs" "$foreign"
			check "json: $cc $options procs:$procs" \
				json "$procs" "$foreign"
		done
	done
done
finish

#!/bin/sh
# setup.sh - what scripts/setup.sh says on machines that lack something.
#
# A machine is a directory of links to tools, taken as the whole PATH.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/check.sh

bin=$tmp/bin
mkdir "$bin"

# fake TOOL TEXT: a shell script in the machine's bin.
fake() {
	rm -f "$bin/$1"
	printf '#!/bin/sh\n%s\n' "$2" >"$bin/$1"
	chmod +x "$bin/$1"
}

# machine TOOL ...: the tools there are, besides what the script needs.  A
# compiler keeps its own PATH, since it may be a cache before the real one.
machine() {
	rm -f "$bin"/*
	for tool in sh sed grep head dirname mkdir mv rm cat env id mktemp "$@"
	do
		path=$(command -v "$tool") || continue
		case $tool in
		cc | gcc) fake "$tool" "PATH='$PATH' exec '$path' \"\$@\"" ;;
		*) ln -s "$path" "$bin/$tool" ;;
		esac
	done
}

# setup STATUS ARGUMENT ...: runs it there; its words are in $tmp/said.
setup() {
	want_status=$1
	shift
	env PATH="$bin" scripts/setup.sh "$@" >"$tmp/said" 2>&1
	status=$?
	cat "$tmp/said"
	[ "$status" -eq "$want_status" ] || { echo "status $status"; return 1; }
}

says() {
	grep -q "$1" "$tmp/said" || { cat "$tmp/said"; return 1; }
}

nothing_there() {
	machine
	setup 1 build && says "apt-get install gcc make binutils libc6-dev \
libcunit1-dev libjansson-dev$" && says 'there is no apt-get'
}

compiler_only() {
	machine gcc cc make ld as
	ASSAY_SETUP=check setup 1 valgrind && says 'apt-get install valgrind$'
}

check_installs_nothing() {
	machine
	setup 1 check build && says 'missing: gcc'
}

# An apt-get whose packages are all valgrind; it logs what it is asked.
fake_apt() {
	ln -s "$(command -v chmod)" "$bin/chmod"
	fake apt-get "echo \"\$*\" >>'$tmp/apt'
case \"\$*\" in *install*) : >'$bin/valgrind' && chmod +x '$bin/valgrind';; esac"
}

installs_as_root() {
	machine gcc cc make ld as go
	fake id 'echo 0'
	fake_apt
	rm -f "$tmp/apt"
	setup 0 valgrind && says 'installing valgrind' &&
		[ "$(grep -c update "$tmp/apt")" -eq 1 ] &&
		grep -q 'install -y .*valgrind$' "$tmp/apt"
}

installs_by_sudo() {
	machine gcc cc make ld as go
	fake id 'echo 1000'
	fake sudo "shift; echo sudo >>'$tmp/apt'; exec \"\$@\""
	fake true ':'
	fake_apt
	rm -f "$tmp/apt"
	setup 0 valgrind && grep -q sudo "$tmp/apt"
}

without_root() {
	machine gcc cc make ld as go
	fake id 'echo 1000'
	fake apt-get 'exit 1'
	setup 1 valgrind && says 'not root' &&
		says 'apt-get install valgrind$'
}

without_network() {
	machine gcc cc make ld as go
	fake id 'echo 0'
	fake apt-get 'echo "E: Unable to fetch some archives"; exit 100'
	setup 1 valgrind && says 'Unable to fetch' &&
		says 'apt-get install valgrind$'
}

# What is only wanted is tried, named, and does not stop anything.
wanted_is_named() {
	machine gcc cc make ld as
	[ ! -e /usr/local/go/bin/go ] || return 0
	fake id 'echo 0'
	fake apt-get 'exit 100'
	setup 0 build && says 'left out, not installed: golang-go'
}

# A program of a Go module, where it was not built yet.
module_is_named() {
	machine gcc cc make ld as
	root=$PWD
	(cd "$tmp" && ASSAY_SETUP=check PATH=$bin "$root/scripts/setup.sh" \
		lint) >"$tmp/said" 2>&1
	says 'left out, not installed: github.com/rhysd/actionlint'
}

python_is_named() {
	machine gcc cc make ld as python3
	root=$PWD
	(cd "$tmp" && ASSAY_SETUP=check PATH=$bin "$root/scripts/setup.sh" \
		mutate) >"$tmp/said" 2>&1
	says 'left out, not installed: tree-sitter=='
}

complete() {
	scripts/setup.sh check build
}

# No second look while what was found is there.
stamp_is_quiet() {
	scripts/setup.sh stamp "$tmp/stamp.mk" build &&
		printf 'include %s\n%s: scripts/setup.sh\n\tfalse\nall:\n' \
			"$tmp/stamp.mk" "$tmp/stamp.mk" >"$tmp/Makefile" &&
		${MAKE:-make} -f "$tmp/Makefile" all
}

stamp_notices() {
	printf '%s: %s/gone\n%s/gone:\n' "$tmp/s.mk" "$tmp" "$tmp" \
		>"$tmp/s.mk"
	# shellcheck disable=SC2016 # make's $@
	printf 'include %s\n%s:\n\techo looked >%s/looked; : >$@\nall:\n' \
		"$tmp/s.mk" "$tmp/s.mk" "$tmp" >"$tmp/Makefile"
	${MAKE:-make} -f "$tmp/Makefile" all
	grep -q looked "$tmp/looked"
}

bad_profile() {
	scripts/setup.sh check nonsense >"$tmp/said" 2>&1
	[ $? -eq 2 ] && says "no profile 'nonsense'" &&
		[ "$(wc -l <"$tmp/said")" -eq 1 ]
}

check "a bare machine: the packages, and why not" nothing_there
check "only what is missing is named" compiler_only
check "check installs nothing" check_installs_nothing
check "installs as root, after one update" installs_as_root
check "installs through sudo" installs_by_sudo
check "without root: the packages, and why not" without_root
check "without network: the packages, and why not" without_network
check "what is only wanted is named" wanted_is_named
check "a Go module that is wanted is named" module_is_named
check "a package of Python that is wanted is named" python_is_named
check "this machine is complete" complete
check "the stamp costs nothing" stamp_is_quiet
check "the stamp notices what is gone" stamp_notices
check "an unknown profile is one line and status 2" bad_profile
finish

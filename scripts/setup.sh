#!/bin/sh
# setup.sh - installs what a Debian machine lacks for the targets of the
# Makefile, and says what is missing where it cannot.
#
#	setup.sh [PROFILE ...]          install what is missing (default: all)
#	setup.sh check [PROFILE ...]    install nothing; 1 if something is missing
#	setup.sh stamp FILE PROFILE     as the first; writes what was found
#
# PROFILE: build, test, mutate, bench, litmus, field, site, tsan, valgrind, lint,
# cross or all.
#
# The stamp is a piece of a makefile that depends on the files found, so a
# later make looks at those files and runs this script only if one is gone.
# ASSAY_SETUP=check in the environment forbids every installation.
set -eu

cc=${CC:-cc}
cxx=${CXX:-c++}
gocode=/usr/share/gocode/src/golang.org/x
pydist=/usr/lib/python3/dist-packages
# Debian has neither of the two programs in Go.  These are built by its Go too.
tools=build/tools
# Packages of Python that Debian has not, for the interpreter of python.sh.
python=$tools/python
actionlint=github.com/rhysd/actionlint/cmd/actionlint@v1.7.1
panicparse=github.com/maruel/panicparse/v2@v2.3.1
me=setup
updated=

say() {
	printf '%s: %s\n' "$me" "$*" >&2
}

# profile, need (the target fails without) or want (a part is left out),
# Debian package, go:MODULE or pip:PACKAGE, how its presence shows.
table() {
	cat <<-TABLE
	build    need gcc                   tool $cc
	build    need make                  tool make
	build    need binutils              tool ld
	build    need libc6-dev             header stdio.h
	build    need libcunit1-dev         header CUnit/Basic.h
	build    need libjansson-dev        header jansson.h
	build    want libpth-dev            exists /usr/include/pth.h
	build    want libst-dev             exists /usr/include/st.h
	build    want golang-go             go
	build    want golang-golang-x-sync-dev exists $gocode/sync/singleflight/singleflight.go
	build    want golang-golang-x-time-dev exists $gocode/time/rate/rate.go
	test     need g++                   tool $cxx
	test     need pkg-config            tool pkg-config
	test     need patch                 tool patch
	test     need netbase               exists /etc/services
	test     need python3               tool python3
	test     want libhttp-parser-dev    exists /usr/include/http_parser.h
	test     want clang                 tool clang
	test     want clang-runtime         links clang -fsanitize=thread
	test     want python3-hypothesis    exists $pydist/hypothesis
	test     want curl                  tool curl
	test     want wrk                   tool wrk
	test     want gdb                   tool gdb
	test     want valgrind              tool valgrind
	test     want go:$panicparse        program $panicparse
	mutate   need python3               tool python3
	mutate   want python3-pip           exists $pydist/pip
	mutate   want pip:tree-sitter==0.23.2 exists $python/tree_sitter-0.23.2.dist-info
	mutate   want pip:tree-sitter-c==0.23.4 exists $python/tree_sitter_c-0.23.4.dist-info
	bench    need g++                   tool $cxx
	bench    want libbenchmark-dev      exists /usr/include/benchmark/benchmark.h
	bench    want libboost-fiber-dev    exists /usr/include/boost/fiber/all.hpp
	bench    want cargo                 tool cargo
	bench    want python3-matplotlib    exists $pydist/matplotlib
	bench    want python3-jinja2        exists $pydist/jinja2
	bench    want python3-scipy         exists $pydist/scipy
	bench    want python3-numpy         exists $pydist/numpy
	bench    want chromium              tool chromium
	bench    want valgrind              tool valgrind
	litmus   want cargo                 tool cargo
	litmus   want maven                 tool mvn
	litmus   want openjdk-21-jdk-headless jdk
	field    want gccgo                 tool gccgo
	field    want libboost-fiber-dev    exists /usr/include/boost/fiber/all.hpp
	field    want cargo                 tool cargo
	field    want maven                 tool mvn
	field    want openjdk-21-jdk-headless jdk
	site     need python3               tool python3
	site     want python3-jinja2        exists $pydist/jinja2
	site     want python3-scipy         exists $pydist/scipy
	site     want python3-numpy         exists $pydist/numpy
	tsan     need clang                 tool clang
	tsan     need clang-runtime         links clang -fsanitize=thread
	valgrind need valgrind              tool valgrind
	lint     want clang                 tool clang
	lint     want clang-format          tool clang-format
	lint     want shellcheck            tool shellcheck
	lint     want pyflakes3             tool pyflakes3
	lint     want pycodestyle           tool pycodestyle
	lint     want go:$actionlint        program $actionlint
	cross    need gcc-aarch64-linux-gnu tool aarch64-linux-gnu-gcc
	cross    need libc6-dev-arm64-cross exists /usr/aarch64-linux-gnu/include/stdio.h
	cross    need qemu-user             tool qemu-aarch64
	TABLE
}

# The name of a package.  Clang's sanitizer libraries are in one that carries
# clang's version.
package_name() {
	if [ "$1" != clang-runtime ]; then
		echo "$1"
		return
	fi
	v=$(apt-cache depends clang 2>/dev/null |
		sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -n 1)
	echo "libclang-rt-${v:-14}-dev"
}

# The probes print the file that was found, or nothing if there is no one file.
probe_tool() {
	command -v "$1"
}

probe_exists() {
	[ -e "$1" ] && echo "$1"
}

probe_header() {
	command -v "$cc" >/dev/null || return 1
	printf '#include <%s>\n' "$1" | $cc -E -x c - 2>/dev/null |
		sed -n "s|^# 1 \"\(/.*/$1\)\".*|\1|p" | grep -m 1 .
}

probe_links() {
	echo 'int main(void) { return 0; }' |
		"$@" -x c - -o /dev/null 2>/dev/null
}

# Where the program of a module of Go is kept: .../NAME@VERSION.
program_of() {
	name=${1%@*}
	case ${name##*/} in
	v[0-9]*) name=${name%/*} ;;
	esac
	echo "$tools/${name##*/}@${1##*@}"
}

probe_program() {
	probe_exists "$(program_of "$1")"
}

probe_go() {
	command -v go || probe_exists /usr/local/go/bin/go
}

# The compiler of a JDK that is new enough.
probe_jdk() {
	home=$(runtimes/java/jdk.sh 2>/dev/null) && echo "$home/bin/javac"
}

# The profiles that $1 stands for.
profiles() {
	case $1 in
	build) echo build ;;
	test) echo build test mutate ;;
	mutate | bench | litmus | field | site | tsan | valgrind | lint | cross) echo build "$1" ;;
	all) echo build test mutate bench litmus field site tsan valgrind lint cross ;;
	*)
		say "no profile '$1'; there are build test mutate bench litmus field site tsan valgrind lint cross all"
		exit 2
		;;
	esac
}

# Looks for everything the profiles $* name: sets need and want to the
# packages missing, modules to those of Go and Python, found to the files there.
look() {
	need=
	want=
	modules=
	found=
	while read -r profile kind package probe args; do
		case " $* " in
		*" $profile "*) ;;
		*) continue ;;
		esac
		# shellcheck disable=SC2086 # args is a list of words
		if path=$("probe_$probe" $args); then
			found="$found $path"
		elif [ "$kind" = need ]; then
			need="$need $(package_name "$package")"
		elif [ "${package#*:}" != "$package" ]; then
			modules="$modules $package"
		else
			want="$want $(package_name "$package")"
		fi
	done <<-TABLE
	$(table)
	TABLE
	need=${need# }
	want=${want# }
	modules=${modules# }
}

# Sets as_root to what runs a command as root; 1 and why if nothing does.
find_root() {
	as_root=
	why=
	if [ "${ASSAY_SETUP:-}" = check ]; then
		why="ASSAY_SETUP=check forbids it"
	elif ! command -v apt-get >/dev/null; then
		why="there is no apt-get on this machine"
	elif [ "$(id -u)" = 0 ]; then
		return 0
	elif sudo -n true 2>/dev/null; then
		as_root="sudo -n"
		return 0
	else
		why="not root, and sudo is not there or asks for a password"
	fi
	return 1
}

apt() {
	# shellcheck disable=SC2086 # as_root may be two words or none
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq \
		-o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
		-o Acquire::Retries=1 -o Acquire::http::Timeout=20 \
		-o Acquire::https::Timeout=20 "$@" >"$log" 2>&1
}

install_packages() {
	if [ -z "$updated" ]; then
		apt update || true
		updated=yes
	fi
	say "installing $*"
	apt install -y --no-install-recommends "$@"
}

# What has a pinned version and no Debian package; may fail.
install_module() {
	[ "${ASSAY_SETUP:-}" != check ] || return 0
	case $1 in
	go:*) install_of_go "${1#go:}" ;;
	pip:*) install_of_python "${1#pip:}" ;;
	esac
}

install_of_python() {
	reports/python.sh -c 'import pip' 2>/dev/null || return 0
	say "installing $1"
	timeout 300 reports/python.sh -m pip --disable-pip-version-check \
		install --quiet --no-deps --only-binary :all: --upgrade \
		--root-user-action ignore --timeout 20 --retries 1 \
		--target "$python" "$1" >/dev/null 2>&1 ||
		say "cannot install $1: no network, or no package for this Python"
}

# Builds a program of a Go module.
install_of_go() {
	go=$(probe_go) || return 0
	say "installing $1"
	program=$(program_of "$1")
	mkdir -p "$tools"
	if GOBIN=$PWD/$tools GOFLAGS='' GOWORK=off GOTOOLCHAIN=local \
		timeout 300 "$go" install "$1" >/dev/null 2>&1; then
		mv "${program%@*}" "$program"
	else
		say "cannot build $1: no network, or Go is too old"
	fi
}

# Installs what look found missing.  What is only wanted never fails.
install_missing() {
	install_from_debian
	for module in $modules; do
		install_module "$module"
	done
}

install_from_debian() {
	[ -n "$need$want" ] || return 0
	if ! find_root; then
		return 0
	fi
	log=$(mktemp)
	if [ -n "$need" ]; then
		# shellcheck disable=SC2086 # a list of packages
		install_packages $need || {
			why="apt-get failed: $(grep -m 1 '^E:' "$log" || true)"
			rm -f "$log"
			return 0
		}
	fi
	for package in $want; do
		install_packages "$package" || true
	done
	rm -f "$log"
}

complain() {
	say "missing: $need"
	[ -z "${why:-}" ] || say "cannot install: $why"
	say "please run: apt-get install $need"
	exit 1
}

note_wanted() {
	[ -z "$want" ] ||
		say "left out, not installed: $want (apt-get install $want)"
	for module in $modules; do
		say "left out, not installed: ${module#*:} (scripts/setup.sh)"
	done
}

write_stamp() {
	mkdir -p "$(dirname "$1")"
	{
		echo "# Written by scripts/setup.sh: what was found for $2."
		for file in $found; do
			case $file in
			*[!A-Za-z0-9_/.+-]* | [!/]*) continue ;;
			esac
			echo "$1: $file"
			echo "$file:"
		done
	} >"$1.tmp"
	mv "$1.tmp" "$1"
}

main() {
	stamp=
	install=yes
	case ${1:-} in
	check)
		install=
		shift
		;;
	stamp)
		[ $# -eq 3 ] || { say "stamp wants FILE and PROFILE"; exit 2; }
		stamp=$2
		shift 2
		;;
	esac
	[ $# -gt 0 ] || set -- all
	which=
	for p; do
		expanded=$(profiles "$p")
		which="$which $expanded"
	done
	# shellcheck disable=SC2086 # a list of profiles
	set -- $which
	look "$@"
	if [ -n "$install" ]; then
		install_missing
		look "$@"
	fi
	[ -z "$need" ] || complain
	note_wanted
	[ -z "$stamp" ] || write_stamp "$stamp" "$*"
}

main "$@"

#!/bin/sh
# install.sh - goro installed under a DESTDIR serves a C and a C++ program
# through pkg-config, shared and static; uninstall leaves nothing behind.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/check.sh

make=${MAKE:-make}
root=$tmp/root
lib=$root/usr/lib
export PKG_CONFIG_LIBDIR="$lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root"

install_goro() {
	$make --no-print-directory install DESTDIR="$root" PREFIX=/usr
}

uninstall_goro() {
	$make --no-print-directory uninstall DESTDIR="$root" PREFIX=/usr
}

version_agrees() {
	[ "\"$(pkg-config --modversion goro)\"" = \
		"$(sed -n 's/^#define GORO_VERSION //p' "$root/usr/include/goro.h")" ]
}

soname_links() {
	soname=$(readelf -d "$lib/libgoro.so" |
		sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
	echo "soname: $soname"
	[ -n "$soname" ] && [ "$soname" != libgoro.so ] &&
		[ -L "$lib/libgoro.so" ] && [ -L "$lib/$soname" ] &&
		[ -e "$lib/$soname" ]
}

exports_only_goro() {
	nm -D --defined-only "$lib/libgoro.so" | awk '
	$3 !~ /^goro_/ && $2 $3 !~ /^W(pthread_sigmask|sigprocmask)$/ {
		print; bad = 1
	}
	END { exit bad }'
}

# Global names of the archive that could meet a user's own.
archive_is_clean() {
	nm -g --defined-only "$lib/libgoro.a" | awk '
	NF == 3 && $3 !~ /^_?goro_/ && $3 !~ /^_?_?goro__/ &&
		$2 $3 !~ /^W(pthread_sigmask|sigprocmask)$/ {
		print; bad = 1
	}
	END { exit bad }'
}

# build_run COMPILER LANGUAGE shared|static: output must be as expected.
build_run() {
	link=
	static=
	if [ "$3" = static ]; then
		link=-static
		static=--static
	fi
	# shellcheck disable=SC2046,SC2086 # lists of flags
	"$1" -Wall -Wextra -Werror -x "$2" tests/programs/user.c \
		$(pkg-config --cflags goro) -x none $link \
		$(pkg-config $static --libs goro) -o "$tmp/user" || return 1
	LD_LIBRARY_PATH="$lib" timeout 20 "$tmp/user" >"$tmp/user.out" || {
		echo "exit status $?"
		return 1
	}
	diff tests/programs/user.out "$tmp/user.out"
}

nothing_left() {
	left=$(find "$root" -mindepth 1 2>/dev/null)
	[ -z "$left" ] || { echo "$left"; return 1; }
}

check "make install" install_goro
check "goro.pc has the header's version" version_agrees
check "libgoro.so has a versioned soname and its links" soname_links
check "libgoro.so exports goro_ names only" exports_only_goro
check "libgoro.a defines goro names only" archive_is_clean
for kind in shared static; do
	check "a C program, $kind" build_run "${CC:-cc}" c $kind
	check "a C++ program, $kind" build_run "${CXX:-c++}" c++ $kind
done
check "make uninstall" uninstall_goro
check "nothing is left" nothing_left
finish

#!/bin/sh
# install.sh - puts goro under $DESTDIR$PREFIX or takes it away again.
#
#	install.sh install BUILD_DIR
#	install.sh can-tsan                   1, and a line, if nothing could
#	install.sh install-tsan BUILD_DIR     adds the build for ThreadSanitizer
#	install.sh uninstall
#
# The Makefile gives DESTDIR, PREFIX, LIBDIR, INCLUDEDIR, DATADIR, GDBAUTOLOAD,
# GORO_VERSION and GORO_SONAME by the environment.
set -eu

lib=${DESTDIR:-}${LIBDIR:-}
include=${DESTDIR:-}${INCLUDEDIR:-}
bin=${DESTDIR:-}${PREFIX:-}/bin
data=${DESTDIR:-}${DATADIR:-}/goro
real=libgoro.so.${GORO_VERSION:-}
# gdb loads this with the library of that place and name.
auto=${DESTDIR:-}${GDBAUTOLOAD:-}${LIBDIR:-}/$real-gdb.py

# pc NAME: NAME.pc from its template.
pc() {
	sed -e "s|@PREFIX@|$PREFIX|" -e "s|@LIBDIR@|$LIBDIR|" \
		-e "s|@INCLUDEDIR@|$INCLUDEDIR|" \
		-e "s|@VERSION@|$GORO_VERSION|" "scripts/$1.pc.in" \
		>"$lib/pkgconfig/$1.pc"
	chmod 644 "$lib/pkgconfig/$1.pc"
}

install_all() {
	install -d "$include" "$bin" "$lib/pkgconfig" "$data" "${auto%/*}"
	install -m 644 reference/include/*.h "$include"
	install -m 644 "$1/libgoro.a" "$lib/libgoro.a"
	install -m 755 "$1/libgoro.so" "$lib/$real"
	ln -sf "$real" "$lib/$GORO_SONAME"
	ln -sf "$GORO_SONAME" "$lib/libgoro.so"
	pc goro
	install -m 755 reference/tools/goro-symbolize "$bin/goro-symbolize"
	install -m 755 "$1/goro-trace" "$bin/goro-trace"
	install -m 755 "$1/goro-explore" "$bin/goro-explore"
	install -m 644 reference/gdb/goro-gdb.py "$data/goro-gdb.py"
	install -m 644 reference/gdb/goro-gdb.py "$auto"
	echo "installed goro $GORO_VERSION under $DESTDIR$PREFIX"
}

can_tsan() {
	echo 'int main(void) { return 0; }' |
		clang -fsanitize=thread -x c - -o /dev/null 2>/dev/null || {
		echo "goro-tsan is left out: no clang with ThreadSanitizer"
		exit 1
	}
}

install_tsan() {
	install -m 644 "$1/libgoro.a" "$lib/libgoro-tsan.a"
	pc goro-tsan
	echo "installed goro-tsan $GORO_VERSION under $DESTDIR$PREFIX"
}

# Directories go only below a DESTDIR: elsewhere they are the system's.
uninstall_all() {
	for header in reference/include/*.h; do
		rm -f "$include/${header##*/}"
	done
	rm -f "$lib/libgoro.a" "$lib/$real" "$lib/$GORO_SONAME" \
		"$lib/libgoro.so" "$lib/pkgconfig/goro.pc" \
		"$lib/libgoro-tsan.a" "$lib/pkgconfig/goro-tsan.pc" \
		"$data/goro-gdb.py" "$auto" "$bin/goro-symbolize" \
		"$bin/goro-trace" "$bin/goro-explore"
	rmdir "$data" 2>/dev/null || :
	if [ -n "$DESTDIR" ] && [ -d "$DESTDIR" ]; then
		find "$DESTDIR" -mindepth 1 -depth -type d -empty -delete
	fi
	echo "removed goro from $DESTDIR$PREFIX"
}

case ${1:-} in
install) install_all "$2" ;;
can-tsan) can_tsan ;;
install-tsan) install_tsan "$2" ;;
uninstall) uninstall_all ;;
*)
	sed -n '4,7s/^#	/  /p' "$0" >&2
	exit 2
	;;
esac

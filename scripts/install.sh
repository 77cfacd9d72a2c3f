#!/bin/sh
# install.sh - puts goro under $DESTDIR$PREFIX or takes it away again.
#
#	install.sh install BUILD_DIR
#	install.sh uninstall
#
# The Makefile gives DESTDIR, PREFIX, LIBDIR, INCLUDEDIR, GORO_VERSION and
# GORO_SONAME by the environment.
set -eu

lib=$DESTDIR$LIBDIR
include=$DESTDIR$INCLUDEDIR
real=libgoro.so.$GORO_VERSION

install_all() {
	install -d "$include" "$lib/pkgconfig"
	install -m 644 reference/include/*.h "$include"
	install -m 644 "$1/libgoro.a" "$lib/libgoro.a"
	install -m 755 "$1/libgoro.so" "$lib/$real"
	ln -sf "$real" "$lib/$GORO_SONAME"
	ln -sf "$GORO_SONAME" "$lib/libgoro.so"
	sed -e "s|@PREFIX@|$PREFIX|" -e "s|@LIBDIR@|$LIBDIR|" \
		-e "s|@INCLUDEDIR@|$INCLUDEDIR|" \
		-e "s|@VERSION@|$GORO_VERSION|" scripts/goro.pc.in \
		>"$lib/pkgconfig/goro.pc"
	chmod 644 "$lib/pkgconfig/goro.pc"
	echo "installed goro $GORO_VERSION under $DESTDIR$PREFIX"
}

# Directories go only below a DESTDIR: elsewhere they are the system's.
uninstall_all() {
	for header in reference/include/*.h; do
		rm -f "$include/${header##*/}"
	done
	rm -f "$lib/libgoro.a" "$lib/$real" "$lib/$GORO_SONAME" \
		"$lib/libgoro.so" "$lib/pkgconfig/goro.pc"
	if [ -n "$DESTDIR" ] && [ -d "$DESTDIR" ]; then
		find "$DESTDIR" -mindepth 1 -depth -type d -empty -delete
	fi
	echo "removed goro from $DESTDIR$PREFIX"
}

case ${1:-} in
install) install_all "$2" ;;
uninstall) uninstall_all ;;
*)
	echo "install.sh: install BUILD_DIR or uninstall" >&2
	exit 2
	;;
esac

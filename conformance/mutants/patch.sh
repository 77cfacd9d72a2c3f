#!/bin/sh
# patch.sh - goro with a patch: patch.sh PATCH OUT.so
#
# Makes a tree of links to this one with a copy of goro's sources, patched,
# and of its objects, so that make compiles again what the patch changes and
# nothing else.  Called by run.sh; CONFIG, CC, CFLAGS and MAKE come from make.
set -eu

here=$PWD
patch=$here/$1
tree=$here/${2%.so}.tree
build=build/$CONFIG

command -v patch >/dev/null || {
	echo "patch is missing: install the Debian package patch" >&2
	exit 1
}
rm -rf "$tree" "$2"
mkdir -p "$tree/reference" "$tree/$build/obj/runtimes"
for name in Makefile abi conformance runtimes scripts; do
	ln -s "$here/$name" "$tree/$name"
done
for name in reference/*; do
	[ "$name" = reference/src ] || ln -s "$here/$name" "$tree/$name"
done
cp -a reference/src "$tree/reference"
cp -a build/setup "$tree/build"
cp -a "$build/reference" "$tree/$build"
cp -a "$build/obj/runtimes/goro" "$tree/$build/obj/runtimes"
(cd "$tree/reference/src" &&
	patch -s -p1 -F 2 --no-backup-if-mismatch <"$patch")
unset MAKEFLAGS MAKELEVEL
$MAKE -s -C "$tree" CONFIG="$CONFIG" CC="$CC" CFLAGS="$CFLAGS" \
	"$build/runtimes/goro.so"
mv "$tree/$build/runtimes/goro.so" "$2"
rm -rf "$tree"

#!/bin/sh
# build.sh - builds a part in Rust, with the crates at hand or else fetched.  Where
# that is not possible: one line, and no file.
#
#	build.sh CARGO NAME CRATE FOLDER FILE
#
# NAME is that of its folder; CRATE the library whose version it says.  A FILE
# *.so is a runtime, the package assay-NAME; any other is an interpreter of litmus
# programs, litmus-NAME.
set -u
cd "$(dirname "$0")" || exit 1

cargo=$1
name=$2
crate=$3
file=$5
case $file in
*.so) package=assay-$name made=libassay_$name.so ;;
*) package=litmus-$name made=$package ;;
esac
export CARGO_TARGET_DIR="$4" CARGO_NET_RETRY=1 CARGO_HTTP_TIMEOUT=20
version=$(sed -n "/^name = \"$crate\"\$/{n;s/.*\"\(.*\)\"/\1/p;}" Cargo.lock)
export ASSAY_CRATE_VERSION="$version" LITMUS_VERSION="$crate $version"
log=$CARGO_TARGET_DIR/log

build() {
	timeout 900 "$cargo" build --release --locked -p "$package" "$@" \
		>"$log" 2>&1
}

mkdir -p "$CARGO_TARGET_DIR" "$(dirname "$file")" || exit 1
rm -f "$file"
if [ -z "$cargo" ]; then
	echo "$name: no cargo (Debian package cargo): left out"
elif build --offline || build; then
	cp "$CARGO_TARGET_DIR/release/$made" "$file"
else
	why=$(grep -m 1 '^error' "$log" || tail -n 1 "$log")
	echo "$name: $cargo: $why: left out"
fi

#!/bin/sh
# build.sh - builds an interpreter of litmus programs in Rust, with the crates at
# hand or else fetched.  Where that is not possible: one line, and no program.
#
#	build.sh CARGO NAME CRATE FOLDER PROGRAM
#
# NAME is that of its folder; CRATE the library whose version it says.
set -u
cd "$(dirname "$0")" || exit 1

cargo=$1
name=$2
crate=$3
program=$5
export CARGO_TARGET_DIR="$4" CARGO_NET_RETRY=1 CARGO_HTTP_TIMEOUT=20
LITMUS_VERSION="$crate $(sed -n "/^name = \"$crate\"\$/{n;s/.*\"\(.*\)\"/\1/p;}" Cargo.lock)"
export LITMUS_VERSION
log=$CARGO_TARGET_DIR/log

build() {
	timeout 900 "$cargo" build --release --locked -p "litmus-$name" "$@" \
		>"$log" 2>&1
}

mkdir -p "$CARGO_TARGET_DIR" "$(dirname "$program")" || exit 1
rm -f "$program"
if [ -z "$cargo" ]; then
	echo "$name: no cargo (Debian package cargo): left out"
elif build --offline || build; then
	cp "$CARGO_TARGET_DIR/release/litmus-$name" "$program"
else
	why=$(grep -m 1 '^error' "$log" || tail -n 1 "$log")
	echo "$name: $cargo: $why: left out"
fi

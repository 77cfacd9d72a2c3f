#!/bin/sh
# build.sh - builds the workloads on tokio, with the crates at hand or else
# fetched.  Where that is not possible: one line, and no program.
#
#	build.sh CARGO FOLDER PROGRAM
set -u
cd "$(dirname "$0")" || exit 1

cargo=$1
CARGO_TARGET_DIR=$2
program=$3
log=$CARGO_TARGET_DIR/log
export CARGO_TARGET_DIR CARGO_NET_RETRY=1 CARGO_HTTP_TIMEOUT=20

build() {
	timeout 900 "$cargo" build --release --locked "$@" >"$log" 2>&1
}

mkdir -p "$CARGO_TARGET_DIR" "$(dirname "$program")" || exit 1
rm -f "$program"
if [ -z "$cargo" ]; then
	echo "tokio: no cargo (Debian package cargo): left out"
elif build --offline || build; then
	cp "$CARGO_TARGET_DIR/release/assay-tokio" "$program"
else
	why=$(grep -m 1 '^error' "$log" || tail -n 1 "$log")
	echo "tokio: $cargo: $why: left out"
fi

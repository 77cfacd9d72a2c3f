#!/bin/sh
# rust.sh - builds and runs the program of a defect in a crate.
#
#	rust.sh PACKAGE NAME     NAME is an example of the package in runtimes/
set -eu

package=$1
name=$2
workspace=../../runtimes/rust
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/../../build/release/obj/runtimes/rust}"
export ASSAY_CRATE_VERSION=none LITMUS_VERSION=none CARGO_NET_RETRY=1

build() {
	(cd $workspace && cargo build -q --release --locked -p "$package" \
		--example "$name" "$@")
}

if ! command -v cargo >/dev/null; then
	echo "no cargo here: Debian package cargo"
	exit 77
fi
if ! build --offline 2>/dev/null && ! build; then
	echo "cargo cannot build $package, or cannot fetch its crates"
	exit 77
fi
exec timeout 20 "$CARGO_TARGET_DIR/release/examples/$name"

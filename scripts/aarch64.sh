#!/bin/sh
# aarch64.sh - a program that uses goro, built for aarch64 against the static
# library in BUILD_DIR and run under qemu-user at several GOMAXPROCS.
set -eu

dir=$1
aarch64-linux-gnu-gcc -Wall -Wextra -Werror -Ireference/include -static \
	tests/programs/user.c "$dir/libgoro.a" -pthread -o "$dir/user"
for procs in 1 2 4; do
	GOMAXPROCS=$procs timeout 60 qemu-aarch64 "$dir/user" >"$dir/user.out"
	cmp tests/programs/user.out "$dir/user.out"
done
echo "aarch64: 3 passed, 0 failed"

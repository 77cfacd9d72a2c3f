# Cross-built for aarch64 and run under qemu-user: goro alone, as there is no
# CUnit for that machine here.  What calls make may name compilers: not these.
override CC := aarch64-linux-gnu-gcc
override LD := aarch64-linux-gnu-ld
override AR := aarch64-linux-gnu-ar
override GORO_ARCH := aarch64
HOST_CC := cc
# Return addresses are signed, branch targets are landing pads: qemu enforces
# both.  libgcc's atomics have no landing pads, and what libc links statically
# may have none; an object of ours without them is an error.
CONFIG_CFLAGS := $(or $(OPT),-O2) -mbranch-protection=standard -mno-outline-atomics
CONFIG_LDFLAGS :=
BRANCH_LDFLAGS := -nostartfiles -Wl,--defsym=__dso_handle=0,-z,force-bti
BRANCH_CHECK = readelf -n $(B)/reference/goro.o | grep -q BTI
# Signing by the emulator's own cipher: the one of the architecture, in software,
# is nine tenths of the time at -O0, where every function signs.
RUN_ON := qemu-aarch64 -cpu max,pauth-impdef=on -L /usr/aarch64-linux-gnu
SAN := none

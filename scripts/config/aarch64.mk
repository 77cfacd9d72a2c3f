# Cross-built for aarch64 and run under qemu-user: goro alone, as there is no
# CUnit for that machine here.
CC := aarch64-linux-gnu-gcc
HOST_CC := cc
GORO_ARCH := aarch64
LD := aarch64-linux-gnu-ld
AR := aarch64-linux-gnu-ar
CONFIG_CFLAGS := -O2
CONFIG_LDFLAGS :=
SAN := none

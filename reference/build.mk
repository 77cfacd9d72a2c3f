# goro, the reference runtime: a static and a shared library.

GORO_ARCH ?= $(shell uname -m)
GORO_ROOMS := base sched wait io diag
GORO_SRC := $(wildcard reference/src/*.c $(GORO_ROOMS:%=reference/src/%/*.c))
GORO_OBJ := $(GORO_SRC:reference/src/%.c=$(B)/reference/%.o) \
	$(B)/reference/switch.o

# Atomics as calls into libgcc would be outside of the bounds that base/text.h
# writes down; and these have to be all of a file's code.
GORO_CFLAGS_aarch64 := -mno-outline-atomics
GORO_TEXT := -fno-function-sections -fno-lto

# Functions with an array have a canary.  Above the primitives so have those
# whose locals have an address; in the runtime that is every call that waits.
# Landing pads (-fcf-protection) are left out: an instruction in each function
# makes a spawn 3 % longer, and Linux enforces them in no program.
GORO_HARDEN := -fstack-protector
GORO_EXT_HARDEN := -fstack-protector-strong

GORO_INCLUDE := -Ireference/src -Ireference/include \
	-Ireference/src/base/san/$(SAN) -Ireference/src/base/arch/$(GORO_ARCH)

# Under ThreadSanitizer the runtime itself is not instrumented: its own locks
# would be edges between goroutines that the program does not have.  What it
# does for goroutines it says through base/san/tsan/san.h.
GORO_CFLAGS := $(filter-out -fsanitize=thread,$(C_BASE)) -D_GNU_SOURCE \
	$(GORO_INCLUDE) -fno-semantic-interposition $(GORO_HARDEN) \
	$(GORO_CFLAGS_$(GORO_ARCH)) $(GORO_TEXT)

$(B)/reference/%.o: reference/src/%.c reference/build.mk
	@mkdir -p $(@D)
	$(CC) $(GORO_CFLAGS) -c -o $@ $<

# What is built above the primitives is a user of the runtime like any other:
# not marked by base/text.h, may be preempted, and instrumented for ThreadSanitizer.
GORO_EXT_OBJ := $(patsubst reference/src/%.c,$(B)/reference/%.o,\
	$(wildcard reference/src/ext/*.c reference/src/net/*.c \
	reference/src/debug/*.c))

$(B)/reference/ext/%.o: reference/src/ext/%.c reference/build.mk
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -D_GNU_SOURCE $(GORO_INCLUDE) \
		-fno-semantic-interposition $(GORO_EXT_HARDEN) -c -o $@ $<

$(B)/reference/net/%.o: reference/src/net/%.c reference/build.mk
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -D_GNU_SOURCE $(GORO_INCLUDE) \
		-fno-semantic-interposition $(GORO_EXT_HARDEN) -c -o $@ $<

$(B)/reference/debug/%.o: reference/src/debug/%.c reference/build.mk
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -D_GNU_SOURCE $(GORO_INCLUDE) \
		-fno-semantic-interposition $(GORO_EXT_HARDEN) -c -o $@ $<

$(B)/reference/switch.o: reference/src/base/arch/$(GORO_ARCH)/switch.S
	@mkdir -p $(@D)
	$(CC) -Ireference/src/base/arch/$(GORO_ARCH) -MMD -MP -c -o $@ $<

# One object: the linker keeps what calls each other together.
$(B)/reference/goro.o: $(GORO_OBJ)
	$(CC) -r -nostdlib -o $@ $^

$(B)/libgoro.a: $(B)/reference/goro.o $(GORO_EXT_OBJ)
	rm -f $@
	$(AR) rcs $@ $^

# nodelete: threads of goro stay in its code after a dlclose().
GORO_SO_FLAGS := -shared -Wl,-soname,libgoro.so.0 -Wl,-z,nodelete \
	-Wl,-z,relro,-z,now -Wl,--version-script=reference/goro.map

$(B)/libgoro.so: $(B)/reference/goro.o $(GORO_EXT_OBJ) reference/goro.map
	$(CC) $(CONFIG_LDFLAGS) $(GORO_SO_FLAGS) -o $@ $(filter %.o,$^) -pthread

ALL += $(B)/libgoro.a $(B)/libgoro.so

FRAGMENTS += reference/tools/trace/build.mk reference/tools/explore/build.mk
include reference/tools/trace/build.mk
include reference/tools/explore/build.mk

FRAGMENTS += reference/tests/build.mk reference/tests/arch/build.mk \
	reference/tests/fault/build.mk reference/tests/fd/build.mk \
	reference/tests/frames/build.mk reference/tests/traced/build.mk \
	reference/model/build.mk
include reference/tests/build.mk
include reference/tests/arch/build.mk
include reference/tests/fault/build.mk
include reference/tests/fd/build.mk
include reference/tests/frames/build.mk
include reference/tests/traced/build.mk
include reference/model/build.mk

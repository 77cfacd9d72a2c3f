# Tests of what a port to a machine has to get right.  test-arch runs them on
# this machine; built for another (CONFIG=aarch64) it runs them under RUN_ON,
# its emulator.

GA := $(GT)/arch
GA_PROGRAMS := $(addprefix $(GT_OUT)/,port first shared/port dies overflow unwind \
	migrate keep chain)
GA_CC = $(CC) $(C_BASE) -Ireference/include -I$(GT)/programs \
	$(CONFIG_LDFLAGS) -MF $@.d

$(GT_OUT)/port: $(GA)/port.c $(B)/libgoro.a
	@mkdir -p $(@D)
	$(GA_CC) -o $@ $< $(B)/libgoro.a -pthread -ldl

$(GT_OUT)/first: $(GA)/first.c
	@mkdir -p $(@D)
	$(GA_CC) -D_GNU_SOURCE -Ireference/src/base/arch/$(GORO_ARCH) -o $@ $<

# Stacks that the program knows; their C++ part is for this machine alone.
$(GT_OUT)/chain: $(GT)/frames/chain.c $(GT)/frames/no_cxx.c $(B)/libgoro.a
	@mkdir -p $(@D)
	$(GA_CC) -g -o $@ $(filter %.c,$^) $(B)/libgoro.a -pthread -ldl

# With the shared library, which finds the thread's M in another way, and for
# which branch targets are enforced where the machine can do that.
$(GT_OUT)/shared/libgoro.so.0: $(B)/reference/goro.o
	@mkdir -p $(@D)
	$(CC) $(CONFIG_LDFLAGS) $(BRANCH_LDFLAGS) -shared \
		-Wl,-soname,libgoro.so.0 -o $@ $^ -pthread
	$(BRANCH_CHECK)

$(GT_OUT)/shared/port: $(GA)/port.c $(GT_OUT)/shared/libgoro.so.0
	$(GA_CC) -o $@ $^ -Wl,-rpath,'$$ORIGIN' -pthread

GA_CROSS := test-aarch64 test-aarch64-O0 test-aarch64-O1

.PHONY: test-arch $(GA_CROSS)

test-arch: $(GA_PROGRAMS)
	@$(GA)/run.sh $(GORO_ARCH)$(OPT) $(GT_OUT) $(RUN_ON)

# What `make aarch64` does, if its tools are there: each optimisation is a test
# of its own, as each leaves other frames on a stack that is given away.
$(GA_CROSS): test-%:
	@if why=$$(scripts/setup.sh check cross 2>&1); then \
		$(MAKE) --no-print-directory CONFIG=aarch64 $(GA_OPT); \
	else \
		echo "$*: skipped, $$(echo "$$why" | head -n 1)"; \
	fi

test-aarch64: GA_OPT := test-arch
test-aarch64-O0: GA_OPT := OPT=-O0 B=build/aarch64-O0 test-arch
test-aarch64-O1: GA_OPT := OPT=-O1 B=build/aarch64-O1 test-arch

ifeq ($(SAN),none)
TESTS += test-arch $(GA_CROSS)
endif

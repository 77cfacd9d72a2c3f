# runtimes/gccgo: the Go of GCC as a host, without cgo: see main.go.
#
# Debian package gccgo; without it, and in builds with sanitizers, which do not
# know its stacks, it is left out.
#
# For each new M libgo notes a stack, for which it first reads the debug
# information of all that is linked: 0.3 s of a CPU in most runs.  So libgo and
# the cases are linked without theirs, and that of libc is not found: table.c.

#? GCCGO     the Go compiler of GCC
GCCGO ?= gccgo
GCCGO_OBJ := $(B)/obj/runtimes/gccgo
GCCGO_SRC := $(wildcard runtimes/gccgo/*.go)

CONF_MISSING_gccgo := no gccgo here: Debian package gccgo

ifneq ($(and $(shell command -v $(GCCGO)),$(filter none,$(SAN))),)
RUNTIME_FILES += $(B)/runtimes/gccgo
endif

$(GCCGO_OBJ)/table.o: runtimes/gccgo/table.c
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -Iconformance/runner \
		-DASSAY_GCCGO_VERSION='"$(shell $(GCCGO) -dumpfullversion)"' \
		-c -o $@ $<

$(GCCGO_OBJ)/cases.o: $(B)/cases.o
	@mkdir -p $(@D)
	objcopy --strip-debug $< $@

$(GCCGO_OBJ)/libgo.a: runtimes/gccgo/build.mk
	@mkdir -p $(@D)
	objcopy --strip-debug "$$($(GCCGO) -print-file-name=libgo.a)" $@

$(B)/runtimes/gccgo: $(GCCGO_SRC) $(addprefix $(GCCGO_OBJ)/,table.o cases.o \
		libgo.a) $(B)/child.o runtimes/gccgo/build.mk
	@mkdir -p $(@D)
	$(GCCGO) -O2 -g -static-libgo -L$(GCCGO_OBJ) -Wl,--wrap=open -o $@ \
		$(GCCGO_SRC) $(filter %.o,$^) $(CUNIT_LIBS)

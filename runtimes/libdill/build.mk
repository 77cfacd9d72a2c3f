# runtimes/libdill.so: libdill, with the kit for what it lacks.
#
#? LIBDILL   where libdill is installed, if pkg-config has it not

LIBDILL ?=
DILL_CFLAGS := $(if $(LIBDILL),-isystem $(LIBDILL)/include,\
	$(shell pkg-config --cflags libdill 2>/dev/null))
DILL_LIBS := $(if $(LIBDILL),-L$(LIBDILL)/lib -Xlinker -rpath -Xlinker $(LIBDILL)/lib \
	-ldill,$(shell pkg-config --libs libdill 2>/dev/null))
DILL_OBJS := $(patsubst runtimes/libdill/%.c,$(B)/obj/runtimes/libdill/%.o,\
	$(wildcard runtimes/libdill/*.c))

CONF_MISSING_libdill := no libdill here: https://libdill.org, LIBDILL=/prefix

ifneq ($(and $(DILL_LIBS),$(filter none,$(SAN))),)
RUNTIME_FILES += $(B)/runtimes/libdill.so
endif

$(B)/obj/runtimes/libdill/%.o: runtimes/libdill/%.c
	@mkdir -p $(@D)
	$(CC) $(C_BASE) $(DILL_CFLAGS) -c -o $@ $<

$(B)/runtimes/libdill.so: $(DILL_OBJS) $(KIT_OBJS)
	@mkdir -p $(@D)
	$(CC) $(CONFIG_LDFLAGS) $(LDFLAGS) -shared -o $@ $^ $(DILL_LIBS)

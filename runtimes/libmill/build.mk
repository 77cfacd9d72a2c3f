# runtimes/libmill.so: libmill, with the kit for what it lacks.
#
#? LIBMILL   where libmill is installed, if pkg-config has it not

LIBMILL ?=
MILL_CFLAGS := $(if $(LIBMILL),-isystem $(LIBMILL)/include,\
	$(shell pkg-config --cflags libmill 2>/dev/null))
MILL_LIBS := $(if $(LIBMILL),-L$(LIBMILL)/lib -Xlinker -rpath -Xlinker $(LIBMILL)/lib \
	-lmill,$(shell pkg-config --libs libmill 2>/dev/null))
MILL_OBJS := $(patsubst runtimes/libmill/%.c,$(B)/obj/runtimes/libmill/%.o,\
	$(wildcard runtimes/libmill/*.c))

CONF_MISSING_libmill := no libmill here: https://libmill.org, LIBMILL=/prefix

ifneq ($(and $(MILL_LIBS),$(filter none,$(SAN))),)
RUNTIME_FILES += $(B)/runtimes/libmill.so
endif

# Its go() moves the stack by a large array, which must not be touched.
$(B)/obj/runtimes/libmill/%.o: runtimes/libmill/%.c
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -fno-stack-clash-protection $(MILL_CFLAGS) -c -o $@ $<

$(B)/runtimes/libmill.so: $(MILL_OBJS) $(KIT_OBJS)
	@mkdir -p $(@D)
	$(CC) $(CONFIG_LDFLAGS) $(LDFLAGS) -shared -o $@ $^ $(MILL_LIBS)

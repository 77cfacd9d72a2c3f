# runtimes/neco.so: neco, with the kit for what it lacks.
#
#? NECO      where neco is installed: include/neco.h, lib/libneco.*

NECO ?= $(firstword $(patsubst %/include/neco.h,%,\
	$(wildcard /usr/local/include/neco.h /usr/include/neco.h)))
NC_OBJS := $(patsubst runtimes/neco/%.c,$(B)/obj/runtimes/neco/%.o,\
	$(wildcard runtimes/neco/*.c))

CONF_MISSING_neco := no neco here: https://github.com/tidwall/neco, NECO=/prefix

ifneq ($(and $(wildcard $(NECO)/include/neco.h),$(filter none,$(SAN))),)
RUNTIME_FILES += $(B)/runtimes/neco.so
endif

$(B)/obj/runtimes/neco/%.o: runtimes/neco/%.c
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -isystem $(NECO)/include -c -o $@ $<

$(B)/runtimes/neco.so: $(NC_OBJS) $(KIT_OBJS)
	@mkdir -p $(@D)
	$(CC) $(CONFIG_LDFLAGS) $(LDFLAGS) -shared -pthread -o $@ $^ \
		-L$(NECO)/lib -Wl,-rpath,$(NECO)/lib -lneco

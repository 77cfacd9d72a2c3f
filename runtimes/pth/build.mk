# runtimes/pth.so: threads of GNU Pth, with the kit.

CONF_MISSING_pth := no GNU Pth here: Debian package libpth-dev

ifneq ($(and $(wildcard /usr/include/pth.h),$(filter none,$(SAN))),)
RUNTIME_FILES += $(B)/runtimes/pth.so
endif

$(B)/runtimes/pth.so: runtimes/pth/adapter.c $(KIT_OBJS)
	@mkdir -p $(@D)
	$(CC) $(C_BASE) $(CONFIG_LDFLAGS) $(LDFLAGS) -shared -o $@ \
		$(filter-out %.h,$^) -lpth

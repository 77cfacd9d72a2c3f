# runtimes/state_threads.so: State Threads, with the kit.

CONF_MISSING_state_threads := no State Threads here: Debian package libst-dev

ifneq ($(and $(wildcard /usr/include/st.h),$(filter none,$(SAN))),)
RUNTIME_FILES += $(B)/runtimes/state_threads.so
endif

$(B)/runtimes/state_threads.so: runtimes/state_threads/adapter.c $(KIT_OBJS)
	@mkdir -p $(@D)
	$(CC) $(C_BASE) $(CONFIG_LDFLAGS) $(LDFLAGS) -shared -o $@ \
		$(filter-out %.h,$^) -lst

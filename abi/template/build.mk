# runtimes/@NAME@.so

RUNTIME_FILES += $(B)/runtimes/@NAME@.so

$(B)/runtimes/@NAME@.so: runtimes/@NAME@/adapter.c
	@mkdir -p $(@D)
	$(CC) $(C_BASE) $(CONFIG_LDFLAGS) $(LDFLAGS) -shared -pthread -o $@ $<

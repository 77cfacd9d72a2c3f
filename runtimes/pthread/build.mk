# runtimes/pthread.so: a thread per goroutine.

PT_OBJS := $(patsubst runtimes/pthread/%.c,$(B)/obj/runtimes/pthread/%.o,\
	$(wildcard runtimes/pthread/*.c))

RUNTIME_FILES += $(B)/runtimes/pthread.so

$(B)/obj/runtimes/pthread/%.o: runtimes/pthread/%.c
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -D_GNU_SOURCE -pthread -c -o $@ $<

$(B)/runtimes/pthread.so: $(PT_OBJS)
	@mkdir -p $(@D)
	$(CC) $(CONFIG_LDFLAGS) $(LDFLAGS) -shared -pthread -o $@ $^

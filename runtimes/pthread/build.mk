# runtimes/pthread.so: a thread per goroutine.

PT := $(B)/runtimes/pthread
PT_OBJS := $(patsubst runtimes/pthread/%.c,$(PT)/%.o,\
	$(wildcard runtimes/pthread/*.c))

RUNTIME_FILES += $(PT).so

$(PT)/%.o: runtimes/pthread/%.c
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -D_GNU_SOURCE -pthread -c $< -o $@

$(PT).so: $(PT_OBJS)
	$(CC) -shared -pthread $(CONFIG_LDFLAGS) $^ -o $@

# runtimes/goro.so: the adapter with the static library inside.

GORO_ADAPTER_OBJ := $(patsubst runtimes/goro/%.c,\
	$(B)/obj/runtimes/goro/%.o,$(wildcard runtimes/goro/*.c))

RUNTIME_FILES += $(B)/runtimes/goro.so

$(B)/obj/runtimes/goro/%.o: runtimes/goro/%.c
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -Ireference/include -Ireference/tools/trace -c -o $@ $<

$(B)/runtimes/goro.so: $(GORO_ADAPTER_OBJ) $(GORO_TRACE_READER) $(B)/libgoro.a
	@mkdir -p $(@D)
	$(CC) $(CONFIG_LDFLAGS) $(LDFLAGS) -shared -pthread -o $@ $^

# goro-trace, and the reader in it, which the adapters have for trace->convert.

GTR := reference/tools/trace
GORO_TRACE_READER := $(patsubst %,$(B)/obj/$(GTR)/%.o,tables rules order json \
	convert)
GTR_MAIN := $(patsubst %,$(B)/obj/$(GTR)/%.o,tables rules order json states \
	stats perfetto main)

$(B)/obj/$(GTR)/%.o: $(GTR)/%.c
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -Iabi -c -o $@ $<

$(B)/goro-trace: $(GTR_MAIN)
	$(CC) $(CONFIG_LDFLAGS) -o $@ $^

ALL += $(B)/goro-trace

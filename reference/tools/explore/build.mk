# goro-explore, which shares sched/explored.h with the runtime.

GEX := reference/tools/explore
GEX_OBJ := $(patsubst $(GEX)/%.c,$(B)/obj/$(GEX)/%.o,$(wildcard $(GEX)/*.c))

$(B)/obj/$(GEX)/%.o: $(GEX)/%.c
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -Ireference/src -c -o $@ $<

$(B)/goro-explore: $(GEX_OBJ)
	$(CC) $(CONFIG_LDFLAGS) -o $@ $^

ALL += $(B)/goro-explore

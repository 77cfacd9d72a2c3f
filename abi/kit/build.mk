# The kit for N:1 libraries: the objects that an adapter links.

KIT_OBJS := $(patsubst abi/kit/%.c,$(B)/obj/abi/kit/%.o,$(wildcard abi/kit/*.c))

$(B)/obj/abi/kit/%.o: abi/kit/%.c
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -c -o $@ $<

# The kit is judged on the least library there can be: once as it is, and once
# where ready() runs the other coroutine at once.
KIT_TESTS := $(B)/kit-tests/least.so $(B)/kit-tests/rude.so
$(B)/kit-tests/least.so: KIT_READY := false
$(B)/kit-tests/rude.so: KIT_READY := true

$(KIT_TESTS): abi/kit/tests/least.c $(KIT_OBJS)
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -DREADY_SWITCHES=$(KIT_READY) $(CONFIG_LDFLAGS) \
		$(LDFLAGS) -shared -o $@ $(filter-out %.h,$^)

TESTS += test-kit

.PHONY: test-kit
test-kit: $(KIT_TESTS) $(B)/conformance ## the kit for N:1 libraries, judged by the suite
	@abi/kit/tests/judge.sh $(B)/conformance $(KIT_TESTS)

# Traces of whole programs, and of the whole suite.

GT_TRACED := $(GT_OUT)/traced-worker $(GT_OUT)/traced-slow \
	$(GT_OUT)/traced-hard $(GT_OUT)/traced-outside

$(GT_TRACED): $(GT_OUT)/traced-%: $(GT)/traced/%.c $(B)/libgoro.a
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -D_GNU_SOURCE -Ireference/include $(CONFIG_LDFLAGS) \
		-MF $@.d -o $@ $< $(B)/libgoro.a -pthread -ldl

TESTS += test-traced

.PHONY: test-traced traced
test-traced: $(GT_TRACED) $(B)/goro-trace ## traces of goro, read by Go too, whole and damaged
	@$(GT)/traced/run.sh $(B)

#? TRACED    make traced: the numbers of Ps to trace at: "1 2 4"
TRACED ?= 1 2 4
#? EVERY     make traced: Go's reader reads each EVERYth trace, too: 1
EVERY ?= 1

traced: all ## trace each case and example; read every trace
	@TRACED="$(TRACED)" EVERY="$(EVERY)" $(GT)/traced/run.sh $(B) campaign

.PHONY: soak-traced bench-traced
soak-traced: $(GT_OUT)/soak $(B)/goro-trace ## make soak with a trace, read as it is written: without a gap
	@$(GT)/traced/soak.sh $(B) $(SOAK_SECONDS)

bench-traced: $(B)/examples/http_server ## what a trace costs the HTTP server under wrk: at most 10 %
	@$(GT)/traced/http.sh "$(ROUNDS)" $(B)

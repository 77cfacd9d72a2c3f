# Traces of whole programs, and of the whole suite.

$(GT_OUT)/traced-worker: $(GT)/traced/worker.c $(B)/libgoro.a
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -D_GNU_SOURCE -Ireference/include $(CONFIG_LDFLAGS) \
		-MF $@.d -o $@ $< $(B)/libgoro.a -pthread -ldl

TESTS += test-traced

.PHONY: test-traced traced
test-traced: $(GT_OUT)/traced-worker $(B)/goro-trace ## traces of goro, read by Go too, whole and damaged
	@$(GT)/traced/run.sh $(B)

traced: $(B)/conformance $(B)/runtimes/goro.so $(EX_FILES) $(B)/goro-trace ## trace each case and example; read every trace
	@$(GT)/traced/run.sh $(B) campaign

.PHONY: soak-traced
soak-traced: $(GT_OUT)/soak $(B)/goro-trace ## make soak with a trace, which must be without a gap
	@GORO_TRACE=$(GT_OUT)/soak.trace $(GT_OUT)/soak $(SOAK_SECONDS)
	@$(B)/goro-trace check $(GT_OUT)/soak.trace

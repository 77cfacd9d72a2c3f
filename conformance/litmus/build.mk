# litmus: small programs whose outcomes are computed, see README.md.

TESTS += test-litmus

# N is the number of faults of `make mutate` if nobody sets it.
LITMUS_N = $(if $(filter command environment,$(firstword $(origin N))),$(N),1000)
LITMUS = $(CONF_DIR)/litmus/litmus --build $(B) --seed '$(SEED)'

.PHONY: litmus test-litmus
litmus: $(B)/conformance $$(foreach r,$$(or $$(RUNTIME),goro),$$(call \
		conf_files,$$(r))) ## run litmus programs on RUNTIME, N rounds each
	@$(LITMUS) --runtime '$(or $(RUNTIME),goro)' -n '$(LITMUS_N)' $(ARGS)

test-litmus: $(B)/conformance $$(call conf_files,goro) $(MUT_OUT)/wrap.so ## the sets, the rules, faults that are noticed
	@$(CONF_DIR)/litmus/tests/run.sh $(B)

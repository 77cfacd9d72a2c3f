# litmus: small programs whose outcomes are computed, see README.md.

TESTS += test-litmus

# N is the number of faults of `make mutate` if nobody sets it.
LITMUS_N = $(if $(filter command environment,$(firstword $(origin N))),$(N),1000)
LITMUS = $(CONF_DIR)/litmus/litmus --build $(B) --seed '$(SEED)'

# Interpreters of PROTOCOL.md, $(B)/litmus/NAME: a fragment of runtimes/ adds its
# own to LITMUS_FILES, or to LITMUS_ON_DEMAND if it is to be built only when it
# is named, as that may fetch packages.
LITMUS_FILES :=
LITMUS_ON_DEMAND :=
litmus_files = $(filter $(B)/litmus/$(1),$(LITMUS_FILES) $(LITMUS_ON_DEMAND))

.PHONY: litmus interpreters test-litmus
litmus: $(B)/conformance $$(foreach r,$$(or $$(RUNTIME),goro),$$(call \
		conf_files,$$(r)) $$(call litmus_files,$$(r))) ## run litmus programs on RUNTIME, N rounds each
	@$(LITMUS) --runtime '$(or $(RUNTIME),goro)' -n '$(LITMUS_N)' $(ARGS)

interpreters: $$(LITMUS_FILES) $$(LITMUS_ON_DEMAND) ## build the interpreters of litmus programs; may fetch packages

test-litmus: $(B)/conformance $$(call conf_files,goro) $(MUT_OUT)/wrap.so \
		$$(LITMUS_FILES) ## the sets, the rules, faults that are noticed
	@$(CONF_DIR)/litmus/tests/run.sh $(B)

# goker: programs with known faults, see README.md.

#? PROCS     goker: the numbers of procs to run at
PROCS ?= 1 2
#? AS_MAIN   goker: 1 runs each program as the main goroutine
AS_MAIN ?=

TESTS += test-goker

# N is the number of faults of `make mutate` if nobody sets it.
GOKER_N = $(if $(filter command environment,$(firstword $(origin N))),$(N),10)
GOKER_SLOW = $(if $(filter none,$(SAN)),,--scale 10)
GOKER_RUN = $(if $(GOKER_SLOW),ASSAY_TEST_SCALE=0.1) $(CONF_DIR)/goker/goker.py \
	$(GOKER_SLOW) $(if $(filter tsan,$(SAN)),--races) \
	$(if $(AS_MAIN),--as-main) --only '$(ONLY)'

.PHONY: goker test-goker
goker: $(B)/conformance $$(foreach r,$$(or $$(RUNTIME),goro),$$(call \
		conf_files,$$(r))) ## run programs with known faults on RUNTIME, N times
	@$(GOKER_RUN) -n $(GOKER_N) --procs '$(PROCS)' $(B)/conformance \
		$(or $(call conf_files,$(or $(RUNTIME),goro)),$(RUNTIME))

# The README shows what the programs say of themselves.
test-goker: $(B)/conformance $$(call conf_files,goro) ## each of them twice
	@python3 -B $(CONF_DIR)/goker/test.py
	@$(CONF_DIR)/goker/goker.py --table $(B)/conformance \
		$(call conf_files,goro) >$(B)/goker.table
	@sed -n '/^| program/,$$p' $(CONF_DIR)/goker/README.md | \
		diff - $(B)/goker.table
	@$(GOKER_RUN) --only '' -n 2 --procs 2 \
		$(if $(filter none,$(SAN)),--strict) $(B)/conformance \
		$(call conf_files,goro)

# Races are seen by ThreadSanitizer alone, so with it the programs are the others.
.PHONY: goker-explore
goker-explore: $(B)/conformance $$(call conf_files,goro) $(B)/goro-explore ## the run in which goro-explore finds each of those programs
	@$(CONF_DIR)/goker/explore.sh $(B)/conformance $(call conf_files,goro) \
		$(B)/goro-explore $(if $(filter tsan,$(SAN)),others,stay) '$(ONLY)'

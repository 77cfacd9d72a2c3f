# ci: the regression gate and the history (Python).

#? BASE      make gate: compare with what: a revision, a build folder, ...
BASE ?=
#? HEAD      make gate: what is compared; default: this tree's build
HEAD ?=
CI_OUT := $(B)/gate
CI_HISTORY = $(or $(HISTORY),ci/history.jsonl)
# Those that only the command line sets have other defaults elsewhere.
ci_given = $(if $(filter command environment,$(firstword \
	$(origin $(1)))),--$(2)='$(subst ','\'',$(value $(1)))')
CI_GATE = --base='$(BASE)' --head='$(or $(HEAD),$(B))' --out='$(CI_OUT)' \
	$(call ci_given,FILTER,filter) \
	$(call ci_given,PROCS,procs) $(call ci_given,ROUNDS,rounds) \
	$(if $(MIN_TIME),--min-time='$(MIN_TIME)') \
	$(if $(RUNTIME),--runtime='$(RUNTIME)')

TESTS += test-gate

.PHONY: gate history steps test-gate test-gate-slow gate-rates
gate: $(if $(HEAD),,$(B)/assay-bench $(B)/conformance \
		$(B)/runtimes/goro.so) ## is this slower or less right than BASE?
	@$(if $(BASE),,echo "gate: BASE=? a revision, as in BASE=main" >&2; exit 2)
	@ci/gate $(CI_GATE) $(ARGS)

history: ## adds the last results of make bench to the history
	@ci/history append --file='$(CI_HISTORY)' '$(REPORT)/results.json'

steps: ## where a figure of the history changed for good
	@ci/history steps --file='$(CI_HISTORY)'

test-gate: ## the gate: made-up noise, planted slowdowns, broken programs
	@ci/tests/run.sh

test-gate-slow: $(B)/assay-bench $(B)/conformance $(B)/runtimes/goro.so \
		## the gate on goro: one build 20 times, a planted slowdown
	@ci/tests/slow.sh $(B)

gate-rates: ## how often the gate is wrong, by simulation (minutes)
	@ci/tests/rates.sh

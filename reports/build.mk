# reports: rounds of bench programs and the report on them (Python).

REPORTS_PYTHON := reports/python.sh
#? RUNTIMES  make bench: what to measure; names, paths, LABEL=PATH
RUNTIMES ?= goro go pthread boost_fiber
#? PROCS     make bench: the GOMAXPROCS to measure at
PROCS ?= 1 2
#? FILTER    make bench: only workloads that match, an extended regex
FILTER ?=
#? QUICK     make bench QUICK=1: under two minutes, not comparable
QUICK ?=
#? RESUME    make bench RESUME=1: go on where a run was interrupted
RESUME ?=
#? MIN_TIME  make bench: seconds that a sample measures at least
MIN_TIME ?=
#? REPORT    the folder of results.json, report.html and report.md
REPORT ?= $(B)/report
#? HISTORY   earlier runs, JSON lines, to be drawn in the report
HISTORY ?= $(wildcard ci/history.jsonl)

#? WITH      make agree: the folder of the results to compare REPORT's with
WITH ?=

# The text of a variable as one word of the shell, not expanded by make: a
# pattern may end in a dollar sign.
reports_word = '$(subst ','\'',$(value $(1)))'
reports_on = $(filter-out 0 no,$($(1)))
reports_files = $(filter $(B)/native/$(1) $(B)/runtimes/$(1).so \
	$(B)/runtimes/$(1),$(NATIVE_FILES) $(NATIVE_ON_DEMAND) $(RUNTIME_FILES))
REPORTS_VARS := CONFIG RUNTIMES PROCS FILTER QUICK ROUNDS MIN_TIME REPORT
REPORTS_OPTIONS = --out='$(REPORT)' $(if $(HISTORY),--history='$(HISTORY)')
REPORTS_BENCH = --build='$(B)' --runtimes=$(call reports_word,RUNTIMES) \
	--procs=$(call reports_word,PROCS) \
	--filter=$(call reports_word,FILTER) \
	$(if $(filter command environment,$(firstword $(origin ROUNDS))),\
		--rounds=$(call reports_word,ROUNDS)) \
	$(if $(MIN_TIME),--min-time='$(MIN_TIME)') \
	$(if $(call reports_on,QUICK),--quick) \
	$(if $(call reports_on,RESUME),--resume) \
	$(foreach v,$(REPORTS_VARS),$(if $(filter command,$(origin $(v))),\
		--given='$(v)='$(call reports_word,$(v)))) \
	$(foreach r,$(RUNTIMES),$(if $(call reports_files,$(r)),,\
		$(if $(CONF_MISSING_$(r)),\
		--missing='$(r)=$(strip $(CONF_MISSING_$(r)))'))) \
	--compiler='$(CC)' --flags='$(strip $(CONFIG_CFLAGS) $(CFLAGS))'

#? SITE      the folder that make site writes
SITE ?= $(B)/site

TESTS += test-reports

.PHONY: bench report agree certify site test-reports
bench: $(B)/assay-bench $(B)/conformance $$(foreach r,$$(RUNTIMES),$$(call \
		reports_files,$$(r))) ## measure RUNTIMES side by side, with a report
	@$(REPORTS_PYTHON) -m assay_report bench $(REPORTS_BENCH) \
		$(REPORTS_OPTIONS)

report: ## the report again, from the last results of make bench
	@$(REPORTS_PYTHON) -m assay_report report $(REPORTS_OPTIONS)

agree: ## do two runs of make bench, WITH and REPORT, say the same?
	@$(REPORTS_PYTHON) -m assay_report agree --out='$(REPORT)' \
		'$(or $(WITH),$(error make agree needs WITH=folder))'

certify: $(B)/conformance $(CONF_BODIES) $$(call conf_files,$$(RUNTIME)) $$(call litmus_files,$$(RUNTIME)) ## judge RUNTIME whole, three times, into results/
	@$(if $(RUNTIME),,echo "certify: RUNTIME=? which one" >&2; exit 2)
	@$(if $(filter none,$(SAN)),,echo "certify: $(CONFIG) is slower than \
		bounds of time allow" >&2; exit 2)
	@$(REPORTS_PYTHON) -m assay_results certify --build '$(B)' \
		--runtime $(call reports_word,RUNTIME) $(ARGS)

site: $(B)/conformance ## static pages on all results, into SITE
	@$(REPORTS_PYTHON) -m assay_site --build '$(B)' --out '$(SITE)'

test-reports: ## statistics, rounds and report, on made-up figures
	@$(REPORTS_PYTHON) tests/lib/unittests.py test-reports reports

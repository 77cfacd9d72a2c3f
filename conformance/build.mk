# The conformance runner and the case library.
#
#   $(B)/cases.o     every case and the words they are written in, one object
#   $(B)/child.o     the process that runs one case (child.h)
#   $(B)/conformance the runner
#
# A host links cases.o, child.o and $(CUNIT_LIBS).  Link objects, not archives:
# nothing refers to a case by name.  What the runner can load is built at
# $(B)/runtimes/NAME.so or, a host, $(B)/runtimes/NAME and stands in
# RUNTIME_FILES; its known failures are in runtimes/NAME/expectations.

CUNIT_LIBS ?= -lcunit -lm

CONF_DIR := conformance
CONF_OBJ := $(B)/obj/conformance
CONF_CASES := $(wildcard $(CONF_DIR)/cases/*/*.c $(CONF_DIR)/goker/*.c)
CONF_CHILD := $(addprefix $(CONF_DIR)/runner/,caselist.c child.c child_ahead.c \
	child_complain.c child_describe.c child_table.c child_verdict.c child_watch.c) \
	$(wildcard $(CONF_DIR)/litmus/*.c)
CONF_RUNNER := $(filter-out $(CONF_CHILD),$(wildcard $(CONF_DIR)/runner/*.c))

conf_objects = $(patsubst $(CONF_DIR)/%,$(CONF_OBJ)/%.o,$(1))
CONF_CASE_OBJS := $(call conf_objects,$(CONF_CASES))
CONF_CHILD_OBJS := $(call conf_objects,$(CONF_CHILD))
CONF_RUNNER_OBJS := $(call conf_objects,$(CONF_RUNNER)) \
	$(CONF_OBJ)/runner/data.S.o

ALL += $(B)/conformance
TESTS += test-registry test-runner test-field

$(CONF_OBJ)/%.c.o: $(CONF_DIR)/%.c
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -I$(CONF_DIR)/cases -c -o $@ $<

# The runner knows how slow the build is that it is part of.
$(CONF_OBJ)/runner/settings.c.o: C_BASE += -DASSAY_SAN_NAME='"$(SAN)"'

# What a run depends on, for reports that are merged.
$(CONF_OBJ)/suite.digest: $(CONF_CASES) $(CONF_CHILD) $(wildcard abi/*.h \
		$(CONF_DIR)/*/*.h $(CONF_DIR)/cases/*/*.h $(CONF_DIR)/runner/*.[ch] \
		$(CONF_DIR)/*.tsv)
	@mkdir -p $(@D)
	@cat $^ | sha256sum | head -c 16 >$@

# The lists of profiles: version, name and row, the newest version last.
conf_profiles = awk -v OFS='\t' '{ sub(/\#.*/, ""); n = split(FILENAME, f, "/"); \
	name = f[n]; sub(/\.txt$$/, "", name) } \
	NF { print f[n - 1], name, $$1 }' $(1) /dev/null | sort -s -V -k 1,1
CONF_PROFILES := $(sort $(wildcard $(CONF_DIR)/mustpass/*/*.txt))
$(CONF_OBJ)/profiles.tsv: $(CONF_PROFILES) $(wildcard $(CONF_DIR)/mustpass/*)
	@mkdir -p $(@D)
	@$(call conf_profiles,$(CONF_PROFILES)) >$@

$(CONF_OBJ)/runner/data.S.o: $(CONF_DIR)/runner/data.S \
		$(CONF_DIR)/behaviours.tsv $(CONF_DIR)/uncovered.tsv \
		$(CONF_DIR)/mutants/kills.tsv $(CONF_OBJ)/profiles.tsv \
		$(CONF_OBJ)/suite.digest $(CONF_DIR)/version
	@mkdir -p $(@D)
	$(CC) -DPROFILES='"$(CONF_OBJ)/profiles.tsv"' \
		-DSUITE_DIGEST='"$(CONF_OBJ)/suite.digest"' -c -o $@ $<

# A case file that was deleted must leave the library too: the list of files
# is an input.
$(CONF_OBJ)/cases.list: FORCE
	@mkdir -p $(@D)
	@echo '$(CONF_CASES)' | cmp -s - $@ || echo '$(CONF_CASES)' >$@

$(B)/cases.o: $(CONF_CASE_OBJS) $(CONF_OBJ)/cases.list
	$(LD) -r -o $@ $(CONF_CASE_OBJS)

$(B)/child.o: $(CONF_CHILD_OBJS)
	$(LD) -r -o $@ $^

CONF_LINK = $(CC) $(CONFIG_LDFLAGS) $(LDFLAGS) -rdynamic -o $@ $^ \
	$(CUNIT_LIBS) -ljansson -ldl -lpthread

$(B)/conformance: $(CONF_RUNNER_OBJS) $(B)/child.o $(B)/cases.o
	$(CONF_LINK)

# ---- a run ----------------------------------------------------------------

#? RUNTIME   runtimes to judge, by name or path; "all": the whole field
RUNTIME ?=
#? ARGS      options of the runner, as in ARGS="--run CH --repeat 20"
ARGS ?=

CONF_USUAL := goro pthread go
CONF_MISSING_go := $(if $(filter none,$(SAN)),\
	no Go here: Debian package golang-go)
CONF_ASKED = $(or $(RUNTIME),$(CONF_USUAL))
# A fragment of runtimes/ adds what it builds to RUNTIME_FILES, or to
# CONF_ON_DEMAND if that is to be built only when it is named, as it may fetch
# packages.
CONF_ON_DEMAND :=
conf_files = $(filter $(B)/runtimes/$(1) $(B)/runtimes/$(1).so,\
	$(RUNTIME_FILES) $(CONF_ON_DEMAND))
# Asked for by name, one that is not built is the runner's error to report.
CONF_RUN = $(foreach r,$(CONF_ASKED),$(if $(RUNTIME)$(call conf_files,$(r)),\
	--runtime $(r)))
CONF_LEFT_OUT = $(if $(RUNTIME),,$(foreach r,$(CONF_USUAL),\
	$(if $(call conf_files,$(r)),,$(r))))
conf_say_left_out = @echo "$(1): left out, \
	$(or $(CONF_MISSING_$(1)),not part of this build)"

define CONF_NEWLINE


endef

.PHONY: FORCE conformance explore cases cases.tsv coverage test-registry test-runner \
	test-field
FORCE:

# The parts of cases that are C++, if there is a compiler for it; a case that
# finds none is skipped.
ifneq ($(shell command -v "$(CXX)"),)
CONF_BODIES := $(B)/cases_cxx.so
ALL += $(CONF_BODIES)

$(CONF_BODIES): $(wildcard $(CONF_DIR)/cases/*/*.cc)
	@mkdir -p $(@D)
	$(CXX) -std=c++17 -fPIC -fvisibility=hidden -MMD -MP -MF $@.d -Wall \
		-Wextra $(WERROR) $(CONFIG_CFLAGS) $(CONFIG_LDFLAGS) \
		-I$(CONF_DIR)/cases -shared \
		-o $@ $(filter %.cc,$^)
endif

# The fragments that come after this one add to RUNTIME_FILES.
.SECONDEXPANSION:

ifeq ($(RUNTIME),all)
# Each folder of runtimes/ with a README is one, but for what is shared.
FIELD := $(filter-out rust,$(patsubst runtimes/%/README.md,%,\
	$(wildcard runtimes/*/README.md)))

conformance: $(B)/conformance $(CONF_BODIES) $$(foreach r,$$(FIELD),$$(call \
		conf_files,$$(r)) $$(call litmus_files,$$(r)))
	@$(CONF_DIR)/field/field.py --build $(B) \
		$(foreach r,$(FIELD),'$(r)=$(strip $(CONF_MISSING_$(r)))') \
		$(if $(ARGS),-- $(ARGS))
else
conformance: $(B)/conformance $(CONF_BODIES) $$(foreach r,$$(CONF_ASKED),$$(call \
		conf_files,$$(r))) ## judge RUNTIME by the cases, with ARGS
	$(foreach r,$(CONF_LEFT_OUT),$(call conf_say_left_out,$(r))$(CONF_NEWLINE)	)
	@$(B)/conformance $(CONF_RUN) --last $(B)/last.json $(ARGS)
endif

# Each of the N schedules of a case takes some milliseconds.
EXPLORE_N = $(if $(filter command environment,$(firstword $(origin N))),$(N),1000)

explore: $(B)/conformance $(CONF_BODIES) $$(call conf_files,goro) ## judge goro under N schedules of each case
	@$(B)/conformance --runtime goro --explore $(EXPLORE_N) $(ARGS)

cases: $(B)/cases.o $(B)/child.o ## compile the conformance cases

cases.tsv: $(B)/conformance ## conformance/cases.tsv anew: what each case asks for
	@$(B)/conformance --cases >$(CONF_OBJ)/$@ && cp $(CONF_OBJ)/$@ $(CONF_DIR)/$@

coverage: $(B)/conformance ## behaviours and cases by area and level
	@$(B)/conformance --coverage

# ---- tests ----------------------------------------------------------------

test-field: ## judging a field of runtimes, by made-up ones
	@cd $(CONF_DIR)/field && python3 -B ../../tests/lib/unittests.py \
		test-field .

test-registry: $(B)/conformance ## hold behaviours and cases against each other
	@$(B)/conformance --check
	@$(B)/conformance --cases | cmp - $(CONF_DIR)/cases.tsv || { \
		echo "$(CONF_DIR)/cases.tsv is not of these cases: make cases.tsv"; \
		exit 1; }

# The runner with cases of its own, and a runtime that can be broken in many
# ways by its macros.
CONF_TEST := $(CONF_DIR)/runner/tests
CONF_TEST_OUT := $(B)/runner-tests
CONF_SUPPORT_OBJS := $(call conf_objects,$(addprefix $(CONF_DIR)/cases/kit/,\
	attempt.c caller.c check.c kit.c ledger.c))

# A runtime by its name, and the macros that break it.
conf_fake = $(eval CONF_FAKES += $(1))$(eval CONF_FAKE_$(1) := $(2))
$(call conf_fake,good)
$(call conf_fake,broken,-DFAKE_NAME='"broken"' -DFAKE_BROKEN=1)
$(call conf_fake,enotsup,-DFAKE_ENOTSUP=1)
$(call conf_fake,abi,-DFAKE_ABI=999)
$(call conf_fake,truncated,-DFAKE_SIZE=40)
$(call conf_fake,stub,-DFAKE_SIZE=8)
$(call conf_fake,absurd,-DFAKE_CORE_SIZE=12345678)
$(call conf_fake,nocore,-DFAKE_CORE=NULL)
$(call conf_fake,nogo,-DFAKE_CORE_SIZE=16)
$(call conf_fake,null,-DFAKE_TABLE=NULL)
$(call conf_fake,nosymbol,-DFAKE_SYMBOL=assay_other)
$(call conf_fake,crash,-DFAKE_CONSTRUCTOR='abort()')
$(call conf_fake,hang,-DFAKE_CONSTRUCTOR='for (;;) pause()')
$(call conf_fake,late,-DFAKE_CONSTRUCTOR='usleep(1500000)')
$(call conf_fake,exit,-DFAKE_CONSTRUCTOR='_exit(0)')
$(call conf_fake,noise,-DFAKE_CONSTRUCTOR='puts("\033[31mnoise")')
$(call conf_fake,noext,-DFAKE_EXT_SYMBOL=assay_other)
$(call conf_fake,ext_abi,-DFAKE_EXT_ABI=999)
$(call conf_fake,ext_truncated,-DFAKE_EXT_SIZE=20)
$(call conf_fake,ext_stub,-DFAKE_EXT_SIZE=8)
$(call conf_fake,ext_older,-DFAKE_EXT_SIZE=24)
$(call conf_fake,ext_absurd,-DFAKE_EXT_SIZE=12345678)
$(call conf_fake,ext_group,-DFAKE_LAZY_SIZE=12345678)
$(call conf_fake,ext_null,-DFAKE_EXT=NULL)
$(call conf_fake,go122,-DFAKE_GO='"1.22.3"')
$(call conf_fake,go_soon,-DFAKE_GO='"soon"')
$(call conf_fake,explores,-DFAKE_BAD_SCHEDULE=3)
$(call conf_fake,explores_exit,-DFAKE_BAD_SCHEDULE=3 -DFAKE_BAD_END='({ _exit(0); 0; })')
$(call conf_fake,one_proc,-DFAKE_ENOTSUP='(options != NULL && options->procs > 1)')
$(call conf_fake,one_p,-DFAKE_PROCS=0)
$(call conf_fake,older,-DFAKE_SIZE='offsetof(struct assay_runtime,stack_bytes)')
$(call conf_fake,no_chan,-DFAKE_CHAN=NULL)
$(call conf_fake,selects,\
	-DFAKE_CHAN_SIZE='sizeof(struct assay_chan_ops)')
$(call conf_fake,endless,-DFAKE_STACK=UINT64_MAX)
$(call conf_fake,tight,-DFAKE_STACK=8192)
$(call conf_fake,roomy,-DFAKE_STACK=2097152 -DFAKE_MOST=8 \
	-DFAKE_TRAITS='ASSAY_TRAIT_BUFFERED|ASSAY_TRAIT_DEADLOCK')
$(call conf_fake,full,-DFAKE_TABLE='&full' -DFAKE_EXT='&full_ext')
CONF_FAKE_FILES := $(patsubst %,$(CONF_TEST_OUT)/%.so,$(CONF_FAKES))

$(CONF_TEST_OUT)/%.so: $(CONF_TEST)/fake.c $(wildcard abi/*.h) \
		conformance/build.mk
	@mkdir -p $(@D)
	$(CC) $(C_BASE) $(CONFIG_LDFLAGS) -MF $@.d $(CONF_FAKE_$*) -shared \
		-o $@ $<

$(CONF_TEST_OUT)/cheat.so: $(CONF_TEST)/cheat.c $(wildcard abi/*.h)
	@mkdir -p $(@D)
	$(CC) $(C_BASE) $(CONFIG_LDFLAGS) -MF $@.d -shared -o $@ $< -ldl -lpthread

$(CONF_TEST_OUT)/lost.so: $(call conf_objects,$(CONF_TEST)/lost.c \
		$(addprefix $(CONF_DIR)/mutants/,wrap.c kit.c))
	@mkdir -p $(@D)
	$(CC) $(CONFIG_LDFLAGS) $(LDFLAGS) -shared -o $@ $^ -ldl -lpthread

$(CONF_TEST_OUT)/conformance: $(CONF_RUNNER_OBJS) $(B)/child.o \
		$(CONF_SUPPORT_OBJS) $(call conf_objects,$(CONF_TEST)/cases.c)
	@mkdir -p $(@D)
	$(CONF_LINK)

# The same with rows of its own, right ones and wrong ones.
CONF_ROWS := $(addprefix $(CONF_TEST_OUT)/,rows wrong_rows)

$(CONF_TEST_OUT)/profiles.tsv: $(wildcard $(CONF_TEST)/mustpass/*/*.txt)
	@mkdir -p $(@D)
	@$(call conf_profiles,$^) >$@

$(CONF_ROWS:=.S.o): $(CONF_TEST_OUT)/%.S.o: $(CONF_DIR)/runner/data.S \
		$(CONF_TEST)/%.tsv $(CONF_TEST_OUT)/profiles.tsv \
		$(CONF_OBJ)/suite.digest
	@mkdir -p $(@D)
	$(CC) -DBEHAVIOURS='"$(CONF_TEST)/$*.tsv"' \
		-DUNCOVERED='"$(CONF_TEST)/rows_uncovered.tsv"' \
		-DKILLS='"$(CONF_TEST)/rows_kills.tsv"' \
		-DPROFILES='"$(CONF_TEST_OUT)/profiles.tsv"' \
		-DSUITE_DIGEST='"$(CONF_OBJ)/suite.digest"' -c -o $@ $<

$(CONF_ROWS): %: $(filter-out $(CONF_OBJ)/runner/data.S.o,$(CONF_RUNNER_OBJS)) %.S.o \
		$(B)/child.o $(CONF_SUPPORT_OBJS) \
		$(call conf_objects,$(CONF_TEST)/cases.c)
	$(CONF_LINK)

test-runner: $(CONF_TEST_OUT)/conformance $(CONF_ROWS) $(CONF_FAKE_FILES) \
		$(CONF_TEST_OUT)/cheat.so $(CONF_TEST_OUT)/lost.so $(B)/conformance \
		$$(call conf_files,goro) ## test the conformance runner itself
	@$(CONF_TEST)/runner.sh $(CONF_TEST_OUT) $(B)/conformance

FRAGMENTS += conformance/mutants/build.mk conformance/mutate/build.mk \
	conformance/goker/build.mk conformance/litmus/build.mk
include conformance/mutants/build.mk
include conformance/mutate/build.mk
include conformance/goker/build.mk
include conformance/litmus/build.mk

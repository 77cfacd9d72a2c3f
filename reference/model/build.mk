# The model checker: pieces of the runtime in every order of their steps.
#
# A model is a program of its own, built from the sources as they are but for
# the twins of the seams, which come before them (-include), and for the sizes
# in small.sed, which would only make the search longer.  Each planted bug,
# planted/MODEL.NAME.sed, is built into a copy of its own and must be found.

MC := reference/model
MC_OUT := $(B)/model
MC_MODELS := $(patsubst $(MC)/models/%.c,%,$(wildcard $(MC)/models/*.c))
MC_BUGS := $(patsubst $(MC)/planted/%.sed,%,$(wildcard $(MC)/planted/*.sed))
MC_ENGINE := $(patsubst %,$(MC_OUT)/%.o,explore threads memory conflicts switch)
MC_SRC := $(wildcard reference/src/*.c reference/src/*/*.[ch])
MC_HEADERS := $(wildcard $(MC)/*.h $(MC)/seam/*.h)
MC_LINKED := $(addprefix sched/,runq globq idle m timer) \
	$(addprefix base/,lock note)
# These models have the scheduler as it is, sysmon too.
MC_LINKED_sched := $(addprefix sched/,schedule poll monitor sysmon)
MC_LINKED_blocking := $(MC_LINKED_sched)
MC_CFLAGS := -std=gnu11 -D_GNU_SOURCE -O1 -g $(WARN) $(WERROR) -I$(MC) \
	-Ireference/include -Ireference/src/base/san/none \
	-Ireference/src/base/arch/$(GORO_ARCH) -include $(MC)/seam/atomic.h
# What no model calls need not be there.
MC_LINK := -no-pie -Wl,--unresolved-symbols=ignore-all
# Plain accesses call the checker; no sanitizer library is linked.
MC_WATCHED := -fsanitize=thread -include $(MC)/seam/sys.h

$(MC_OUT)/%.o: $(MC)/%.c $(MC_HEADERS) $(MC_SRC)
	@mkdir -p $(@D)
	$(CC) $(MC_CFLAGS) -O2 -Ireference/src -c -o $@ $<

$(MC_OUT)/switch.o: reference/src/base/arch/$(GORO_ARCH)/switch.S
	@mkdir -p $(@D)
	$(CC) -Ireference/src/base/arch/$(GORO_ARCH) -c -o $@ $<

# mc_program DIR, MODEL, BUG: a program from a copy of the sources.
define mc_program
$(1)/src/.made: $(MC_SRC) $(MC)/small.sed $(MC)/plant.sh \
		$(3:%=$(MC)/planted/%.sed)
	@$(MC)/plant.sh $(MC) $(1)/src $(or $(3),small)

$(1)/$(2): $(1)/src/.made $(MC)/models/$(2).c $(MC)/harness.c $(MC_HEADERS) \
		$(MC_ENGINE) $(MC)/build.mk
	@set -e; for f in $(MC_LINKED:%=$(1)/src/%.c) \
			$(MC_LINKED_$(2):%=$(1)/src/%.c) $(MC)/harness.c; do \
		$$(CC) $$(MC_CFLAGS) $$(MC_WATCHED) -I$(1)/src \
			-c -o $(1)/$$$$(basename $$$$f .c).o $$$$f; done
	@$$(CC) $$(MC_CFLAGS) $$(MC_WATCHED) -I$(1)/src -c -o $$@.model.o \
		$(MC)/models/$(2).c
	$$(CC) -g $$(MC_LINK) -o $$@ $$@.model.o $(1)/harness.o \
		$(patsubst %,$(1)/%.o,$(notdir $(MC_LINKED) \
		$(MC_LINKED_$(2)))) $(MC_ENGINE)
MC_PROGRAMS += $(1)/$(2)
endef

MC_PROGRAMS :=
$(foreach m,$(MC_MODELS),$(eval $(call mc_program,$(MC_OUT)/$m,$m)))
$(foreach b,$(MC_BUGS),$(eval $(call \
	mc_program,$(MC_OUT)/planted/$b,$(firstword $(subst ., ,$b)),$b)))

.PHONY: model
model: $(MC_PROGRAMS) ## the runtime's lock-free pieces, every order of steps
	@$(MC)/run.sh $(MC_OUT) "$(MC_MODELS)" "$(MC_BUGS)"

# The model checker: pieces of the runtime in every order of their steps.
#
# A model is a program of its own, linked from the runtime's objects.  They are
# built from the sources as they are but for the twins of the seams, which come
# before them (-include), and for the sizes in small.sed, which would only make
# the search longer.  Each planted bug, planted/MODEL.NAME.sed, must be found
# by its model, of which the objects that it changes are built anew.

MC := reference/model
MC_OUT := $(B)/model
MC_MODELS := $(patsubst $(MC)/models/%.c,%,$(wildcard $(MC)/models/*.c))
MC_BUGS := $(patsubst $(MC)/planted/%.sed,%,$(wildcard $(MC)/planted/*.sed))
MC_ENGINE := $(patsubst %,$(MC_OUT)/%.o,explore threads memory conflicts switch)
MC_SRC := $(wildcard reference/src/*.c reference/src/*/*.[ch])
MC_HEADERS := $(wildcard $(MC)/*.h $(MC)/seam/*.h)
# What each model has of the runtime.
MC_QUEUES := base/lock base/note $(addprefix sched/,runq globq queue idle state \
	timed virtual)
MC_TIMERS := $(MC_QUEUES) $(addprefix sched/,stopm deadlock timer)
MC_SCHED := $(MC_TIMERS) $(addprefix sched/,schedule poll monitor sysmon)
MC_LINKED_globq := $(MC_QUEUES)
MC_LINKED_lock := $(MC_QUEUES)
MC_LINKED_note := $(MC_QUEUES)
MC_LINKED_runq := $(MC_QUEUES)
MC_LINKED_sched := $(MC_SCHED)
MC_LINKED_blocking := $(MC_SCHED)
MC_LINKED_world := $(MC_SCHED) $(addprefix sched/,world syscall proc)
MC_LINKED_deadlock := $(MC_SCHED)
MC_LINKED_preempt := $(MC_SCHED) $(addprefix sched/,world proc preempt \
	resched lockthread halt)
MC_LINKED_waiters := $(MC_TIMERS) sched/bubblewait wait/deadline
MC_LINKED_poll := $(MC_TIMERS) sched/bubble
MC_LINKED_samples := $(MC_QUEUES) diag/samples

# An operation that the twin lacks would be one that links to nothing.
MC_CFLAGS := -std=gnu11 -D_GNU_SOURCE -O1 -g -MMD -MP $(WARN) $(WERROR) \
	-Werror=implicit-function-declaration \
	-I$(MC) -Ireference/include -Ireference/src/base/san/none \
	-Ireference/src/base/arch/$(GORO_ARCH) -include $(MC)/seam/atomic.h
# What no model calls need not be there.
MC_LINK := $(CC) -g -no-pie -Wl,--unresolved-symbols=ignore-all
# Plain accesses call the checker; no sanitizer library is linked.
MC_WATCHED := $(CC) $(MC_CFLAGS) -fsanitize=thread -include $(MC)/seam/sys.h

$(MC_OUT)/%.o: $(MC)/%.c $(MC_HEADERS) $(MC_SRC)
	@mkdir -p $(@D)
	$(CC) $(MC_CFLAGS) -O3 -Ireference/src -c -o $@ $<

$(MC_OUT)/switch.o: reference/src/base/arch/$(GORO_ARCH)/switch.S
	@mkdir -p $(@D)
	$(CC) -Ireference/src/base/arch/$(GORO_ARCH) -c -o $@ $<

$(MC_OUT)/src/.made: $(MC_SRC) $(MC)/small.sed $(MC)/small.sh
	$(MC)/small.sh $(MC) $(MC_OUT)/src

$(MC_OUT)/obj/%.o: reference/src/%.c $(MC_OUT)/src/.made $(MC_HEADERS) $(MC)/build.mk
	@mkdir -p $(@D)
	$(MC_WATCHED) -I$(MC_OUT)/src -c -o $@ $(MC_OUT)/src/$*.c

$(MC_OUT)/obj/%.o: $(MC)/%.c $(MC_OUT)/src/.made $(MC_HEADERS) $(MC)/build.mk
	@mkdir -p $(@D)
	$(MC_WATCHED) -I$(MC_OUT)/src -c -o $@ $<

# mc_objects MODEL
mc_objects = $(patsubst %,$(MC_OUT)/obj/%.o,models/$(1) harness \
	$(MC_LINKED_$(1)))

define mc_program
$(MC_OUT)/models/$(1): $(call mc_objects,$(1)) $(MC_ENGINE)
	@mkdir -p $$(@D)
	$$(MC_LINK) -o $$@ $$^
endef

# mc_planted BUG, MODEL
define mc_planted
$(MC_OUT)/planted/$(1)/$(2): $(MC)/planted/$(1).sed $(MC)/plant.sh \
		$(MC_OUT)/models/$(2)
	@COMPILE="$$(MC_WATCHED)" LINK="$$(MC_LINK) $$(MC_ENGINE)" \
		$(MC)/plant.sh $$< $(MC_OUT) $$@ $(call mc_objects,$(2))
MC_PLANTED += $(MC_OUT)/planted/$(1)/$(2)
endef

MC_PLANTED :=
$(foreach m,$(MC_MODELS),$(eval $(call mc_program,$m)))
$(foreach b,$(MC_BUGS),$(eval $(call \
	mc_planted,$b,$(firstword $(subst ., ,$b)))))

.SECONDARY: $(foreach m,$(MC_MODELS),$(call mc_objects,$m))
.PHONY: model
model: $(MC_MODELS:%=$(MC_OUT)/models/%) $(MC_PLANTED) ## the runtime's lock-free pieces, every order of steps
	@$(MC)/run.sh $(MC_OUT) "$(MC_MODELS)" "$(MC_BUGS)"

# Mutants: faults planted one by one, each of which the suite must find.
#
#   *.c          faults round the table of a runtime, one shared object
#   goro/*.patch faults in goro's sources, for what no wrapper can break
#   tsan/*.patch edges of the memory model taken out of goro's sources

MUT_DIR := conformance/mutants
MUT_OUT := $(B)/mutants
MUT_SRC := $(filter-out $(MUT_DIR)/list.c,$(wildcard $(MUT_DIR)/*.c))
MUT_OBJS := $(call conf_objects,$(MUT_SRC))

ALL += $(MUT_OUT)/wrap.so $(MUT_OUT)/list

$(MUT_OUT)/wrap.so: $(MUT_OBJS)
	@mkdir -p $(@D)
	$(CC) $(CONFIG_LDFLAGS) $(LDFLAGS) -shared -o $@ $^ -ldl -lpthread

$(MUT_OUT)/list: $(MUT_OBJS) $(call conf_objects,$(MUT_DIR)/list.c)
	@mkdir -p $(@D)
	$(CC) $(CONFIG_LDFLAGS) $(LDFLAGS) -o $@ $^ -ldl -lpthread

MUT_NEEDS = $(B)/conformance $(B)/runtimes/goro.so $(MUT_OUT)/wrap.so \
	$(MUT_OUT)/list
MUT_RUN = B="$(B)" CONFIG="$(CONFIG)" CC="$(CC)" CFLAGS="$(CFLAGS)" \
	MAKE="$(MAKE)" $(MUT_DIR)/run.sh

#? FAULTS    mutants: only the faults whose name or row holds this word
FAULTS ?=

# Enough to see in a moment that faults are still found, for `make test`.
MUT_FEW := close_wakes_one select_first ring_drops_257th value_torn sleep_too_short \
	wait_returns_at_once mutex_excludes_nobody stopped_timer_fires \
	exit_status panic_alone stolen_twice ring_overflow_drops \
	child_not_cancelled last_error small_waiters_barge burst_off_by_one

TESTS += test-mutants

.PHONY: mutants mutants-tsan mutants-edges test-mutants
mutants: $$(MUT_NEEDS) ## plant faults one by one: each must fail its row
	@$(MUT_RUN) all $(strip $(FAULTS))

mutants-tsan: ## the same with edges that ThreadSanitizer must miss (clang)
	@scripts/for-tsan.sh $(MAKE) CONFIG=tsan mutants-edges

mutants-edges: $$(MUT_NEEDS)
	@$(MUT_RUN) tsan $(strip $(FAULTS))

test-mutants: $$(MUT_NEEDS) ## plant some of the faults
	@$(MUT_RUN) few $(MUT_FEW)

# mutate: faults that nobody chose, drawn at random from goro's own sources.

#? N         mutate: how many faults are drawn, of the SEED
N ?= 100
#? SEED      mutate: which ones
SEED ?= 1
#? FILES     mutate: only in these, as in FILES="wait/chan.c ext/*"
FILES ?=

TESTS += test-mutate

.PHONY: mutate kills test-mutate
mutate: $(B)/conformance $(CONF_BODIES) ## plant faults drawn at random, with ARGS
	@conformance/mutate/mutate -n '$(N)' --seed '$(SEED)' $(ARGS) -- \
		$(foreach f,$(FILES),'$(f)')

# The row stands in the second column of the list, and in a patch's head.
kills: $(MUT_OUT)/list ## what mutants and mutate have killed, for coverage
	@{ $(MUT_OUT)/list | cut -f 2; \
		sed -n 's/^row: //p' $(MUT_DIR)/goro/*.patch; } | \
		conformance/mutate/mutate --kills $(MUT_DIR)/kills.tsv

test-mutate: $(B)/conformance ## the draw, the operators, the faults known
	@conformance/mutate/tests/run.sh

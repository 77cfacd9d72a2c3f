# mutate: faults that nobody chose, drawn at random from goro's own sources.

#? N         mutate: how many faults are drawn, of the SEED
N ?= 100
#? SEED      mutate: which ones
SEED ?= 1
#? FILES     mutate: only in these, as in FILES="wait/chan.c ext/*"
FILES ?=

TESTS += test-mutate

.PHONY: mutate test-mutate
mutate: $(B)/conformance ## plant faults drawn at random, with ARGS
	@conformance/mutate/mutate -n '$(N)' --seed '$(SEED)' $(ARGS) -- \
		$(foreach f,$(FILES),'$(f)')

test-mutate: $(B)/conformance ## the draw, the operators, the faults known
	@conformance/mutate/tests/run.sh

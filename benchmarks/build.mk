# assay-bench, the workloads on any runtime, and echo-load beside it.
#
# Needs Google Benchmark: Debian package libbenchmark-dev.  Without it, and in
# builds with sanitizers, it is left out.

BW := benchmarks
BW_OBJ := $(B)/obj/benchmarks
BW_HEADER := $(firstword $(wildcard $(addsuffix /benchmark/benchmark.h,\
	/usr/include /usr/local/include)))
BW_HERE := $(if $(filter none,$(SAN)),$(BW_HEADER))

BW_OBJECTS := $(patsubst %,$(BW_OBJ)/%.o,\
	$(patsubst $(BW)/%,%,$(wildcard $(BW)/workloads/*.c)) \
	workloads/switch.S shim/shim.cc \
	runner/main.c runner/options.c runner/runtime.c)

BW_CXX := -std=c++17 -fPIC -fvisibility=hidden -MMD -MP -Wall -Wextra \
	$(WERROR) $(CONFIG_CFLAGS) $(CFLAGS)

$(BW_OBJ)/%.c.o: $(BW)/%.c
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -c -o $@ $<

$(BW_OBJ)/%.cc.o: $(BW)/%.cc
	@mkdir -p $(@D)
	$(CXX) $(BW_CXX) -c -o $@ $<

$(BW_OBJ)/workloads/switch.S.o: $(BW)/workloads/switch_$(GORO_ARCH).S
	@mkdir -p $(@D)
	$(CC) -c -o $@ $<

ifneq ($(BW_HEADER),)
$(B)/assay-bench: $(BW_OBJECTS) $(B)/echo-load
	$(CXX) $(CONFIG_LDFLAGS) $(LDFLAGS) -rdynamic -o $@ $(BW_OBJECTS) \
		-lbenchmark -pthread -ldl -lm
else
$(B)/assay-bench:
	@echo "assay-bench: no Google Benchmark here:" \
		"Debian package libbenchmark-dev" >&2; exit 1
endif

$(B)/echo-load: $(BW_OBJ)/runner/echo_load.c.o $(BW_OBJ)/workloads/epoll.c.o
	$(CC) $(CONFIG_LDFLAGS) $(LDFLAGS) -o $@ $^

# The parts that stand alone, under test.
$(B)/bench/hist-test: $(BW_OBJ)/tests/hist.c.o $(BW_OBJ)/workloads/hist.c.o
	@mkdir -p $(@D)
	$(CC) $(CONFIG_LDFLAGS) $(LDFLAGS) -o $@ $^ -lm

$(B)/bench/fake.so: $(BW_OBJ)/tests/fake.c.o
	@mkdir -p $(@D)
	$(CC) $(CONFIG_LDFLAGS) $(LDFLAGS) -shared -o $@ $^ -ldl

.PHONY: test-bench
test-bench: $(B)/assay-bench $(B)/bench/hist-test $(B)/bench/fake.so \
		$(B)/runtimes/goro.so ## every workload, briefly, and its JSON
	@$(BW)/tests/workloads.sh $(B) $(BW)/workloads.tsv

ifneq ($(BW_HERE),)
ALL += $(B)/assay-bench
TESTS += test-bench
endif

FRAGMENTS += benchmarks/native/build.mk benchmarks/echo/build.mk
include benchmarks/native/build.mk benchmarks/echo/build.mk

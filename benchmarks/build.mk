# The core benchmark: the same small workloads in C on goro and in Go.

BC := benchmarks/core
BC_OUT := $(B)/bench
BC_HAS_GO := $(filter none,$(SAN))$(shell command -v "$(GO)")
BC_PROGRAMS := $(BC_OUT)/core-goro \
	$(if $(filter none/%,$(BC_HAS_GO)),$(BC_OUT)/core-go)

$(BC_OUT)/core-goro: $(BC)/core.c $(B)/libgoro.a
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -Ireference/include $(CONFIG_LDFLAGS) -MF $@.d \
		-o $@ $< $(B)/libgoro.a -pthread -ldl

# A file outside of any module gets the language and the library of the
# toolchain itself.
$(BC_OUT)/core-go: $(BC)/core.go
	@mkdir -p $(@D)
	cd $(BC) && $(GO_RUN) GOFLAGS= CGO_ENABLED=0 $(GO) build \
		-trimpath -o $(abspath $@) core.go

ALL += $(BC_PROGRAMS)
TESTS += test-bench-core

#? ROUNDS    make bench-core: samples of each workload, 5 or more
ROUNDS ?= 5

.PHONY: bench-core test-bench-core
bench-core: $(BC_PROGRAMS) ## goro next to Go, operation by operation
	@$(BC)/run.sh "$(ROUNDS)" $(BC_PROGRAMS)

test-bench-core: $(BC_PROGRAMS) ## the programs of the core benchmark, briefly
	@$(BC)/test.sh $(BC_PROGRAMS)

FRAGMENTS += benchmarks/workloads.mk benchmarks/native/build.mk \
	benchmarks/echo/build.mk
include benchmarks/workloads.mk benchmarks/native/build.mk
include benchmarks/echo/build.mk

# Tests of goro itself: its pieces, races of its lock-free ones, and whole
# programs.

GT := reference/tests
GT_OUT := $(B)/goro-tests

GT_UNIT := $(wildcard $(GT)/unit/*.c)
GT_CFLAGS = $(GORO_CFLAGS) -I$(GT)/unit

$(GT_OUT)/unit/%.o: $(GT)/unit/%.c
	@mkdir -p $(@D)
	$(CC) $(GT_CFLAGS) -c -o $@ $<

$(GT_OUT)/unit-tests: $(GT_UNIT:$(GT)/%.c=$(GT_OUT)/%.o) $(B)/libgoro.a
	$(CC) $(CONFIG_LDFLAGS) -o $@ $^ $(CUNIT_LIBS) -pthread

# What is built above the primitives is tested on goro itself, built as its
# users are.  The linker lets the tests stand between it and libc.
GT_EXT := $(wildcard $(GT)/unit/ext/*.c)
GT_EXT_CFLAGS = $(C_BASE) $(filter -I%,$(GORO_CFLAGS)) -D_GNU_SOURCE

GT_NET := $(wildcard $(GT)/unit/net/*.c)

$(GT_OUT)/unit/ext/%.o: $(GT)/unit/ext/%.c
	@mkdir -p $(@D)
	$(CC) $(GT_EXT_CFLAGS) -c -o $@ $<

$(GT_OUT)/unit/net/%.o: $(GT)/unit/net/%.c
	@mkdir -p $(@D)
	$(CC) $(GT_EXT_CFLAGS) -c -o $@ $<

$(GT_OUT)/unit/unit_main.o: $(GT)/unit/main.c
	@mkdir -p $(@D)
	$(CC) $(GT_EXT_CFLAGS) -Dmain=unit_main -Wno-missing-prototypes \
		-c -o $@ $<

$(GT_OUT)/ext-tests: $(GT_EXT:$(GT)/%.c=$(GT_OUT)/%.o) \
		$(GT_OUT)/unit/unit_main.o $(B)/libgoro.a
	$(CC) $(CONFIG_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc \
		-Wl,--wrap=aligned_alloc,--wrap=goro_mutex_lock \
		-o $@ $^ $(CUNIT_LIBS) -pthread

$(GT_OUT)/net-tests: $(GT_NET:$(GT)/%.c=$(GT_OUT)/%.o) \
		$(GT_OUT)/unit/unit_main.o $(B)/libgoro.a
	$(CC) $(CONFIG_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc \
		-Wl,--wrap=syscall -o $@ $^ $(CUNIT_LIBS) -pthread

# The races run twice: with the library as it is built, and with these sources
# fully instrumented for ThreadSanitizer, by clang if it can.
GT_STRESS := $(wildcard $(GT)/stress/*.c)
GT_RACE_SRC := $(GT_STRESS) $(GT)/stress/alone/thread.c $(GT)/unit/main.c \
	$(addprefix reference/src/,\
	sched/runq.c sched/globq.c base/lock.c base/note.c diag/samples.c)
GT_RACE_CC = $(shell for cc in clang "$(CC)"; do \
	echo 'int main(void) { return 0; }' | $$cc -fsanitize=thread -x c - \
	-o $(GT_OUT)/can-tsan 2>/dev/null && echo $$cc && break; done)

$(GT_OUT)/stress/%.o: $(GT)/stress/%.c
	@mkdir -p $(@D)
	$(CC) $(GT_CFLAGS) -DSTRESS_SCALE=40 -DSTRESS_NAME='"stress"' \
		-c -o $@ $<

$(GT_OUT)/stress-tests: $(GT_STRESS:$(GT)/%.c=$(GT_OUT)/%.o) \
		$(GT_OUT)/unit/main.o $(B)/libgoro.a
	$(CC) $(CONFIG_LDFLAGS) -o $@ $^ $(CUNIT_LIBS) -pthread

$(GT_OUT)/tsan-tests: $(GT_RACE_SRC) $(wildcard reference/src/*/*.h \
		reference/src/base/san/*.h reference/src/base/arch/$(GORO_ARCH)/*.h \
		$(GT)/*/*.h) $(GT)/build.mk
	@mkdir -p $(@D)
	$(GT_RACE_CC) -std=gnu11 -D_GNU_SOURCE -O1 -g $(WARN) $(WERROR) \
		-fsanitize=thread -DSTRESS_SCALE=4 -DSTRESS_NAME='"tsan"' \
		-Ireference/include -Ireference/src -I$(GT)/unit \
		-Ireference/src/base/san/none \
		-Ireference/src/base/arch/$(GORO_ARCH) \
		-o $@ $(GT_RACE_SRC) $(CUNIT_LIBS) -pthread

# Whole programs, one source each.  Those that are moved to other threads or
# stopped in the middle of C are built by the strongest optimiser there is, and
# use all vector registers.
GT_STRONG := migrate hammer
GT_PROG := $(filter-out $(GT_STRONG:%=$(GT)/programs/%.c), \
	$(wildcard $(GT)/programs/*.c))
GT_CXX := $(patsubst $(GT)/programs/%.cc,$(GT_OUT)/%, \
	$(wildcard $(GT)/programs/*.cc))
GT_PROG_FILES := $(GT_PROG:$(GT)/programs/%.c=$(GT_OUT)/%) $(GT_CXX)
GT_LTO := -O3 $(if $(filter none,$(SAN)),-flto) \
	$(if $(filter x86_64,$(GORO_ARCH)),$(if $(shell grep -m1 -w avx2 /proc/cpuinfo),-mavx2))

# free(malloc()) is two calls of libc here, which gcc would leave out.
GT_MALLOC := -fno-builtin-malloc -fno-builtin-free

$(GT_OUT)/%: $(GT)/programs/%.c $(B)/libgoro.a
	@mkdir -p $(@D)
	$(CC) $(C_BASE) $(GT_MALLOC) -Ireference/include $(CONFIG_LDFLAGS) -MF $@.d \
		-o $@ $< $(B)/libgoro.a -pthread -ldl -lm

# As a program does that knows nothing of goro.pc.
$(GT_OUT)/leap: STACK_CFLAGS := -fno-stack-clash-protection

# goro.h asks for no more than C++11.
$(GT_CXX): GT_STD := c++17
$(GT_OUT)/cxx: GT_STD := c++11

$(GT_CXX): $(GT_OUT)/%: $(GT)/programs/%.cc $(B)/libgoro.a \
		reference/include/goro.h
	@mkdir -p $(@D)
	$(CXX) -std=$(GT_STD) -Wall -Wextra $(WERROR) $(STACK_CFLAGS) \
		$(CONFIG_CFLAGS) $(CFLAGS) -Ireference/include $(CONFIG_LDFLAGS) -o $@ $< \
		$(B)/libgoro.a -pthread -ldl

$(GT_STRONG:%=$(GT_OUT)/%): $(GT_OUT)/%: $(GT)/programs/%.c $(B)/libgoro.a
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -Ireference/include $(GT_LTO) $(CONFIG_LDFLAGS) \
		-MF $@.d -o $@ $< $(B)/libgoro.a -pthread -ldl -lm

# Every call of the headers, from every place.
$(GT_OUT)/names.inc: $(GT)/outside/names.sh $(wildcard reference/include/*.h)
	@mkdir -p $(@D)
	$(GT)/outside/names.sh $(wildcard reference/include/*.h) >$@

$(GT_OUT)/calls: $(GT)/outside/calls.c $(GT)/outside/calls.h \
		$(GT_OUT)/names.inc $(B)/libgoro.a
	$(CC) $(C_BASE) -D_GNU_SOURCE -Ireference/include -I$(GT_OUT) \
		$(CONFIG_LDFLAGS) -MF $@.d -o $@ $< $(B)/libgoro.a -pthread -ldl

# Breaches of what base/check.h looks at: of use in CONFIG=debug alone.
$(GT_OUT)/breaches: $(GT)/invariants/breaches.c $(B)/libgoro.a
	@mkdir -p $(@D)
	$(CC) $(GORO_CFLAGS) $(CONFIG_LDFLAGS) -MF $@.d -o $@ $< $(B)/libgoro.a \
		-pthread -ldl

#? SOAK_SECONDS  how long make soak goes on: 600
SOAK_SECONDS ?= 600

.PHONY: soak
soak: $(GT_OUT)/soak ## mixed load on goro for 10 minutes: exact counts, no drift
	@$< $(SOAK_SECONDS)

#? STORM_SECONDS  how long make storm goes on: 300
STORM_SECONDS ?= 300
#? CONNECTIONS    of make conns: 10000
CONNECTIONS ?= 10000

.PHONY: storm conns
storm: $(GT_OUT)/net_storm ## rough clients on a server for 5 minutes: no byte lost
	@GOMAXPROCS=$${GOMAXPROCS:-4} $< $(STORM_SECONDS)

conns: $(GT_OUT)/conns ## 10 000 connections echo at once, on few threads
	@$< $(CONNECTIONS)

# Panics on goro and on real Go: the same programs, made at random.  Go's part
# needs Go 1.25, whose reports are the ones that goro's are like.

#? N         how many programs make panics and make differ compare: 10000
N ?= 10000
#? SEED      of which those programs are made: 1
SEED ?= 1

$(GT_OUT)/panics-goro: $(GT)/panics/run.c $(B)/libgoro.a
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -Ireference/include -Ireference/src \
		$(CONFIG_LDFLAGS) -MF $@.d -o $@ $< $(B)/libgoro.a -pthread -ldl

$(GT_OUT)/panics-go: $(GT)/panics/run.go
	@mkdir -p $(@D)
	GO111MODULE=on GOFLAGS=-mod=mod GOPROXY=off GOWORK=off \
		GOTOOLCHAIN=local CGO_ENABLED=0 \
		$(if $(HOME)$(XDG_CACHE_HOME),,GOCACHE=$(abspath $(GT_OUT))/cache) \
		"$(GO)" build -trimpath -o $@ $<

GT_PANICS := $(GT_OUT)/panics-goro
ifneq ($(shell "$(GO)" version 2>/dev/null | \
	grep -E 'go(1\.(2[5-9]|[3-9][0-9])|[2-9])'),)
GT_PANICS += $(GT_OUT)/panics-go
endif

.PHONY: panics
panics: $(GT_PANICS) ## compare random panics, recovers and goexits with real Go
	@$(if $(filter %-go,$^),$(GT)/panics/panics.py $^ $(N) $(SEED), \
		echo "panics: skipped: no Go 1.25 (Debian: golang-go)")

TESTS += test-goro

.PHONY: test-goro
test-goro: $(addprefix $(GT_OUT)/,unit-tests ext-tests net-tests stress-tests tsan-tests) \
		$(GT_STRONG:%=$(GT_OUT)/%) $(GT_PANICS) $(GT_OUT)/calls \
		$(GT_PROG_FILES) ## test goro: units, races, whole programs
	@scripts/for-tsan.sh $(GT)/run.sh $(GT_OUT) $(SAN)

# goro's sources as part of another project, by both compilers.
ifeq ($(SAN),none)
TESTS += test-vendor
endif
.PHONY: test-vendor
test-vendor:
	@$(GT)/vendor/run.sh $(or $(HOST_CC),$(CC)) clang

# Programs whose schedules are explored.
GT_EXPLORE := $(patsubst %,$(GT_OUT)/explore/%,bugs clean odd random tiny)

$(GT_OUT)/explore/%: $(GT)/explore/%.c $(B)/libgoro.a
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -D_GNU_SOURCE -Ireference/include $(CONFIG_LDFLAGS) \
		-MF $@.d -o $@ $< $(B)/libgoro.a -pthread -ldl

ifeq ($(SAN),none)
TESTS += test-explore
endif
ifeq ($(SAN),tsan)
TESTS += test-races
endif
.PHONY: test-explore test-races
test-races: $(GT_EXPLORE) $(B)/goro-explore ## data races, by goro-explore; with CONFIG=tsan
	@$(GT)/explore/races.sh $(GT_OUT)/explore $(B)/goro-explore
test-explore: $(GT_EXPLORE) $(GT_OUT)/calls $(B)/goro-explore ## test goro-explore, and runs that it explores
	@$(GT)/explore/explore.sh $(GT_OUT)/explore $(B)/goro-explore

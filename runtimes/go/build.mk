# runtimes/go: real Go as a host, and go-twins, its part without cgo.
#
# Go looks after its own dependencies and cache; make only has to say that
# the cases changed, which Go cannot see in a library it is told to link.

#? GO_X      a copy of golang.org/x to take before the one of the toolchain
GO_X ?=

GO_OBJ := $(B)/obj/runtimes/go
GO_SRC := $(wildcard runtimes/go/*/*.go runtimes/go/*/*/*.go \
	runtimes/go/host/*.c runtimes/go/host/*.h abi/*.h \
	reference/tools/trace/*.h) \
	conformance/runner/child.h
GO_LIB := $(GO_OBJ)/libassay-cases.a

# Nothing is ever fetched: the packages of golang.org/x are those that come
# with the toolchain, for its own use, and else Debian's.
GO_X_PLACES = $(GO_X) \
	"$$($(GO_RUN) $(GO) env GOROOT)/src/cmd/vendor/golang.org/x" \
	/usr/share/gocode/src/golang.org/x
GO_RUN = GOFLAGS=-mod=mod GOTOOLCHAIN=local GOPROXY=off GOWORK=off CC="$(CC)" \
	$(if $(HOME)$(XDG_CACHE_HOME),,GOCACHE=$(abspath $(GO_OBJ)/cache)) \
	$(GO_EXPERIMENT)
# The leak profile is an experiment of Go 1.26.  Where the toolchain does not
# know it there is none, and the twins that need it skip.
GO_EXPERIMENT = $(shell GOEXPERIMENT=goroutineleakprofile "$(GO)" version \
	>/dev/null 2>&1 && echo GOEXPERIMENT=goroutineleakprofile)
GO_BUILD = $(GO) build $(GO_FLAGS)
GO_FLAGS = -modfile=$(abspath $(GO_OBJ)/go.mod) -trimpath \
	-buildvcs=false -tags "$$(cut -d' ' -f1 $(abspath $(GO_OBJ)/x/tags))"
# Bubbles are linked by the names that they have inside of Go, since 1.25.
GO_SINCE_125 := $(shell "$(GO)" version 2>/dev/null | \
	grep -E 'go(1\.(2[5-9]|[3-9][0-9])|[2-9])')
GO_LINKNAME := $(if $(GO_SINCE_125),-checklinkname=0)
GO_VERSION = $$($(GO_RUN) $(GO) env GOVERSION)
GO_LANGUAGE = $$(echo "$(GO_VERSION)" | sed 's/^go\([0-9]*\.[0-9]*\).*/\1/')

ifneq ($(SAN),none)
# Go's scheduler means nothing to C's sanitizers.
else ifeq ($(shell command -v "$(GO)"),)
ALL += go-left-out
else
RUNTIME_FILES += $(B)/runtimes/go

# Language and library of the toolchain itself: an older "go" line would make
# a newer toolchain imitate that version (timer channels, panic(nil) ...).
$(GO_OBJ)/go.mod: FORCE
	@mkdir -p $(@D)
	@v=$(GO_VERSION) && { \
	printf '// %s\nmodule assay/runtimes/go\n\ngo %s\n' \
		"$$v" "$(GO_LANGUAGE)"; \
	for m in golang.org/x/sync golang.org/x/time; do \
		printf '\nrequire %s v0.0.0\n\nreplace %s => %s\n' $$m $$m \
			$(abspath $(GO_OBJ))/$${m#golang.org/}; \
	done; } >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(GO_OBJ)/x/tags: FORCE
	@mkdir -p $(GO_OBJ)
	@runtimes/go/xpackages.sh $(@D) "$(GO_LANGUAGE)" $(GO_X_PLACES)

# An archive, since cgo names the library twice when it links.
# With the reader of traces, which is goro's: Go's own is a command.
$(GO_LIB): $(B)/cases.o $(B)/child.o $(GORO_TRACE_READER)
	@mkdir -p $(@D)
	rm -f $@
	$(AR) rcs $@ $^

$(B)/runtimes/go: $(GO_LIB) $(GO_OBJ)/go.mod $(GO_OBJ)/x/tags $(GO_SRC) \
		runtimes/go/build.mk
	@mkdir -p $(@D)
	cd runtimes/go && $(GO_RUN) CGO_ENABLED=0 $(GO_BUILD) \
		-o $(abspath $@)-twins ./twins/main
	cd runtimes/go && $(GO_RUN) CGO_ENABLED=1 \
		CGO_LDFLAGS="-L$(abspath $(GO_OBJ))" $(GO_BUILD) \
		-ldflags "$(GO_LINKNAME) -X main.cases=$$(cksum <$(abspath $(GO_LIB)) | \
			tr ' ' -)" -o $(abspath $@) ./host
	@touch $@

# Litmus programs on Go itself: conformance/litmus/PROTOCOL.md.
LITMUS_FILES += $(B)/litmus/go-native

$(B)/litmus/go-native: $(wildcard runtimes/go/litmus/*.go) $(GO_OBJ)/go.mod \
		$(GO_OBJ)/x/tags
	@mkdir -p $(@D)
	cd runtimes/go && $(GO_RUN) CGO_ENABLED=0 $(GO_BUILD) \
		-o $(abspath $@) ./litmus

# Programs made at random, on real Go and on goro: conformance/differ.  It needs
# testing/synctest, which is Go 1.25's.
ifneq ($(GO_SINCE_125),)
DIFFER = conformance/differ/differ.py $(B)/differ $(B)/runtimes/goro.so \
	$(GO_OBJ)/differ

$(B)/differ: conformance/differ/run.c abi/assay.h abi/assay_ext.h
	@mkdir -p $(@D)
	$(CC) $(C_BASE) $(CONFIG_LDFLAGS) -MF $@.d -o $@ $< -ldl

$(GO_OBJ)/differ: $(wildcard runtimes/go/differ/*.go) $(GO_OBJ)/go.mod \
		$(GO_OBJ)/x/tags
	cd runtimes/go && $(GO_RUN) CGO_ENABLED=0 $(GO_BUILD) \
		-o $(abspath $@) ./differ

DIFFER_NEEDS := $(B)/differ $(GO_OBJ)/differ $(B)/runtimes/goro.so
TESTS += test-differ

.PHONY: differ test-differ
differ: $(DIFFER_NEEDS) ## compare random programs of all kinds with real Go
	@$(DIFFER) $(N) $(SEED)

test-differ: $(DIFFER_NEEDS) ## the same for a few
	@$(DIFFER) 1000 1
endif

TESTS += test-go
test-go: export GO_TEST = cd runtimes/go && $(GO_RUN) CGO_ENABLED=0 \
	$(GO) test $(GO_FLAGS) ./twins
test-go: $(B)/runtimes/go $(B)/conformance ## test the Go host itself
	@runtimes/go/test.sh $(B)/runtimes/go $(B)/conformance
endif

.PHONY: go-left-out test-go
go-left-out:
	@echo "go: no go command (Debian package golang-go):" \
		"the Go host is left out"

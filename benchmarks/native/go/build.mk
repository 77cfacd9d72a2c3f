# The workloads in Go.  Files outside of any module get the language and the
# library of the toolchain itself, whatever its version.

ifeq ($(SAN)/$(if $(shell command -v "$(GO)"),here),none/here)
NATIVE_FILES += $(B)/native/go

$(B)/native/go: $(wildcard benchmarks/native/go/*.go) \
		benchmarks/native/go/build.mk
	@mkdir -p $(@D)
	cd benchmarks/native/go && $(GO_RUN) GOFLAGS= CGO_ENABLED=0 \
		$(GO) build -trimpath -o $(abspath $@) *.go
endif

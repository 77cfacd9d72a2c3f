# The workloads on tokio.  Only built when it is named, since that may fetch its
# crates: make build/release/native/tokio, make bench RUNTIMES="goro tokio".

#? CARGO     the cargo command, for the workloads on tokio
CARGO ?= $(shell command -v cargo)

ifneq ($(SAN),none)
CONF_MISSING_tokio := not in builds with sanitizers
else ifeq ($(CARGO),)
CONF_MISSING_tokio := no cargo here: Debian package cargo
else
NATIVE_ON_DEMAND += $(B)/native/tokio
endif

$(B)/native/tokio: $(wildcard benchmarks/native/tokio/src/*.rs \
		benchmarks/native/tokio/Cargo.* benchmarks/native/tokio/build.*)
	@benchmarks/native/tokio/build.sh "$(CARGO)" \
		$(abspath $(B)/obj/native/tokio) $(abspath $@)

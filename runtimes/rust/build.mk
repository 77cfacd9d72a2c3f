# Litmus programs in Rust: conformance/litmus/PROTOCOL.md.  Only built when they
# are named, since that may fetch crates.

CONF_MISSING_crossbeam := needs cargo (Debian package cargo) and the crate \
	crossbeam-channel
CONF_MISSING_tokio := needs cargo (Debian package cargo) and the crate tokio

CARGO ?= $(shell command -v cargo)
RUST_CRATE_crossbeam := crossbeam-channel
RUST_CRATE_tokio := tokio

LITMUS_ON_DEMAND += $(B)/litmus/crossbeam $(B)/litmus/tokio

$(B)/litmus/crossbeam $(B)/litmus/tokio: $(B)/litmus/%: \
		$(wildcard runtimes/rust/* runtimes/rust/src/*.rs \
		runtimes/crossbeam/*.toml runtimes/crossbeam/src/*.rs \
		runtimes/tokio/*.toml runtimes/tokio/src/*.rs)
	@runtimes/rust/build.sh "$(CARGO)" $* $(RUST_CRATE_$*) \
		$(abspath $(B)/obj/runtimes/rust) $(abspath $@)

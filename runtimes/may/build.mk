# runtimes/may.so: may's coroutines, a runtime in Rust.  Only built when it is
# named, since that may fetch crates.

CONF_MISSING_may := needs cargo (Debian package cargo) and the crate may

CONF_ON_DEMAND += $(B)/runtimes/may.so

$(B)/runtimes/may.so: $(wildcard runtimes/rust/* runtimes/may/*.toml \
		runtimes/may/src/*.rs)
	@runtimes/rust/build.sh "$(CARGO)" may may \
		$(abspath $(B)/obj/runtimes/rust) $(abspath $@)

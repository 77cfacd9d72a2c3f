# Litmus programs on Kotlin's coroutines: conformance/litmus/PROTOCOL.md.  Only
# built when it is named, since that may fetch packages.
LITMUS_ON_DEMAND += $(B)/litmus/kotlin

$(B)/litmus/kotlin: $(wildcard runtimes/kotlin/* runtimes/kotlin/litmus/* \
		runtimes/java/*.sh runtimes/java/litmus/*.java)
	@runtimes/kotlin/build.sh $(abspath $(B)/obj/runtimes/kotlin) $(abspath $@)

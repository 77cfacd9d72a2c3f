# Litmus programs on Kotlin's coroutines: conformance/litmus/PROTOCOL.md.  Only
# built when it is named, since that may fetch packages.
CONF_MISSING_kotlin := needs a JDK as java does, and Maven (Debian package maven)

LITMUS_ON_DEMAND += $(B)/litmus/kotlin

$(B)/litmus/kotlin: $(wildcard runtimes/kotlin/* runtimes/kotlin/litmus/* \
		runtimes/java/*.sh runtimes/java/litmus/*.java)
	@runtimes/kotlin/build.sh $(abspath $(B)/obj/runtimes/kotlin) $(abspath $@)

# Litmus programs on Java's virtual threads: conformance/litmus/PROTOCOL.md.
LITMUS_FILES += $(B)/litmus/java

$(B)/litmus/java: $(wildcard runtimes/java/*.sh runtimes/java/litmus/*.java)
	@runtimes/java/build.sh $(abspath $(B)/obj/runtimes/java) $(abspath $@)

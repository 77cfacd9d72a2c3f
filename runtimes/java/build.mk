# Litmus programs on Java's virtual threads: conformance/litmus/PROTOCOL.md.
CONF_MISSING_java := needs a JDK of version 21 or newer (Debian package \
	openjdk-21-jdk-headless)

LITMUS_FILES += $(B)/litmus/java

$(B)/litmus/java: $(wildcard runtimes/java/*.sh runtimes/java/litmus/*.java)
	@runtimes/java/build.sh $(abspath $(B)/obj/runtimes/java) $(abspath $@)

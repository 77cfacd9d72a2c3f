# Native bench programs: $(B)/native/NAME, built by NAME/build.mk, which adds
# it to NATIVE_FILES where it can be built, or to NATIVE_ON_DEMAND if it is to
# be built only when it is named.

NATIVE_FILES :=
NATIVE_ON_DEMAND :=
NATIVE_FRAGMENTS := $(wildcard benchmarks/native/*/build.mk)

FRAGMENTS += $(NATIVE_FRAGMENTS)
include $(NATIVE_FRAGMENTS)

ALL += $(NATIVE_FILES)
NATIVE_HERE = $(NATIVE_FILES) $(wildcard $(NATIVE_ON_DEMAND))

.PHONY: test-native
test-native: $(NATIVE_FILES) $(B)/echo-load ## the native bench programs, briefly
	@benchmarks/native/test.sh benchmarks/workloads.tsv $(B)/echo-load \
		$(NATIVE_HERE)

ifneq ($(NATIVE_HERE),)
TESTS += test-native
endif

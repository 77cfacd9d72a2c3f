# Every frame of stacks that the program knows itself: reference/tests/frames.

GF := $(GT)/frames

.PHONY: test-frames
test-frames: $(B)/libgoro.a ## every frame of known stacks, gcc and clang
	@$(GF)/run.sh $(B) $(or $(HOST_CC),$(CC)) clang

ifeq ($(SAN),none)
TESTS += test-frames
endif

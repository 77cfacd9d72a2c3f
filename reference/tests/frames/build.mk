# Every frame of stacks that the program knows itself: reference/tests/frames.

GT_FRAMES := $(GT)/frames

.PHONY: test-frames
test-frames: $(B)/libgoro.a ## every frame of known stacks, gcc and clang
	@$(GT_FRAMES)/run.sh $(B) $(or $(HOST_CC),$(CC)) clang

ifeq ($(SAN),none)
TESTS += test-frames
endif

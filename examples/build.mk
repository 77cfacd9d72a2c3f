# The examples: a program of one source each, built as a user would build it
# with the flags of goro.pc.

EX := examples
EX_OUT := $(B)/examples
EX_SRC := $(wildcard $(EX)/*.c)
EX_FILES := $(EX_SRC:$(EX)/%.c=$(EX_OUT)/%) $(EX_OUT)/executable

$(EX_OUT)/%: $(EX)/%.c $(B)/libgoro.a
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -Ireference/include $(CONFIG_LDFLAGS) -MF $@.d \
		-o $@ $< $(B)/libgoro.a -pthread -ldl

# Looks into the one beside it.
$(EX_OUT)/executable: $(EX)/executable.sh $(EX_OUT)/lucky_number
	install -m 755 $< $@

ALL += $(EX_FILES)
TESTS += test-examples

.PHONY: test-examples
test-examples: $(EX_FILES) ## run the examples and compare what they print
	@$(EX)/run.sh $(EX_OUT) $(EX)/expected $(EX_FILES:$(EX_OUT)/%=%)

FRAGMENTS += examples/http_server/build.mk
include examples/http_server/build.mk

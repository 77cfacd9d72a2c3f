# Fuzzing by libFuzzer, which is clang's.  NAME.c is a harness, corpus/NAME
# the inputs that it begins with.

FUZZ := tests/fuzz
FUZZ_OUT := $(B)/fuzz
FUZZ_NAMES := http addr godebug behaviours expectations

fuzz_http := $(patsubst %,$(EX_OUT)/http_server.o/%.o,request response routes)
fuzz_addr := $(B)/libgoro.a
fuzz_godebug := $(B)/reference/base/godebug.o
fuzz_behaviours := $(FUZZ_OUT)/registry.o \
	$(call conf_objects,$(addprefix $(CONF_DIR)/runner/,registry.c \
		release.c util.c escape.c))
fuzz_expectations := $(fuzz_behaviours) $(FUZZ_OUT)/expectations_reader.o \
	$(call conf_objects,$(CONF_DIR)/runner/digest.c)
fuzz_libs_http := -lhttp_parser

# Without the parser there is no server.
FUZZ_HERE := $(if $(HS_HEADER),,$(filter-out http,$(FUZZ_NAMES)))
FUZZ_HERE := $(or $(FUZZ_HERE),$(FUZZ_NAMES))

$(FUZZ_OUT)/%.o: $(FUZZ)/%.c
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -D_GNU_SOURCE $(GORO_INCLUDE) -Iconformance/cases -c -o $@ $<

# Its calls that touch the world go to the harness, and libFuzzer's do not.
FUZZ_CALLS := die fopen fclose getline __getdelim
$(FUZZ_OUT)/expectations_reader.o: \
		$(call conf_objects,$(CONF_DIR)/runner/expectations.c)
	@mkdir -p $(@D)
	objcopy $(foreach c,$(FUZZ_CALLS),--redefine-sym $(c)=fuzz_$(c)) $< $@

define fuzz_link
$(FUZZ_OUT)/$(1): $(FUZZ_OUT)/$(1).o $$(fuzz_$(1))
	$$(CC) $$(CONFIG_LDFLAGS) -fsanitize=fuzzer -o $$@ $$^ \
		$$(fuzz_libs_$(1)) -pthread -ldl
endef
$(foreach n,$(FUZZ_NAMES),$(eval $(call fuzz_link,$(n))))

#? SECONDS   make fuzz: how long each harness looks for bytes
SECONDS ?= 60
FUZZ_ONLY = $(or $(ONLY),$(FUZZ_HERE))

TESTS += test-fuzz

.PHONY: fuzz test-fuzz fuzz-programs
fuzz-programs: $(FUZZ_HERE:%=$(FUZZ_OUT)/%)

fuzz: ## look for bytes that break a reader, SECONDS each; ONLY=harness
	@$(FUZZ)/run.sh "$(MAKE)" $(SECONDS) $(FUZZ_ONLY)

test-fuzz: ## the readers of bytes, on the corpora and some seconds more
	@$(FUZZ)/run.sh "$(MAKE)" 2 $(FUZZ_HERE)

# The conformance runner and the case library.
#
#   $(B)/cases.o     every case and the words they are written in, one object
#   $(B)/child.o     the process that runs one case (child.h)
#   $(B)/conformance the runner
#
# A host links cases.o, child.o and $(CUNIT_LIBS).  Link objects, not archives:
# nothing refers to a case by name.

CUNIT_LIBS ?= -lcunit

CONF_DIR := conformance
CONF_OBJ := $(B)/obj/conformance
CONF_CASES := $(wildcard $(CONF_DIR)/cases/*.c)
CONF_CHILD := $(addprefix $(CONF_DIR)/runner/,caselist.c child.c \
	child_describe.c child_table.c child_verdict.c)
CONF_RUNNER := $(filter-out $(CONF_CHILD),$(wildcard $(CONF_DIR)/runner/*.c))

conf_objects = $(patsubst $(CONF_DIR)/%,$(CONF_OBJ)/%.o,$(1))
CONF_CASE_OBJS := $(call conf_objects,$(CONF_CASES))
CONF_CHILD_OBJS := $(call conf_objects,$(CONF_CHILD))
CONF_RUNNER_OBJS := $(call conf_objects,$(CONF_RUNNER)) \
	$(CONF_OBJ)/runner/data.S.o

ALL += $(B)/conformance

$(CONF_OBJ)/%.c.o: $(CONF_DIR)/%.c
	@mkdir -p $(@D)
	$(CC) $(C_BASE) -c -o $@ $<

$(CONF_OBJ)/runner/settings.c.o: C_BASE += -DASSAY_SAN_NAME='"$(SAN)"'

$(CONF_OBJ)/runner/data.S.o: $(CONF_DIR)/runner/data.S \
		$(CONF_DIR)/behaviours.tsv $(CONF_DIR)/uncovered.tsv
	@mkdir -p $(@D)
	$(CC) -c -o $@ $<

# A case that was deleted must leave the library too: the list is an input.
$(B)/cases.list: FORCE
	@mkdir -p $(@D)
	@echo '$(CONF_CASES)' | cmp -s - $@ || echo '$(CONF_CASES)' > $@

$(B)/cases.o: $(CONF_CASE_OBJS) $(B)/cases.list
	$(LD) -r -o $@ $(CONF_CASE_OBJS)

$(B)/child.o: $(CONF_CHILD_OBJS)
	$(LD) -r -o $@ $^

$(B)/conformance: $(CONF_RUNNER_OBJS) $(B)/child.o $(B)/cases.o
	$(CC) $(CONFIG_LDFLAGS) $(LDFLAGS) -rdynamic -o $@ $^ \
		$(CUNIT_LIBS) -ldl -lpthread

.PHONY: FORCE cases
FORCE:

cases: $(B)/cases.o $(B)/child.o ## compile the conformance cases

# Fault injection: goro with a twin of base/sys.h, in one program.

GF := reference/tests/fault
GF_OUT := $(B)/goro-faults

$(GF_OUT)/%.o: reference/src/%.c $(GF)/sys.h
	@mkdir -p $(@D)
	$(CC) $(GORO_CFLAGS) -include $(GF)/sys.h -c -o $@ $<

$(GF_OUT)/faults: $(GORO_SRC:reference/src/%.c=$(GF_OUT)/%.o) \
		$(B)/reference/switch.o \
		$(GF)/main.c $(GF)/fault.c $(GF)/fault.h $(GF)/sys.h
	$(CC) $(GORO_CFLAGS) -c -o $(GF_OUT)/fault-counts.o $(GF)/fault.c
	$(CC) $(GORO_CFLAGS) -c -o $(GF_OUT)/main-program.o $(GF)/main.c
	$(CC) $(CONFIG_LDFLAGS) -o $@ $(filter %.o,$^) \
		$(GF_OUT)/fault-counts.o $(GF_OUT)/main-program.o -pthread -ldl

TESTS += test-faults
.PHONY: faults test-faults
faults: test-faults ## goro when system calls fail, each of them once
test-faults: $(GF_OUT)/faults
	@scripts/for-tsan.sh $(GF)/run.sh $<

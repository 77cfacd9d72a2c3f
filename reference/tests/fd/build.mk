# Descriptors of goroutines, by way of goro's own fd.h: what they do, and races
# of reads, writes, deadlines and closes.

GD := reference/tests/fd
GD_OUT := $(B)/goro-fd
GD_PROG := $(patsubst $(GD)/%.c,$(GD_OUT)/%,$(wildcard $(GD)/*.c))
GD_CFLAGS = $(C_BASE) -D_GNU_SOURCE -Ireference/include -Ireference/src \
	-Ireference/src/base/san/$(SAN) -Ireference/src/base/arch/$(GORO_ARCH)

$(GD_OUT)/%: $(GD)/%.c $(B)/libgoro.a
	@mkdir -p $(@D)
	$(CC) $(GD_CFLAGS) $(CONFIG_LDFLAGS) -MF $@.d -o $@ $< \
		$(B)/libgoro.a -pthread -ldl

TESTS += test-fd

.PHONY: test-fd
test-fd: $(GD_PROG) ## test goro's descriptors: poller, deadlines, close
	@scripts/for-tsan.sh $(GD)/run.sh $(GD_OUT)

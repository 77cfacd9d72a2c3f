# An echo server's CPU time for a request, next to Go and a plain epoll loop.
# Its programs need Google Benchmark: Debian package libbenchmark-dev.

#? ROUNDS    make bench: 10 or more; make bench-echo: 5 or more
ROUNDS ?= 5

.PHONY: bench-echo
bench-echo: $(B)/assay-bench $(B)/echo-load $(NATIVE_FILES) ## CPU time of a TCP request: goro, Go, plain epoll
	@benchmarks/echo/run.sh "$(ROUNDS)" $(B)/assay-bench $(B)/echo-load \
		$(filter %/native/go,$(NATIVE_FILES))

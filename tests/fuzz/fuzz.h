/*
 * fuzz.h - what the harnesses share.  Each is a function that libFuzzer calls
 * with bytes of its making; what must hold whatever they are is must().
 */
#ifndef ASSAY_FUZZ_H
#define ASSAY_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(cond) ((cond) ? (void)0 : fuzz_failed(__FILE__, __LINE__, #cond))

_Noreturn static inline void fuzz_failed(const char *file, int line,
					 const char *cond)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, cond);
	abort();
}

/* A copy with a NUL behind it, to free; ASan sees a byte too far. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
	char *s = malloc(size + 1);

	must(s);
	if (size > 0)
		memcpy(s, data, size);
	s[size] = '\0';
	return s;
}

#endif

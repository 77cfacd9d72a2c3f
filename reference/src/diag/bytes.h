/*
 * bytes.h - reads numbers of DWARF from bytes that may be wrong.  Beyond the
 * end there are zeroes, and `bad` is set.
 */
#ifndef GORO_BYTES_H
#define GORO_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	const uint8_t *at, *end;
	bool bad;
};

/* Returns the little-endian number of n bytes, at most 8. */
static inline uint64_t bytes_fixed(struct bytes *b, size_t n)
{
	uint64_t v = 0;

	if ((size_t)(b->end - b->at) < n) {
		b->bad = true;
		b->at = b->end;
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)b->at[i] << 8 * i;
	b->at += n;
	return v;
}

static inline int64_t bytes_signed(struct bytes *b, size_t n)
{
	unsigned unused = 64 - 8 * (unsigned)n;

	return (int64_t)(bytes_fixed(b, n) << unused) >> unused;
}

/* Reads a LEB128; *bits is how many it has. */
static inline uint64_t bytes_leb(struct bytes *b, unsigned *bits)
{
	uint64_t v = 0, part;

	*bits = 0;
	do {
		part = bytes_fixed(b, 1);
		if (*bits < 64)
			v |= (part & 0x7f) << *bits;
		*bits += 7;
	} while (part & 0x80 && !b->bad);
	return v;
}

static inline uint64_t bytes_uleb(struct bytes *b)
{
	unsigned bits;

	return bytes_leb(b, &bits);
}

static inline int64_t bytes_sleb(struct bytes *b)
{
	unsigned bits;
	uint64_t v = bytes_leb(b, &bits);

	if (bits < 64 && v >> (bits - 1))
		v |= UINT64_MAX << bits;
	return (int64_t)v;
}

/* Returns where the next n bytes begin, and goes behind them. */
static inline const uint8_t *bytes_skip(struct bytes *b, uint64_t n)
{
	const uint8_t *from = b->at;

	if ((uint64_t)(b->end - b->at) < n) {
		b->bad = true;
		b->at = b->end;
		return from;
	}
	b->at += n;
	return from;
}

#endif

/*
 * blocks.c - see blocks.h.
 *
 *	chunk   | size of the one before, if free | size + bits | bytes ...
 *
 * Its bytes reach into the first word of the next chunk.  Bit 0 of a size says
 * that the chunk before is in use; malloc also leaves it set for those that it
 * keeps for a thread's next calls, and so do we.  The last chunk is top, from
 * which new ones are cut; in a heap that is full a fence stands there.
 */
#include "diag/blocks.h"

#include "base/text.h"

enum { IN_USE = 1, LARGE = 2, BITS = 7 };
enum { HEAD = 16, FENCE = 16, LEAST = 32, UNIT = 16 };
enum { PAGE = 4096 };

/* In struct malloc_state: where top is, the list heads behind it, how many. */
enum { TOP_AT = 96, BINS_AT = 112, BINS = 127 };

/* What malloc keeps for each thread; a block as any other. */
enum { CACHE_SIZE = 0x290, CACHE_LISTS = 64 };

struct cache {
	uint16_t n[CACHE_LISTS];
	uintptr_t first[CACHE_LISTS];
};

/* What stands at the start of each heap of an arena. */
struct heap_info {
	uintptr_t arena;
	uintptr_t before; /* its heap before this one; 0: the first */
	size_t size;
	size_t writable; /* of it, now or earlier */
};

static size_t word_at(uintptr_t at)
{
	return *(const size_t *)at;
}

static size_t size_at(uintptr_t chunk)
{
	return word_at(chunk + sizeof(size_t)) & ~(size_t)BITS;
}

/* Returns the chunk after the one at `at`; 0 if its size cannot be right. */
static uintptr_t next_chunk(uintptr_t at, uintptr_t hi)
{
	size_t size = size_at(at);

	if (size < LEAST || size % UNIT || size > hi - at)
		return 0;
	return at + size;
}

/* True if the chunks of a end at its end.  Sets a->top. */
static bool leads_to_end(struct area *a)
{
	uintptr_t at = a->lo;

	while (at && at + FENCE <= a->hi) {
		size_t size = size_at(at);

		if ((size == 0 && at + FENCE == a->hi) ||
		    (size == FENCE && at + 2 * FENCE == a->hi))
			return true;
		a->top = at;
		at = next_chunk(at, a->hi);
		if (at == a->hi)
			return true;
	}
	return false;
}

bool goro__area_main(struct area *a, uintptr_t lo, uintptr_t hi)
{
	*a = (struct area){lo, lo, hi, hi, 0};
	return leads_to_end(a);
}

/* A list head of malloc is its own next and last while the list is empty. */
bool goro__is_main_arena(uintptr_t at, uintptr_t hi, uintptr_t top)
{
	int empty = 0;

	if (hi - at < ARENA_STATE || word_at(at + TOP_AT) != top)
		return false;
	for (uintptr_t i = 0; i < BINS; i++) {
		uintptr_t bin = at + BINS_AT + i * 16;

		empty += word_at(bin) == bin - 16 &&
			 word_at(bin + 8) == bin - 16;
	}
	return empty > BINS / 2;
}

/*
 * Returns where the chunks of a heap begin; 0 if it is none.  An arena's first
 * heap has its state behind this head, so the state's place gives the head's
 * size.
 */
static uintptr_t first_chunk(uintptr_t at, const struct heap_info *h)
{
	size_t head = h->arena % ARENA_ALIGN;

	if (head < sizeof(*h) || head > 64 || head % UNIT)
		return 0;
	if (h->arena == at + head)
		return (h->arena + ARENA_STATE + UNIT - 1) & ~(uintptr_t)15;
	return h->before && h->before % ARENA_ALIGN == 0 ? at + head : 0;
}

bool goro__area_arena(struct area *a, uintptr_t at, uintptr_t hi)
{
	const struct heap_info *h = (const void *)at;
	uintptr_t lo;

	if (hi - at < PAGE || h->size % PAGE || h->writable % PAGE ||
	    h->size < PAGE || h->size > h->writable ||
	    h->writable > ARENA_ALIGN || h->size > hi - at)
		return false;
	lo = first_chunk(at, h);
	if (!lo)
		return false;
	*a = (struct area){at, lo, at + h->size, at + h->writable, 0};
	if (a->end > hi)
		a->end = hi;
	return leads_to_end(a);
}

bool goro__area_large(struct area *a, uintptr_t at, uintptr_t hi)
{
	size_t size;

	if (hi - at < PAGE || word_at(at) != 0)
		return false;
	size = word_at(at + sizeof(size_t));
	if ((size & BITS) != LARGE)
		return false;
	size -= LARGE;
	*a = (struct area){at, at, at + size, at + size, 0};
	return size >= PAGE && size % PAGE == 0 && size <= hi - at;
}

/*
 * True if the chunk at `at` is a thread's cache: so many blocks in each of its
 * lists, where there are any.  It leads to blocks that are free.
 */
static bool is_cache(uintptr_t at)
{
	const struct cache *c = (const void *)(at + HEAD);

	if (size_at(at) != CACHE_SIZE)
		return false;
	for (int i = 0; i < CACHE_LISTS; i++)
		if ((c->n[i] != 0) != (c->first[i] != 0))
			return false;
	return true;
}

/* Adds a block, or only counts it. */
static bool add(struct blocks *b, uintptr_t lo, uintptr_t hi)
{
	if (b->v && b->n == b->cap)
		return false;
	if (b->v)
		b->v[b->n] = (struct block){lo, hi};
	b->n++;
	return true;
}

bool goro__blocks_add(struct blocks *b, const struct area *a)
{
	uintptr_t at = a->lo;

	if (word_at(at + sizeof(size_t)) & LARGE)
		return add(b, at + HEAD, a->hi);
	/* Each thread's first block is its cache, and it may be an arena's. */
	if (is_cache(at))
		at += CACHE_SIZE;
	for (uintptr_t next; at + 2 * FENCE < a->hi; at = next) {
		next = next_chunk(at, a->hi);
		if (!next || next == a->hi)
			break;
		if ((word_at(next + sizeof(size_t)) & IN_USE) &&
		    !add(b, at + HEAD, next + sizeof(size_t)))
			return false;
	}
	return true;
}

struct block *goro__block_at(const struct blocks *b, uintptr_t at)
{
	uint32_t lo = 0, hi = b->n;

	/* The blocks below lo begin at or before at, those from hi on after. */
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (b->v[mid].lo <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 && at < (b->v[lo - 1].hi & ~(uintptr_t)1) ? &b->v[lo - 1]
								: NULL;
}

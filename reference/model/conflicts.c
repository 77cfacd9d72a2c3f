/*
 * conflicts.c - which steps other threads can tell apart: those at a place that
 * one thread writes and another uses too, in any run so far.
 */
#include <string.h>

#include "engine.h"

enum { PLACES = 512 };

/* Who uses it, a bit for each thread. */
static struct place {
	const volatile void *p;
	uint8_t users, writers;
} places[PLACES];

void conflicts_reset(void)
{
	memset(places, 0, sizeof(places));
}

static struct place *place_of(const volatile void *p)
{
	uintptr_t h = ((uintptr_t)p * UINT64_C(0x9e3779b97f4a7c15)) >> 55;

	for (uintptr_t i = 0; i < PLACES; i++) {
		struct place *at = &places[(h + i) % PLACES];

		if (at->p == p || !at->p) {
			at->p = p;
			return at;
		}
	}
	model_fail("too many places for the model");
}

bool conflicts(const volatile void *p, enum access how)
{
	struct place *at = place_of(p);
	uint8_t me = (uint8_t)(1 << engine_current);
	uint8_t others = (uint8_t)~me;
	bool is_new =
		!(at->users & me) || (how == WRITES && !(at->writers & me));
	bool conflict = (how == WRITES ? at->users : at->writers) & others;

	at->users |= me;
	if (how == WRITES)
		at->writers |= me;
	engine_anew |= is_new && conflict;
	return conflict;
}

/*
 * reach.c - what the pointers in memory lead to.
 *
 * What is alive is scanned for pointers: any eight bytes that are an address, also
 * one to the middle of a thing, with a tag in its upper or lower bits, or, without
 * an upper tag, at any alignment.  A pointer reaches a block of malloc, or a
 * waiter, with its stack.  That is alive then, and is scanned in its turn, once.
 */
#include "diag/reach.h"

#include "base/text.h"
#include "sched/goroutine.h"
#include "sched/stack.h"
#include "wait/chan.h"

#define ADDRESS (((uintptr_t)1 << 48) - 1)

/*
 * True if the program may use b by at, which is in b.  It uses a channel by a
 * pointer into the structure.  A pointer behind that is malloc's, to the next
 * chunk, which begins in the last bytes of b: old frames are full of those.
 */
static bool leads_to(const struct block *b, uintptr_t at)
{
	const struct goro_chan *c =
		goro__chan_in((const void *)b->lo, b->hi - b->lo);

	return !c || at - (uintptr_t)c < sizeof(*c);
}

/* at is in b.  Bit 0 of b->hi, which is even, says that b was reached. */
static void reach_block(struct search *s, struct block *b, uintptr_t at)
{
	if ((b->hi & 1) || !leads_to(b, at))
		return;
	b->hi |= 1;
	s->work.block[s->work.nblock++] = b;
}

/*
 * at is in g or in g's stack, of which nothing below the stack pointer counts.
 * A pointer to g itself counts in a block: a large select has its sudogs there.
 * In frames it does not, as they keep pointers to Gs that were switched to long
 * ago.
 */
static void reach_g(struct search *s, struct g *g, uintptr_t at)
{
	struct waiter *w = goro__waiter_of(&s->waiters, g);
	bool in_g = at - (uintptr_t)g < sizeof(*g);

	if (!w || w->reached || (in_g ? s->in_frames : at < (uintptr_t)g->sp))
		return;
	w->reached = true;
	s->work.g[s->work.ng++] = g;
}

void goro__reach(struct search *s, uintptr_t at)
{
	struct block *b;
	struct g *g;

	if (at - s->lo >= s->span)
		return;
	b = goro__block_at(&s->blocks, at);
	if (b) {
		reach_block(s, b, at);
		return;
	}
	g = goro__g_at(at);
	if (g)
		reach_g(s, g, at);
}

/*
 * The upper two bytes are left out: programs keep tags there, and no address has
 * them.  A packed structure may have a pointer at any place, but without such a
 * tag: across two other pointers something like a tagged address is often found.
 */
void goro__scan(struct search *s, const void *from, const void *to)
{
	uintptr_t word;

	for (const char *p = from; p + sizeof(word) <= (const char *)to; p++) {
		__builtin_memcpy(&word, p, sizeof(word));
		if (word <= ADDRESS || (uintptr_t)p % sizeof(word) == 0)
			goro__reach(s, word & ADDRESS);
	}
}

void goro__scan_frames(struct search *s, const struct g *g, uintptr_t sp)
{
	s->in_frames = true;
	/* Two bits of sp say what lies there: arch_first_frame(), struct g. */
	goro__scan(s, (const void *)(sp & ~(uintptr_t)(1 | SP_OF_REGS)),
		   g->stack);
	s->in_frames = false;
}

void goro__drain(struct search *s)
{
	struct work *w = &s->work;

	while (w->nblock || w->ng) {
		if (w->nblock) {
			const struct block *b = w->block[--w->nblock];

			goro__scan(s, (void *)b->lo,
				   (void *)(b->hi & ~(uintptr_t)1));
			continue;
		}
		--w->ng;
		goro__scan_frames(s, w->g[w->ng], (uintptr_t)w->g[w->ng]->sp);
	}
}

static void slab_target(uintptr_t lo, uintptr_t hi, void *search)
{
	struct search *s = search;

	if (lo < s->lo)
		s->lo = lo;
	if (hi > s->span)
		s->span = hi;
}

void goro__reach_bounds(struct search *s)
{
	s->lo = UINTPTR_MAX;
	s->span = 0;
	goro__each_slab(slab_target, s);
	for (uint32_t i = 0; i < s->areas.n; i++)
		slab_target(s->areas.v[i].lo, s->areas.v[i].hi, s);
	s->span -= s->lo;
}

/*
 * waits.c - what a parked goroutine waits for.
 *
 * Nothing says so: a G does not know its sudog, and that does not know its
 * queue.  Both would be stores on every wait.  But the sudog lies in the frames
 * of the call that waits, and so does, nearly always, the address of what has
 * the queue:
 *
 *	channel | ... first  last ... |      first -> sudog <-> sudog <- last
 *	                                                 |
 *	                                                 g
 *
 * So the words of these frames are looked at.  One that is the address of
 * something with two words side by side that are the ends of the list with g's
 * sudog is the address of what g waits for.  g may go on meanwhile: all that is
 * read is asked for first.
 */
#include "diag/waits.h"

#include "base/text.h"
#include "diag/mem.h"
#include "wait/chan.h"

enum {
	FRAMES = 4096,  /* bytes of the stack that are looked at */
	LARGEST = 256,  /* the queue is in the first so many of its owner */
	LONGEST = 1000, /* list that is followed */
};

struct search {
	struct mem mem;
	uintptr_t lo, hi;      /* the frames */
	uintptr_t first, last; /* the ends of the list */
	unsigned reason;       /* for which g waits */
};

/* True if what g waits for may have the queue that far from its beginning. */
static bool may_be_there(const struct search *s, uintptr_t far)
{
	bool recv = far == offsetof(struct goro_chan, recvq);
	bool send = far == offsetof(struct goro_chan, sendq);

	switch (s->reason) {
	case WAIT_CHAN_RECV:
		return recv;
	case WAIT_CHAN_SEND:
		return send;
	case WAIT_SELECT:
		return recv || send;
	default:
		return far > 0;
	}
}

static bool read_word(struct search *s, uintptr_t at, uint64_t *to)
{
	return at % sizeof(*to) == 0 &&
	       goro__mem_read(&s->mem, at, sizeof(*to), to);
}

/* Follows one of the links to the end of the list; 0: it has none. */
static uintptr_t end_of(struct search *s, uintptr_t sudog, size_t link)
{
	uint64_t next;

	for (int i = 0; i < LONGEST; i++) {
		if (!read_word(s, sudog + link, &next))
			return 0;
		if (!next)
			return sudog;
		sudog = (uintptr_t)next;
	}
	return 0;
}

/* Returns where a queue with these ends is, in what lies at `owner`; or 0. */
static uintptr_t queue_in(struct search *s, uintptr_t owner)
{
	uint64_t first, last;

	if (!goro__mem_has(&s->mem, owner, 2 * sizeof(first)))
		return 0;
	for (uintptr_t at = owner; at < owner + LARGEST; at += sizeof(first))
		if (!read_word(s, at, &first))
			return 0;
		else if (first == s->first &&
			 read_word(s, at + sizeof(first), &last) &&
			 last == s->last)
			return at;
	return 0;
}

/*
 * Returns the owner of the queue.  The program may have the address of what
 * contains the owner: so the nearest one below the queue counts.
 */
static uintptr_t owner_of_queue(struct search *s)
{
	uintptr_t best = 0, queue;
	uint64_t word;

	for (uintptr_t at = s->lo; at < s->hi; at += sizeof(word))
		if (read_word(s, at, &word) && word > best && word % 8 == 0 &&
		    !(word >= s->lo && word < s->hi)) {
			queue = queue_in(s, (uintptr_t)word);
			if (queue && may_be_there(s, queue - (uintptr_t)word))
				best = (uintptr_t)word;
		}
	return best;
}

/* True if g's sudog is there, in a list. */
static bool is_sudog(struct search *s, uintptr_t at)
{
	s->first = end_of(s, at, offsetof(struct sudog, prev));
	s->last = end_of(s, at, offsetof(struct sudog, next));
	return s->first && s->last;
}

size_t goro__waits_find(const struct g *g, uintptr_t *to, size_t max)
{
	const struct stack *stack = *(struct stack *const volatile *)&g->stack;
	uintptr_t sp = (uintptr_t) * (void *const volatile *)&g->sp;
	struct search s = {
		.lo = sp, .hi = (uintptr_t)stack, .reason = g->reason};
	size_t n = 0;
	uint64_t word;

	if (load_relaxed(&g->status) != GWAITING || !stack || sp % 8 ||
	    sp < (uintptr_t)stack->lo || sp >= s.hi)
		return 0;
	s.mem = (struct mem){.lo = sp, .hi = s.hi};
	if (s.hi - s.lo > FRAMES)
		s.hi = s.lo + FRAMES;
	for (uintptr_t at = s.lo; at < s.hi && n < max; at += sizeof(word))
		if (read_word(&s, at, &word) && word == (uintptr_t)g &&
		    is_sudog(&s, at - offsetof(struct sudog, g))) {
			to[n] = owner_of_queue(&s);
			n += to[n] != 0;
		}
	return n;
}

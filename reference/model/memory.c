/*
 * memory.c - what a load may read, by the rules of C11.
 *
 * Each location keeps all its stores in order.  A thread has a view: for each
 * location the oldest store that it may still read.  A release attaches the
 * thread's view to the store; an acquire that reads it takes that view over.
 * A load chooses among the stores that its view allows, the newest first, so
 * that a load may be late, as on a machine with store buffers or one that
 * reorders.  A read-modify-write takes the newest.  Fences and operations of
 * order seq_cst go through one more view that all of them share.
 *
 * What is left out: a load never reads a store that comes later in its own
 * thread's future, and stores to one location are ordered as they are made.
 *
 * Plain accesses are no steps.  The compiler reports them (-fsanitize=thread,
 * whose library is replaced by the end of this file), and the clocks in the
 * views tell whether one is ordered after the last of another thread.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

enum { LOCATIONS = 128, STORES = 4096, CELLS = 8192 };

struct view {
	uint16_t at[LOCATIONS];
	uint16_t clock[MODEL_THREADS];
};

struct store {
	uint64_t value;
	uint16_t older; /* of the same location */
	uint16_t order; /* 0, 1, 2... in its location */
	struct view view;
};

struct location {
	volatile void *p;
	uint16_t newest; /* in stores */
};

/* The last accesses of a plain object, as clocks of the threads. */
struct cell {
	uintptr_t p;
	uint32_t run; /* it is of */
	int16_t writer;
	uint16_t written;
	uint16_t read[MODEL_THREADS];
};

static struct location locations[LOCATIONS];
static uint16_t nlocations;
static struct store stores[STORES];
static uint16_t nstores;
static struct cell cells[CELLS];
static uint32_t run;

static struct thread_view {
	struct view now;
	struct view released; /* at the last fence: relaxed stores carry it */
	struct view pending;  /* of what relaxed loads read, for a fence */
} threads[MODEL_THREADS];
static struct view seq;

void memory_reset(void)
{
	nlocations = 0;
	nstores = 1; /* 0 is none */
	memset(threads, 0, sizeof(threads));
	memset(&seq, 0, sizeof(seq));
	run++;
}

void memory_catch_up(int thread)
{
	for (uint16_t i = 0; i < nlocations; i++)
		threads[thread].now.at[i] = stores[locations[i].newest].order;
}

static void join(struct view *to, const struct view *from)
{
	for (int i = 0; i < LOCATIONS; i++)
		if (from->at[i] > to->at[i])
			to->at[i] = from->at[i];
	for (int i = 0; i < MODEL_THREADS; i++)
		if (from->clock[i] > to->clock[i])
			to->clock[i] = from->clock[i];
}

/* Being before in the order of seq_cst does not order plain accesses. */
static void join_places(struct view *to, const struct view *from)
{
	for (int i = 0; i < LOCATIONS; i++)
		if (from->at[i] > to->at[i])
			to->at[i] = from->at[i];
}

/* ---- the memory itself, which always holds the newest --------------------- */

static uint64_t raw_load(const volatile void *p, size_t size)
{
	switch (size) {
	case 1:
		return *(const volatile uint8_t *)p;
	case 4:
		return *(const volatile uint32_t *)p;
	case 8:
		return *(const volatile uint64_t *)p;
	default:
		model_fail("an atomic of a size that the model lacks");
	}
}

static void raw_store(volatile void *p, size_t size, uint64_t v)
{
	switch (size) {
	case 1:
		*(volatile uint8_t *)p = (uint8_t)v;
		break;
	case 4:
		*(volatile uint32_t *)p = (uint32_t)v;
		break;
	case 8:
		*(volatile uint64_t *)p = v;
		break;
	default:
		model_fail("an atomic of a size that the model lacks");
	}
}

static uint64_t truncated(uint64_t v, size_t size)
{
	return size == 8 ? v : v & ((UINT64_C(1) << 8 * size) - 1);
}

/* ---- histories ------------------------------------------------------------ */

static struct store *append(uint16_t where, uint64_t v)
{
	struct location *l = &locations[where];
	struct store *s = &stores[nstores];

	if (nstores == STORES - 1)
		model_fail("too many stores for the model");
	memset(s, 0, sizeof(*s));
	s->value = v;
	s->older = l->newest;
	s->order = l->newest ? stores[l->newest].order + 1 : 0;
	l->newest = nstores++;
	s->view.at[where] = s->order;
	return s;
}

/*
 * Memory that was written behind the atomics' back has been made anew: all
 * see that, as who does it must be alone.
 */
static void notice_plain_store(uint16_t where, const struct model_site *at)
{
	struct location *l = &locations[where];
	uint64_t v = raw_load(l->p, at->size);
	struct store *s;

	if (stores[l->newest].value == v)
		return;
	s = append(where, v);
	for (int i = 0; i < MODEL_THREADS; i++)
		threads[i].now.at[where] = s->order;
}

static uint16_t find(const volatile void *p, const struct model_site *at)
{
	uint16_t i;

	if (engine_frame_is_gone(p))
		model_fail("an atomic of a frame that is gone");
	for (i = 0; i < nlocations; i++)
		if (locations[i].p == p) {
			notice_plain_store(i, at);
			return i;
		}
	if (nlocations == LOCATIONS)
		model_fail("too many locations for the model");
	locations[nlocations].p = (volatile void *)(uintptr_t)p;
	locations[nlocations].newest = 0;
	append(nlocations, raw_load(p, at->size));
	return nlocations++;
}

/*
 * The start of an operation: others may run first.  With no late reads the
 * order of seq_cst is that of the steps, and a fence is its thread's own.
 */
static struct thread_view *begin(const volatile void *p, enum access how,
				 const struct model_site *at)
{
	bool visible = conflicts(p, how);
	struct thread_view *t;

	if (engine_late_reads && at->order == MODEL_SEQ)
		visible |= conflicts(&seq, p == &seq ? WRITES : READS);
	else if (p == &seq)
		visible = false;
	engine_point(visible);
	t = &threads[engine_current];
	t->now.clock[engine_current]++;
	return t;
}

static void say(const struct model_site *at, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void say(const struct model_site *at, const char *fmt, ...)
{
	char text[128];
	va_list ap;

	if (!engine_log)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	model_note("%-22s %s(%s)%s", at->function, at->op, at->what, text);
}

/* ---- operations ----------------------------------------------------------- */

/*
 * The store that a load reads.  A compare and swap that fails is a load of
 * something else than it expects (differs: from what).
 */
static struct store *choose_store(uint16_t where, const struct thread_view *t,
				  const struct model_site *at,
				  const uint64_t *differs)
{
	uint16_t from[16] = {locations[where].newest};
	uint16_t oldest = t->now.at[where];
	uint32_t n = 1;
	uint32_t which;

	if (at->order == MODEL_SEQ && seq.at[where] > oldest)
		oldest = seq.at[where];
	for (uint16_t i = stores[from[0]].older;
	     i && stores[i].order >= oldest && engine_left.stale > 0 && n < 16;
	     i = stores[i].older)
		if (!differs || stores[i].value != *differs)
			from[n++] = i;
	which = engine_choose(n, COSTS);
	if (which > 0) {
		engine_left.stale--;
		engine_read_late();
	}
	return &stores[from[which]];
}

static void read_from(struct thread_view *t, uint16_t where, struct store *s,
		      enum model_order order)
{
	t->now.at[where] = s->order;
	join(order & MODEL_ACQUIRE ? &t->now : &t->pending, &s->view);
}

/* over: the store that a read-modify-write replaces, else NULL. */
static void write_to(struct thread_view *t, uint16_t where, uint64_t v,
		     const struct store *over, const struct model_site *at)
{
	struct store *s = append(where, v);

	t->now.at[where] = s->order;
	if (over)
		join(&s->view, &over->view);
	join(&s->view, at->order & MODEL_RELEASE ? &t->now : &t->released);
	if (at->order == MODEL_SEQ)
		seq.at[where] = s->order;
	raw_store(locations[where].p, at->size, v);
	engine_written();
}

uint64_t model_load(const volatile void *p, const struct model_site *at)
{
	struct thread_view *t;
	struct store *s;
	uint16_t where;

	if (engine_current < 0)
		return raw_load(p, at->size);
	t = begin(p, READS, at);
	where = find(p, at);
	s = choose_store(where, t, at, NULL);
	read_from(t, where, s, at->order);
	say(at, " = %#jx%s", (uintmax_t)s->value,
	    s == &stores[locations[where].newest] ? "" : "  (not the newest)");
	return s->value;
}

void model_store(volatile void *p, uint64_t v, const struct model_site *at)
{
	struct thread_view *t;

	v = truncated(v, at->size);
	if (engine_current < 0) {
		raw_store(p, at->size, v);
		return;
	}
	t = begin(p, WRITES, at);
	say(at, " := %#jx", (uintmax_t)v);
	write_to(t, find(p, at), v, NULL, at);
}

static uint64_t combined(enum model_rmw how, uint64_t old, uint64_t v,
			 size_t size)
{
	switch (how) {
	case MODEL_ADD:
		return truncated(old + v, size);
	case MODEL_SUB:
		return truncated(old - v, size);
	case MODEL_AND:
		return truncated(old & v, size);
	case MODEL_OR:
		return truncated(old | v, size);
	default:
		return truncated(v, size);
	}
}

uint64_t model_rmw(volatile void *p, enum model_rmw how, uint64_t v,
		   const struct model_site *at)
{
	struct thread_view *t;
	struct store *s;
	uint16_t where;

	if (engine_current < 0) {
		uint64_t old = raw_load(p, at->size);

		raw_store(p, at->size, combined(how, old, v, at->size));
		return old;
	}
	t = begin(p, WRITES, at);
	where = find(p, at);
	s = &stores[locations[where].newest];
	read_from(t, where, s, at->order);
	v = combined(how, s->value, v, at->size);
	say(at, " = %#jx, now %#jx", (uintmax_t)s->value, (uintmax_t)v);
	write_to(t, where, v, s, at);
	return s->value;
}

bool model_cas(volatile void *p, void *old, uint64_t v,
	       const struct model_site *at)
{
	uint64_t want = raw_load(old, at->size);
	struct thread_view *t;
	struct store *s;
	uint16_t where;

	if (engine_current < 0)
		model_fail("compare and swap outside of a thread");
	v = truncated(v, at->size);
	t = begin(p, WRITES, at);
	where = find(p, at);
	s = choose_store(where, t, at, &want);
	read_from(t, where, s, at->order);
	if (s->value != want) {
		say(at, " failed, = %#jx", (uintmax_t)s->value);
		raw_store(old, at->size, s->value);
		return false;
	}
	say(at, " := %#jx", (uintmax_t)v);
	write_to(t, where, v, s, at);
	return true;
}

void model_fence(const struct model_site *at)
{
	struct thread_view *t;

	if (engine_current < 0)
		return;
	t = begin(&seq, WRITES, at);
	say(at, "%s", "");
	join(&t->now, &t->pending);
	join_places(&t->now, &seq);
	join_places(&seq, &t->now);
	t->released = t->now;
}

/* ---- plain accesses ------------------------------------------------------- */

static struct cell *cell_of(uintptr_t p)
{
	uintptr_t h = (p * UINT64_C(0x9e3779b97f4a7c15)) >> 51;

	for (uintptr_t i = 0; i < CELLS; i++) {
		struct cell *c = &cells[(h + i) % CELLS];

		if (c->run == run && c->p == p)
			return c;
		if (c->run == run)
			continue;
		*c = (struct cell){.p = p, .run = run, .writer = -1};
		return c;
	}
	model_fail("too many plain objects for the model");
}

static void race(const void *p, const char *what)
{
	model_note("race at %p: %s", p, what);
	model_fail(what);
}

static void plain_read(const void *p)
{
	struct view *now = &threads[engine_current].now;
	struct cell *c = cell_of((uintptr_t)p);

	if (c->writer >= 0 && c->written > now->clock[c->writer])
		race(p, "data race: read of what another thread wrote");
	c->read[engine_current] = ++now->clock[engine_current];
}

static void plain_write(const void *p)
{
	struct view *now = &threads[engine_current].now;
	struct cell *c = cell_of((uintptr_t)p);

	if (c->writer >= 0 && c->written > now->clock[c->writer])
		race(p, "data race: two threads write");
	for (int i = 0; i < MODEL_THREADS; i++)
		if (i != engine_current && c->read[i] > now->clock[i])
			race(p,
			     "data race: write of what another thread reads");
	c->writer = (int16_t)engine_current;
	c->written = ++now->clock[engine_current];
}

/* What the compiler calls; objects are told apart by where they begin. */
#define PLAIN(name, kind)                                                      \
	void __tsan_##name(void *p);                                           \
	void __tsan_##name(void *p)                                            \
	{                                                                      \
		if (engine_current >= 0 && p != &errno) /* its own */          \
			plain_##kind(p);                                       \
	}

PLAIN(read1, read)
PLAIN(read2, read)
PLAIN(read4, read)
PLAIN(read8, read)
PLAIN(read16, read)
PLAIN(write1, write)
PLAIN(write2, write)
PLAIN(write4, write)
PLAIN(write8, write)
PLAIN(write16, write)
PLAIN(unaligned_read2, read)
PLAIN(unaligned_read4, read)
PLAIN(unaligned_read8, read)
PLAIN(unaligned_read16, read)
PLAIN(unaligned_write2, write)
PLAIN(unaligned_write4, write)
PLAIN(unaligned_write8, write)
PLAIN(unaligned_write16, write)

uint64_t __tsan_atomic64_load(const volatile void *p, int order);
void __tsan_read_range(void *p, size_t n);
void __tsan_write_range(void *p, size_t n);
void __tsan_func_entry(void *pc);
void __tsan_func_exit(void);
void __tsan_init(void);

/*
 * A look at a word that others write plainly under their lock: what it finds
 * is as new as can be, orders nothing and is no race.
 */
uint64_t __tsan_atomic64_load(const volatile void *p, int order)
{
	(void)order;
	if (engine_current >= 0)
		engine_point(true);
	return raw_load(p, 8);
}

void __tsan_read_range(void *p, size_t n)
{
	(void)p, (void)n;
}

void __tsan_write_range(void *p, size_t n)
{
	(void)p, (void)n;
}

void __tsan_func_entry(void *pc)
{
	(void)pc;
}

void __tsan_func_exit(void)
{
}

void __tsan_init(void)
{
}

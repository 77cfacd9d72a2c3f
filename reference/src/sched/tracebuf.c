/*
 * tracebuf.c - see tracebuf.h.
 */
#include "sched/tracebuf.h"

#include "base/note.h"
#include "base/sys.h"
#include "base/text.h"
#include "sched/outside.h"
#include "sched/trace.h"

/* An event is a kind and at most 6 numbers. */
enum { WORST = 64 };

/* Free buffers, and bytes of a generation after which the next begins. */
enum { KEPT = 64, LARGE = 32 << 20 };

_Atomic(uint32_t) goro__tracing;
struct trace goro__trace;

/* ---- lists ------------------------------------------------------------------ */

static void append(struct trace_list *l, struct trace_buf *b)
{
	b->next = NULL;
	if (l->last)
		l->last->next = b;
	else
		l->first = b;
	l->last = b;
}

static void append_all(struct trace_list *to, struct trace_list *from)
{
	if (!from->first)
		return;
	if (to->last)
		to->last->next = from->first;
	else
		to->first = from->first;
	to->last = from->last;
	*from = (struct trace_list){0};
}

static void take_out(struct trace_list *l, const struct trace_buf *b)
{
	struct trace_buf **at = &l->first, *prev = NULL;

	while (*at != b) {
		prev = *at;
		at = &prev->next;
	}
	*at = b->next;
	if (l->last == b)
		l->last = prev;
}

/* Gives the buffers of l back; keeps some of them for use. */
static void drop(struct trace *t, struct trace_list *l)
{
	struct trace_buf *b;

	while ((b = l->first) != NULL) {
		take_out(l, b);
		if (t->nfree >= KEPT) {
			sys_unmap(b, TRACE_BUF);
			continue;
		}
		append(&t->free, b);
		t->nfree++;
	}
}

/* ---- a buffer for an M ------------------------------------------------------ */

/*
 * A goroutine in goro_blocking() may call goro from outside, so that its thread
 * has two Ms.
 */
uint64_t goro__trace_thread(const struct m *m)
{
	return (uint32_t)load_relaxed(&m->tid) | (uint64_t)m->outsider << 32;
}

static void add_full(struct trace_gen *gen, struct trace_buf *b)
{
	append(&gen->full, b);
	gen->bytes += load_relaxed(&b->len);
	if (gen->bytes > LARGE)
		store_relaxed(&goro__trace.due, 1u);
}

static struct trace_buf *new_buf(struct trace *t, const struct m *m)
{
	struct trace_buf *b = t->free.first;

	if (b) {
		take_out(&t->free, b);
		t->nfree--;
	} else {
		b = sys_map(TRACE_BUF);
	}
	if (!b) {
		t->failed = true;
		store_relaxed(&goro__tracing, 0u);
		return NULL;
	}
	/* Not m->tid, which is not known at boot and of sysmon. */
	b->thread = (uint32_t)sys_gettid() | (uint64_t)m->outsider << 32;
	b->start = b->last = sys_clock();
	store_relaxed(&b->len, 0u);
	append(&t->active, b);
	return b;
}

/* Gives the full buffer of m to its generation, and m another one. */
static COLD struct trace_buf *change(struct m *m, uint32_t gen)
{
	struct trace *t = &goro__trace;

	lock(&t->lock);
	/* The trace may have ended meanwhile. */
	if (load_relaxed(&goro__tracing) != gen) {
		unlock(&t->lock);
		return NULL;
	}
	if (m->trace_gen == gen) {
		take_out(&t->active, m->trace_buf);
		add_full(t->now, m->trace_buf);
		goro__note_wake(&t->note);
	}
	m->trace_buf = new_buf(t, m);
	m->trace_gen = m->trace_buf ? gen : 0;
	unlock(&t->lock);
	return m->trace_buf;
}

static inline struct trace_buf *room(struct m *m, uint32_t gen)
{
	struct trace_buf *b = m->trace_buf;

	if (likely(m->trace_gen == gen &&
		   load_relaxed(&b->len) + WORST <= TRACE_BUF - sizeof(*b)))
		return b;
	return change(m, gen);
}

/* ---- events ------------------------------------------------------------------ */

uint8_t *goro__trace_varint(uint8_t *at, uint64_t n)
{
	while (n > 127) {
		*at++ = (uint8_t)(n | 128);
		n >>= 7;
	}
	*at++ = (uint8_t)n;
	return at;
}

void goro__trace_event(enum trace_kind kind, int n, const uint64_t *arg)
{
	uint32_t gen = load_relaxed(&goro__tracing);
	struct trace_buf *b = gen ? room(goro__m(), gen) : NULL;
	uint8_t *at;
	int64_t now;

	if (unlikely(!b))
		return;
	at = b->data + load_relaxed(&b->len);
	now = sys_clock();
	*at++ = (uint8_t)kind;
	at = goro__trace_varint(at, (uint64_t)(now - b->last));
	b->last = now;
	for (int i = 0; i < n; i++)
		at = goro__trace_varint(at, arg[i]);
	/* Pairs with the acquire in goro__trace_cut(). */
	store_release(&b->len, (uint32_t)(at - b->data));
}

static const uint8_t *read_varint(const uint8_t *at, uint64_t *n)
{
	int shift = 0;

	*n = 0;
	do
		*n |= (uint64_t)(*at & 127) << shift;
	while (shift += 7, *at++ & 128);
	return at;
}

/* How many numbers follow the time of an event. */
static const uint8_t arguments[] = {
	[TRACE_PROCS_CHANGE] = 2, [TRACE_P_START] = 2,
	[TRACE_P_STEAL] = 3,      [TRACE_P_STATUS] = 2,
	[TRACE_GO_CREATE] = 3,    [TRACE_GO_START] = 2,
	[TRACE_GO_STOP] = 2,      [TRACE_GO_BLOCK] = 2,
	[TRACE_GO_UNBLOCK] = 3,   [TRACE_CALL_BEGIN] = 2,
	[TRACE_GO_STATUS] = 3,    [TRACE_STW_BEGIN] = 2,
	[TRACE_TASK_BEGIN] = 4,   [TRACE_TASK_END] = 2,
	[TRACE_REGION_BEGIN] = 3, [TRACE_REGION_END] = 3,
	[TRACE_LOG] = 4,          [TRACE_GO_STATUS_STACK] = 4,
};

uint32_t goro__trace_cut(const struct trace_buf *b, int64_t t)
{
	/* Pairs with the release in goro__trace_event(). */
	const uint8_t *end = b->data + load_acquire(&b->len);
	const uint8_t *at = b->data, *next;
	int64_t now = b->start;
	uint64_t n;

	for (; at < end; at = next) {
		next = read_varint(at + 1, &n);
		now += (int64_t)n;
		if (now > t)
			break;
		for (int i = *at < sizeof(arguments) ? arguments[*at] : 0;
		     i > 0; i--)
			next = read_varint(next, &n);
	}
	return (uint32_t)(at - b->data);
}

/* ---- generations -------------------------------------------------------------- */

static void close_now(struct trace *t)
{
	for (struct trace_buf *b; t->now && (b = t->active.first) != NULL;) {
		take_out(&t->active, b);
		add_full(t->now, b);
	}
	if (t->now) {
		t->now->closed = true;
		t->now->next = NULL;
	}
}

void goro__trace_next(struct trace_gen *gen)
{
	struct trace *t = &goro__trace;

	lock(&t->lock);
	close_now(t);
	gen->number = ++t->numbers;
	if (t->now)
		t->now->next = gen;
	else
		t->oldest = gen;
	t->now = gen;
	store_relaxed(&t->due, 0u);
	store_relaxed(&goro__tracing, gen->number);
	unlock(&t->lock);
	goro__note_wake(&t->note);
}

/* t->lock is held. */
static void take(const struct trace *t, struct trace_cut *cut)
{
	cut->time = sys_clock();
	cut->gen = t->now;
	cut->last_full = t->now->full.last;
	cut->active = NULL;
	for (struct trace_buf *b = t->active.first; b; b = b->next) {
		b->cut[cut->by] = cut->active;
		cut->active = b;
	}
}

void goro__trace_take(struct trace_cut *cut, bool off)
{
	struct trace *t = &goro__trace;

	lock(&t->lock);
	if (!cut->gen && t->now)
		take(t, cut);
	if (off) {
		store_relaxed(&goro__tracing, 0u);
		append_all(&t->retired, &t->active);
	}
	unlock(&t->lock);
}

static struct trace_gen *remove_oldest(struct trace *t)
{
	struct trace_gen *gen = t->oldest;

	t->oldest = gen->next;
	if (t->now == gen)
		t->now = NULL;
	drop(t, &gen->full);
	return gen;
}

struct trace_gen *goro__trace_remove(uint32_t number)
{
	struct trace *t = &goro__trace;
	struct trace_gen *removed = NULL, *gen;

	lock(&t->lock);
	while (t->oldest && t->oldest->closed && t->oldest->number < number) {
		gen = remove_oldest(t);
		gen->next = removed;
		removed = gen;
	}
	unlock(&t->lock);
	return removed;
}

struct trace_gen *goro__trace_remove_all(void)
{
	struct trace *t = &goro__trace;

	lock(&t->lock);
	if (t->now)
		t->now->closed = true;
	drop(t, &t->retired);
	drop(t, &t->active);
	unlock(&t->lock);
	return goro__trace_remove(UINT32_MAX);
}

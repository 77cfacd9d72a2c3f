/*
 * stack.c - Gs, and the stacks they run on.
 *
 *	slab   | stack 0 | stack 1 | ...     | G | G | ...
 *	stack  | guard | ............ frames <-| struct stack | colour |
 *	       lo-guard  lo
 *
 * The frames may use the whole size of a class.  What else a stack has is
 * beside it: the guard below and a page above.
 *
 * A goroutine gets a stack when it first runs and gives it back when it ends.
 * So a hundred thousand goroutines that are started at once and end one after
 * the other need one.  A G that is made is sure of a stack: a slab, one mapping
 * committed on touch, has as many stacks as Gs.
 *
 * A slab serves one size class; the next of a class is twice as large, so a
 * million stacks are a handful of mappings.  Guards are PTE markers
 * (MADV_GUARD_INSTALL, Linux 6.13), which do not split the mapping.  Older
 * kernels need mprotect, and each guard costs two of the mappings that
 * vm.max_map_count grants (65530).  Only the first MAX_SPLITS stacks have one
 * then, which leaves mappings for other uses.
 *
 * If all frames had the same distance from a page's end, they would share a few
 * sets of the caches.  So the colour shifts them by a line from one stack to
 * the next.  A parked goroutine with shallow frames still costs one page.
 *
 * Free Gs and stacks are reused last in, first out: the warmest is the
 * cheapest.  They wait in the P that freed them; the G that ended last keeps
 * its stack.  The surplus goes to global lists.  sysmon gives the memory of
 * stacks back that nobody takes from there for a while.
 */
#include <string.h>

#include "sched/keep.h"
#include "sched/outside.h"
#include "sched/die.h"
#include "sched/stack.h"
#include "sched/runq.h"
#include "sched/tools.h"
#include "base/sys.h"
#include "base/text.h"

#define TOP ((size_t)4 << 10) /* or a page, where that is more */
#define NO_SUCH_ADVICE 0x7ffffff
#define MAX_SPLITS 16384u
#define MAX_SLABS 24
#define FIRST_SLAB ((size_t)64 << 20)
#define LOCAL_FREE 64u
#define COLOURS 32u

struct slab {
	struct g *gs;
	char *base;
	uint32_t n;
	uint32_t made; /* Gs in use or free */
	uint32_t used; /* stacks in use or free */
};

struct stack_class {
	struct slab slab[MAX_SLABS];
	_Atomic(uint32_t) nslabs; /* published with release */
	/* Indices of the slabs that Gs and stacks are carved from. */
	uint32_t g_slab, stack_slab;
};

static struct {
	struct lock lock; /* of carving; the sizes and bases never change */
	struct stack_class of[GORO_STACK_CLASSES];
	size_t page, guard; /* 64 KiB each on some machines */
	bool mprotect;      /* no MADV_GUARD_INSTALL here */
	size_t beside;      /* of each stack: the guard and what is on top */
	uint32_t splits;    /* guards that mprotect made */
	_Atomic(uint64_t) bytes;
} stacks = {
	.page = (size_t)4 << 10,
	.guard = ARCH_GUARD,
	.beside = ARCH_GUARD + TOP,
};

const size_t goro__stack_sizes[GORO_STACK_CLASSES] = {
	(size_t)64 << 10, (size_t)256 << 10, (size_t)1 << 20, GORO_STACK_MAX};

int goro__default_class;

_Static_assert(COLOURS *CACHE_LINE + sizeof(struct stack) + GORO_ARG_MAX <=
		       TOP - 1024,
	       "the frames have their size, and a fourth of a page above it");

int goro__stack_class(size_t bytes)
{
	for (int i = 0; i < GORO_STACK_CLASSES; i++)
		if (bytes <= goro__stack_sizes[i])
			return i;
	return -1;
}

static size_t size_of(const struct stack_class *c)
{
	return goro__stack_sizes[c - stacks.of];
}

uint64_t goro__stack_bytes(void)
{
	return load_relaxed(&stacks.bytes);
}

static bool install_guard(char *at)
{
	if (!stacks.mprotect) {
		if (sys_madvise(at, stacks.guard, MADV_GUARD_INSTALL) == 0)
			return true;
		if (errno == ENOMEM || errno == EAGAIN)
			return false;
		stacks.mprotect = true; /* no such advice, or none permitted */
	}
	if (stacks.splits == MAX_SPLITS)
		return true;
	stacks.splits++;
	return sys_mprotect(at, stacks.guard, PROT_NONE) == 0;
}

/* Returns the distance from one stack of a slab to the next. */
static size_t slot_bytes(const struct stack_class *c)
{
	return size_of(c) + stacks.beside;
}

/* Returns the gap in front of the Gs: classes begin in different sets. */
static size_t slab_colour(const struct stack_class *c)
{
	return (size_t)(c - stacks.of) * 8 * CACHE_LINE;
}

static size_t slab_bytes(const struct stack_class *c, uint32_t n)
{
	return n * (slot_bytes(c) + sizeof(struct g)) + slab_colour(c);
}

/* Adds a slab, or returns false.  stacks.lock is held. */
static bool add_slab(struct stack_class *c)
{
	uint32_t at = load_relaxed(&c->nslabs);
	struct slab *slab;
	char *all;

	if (at == MAX_SLABS)
		return false;
	slab = &c->slab[at];
	slab->n = (uint32_t)((FIRST_SLAB << at) / size_of(c));
	/* Less will do where address space is short. */
	while (!(all = sys_map(slab_bytes(c, slab->n))))
		if ((slab->n /= 2) == 0)
			return false;
	sys_madvise(all, slab_bytes(c, slab->n), MADV_NOHUGEPAGE);
	slab->base = all;
	slab->gs = (struct g *)(void *)(all + slab->n * slot_bytes(c) +
					slab_colour(c));
	store_release(&c->nslabs, at + 1);
	return true;
}

/* Maps stacks before there are threads: see tools.c. */
static void map_early(void)
{
	lock(&stacks.lock);
	for (int i = 0; i < GORO_STACK_CLASSES; i++)
		add_slab(&stacks.of[i]);
	unlock(&stacks.lock);
}

/*
 * Asks for an advice that does not exist: if that succeeds, this is an emulator
 * that accepts any advice and does nothing, and has no guards.
 */
void goro__stack_init(size_t default_bytes)
{
	int c;

	stacks.page = (size_t)sysconf(_SC_PAGESIZE);
	if (stacks.guard < stacks.page)
		stacks.guard = stacks.page;
	stacks.beside = stacks.guard + (stacks.page > TOP ? stacks.page : TOP);
	stacks.mprotect = sys_madvise(NULL, 0, NO_SUCH_ADVICE) == 0;
	c = goro__stack_class(default_bytes * SAN_STACK_SCALE *
			      goro__tools_stack_scale());
	goro__default_class = c < 0 ? GORO_STACK_CLASSES - 1 : c;
	if (goro__tools)
		map_early();
}

/* Returns the slab at *at or, if that is used up, the next one. */
static struct slab *slab_at(struct stack_class *c, uint32_t *at, bool used_up)
{
	*at += used_up;
	if (*at == load_relaxed(&c->nslabs) && !add_slab(c)) {
		*at -= used_up;
		return NULL;
	}
	return &c->slab[*at];
}

/* Returns a G never used before.  It is zero, which is GIDLE. */
static struct g *carve_g(int size_class)
{
	struct stack_class *c = &stacks.of[size_class];
	struct slab *slab = &c->slab[c->g_slab];
	struct g *g;

	slab = slab_at(c, &c->g_slab, slab->n > 0 && slab->made == slab->n);
	if (!slab)
		return NULL;
	g = &slab->gs[slab->made++];
	g->size_class = (uint8_t)size_class;
	return g;
}

/* Returns a new G; adds some of the default class to p's list, to lock less. */
static struct g *new_g(struct p *p, int size_class)
{
	struct g *g;

	lock(&stacks.lock);
	g = carve_g(size_class);
	while (g && size_class == goro__default_class &&
	       p->gfree.n < LOCAL_FREE / 2) {
		struct g *more = carve_g(size_class);

		if (!more)
			break;
		glist_push(&p->gfree, more);
	}
	unlock(&stacks.lock);
	return g;
}

static struct stack *stack_at(const struct stack_class *c,
			      const struct slab *slab, size_t i)
{
	size_t colour = (i + 8 * (size_t)(c - stacks.of)) % COLOURS;

	return (struct stack *)(void *)(slab->base + (i + 1) * slot_bytes(c) -
					colour * CACHE_LINE) -
	       1;
}

/*
 * Returns a stack never used before; stacks.lock is held.  There are as many as
 * Gs, but some may be free in another P.
 */
static struct stack *carve_stack(struct stack_class *c)
{
	struct slab *slab = &c->slab[c->stack_slab];
	struct stack *s;
	char *lo;

	slab = slab_at(c, &c->stack_slab, slab->n > 0 && slab->used == slab->n);
	if (!slab)
		return NULL;
	lo = slab->base + slab->used * slot_bytes(c);
	if (!install_guard(lo))
		return NULL;
	s = stack_at(c, slab, slab->used++);
	s->lo = lo + stacks.guard;
	s->size_class = (uint8_t)(c - stacks.of);
	goro__tools_stack(s->lo, s);
	add_relaxed(&stacks.bytes, size_of(c));
	return s;
}

static struct stack *new_stack(int size_class)
{
	struct stack *s;

	lock(&stacks.lock);
	s = carve_stack(&stacks.of[size_class]);
	unlock(&stacks.lock);
	return s;
}

/*
 * ---- free Gs -------------------------------------------------------------
 *
 * A P takes several from a global list at once, to lock less often.  An only P
 * has the lock for itself: it takes one, and fetches the next into its caches,
 * as taking many would wait for each of them.
 */

/* Takes g's stack from it and returns it; NULL if g has none. */
static struct stack *take_from(struct g *g)
{
	struct stack *s = g->stack;

	g->stack = NULL;
	g->sp = NULL;
	return s;
}

static struct g *g_from_global(struct p *p, int size_class)
{
	struct sched *s = &goro__sched;
	struct glist *l = &s->gfree[size_class];
	struct g *g;

	if (!l->head) /* a stale look costs a new G, no more */
		return NULL;
	lock(&s->gflock);
	g = glist_pop(l);
	prefetch_g(l->head);
	while (mp() && size_class == goro__default_class && l->n > 0 &&
	       p->gfree.n < LOCAL_FREE / 2)
		glist_push_front(&p->gfree, glist_pop(l));
	unlock(&s->gflock);
	return g;
}

struct g *goro__gfget(struct p *p, int size_class)
{
	struct g *g = NULL;

	if (likely(size_class == goro__default_class))
		g = glist_pop(&p->gfree);
	if (SAN_STACKS_APART && g && g->stack)
		slist_push(&p->sfree, take_from(g));
	if (unlikely(!g)) {
		if (p == &goro__quiet_p)
			goro__refuse("go");
		g = g_from_global(p, size_class);
	}
	return likely(g != NULL) ? g : new_g(p, size_class);
}

/*
 * Pushes s on a global list of free stacks.  f->least is the fewest there were
 * since the last take_surplus(): nobody took these, the lowest ones.  f->above
 * is the stack on top of them, if the list is longer.
 */
static void sfree_push(struct sfree *f, struct stack *s)
{
	if (f->list.n == f->least)
		f->above = s;
	slist_push(&f->list, s);
}

static struct stack *sfree_pop(struct sfree *f)
{
	struct stack *s = slist_pop(&f->list);

	if (f->list.n < f->least)
		f->least = f->list.n;
	return s;
}

/* Cuts the surplus off, the lowest stacks, in constant time. */
static struct slist sfree_cut(struct sfree *f)
{
	struct slist below = {.n = f->least};

	if (f->list.n == f->least) {
		below.head = f->list.head;
		f->list.head = NULL;
	} else {
		below.head = f->above->next;
		f->above->next = NULL;
	}
	f->list.n -= below.n;
	f->least = f->list.n;
	return below;
}

static void g_to_global(struct glist *from, uint32_t keep)
{
	struct sched *s = &goro__sched;

	lock(&s->gflock);
	while (from->n > keep) {
		struct g *g = glist_pop(from);

		if (g->stack)
			sfree_push(&s->sfree[g->size_class], take_from(g));
		glist_push_front(&s->gfree[g->size_class], g);
	}
	unlock(&s->gflock);
}

static void stack_to_global(struct p *p)
{
	struct sched *s = &goro__sched;

	lock(&s->gflock);
	while (p->sfree.n > LOCAL_FREE / 2) {
		struct stack *stack = slist_pop(&p->sfree);

		sfree_push(&s->sfree[stack->size_class], stack);
	}
	unlock(&s->gflock);
}

/* Only the top G of the free list keeps a stack: takes the next one's. */
static void strip_first(struct p *p)
{
	struct g *first = p->gfree.head;

	if (likely(!first || !first->stack))
		return;
	slist_push(&p->sfree, take_from(first));
	if (unlikely(p->sfree.n >= LOCAL_FREE))
		stack_to_global(p);
}

void goro__gfput(struct p *p, struct g *g)
{
	san_fiber_free(&g->san);
	if (unlikely(g->size_class != goro__default_class)) {
		struct glist one = {0};

		glist_push(&one, g);
		g_to_global(&one, 0);
		return;
	}
	strip_first(p);
	glist_push_front(&p->gfree, g);
	if (unlikely(p->gfree.n >= LOCAL_FREE * 4))
		g_to_global(&p->gfree, LOCAL_FREE);
}

/*
 * ---- free stacks ---------------------------------------------------------
 *
 * Stacks whose memory was given back, sfree_released, are taken only when there
 * are no others.
 */

static struct stack *stack_from_global(struct p *p, int size_class)
{
	struct sched *s = &goro__sched;
	struct sfree *warm = &s->sfree[size_class];
	struct slist *cold = &s->sfree_released[size_class];
	struct stack *stack;

	/* A stale look costs a new stack, no more. */
	if (!warm->list.head && !cold->head)
		return NULL;
	lock(&s->gflock);
	stack = warm->list.head ? sfree_pop(warm) : slist_pop(cold);
	while (mp() && size_class == goro__default_class && warm->list.n > 0 &&
	       p->sfree.n < LOCAL_FREE / 2)
		slist_push(&p->sfree, sfree_pop(warm));
	unlock(&s->gflock);
	return stack;
}

/* Returns a free stack of the default class, which may have to lie first. */
static struct stack *pop_local(struct p *p)
{
	if (!SAN_STACKS_APART)
		return slist_pop(&p->sfree);
	if (p->sfree.n > SAN_STACKS_APART)
		return slist_pop_first(&p->sfree);
	return NULL;
}

static struct stack *find_stack(struct p *p, int size_class)
{
	struct stack *s = NULL;

	if (likely(size_class == goro__default_class)) {
		if (p->gfree.head && !SAN_STACKS_APART)
			s = take_from(p->gfree.head);
		if (!s)
			s = pop_local(p);
	}
	if (unlikely(!s))
		s = stack_from_global(p, size_class);
	return likely(s != NULL) ? s : new_stack(size_class);
}

void goro__stack_give(struct g *g, struct stack *s)
{
	s->g = g;
	g->stack = s;
	store_relaxed(&g->lo, goro__keep_all ? UINTPTR_MAX : (uintptr_t)s->lo);
	g->sp = arch_first_frame(s);
	san_fiber_stack(&g->san, s->lo, (size_t)((char *)s - s->lo));
}

bool goro__stack_take(struct p *p, struct g *g)
{
	struct stack *s = find_stack(p, g->size_class);

	if (likely(s != NULL))
		goro__stack_give(g, s);
	return s != NULL;
}

void goro__stack_first(struct p *p, struct g *g)
{
	if (unlikely(!goro__stack_take(p, g)))
		goro__fatal("runtime: cannot allocate a goroutine's stack");
}

/*
 * ---- giving memory back --------------------------------------------------
 *
 * Not as soon as a stack is free: a program that goes idle, or that starts
 * thousands of goroutines again and again, needs it in a moment.  Stacks that
 * nobody took between two calls, the lower end of a list, are surplus.  They
 * are off the lists while their memory is given back, which takes long.
 */

static struct slist take_surplus(int size_class, bool all)
{
	struct sched *s = &goro__sched;
	struct sfree *f = &s->sfree[size_class];
	struct slist surplus;

	lock(&s->gflock);
	if (all)
		f->least = f->list.n;
	surplus = sfree_cut(f);
	unlock(&s->gflock);
	return surplus;
}

/* Gives the memory of s back, but for the page of its struct stack. */
static void release(struct stack *s)
{
	char *hi = (char *)((uintptr_t)s & ~(stacks.page - 1));

	sys_madvise(s->lo, (size_t)(hi - s->lo), MADV_DONTNEED);
}

void goro__scavenge(bool all)
{
	struct sched *sched = &goro__sched;

	for (int i = 0; i < GORO_STACK_CLASSES; i++) {
		struct slist surplus = take_surplus(i, all);
		struct stack *last = NULL;

		for (struct stack *s = surplus.head; s; s = s->next) {
			release(s);
			last = s;
		}
		if (!last)
			continue;
		lock(&sched->gflock);
		last->next = sched->sfree_released[i].head;
		sched->sfree_released[i].head = surplus.head;
		sched->sfree_released[i].n += surplus.n;
		unlock(&sched->gflock);
	}
}

/* ---- all of them --------------------------------------------------------- */

struct place {
	const struct stack_class *c;
	const struct slab *slab; /* NULL: in none */
	size_t slot, offset;
};

static struct place place_in(const struct stack_class *c,
			     const struct slab *slab, const char *at)
{
	size_t bytes = (uintptr_t)at - (uintptr_t)slab->base;

	if (bytes >= slab->n * slot_bytes(c))
		return (struct place){0};
	return (struct place){c, slab, bytes / slot_bytes(c),
			      bytes % slot_bytes(c)};
}

/* Returns where at is.  From here on no lock is taken: for signal handlers. */
static struct place place_of(const char *at)
{
	struct place found = {0};

	for (int i = 0; i < GORO_STACK_CLASSES && !found.slab; i++) {
		struct stack_class *c = &stacks.of[i];
		uint32_t n = load_acquire(&c->nslabs);

		for (uint32_t k = 0; k < n && !found.slab; k++)
			found = place_in(c, &c->slab[k], at);
	}
	return found;
}

bool goro__is_stack(const char *at)
{
	return place_of(at).slab != NULL;
}

bool goro__is_guard(const char *at, struct g **owner)
{
	struct place p = place_of(at);

	if (!p.slab || p.offset >= stacks.guard)
		return false;
	*owner = stack_at(p.c, p.slab, p.slot)->g;
	return true;
}

/*
 * A G may be in any state and change while fn looks: a caller that wants more
 * than a guess stops the world first.
 */
void goro__each_g(void (*fn)(struct g *g, void *arg), void *arg)
{
	for (int i = 0; i < GORO_STACK_CLASSES; i++) {
		struct stack_class *c = &stacks.of[i];
		uint32_t n = load_acquire(&c->nslabs);

		for (uint32_t k = 0; k < n; k++)
			for (uint32_t j = 0; j < c->slab[k].made; j++)
				fn(&c->slab[k].gs[j], arg);
	}
}

void goro__each_slab(void (*fn)(uintptr_t lo, uintptr_t hi, void *arg),
		     void *arg)
{
	fn((uintptr_t)&stacks, (uintptr_t)(&stacks + 1), arg);
	for (int i = 0; i < GORO_STACK_CLASSES; i++) {
		struct stack_class *c = &stacks.of[i];
		uint32_t n = load_acquire(&c->nslabs);

		for (uint32_t k = 0; k < n; k++) {
			const struct slab *slab = &c->slab[k];
			uintptr_t lo = (uintptr_t)slab->base;

			fn(lo, lo + slab_bytes(c, slab->n), arg);
		}
	}
}

/* Returns the G whose stack at is in, if it is in use; not for its guard. */
static struct g *user_of(const struct place *p)
{
	const struct stack *s = stack_at(p->c, p->slab, p->slot);

	if (p->offset < stacks.guard || !s->g || s->g->stack != s)
		return NULL;
	return s->g;
}

struct g *goro__g_at(uintptr_t at)
{
	struct place p = place_of((const char *)at);

	if (p.slab)
		return user_of(&p);
	for (int i = 0; i < GORO_STACK_CLASSES; i++) {
		struct stack_class *c = &stacks.of[i];
		uint32_t n = load_acquire(&c->nslabs);

		for (uint32_t k = 0; k < n; k++) {
			const struct slab *slab = &c->slab[k];
			size_t offset = at - (uintptr_t)slab->gs;

			if (offset < slab->made * sizeof(struct g))
				return &slab->gs[offset / sizeof(struct g)];
		}
	}
	return NULL;
}

const struct slab_layout goro__slab_layout = {
	.classes = stacks.of,
	.classes_n = GORO_STACK_CLASSES,
	.class_size = sizeof(struct stack_class),
	.nslabs = offsetof(struct stack_class, nslabs),
	.slab = offsetof(struct stack_class, slab),
	.slab_size = sizeof(struct slab),
	.gs = offsetof(struct slab, gs),
	.made = offsetof(struct slab, made),
};

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
 * They are carved from slabs and then used again and again (gfree.c).  A G that
 * is made is sure of a stack: a slab, one mapping committed on touch, has as many
 * stacks as Gs.
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
 */
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

struct g *goro__new_g(int size_class, struct glist *more, uint32_t most)
{
	struct g *g;

	lock(&stacks.lock);
	g = carve_g(size_class);
	while (g && more->n < most) {
		struct g *next = carve_g(size_class);

		if (!next)
			break;
		glist_push(more, next);
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

struct stack *goro__new_stack(int size_class)
{
	struct stack *s;

	lock(&stacks.lock);
	s = carve_stack(&stacks.of[size_class]);
	unlock(&stacks.lock);
	return s;
}

void goro__stack_release(struct stack *s)
{
	char *hi = (char *)((uintptr_t)s & ~(stacks.page - 1));

	sys_madvise(s->lo, (size_t)(hi - s->lo), MADV_DONTNEED);
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

/*
 * stack.c - the stacks of goroutines, each with its G on top.
 *
 *	slab   | stack 0 | stack 1 | ...       one mapping, committed on touch
 *	stack  | guard | ....... frames <-| G |
 *	       lo-guard  lo             hi
 *
 * A slab serves one size class; the next of a class is twice as large, so a
 * million stacks are a handful of mappings.  Guards are PTE markers
 * (MADV_GUARD_INSTALL, Linux 6.13), which do not split the mapping.  Where
 * they are missing mprotect makes them, and each costs two of the mappings
 * that vm.max_map_count grants (65530): the first MAX_SPLITS stacks have one,
 * the others none, so that there can be more, and mappings for others.
 *
 * Free stacks are reused last in, first out: the warmest is the cheapest.
 * They wait in the P that freed them, the surplus in a global list, whose
 * memory is given back by sysmon when the process is idle.
 */
#include <string.h>

#include "proc.h"
#include "runq.h"
#include "seam/sys.h"

#define GUARD ((size_t)16 << 10) /* or a page, where that is more */
#define NO_SUCH_ADVICE 0x7ffffff
#define MAX_SPLITS 16384u
#define MAX_SLABS 24
#define FIRST_SLAB ((size_t)64 << 20)
#define LOCAL_FREE 64u

struct slab {
	char *base;
	uint32_t used, n;
};

struct stack_class {
	size_t size;
	struct slab slab[MAX_SLABS];
	_Atomic(uint32_t) nslabs; /* published with release */
};

static struct {
	struct lock lock; /* of carving; the sizes and bases never change */
	struct stack_class of[GORO_STACK_CLASSES];
	size_t page, guard; /* 64 KiB each on some machines */
	bool mprotect;      /* no MADV_GUARD_INSTALL here */
	uint32_t splits;    /* guards that mprotect made */
	_Atomic(uint64_t) bytes;
} stacks = {
	.page = (size_t)4 << 10,
	.guard = GUARD,
	.of = {{.size = (size_t)64 << 10},
	       {.size = (size_t)256 << 10},
	       {.size = (size_t)1 << 20},
	       {.size = (size_t)8 << 20}},
};

int goro__default_class;

_Static_assert(sizeof(struct g) <= 512, "a parked G must fit in one page");

int goro__stack_class(size_t bytes)
{
	for (int i = 0; i < GORO_STACK_CLASSES; i++)
		if (bytes <= stacks.of[i].size &&
		    stacks.guard < stacks.of[i].size)
			return i;
	return -1;
}

size_t goro__stack_size(int size_class)
{
	return stacks.of[size_class].size;
}

uint64_t goro__stack_bytes(void)
{
	return load_relaxed(&stacks.bytes);
}

/*
 * An emulator may take any advice, and do nothing: one that there is not tells
 * it from a kernel that has guards.
 */
void goro__stack_init(size_t default_bytes)
{
	int c;

	stacks.page = (size_t)sysconf(_SC_PAGESIZE);
	if (stacks.guard < stacks.page)
		stacks.guard = stacks.page;
	stacks.mprotect = sys_madvise(NULL, 0, NO_SUCH_ADVICE) == 0;
	c = goro__stack_class(default_bytes * SAN_STACK_SCALE);
	goro__default_class = c < 0 ? GORO_STACK_CLASSES - 1 : c;
}

static bool install_guard(char *at)
{
	if (!stacks.mprotect) {
		if (sys_madvise(at, stacks.guard, MADV_GUARD_INSTALL) == 0)
			return true;
		if (errno != EINVAL)
			return false;
		stacks.mprotect = true;
	}
	if (stacks.splits == MAX_SPLITS)
		return true;
	stacks.splits++;
	return sys_mprotect(at, stacks.guard, PROT_NONE) == 0;
}

/* Room for at least one more stack in the last slab; stacks.lock is held. */
static bool add_slab(struct stack_class *c)
{
	uint32_t at = load_relaxed(&c->nslabs);
	size_t bytes = FIRST_SLAB << at;
	struct slab *slab;

	if (at == MAX_SLABS)
		return false;
	slab = &c->slab[at];
	/* Less will do where address space is short. */
	while (!(slab->base = sys_reserve(bytes)))
		if ((bytes /= 2) < c->size)
			return false;
	sys_madvise(slab->base, bytes, MADV_NOHUGEPAGE);
	slab->used = 0;
	slab->n = (uint32_t)(bytes / c->size);
	store_release(&c->nslabs, at + 1);
	return true;
}

static struct slab *last_slab(struct stack_class *c)
{
	uint32_t n = load_relaxed(&c->nslabs);

	return n ? &c->slab[n - 1] : NULL;
}

static struct g *g_of(char *stack, size_t size)
{
	return (struct g *)(void *)(stack + size - sizeof(struct g));
}

/* A stack never used before.  Its G is zero, which is GIDLE. */
static struct g *carve(int size_class)
{
	struct stack_class *c = &stacks.of[size_class];
	struct slab *slab;
	char *stack;
	struct g *g;

	lock(&stacks.lock);
	slab = last_slab(c);
	if ((!slab || slab->used == slab->n) && !add_slab(c)) {
		unlock(&stacks.lock);
		return NULL;
	}
	slab = last_slab(c);
	stack = slab->base + (size_t)slab->used * c->size;
	if (!install_guard(stack)) {
		unlock(&stacks.lock);
		return NULL;
	}
	g = g_of(stack, c->size);
	g->size_class = (uint8_t)size_class;
	g->stack_lo = stack + stacks.guard;
	g->stack_hi = (char *)g;
	slab->used++;
	add_relaxed(&stacks.bytes, c->size);
	unlock(&stacks.lock);
	return g;
}

static struct g *from_global(struct p *p, int size_class)
{
	struct sched *s = &goro__sched;
	struct glist *l = &s->gfree[size_class];
	struct g *g;

	if (!l->head) /* a stale look costs a new stack, no more */
		return NULL;
	lock(&s->gflock);
	g = glist_pop(l);
	while (size_class == goro__default_class && l->n > 0 &&
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
	if (unlikely(!g))
		g = from_global(p, size_class);
	return likely(g != NULL) ? g : carve(size_class);
}

static void to_global(struct glist *from, uint32_t keep)
{
	struct sched *s = &goro__sched;

	lock(&s->gflock);
	while (from->n > keep) {
		struct g *g = glist_pop(from);

		g->released = false; /* it may have been used since */
		glist_push_front(&s->gfree[g->size_class], g);
	}
	unlock(&s->gflock);
}

void goro__gfput(struct p *p, struct g *g)
{
	if (unlikely(g->size_class != goro__default_class)) {
		struct glist one = {0};

		glist_push(&one, g);
		to_global(&one, 0);
		return;
	}
	glist_push_front(&p->gfree, g);
	if (unlikely(p->gfree.n >= LOCAL_FREE * 4))
		to_global(&p->gfree, LOCAL_FREE);
}

/*
 * Gives the frames of all globally free stacks back to the system, not the
 * page of the G: it links the list.
 */
void goro__gf_release(void)
{
	struct sched *s = &goro__sched;

	lock(&s->gflock);
	for (int i = 0; i < GORO_STACK_CLASSES; i++)
		for (struct g *g = s->gfree[i].head; g; g = g->schedlink) {
			char *hi = (char *)((uintptr_t)g & ~(stacks.page - 1));

			if (!g->released)
				sys_madvise(g->stack_lo,
					    (size_t)(hi - g->stack_lo),
					    MADV_DONTNEED);
			g->released = true;
		}
	unlock(&s->gflock);
}

static struct g *guarded(const struct slab *s, size_t size, const char *at)
{
	size_t offset = (uintptr_t)at - (uintptr_t)s->base;
	size_t inside = offset % size;

	if (offset >= s->n * size || inside >= stacks.guard)
		return NULL;
	return g_of(s->base + offset - inside, size);
}

/* For signal handlers: takes no lock. */
struct g *goro__guard_of(const char *at)
{
	struct g *g = NULL;

	for (int i = 0; i < GORO_STACK_CLASSES && !g; i++) {
		struct stack_class *c = &stacks.of[i];
		uint32_t n = load_acquire(&c->nslabs);

		for (uint32_t k = 0; k < n && !g; k++)
			g = guarded(&c->slab[k], c->size, at);
	}
	return g;
}

/*
 * A G in a slab may be in any state, and change while fn looks: who wants
 * more than a guess stops the world first.
 */
void goro__each_g(void (*fn)(struct g *g, void *arg), void *arg)
{
	for (int i = 0; i < GORO_STACK_CLASSES; i++) {
		struct stack_class *c = &stacks.of[i];
		uint32_t n = load_acquire(&c->nslabs);

		for (uint32_t k = 0; k < n; k++)
			for (uint32_t j = 0; j < c->slab[k].used; j++)
				fn(g_of(c->slab[k].base + j * c->size, c->size),
				   arg);
	}
}

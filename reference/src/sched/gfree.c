/*
 * gfree.c - free Gs and stacks: where a goroutine gets its own, and leaves them.
 *
 * A goroutine gets a stack when it first runs and gives it back when it ends.
 * So a hundred thousand goroutines that are started at once and end one after
 * the other need one.
 *
 * Free Gs and stacks are reused last in, first out: the warmest is the
 * cheapest.  They wait in the P that freed them; the G that ended last keeps
 * its stack.  The surplus goes to global lists.  sysmon gives the memory of
 * stacks back that nobody takes from there for a while.
 */
#include "sched/gfree.h"

#include "sched/die.h"
#include "sched/keep.h"
#include "sched/outside.h"
#include "sched/runq.h"
#include "sched/stack.h"
#include "base/text.h"

#define LOCAL_FREE 64u

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

/* Returns a new G; p gets some more if it is of the default class. */
static struct g *new_g(struct p *p, int size_class)
{
	bool more = size_class == goro__default_class;

	return goro__new_g(size_class, &p->gfree, more ? LOCAL_FREE / 2 : 0);
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
	return likely(s != NULL) ? s : goro__new_stack(size_class);
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

void goro__scavenge(bool all)
{
	struct sched *sched = &goro__sched;

	for (int i = 0; i < GORO_STACK_CLASSES; i++) {
		struct slist surplus = take_surplus(i, all);
		struct stack *last = NULL;

		for (struct stack *s = surplus.head; s; s = s->next) {
			goro__stack_release(s);
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

/*
 * chanfree.c - see chanfree.h.
 */
#include "wait/chanfree.h"

#include "base/sys.h"
#include "base/text.h"
#include "sched/state.h"

struct freed {
	struct freed *next;
	struct goro_chan *c;
};

static _Atomic(struct freed *) list;

/* Asks the owner of each P to attend at its next switch. */
static void ask_all(void)
{
	struct sched *s = &goro__sched;

	lock(&s->lock);
	fence_seq(); /* the list before resched; pairs with goro__attend() */
	for (int32_t i = 0; i < goro__procs(); i++)
		store_relaxed(&goro__allp[i]->resched, 1u);
	unlock(&s->lock);
}

void goro__chan_free_later(struct goro_chan *c)
{
	struct freed *f = sys_malloc(sizeof(*f));

	if (!f)
		return;
	*f = (struct freed){load_relaxed(&list), c};
	/* Pairs with the acquire below. */
	while (!cas_release(&list, &f->next, f))
		;
	ask_all();
}

void goro__chan_free_listed(void (*free)(struct goro_chan *c))
{
	struct freed *f, *next;

	if (!load_relaxed(&list))
		return;
	for (f = xchg_acquire(&list, NULL); f; f = next) {
		next = f->next;
		free(f->c);
		sys_free(f);
	}
}

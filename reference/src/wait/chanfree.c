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

/* sched.lock guards it; whoever attends looks first without that. */
static _Atomic(struct freed *) list;

/* Asks the owner of each P to attend at its next switch. */
static void ask_all(void)
{
	fence_seq(); /* the list before resched; pairs with goro__attend() */
	for (int32_t i = 0; i < goro__procs(); i++)
		store_relaxed(&goro__allp[i]->resched, 1u);
}

void goro__chan_free_later(struct goro_chan *c)
{
	struct freed *f = sys_malloc(sizeof(*f));

	if (!f)
		return;
	lock(&goro__sched.lock);
	*f = (struct freed){load_relaxed(&list), c};
	store_relaxed(&list, f);
	ask_all();
	unlock(&goro__sched.lock);
}

void goro__chan_free_listed(void (*free)(struct goro_chan *c))
{
	struct freed *f, *next;

	if (!load_relaxed(&list))
		return;
	lock(&goro__sched.lock);
	f = load_relaxed(&list);
	store_relaxed(&list, NULL);
	unlock(&goro__sched.lock);
	for (; f; f = next) {
		next = f->next;
		free(f->c);
		sys_free(f);
	}
}

/*
 * end.c - references to contexts, and how a context and its tree end.
 */
#include "context.h"

#include <stdlib.h>

#include "sched/outside.h"
#include "wait/shared.h"

/* Returns a closed channel, always the same.  NULL without memory. */
static goro_chan *closed_chan(void)
{
	static _Atomic(goro_chan *) closed;
	/* Pairs with the release below. */
	goro_chan *c = atomic_load_explicit(&closed, memory_order_acquire);
	goro_chan *first = NULL;

	if (c)
		return c;
	c = goro__chan_make_shared(0, 0);
	if (!c)
		return NULL;
	goro_close(c);
	if (atomic_compare_exchange_strong_explicit(&closed, &first, c,
						    memory_order_acq_rel,
						    memory_order_acquire))
		return c;
	goro_chan_free(c);
	return first;
}

/* ---- references --------------------------------------------------------- */

goro_context *goro__context_new(enum kind kind, goro_context *parent)
{
	goro_context *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->kind = kind;
	if (can_be_ended(c) && !closed_chan()) {
		free(c);
		return NULL;
	}
	ref_init(&c->refs, 1);
	c->parent = parent ? goro__context_ref(parent) : NULL;
	if (can_be_ended(c) || kind == FOREIGN)
		c->nearest = c;
	else if (kind == VALUE || kind == WRAP)
		c->nearest = parent->nearest;
	return c;
}

goro_context *goro__context_ref(goro_context *c)
{
	if (c->kind != ROOT)
		ref_get(&c->refs);
	return c;
}

static void destroy(goro_context *c)
{
	goro_chan *done;

	if (can_be_ended(c)) {
		goro_timer_free(c->u.e.timer);
		done = atomic_load_explicit(&c->u.e.done, memory_order_relaxed);
		if (done != closed_chan())
			goro_chan_free(done);
	}
	free(c);
}

/* Drops a reference.  A context that is freed drops that to its parent. */
void goro__context_unref(goro_context *c)
{
	while (c && c->kind != ROOT && ref_put(&c->refs)) {
		goro_context *parent = c->parent;

		destroy(c);
		c = parent;
	}
}

/* ---- the owner's list --------------------------------------------------- */

static void link_child(goro_context *owner, goro_context *c)
{
	struct canceler *o = &owner->u.e;

	c->u.e.owner = owner;
	c->u.e.next = o->children;
	if (o->children)
		o->children->u.e.prev = c;
	o->children = c;
	o->nchildren++;
	c->u.e.listed = true;
	goro__context_ref(c);
}

/* Takes c off the list.  The caller gets the list's reference. */
static void unlink_child(goro_context *owner, goro_context *c)
{
	struct canceler *o = &owner->u.e;
	struct canceler *e = &c->u.e;

	if (e->prev)
		e->prev->u.e.next = e->next;
	else
		o->children = e->next;
	if (e->next)
		e->next->u.e.prev = e->prev;
	e->prev = e->next = NULL;
	o->nchildren--;
	e->listed = false;
}

static void leave_owner(goro_context *c)
{
	goro_context *owner = c->u.e.owner;
	bool listed;

	if (!owner)
		return;
	goro_mutex_lock(&owner->u.e.lock);
	listed = c->u.e.listed;
	if (listed)
		unlink_child(owner, c);
	goro_mutex_unlock(&owner->u.e.lock);
	if (listed)
		goro__context_unref(c);
}

/* ---- the end ------------------------------------------------------------ */

/* Ends c and leaves it locked.  False if c had ended. */
static bool begin_end(goro_context *c, int err, int cause)
{
	struct canceler *e = &c->u.e;
	goro_chan *done;

	goro_mutex_lock(&e->lock);
	if (atomic_load_explicit(&e->err, memory_order_relaxed)) {
		goro_mutex_unlock(&e->lock);
		return false;
	}
	e->cause = cause ? cause : err;
	atomic_store_explicit(&e->err, err, memory_order_release);
	done = atomic_load_explicit(&e->done, memory_order_relaxed);
	if (done)
		goro_close(done);
	else
		atomic_store_explicit(&e->done, closed_chan(),
				      memory_order_release);
	return true;
}

/* The call of c's hook is over, or will not come: drops its reference. */
static void hook_over(goro_context *c)
{
	goro_wg_done(&c->u.e.watcher);
	goro__context_unref(c);
}

/* Removes c's hook.  The caller has a reference of its own. */
static void remove_from_foreign(goro_context *c)
{
	struct goro_end_hooks *hooks = &c->parent->nearest->u.foreign.hooks;

	if (hooks->remove(hooks->arg, c->u.e.added))
		hook_over(c);
	goro_wg_done(&c->u.e.watcher);
}

/* Unlocks c, whose descendants have ended, and does what is left. */
static void finish_end(goro_context *c)
{
	struct canceler *e = &c->u.e;
	goro_timer *timer = e->timer;
	int waits = HOOK_WAITS;

	goro_mutex_unlock(&e->lock);
	if (timer && goro_timer_stop(timer) == 1)
		goro__context_unref(c);
	if (e->added)
		remove_from_foreign(c);
	/* Relaxed, as in goro_hook_stop(): the CAS only decides. */
	if (c->kind == HOOK &&
	    atomic_compare_exchange_strong_explicit(&e->hook, &waits, HOOK_RUNS,
						    memory_order_relaxed,
						    memory_order_relaxed))
		goro_go(e->fn, e->arg);
}

static goro_context *take_child(goro_context *c)
{
	goro_context *child = c->u.e.children;

	if (child)
		unlink_child(c, child);
	return child;
}

/*
 * Ends top and its descendants, depth first.  Does not recurse: a goroutine's
 * stack is small and the tree may be deep.  Goes back up by owner, and then
 * drops the reference of the list that the context was in.
 */
static void end_tree(goro_context *top, int err, int cause)
{
	goro_context *c = top, *child, *owner;

	if (!begin_end(top, err, cause))
		return;
	for (;;) {
		child = take_child(c);
		if (child && begin_end(child, err, cause)) {
			c = child;
			continue;
		}
		if (child) {
			goro__context_unref(child);
			continue;
		}
		owner = c->u.e.owner;
		finish_end(c);
		if (c == top)
			return;
		goro__context_unref(c);
		c = owner;
	}
}

/* Holds a reference: a goroutine that the end wakes may free c at once. */
void goro__context_end(goro_context *c, int err, int cause)
{
	goro__context_ref(c);
	end_tree(c, err, cause);
	leave_owner(c);
	goro__context_unref(c);
}

void goro__context_expire(void *arg)
{
	goro_context *c = arg;

	goro__context_end(c, GORO_DEADLINE, c->u.e.timeout_cause);
	goro__context_unref(c);
}

/* ---- asked ------------------------------------------------------------- */

static goro_chan *make_done(struct canceler *e)
{
	goro_chan *done;
	int status = GORO_OK;

	goro_mutex_lock(&e->lock);
	done = atomic_load_explicit(&e->done, memory_order_relaxed);
	if (!done) {
		done = goro_chan_make(0, 0, &status);
		atomic_store_explicit(&e->done, done, memory_order_release);
	}
	goro_mutex_unlock(&e->lock);
	if (status)
		goro_panic("runtime: out of memory");
	return done;
}

goro_chan *goro_context_done(goro_context *c)
{
	AS_GOROUTINE();
	goro_context *nearest = c ? c->nearest : NULL;
	goro_chan *done;

	if (!nearest)
		return NULL;
	if (nearest->kind == FOREIGN)
		return nearest->u.foreign.done;
	/* Pairs with the release of make_done() and begin_end(). */
	done = atomic_load_explicit(&nearest->u.e.done, memory_order_acquire);
	return done ? done : make_done(&nearest->u.e);
}

/* Returns the context that has c's err and cause.  A wrapper has only done. */
static goro_context *answers_for(goro_context *c)
{
	c = c ? c->nearest : NULL;
	while (c && c->kind == FOREIGN && c->parent)
		c = c->parent->nearest;
	return c;
}

/* Waits for done if err is set, so that callers see both together. */
int goro_context_err(goro_context *c)
{
	AS_GOROUTINE();
	int err;

	c = answers_for(c);
	if (!c)
		return 0;
	if (c->kind == FOREIGN)
		return goro_chan_recv(c->u.foreign.done, NULL, GORO_POLL) ==
				       GORO_CLOSED
			       ? GORO_CANCELED
			       : 0;
	/* Pairs with the release of begin_end(). */
	err = atomic_load_explicit(&c->u.e.err, memory_order_acquire);
	if (err)
		goro_recv(goro_context_done(c), NULL);
	return err;
}

int goro_context_cause(goro_context *c)
{
	AS_GOROUTINE();
	int err = goro_context_err(c);

	c = answers_for(c);
	return err && c->kind != FOREIGN ? c->u.e.cause : err;
}

/* ---- the start ---------------------------------------------------------- */

static void end_with_parent(goro_context *c)
{
	int err = goro_context_err(c->parent);

	goro__context_end(c, err ? err : GORO_CANCELED,
			  goro_context_cause(c->parent));
}

/* Ends c with its parent.  The wait group is in c, so the unref comes last. */
static void watch(void *arg)
{
	goro_context *c = *(goro_context **)arg;
	struct goro_case cases[] = {
		{.c = goro_context_done(c->parent), .dir = GORO_RECV},
		{.c = goro_context_done(c), .dir = GORO_RECV},
	};

	if (goro_select(cases, 2, NULL) == 0)
		end_with_parent(c);
	hook_over(c);
}

static void parent_ended(void *arg)
{
	end_with_parent(arg);
	hook_over(arg);
}

/*
 * Adds a hook, locked: it may be called before e->added is set.  Who frees c
 * waits for its call and for its removal, as for a watcher: then the program's
 * own context may go, too.
 */
static int add_to_foreign(goro_context *c, const struct goro_end_hooks *hooks)
{
	struct canceler *e = &c->u.e;
	void *added;

	goro__context_ref(c);
	goro_wg_add(&e->watcher, 2);
	goro_mutex_lock(&e->lock);
	added = e->added = hooks->add(hooks->arg, parent_ended, c);
	goro_mutex_unlock(&e->lock);
	e->watched = added != NULL;
	if (added)
		return GORO_OK;
	goro_wg_done(&e->watcher);
	hook_over(c);
	return GORO_ENOMEM;
}

static int join_foreign(goro_context *c)
{
	struct goro_end_hooks *hooks = &c->parent->nearest->u.foreign.hooks;
	struct canceler *e = &c->u.e;

	if (goro_context_err(c->parent)) {
		end_with_parent(c);
		return GORO_OK;
	}
	if (hooks->add)
		return add_to_foreign(c, hooks);
	goro_wg_add(&e->watcher, 1);
	goro__context_ref(c);
	if (goro_go_copy(watch, &c, sizeof(c))) {
		hook_over(c);
		return GORO_ENOMEM;
	}
	e->watched = true;
	return GORO_OK;
}

void goro__context_unwatch(goro_context *c)
{
	if (c->u.e.watched)
		goro_wg_wait(&c->u.e.watcher);
}

int goro__context_join(goro_context *c)
{
	goro_context *owner = c->parent->nearest;
	int err;

	if (!owner)
		return GORO_OK;
	if (owner->kind == FOREIGN)
		return join_foreign(c);
	goro_mutex_lock(&owner->u.e.lock);
	err = atomic_load_explicit(&owner->u.e.err, memory_order_relaxed);
	if (!err)
		link_child(owner, c);
	goro_mutex_unlock(&owner->u.e.lock);
	if (err)
		goro__context_end(c, err, owner->u.e.cause);
	return GORO_OK;
}

/*
 * context.h - the parts of a context.
 *
 * Every context points to the nearest one, at or above it, that can end.  That
 * one answers for err, cause and done.  Contexts that end by cancel or time
 * form a tree of their own, by owner and children.
 *
 *	background <- cancel A <- value <- cancel B <- value C
 *
 * C's nearest canceler is B; B's owner is A, and A's only child.
 *
 * A context counts its references: the caller until free, each context below
 * it, the list of children it is in, a timer that has not fired, and its
 * watcher.  A list and its owner refer to each other.  The end of either breaks
 * that circle, and free ends the context.
 */
#ifndef GORO_EXT_CONTEXT_H
#define GORO_EXT_CONTEXT_H

#include <goro_ext.h>
#include <stdatomic.h>

#include "base/ref.h"

enum kind { ROOT, CANCEL, TIMER, HOOK, VALUE, WITHOUT_CANCEL, WRAP, FOREIGN };

enum hook_state { HOOK_WAITS, HOOK_RUNS, HOOK_STOPPED };

/*
 * The part of a context that can be ended.  Locks are taken from owner to
 * child.  The goroutine that ends a context holds its lock until all
 * descendants have ended.  So another one that tries to end it does not return
 * earlier.
 */
struct canceler {
	goro_mutex lock;
	/*
	 * Set once, with the lock, before done is closed.  The release pairs
	 * with the acquire of goro_context_err(), for cause.
	 */
	_Atomic(int) err;
	int cause;
	/* Set once, with the lock; the release pairs with context_done(). */
	_Atomic(goro_chan *) done;

	/* With the lock; empty once the end is over. */
	goro_context *children;
	int64_t nchildren;

	/* With the owner's lock; the list it is in. */
	goro_context *owner, *prev, *next;
	bool listed;

	bool takes_cause; /* made by goro_with_cancel */

	/* TIMER */
	int64_t deadline;
	uint32_t clock; /* goro__clock_of_caller() when it was made */
	int timeout_cause;
	goro_timer *timer; /* with the lock */

	/* HOOK */
	goro_fn fn;
	void *arg;
	_Atomic(int) hook; /* hook_state */

	/* True if a watcher or a hook waits for the end of a foreign parent. */
	bool watched;
	goro_waitgroup watcher;

	/* With the lock; the result of a foreign parent's add hook. */
	void *added;
};

struct goro_context {
	enum kind kind;
	struct ref refs;
	goro_context *parent;  /* NULL: a root, or foreign without an inner */
	goro_context *nearest; /* NULL: it never ends */
	union {
		const char *root; /* name */
		struct {
			struct goro_key key;
			void *value;
		} v;
		struct {
			goro_chan *done;
			struct goro_end_hooks hooks; /* all NULL: none */
		} foreign;
		struct canceler e;
	} u;
};

/* Makes a context with one reference.  Returns NULL without memory. */
goro_context *goro__context_new(enum kind kind, goro_context *parent);
goro_context *goro__context_ref(goro_context *c);
void goro__context_unref(goro_context *c);

static inline bool can_be_ended(const goro_context *c)
{
	return c->kind == CANCEL || c->kind == TIMER || c->kind == HOOK;
}

/*
 * Makes c, which no other goroutine knows yet, end when its parent does, or at
 * once if that has ended.  GORO_ENOMEM.
 */
int goro__context_join(goro_context *c);

/* Ends c and its descendants and takes c off its owner's list. */
void goro__context_end(goro_context *c, int err, int cause);

/*
 * goro_context_deadline(), but false if that is a time of another clock than
 * the caller's: in a bubble one from outside, which ends c all the same.
 */
bool goro__context_deadline(goro_context *c, int64_t *deadline);
/* Ends c by its deadline and drops the timer's reference.  Run by the timer. */
void goro__context_expire(void *c);

/* Waits until c, which has ended, uses nothing of a foreign parent any more. */
void goro__context_unwatch(goro_context *c);

#endif

/*
 * context.h - a context inside.
 *
 * Every context has a pointer to the nearest one at or above it that can end,
 * which answers for err, cause and done.  Those that end by cancel or time
 * form a tree of their own, by owner and children.
 *
 *	background <- cancel A <- value <- cancel B <- value C
 *
 * C's nearest canceler is B; B's owner is A, and A's only child.
 *
 * References: a context counts its holders: the caller until free, each
 * context below it, the list of children it is in, a timer that has not fired,
 * and the goroutine that watches for it.  The list and its owner refer to each
 * other; the end of either one breaks that, and free brings about the end.
 */
#ifndef GORO_EXT_CONTEXT_H
#define GORO_EXT_CONTEXT_H

#include <goro_ext.h>
#include <stdatomic.h>

#include "base/ref.h"

enum kind { ROOT, CANCEL, TIMER, HOOK, VALUE, WITHOUT_CANCEL, WRAP, FOREIGN };

enum hook_state { HOOK_WAITS, HOOK_RUNS, HOOK_STOPPED };

/*
 * What can be ended.  Locks are taken from owner to child.  Who ends a context
 * holds its lock until its descendants have ended, too, so that nobody who
 * tries to end it meanwhile returns earlier.
 */
struct canceler {
	goro_mutex lock;
	/*
	 * Set once, with the lock, before done is closed.  A release, so that
	 * who sees it sees cause; err() waits until done is closed.
	 */
	_Atomic(int) err;
	int cause;
	/* Made when asked for, with the lock; a release, for the others. */
	_Atomic(goro_chan *) done;

	/* With the lock; none any more once err is set. */
	goro_context *children;
	int64_t nchildren;

	/* With the owner's lock; the list it is in. */
	goro_context *owner, *prev, *next;
	bool listed;

	bool takes_cause; /* made by goro_with_cancel */

	/* TIMER */
	int64_t deadline;
	int timeout_cause;
	goro_timer *timer; /* with the lock */

	/* HOOK */
	goro_fn fn;
	void *arg;
	_Atomic(int) hook; /* hook_state */

	/* A goroutine waits for a foreign parent, and is counted here. */
	bool watched;
	goro_waitgroup watcher;

	/* With the lock; what a foreign parent's hooks gave for it. */
	void *added;
};

struct goro_context {
	enum kind kind;
	struct ref refs;
	goro_context *parent;  /* NULL: root, or foreign and round no other */
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

/* A context of a kind with one reference; NULL without memory. */
goro_context *goro__context_new(enum kind kind, goro_context *parent);
goro_context *goro__context_ref(goro_context *c);
void goro__context_unref(goro_context *c);

static inline bool can_be_ended(const goro_context *c)
{
	return c->kind == CANCEL || c->kind == TIMER || c->kind == HOOK;
}

/*
 * Makes c, new and not yet known to anybody else, end when its parents do; at
 * once if they have.  GORO_ENOMEM.
 */
int goro__context_join(goro_context *c);

/* Ends c and its descendants and takes c off its owner's list. */
void goro__context_end(goro_context *c, int err, int cause);

/* For a timer: ends c by its deadline and drops the timer's reference. */
void goro__context_expire(void *c);

/* Waits until the watcher of c, which has ended, uses no channel any more. */
void goro__context_unwatch(goro_context *c);

#endif

/*
 * errgroup.c - goroutines that work on parts of one task.
 *
 * The limit is a channel with a place for each task that may run.  A task holds
 * a place from before its start to its end.
 */
#include <goro_ext.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "sched/errtext.h"
#include "sched/call.h"
#include "context.h"
#include "sched/outside.h"

struct goro_group {
	goro_waitgroup wg;
	goro_context *context; /* NULL, or a reference */
	bool limited;          /* used by callers of go and set_limit only */
	goro_chan *places;     /* replaced only while no task is alive */
	_Atomic(int64_t) alive;
	/*
	 * Set once, by the first task that fails.  That is a release, which
	 * pairs with the acquire of goro_group_wait().
	 */
	_Atomic(int) error;
};

/* Lives until its goroutine ends. */
struct run {
	goro_group *group;
	bool limited; /* has a place */
	goro_task task;
	void *arg;
	int error; /* the task's result */
};

static int failed(int status)
{
	if (status)
		goro__set_error_text(ERRTEXT_GROUP, "%s",
				     goro_status_text(status));
	return status;
}

const char *goro_group_error(void)
{
	return goro__error_text(ERRTEXT_GROUP);
}

goro_group *goro_group_new(void)
{
	return calloc(1, sizeof(goro_group));
}

int goro_group_with_context(goro_context *parent, goro_group **group,
			    goro_context **context)
{
	AS_GOROUTINE();
	goro_context *c = NULL;
	goro_group *g;
	int status = GORO_EINVAL;

	if (group && context)
		status = goro_with_cancel(parent, &c);
	if (status)
		return failed(status);
	g = goro_group_new();
	if (!g) {
		goro_context_free(c);
		return failed(GORO_ENOMEM);
	}
	g->context = goro__context_ref(c);
	*group = g;
	*context = c;
	return GORO_OK;
}

static int still_active(int64_t n)
{
	goro__set_error_text(ERRTEXT_GROUP,
			     "errgroup: modify limit while %" PRId64
			     " goroutines in the group are still active",
			     n);
	return GORO_GROUP_LIMIT;
}

int goro_group_set_limit(goro_group *g, int64_t n)
{
	AS_GOROUTINE();
	goro_chan *places = NULL;
	int64_t alive;
	int status = GORO_OK;

	if (!g)
		return failed(GORO_EINVAL);
	if (n < 0) {
		g->limited = false;
		return GORO_OK;
	}
	/* Pairs with the release in leave(): no task uses a place then. */
	alive = atomic_load_explicit(&g->alive, memory_order_acquire);
	if (alive > 0)
		return still_active(alive);
	places = goro_chan_make(0, n, &status);
	if (!places)
		return failed(status);
	goro_chan_free(g->places);
	g->places = places;
	g->limited = true;
	return GORO_OK;
}

static void fail(goro_group *g, int error)
{
	int none = 0;

	/* Pairs with the acquire in goro_group_wait(). */
	if (atomic_compare_exchange_strong_explicit(&g->error, &none, error,
						    memory_order_release,
						    memory_order_relaxed) &&
	    g->context)
		goro_cancel(g->context, error);
}

static void leave(void *arg)
{
	struct run *r = arg;
	goro_group *g = r->group;

	if (r->limited)
		goro_recv(g->places, NULL);
	free(r);
	/* Pairs with the acquire in goro_group_set_limit(). */
	atomic_fetch_sub_explicit(&g->alive, 1, memory_order_release);
	/* A panic ends the process: goro_group_wait() must not return first. */
	if (!goro__in_panic())
		goro_wg_done(&g->wg);
}

static void call_task(void *arg)
{
	struct run *r = arg;

	r->error = r->task(r->arg);
}

static void attempt(void *arg)
{
	struct run *r = arg;

	goro__call(call_task, r, NULL, NULL);
	if (r->error)
		fail(r->group, r->error);
}

/* Runs the task with leave deferred, since it may end by goexit. */
static void run_task(void *arg)
{
	struct run *r = *(struct run **)arg;

	goro__call(attempt, r, leave, r);
}

static int start(goro_group *g, goro_task task, void *arg)
{
	struct run *r = malloc(sizeof(*r));

	if (!r)
		return GORO_ENOMEM;
	*r = (struct run){
		.group = g, .limited = g->limited, .task = task, .arg = arg};
	atomic_fetch_add_explicit(&g->alive, 1, memory_order_relaxed);
	goro_wg_add(&g->wg, 1);
	if (goro_go_copy(run_task, &r, sizeof(r)) == GORO_OK)
		return GORO_OK;
	goro_wg_done(&g->wg);
	atomic_fetch_sub_explicit(&g->alive, 1, memory_order_relaxed);
	free(r);
	return GORO_ENOMEM;
}

int goro_group_go(goro_group *g, goro_task task, void *arg, int64_t deadline)
{
	AS_GOROUTINE();
	int status = GORO_OK;

	if (!g || !task)
		return failed(GORO_EINVAL);
	if (g->limited)
		status = goro_chan_send(g->places, NULL, deadline);
	if (status)
		return failed(status);
	status = start(g, task, arg);
	if (status && g->limited)
		goro_recv(g->places, NULL);
	return failed(status);
}

int goro_group_wait(goro_group *g)
{
	AS_GOROUTINE();
	int error;

	if (!g)
		return failed(GORO_EINVAL);
	goro_wg_wait(&g->wg);
	/* Pairs with the release in fail(). */
	error = atomic_load_explicit(&g->error, memory_order_acquire);
	if (g->context)
		goro_cancel(g->context, error);
	return failed(error);
}

void goro_group_free(goro_group *g)
{
	AS_GOROUTINE();

	if (!g)
		return;
	goro__context_unref(g->context);
	goro_chan_free(g->places);
	free(g);
}

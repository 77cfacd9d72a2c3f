/* groups.c - faults of errgroup, weighted semaphore and singleflight. */
#include "fault.h"

/* ---- errgroup ----------------------------------------------------------- */

struct task {
	assay_group *g;
	assay_task task;
	void *arg;
};

/* Runs a task through run_one, which sees its error. */
static int go_as(assay_group *g, assay_task task, void *arg, int64_t deadline,
		 assay_task run_one)
{
	struct task *t = take(sizeof(*t));

	*t = (struct task){g, task, arg};
	return was.group.go(g, task == NULL ? NULL : run_one, t, deadline);
}

static int run_for_last(void *arg)
{
	struct task *t = arg;
	int error = t->task(t->arg);

	if (error != 0)
		keep(t->g, error);
	return error;
}

static int go_for_last(assay_group *g, assay_task task, void *arg,
		       int64_t deadline)
{
	return go_as(g, task, arg, deadline, run_for_last);
}

static int wait_for_last(assay_group *g)
{
	int error = was.group.wait(g);

	return error == 0 ? 0 : (int)recall(g);
}

FAULT(last_error, "XL-001", "wait gives the last error")
{
	my.group.go = go_for_last;
	my.group.wait = wait_for_last;
}

static int wait_none(assay_group *g)
{
	return (int)recall(g);
}

FAULT(group_waits_for_none, "XL-001/ends", "wait does not wait")
{
	my.group.go = go_for_last;
	my.group.wait = wait_none;
}

/* Gives the caller another context than the group's. */
static int with_two(assay_context *parent, assay_group **g, assay_context **c)
{
	assay_context *own;
	int status = was.group.with_context(parent, g, &own);

	return status != ASSAY_OK ? status : was.context.with_cancel(own, c);
}

static int with_own(assay_context *parent, assay_group **g, assay_context **c)
{
	int status = was.context.with_cancel(parent, c);

	*g = status == ASSAY_OK ? was.group.make() : NULL;
	return status;
}

FAULT(error_does_not_cancel, "XL-002", "an error does not cancel the context")
{
	my.group.with_context = with_own;
}

FAULT(return_does_not_cancel, "XL-002/empty",
      "wait does not cancel the context")
{
	my.group.with_context = with_own;
}

static int cause_of_child(assay_context *c)
{
	int cause = was.context.cause(c);

	return cause == 0 ? 0 : ASSAY_CANCELED;
}

FAULT(group_cause_lost, "XL-002/cause", "the context does not tell the error")
{
	my.group.with_context = with_two;
	my.context.cause = cause_of_child;
}

static int limit_and_one(assay_group *g, int64_t n)
{
	return was.group.set_limit(g, n < 0 ? n : n + 1);
}

FAULT(limit_off_by_one, "XL-003", "one task more than the limit")
{
	my.group.set_limit = limit_and_one;
}

static int go_never_tries(assay_group *g, assay_task task, void *arg,
			  int64_t deadline)
{
	(void)deadline;
	return was.group.go(g, task, arg, ASSAY_FOREVER);
}

FAULT(try_go_blocks, "XL-003/try", "a try waits at the limit")
{
	my.group.go = go_never_tries;
}

static int go_only_tries(assay_group *g, assay_task task, void *arg,
			 int64_t deadline)
{
	int status = was.group.go(g, task, arg, ASSAY_POLL);

	return deadline == ASSAY_FOREVER && status == ASSAY_AGAIN ? ASSAY_OK
								  : status;
}

FAULT(go_drops_tasks, "XL-003/blocks", "at the limit a task is dropped")
{
	my.group.go = go_only_tries;
}

static int limit_none(assay_group *g, int64_t n)
{
	return was.group.set_limit(g, n == 0 ? -1 : n);
}

FAULT(limit_zero_is_none, "XL-003/zero", "a limit of 0 is no limit")
{
	my.group.set_limit = limit_none;
}

static int limit_anyway(assay_group *g, int64_t n)
{
	int status = was.group.set_limit(g, n);

	return status == ASSAY_GROUP_LIMIT ? ASSAY_OK : status;
}

FAULT(limit_changed_anyway, "XL-004", "the limit may change at any time")
{
	my.group.set_limit = limit_anyway;
}

static void run_task(void *arg)
{
	struct task *t = arg;

	t->task(t->arg);
}

static int run_caught(void *arg)
{
	struct assay_panic p;

	return was.core.try_(run_task, arg, &p) == ASSAY_OK ? 0 : 1000;
}

static int go_caught(assay_group *g, assay_task task, void *arg,
		     int64_t deadline)
{
	return go_as(g, task, arg, deadline, run_caught);
}

FAULT(group_catches_panic, "XL-005", "a panic of a task is an error of it")
{
	my.group.go = go_caught;
}

/* ---- weighted semaphore ------------------------------------------------- */

static int acquire_barging(assay_semaphore *s, assay_context *c, int64_t n)
{
	while (was.semaphore.try_acquire(s, n) != ASSAY_OK) {
		if (was.context.err(c) != 0)
			return was.context.err(c);
		was.time.sleep(100000);
	}
	return ASSAY_OK;
}

FAULT(small_waiters_barge, "XL-007", "who needs less goes first")
{
	my.semaphore.acquire = acquire_barging;
}

static int acquire_one(assay_semaphore *s, assay_context *c, int64_t n)
{
	return was.semaphore.acquire(s, c, n > 1 ? 1 : n);
}

static int try_acquire_one(assay_semaphore *s, int64_t n)
{
	return was.semaphore.try_acquire(s, n > 1 ? 1 : n);
}

static int release_one(assay_semaphore *s, int64_t n)
{
	return was.semaphore.release(s, n > 1 ? 1 : n);
}

FAULT(weight_ignored, "XL-006", "every weight is 1")
{
	my.semaphore.acquire = acquire_one;
	my.semaphore.try_acquire = try_acquire_one;
	my.semaphore.release = release_one;
}

static int release_any(assay_semaphore *s, int64_t n)
{
	int status = was.semaphore.release(s, n);

	return status == ASSAY_SEM_RELEASED ? ASSAY_OK : status;
}

FAULT(release_anything, "XL-006/released", "more may be released than is held")
{
	my.semaphore.release = release_any;
}

static assay_semaphore *make_keeping(int64_t n)
{
	assay_semaphore *s = was.semaphore.make(n);

	keep(s, n);
	return s;
}

/* Takes all that is free while it waits. */
static int acquire_too_big(assay_semaphore *s, assay_context *c, int64_t n)
{
	int64_t all = recall(s);
	int status;

	if (n <= all)
		return was.semaphore.acquire(s, c, n);
	status = was.semaphore.acquire(s, c, all);
	if (status != ASSAY_OK)
		return status;
	was.chan.recv(was.context.done(c), NULL, ASSAY_FOREVER);
	was.semaphore.release(s, all);
	return was.context.err(c);
}

FAULT(too_big_blocks, "XL-008", "who wants more than there is blocks others")
{
	my.semaphore.make = make_keeping;
	my.semaphore.acquire = acquire_too_big;
}

struct late {
	assay_semaphore *s;
	int64_t n;
};

static void acquire_late(void *arg)
{
	struct late *l = arg;

	was.semaphore.acquire(l->s, was.context.background(), l->n);
}

static int acquire_and_keep(assay_semaphore *s, assay_context *c, int64_t n)
{
	int status = was.semaphore.acquire(s, c, n);
	struct late l = {s, n};

	if (status == ASSAY_CANCELED)
		was.core.go(acquire_late, &l, sizeof(l));
	return status;
}

FAULT(cancelled_keeps_tokens, "XL-009", "a cancelled acquire takes its tokens")
{
	my.semaphore.acquire = acquire_and_keep;
}

static int acquire_first(assay_semaphore *s, assay_context *c, int64_t n)
{
	if (c != NULL && was.semaphore.try_acquire(s, n) == ASSAY_OK)
		return ASSAY_OK;
	return was.semaphore.acquire(s, c, n);
}

FAULT(ended_acquires, "XL-009/ended", "an ended context still acquires")
{
	my.semaphore.acquire = acquire_first;
}

/* Keeps its place in the queue until it is served, then releases. */
static void acquire_and_release(void *arg)
{
	struct late *l = arg;

	was.semaphore.acquire(l->s, was.context.background(), l->n);
	was.semaphore.release(l->s, l->n);
}

static int acquire_in_queue(assay_semaphore *s, assay_context *c, int64_t n)
{
	struct late l = {s, n};

	if (was.context.done(c) == NULL || was.context.err(c) != 0)
		return was.semaphore.acquire(s, c, n);
	was.core.go(acquire_and_release, &l, sizeof(l));
	was.chan.recv(was.context.done(c), NULL, ASSAY_FOREVER);
	return was.context.err(c);
}

FAULT(cancelled_head_stays, "XL-009/head", "who gave up still blocks the next")
{
	my.semaphore.acquire = acquire_in_queue;
}

/* ---- singleflight ------------------------------------------------------- */

static int do_each(assay_flight *f, const char *key, assay_call call, void *arg,
		   void **value, bool *shared)
{
	void *own = NULL;
	int error;

	if (call == NULL || key == NULL)
		return was.flight.do_(f, key, call, arg, value, shared);
	error = call(arg, &own);
	if (value != NULL)
		*value = own;
	if (shared != NULL)
		*shared = false;
	return error;
}

FAULT(flight_runs_each, "XL-010/once", "each caller makes the call")
{
	my.flight.do_ = do_each;
}

static bool told_shared;

static int do_and_tell(assay_flight *f, const char *key, assay_call call,
		       void *arg, void **value, bool *shared)
{
	int error = was.flight.do_(f, key, call, arg, value, shared);

	if (shared != NULL)
		*shared = told_shared;
	return error;
}

FAULT(shared_never, "XL-010/once", "a shared result is said not to be")
{
	my.flight.do_ = do_and_tell;
}

FAULT(shared_always, "XL-010", "a lone result is said to be shared")
{
	told_shared = true;
	my.flight.do_ = do_and_tell;
}

static int do_one_key(assay_flight *f, const char *key, assay_call call,
		      void *arg, void **value, bool *shared)
{
	return was.flight.do_(f, key == NULL ? NULL : "key", call, arg, value,
			      shared);
}

FAULT(flight_one_key, "XL-010/keys", "all keys are one")
{
	my.flight.do_ = do_one_key;
}

static void forget_not(assay_flight *f, const char *key)
{
	(void)f, (void)key;
}

FAULT(forget_ignored, "XL-010/forget", "forget forgets nothing")
{
	my.flight.forget = forget_not;
}

struct flight_call {
	assay_call call;
	void *arg;
	void **value;
	int error;
};

static void make_call(void *arg)
{
	struct flight_call *c = arg;

	c->error = c->call(c->arg, c->value);
}

static int call_caught(void *arg, void **value)
{
	struct flight_call *c = arg;

	c->value = value;
	*value = NULL;
	was.core.try_(make_call, c, NULL);
	return c->error;
}

static int do_caught(assay_flight *f, const char *key, assay_call call,
		     void *arg, void **value, bool *shared)
{
	struct flight_call *c = take(sizeof(*c));

	*c = (struct flight_call){.call = call, .arg = arg};
	return was.flight.do_(f, key, call == NULL ? NULL : call_caught, c,
			      value, shared);
}

FAULT(flight_swallows_panic, "XL-010/panic", "a panic of the call is lost")
{
	my.flight.do_ = do_caught;
}

static assay_chan *do_chan_caught(assay_flight *f, const char *key,
				  assay_call call, void *arg)
{
	struct flight_call *c = take(sizeof(*c));

	*c = (struct flight_call){.call = call, .arg = arg};
	return was.flight.do_chan(f, key, call == NULL ? NULL : call_caught, c);
}

FAULT(flight_chan_survives, "XL-010/dies", "a do_chan's panic is caught")
{
	my.flight.do_chan = do_chan_caught;
}

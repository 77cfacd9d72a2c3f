/* core.c - goroutines on the library's coroutines, and what is known of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "inner.h"

_Thread_local struct kit_task *kit_running;

static struct kit_task *first, *last; /* those that are alive */
static struct assay_stats counts;
static int64_t parked;
static uint64_t random_state = 1; /* never 0 */

_Noreturn void kit_fatal(const char *text)
{
	fprintf(stderr, "fatal error: %s\n", text);
	_exit(2);
}

struct kit_task *kit_self(void)
{
	if (!kit_running)
		kit_fatal("call of the runtime outside of a goroutine");
	return kit_running;
}

/* xorshift64* */
uint64_t kit_random(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * UINT64_C(0x2545f4914f6cdd1d) >> 16;
}

int64_t kit_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t kit_later(int64_t ns)
{
	int64_t now = kit_hooks.now();

	return ns < ASSAY_FOREVER - 1 - now ? now + ns : ASSAY_FOREVER - 1;
}

/* ---- goroutines ------------------------------------------------------------ */

static void enrol(struct kit_task *t)
{
	t->id = (int64_t)++counts.spawned;
	counts.live++;
	t->prev = last;
	if (last)
		last->next = t;
	else
		first = t;
	last = t;
}

static void strike(struct kit_task *t)
{
	counts.live--;
	if (t->prev)
		t->prev->next = t->next;
	else
		first = t->next;
	if (t->next)
		t->next->prev = t->prev;
	else
		last = t->prev;
}

static struct kit_task *make(assay_fn fn, const void *arg, size_t n)
{
	struct kit_task *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->fn = fn;
	t->arg = n ? t->copy : (void *)(uintptr_t)arg;
	if (n)
		memcpy(t->copy, arg, n);
	return t;
}

void kit_body(struct kit_task *t)
{
	kit_running = t;
	t->fn(t->arg);
	kit_leave();
	if (t->id)
		strike(t);
	free(t);
}

static int spawn(struct kit_task *t)
{
	struct kit_task *me = kit_self();
	int status = kit_hooks.spawn(t);

	kit_running = me;
	return status;
}

static int go(assay_fn fn, const void *arg, size_t n)
{
	struct kit_task *t;
	int status;

	if (!fn)
		kit_fatal("go of nil func value");
	if (n > ASSAY_ARG_MAX || (n && !arg))
		return ASSAY_EINVAL;
	t = make(fn, arg, n);
	if (!t)
		return ASSAY_ENOMEM;
	enrol(t);
	status = spawn(t);
	if (status == ASSAY_OK)
		return ASSAY_OK;
	strike(t);
	free(t);
	return status;
}

int kit_go_own(assay_fn fn, void *arg)
{
	struct kit_task *t = make(fn, arg, 0);
	int status = t ? spawn(t) : ASSAY_ENOMEM;

	if (status != ASSAY_OK)
		free(t);
	return status;
}

static int run(assay_fn fn, void *arg, const struct assay_run_options *options)
{
	struct kit_task *t;
	int status;

	if (!fn || (options &&
		    (options->size < sizeof(*options) || options->procs < 0)))
		return ASSAY_EINVAL;
	if (options && (options->flags & ~(uint32_t)ASSAY_RUN_EMBEDDED))
		return ASSAY_ENOTSUP;
	if (counts.spawned)
		return ASSAY_ENOTSUP;
	if (options && options->seed)
		random_state = options->seed;
	t = make(fn, arg, 0);
	if (!t)
		return ASSAY_ENOMEM;
	enrol(t);
	status = kit_hooks.run(t);
	kit_running = NULL;
	return status;
}

static void yield(void)
{
	struct kit_task *me = kit_leave();

	kit_hooks.yield();
	kit_running = me;
}

static void end_process(int status)
{
	fflush(NULL);
	_exit(status);
}

const struct assay_core_ops kit_core = {
	.size = sizeof(kit_core),
	.run = run,
	.go = go,
	.yield = yield,
	.exit = end_process,
};

/* ---- waiting --------------------------------------------------------------- */

void kit_push(struct kit_queue *q, struct kit_waiter *w)
{
	w->queue = q;
	w->next = NULL;
	w->prev = q->last;
	if (q->last)
		q->last->next = w;
	else
		q->first = w;
	q->last = w;
}

void kit_remove(struct kit_waiter *w)
{
	struct kit_queue *q = w->queue;

	if (!q)
		return;
	if (w->prev)
		w->prev->next = w->next;
	else
		q->first = w->next;
	if (w->next)
		w->next->prev = w->prev;
	else
		q->last = w->prev;
	w->queue = NULL;
}

/* ---- who is woken, but not ready ---- */

static struct kit_task *first_noted, **end_noted = &first_noted;

static void note(struct kit_task *t)
{
	t->noted = true;
	t->next_noted = NULL;
	*end_noted = t;
	end_noted = &t->next_noted;
}

static void forget(struct kit_task *t)
{
	struct kit_task **link = &first_noted;

	while (*link != t)
		link = &(*link)->next_noted;
	*link = t->next_noted;
	if (end_noted == &t->next_noted)
		end_noted = link;
	t->noted = false;
}

/* One that is woken before it has parked finds its operation done. */
struct kit_task *kit_leave(void)
{
	struct kit_task *me = kit_self();

	while (first_noted) {
		struct kit_task *t = first_noted;

		forget(t);
		if (t->parked)
			kit_hooks.ready(t);
	}
	kit_running = me;
	return me;
}

/* ---- operations ---- */

/* Takes the waiters out of their queues, and the goroutine off the counts. */
static void leave(struct kit_op *op)
{
	for (size_t i = 0; i < op->n; i++)
		kit_remove(&op->waiters[i]);
	if (op->task->id)
		parked--;
	op->task->reason = NULL;
}

bool kit_wait(struct kit_op *op, const char *reason, int64_t deadline)
{
	struct kit_task *me = kit_self();

	op->task = me;
	me->reason = reason;
	counts.parks++;
	if (me->id)
		parked++;
	kit_leave();
	while (!op->done &&
	       (deadline == ASSAY_FOREVER || kit_hooks.now() < deadline)) {
		me->parked = true;
		kit_hooks.park(me, deadline);
		me->parked = false;
	}
	kit_running = me;
	if (me->noted)
		forget(me);
	if (!op->done)
		leave(op);
	return op->done;
}

int kit_never(const char *reason, int64_t deadline)
{
	struct kit_op op = {.n = 0};

	if (deadline == ASSAY_POLL)
		return ASSAY_AGAIN;
	kit_wait(&op, reason, deadline);
	return ASSAY_TIMEOUT;
}

void kit_complete(struct kit_waiter *w, int status)
{
	struct kit_op *op = w->op;

	op->done = true;
	op->status = status;
	op->chosen = w->index;
	leave(op);
	if (kit_hooks.ready_switches)
		note(op->task);
	else
		kit_hooks.ready(op->task);
}

void kit_wait_in(struct kit_queue *q, const char *reason)
{
	struct kit_waiter w;
	struct kit_op op = {.waiters = &w, .n = 1};

	w = (struct kit_waiter){.op = &op};
	kit_push(q, &w);
	kit_wait(&op, reason, ASSAY_FOREVER);
}

bool kit_wake_first(struct kit_queue *q)
{
	if (!q->first)
		return false;
	kit_complete(q->first, ASSAY_OK);
	return true;
}

int64_t kit_wake_all(struct kit_queue *q)
{
	int64_t n = 0;

	while (kit_wake_first(q))
		n++;
	return n;
}

/* ---- inspect --------------------------------------------------------------- */

static int64_t num_goroutine(void)
{
	return (int64_t)counts.live;
}

static int64_t num_waiting(void)
{
	return parked;
}

static int32_t num_cpu(void)
{
	return (int32_t)sysconf(_SC_NPROCESSORS_ONLN);
}

static int64_t goid(void)
{
	return kit_self()->id;
}

static int state(int64_t id, char *buf, size_t n)
{
	const struct kit_task *t = first;

	while (t && t->id != id)
		t = t->next;
	if (!t || !buf || !n)
		return ASSAY_EINVAL;
	snprintf(buf, n, "%s",
		 t == kit_running ? "running"
		 : t->reason      ? t->reason
				  : "runnable");
	return ASSAY_OK;
}

static int stats(struct assay_stats *out)
{
	size_t size;

	if (!out || out->size < sizeof(out->size))
		return ASSAY_EINVAL;
	size = out->size < sizeof(counts) ? out->size : sizeof(counts);
	counts.size = out->size;
	memcpy(out, &counts, size);
	return ASSAY_OK;
}

const struct assay_inspect_ops kit_inspect = {
	.size = sizeof(kit_inspect),
	.num_goroutine = num_goroutine,
	.num_waiting = num_waiting,
	.num_cpu = num_cpu,
	.goid = goid,
	.state = state,
	.stats = stats,
};

/*
 * threads.c - the threads of a model: stacks of one real thread, switched as
 * goroutines are, of which one runs at a time.
 *
 * A thread is interrupted only at its own steps.  The choice costs a unit of
 * the budget if it could have gone on; who sleeps, spins or yields is left for
 * nothing.  When none can go on, those that wait for quiet do, then time jumps
 * to the end of the first sleep; after that the model has ended, well if all
 * that still sleep may.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine.h"
#include "sched/types.h"

enum { STACK = 128 << 10, MAX_STEPS = 5000 };

enum state { FREE, READY, RELAXED, ASLEEP, QUIET, ENDED };

static struct thread {
	void *sp;
	struct m *m; /* goro__tls_m while it does not run */
	const char *name;
	void (*fn)(void *);
	void *arg;
	enum state state;
	const void *on; /* what it sleeps on */
	const char *why;
	int64_t until;   /* INT64_MAX: for ever */
	uint64_t writes; /* by all, when it began to relax */
	bool woken;      /* not by time */
	bool late;       /* it has read what is not the newest: no news
			    * are needed for it to look again */
	bool may_sleep;
	bool begun; /* what begins on it now is a goroutine */
} threads[MODEL_THREADS];

static char stacks[MODEL_THREADS][STACK] __attribute__((aligned(64)));
static int nthreads;
static int chosen; /* who is to go on, if >= 0 */
static void *main_sp;
static int64_t now;
static uint64_t writes;
static bool sleep_on(const void *on, const char *why, int64_t until);
static uint32_t steps;        /* of this run */
static const void *tokens[8]; /* woken before they slept */
static uint32_t ntokens;

int engine_current = -1;
uint64_t engine_steps;

/* Models without lock.c have no other. */
__attribute__((weak,
	       tls_model("initial-exec"))) _Thread_local struct m *goro__tls_m;

void *goro__gomain(void);

/* The first code on a new stack: a thread's, or a goroutine's of its M. */
void *goro__gomain(void)
{
	struct thread *t = &threads[engine_current];

	if (t->begun)
		return engine_goroutine();
	t->begun = true;
	t->fn(t->arg);
	t->state = ENDED;
	goro__switch(&t->sp, main_sp);
	__builtin_unreachable();
}

void threads_reset(void)
{
	memset(threads, 0, sizeof(threads));
	nthreads = 0;
	now = 1;
	writes = 0;
	steps = 0;
	ntokens = 0;
}

void model_thread(const char *name, void (*fn)(void *), void *arg)
{
	struct thread *t = &threads[nthreads];

	if (nthreads == MODEL_THREADS)
		model_fail("too many threads for the model");
	*t = (struct thread){.name = name,
			     .fn = fn,
			     .arg = arg,
			     .state = READY,
			     .until = INT64_MAX};
	t->sp = arch_first_frame(stacks[nthreads] + STACK);
	nthreads++;
}

const char *engine_name(void)
{
	return engine_current < 0 ? "-" : threads[engine_current].name;
}

bool engine_frame_is_gone(const volatile void *p)
{
	uintptr_t offset = (uintptr_t)p - (uintptr_t)stacks;
	int i = (int)(offset / STACK);

	return offset < sizeof(stacks) && i != engine_current &&
	       (threads[i].state == ENDED ||
		(uintptr_t)p < (uintptr_t)threads[i].sp);
}

static bool can_run(const struct thread *t)
{
	return t->state == READY || (t->state == RELAXED && writes > t->writes);
}

static uint32_t runnable(int *who, int but)
{
	uint32_t n = 0;

	for (int i = 0; i < nthreads; i++)
		if (i != but && can_run(&threads[i]))
			who[n++] = i;
	return n;
}

static void leave(void)
{
	struct thread *t = &threads[engine_current];

	t->m = goro__tls_m;
	goro__switch(&t->sp, main_sp);
}

void engine_point(bool visible)
{
	int who[MODEL_THREADS + 1];
	uint32_t n, which;

	engine_steps++;
	if (++steps > MAX_STEPS)
		model_fail("no end: it goes on for ever");
	if (engine_left.preemptions == 0)
		return;
	who[0] = engine_current;
	n = runnable(who + 1, engine_current) + 1;
	which = engine_choose(n, visible ? COSTS : ONLY_FIRST);
	if (which == 0)
		return;
	engine_left.preemptions--;
	chosen = who[which];
	leave();
}

void engine_written(void)
{
	writes++;
}

void engine_read_late(void)
{
	threads[engine_current].late = true;
}

void model_yield(void)
{
	int who[MODEL_THREADS];
	uint32_t n;

	if (engine_current < 0)
		return;
	n = runnable(who, engine_current);
	if (n == 0)
		return;
	model_note("yields");
	chosen = who[engine_choose(n, FREE_CHOICE)];
	leave();
}

void model_halt(void)
{
	model_may_sleep();
	for (;;)
		sleep_on(&now, "halted", INT64_MAX);
}

void model_relax(void)
{
	struct thread *t = &threads[engine_current];

	t->state = RELAXED;
	t->writes = t->late ? writes - 1 : writes;
	t->late = false;
	model_note("spins");
	leave();
	t->state = READY;
}

static bool sleep_on(const void *on, const char *why, int64_t until)
{
	struct thread *t = &threads[engine_current];

	t->on = on;
	t->why = why;
	t->until = until;
	t->woken = false;
	t->state = ASLEEP;
	model_note("sleeps: %s", why);
	leave();
	return t->woken;
}

static int wake_on(const void *on, int n)
{
	int woken = 0;

	for (int i = 0; i < nthreads && woken < n; i++) {
		struct thread *t = &threads[i];

		if (t->state != ASLEEP || t->on != on)
			continue;
		model_note("wakes %s", t->name);
		t->state = READY;
		t->woken = true;
		woken++;
	}
	return woken;
}

int model_futex_wait(const void *word, uint32_t value, int64_t ns)
{
	engine_point(conflicts(word, WRITES));
	if (*(const volatile uint32_t *)word != value)
		return -1;
	return sleep_on(word, "futex", ns < 0 ? INT64_MAX : now + ns) ? 0 : -1;
}

int model_futex_wake(const void *word, int n)
{
	if (engine_current < 0)
		return 0;
	engine_point(conflicts(word, WRITES));
	return wake_on(word, n);
}

void model_sleep(const void *on, const char *why)
{
	engine_point(conflicts(on, WRITES));
	for (uint32_t i = 0; i < ntokens; i++)
		if (tokens[i] == on) {
			tokens[i] = tokens[--ntokens];
			return;
		}
	sleep_on(on, why, INT64_MAX);
}

void model_wake(const void *on)
{
	engine_point(conflicts(on, WRITES));
	if (wake_on(on, 1) > 0)
		return;
	if (ntokens == sizeof(tokens) / sizeof(tokens[0]))
		model_fail("too many early wake-ups for the model");
	tokens[ntokens++] = on;
}

void model_may_sleep(void)
{
	threads[engine_current].may_sleep = true;
}

void model_wait_quiet(void)
{
	threads[engine_current].state = QUIET;
	leave();
}

int64_t model_clock(void)
{
	return now;
}

uint32_t model_choose(uint32_t n, const char *what)
{
	uint32_t which = engine_choose(n, FREE_CHOICE);

	model_note("%s: %u of %u", what, which, n);
	return which;
}

void model_note(const char *fmt, ...)
{
	va_list ap;

	if (!engine_log)
		return;
	printf("%5u  %-8s ", steps, engine_name());
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

void model_fail(const char *text)
{
	void *gone;

	model_note("fails: %s", text);
	engine_failure = text;
	if (engine_current < 0)
		engine_stop();
	goro__switch(&gone, main_sp);
	__builtin_unreachable();
}

/* Nobody can go on: one that waits for that, or for time, does. */
static int wake_late(void)
{
	struct thread *first = NULL;

	for (int i = 0; i < nthreads; i++)
		memory_catch_up(i);
	for (int i = 0; i < nthreads; i++)
		if (threads[i].state == QUIET) {
			threads[i].state = READY;
			return i;
		}
	for (int i = 0; i < nthreads; i++)
		if (threads[i].state == ASLEEP &&
		    threads[i].until != INT64_MAX &&
		    (!first || threads[i].until < first->until))
			first = &threads[i];
	if (!first)
		return -1;
	if (now < first->until)
		now = first->until;
	model_note("time is %jd, ends the sleep of %s", (intmax_t)now,
		   first->name);
	first->state = READY;
	return (int)(first - threads);
}

static int pick(void)
{
	int who[MODEL_THREADS];
	uint32_t n;

	if (chosen >= 0)
		return chosen;
	n = runnable(who, -1);
	return n > 0 ? who[engine_choose(n, FREE_CHOICE)] : wake_late();
}

static void check_ends(void)
{
	static char text[96];

	for (int i = 0; i < nthreads; i++) {
		struct thread *t = &threads[i];

		if (t->state == ENDED || t->may_sleep)
			continue;
		snprintf(text, sizeof(text), "%s %s for ever%s%s", t->name,
			 t->state == ASLEEP ? "sleeps" : "spins",
			 t->state == ASLEEP ? ": " : "",
			 t->state == ASLEEP ? t->why : "");
		engine_failure = text;
		model_note("fails: %s", text);
		return;
	}
}

void threads_run(void)
{
	chosen = -1;
	while (!engine_failure) {
		int i = pick();

		if (i < 0) {
			check_ends();
			return;
		}
		chosen = -1;
		engine_current = i;
		goro__tls_m = threads[i].m;
		goro__switch(&main_sp, threads[i].sp);
		engine_current = -1;
	}
}

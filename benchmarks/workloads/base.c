/* base.c - what the machine and libc can do: no runtime in it. */
#include <pthread.h>
#include <stdlib.h>
#include <ucontext.h>

#include "switch.h"
#include "workload.h"

enum { STACK = 65536 };

/* ---- call ---------------------------------------------------------------- */

__attribute__((noinline)) static int64_t add_one(int64_t v)
{
	__asm__ volatile("" : "+r"(v));
	return v + 1;
}

static void call(struct bench_state *s)
{
	int64_t (*volatile function)(int64_t) = add_one;
	int64_t (*fn)(int64_t) = function;
	int64_t n = bench_begin(s), v = 0;

	for (int64_t i = 0; i < n; i++) {
		v = fn(v);
		__asm__ volatile("" : "+r"(fn));
	}
	bench_end(s);
	expect(s, "number of calls", v, n);
	finish(s, n, 0, 0);
}

/* ---- switches: there and back is two ------------------------------------- */

static void *here, *there;
static int64_t arrivals;

static void arrive_bare(void)
{
	for (;;) {
		arrivals++;
		bare_switch(&there, here);
	}
}

static void bare(struct bench_state *s)
{
	void *stack = zeroed(1, STACK);
	int64_t n;

	arrivals = 0;
	there = bare_stack(stack, STACK, arrive_bare);
	n = bench_begin(s);
	for (int64_t i = 0; i < n; i += 2)
		bare_switch(&here, there);
	bench_end(s);
	free(stack);
	expect(s, "number of arrivals", arrivals, (n + 1) / 2);
	finish(s, n, 0, 0);
}

static ucontext_t main_context, other_context;

static void arrive_context(void)
{
	for (;;) {
		arrivals++;
		swapcontext(&other_context, &main_context);
	}
}

static void contexts(struct bench_state *s)
{
	void *stack = zeroed(1, STACK);
	int64_t n;

	arrivals = 0;
	getcontext(&other_context);
	other_context.uc_stack.ss_sp = stack;
	other_context.uc_stack.ss_size = STACK;
	makecontext(&other_context, arrive_context, 0);
	n = bench_begin(s);
	for (int64_t i = 0; i < n; i += 2)
		swapcontext(&main_context, &other_context);
	bench_end(s);
	free(stack);
	expect(s, "number of arrivals", arrivals, (n + 1) / 2);
	finish(s, n, 0, 0);
}

/* ---- threads ------------------------------------------------------------- */

static void start(pthread_t *t, void *(*fn)(void *), void *arg)
{
	if (pthread_create(t, NULL, fn, arg) != 0)
		die("no thread");
}

static void *count_up(void *arg)
{
	++*(int64_t *)arg;
	return NULL;
}

static void spawn_join(struct bench_state *s)
{
	int64_t n = bench_begin(s), ran = 0;

	for (int64_t i = 0; i < n; i++) {
		pthread_t t;

		start(&t, count_up, &ran);
		pthread_join(t, NULL);
	}
	bench_end(s);
	expect(s, "number of threads", ran, n);
	finish(s, n, 0, 0);
}

/* The value goes up by one on each side: even at main, odd at the other. */
struct table_tennis {
	pthread_mutex_t m;
	pthread_cond_t cond;
	int64_t value, last;
};

static void play(struct table_tennis *t, int64_t side)
{
	pthread_mutex_lock(&t->m);
	while (t->value < t->last) {
		if (t->value % 2 == side) {
			t->value++;
			pthread_cond_signal(&t->cond);
		} else {
			pthread_cond_wait(&t->cond, &t->m);
		}
	}
	pthread_mutex_unlock(&t->m);
}

static void *play_odd(void *arg)
{
	play(arg, 1);
	return NULL;
}

static void thread_pingpong(struct bench_state *s)
{
	struct table_tennis t = {.m = PTHREAD_MUTEX_INITIALIZER,
				 .cond = PTHREAD_COND_INITIALIZER};
	pthread_t other;
	int64_t n = bench_begin(s);

	t.last = 2 * n;
	start(&other, play_odd, &t);
	play(&t, 0);
	pthread_join(other, NULL);
	bench_end(s);
	expect(s, "number of turns", t.value, 2 * n);
	finish(s, n, 0, 2 * n);
}

const struct workload base_workloads[] = {
	{.name = "base/call", .measure = call},
	{.name = "base/switch", .measure = bare},
	{.name = "base/swapcontext", .measure = contexts},
	{.name = "base/pthread_spawn_join", .measure = spawn_join},
	{.name = "base/pthread_pingpong", .measure = thread_pingpong},
	{0},
};

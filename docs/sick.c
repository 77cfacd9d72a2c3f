/*
 * sick.c - the programs that docs/debugging.md looks into: sick hang, leak,
 * slow, crash, race, heap.
 */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static goro_waitgroup both;
static int balance;

/* ---- it hangs ------------------------------------------------------------ */

struct transfer {
	goro_mutex *from, *to;
};

static void transfer(void *arg)
{
	struct transfer *t = arg;
	volatile int amount = 100;

	goro_mutex_lock(t->from);
	goro_sleep(10 * GORO_MILLISECOND);
	goro_mutex_lock(t->to); /* the other one has it, and wants ours */
	balance += amount;
	goro_mutex_unlock(t->to);
	goro_mutex_unlock(t->from);
	goro_wg_done(&both);
}

static void ticks(void *arg)
{
	(void)arg;
	for (;;)
		goro_sleep(GORO_MILLISECOND);
}

static void hang(void)
{
	static goro_mutex a, b;
	static struct transfer there = {&a, &b}, back = {&b, &a};

	goro_go(ticks, NULL); /* so the runtime sees no deadlock */
	goro_wg_add(&both, 2);
	goro_go(transfer, &there);
	goro_go(transfer, &back);
	goro_wg_wait(&both);
}

/* ---- it leaks ------------------------------------------------------------ */

static void reply(void *arg)
{
	goro_send(arg, &(int){42}); /* nobody receives it any more */
}

static void leak(void)
{
	goro_go(reply, goro_make(sizeof(int), 0));
	goro_sleep(10 * GORO_MILLISECOND);
}

/* ---- it is slow ---------------------------------------------------------- */

static __attribute__((noinline)) void hot_loop(void *arg)
{
	volatile long sum = 0;

	for (long i = 0; i < 300000000; i++)
		sum += i;
	*(long *)arg = sum;
	goro_wg_done(&both);
}

static void slow(void)
{
	static long sums[2];

	goro_wg_add(&both, 2);
	goro_go(hot_loop, &sums[0]);
	goro_go(hot_loop, &sums[1]);
	goro_wg_wait(&both);
}

/* ---- it crashed ---------------------------------------------------------- */

static __attribute__((noinline)) int length(const char *volatile text)
{
	return (int)strlen(text);
}

static void measures(void *arg)
{
	printf("%d\n", length(arg));
}

static void crash(void)
{
	goro_go(measures, NULL);
	goro_sleep(GORO_SECOND);
}

/* ---- it races, or writes where it should not ----------------------------- */

static void deposit(void *arg)
{
	int old = balance;

	goro_yield(); /* here the other one comes in */
	balance = old + *(int *)arg;
	goro_wg_done(&both);
}

static void race(void)
{
	goro_wg_add(&both, 2);
	goro_go(deposit, &(int){1});
	goro_go(deposit, &(int){2});
	goro_wg_wait(&both);
}

static void writes_behind(void *arg)
{
	volatile char *name = malloc(4);

	for (int i = 0; i <= 4; i++)
		name[i] = 'a';
	free((char *)name);
	goro_wg_done(arg);
}

static void heap(void)
{
	goro_wg_add(&both, 1);
	goro_go(writes_behind, &both);
	goro_wg_wait(&both);
}

/* -------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*fn)(void);
} diseases[] = {{"hang", hang},   {"leak", leak}, {"slow", slow},
		{"crash", crash}, {"race", race}, {"heap", heap}};

static void app(void *arg)
{
	for (size_t i = 0; i < sizeof(diseases) / sizeof(diseases[0]); i++)
		if (strcmp(arg, diseases[i].name) == 0)
			diseases[i].fn();
}

int main(int argc, char **argv)
{
	return goro_run(app, argc > 1 ? argv[1] : (char[]){"hang"});
}

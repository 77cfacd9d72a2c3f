/*
 * tools.c - programs for valgrind, AddressSanitizer and ThreadSanitizer.
 *
 *	tools clean     everything that changes stacks, without a fault
 *	tools heap      a goroutine writes behind a block
 *	tools stack     a goroutine writes behind an array on its stack
 *	tools unset     a goroutine decides by what was never set
 *	tools race      two goroutines write one variable
 *	tools leaves    exit() in a goroutine
 */
#include <goro.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))
#define N 60

static goro_waitgroup all;
static volatile int zero;

/* Frames of many sizes, each written from end to end. */
static NOINLINE int deep(int depth)
{
	char frame[24 + 40 * 7];
	size_t size = 24 + 40 * (size_t)(depth % 8 + zero) % sizeof(frame);

	memset(frame, depth, size);
	if (depth > 0)
		return deep(depth - 1) + frame[size - 1];
	goro_yield();
	return frame[size - 1];
}

static NOINLINE void large_frame(void)
{
	char frame[20000];

	memset(frame, 1, sizeof(frame));
	goro_yield();
	if (frame[zero + 19999] != 1)
		abort();
}

static void jumps(void)
{
	jmp_buf back;

	if (setjmp(back) == 0)
		longjmp(back, 1);
}

static void panics(void *arg)
{
	deep(3);
	goro_panic("%s", (char *)arg);
}

static void sleeps_outside(void *arg)
{
	char frame[300];

	memset(frame, 0, sizeof(frame));
	usleep(*(useconds_t *)arg + (useconds_t)frame[zero]);
}

struct pair {
	goro_chan *there, *back;
};

static void echo(void *arg)
{
	struct pair *p = arg;
	char *value;

	while (goro_recv(p->there, &value)) {
		deep(*value % 5);
		goro_send(p->back, &value);
	}
	goro_close(p->back);
	goro_wg_done(&all);
}

static void talk(void *arg)
{
	struct pair p = {goro_make(sizeof(char *), 0),
			 goro_make(sizeof(char *), 1)};
	useconds_t us = 200;

	(void)arg;
	goro_wg_add(&all, 1);
	goro_go(echo, &p);
	for (char i = 0; i < 20; i++) {
		char *value = malloc(10);

		*value = i;
		goro_send(p.there, &value);
		deep(i);
		goro_recv(p.back, &value);
		free(value);
	}
	large_frame();
	goro_blocking(sleeps_outside, &us);
	goro_sleep(GORO_MILLISECOND);
	goro_try(panics, (char[]){"caught"}, NULL);
	jumps();
	goro_close(p.there);
	while (goro_recv(p.back, NULL))
		;
	goro_chan_free(p.there);
	goro_chan_free(p.back);
	goro_wg_done(&all);
	if (us % 2 == 0)
		goro_goexit();
}

static void clean(void *arg)
{
	(void)arg;
	for (int round = 0; round < 2; round++) {
		goro_wg_add(&all, N);
		for (int i = 0; i < N; i++)
			goro_go(talk, NULL);
		goro_wg_wait(&all);
	}
	puts("clean");
}

/* Parked for ever, the only one that knows its block: no leak. */
static void keeper(void *arg)
{
	char *block = malloc(100);

	(void)arg;
	block[0] = 1;
	goro_wg_done(&all);
	goro_recv(NULL, NULL);
	free(block);
}

static void keeps(void *arg)
{
	(void)arg;
	goro_wg_add(&all, N);
	for (int i = 0; i < N; i++)
		goro_go(keeper, NULL);
	goro_wg_wait(&all);
	puts("clean");
}

static NOINLINE void behind_block(void *arg)
{
	volatile char *block = malloc(16);

	(void)arg;
	goro_yield();
	block[16 + zero] = 1;
	free((char *)block);
	goro_wg_done(&all);
}

static NOINLINE void behind_array(void *arg)
{
	volatile char array[16];

	(void)arg;
	array[zero] = 0;
	goro_yield();
	array[16 + zero] = 1;
	goro_yield();
	goro_wg_done(&all);
}

static NOINLINE void never_set(void *arg)
{
	volatile int *block = malloc(sizeof(int));

	(void)arg;
	goro_yield();
	if (*block == 42)
		puts("42");
	free((int *)block);
	goro_wg_done(&all);
}

/*
 * Many words: of two accesses at the very same instant the detector may see
 * neither, for each looks for the other before it has written itself down.
 */
static int shared[64];

static NOINLINE void adds(void *arg)
{
	(void)arg;
	for (int i = 0; i < 64; i++) {
		shared[i]++;
		goro_yield();
	}
	goro_wg_done(&all);
}

static NOINLINE void ends(void *arg)
{
	(void)arg;
	deep(5);
	exit(0);
}

static const struct {
	const char *name;
	goro_fn fn;
} faults[] = {{"heap", behind_block}, {"stack", behind_array},
	      {"unset", never_set},   {"race", adds},
	      {"leaves", ends},       {NULL, NULL}};

static void faulty(void *arg)
{
	for (int i = 0; faults[i].name; i++) {
		if (strcmp(arg, faults[i].name) != 0)
			continue;
		goro_wg_add(&all, 2);
		goro_go(faults[i].fn, NULL);
		goro_go(faults[i].fn, NULL);
		goro_wg_wait(&all);
	}
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "clean";

	if (strcmp(mode, "clean") == 0)
		return goro_run(clean, NULL);
	if (strcmp(mode, "keeps") == 0)
		return goro_run(keeps, NULL);
	return goro_run(faulty, argv[1]);
}

/*
 * chain.c - stacks of C, then a dump of them all on stdout: `chain`, or as
 * JSON: `chain json`, after a line with the address of the channel for which
 * those that park wait.
 */
#define _GNU_SOURCE
#include "chain.h"
#include <goro_debug.h>

#include <alloca.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

goro_chan *never;
static atomic_int started, there;

void want(const char *names)
{
	printf("want %lld %s\n", (long long)goro_id(), names);
	fflush(stdout);
	atomic_fetch_add(&there, 1);
}

void start(goro_fn fn)
{
	atomic_fetch_add(&started, 1);
	goro_go(fn, NULL);
}

/* ---- plain and inlined ------------------------------------------------------ */

static OWN void ch_plain3(int n)
{
	volatile char frame[200] = {(char)n};

	want("ch_plain3 ch_plain2 ch_plain1");
	PARK();
	(void)frame[0];
}

OWN void ch_plain2(int n);
OWN void ch_plain2(int n)
{
	ch_plain3(n + 1);
	AFTER_CALL();
}

static OWN void ch_plain1(void *arg)
{
	ch_plain2((int)(uintptr_t)arg);
	AFTER_CALL();
}

static INLINED void ch_in2(volatile int *n)
{
	want("~ch_in2 ~ch_in1 ch_has_inlined");
	PARK();
	++*n;
}

static INLINED void ch_in1(volatile int *n)
{
	ch_in2(n);
	++*n;
}

static OWN void ch_has_inlined(void *arg)
{
	volatile int n = (int)(uintptr_t)arg;

	ch_in1(&n);
}

/* ---- frames of other shapes ------------------------------------------------- */

static OWN int ch_deep(int n)
{
	volatile int k = n;

	if (n == 0) {
		want("ch_deep*41 ch_recursion");
		PARK();
		return 0;
	}
	k += ch_deep(n - 1);
	AFTER_CALL();
	return k;
}

static void ch_recursion(void *arg)
{
	(void)arg;
	ch_deep(40);
	AFTER_CALL();
}

static OWN void ch_alloca(volatile size_t n)
{
	char *p = alloca(n);

	memset(p, 1, n);
	want("ch_alloca ch_aligned ch_large ch_shapes");
	PARK();
	memset(p, 2, n);
}

/* The stack pointer is rounded down here: the caller's is elsewhere. */
static OWN void ch_aligned(volatile size_t n)
{
	_Alignas(128) volatile char aligned[128] = {0};

	ch_alloca(n + (uintptr_t)aligned % 128);
	aligned[1] = aligned[0];
}

static OWN void ch_large(int n)
{
	volatile char large[20000];

	large[n] = 0;
	ch_aligned(100u + (size_t)large[n]);
	large[0] = large[n];
}

static void ch_shapes(void *arg)
{
	ch_large((int)(uintptr_t)arg + 7);
	AFTER_CALL();
}

/* ---- called by the runtime and by libc -------------------------------------- */

static void ch_once_body(void *arg)
{
	(void)arg;
	want("ch_once_body ch_once");
	PARK();
}

static void ch_once(void *arg)
{
	static goro_once once;

	goro_once_do(&once, ch_once_body, arg);
	AFTER_CALL();
}

static void ch_tried(void *arg)
{
	(void)arg;
	want("ch_tried ch_tries");
	PARK();
}

static void ch_tries(void *arg)
{
	goro_try(ch_tried, arg, NULL);
	AFTER_CALL();
}

static int ch_compare(const void *a, const void *b)
{
	(void)a, (void)b;
	want("ch_compare ch_sorts");
	PARK();
	return 0;
}

static void ch_sorts(void *arg)
{
	int some[] = {2, 1};

	(void)arg;
	qsort(some, 2, sizeof(int), ch_compare);
	AFTER_CALL();
}

/* ---- running, stopped, in a call, in a handler, new ------------------------- */

static atomic_int go_on = 1;

static OWN void ch_spin(volatile unsigned *n)
{
	want("ch_spin ch_spins");
	while (go_on)
		++*n;
}

static void ch_spins(void *arg)
{
	volatile unsigned n = (unsigned)(uintptr_t)arg;

	ch_spin(&n);
}

static void sleeps(void *arg)
{
	(void)arg;
	sleep(30);
}

static OWN void ch_call(void)
{
	want("ch_call ch_calls");
	goro_blocking(sleeps, NULL);
	AFTER_CALL();
}

static void ch_calls(void *arg)
{
	(void)arg;
	ch_call();
	AFTER_CALL();
}

static OWN void ch_handles(volatile int *n)
{
	while (go_on)
		++*n;
}

/* In the middle of a signal, of which the dump's is another. */
static void ch_handler(int sig)
{
	volatile int n = sig;

	ch_handles(&n);
}

static OWN void ch_raises(void)
{
	want("ch_handles ch_handler ch_raises ch_in_handler");
	raise(SIGUSR1);
	AFTER_CALL();
}

static void ch_in_handler(void *arg)
{
	(void)arg;
	signal(SIGUSR1, ch_handler);
	ch_raises();
	AFTER_CALL();
}

/* If it does come to its turn, it is still there. */
static void ch_fresh(void *arg)
{
	(void)arg;
	PARK();
}

/* ---- */

static const goro_fn all[] = {
	ch_plain1, ch_has_inlined, ch_recursion,  ch_shapes,
	ch_once,   ch_tries,       ch_sorts,      ch_spins,
	ch_spins,  ch_calls,       ch_in_handler,
};

/* Spinners keep the Ps; so the one that dumps comes to its turn by preemption. */
static void app(void *arg)
{
	static char dump[1 << 20];

	never = goro_make(0, 0);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		start(all[i]);
	start_cxx();
	while (atomic_load(&there) < atomic_load(&started))
		goro_sleep(1000000);
	goro_sleep(30000000);
	goro_go(ch_fresh, NULL);
	if (arg) {
		printf("never %p\n", (void *)never);
		goro_dump_json(dump, sizeof(dump));
	} else {
		goro_dump(dump, sizeof(dump));
	}
	fputs(dump, stdout);
	fflush(stdout);
	goro_exit(0);
}

int main(int argc, char **argv)
{
	return goro_run(app, argc > 1 ? argv[1] : NULL);
}

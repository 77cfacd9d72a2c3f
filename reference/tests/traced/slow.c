/*
 * slow.c - a goroutine whose buffer for the trace is full gets another one
 * with a lock held; system calls of that are slow here, so that its time slice
 * ends in one.  If it was stopped there, all others would wait for the lock.
 */
#include <dlfcn.h>
#include <goro.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = 4, CALLS = 12 };

static int slow_calls; /* atomic; how many are left */

/* In place of libc's, for goro too. */
long syscall(long number, ...)
{
	static long (*real)(long, ...);
	long a[6];
	va_list ap;

	if (!real)
		real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_gettid &&
	    __atomic_fetch_sub(&slow_calls, 1, __ATOMIC_RELAXED) > 0) {
		struct timespec now, begin;

		clock_gettime(CLOCK_MONOTONIC, &begin);
		do
			clock_gettime(CLOCK_MONOTONIC, &now);
		while ((now.tv_sec - begin.tv_sec) * 1000000000 + now.tv_nsec -
			       begin.tv_nsec <
		       50000000);
	}
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void end(void *all)
{
	goro_wg_done(all);
}

/* Most events are of this goroutine: it makes the others. */
static void make_many(void *unused)
{
	goro_waitgroup all = {{0}};

	(void)unused;
	while (__atomic_load_n(&slow_calls, __ATOMIC_RELAXED) > 0) {
		goro_wg_add(&all, 300);
		for (int i = 0; i < 300; i++)
			goro_go(end, &all);
		goro_wg_wait(&all);
	}
}

static void run(void *unused)
{
	goro_waitgroup all = {{0}};

	(void)unused;
	__atomic_store_n(&slow_calls, CALLS, __ATOMIC_RELAXED);
	for (int i = 0; i < WORKERS; i++)
		goro_wg_go(&all, make_many, NULL);
	goro_wg_wait(&all);
}

int main(void)
{
	return goro_run(run, NULL);
}

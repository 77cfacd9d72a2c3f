/*
 * EMB-012: a thread's lock that a goroutine holds while it parks.  It may be
 * forbidden, and let in two at once; but nobody hangs for ever.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kit/work.h"

enum { USERS = 10, TIMES = 5 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static FILE *file;

static void hold_mutex(void *arg)
{
	(void)arg;
	for (int i = 0; i < TIMES; i++) {
		pthread_mutex_lock(&mutex);
		sleep_ns(1 * MS);
		pthread_mutex_unlock(&mutex);
		yield();
	}
	finish();
}

static void hold_file(void *arg)
{
	(void)arg;
	for (int i = 0; i < TIMES; i++) {
		flockfile(file);
		fputs("x", file);
		sleep_ns(1 * MS);
		funlockfile(file);
		yield();
	}
	finish();
}

static void hold_in_kernel(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&mutex);
	kernel_sleep(MS);
	pthread_mutex_unlock(&mutex);
}

static void hold_in_call(void *arg)
{
	for (int i = 0; i < TIMES; i++) {
		rt->blocking->call(hold_in_kernel, arg);
		yield();
	}
	finish();
}

static void all_end(assay_fn user)
{
	for (int i = 0; i < USERS; i++)
		go(user, NULL);
	while (atomic_load_explicit(&finished, memory_order_acquire) < USERS)
		sleep_ns(1 * MS);
	CHECK_EQ(count(&finished), USERS);
}

#define NEEDS_LOCK                                                             \
	.procs = {1, 4}, .flags = CASE_NOT_SANITIZED,                          \
	.traits = ASSAY_TRAIT_PREEMPTIVE

CASE(EMB_012, "a mutex of threads held over a sleep hangs nobody", NEEDS_LOCK)
{
	all_end(hold_mutex);
}

CASE_OF(EMB_012, file, "nor does the lock of a file of stdio", NEEDS_LOCK)
{
	file = fopen("/dev/null", "w");
	REQUIRE(file != NULL);
	all_end(hold_file);
}

CASE_OF(EMB_012, call, "nor a mutex inside of a blocking call", .procs = {1, 4},
	NEEDS(NEED(blocking, call)))
{
	all_end(hold_in_call);
}

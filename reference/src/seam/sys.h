/*
 * sys.h - every system call and libc call of the runtime that can fail, under
 * a name of its own, so that a test twin of this header can make it fail.
 */
#ifndef GORO_SYS_H
#define GORO_SYS_H

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* since Linux 6.13 */
#endif

static inline void sys_yield(void)
{
	sched_yield();
}

static inline void sys_nanosleep(int64_t ns)
{
	struct timespec ts = {.tv_sec = ns / 1000000000,
			      .tv_nsec = ns % 1000000000};

	nanosleep(&ts, NULL);
}

static inline void *sys_malloc(size_t n)
{
	return malloc(n);
}

static inline void *sys_calloc(size_t n, size_t size)
{
	return calloc(n, size);
}

static inline void *sys_aligned(size_t align, size_t n)
{
	return aligned_alloc(align, (n + align - 1) & ~(align - 1));
}

/* Address space without a promise of memory; NULL if there is none. */
static inline void *sys_reserve(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static inline int sys_madvise(void *p, size_t n, int advice)
{
	return madvise(p, n, advice);
}

static inline int sys_mprotect(void *p, size_t n, int prot)
{
	return mprotect(p, n, prot);
}

static inline int sys_thread(pthread_t *t, const pthread_attr_t *attr,
			     void *(*fn)(void *), void *arg)
{
	return pthread_create(t, attr, fn, arg);
}

/* Sleeps while *word == value, for at most ns (< 0: without end). */
static inline int sys_futex_wait(const void *word, uint32_t value, int64_t ns)
{
	struct timespec ts = {.tv_sec = ns / 1000000000,
			      .tv_nsec = ns % 1000000000};

	return (int)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value,
			    ns < 0 ? NULL : &ts, NULL, 0);
}

static inline int sys_futex_wake(const void *word, int n)
{
	return (int)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, n, NULL, NULL,
			    0);
}

static inline int64_t sys_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

#endif

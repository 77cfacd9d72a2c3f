/*
 * no_edges.h - the half of san.h that only a race detector needs, for builds
 * without one: edges and accesses are not told, and a signal is just caught.
 */
#ifndef GORO_NO_EDGES_H
#define GORO_NO_EDGES_H

#include <signal.h>
#include <stddef.h>
#include <string.h>

static inline void san_become(struct san_fiber *self, struct san_fiber *to)
{
	(void)self, (void)to;
}

static inline void san_release(const void *p)
{
	(void)p;
}

static inline void san_acquire(const void *p)
{
	(void)p;
}

static inline void san_sync(const void *p)
{
	(void)p;
}

static inline void san_sync_as(struct san_fiber *f, const void *p)
{
	(void)f, (void)p;
}

static inline void san_acquire_as(struct san_fiber *f, const void *p)
{
	(void)f, (void)p;
}

static inline void san_read(const void *p, size_t n)
{
	(void)p, (void)n;
}

static inline void san_write(void *p, size_t n)
{
	(void)p, (void)n;
}

typedef void (*san_handler)(int sig, siginfo_t *info, void *context);

static inline int san_sigaction(int sig, san_handler fn)
{
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	act.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
	act.sa_sigaction = fn;
	return sigaction(sig, &act, NULL);
}

#endif

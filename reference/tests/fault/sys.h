/*
 * sys.h - the twin of seam/sys.h in which calls fail on demand.
 *
 * It is the real header, included before it (-include), with each call that
 * can fail under a name of its own and a function in front of it.  The
 * environment says what fails: FAULT=mmap:3,futex:1 is the third call of mmap
 * and the first of futex, once each.
 */
#ifndef FAULT_SYS_H
#define FAULT_SYS_H

#include <stdbool.h>

#define sys_malloc real_malloc
#define sys_calloc real_calloc
#define sys_reserve real_reserve
#define sys_madvise real_madvise
#define sys_mprotect real_mprotect
#define sys_thread real_thread
#define sys_futex_wait real_futex_wait
#include "../../src/seam/sys.h"
#undef sys_malloc
#undef sys_calloc
#undef sys_reserve
#undef sys_madvise
#undef sys_mprotect
#undef sys_thread
#undef sys_futex_wait

/* The calls that can fail: name, errno. */
#define FAULT_MAP(X)                                                           \
	X(malloc, ENOMEM)                                                      \
	X(calloc, ENOMEM)                                                      \
	X(mmap, ENOMEM)                                                        \
	X(madvise, ENOMEM)                                                     \
	X(guard, EINVAL)                                                       \
	X(mprotect, ENOMEM)                                                    \
	X(thread, EAGAIN)                                                      \
	X(futex, EINTR)

enum fault {
#define FAULT_ENUM(name, error) FAULT_##name,
	FAULT_MAP(FAULT_ENUM)
#undef FAULT_ENUM
		FAULTS
};

/* Counts a call; true: it is to fail, and errno is set. */
bool fault(enum fault which);

static inline void *sys_malloc(size_t n)
{
	return fault(FAULT_malloc) ? NULL : real_malloc(n);
}

static inline void *sys_calloc(size_t n, size_t size)
{
	return fault(FAULT_calloc) ? NULL : real_calloc(n, size);
}

static inline void *sys_reserve(size_t n)
{
	return fault(FAULT_mmap) ? NULL : real_reserve(n);
}

/* guard: a kernel without guards; madvise: out of memory for them. */
static inline int sys_madvise(void *p, size_t n, int advice)
{
	if (advice == MADV_GUARD_INSTALL && fault(FAULT_guard))
		return -1;
	return fault(FAULT_madvise) ? -1 : real_madvise(p, n, advice);
}

static inline int sys_mprotect(void *p, size_t n, int prot)
{
	return fault(FAULT_mprotect) ? -1 : real_mprotect(p, n, prot);
}

static inline int sys_thread(pthread_t *t, const pthread_attr_t *attr,
			     void *(*fn)(void *), void *arg)
{
	return fault(FAULT_thread) ? errno : real_thread(t, attr, fn, arg);
}

static inline int sys_futex_wait(const void *word, uint32_t value, int64_t ns)
{
	return fault(FAULT_futex) ? -1 : real_futex_wait(word, value, ns);
}

#endif

/*
 * sys.h - the twin of base/sys.h in which calls fail on demand.
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
#define sys_map real_reserve
#define sys_madvise real_madvise
#define sys_mprotect real_mprotect
#define sys_thread real_thread
#define sys_futex_wait real_futex_wait
#define sys_read real_read
#define sys_send real_send
#define sys_write real_write
#define sys_accept real_accept
#define sys_close real_close
#define sys_nonblock real_nonblock
#define sys_epoll_create real_epoll_create
#define sys_eventfd real_eventfd
#define sys_eventfd_write real_signal
#define sys_epoll_ctl real_epoll_ctl
#define sys_epoll_wait_ns real_epoll_wait_ns
#include "../../src/base/sys.h"
#undef sys_malloc
#undef sys_calloc
#undef sys_map
#undef sys_madvise
#undef sys_mprotect
#undef sys_thread
#undef sys_futex_wait
#undef sys_read
#undef sys_send
#undef sys_write
#undef sys_accept
#undef sys_close
#undef sys_nonblock
#undef sys_epoll_create
#undef sys_eventfd
#undef sys_eventfd_write
#undef sys_epoll_ctl
#undef sys_epoll_wait_ns

/* The calls that can fail: name, errno. */
#define FAULT_MAP(X)                                                           \
	X(malloc, ENOMEM)                                                      \
	X(calloc, ENOMEM)                                                      \
	X(mmap, ENOMEM)                                                        \
	X(madvise, ENOMEM)                                                     \
	X(guard, EINVAL)                                                       \
	X(mprotect, ENOMEM)                                                    \
	X(thread, EAGAIN)                                                      \
	X(futex, EINTR)                                                        \
	X(read, EINTR)                                                         \
	X(send, EINTR)                                                         \
	X(write, EINTR)                                                        \
	X(accept, EMFILE)                                                      \
	X(accept_dead, ECONNABORTED)                                           \
	X(close, EIO)                                                          \
	X(nonblock, EINVAL)                                                    \
	X(epoll_create, EMFILE)                                                \
	X(eventfd, ENFILE)                                                     \
	X(signal, EINTR)                                                       \
	X(signal_gone, EBADF)                                                  \
	X(epoll_ctl, ENOSPC)                                                   \
	X(epoll_wait, EINTR)                                                   \
	X(epoll_gone, EBADF)                                                   \
	X(epoll_pwait2, ENOSYS)

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

static inline void *sys_map(size_t n)
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

static inline ssize_t sys_read(int fd, void *buf, size_t n)
{
	return fault(FAULT_read) ? -1 : real_read(fd, buf, n);
}

static inline ssize_t sys_send(int fd, const void *buf, size_t n)
{
	return fault(FAULT_send) ? -1 : real_send(fd, buf, n);
}

static inline ssize_t sys_write(int fd, const void *buf, size_t n)
{
	return fault(FAULT_write) ? -1 : real_write(fd, buf, n);
}

static inline int sys_accept(int fd, struct sockaddr *addr, socklen_t *len)
{
	if (fault(FAULT_accept) || fault(FAULT_accept_dead))
		return -1;
	return real_accept(fd, addr, len);
}

/* The descriptor is closed, whatever it says. */
static inline int sys_close(int fd)
{
	int status = real_close(fd);

	return fault(FAULT_close) ? -1 : status;
}

static inline int sys_nonblock(int fd)
{
	return fault(FAULT_nonblock) ? -1 : real_nonblock(fd);
}

static inline int sys_epoll_create(void)
{
	return fault(FAULT_epoll_create) ? -1 : real_epoll_create();
}

static inline int sys_eventfd(void)
{
	return fault(FAULT_eventfd) ? -1 : real_eventfd();
}

static inline ssize_t sys_eventfd_write(int eventfd)
{
	if (fault(FAULT_signal) || fault(FAULT_signal_gone))
		return -1;
	return real_signal(eventfd);
}

/* The first is for the poller's own eventfd; what is taken out stays in. */
static inline int sys_epoll_ctl(int epfd, int op, int fd,
				struct epoll_event *ev)
{
	int status = real_epoll_ctl(epfd, op, fd, ev);

	if (!fault(FAULT_epoll_ctl))
		return status;
	if (op == EPOLL_CTL_ADD && status == 0)
		real_epoll_ctl(epfd, EPOLL_CTL_DEL, fd, ev);
	errno = ENOSPC;
	return -1;
}

/* pwait2: a kernel without waits in nanoseconds; gone: closed by somebody. */
static inline int sys_epoll_wait_ns(int epfd, struct epoll_event *ev, int n,
				    int64_t ns)
{
	if (fault(FAULT_epoll_wait) || fault(FAULT_epoll_gone) ||
	    fault(FAULT_epoll_pwait2))
		return -1;
	return real_epoll_wait_ns(epfd, ev, n, ns);
}

#endif

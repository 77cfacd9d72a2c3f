/*
 * sys.h - every system call and libc call of the runtime that can fail, under a
 * name of its own.  So a test twin of this header can make it fail, and none is
 * preempted in the middle of the runtime (nopreempt.h).
 */
#ifndef GORO_SYS_H
#define GORO_SYS_H

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/nopreempt.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* since Linux 6.13 */
#endif
#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441 /* since Linux 5.11 */
#endif

#define SYS_SIGSET 8 /* bytes of a sigset_t that the kernel knows */

/* Returns errno or 0.  Not by libc: pthread_sigmask() is ours (keep.c). */
static inline int sys_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	int e = errno, err;

	preempt_disable();
	err = syscall(SYS_rt_sigprocmask, how, set, old, SYS_SIGSET) ? errno
								     : 0;
	errno = e;
	preempt_enable();
	return err;
}

static inline void sys_yield(void)
{
	preempt_disable();
	sched_yield();
	preempt_enable();
}

static inline void sys_nanosleep(int64_t ns)
{
	struct timespec ts = {.tv_sec = ns / 1000000000,
			      .tv_nsec = ns % 1000000000};

	preempt_disable();
	nanosleep(&ts, NULL);
	preempt_enable();
}

/*
 * Memory of libc.  A stopped goroutine may hold libc's lock, and a goroutine
 * that waits for it here must be stoppable too: so these are not masked.  They
 * are called with no lock of the runtime held and no P remembered over the
 * call, and only on a goroutine's stack.
 */
static inline void *sys_malloc(size_t n)
{
	return malloc(n);
}

static inline void *sys_calloc(size_t n, size_t size)
{
	return calloc(n, size);
}

static inline void sys_free(void *p)
{
	free(p);
}

/* Returns address space without a promise of memory, or NULL. */
static inline void *sys_map(size_t n)
{
	void *p;

	preempt_disable();
	p = mmap(NULL, n, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	preempt_enable();
	return p == MAP_FAILED ? NULL : p;
}

static inline void sys_unmap(void *p, size_t n)
{
	preempt_disable();
	munmap(p, n);
	preempt_enable();
}

/* Makes what sys_map() gave longer; it may move.  NULL: it is as it was. */
static inline void *sys_remap(void *p, size_t n, size_t longer)
{
	preempt_disable();
	p = mremap(p, n, longer, MREMAP_MAYMOVE);
	preempt_enable();
	return p == MAP_FAILED ? NULL : p;
}

static inline int sys_madvise(void *p, size_t n, int advice)
{
	int status;

	preempt_disable();
	status = madvise(p, n, advice);
	preempt_enable();
	return status;
}

static inline int sys_mprotect(void *p, size_t n, int prot)
{
	int status;

	preempt_disable();
	status = mprotect(p, n, prot);
	preempt_enable();
	return status;
}

/* Is called on the scheduler's stack or in no M: never preempted. */
static inline int sys_thread(pthread_t *t, const pthread_attr_t *attr,
			     void *(*fn)(void *), void *arg)
{
	return pthread_create(t, attr, fn, arg);
}

static inline int sys_gettid(void)
{
	int tid;

	preempt_disable();
	tid = (int)syscall(SYS_gettid);
	preempt_enable();
	return tid;
}

/*
 * Not masked.  Uses tkill() where a filter of system calls does not let tgkill()
 * pass.
 */
static inline int sys_tgkill_raw(int tid, int sig)
{
	int status = (int)syscall(SYS_tgkill, getpid(), tid, sig);

	if (status && (errno == EPERM || errno == ENOSYS || errno == EACCES))
		status = (int)syscall(SYS_tkill, tid, sig);
	return status;
}

/* Returns 0, or what errno would be; errno stays as it was. */
static inline int sys_tgkill(int tid, int sig)
{
	int e, err;

	preempt_disable();
	e = errno;
	err = sys_tgkill_raw(tid, sig) ? errno : 0;
	errno = e;
	preempt_enable();
	return err;
}

/* True if f's lock is free.  For a thread that holds no lock of stdio. */
static inline bool sys_stdio_free(FILE *f)
{
	bool is_free;

	preempt_disable();
	is_free = ftrylockfile(f) == 0;
	if (is_free)
		funlockfile(f);
	preempt_enable();
	return is_free;
}

/* For a thread that runs nothing of the program any more. */
static inline void sys_block_signals(void)
{
	sigset_t all;

	preempt_disable();
	sigfillset(&all);
	sys_sigmask(SIG_SETMASK, &all, NULL);
	preempt_enable();
}

/*
 * Sends sig to the calling thread, which gets it before this returns.  Not
 * masked, so that the handler does not find it in the runtime.
 */
static inline void sys_raise(int tid, int sig)
{
	sys_tgkill_raw(tid, sig);
}

/* Sleeps while *word == value, for at most ns (< 0: without end). */
static inline int sys_futex_wait(const void *word, uint32_t value, int64_t ns)
{
	struct timespec ts = {.tv_sec = ns / 1000000000,
			      .tv_nsec = ns % 1000000000};
	int status;

	preempt_disable();
	status = (int)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value,
			      ns < 0 ? NULL : &ts, NULL, 0);
	preempt_enable();
	return status;
}

static inline int sys_futex_wake(const void *word, int n)
{
	int status;

	preempt_disable();
	status = (int)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, n, NULL,
			      NULL, 0);
	preempt_enable();
	return status;
}

/* Sets what CPU time the process has used so far, in ns. */
static inline void sys_cpu_time(int64_t *user, int64_t *system)
{
	struct rusage u = {0};

	preempt_disable();
	getrusage(RUSAGE_SELF, &u);
	preempt_enable();
	*user = (int64_t)u.ru_utime.tv_sec * 1000000000 +
		u.ru_utime.tv_usec * 1000;
	*system = (int64_t)u.ru_stime.tv_sec * 1000000000 +
		  u.ru_stime.tv_usec * 1000;
}

static inline int64_t sys_clock(void)
{
	struct timespec ts;

	preempt_disable();
	clock_gettime(CLOCK_MONOTONIC, &ts);
	preempt_enable();
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static inline void sys_wall_clock(struct timespec *ts)
{
	preempt_disable();
	clock_gettime(CLOCK_REALTIME, ts);
	preempt_enable();
}

/* Returns the CPU time that a thread of ours has used; 0 if it is gone. */
static inline int64_t sys_thread_cpu(int tid)
{
	/* The kernel's encoding of "scheduler's clock of that thread". */
	clockid_t clock = (clockid_t)((~(unsigned)tid << 3) | 6);
	struct timespec ts = {0};

	preempt_disable();
	clock_gettime(clock, &ts);
	preempt_enable();
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* Reads up to n bytes of a file; below 0 if it cannot be read. */
static inline ssize_t sys_read_file(const char *path, char *buf, size_t n)
{
	ssize_t got = -1;
	int fd;

	preempt_disable();
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		got = read(fd, buf, n);
		close(fd);
	}
	preempt_enable();
	return got;
}

/* Returns a file that is in memory alone; below 0: there is none. */
static inline int sys_memory_file(const char *name)
{
	int fd;

	preempt_disable();
	fd = (int)syscall(SYS_memfd_create, name, 1u); /* closed by exec() */
	preempt_enable();
	return fd;
}

/*
 * Makes a child without what libc does for one: that is for exec() alone.  No
 * signal tells of its end; a wait for it is one with __WALL.
 */
static inline long sys_fork(void)
{
	long pid;

	preempt_disable();
	pid = syscall(SYS_clone, 0L, NULL, NULL, NULL, NULL);
	preempt_enable();
	return pid;
}

/*
 * Descriptors.  By syscall(), as ThreadSanitizer takes libc's functions for the
 * program's own: it would miss the edges that fdmutex.h makes between a use and
 * the close.  close() alone is libc's, so that the sanitizer knows that a
 * number which comes back is a new descriptor.
 */
static inline long sys_io(long number, int fd, void *buf, size_t n, long flags)
{
	long status;

	preempt_disable();
	status = syscall(number, fd, buf, n, flags, NULL, 0);
	preempt_enable();
	return status;
}

/* Opens a file to read it; below 0 if it cannot be. */
static inline int sys_open(const char *path)
{
	int fd;

	preempt_disable();
	fd = open(path, O_RDONLY | O_CLOEXEC);
	preempt_enable();
	return fd;
}

/* Reads at an offset of a file. */
static inline ssize_t sys_pread(int fd, void *buf, size_t n, uint64_t offset)
{
	return sys_io(SYS_pread64, fd, buf, n, (long)offset);
}

static inline ssize_t sys_read(int fd, void *buf, size_t n)
{
	return sys_io(SYS_read, fd, buf, n, 0);
}

static inline ssize_t sys_send(int fd, const void *buf, size_t n)
{
	return sys_io(SYS_sendto, fd, (void *)(uintptr_t)buf, n, MSG_NOSIGNAL);
}

/* True if sig, which the thread blocked already by the mask old, is pending. */
static inline bool sys_signal_waits(const sigset_t *old, int sig)
{
	sigset_t waiting;
	bool waits;

	if (!sigismember(old, sig))
		return false;
	preempt_disable();
	waits = sigpending(&waiting) == 0 && sigismember(&waiting, sig);
	preempt_enable();
	return waits;
}

/* A system call that writes, without a flag against SIGPIPE. */
struct sys_put {
	long number; /* SYS_write ... */
	long arg[6];
};

/*
 * Writes.  A pipe without a reader gives EPIPE and no SIGPIPE, a file at its
 * limit (RLIMIT_FSIZE) EFBIG and no SIGXFSZ: the signal of the write is taken
 * back, unless one was pending before.  Then they are one, and the program's.
 */
static inline ssize_t sys_put(const struct sys_put *p)
{
	const struct timespec now = {0};
	const long *a = p->arg;
	sigset_t own, old;
	bool pipe, size;
	ssize_t put;
	int e;

	preempt_disable();
	sigemptyset(&own);
	sigaddset(&own, SIGPIPE);
	sigaddset(&own, SIGXFSZ);
	sys_sigmask(SIG_BLOCK, &own, &old);
	pipe = sys_signal_waits(&old, SIGPIPE);
	size = sys_signal_waits(&old, SIGXFSZ);
	put = syscall(p->number, a[0], a[1], a[2], a[3], a[4], a[5]);
	e = errno;
	if (pipe)
		sigdelset(&own, SIGPIPE);
	if (size)
		sigdelset(&own, SIGXFSZ);
	if (put < 0 && (e == EPIPE || e == EFBIG))
		(void)sigtimedwait(&own, NULL, &now);
	sys_sigmask(SIG_SETMASK, &old, NULL);
	errno = e;
	preempt_enable();
	return put;
}

static inline ssize_t sys_write(int fd, const void *buf, size_t n)
{
	return sys_put(&(struct sys_put){SYS_write, {fd, (long)buf, (long)n}});
}

static inline int sys_accept(int fd, struct sockaddr *addr, socklen_t *len)
{
	int status;

	preempt_disable();
	status = (int)syscall(SYS_accept4, fd, addr, len,
			      SOCK_NONBLOCK | SOCK_CLOEXEC);
	preempt_enable();
	return status;
}

/*
 * Opens a file to be written, or makes it; flags: as O_TRUNC.  May block: a
 * named pipe may have no reader.
 */
static inline int sys_create(const char *path, int flags)
{
	int fd;

	preempt_disable();
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
	preempt_enable();
	return fd;
}

/* Empties a file.  What has no length, as a pipe, stays as it is. */
static inline void sys_empty(int fd)
{
	preempt_disable();
	(void)!ftruncate(fd, 0);
	preempt_enable();
}

/* Returns the kind of a file, one of S_IFMT; 0: it is not open. */
static inline unsigned sys_kind(int fd)
{
	struct stat st = {0};

	preempt_disable();
	if (fstat(fd, &st))
		st.st_mode = 0;
	preempt_enable();
	return st.st_mode & S_IFMT;
}

static inline int sys_close(int fd)
{
	int status;

	preempt_disable();
	status = close(fd);
	preempt_enable();
	return status;
}

/* Waits until fd can be written, for ns at most.  True if it can, or fails. */
static inline bool sys_wait_writable(int fd, int64_t ns)
{
	struct {
		int fd;
		short events, revents;
	} p = {fd, 4, 0}; /* a struct pollfd with POLLOUT */
	struct timespec ts = {.tv_sec = ns / 1000000000,
			      .tv_nsec = ns % 1000000000};
	long n;

	preempt_disable();
	n = syscall(SYS_ppoll, &p, 1, &ts, NULL, 0);
	preempt_enable();
	return n > 0;
}

static inline int sys_nonblock(int fd)
{
	int flags;

	preempt_disable();
	flags = fcntl(fd, F_GETFL);
	if (flags >= 0 && !(flags & O_NONBLOCK))
		flags = fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	preempt_enable();
	return flags < 0 ? -1 : 0;
}

static inline int sys_epoll_create(void)
{
	return (int)sys_io(SYS_epoll_create1, EPOLL_CLOEXEC, NULL, 0, 0);
}

static inline int sys_eventfd(void)
{
	int fd;

	preempt_disable();
	fd = (int)syscall(SYS_eventfd2, 0, EFD_CLOEXEC | EFD_NONBLOCK);
	preempt_enable();
	return fd;
}

/* Writes to the eventfd that ends an epoll wait. */
static inline ssize_t sys_eventfd_write(int eventfd)
{
	uint64_t one = 1;

	return sys_io(SYS_write, eventfd, &one, sizeof(one), 0);
}

static inline int sys_epoll_ctl(int epfd, int op, int fd,
				struct epoll_event *ev)
{
	int status;

	preempt_disable();
	status = (int)syscall(SYS_epoll_ctl, epfd, op, fd, ev);
	preempt_enable();
	return status;
}

/* Waits for at most ns (< 0: without end). */
static inline int sys_epoll_wait_ns(int epfd, struct epoll_event *ev, int n,
				    int64_t ns)
{
	struct timespec ts = {.tv_sec = ns / 1000000000,
			      .tv_nsec = ns % 1000000000};
	int status;

	preempt_disable();
	status = (int)syscall(SYS_epoll_pwait2, epfd, ev, n,
			      ns < 0 ? NULL : &ts, NULL, 8);
	preempt_enable();
	return status;
}

/* The same in milliseconds, for kernels before 5.11. */
static inline int sys_epoll_wait_ms(int epfd, struct epoll_event *ev, int n,
				    int ms)
{
	int status;

	preempt_disable();
	status = (int)syscall(SYS_epoll_pwait, epfd, ev, n, ms, NULL, 8);
	preempt_enable();
	return status;
}

#endif

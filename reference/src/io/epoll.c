/*
 * epoll.c - the poller on Linux.
 *
 * The process has one epoll descriptor, edge-triggered, with an eventfd in it
 * that ends a wait.  epoll keeps a tag for each descriptor.  The tag of the
 * eventfd is 0, which no polldesc has.
 */
#include "io/netpoll.h"
#include "sched/die.h"
#include "base/sys.h"
#include "base/text.h"

enum { BATCH = 128, CHANGES = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI };

/* Set once, before sched.poller is. */
static int epfd, breakfd;
/* 1: breakfd was signalled, and no wait has ended for that yet. */
static atomic_uint breaking;
/* 1: the kernel has no epoll wait in nanoseconds. */
static atomic_uint coarse;

int goro__poller_init(void)
{
	struct epoll_event ev = {.events = EPOLLIN};
	int e;

	epfd = sys_epoll_create();
	if (epfd < 0)
		return errno;
	breakfd = sys_eventfd();
	if (breakfd < 0) {
		e = errno;
		sys_close(epfd);
		return e;
	}
	if (sys_epoll_ctl(epfd, EPOLL_CTL_ADD, breakfd, &ev) == 0)
		return 0;
	e = errno;
	sys_close(breakfd);
	sys_close(epfd);
	return e;
}

int goro__poller_open(int fd, uint64_t tag)
{
	struct epoll_event ev = {.events = CHANGES | EPOLLET, .data.u64 = tag};

	return sys_epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev) < 0 ? errno : 0;
}

void goro__poller_close(int fd)
{
	struct epoll_event ev = {0};

	sys_epoll_ctl(epfd, EPOLL_CTL_DEL, fd, &ev);
}

/* Ends the present or the next wait.  Further calls until then do nothing. */
void goro__poller_wake(void)
{
	ssize_t n;

	/* Pairs with the store in end_of_break(). */
	if (xchg_seq(&breaking, 1u))
		return;
	do
		n = sys_eventfd_write(breakfd);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno != EAGAIN)
		goro__fatal("runtime: the poller's eventfd is gone");
}

static void end_of_break(void)
{
	uint64_t count;

	(void)!sys_read(breakfd, &count, sizeof(count));
	store_seq(&breaking, 0u);
}

/* Returns ns in ms, rounded up so that no wait ends early, and at most 1e9. */
static int in_ms(int64_t ns)
{
	int64_t ms = ns / 1000000 + (ns % 1000000 > 0);

	return ns < 0 ? -1 : ms < 1000000000 ? (int)ms : 1000000000;
}

static int wait_for(struct epoll_event *ev, int64_t ns)
{
	int n;

	if (!load_relaxed(&coarse)) {
		n = sys_epoll_wait_ns(epfd, ev, BATCH, ns);
		if (n >= 0 || errno != ENOSYS)
			return n;
		store_relaxed(&coarse, 1u);
	}
	return sys_epoll_wait_ms(epfd, ev, BATCH, in_ms(ns));
}

static void report_event(const struct epoll_event *ev, event_fn tell,
			 struct glist *ready)
{
	uint32_t hup = ev->events & (EPOLLHUP | EPOLLERR);
	uint32_t over = ev->events & (EPOLLRDHUP | EPOLLPRI);
	unsigned modes = 0;

	if (ev->events & EPOLLIN || over || hup)
		modes |= 1u << FD_READ;
	if (ev->events & EPOLLOUT || hup)
		modes |= 1u << FD_WRITE;
	tell(ev->data.u64, modes, over || hup, ready);
}

void goro__poller_poll(int64_t ns, struct glist *ready, event_fn tell)
{
	struct epoll_event ev[BATCH];
	int n = wait_for(ev, ns);

	if (n < 0 && errno != EINTR)
		goro__fatal("runtime: the poller's epoll descriptor is gone");
	for (int i = 0; i < n; i++) {
		if (ev[i].data.u64 != 0)
			report_event(&ev[i], tell, ready);
		else if (ns != 0) /* a poll leaves it for the M that waits */
			end_of_break();
	}
}

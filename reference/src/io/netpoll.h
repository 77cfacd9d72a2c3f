/*
 * netpoll.h - the network poller: lets goroutines wait for descriptors without
 * a thread.
 *
 * A descriptor that is polled has a polldesc, with a side for reading and one
 * for writing.  The word of a side is
 *
 *	PD_NIL       no goroutine waits, and the kernel has reported nothing
 *	PD_READY     the kernel has reported it ready, and no call has used that
 *	a struct g * this goroutine is parked until the descriptor is ready
 *
 *	wait        READY -> NIL: goes on.  Else parks and, once its stack is
 *	            free, NIL -> g; then reads info, and if that is closed or
 *	            late, g -> NIL and readies itself.
 *	poller      anything -> READY; readies the g that was there.
 *	close and   write info first; then g -> NIL, and ready that g.
 *	deadline
 *
 * The CAS that takes g out of the word decides which of them readies g.  "Put
 * g, read info" and "write info, read the word" are in one total order
 * (seq_cst), so one side sees the other.  A wake-up may be spurious: the woken
 * goroutine tries its call again.
 *
 * A polldesc is never unmapped, since the kernel may report a descriptor that
 * has been closed.  The tag of a report has the sequence number of its open, so
 * a report for an earlier use is dropped.
 */
#ifndef GORO_NETPOLL_H
#define GORO_NETPOLL_H

#include "io/fdmutex.h"
#include "sched/poller.h"

#define PD_NIL ((uintptr_t)0)
#define PD_READY ((uintptr_t)1)

/* Bits of info. */
enum { PD_LATE = 1 /* << fd_mode */, PD_CLOSING = 4 };

struct pollside {
	_Atomic(uintptr_t) word;
	struct polldesc *pd;
	int64_t deadline; /* by the machine's clock; lock */
	struct timer timer;
};

struct polldesc {
	struct polldesc *link; /* in the free list */
	uint32_t id;           /* find() of netpoll.c takes it */
	_Atomic(uint32_t) seq; /* +1 with each close */
	int fd;
	_Atomic(uint32_t) info; /* PD_ bits; written under lock */
	_Atomic(uint32_t) hup;  /* the peer has ended, or an error came */
	struct lock lock;
	struct pollside side[2]; /* by fd_mode */
};

/* ---- for fd.c ------------------------------------------------------------- */

/* Begins to poll fd.  Returns 0 and sets *out, or returns an errno. */
int goro__netpoll_open(int fd, struct polldesc **out);
/* Wakes all waiters.  Later calls of wait and prepare give GORO_NET_CLOSED. */
void goro__netpoll_evict(struct polldesc *pd);
/* Frees pd, after evict and the last use, before the descriptor is closed. */
void goro__netpoll_close(struct polldesc *pd);
/* Forgets old reports, before a try.  GORO_TIMEOUT, GORO_NET_CLOSED. */
int goro__netpoll_prepare(struct polldesc *pd, enum fd_mode mode);
/* Parks after EAGAIN until a try may succeed.  Statuses as for prepare. */
int goro__netpoll_wait(struct polldesc *pd, enum fd_mode mode);
/*
 * Sets deadlines.  modes: bits 1 << fd_mode.  when: as in
 * goro__fd_set_deadline.
 */
void goro__netpoll_deadline(struct polldesc *pd, unsigned modes, int64_t when);

/* ---- the poller: epoll.c --------------------------------------------- */

/* Opens the poller.  Returns 0, or an errno with nothing left open. */
int goro__poller_init(void);
/*
 * Adds fd: from now on the poller reports each change to ready once (edge-
 * triggered), with the tag.  If fd is ready now, that counts as a change.
 * Returns 0 or an errno: EPERM if such a file cannot be polled.
 */
int goro__poller_open(int fd, uint64_t tag);
/* Removes fd.  Reports that were made before may still be on their way. */
void goro__poller_close(int fd);
/* Takes a report: see goro__netpoll_ready(). */
typedef void (*event_fn)(uint64_t tag, unsigned modes, bool hup,
			 struct glist *ready);
/* The two functions of struct poller.  poll calls tell for each report. */
void goro__poller_poll(int64_t ns, struct glist *ready, event_fn tell);
void goro__poller_wake(void);

/*
 * Takes a report of the poller; modes: bits 1 << fd_mode.  Adds the goroutines
 * to run to ready, still as waiting.  hup: the peer will send no more, or there
 * is an error or out-of-band data; so a read that returns less than was asked
 * for may not have emptied the descriptor.
 */
void goro__netpoll_ready(uint64_t tag, unsigned modes, bool hup,
			 struct glist *ready);

#endif

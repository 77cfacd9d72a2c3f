/*
 * netpoll.h - the network poller: goroutines that wait for descriptors, and
 * hold no thread meanwhile.
 *
 * A descriptor that is polled has a polldesc, with a side for reading and one
 * for writing.  The word of a side says who waits there:
 *
 *	PD_NIL     nobody, and nothing is known
 *	PD_READY   the kernel said so, and nobody has used that yet
 *	a struct g * it is parked until the descriptor is ready
 *
 *	wait        READY -> NIL: go on.  Else park, and once the stack is free
 *	            NIL -> g; then look at info, and if it says closed or too
 *	            late g -> NIL: be made ready, and look why.
 *	poller      anything -> READY, and makes ready the g that was there.
 *	close and   info first; then g -> NIL, and makes ready that g.
 *	deadline
 *
 * Whoever takes g out of the word, by compare and swap, makes it ready: nobody
 * else does.  Between "put g, look at info" and "write info, look for g" both
 * sides are in one total order (seq_cst), so one of them sees the other.  A
 * wake-up may come for nothing; who waits tries its call again.
 *
 * A polldesc is never unmapped, as the kernel may tell of one that has been
 * closed.  With it comes the sequence number that it had when it was opened,
 * and what belongs to an earlier life is dropped.
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
	uint32_t id;           /* what netpoll_find() knows it by */
	_Atomic(uint32_t) seq; /* +1 with each close */
	int fd;
	_Atomic(uint32_t) info; /* PD_ bits; written under lock */
	_Atomic(uint32_t) hup;  /* the peer has ended, or there is an error */
	struct lock lock;
	struct pollside side[2]; /* by fd_mode */
};

/* ---- for fd.c ------------------------------------------------------------- */

/* Begins to poll fd.  0 and *out, or an errno. */
int goro__netpoll_open(int fd, struct polldesc **out);
/* Wakes all who wait; from now on wait and prepare give GORO_NET_CLOSED. */
void goro__netpoll_evict(struct polldesc *pd);
/* After evict, when nobody uses pd; before the descriptor is closed. */
void goro__netpoll_close(struct polldesc *pd);
/* Before a try: what was known is old.  GORO_TIMEOUT, GORO_NET_CLOSED. */
int goro__netpoll_prepare(struct polldesc *pd, enum fd_mode mode);
/* After EAGAIN: parks until it is worth another try.  The same. */
int goro__netpoll_wait(struct polldesc *pd, enum fd_mode mode);
/* modes: bits 1 << fd_mode.  when: of goro__now(), or GORO_FOREVER. */
void goro__netpoll_deadline(struct polldesc *pd, unsigned modes, int64_t when);

/* ---- the poller: epoll.c --------------------------------------------- */

/*
 * Opens the poller; once, but again after an error.  0 or an errno, with
 * nothing left open.
 */
int goro__poller_init(void);
/*
 * From now on each change to ready of fd is told, once (edge-triggered), with
 * the tag; what is ready at this moment counts as a change.  An errno: EPERM
 * if such a file cannot be polled.
 */
int goro__poller_open(int fd, uint64_t tag);
/* Tells no more of fd.  What it has told may still be on its way. */
void goro__poller_close(int fd);
/* Told of each descriptor found: see goro__netpoll_ready(). */
typedef void (*event_fn)(uint64_t tag, unsigned modes, bool hup,
			 struct glist *ready);
/* The two functions of struct poller, but that poll is told whom to tell. */
void goro__poller_poll(int64_t ns, struct glist *ready, event_fn tell);
void goro__poller_wake(void);

/*
 * What the poller has found; modes: bits 1 << fd_mode.  hup: the peer will send
 * no more, or there is an error or something out of band, so that a read which
 * gives less than asked for may be followed by more.  The goroutines that are
 * to run are added to ready, still as waiting.
 */
void goro__netpoll_ready(uint64_t tag, unsigned modes, bool hup,
			 struct glist *ready);

#endif

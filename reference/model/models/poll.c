/*
 * poll.c - a reader against all who wake it: the poller, a close and a
 * deadline that passes or is moved.  netpoll.c, fdmutex.c and fd.c as they
 * are; the kernel is a count of bytes and an edge for the poller.
 *
 * A reader that waits is woken by exactly one of them, none sleeps on when
 * there is something to read or a reason not to, and the descriptor is closed
 * once, with nobody in a call of it.
 */
#include "park.h"

#include <string.h>

#include "sched/clock.h"
#include "sched/goroutine.h"
#include "io/netpoll.h"

/* ---- the kernel ------------------------------------------------------------ */

enum { END = 0x100 };

static atomic_uint socket_has; /* bytes to read, and END */
static atomic_uint edge;       /* that the poller has not been told yet */
static int inside;             /* plain: calls of it under way */
static int closes;

static ssize_t kernel_read(int sysfd, void *buf, size_t n)
{
	unsigned has = load_seq(&socket_has);

	(void)sysfd, (void)buf, (void)n;
	MODEL_CHECK(closes == 0);
	inside++; /* with a close at the same time it is a race */
	while (!cas_seq(&socket_has, &has, has & END))
		continue;
	inside--;
	if (has)
		return (ssize_t)(has & ~(unsigned)END);
	errno = EAGAIN;
	return -1;
}

static int kernel_close(int sysfd)
{
	(void)sysfd;
	inside++;
	closes++;
	return 0;
}

static void send_byte(void)
{
	add_seq(&socket_has, 1u);
	xchg_seq(&edge, 1u);
}

static void send_end(void)
{
	add_seq(&socket_has, (unsigned)END);
	xchg_seq(&edge, 1u);
}

int goro__poller_init(void)
{
	return 0;
}

int goro__poller_open(int fd, uint64_t tag)
{
	(void)fd, (void)tag;
	return 0;
}

void goro__poller_close(int fd)
{
	(void)fd;
}

/* ---- the scheduler ---------------------------------------------------------- */

const char *const goro__wait_text[] = {
#define WAIT_TEXT(name, text) text,
	WAIT_REASON_MAP(WAIT_TEXT)
#undef WAIT_TEXT
};

void goro__park_after(after_fn fn, void *arg, enum wait_reason why)
{
	struct m *m = goro__m();

	after(m, m->curg, fn, arg);
	harness_park(m, m->curg, why);
}

void goro__park(struct lock *l, enum wait_reason why)
{
	park(goro__m(), goro__m()->curg, l, NULL, why);
}

void goro__ready(struct g *g)
{
	ready(g);
}

void goro_checkpoint(void)
{
}

#define sys_read kernel_read
#define sys_close kernel_close
#include "io/fdmutex.c"
#include "io/fd.c"
#define reset reset_polldesc
#include "io/netpoll.c"
#undef reset

/* ---- who takes part ---------------------------------------------------------- */

static struct fd fd;
static struct polldesc polldescs[FIRST_BLOCK];
static uint64_t tag;
static int status; /* of the read that ended it */
static size_t sum; /* bytes read */

static void be(int i)
{
	struct m *m = harness_be(i);

	m->curg = &harness_g[i];
	store_relaxed(&m->curg->status, GRUNNING);
}

/* Until it is told why not. */
static void reader(void *unused)
{
	size_t got;

	(void)unused;
	be(0);
	do {
		char buf[8];

		status = goro__fd_read(&fd, buf, sizeof(buf), &got);
		sum += got;
	} while (status == GORO_OK);
}

static void second_reader(void *unused)
{
	size_t got;
	char buf[8];
	int s;

	(void)unused;
	be(4);
	s = goro__fd_read(&fd, buf, sizeof(buf), &got);
	MODEL_CHECK(s == GORO_NET_CLOSED && got == 0);
}

/* Looks, and looks again whenever all is quiet: as one that sleeps there. */
static void poller(void *unused)
{
	(void)unused;
	be(1);
	for (int i = 0; i < 3; i++) {
		struct glist list = {0};
		struct g *g;

		if (xchg_seq(&edge, 0u))
			goro__netpoll_ready(tag, 1u << FD_READ,
					    load_seq(&socket_has) & END, &list);
		while ((g = glist_pop(&list)) != NULL)
			wake(g);
		if (i < 2)
			model_wait_quiet();
	}
}

static void peer(void *unused)
{
	(void)unused;
	be(2);
	send_byte();
	send_end();
}

static void peer_at_once(void *unused)
{
	(void)unused;
	be(2);
	add_seq(&socket_has, 1u);
	send_end();
}

static void peer_byte(void *unused)
{
	(void)unused;
	be(2);
	send_byte();
}

static void closer(void *unused)
{
	(void)unused;
	be(3);
	MODEL_CHECK(goro__fd_close(&fd) == GORO_OK);
	MODEL_CHECK(closes == 1);
	fd.sysfd = -1; /* plain: nobody uses it any more */
}

static void expire(void *unused)
{
	(void)unused;
	be(3);
	goro__timers_run(&harness_p[3], 200);
	model_wait_quiet();
	goro__timers_run(&harness_p[3], 200);
}

static void move_deadline(void *unused)
{
	(void)unused;
	be(2);
	MODEL_CHECK(goro__fd_set_deadline(&fd, FD_MODE_READ, 150) == GORO_OK);
}

static void late_already(void *unused)
{
	(void)unused;
	be(2);
	MODEL_CHECK(goro__fd_set_deadline(&fd, FD_MODE_READ, 1) == GORO_OK);
}

/* ---- scenarios ---------------------------------------------------------------- */

static void set_up(unsigned flags)
{
	harness_reset(5, 4);
	harness_m[4].p = &harness_p[0];
	memset(&pool, 0, sizeof(pool));
	memset(polldescs, 0, sizeof(polldescs));
	store_relaxed(&pool.block[0], polldescs);
	store_relaxed(&socket_has, 0u);
	store_relaxed(&edge, 0u);
	inside = closes = 0;
	sum = 0;
	status = -1;
	harness_be(3);
	MODEL_CHECK(goro__fd_init(&fd, 3, flags) == GORO_OK);
	tag = tag_of(fd.pd);
	model_thread("reader", reader, NULL);
}

static void setup_end(void)
{
	set_up(FD_STREAM);
	model_thread("poller", poller, NULL);
	model_thread("peer", peer, NULL);
}

/* A read that would fail is left out: nothing may be missed for that. */
static void setup_drained(void)
{
	set_up(FD_STREAM | FD_TCP);
	model_thread("poller", poller, NULL);
	model_thread("peer", peer, NULL);
}

static void setup_at_once(void)
{
	set_up(FD_STREAM | FD_TCP);
	model_thread("poller", poller, NULL);
	model_thread("peer", peer_at_once, NULL);
}

static void check_end(void)
{
	MODEL_CHECK(status == GORO_EOF);
	MODEL_CHECK(sum == 1);
}

static void setup_close(void)
{
	set_up(FD_STREAM);
	model_thread("poller", poller, NULL);
	model_thread("peer", peer_byte, NULL);
	model_thread("closer", closer, NULL);
}

static void setup_two_readers(void)
{
	set_up(FD_STREAM);
	model_thread("reader2", second_reader, NULL);
	model_thread("closer", closer, NULL);
}

static void check_closed(void)
{
	MODEL_CHECK(status == GORO_NET_CLOSED);
	MODEL_CHECK(closes == 1);
	MODEL_CHECK(load_relaxed(&goro__sched.netwaiters) == 0);
}

static void setup_deadline(void)
{
	set_up(FD_STREAM);
	MODEL_CHECK(goro__fd_set_deadline(&fd, FD_MODE_READ, 100) == GORO_OK);
	model_thread("poller", poller, NULL);
	model_thread("peer", peer_byte, NULL);
	model_thread("timers", expire, NULL);
}

/* Its timer is another P's, as sleeping Ps' timers are run by others. */
static void setup_moved(void)
{
	set_up(FD_STREAM);
	MODEL_CHECK(goro__fd_set_deadline(&fd, FD_MODE_READ, 100) == GORO_OK);
	harness_m[2].p = &harness_p[3];
	model_thread("mover", move_deadline, NULL);
	model_thread("timers", expire, NULL);
}

static void setup_late(void)
{
	set_up(FD_STREAM);
	model_thread("mover", late_already, NULL);
}

static void check_late(void)
{
	MODEL_CHECK(status == GORO_TIMEOUT);
	MODEL_CHECK(load_relaxed(&goro__sched.netwaiters) == 0);
}

const struct scenario model_scenarios[] = {
	{"end", setup_end, check_end, 3, 1},
	{"drained", setup_drained, check_end, 3, 1},
	{"at-once", setup_at_once, check_end, 3, 1},
	{"close", setup_close, check_closed, 2, 0},
	{"two-readers", setup_two_readers, check_closed, 2, 0},
	{"deadline", setup_deadline, check_late, 2, 0},
	{"moved", setup_moved, check_late, 2, 0},
	{"late", setup_late, check_late, 2, 1},
	{NULL, NULL, NULL, 0, 0},
};

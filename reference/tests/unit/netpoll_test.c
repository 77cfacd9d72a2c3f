/*
 * netpoll_test.c - polldescs and their words, with the real poller and nobody
 * who waits: readiness is used once, old news is dropped, deadlines count.
 */
#include "io/netpoll.h"

#include <sys/socket.h>
#include <unistd.h>

#include "sched/timer.h"
#include "fake_p.h"
#include "unit.h"

enum { MANY = 200 };

static struct fake f;
static int sv[2];
static struct polldesc *pd;

static void begin(void)
{
	fake_begin(&f);
	CU_ASSERT_EQUAL_FATAL(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sv), 0);
	CU_ASSERT_EQUAL_FATAL(goro__netpoll_open(sv[0], &pd), 0);
}

static void end(void)
{
	goro__netpoll_evict(pd);
	goro__netpoll_close(pd);
	close(sv[0]);
	close(sv[1]);
	fake_end(&f);
}

/* What the poller has to say now; nobody waits, so no goroutine comes. */
static void poll(void)
{
	struct glist list = {0};

	goro__poller_poll(0, &list, goro__netpoll_ready);
	UNIT_EQ(list.n, 0);
}

static uintptr_t word(enum fd_mode mode)
{
	return load_relaxed(&pd->side[mode].word);
}

static uint64_t tag(void)
{
	return (uint64_t)load_relaxed(&pd->seq) << 32 | pd->id;
}

/* Each change is told once. */
static void readiness(void)
{
	begin();
	poll();
	UNIT_EQ(word(FD_READ), PD_NIL);
	UNIT_EQ(word(FD_WRITE), PD_READY);
	CU_ASSERT_EQUAL(write(sv[1], "x", 1), 1);
	poll();
	UNIT_EQ(word(FD_READ), PD_READY);
	UNIT_EQ(goro__netpoll_wait(pd, FD_READ), GORO_OK); /* at once */
	UNIT_EQ(word(FD_READ), PD_NIL);
	poll();
	UNIT_EQ(word(FD_READ), PD_NIL);
	UNIT_EQ(load_relaxed(&pd->hup), 0);
	shutdown(sv[1], SHUT_WR);
	poll();
	UNIT_EQ(word(FD_READ), PD_READY);
	UNIT_EQ(load_relaxed(&pd->hup), 1);
	UNIT_EQ(goro__netpoll_prepare(pd, FD_READ), GORO_OK);
	UNIT_EQ(word(FD_READ), PD_NIL);
	end();
}

/* News of an earlier life of the same polldesc. */
static void old_news(void)
{
	struct polldesc *first;
	struct glist list = {0};
	uint64_t old;

	begin();
	first = pd;
	old = tag();
	goro__netpoll_evict(pd);
	goro__netpoll_close(pd);
	CU_ASSERT_EQUAL_FATAL(goro__netpoll_open(sv[0], &pd), 0);
	CU_ASSERT_PTR_EQUAL(pd, first);
	goro__netpoll_ready(old, 3, true, &list);
	UNIT_EQ(word(FD_READ), PD_NIL);
	UNIT_EQ(load_relaxed(&pd->hup), 0);
	goro__netpoll_ready(tag(), 1u << FD_READ, false, &list);
	UNIT_EQ(word(FD_READ), PD_READY);
	UNIT_EQ(list.n, 0);
	end();
}

static void deadlines(void)
{
	begin();
	goro__netpoll_deadline(pd, 1u << FD_READ, 1);
	UNIT_EQ(goro__netpoll_prepare(pd, FD_READ), GORO_TIMEOUT);
	UNIT_EQ(goro__netpoll_wait(pd, FD_READ), GORO_TIMEOUT);
	UNIT_EQ(goro__netpoll_prepare(pd, FD_WRITE), GORO_OK);
	goro__netpoll_deadline(pd, 3, goro_now() + GORO_SECOND);
	UNIT_EQ(goro__netpoll_prepare(pd, FD_READ), GORO_OK);
	UNIT_EQ(f.p.timers.len, 2);
	goro__timers_run(&f.p, goro_now() + 2 * GORO_SECOND);
	UNIT_EQ(goro__netpoll_prepare(pd, FD_READ), GORO_TIMEOUT);
	UNIT_EQ(goro__netpoll_prepare(pd, FD_WRITE), GORO_TIMEOUT);
	goro__netpoll_deadline(pd, 3, GORO_FOREVER);
	UNIT_EQ(goro__netpoll_prepare(pd, FD_READ), GORO_OK);
	UNIT_EQ(f.p.timers.len, 0);
	/* A timer that comes when its deadline has been moved. */
	goro__netpoll_deadline(pd, 3, goro_now() + GORO_SECOND);
	pd->side[FD_READ].deadline += 10 * GORO_SECOND;
	goro__timers_run(&f.p, goro_now() + 2 * GORO_SECOND);
	UNIT_EQ(goro__netpoll_prepare(pd, FD_READ), GORO_OK);
	UNIT_EQ(goro__netpoll_prepare(pd, FD_WRITE), GORO_TIMEOUT);
	goro__netpoll_deadline(pd, 3, goro_now() + GORO_SECOND);
	end();
	UNIT_EQ(f.p.timers.len, 0);
}

static void closing(void)
{
	begin();
	goro__netpoll_evict(pd);
	UNIT_EQ(goro__netpoll_prepare(pd, FD_READ), GORO_NET_CLOSED);
	UNIT_EQ(goro__netpoll_wait(pd, FD_WRITE), GORO_NET_CLOSED);
	goro__netpoll_deadline(pd, 3, 1); /* too late to be late */
	UNIT_EQ(goro__netpoll_prepare(pd, FD_READ), GORO_NET_CLOSED);
	end();
}

/* Through several blocks; each is known by a number of its own. */
static void many(void)
{
	struct polldesc *all[MANY], *mine;
	int fd[MANY];
	struct glist list = {0};

	begin();
	mine = pd;
	for (int i = 0; i < MANY; i++) {
		fd[i] = dup(sv[0]);
		CU_ASSERT_EQUAL_FATAL(goro__netpoll_open(fd[i], &all[i]), 0);
	}
	poll();
	for (int i = 0; i < MANY; i++) {
		pd = all[i];
		goro__netpoll_prepare(pd, FD_READ);
		goro__netpoll_ready(tag(), 1u << FD_READ, false, &list);
		UNIT_EQ(word(FD_READ), PD_READY);
		goro__netpoll_evict(pd);
		goro__netpoll_close(pd);
		close(fd[i]);
	}
	pd = mine;
	UNIT_EQ(word(FD_READ), PD_NIL);
	end();
}

/* A break ends one wait, and a poll that does not wait leaves it. */
static void breaks(void)
{
	struct glist list = {0};

	begin();
	poll();
	goro__poller_wake();
	goro__poller_wake();
	poll();
	goro__poller_poll(-1, &list, goro__netpoll_ready);
	goro__poller_poll(1000, &list, goro__netpoll_ready); /* by its time */
	UNIT_EQ(list.n, 0);
	end();
}

static const struct unit_test tests[] = {
	{"readiness", readiness},
	{"news of an earlier life", old_news},
	{"deadlines", deadlines},
	{"closing", closing},
	{"many", many},
	{"breaks", breaks},
	{NULL, NULL},
};

const struct unit_suite netpoll_suite = {"netpoll", tests};

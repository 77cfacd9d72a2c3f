/*
 * Waitgroups in bubbles, and many bubbles at once.
 */
#include "bub.h"

#define NEEDS_GROUP NEEDS(NEED_BUBBLE, NEED_WG)

static assay_waitgroup group;

/* ---- BUB-026 ---------------------------------------------------------------- */

static void sleep_and_end(void *wg)
{
	sleep_ns(SEC);
	wg_done(wg);
}

static void wait_for_sleeper(void *wg)
{
	int64_t begin = now();

	wg_add(wg, 1);
	go(sleep_and_end, wg);
	wg_wait(wg);
	CHECK_EQ(now() - begin, SEC);
}

CASE(BUB_026, "time goes on while one waits for a group of the bubble",
     NEEDS_GROUP)
{
	in_bubble(wait_for_sleeper, &group);
}

static void nothing(void *unused)
{
	(void)unused;
}

static void go_racing(void *unused)
{
	(void)unused;
	for (int i = 0; i < 100; i++)
		REQUIRE_EQ(rt->sync->wg_go(&group, nothing, NULL), ASSAY_OK);
	wg_wait(&group);
}

CASE_OF(BUB_026, racing, "a group's adds and dones may race",
	NEEDS(NEED_BUBBLE, NEED(sync, wg_go), NEED(sync, wg_wait)))
{
	for (int64_t i = rounds(20); i > 0; i--)
		in_bubble(go_racing, NULL);
	prove_alive();
}

/* ---- BUB-017 ---------------------------------------------------------------- */

static void add_one(void *wg)
{
	wg_add(wg, 1);
}

#define MIXED                                                                  \
	"sync: WaitGroup.Add called from inside and outside synctest bubble"
#define MULTIPLE "sync: WaitGroup.Add called from multiple synctest bubbles"

CASE_OF(BUB_017, into, "to add to a group of the outside in a bubble is fatal",
	DIES(MIXED), NEEDS_GROUP)
{
	due();
	wg_add(&group, 1);
	in_bubble(add_one, &group);
}

CASE_OF(BUB_017, out, "to add to a bubble's group outside is fatal",
	DIES(MIXED), NEEDS_GROUP)
{
	due();
	in_bubble(add_one, &group);
	wg_add(&group, 1);
}

CASE_OF(BUB_017, between, "so is to add to it in another bubble",
	DIES(MULTIPLE), NEEDS_GROUP)
{
	due();
	in_bubble(add_one, &group);
	in_bubble(add_one, &group);
}

/* ---- BUB-018 ---------------------------------------------------------------- */

static void add_and_end(void *wg)
{
	wg_add(wg, 1);
	wg_done(wg);
}

static void add_end_wait(void *wg)
{
	add_and_end(wg);
	wg_wait(wg);
}

CASE_OF(BUB_018, wait, "a wait at zero gives a group free for other bubbles",
	NEEDS_GROUP)
{
	in_bubble(add_end_wait, &group);
	in_bubble(add_end_wait, &group);
	add_end_wait(&group);
	in_bubble(add_and_end, &group);
	prove_alive();
}

static void wait_for_group(void *wg)
{
	wg_wait(wg);
}

static void end_with_waiter(void *wg)
{
	wg_add(wg, 1);
	go(wait_for_group, wg);
	bubble_wait();
	wg_done(wg);
}

CASE_OF(BUB_018, done, "so does the last done with somebody in the wait",
	NEEDS_GROUP)
{
	in_bubble(end_with_waiter, &group);
	in_bubble(end_with_waiter, &group);
	in_bubble(add_and_end, &group);
	prove_alive();
}

/* ---- BUB-019 ---------------------------------------------------------------- */

static void wait_and_mark(void *done)
{
	int64_t begin = now();

	wg_wait(&group);
	CHECK_EQ(now(), begin);
	mark(done);
}

static void run_wait(void *done)
{
	in_bubble(wait_and_mark, done);
	mark(done);
}

CASE(BUB_019, "a wait for a group of the outside is not durable", NEEDS_GROUP)
{
	atomic_int done = 0;

	wg_add(&group, 1);
	go(run_wait, &done);
	CHECK(stays(&done, 0));
	wg_done(&group);
	CHECK(becomes(&done, 2));
}

/* ---- BUB-014 ---------------------------------------------------------------- */

enum { EACH = 100 };

struct one_of_many {
	int64_t k;
	assay_waitgroup inner;
	assay_chan *cancel;
	int64_t ended; /* plain: the bubble's run orders it */
};

static void until_cancelled(void *arg)
{
	struct one_of_many *b = arg;

	wait_for(b->cancel);
	wg_done(&b->inner);
}

static void own_time(void *arg)
{
	struct one_of_many *b = arg;
	int64_t begin = now();

	b->cancel = chan_signal(0);
	wg_add(&b->inner, EACH - 1);
	go_many(EACH - 1, until_cancelled, b);
	sleep_ns(b->k * SEC);
	CHECK_EQ(now() - begin, b->k * SEC);
	bubble_wait();
	close_chan(b->cancel);
	wg_wait(&b->inner);
	b->ended = now() - begin;
}

static void run_one(void *b)
{
	in_bubble(own_time, b);
	wg_done(&group);
}

CASE(BUB_014, "many bubbles live at once, each with a clock of its own",
     .timeout_ms = 30000, NEEDS_GROUP)
{
	static struct one_of_many b[100];
	int64_t n = goroutines(100 * (EACH + 1)) / (EACH + 1);

	n = n < 1 ? 1 : n;
	for (int64_t i = 0; i < n; i++)
		b[i].k = i;
	wg_add(&group, n);
	for (int64_t i = 0; i < n; i++)
		go(run_one, &b[i]);
	wg_wait(&group);
	for (int64_t i = 0; i < n; i++)
		CHECK_EQ(b[i].ended, i * SEC);
}

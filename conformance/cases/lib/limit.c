/*
 * limit.c - the limit of a group of tasks (XL-003, XL-004).
 */
#include "group.h"

/* ---- XL-003: the limit ------------------------------------------------------------------ */

struct active {
	atomic_int now, most, ended;
};

static int be_active(void *arg)
{
	struct active *a = arg;
	int n = mark(&a->now), most = count(&a->most);

	while (n > most && !atomic_compare_exchange_weak_explicit(
				   &a->most, &most, n, memory_order_acq_rel,
				   memory_order_acquire))
		;
	yield();
	atomic_fetch_sub_explicit(&a->now, 1, memory_order_acq_rel);
	mark(&a->ended);
	return 0;
}

static void run_active(int64_t limit, int tasks)
{
	struct active a = {.now = 0};
	assay_group *g = limited(limit);

	for (int i = 0; i < tasks; i++)
		start(g, be_active, &a);
	CHECK_EQ(wait_all(g), 0);
	CHECK_EQ(count(&a.ended), tasks);
	CHECK_LE(count(&a.most), limit);
	free_group(g);
}

CASE(XL_003, "never more tasks at once than the limit", NEEDS(NEED_LIMIT))
{
	for (int64_t i = rounds(5); i > 0; i--) {
		run_active(1, 100);
		run_active(2, 100);
		run_active(7, 200);
	}
}

struct starting {
	assay_group *g;
	struct tasks *t;
	atomic_int went_on;
};

static void start_one_more(void *arg)
{
	struct starting *s = arg;

	start(s->g, hold, s->t);
	mark(&s->went_on);
}

static void check_blocks_at(int64_t limit)
{
	struct tasks t = {.release = chan_signal(0)};
	struct starting s = {limited(limit), &t, 0};

	for (int64_t i = 0; i < limit; i++)
		start(s.g, hold, &t);
	go(start_one_more, &s);
	settle(limit + 1);
	CHECK_EQ(count(&s.went_on), 0);
	CHECK_EQ(try_start(s.g, hold, &t), ASSAY_AGAIN);
	send_signal(t.release);
	CHECK(becomes(&s.went_on, 1));
	CHECK_EQ(count(&t.ended), 1);
	close_chan(t.release);
	CHECK_EQ(wait_all(s.g), 0);
	CHECK_EQ(count(&t.ended), limit + 1);
	free_group(s.g);
}

CASE_OF(XL_003, blocks, "at the limit go waits for the end of a task",
	NEEDS(NEED_LIMIT))
{
	check_blocks_at(1);
	check_blocks_at(4);
}

/* So many tries succeed, and no more. */
static void check_tries(int64_t limit)
{
	struct tasks t = {.release = chan_signal(0)};
	assay_group *g = limited(limit);
	int64_t begin = now();

	for (int64_t i = 0; i < limit; i++)
		CHECK_EQ(try_start(g, hold, &t), ASSAY_OK);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(try_start(g, hold, &t), ASSAY_AGAIN);
	CHECK_LT(now() - begin, upto(5 * SEC));
	close_chan(t.release);
	CHECK_EQ(wait_all(g), 0);
	CHECK_EQ(count(&t.ended), limit);
	if (limit > 0)
		CHECK_EQ(try_start(g, hold, &t), ASSAY_OK);
	CHECK_EQ(wait_all(g), 0);
	CHECK_EQ(count(&t.ended), limit + (limit > 0));
	free_group(g);
}

CASE_OF(XL_003, try, "at the limit a try fails at once and starts nothing",
	NEEDS(NEED_LIMIT))
{
	check_tries(0);
	check_tries(1);
	check_tries(2);
	check_tries(10);
}

CASE_OF(XL_003, zero, "a limit of 0 lets nobody in", NEEDS(NEED_LIMIT))
{
	/* The one that waits is left behind, and has them after the body. */
	static struct tasks t;
	static struct starting s = {.t = &t};

	t.release = chan_signal(0);
	s.g = limited(0);
	CHECK_EQ(try_start(s.g, hold, &t), ASSAY_AGAIN);
	go(start_one_more, &s);
	CHECK(still_unset(&s.went_on));
	CHECK_EQ(wait_all(s.g), 0);
}

CASE_OF(XL_003, none, "a negative limit is none", NEEDS(NEED_LIMIT))
{
	static const int64_t none[] = {-1, INT64_MIN};

	for (int i = 0; i < 2; i++) {
		struct tasks t = {.release = chan_signal(0)};
		assay_group *g = limited(1);

		REQUIRE_EQ(ext->group->set_limit(g, none[i]), ASSAY_OK);
		for (int k = 0; k < 50; k++)
			start(g, hold, &t);
		for (int k = 0; k < 50; k++)
			CHECK_EQ(try_start(g, hold, &t), ASSAY_OK);
		close_chan(t.release);
		CHECK_EQ(wait_all(g), 0);
		CHECK_EQ(count(&t.ended), 100);
		free_group(g);
	}
}

CASE_OF(XL_003, unlimited, "a new group has no limit", NEEDS(NEED_GROUP))
{
	struct tasks t = {.release = chan_signal(0)};
	assay_group *g = group();

	for (int k = 0; k < 100; k++)
		CHECK_EQ(
			ext->group->go(g, hold, &t,
				       k % 2 == 0 ? ASSAY_POLL : ASSAY_FOREVER),
			ASSAY_OK);
	close_chan(t.release);
	CHECK_EQ(wait_all(g), 0);
	CHECK_EQ(count(&t.ended), 100);
	free_group(g);
}

/* ---- XL-004: the limit is not changed meanwhile ------------------------------------------- */

static char changed_at_two[] =
	"errgroup: modify limit while 2 goroutines in the group are still "
	"active";

CASE(XL_004, "the limit cannot be changed while tasks are alive",
     NEEDS(NEED_LIMIT, NEED_EXT(group, error)))
{
	struct tasks t = {.release = chan_signal(0)};
	assay_group *g = limited(3);

	start(g, hold, &t);
	start(g, hold, &t);
	CHECK_EQ(ext->group->set_limit(g, 5), ASSAY_GROUP_LIMIT);
	CHECK_STR(ext->group->error(), changed_at_two);
	CHECK_EQ(ext->group->set_limit(g, 0), ASSAY_GROUP_LIMIT);
	CHECK(assay_status_is_panic(ASSAY_GROUP_LIMIT));
	CHECK_EQ(try_start(g, hold, &t), ASSAY_OK);
	CHECK_EQ(try_start(g, hold, &t), ASSAY_AGAIN);
	close_chan(t.release);
	CHECK_EQ(wait_all(g), 0);
	CHECK_EQ(ext->group->set_limit(g, 1), ASSAY_OK);
	t.release = chan_signal(0);
	CHECK_EQ(try_start(g, hold, &t), ASSAY_OK);
	CHECK_EQ(try_start(g, hold, &t), ASSAY_AGAIN);
	close_chan(t.release);
	CHECK_EQ(wait_all(g), 0);
	free_group(g);
}

CASE_OF(XL_004, dies, "changing it is a panic",
	NEEDS(NEED_LIMIT, NEED_EXT(group, error), NEED(core, panic)),
	ENDS(.status = 2, .out = "",
	     .first = "panic: errgroup: modify limit while 1 goroutines in the "
		      "group are still active"))
{
	struct tasks t = {.release = chan_signal(0)};
	assay_group *g = limited(1);

	start(g, hold, &t);
	CHECK_EQ(ext->group->set_limit(g, 2), ASSAY_GROUP_LIMIT);
	raise_text(ext->group->error());
}

/*
 * xl_group.c - groups of tasks with an error: errgroup (XL-001 to XL-005).
 */
#include "cx.h"

#define NEED_GROUP                                                             \
	NEED_EXT(group, make), NEED_EXT(group, go), NEED_EXT(group, wait),     \
		NEED_EXT(group, free)
#define NEED_LIMIT NEED_GROUP, NEED_EXT(group, set_limit)
#define NEED_WITH_CONTEXT NEED_CX, NEED_GROUP, NEED_EXT(group, with_context)

static assay_group *group(void)
{
	assay_group *g = ext->group->make();

	REQUIRE(g != NULL);
	return g;
}

static assay_group *limited(int64_t limit)
{
	assay_group *g = group();

	REQUIRE_EQ(ext->group->set_limit(g, limit), ASSAY_OK);
	return g;
}

static void start(assay_group *g, assay_task task, void *arg)
{
	REQUIRE_EQ(ext->group->go(g, task, arg, ASSAY_FOREVER), ASSAY_OK);
}

static int try_start(assay_group *g, assay_task task, void *arg)
{
	return ext->group->go(g, task, arg, ASSAY_POLL);
}

static int wait_all(assay_group *g)
{
	return ext->group->wait(g);
}

static void free_group(assay_group *g)
{
	ext->group->free(g);
}

/* ---- XL-001: the first error ------------------------------------------------------- */

/* A task whose error is its argument. */
static int fail_with(void *arg)
{
	return (int)(intptr_t)arg;
}

static void start_failing(assay_group *g, int error)
{
	start(g, fail_with, (void *)(intptr_t)error);
}

CASE(XL_001, "wait gives the first error of all tasks so far",
     .flags = CASE_VALGRIND, NEEDS(NEED_GROUP))
{
	static const struct {
		int error[4];
		int n;
	} runs[] = {{{0}, 0},
		    {{0}, 1},
		    {{ERR_A}, 1},
		    {{0, ERR_A}, 2},
		    {{0, 0, 0, 0}, 4},
		    {{ERR_A, ERR_B}, 2},
		    {{0, ERR_B, 0, ERR_A}, 4},
		    {{ASSAY_CANCELED, ERR_A}, 2}};

	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		assay_group *g = group();
		int first = 0;

		CHECK_EQ(wait_all(g), 0);
		for (int k = 0; k < runs[i].n; k++) {
			start_failing(g, runs[i].error[k]);
			first = first != 0 ? first : runs[i].error[k];
			CHECK_EQ(wait_all(g), first);
		}
		CHECK_EQ(wait_all(g), first);
		free_group(g);
	}
	free_group(NULL);
}

struct crowd {
	assay_chan *release;
	atomic_int started, ended;
};

/* Fails at once, others later: the first does. */
static int fail_first(void *arg)
{
	struct crowd *s = arg;

	if (bump(&s->started) == 1) {
		bump(&s->ended);
		return ERR_A;
	}
	wait_for(s->release);
	bump(&s->ended);
	return ERR_B;
}

static void release_later(void *arg)
{
	sleep_ns(20 * MS);
	close_chan(((struct crowd *)arg)->release);
}

CASE_OF(XL_001, ends, "wait returns when all tasks have ended, not before",
	NEEDS(NEED_GROUP))
{
	struct crowd s = {.release = chan_signal(0)};
	assay_group *g = group();

	start(g, fail_first, &s);
	CHECK(becomes(&s.ended, 1));
	settle(0);
	for (int i = 1; i < 20; i++)
		start(g, fail_first, &s);
	CHECK(becomes(&s.started, 20));
	go(release_later, &s);
	CHECK_EQ(wait_all(g), ERR_A);
	CHECK_EQ(count_of(&s.ended), 20);
	free_group(g);
}

static int meet(void *arg)
{
	struct crowd *s = arg;

	gather(&s->started, 5);
	return bump(&s->ended) == 3 ? ERR_C : 0;
}

CASE_OF(XL_001, together, "tasks run side by side, in goroutines of their own",
	NEEDS(NEED_GROUP))
{
	struct crowd s = {.release = NULL};
	assay_group *g = group();

	for (int i = 0; i < 5; i++)
		start(g, meet, &s);
	CHECK_EQ(wait_all(g), ERR_C);
	CHECK_EQ(count_of(&s.ended), 5);
	free_group(g);
}

static int fail_by_number(void *arg)
{
	struct crowd *s = arg;

	return ASSAY_ERROR_USER + bump(&s->started);
}

struct waiting {
	assay_group *g;
	assay_chan *results;
};

static void wait_and_tell(void *arg)
{
	struct waiting *w = arg;
	int error = wait_all(w->g);

	send_int(w->results, error);
}

CASE_OF(XL_001, one, "of many errors at once one is told to all who wait",
	NEEDS(NEED_GROUP))
{
	assay_chan *results = chan_int(0);

	for (int64_t i = rounds(100); i > 0; i--) {
		struct crowd s = {.release = NULL};
		struct waiting w = {group(), results};
		int error;

		for (int k = 0; k < 20; k++)
			start(w.g, fail_by_number, &s);
		go_many(2, wait_and_tell, &w);
		error = wait_all(w.g);
		CHECK(error > ASSAY_ERROR_USER &&
		      error <= ASSAY_ERROR_USER + 20);
		CHECK_EQ(recv_int(results), error);
		CHECK_EQ(recv_int(results), error);
		CHECK_EQ(wait_all(w.g), error);
		free_group(w.g);
	}
}

static int leave(void *arg)
{
	bump(arg);
	rt->core->goexit();
	return ERR_A;
}

CASE_OF(XL_001, goexit, "a task that leaves by goexit has ended, without error",
	NEEDS(NEED_LIMIT, NEED(core, goexit)))
{
	assay_group *g = limited(1);
	atomic_int left = 0;

	for (int i = 0; i < 3; i++)
		start(g, leave, &left);
	CHECK_EQ(wait_all(g), 0);
	CHECK_EQ(count_of(&left), 3);
	free_group(g);
}

CASE_OF(XL_001, input, "a NULL task is refused", NEEDS(NEED_GROUP))
{
	assay_group *g = group();

	CHECK_EQ(ext->group->go(g, NULL, NULL, ASSAY_FOREVER), ASSAY_EINVAL);
	CHECK_EQ(wait_all(g), 0);
	free_group(g);
}

/* ---- XL-002: with a context ----------------------------------------------------------- */

static assay_group *with_context(assay_context *parent, assay_context **c)
{
	assay_group *g = NULL;

	*c = NULL;
	REQUIRE_EQ(ext->group->with_context(parent, &g, c), ASSAY_OK);
	REQUIRE(g != NULL && *c != NULL);
	return g;
}

struct tasks {
	assay_context *c;
	assay_chan *release;
	atomic_int ended;
};

static int fail_after_cancel(void *arg)
{
	struct tasks *t = arg;

	wait_done(t->c);
	bump(&t->ended);
	return ERR_B;
}

CASE(XL_002, "the first error cancels the context, later ones come too late",
     NEEDS(NEED_WITH_CONTEXT))
{
	for (int64_t i = rounds(50); i > 0; i--) {
		struct tasks t = {.release = NULL};
		assay_group *g = with_context(background(), &t.c);

		CHECK_ALIVE(t.c);
		for (int k = 0; k < 5; k++)
			start(g, fail_after_cancel, &t);
		yield();
		CHECK_ALIVE(t.c);
		start_failing(g, ERR_A);
		CHECK_EQ(wait_all(g), ERR_A);
		CHECK_EQ(count_of(&t.ended), 5);
		CHECK_ENDED(t.c, ASSAY_CANCELED);
		free_context(t.c);
		free_group(g);
	}
}

static int wait_for_release(void *arg)
{
	struct tasks *t = arg;

	wait_for(t->release);
	bump(&t->ended);
	return 0;
}

CASE_OF(XL_002, wait,
	"the return of wait cancels it, tasks without error do not",
	NEEDS(NEED_WITH_CONTEXT))
{
	struct tasks t = {.release = chan_signal(0)};
	assay_group *g = with_context(background(), &t.c);

	start(g, wait_for_release, &t);
	start_failing(g, 0);
	start(g, wait_for_release, &t);
	send_signal(t.release);
	CHECK(becomes(&t.ended, 1));
	sleep_ns(5 * MS);
	CHECK_ALIVE(t.c);
	close_chan(t.release);
	CHECK_EQ(wait_all(g), 0);
	CHECK_ENDED(t.c, ASSAY_CANCELED);
	free_group(g);
	free_context(t.c);
}

CASE_OF(XL_002, empty, "wait without tasks cancels it, too",
	NEEDS(NEED_WITH_CONTEXT))
{
	assay_context *c;
	assay_group *g = with_context(background(), &c);

	CHECK_ALIVE(c);
	CHECK_EQ(wait_all(g), 0);
	CHECK_ENDED(c, ASSAY_CANCELED);
	free_context(c);
	free_group(g);
}

CASE_OF(XL_002, parent,
	"the parent's cancel is the group's, but no error of it",
	NEEDS(NEED_WITH_CONTEXT, NEED_VALUE))
{
	assay_context *parent = with_cancel(background());
	assay_context *value = with_value(parent, 1, 1, "v");
	struct tasks t = {.release = chan_signal(0)};
	assay_group *g = with_context(value, &t.c);

	CHECK_STR((const char *)value_of(t.c, 1, 1), "v");
	start(g, wait_for_release, &t);
	cancel(parent);
	CHECK_ENDED(t.c, ASSAY_CANCELED);
	close_chan(t.release);
	CHECK_EQ(wait_all(g), 0);
	free_group(g);
	g = with_context(background(), &t.c);
	start_failing(g, ERR_A);
	CHECK_EQ(wait_all(g), ERR_A);
	free_group(g);
	free_context(t.c);
	free_context(value);
	free_context(parent);
}

CASE_OF(XL_002, cause, "the context's cause is the first error",
	NEEDS(NEED_WITH_CONTEXT, NEED_CAUSE))
{
	struct tasks t = {.release = NULL};
	assay_group *g = with_context(background(), &t.c);

	start(g, fail_after_cancel, &t);
	start_failing(g, ERR_A);
	wait_done(t.c);
	CHECK_EQ(err_of(t.c), ASSAY_CANCELED);
	CHECK_EQ(cause_of(t.c), ERR_A);
	CHECK_EQ(wait_all(g), ERR_A);
	CHECK_EQ(cause_of(t.c), ERR_A);
	free_context(t.c);
	free_group(g);
}

CASE_OF(XL_002, no_cause, "without an error the cause is that it is cancelled",
	NEEDS(NEED_WITH_CONTEXT, NEED_CAUSE))
{
	assay_context *c;
	assay_group *g = with_context(background(), &c);

	start_failing(g, 0);
	CHECK_EQ(wait_all(g), 0);
	CHECK_EQ(err_of(c), ASSAY_CANCELED);
	CHECK_EQ(cause_of(c), ASSAY_CANCELED);
	free_context(c);
	free_group(g);
}

CASE_OF(XL_002, nil, "there is no group with a context without a parent",
	NEEDS(NEED_EXT(group, with_context)))
{
	assay_group *g = NULL;
	assay_context *c = NULL;

	CHECK_EQ(ext->group->with_context(NULL, &g, &c), ASSAY_CTX_NIL_PARENT);
	CHECK(g == NULL);
	CHECK(c == NULL);
}

/* ---- XL-003: the limit ------------------------------------------------------------------ */

struct active {
	atomic_int now, most, ended;
};

static int be_active(void *arg)
{
	struct active *a = arg;
	int n = bump(&a->now), most = count_of(&a->most);

	while (n > most && !atomic_compare_exchange_weak_explicit(
				   &a->most, &most, n, memory_order_acq_rel,
				   memory_order_acquire))
		;
	yield();
	atomic_fetch_sub_explicit(&a->now, 1, memory_order_acq_rel);
	bump(&a->ended);
	return 0;
}

static void run_active(int64_t limit, int tasks)
{
	struct active a = {.now = 0};
	assay_group *g = limited(limit);

	for (int i = 0; i < tasks; i++)
		start(g, be_active, &a);
	CHECK_EQ(wait_all(g), 0);
	CHECK_EQ(count_of(&a.ended), tasks);
	CHECK_LE(count_of(&a.most), limit);
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

static int hold(void *arg)
{
	struct tasks *t = arg;

	wait_for(t->release);
	bump(&t->ended);
	return 0;
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
	bump(&s->went_on);
}

static void check_blocks_at(int64_t limit)
{
	struct tasks t = {.release = chan_signal(0)};
	struct starting s = {limited(limit), &t, 0};

	for (int64_t i = 0; i < limit; i++)
		start(s.g, hold, &t);
	go(start_one_more, &s);
	settle(limit + 1);
	CHECK_EQ(count_of(&s.went_on), 0);
	CHECK_EQ(try_start(s.g, hold, &t), ASSAY_AGAIN);
	send_signal(t.release);
	CHECK(becomes(&s.went_on, 1));
	CHECK_EQ(count_of(&t.ended), 1);
	close_chan(t.release);
	CHECK_EQ(wait_all(s.g), 0);
	CHECK_EQ(count_of(&t.ended), limit + 1);
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
	CHECK_EQ(count_of(&t.ended), limit);
	if (limit > 0)
		CHECK_EQ(try_start(g, hold, &t), ASSAY_OK);
	CHECK_EQ(wait_all(g), 0);
	CHECK_EQ(count_of(&t.ended), limit + (limit > 0));
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
	struct tasks t = {.release = chan_signal(0)};
	struct starting s = {limited(0), &t, 0};

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
		CHECK_EQ(count_of(&t.ended), 100);
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
	CHECK_EQ(count_of(&t.ended), 100);
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

/* ---- XL-005: panics are not caught ----------------------------------------------------------- */

static int panic_in_task(void *arg)
{
	(void)arg;
	raise_text("out of the task");
}

static void start_panicking(void *arg)
{
	assay_group *g = arg;

	start(g, panic_in_task, NULL);
	wait_all(g); /* in Go it may return: the process is still dying */
}

#define TASK_PANIC                                                             \
	ENDS(.status = 2, .first = "panic: out of the task", .out = "",        \
	     .match = {"\ngoroutine [0-9]+ "})

CASE(XL_005, "a panic of a task ends the process",
     NEEDS(NEED_GROUP, NEED(core, panic)), TASK_PANIC)
{
	start_panicking(group());
	wait_for(NULL);
}

CASE_OF(XL_005, caught, "who waits cannot catch it",
	NEEDS(NEED_GROUP, NEED(core, panic), NEED(core, try_)), TASK_PANIC)
{
	if (rt->core->try_(start_panicking, group(), NULL) != ASSAY_OK)
		say("caught\n");
	wait_for(NULL);
}

/*
 * group.c - groups of tasks with an error: errgroup (XL-001,
 * XL-002, XL-005).
 */
#include "group.h"

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

	if (mark(&s->started) == 1) {
		mark(&s->ended);
		return ERR_A;
	}
	wait_for(s->release);
	mark(&s->ended);
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
	CHECK_EQ(count(&s.ended), 20);
	free_group(g);
}

static int meet(void *arg)
{
	struct crowd *s = arg;

	gather(&s->started, 5);
	return mark(&s->ended) == 3 ? ERR_C : 0;
}

CASE_OF(XL_001, together, "tasks run side by side, in goroutines of their own",
	NEEDS(NEED_GROUP))
{
	struct crowd s = {.release = NULL};
	assay_group *g = group();

	for (int i = 0; i < 5; i++)
		start(g, meet, &s);
	CHECK_EQ(wait_all(g), ERR_C);
	CHECK_EQ(count(&s.ended), 5);
	free_group(g);
}

static int fail_by_number(void *arg)
{
	struct crowd *s = arg;

	return ASSAY_ERROR_USER + mark(&s->started);
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
		CHECK_GT(error, ASSAY_ERROR_USER);
		CHECK_LE(error, ASSAY_ERROR_USER + 20);
		CHECK_EQ(recv_int(results), error);
		CHECK_EQ(recv_int(results), error);
		CHECK_EQ(wait_all(w.g), error);
		free_group(w.g);
	}
}

static int leave(void *arg)
{
	mark(arg);
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
	CHECK_EQ(count(&left), 3);
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

static int fail_after_cancel(void *arg)
{
	struct tasks *t = arg;

	wait_done(t->c);
	mark(&t->ended);
	return ERR_B;
}

CASE(XL_002, "the first error cancels the context, later ones come too late",
     .flags = CASE_VALGRIND, NEEDS(NEED_WITH_CONTEXT))
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
		CHECK_EQ(count(&t.ended), 5);
		CHECK_ENDED(t.c, ASSAY_CANCELED);
		free_context(t.c);
		free_group(g);
	}
}

CASE_OF(XL_002, wait,
	"the return of wait cancels it, tasks without error do not",
	NEEDS(NEED_WITH_CONTEXT))
{
	struct tasks t = {.release = chan_signal(0)};
	assay_group *g = with_context(background(), &t.c);

	start(g, hold, &t);
	start_failing(g, 0);
	start(g, hold, &t);
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
	start(g, hold, &t);
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
	CHECK_PTR(g, ==, NULL);
	CHECK_PTR(c, ==, NULL);
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

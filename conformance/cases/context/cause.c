/*
 * cause.c - causes, and functions that run when a context has ended
 * (CX-025, CX-026).
 */
#include "cx.h"

/* ---- CX-025: causes ------------------------------------------------------------- */

/*
 * What happens to a parent P and its child C, in order: p or c cancelled
 * without a cause, P or C with one, and the error and cause of both after.
 */
struct sequence {
	const char *steps;
	int parent_err, parent_cause, child_err, child_cause;
};

enum { PARENT = ERR_A, CHILD = ERR_B, NO = ASSAY_CANCELED };

static const struct sequence sequences[] = {
	{"", 0, 0, 0, 0},
	{"p", NO, NO, NO, NO},
	{"P", NO, PARENT, NO, PARENT},
	{"c", 0, 0, NO, NO},
	{"C", 0, 0, NO, CHILD},
	{"PC", NO, PARENT, NO, PARENT},
	{"CP", NO, PARENT, NO, CHILD},
	{"Pc", NO, PARENT, NO, PARENT},
	{"cP", NO, PARENT, NO, NO},
	{"pC", NO, NO, NO, NO},
	{"Cp", NO, NO, NO, CHILD},
	{"cC", 0, 0, NO, NO},
	{"Cc", 0, 0, NO, CHILD},
	{"pP", NO, NO, NO, NO},
	{"Pp", NO, PARENT, NO, PARENT},
	{"cPC", NO, PARENT, NO, NO},
	{"CpP", NO, NO, NO, CHILD},
};

static void play(const char *steps, assay_context *parent, assay_context *child)
{
	for (; *steps != '\0'; steps++)
		switch (*steps) {
		case 'p':
			cancel(parent);
			break;
		case 'P':
			cancel_cause(parent, PARENT);
			break;
		case 'c':
			cancel(child);
			break;
		default:
			cancel_cause(child, CHILD);
		}
}

/* Between the two lie as many layers of values and contexts. */
static void check_sequence(const struct sequence *s, int layers)
{
	assay_context *parent = with_cancel(background());
	assay_context *between[4], *top = parent, *child;

	for (int i = 0; i < layers; i++) {
		between[i] = i % 2 == 0 ? with_value(top, 1, 1, "v")
					: with_cancel(top);
		top = between[i];
	}
	child = with_cancel(top);
	play(s->steps, parent, child);
	CHECK_MSG(err_of(parent) == s->parent_err &&
			  cause_of(parent) == s->parent_cause,
		  "after \"%s\" the parent has err %d, cause %d", s->steps,
		  err_of(parent), cause_of(parent));
	CHECK_MSG(err_of(child) == s->child_err &&
			  cause_of(child) == s->child_cause,
		  "after \"%s\" the child has err %d, cause %d", s->steps,
		  err_of(child), cause_of(child));
	CHECK_EQ(is_done(parent), s->parent_err != 0);
	CHECK_EQ(is_done(child), s->child_err != 0);
	free_context(child);
	for (int i = 0; i < layers; i++)
		free_context(between[i]);
	free_context(parent);
}

CASE(CX_025, "the first cause wins, the parent's or the own",
     .flags = CASE_VALGRIND, NEEDS(NEED_CX, NEED_CAUSE, NEED_VALUE))
{
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++)
		for (int layers = 0; layers < 4; layers++)
			check_sequence(&sequences[i], layers);
}

CASE_OF(CX_025, errors, "a cause is any error, the runtime's own too",
	NEEDS(NEED_CX, NEED_CAUSE))
{
	static const int causes[] = {ASSAY_ERROR_USER, INT32_MAX,
				     ASSAY_DEADLINE, ASSAY_CANCELED};

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		assay_context *c = with_cancel(background());

		cancel_cause(c, causes[i]);
		CHECK_ENDED(c, ASSAY_CANCELED);
		CHECK_EQ(cause_of(c), causes[i]);
		free_context(c);
	}
}

struct poll {
	assay_context *c;
	assay_chan *ended;
};

static void cancel_with_cause(void *arg)
{
	struct poll *p = arg;

	yield();
	cancel_cause(p->c, ERR_A);
	send_signal(p->ended);
}

CASE_OF(CX_025, poll, "a cause is never seen half set",
	NEEDS(NEED_CX, NEED_CAUSE))
{
	assay_chan *ended = chan_signal(0);

	for (int64_t i = rounds(300); i > 0; i--) {
		assay_context *parent = with_cancel(background());
		struct poll p = {with_cancel(parent), ended};
		int cause;

		go(cancel_with_cause, &p);
		while ((cause = cause_of(p.c)) == 0)
			yield();
		CHECK_EQ(cause, ERR_A);
		CHECK_ENDED(p.c, ASSAY_CANCELED);
		wait_for(ended);
		CHECK_ALIVE(parent);
		free_context(p.c);
		free_context(parent);
	}
}

/* ---- CX-026: functions after the end ------------------------------------------------ */

#define NEED_AFTER                                                             \
	NEED_CX, NEED_EXT(context, after_func), NEED_EXT(context, after_stop), \
		NEED_EXT(context, after_free)

struct after {
	assay_context *c;
	assay_chan *release; /* NULL: the function returns at once */
	atomic_int runs, wrong;
};

static void run_after(void *arg)
{
	struct after *a = arg;
	assay_chan *release = a->release;

	if (err_of(a->c) == 0 || !is_done(a->c))
		mark(&a->wrong);
	/* who sees this may end the case: *a is gone then */
	mark(&a->runs);
	if (release != NULL)
		wait_for(release);
}

static assay_after *after(struct after *a)
{
	assay_after *handle = NULL;

	REQUIRE_EQ(ext->context->after_func(a->c, run_after, a, &handle),
		   ASSAY_OK);
	REQUIRE(handle != NULL);
	return handle;
}

static bool stop(assay_after *handle)
{
	return ext->context->after_stop(handle);
}

static void free_after(assay_after *handle)
{
	ext->context->after_free(handle);
}

CASE(CX_026, "a function runs once, after the end", .flags = CASE_VALGRIND,
     NEEDS(NEED_AFTER))
{
	struct after a = {.c = with_cancel(background())};
	assay_after *handle = after(&a);

	CHECK(stays(&a.runs, 0));
	cancel(a.c);
	CHECK(becomes(&a.runs, 1));
	cancel(a.c);
	CHECK(!stop(handle));
	CHECK(!stop(handle));
	CHECK(stays(&a.runs, 1));
	CHECK_EQ(count(&a.wrong), 0);
	free_after(handle);
	free_after(NULL);
	free_context(a.c);
}

CASE_OF(CX_026, own, "the function has a goroutine of its own",
	NEEDS(NEED_AFTER))
{
	struct after a = {.c = with_cancel(background()),
			  .release = chan_signal(0)};
	struct after b = {.c = a.c, .release = a.release};
	assay_after *first = after(&a), *second = after(&b), *third;
	struct after late = {.c = a.c, .release = a.release};

	cancel(a.c);
	CHECK_ENDED(a.c, ASSAY_CANCELED);
	CHECK(becomes(&a.runs, 1));
	CHECK(becomes(&b.runs, 1));
	third = after(&late);
	CHECK(becomes(&late.runs, 1));
	CHECK(!stop(first));
	CHECK(!stop(third));
	close_chan(a.release);
	CHECK(stays(&a.runs, 1));
	free_after(first);
	free_after(second);
	free_after(third);
	free_context(a.c);
}

CASE_OF(CX_026, late, "after an ended context it runs at once",
	NEEDS(NEED_AFTER, NEED_TIMEOUT))
{
	assay_context *c[] = {with_cancel(background()),
			      with_timeout(background(), -1, 0)};

	cancel(c[0]);
	for (int i = 0; i < 2; i++) {
		struct after a = {.c = c[i]};
		assay_after *handle = after(&a);

		CHECK(becomes(&a.runs, 1));
		CHECK(!stop(handle));
		CHECK(stays(&a.runs, 1));
		CHECK_EQ(count(&a.wrong), 0);
		free_after(handle);
		free_context(c[i]);
	}
}

CASE_OF(CX_026, stop, "stop is true once, and then it never runs",
	NEEDS(NEED_AFTER))
{
	struct after a = {.c = with_cancel(background())};
	struct after other = {.c = a.c};
	assay_after *handle = after(&a), *kept = after(&other);

	CHECK(stop(handle));
	CHECK(!stop(handle));
	cancel(a.c);
	CHECK(becomes(&other.runs, 1));
	CHECK(!stop(handle));
	CHECK(stays(&a.runs, 0));
	CHECK(stays(&other.runs, 1));
	free_after(handle);
	free_after(kept);
	free_context(a.c);
}

CASE_OF(CX_026, root, "after a root it never runs, and can be stopped",
	NEEDS(NEED_AFTER))
{
	struct after a = {.c = background()};
	assay_after *handle = after(&a);

	CHECK(stays(&a.runs, 0));
	CHECK(stop(handle));
	CHECK(!stop(handle));
	CHECK(stays(&a.runs, 0));
	free_after(handle);
}

CASE_OF(CX_026, free, "freeing the handle does not stop the function",
	NEEDS(NEED_AFTER))
{
	struct after a = {.c = with_cancel(background())};

	free_after(after(&a));
	CHECK(stays(&a.runs, 0));
	cancel(a.c);
	CHECK(becomes(&a.runs, 1));
	free_context(a.c);
}

CASE_OF(CX_026, ends, "it runs after a timeout and a parent's end, too",
	NEEDS(NEED_AFTER, NEED_TIMEOUT, NEED_VALUE))
{
	int64_t begin = now(); /* no later than the timeout's */
	struct after timed = {.c = with_timeout(background(), 10 * MS, 0)};
	assay_context *parent = with_cancel(background());
	struct after value = {.c = with_value(parent, 1, 1, "v")};
	struct after child = {.c = with_cancel(value.c)};
	assay_after *handles[] = {after(&timed), after(&value), after(&child)};

	CHECK(becomes(&timed.runs, 1));
	CHECK_GE(now() - begin, 10 * MS);
	CHECK_EQ(count(&value.runs) + count(&child.runs), 0);
	cancel(parent);
	CHECK(becomes(&value.runs, 1));
	CHECK(becomes(&child.runs, 1));
	CHECK_EQ(count(&timed.wrong) + count(&value.wrong) +
			 count(&child.wrong),
		 0);
	for (int i = 0; i < 3; i++) {
		CHECK(!stop(handles[i]));
		free_after(handles[i]);
	}
	free_context(child.c);
	free_context(value.c);
	free_context(parent);
	free_context(timed.c);
}

CASE_OF(CX_026, held, "one that blocks does not hold up later timeouts",
	NEEDS(NEED_AFTER, NEED_TIMEOUT))
{
	struct after held = {.c = with_timeout(background(), MS, 0),
			     .release = chan_signal(0)};
	struct after next = {.c = with_timeout(background(), 10 * MS, 0)};
	assay_after *handles[] = {after(&held), after(&next)};

	CHECK(becomes(&held.runs, 1));
	CHECK(becomes(&next.runs, 1));
	close_chan(held.release);
	for (int i = 0; i < 2; i++)
		free_after(handles[i]);
	free_context(next.c);
	free_context(held.c);
}

struct stop_race {
	struct after after;
	assay_chan *ended;
	atomic_int arrived;
};

static void cancel_in_race(void *arg)
{
	struct stop_race *r = arg;

	gather(&r->arrived, 2);
	cancel(r->after.c);
	send_signal(r->ended);
}

CASE_OF(CX_026, race, "stop and cancel at once: stopped, or it runs",
	NEEDS(NEED_AFTER))
{
	assay_chan *ended = chan_signal(0);

	for (int64_t i = rounds(500); i > 0; i--) {
		struct stop_race r = {.after.c = with_cancel(background()),
				      .ended = ended};
		assay_after *handle = after(&r.after);
		bool stopped;

		go(cancel_in_race, &r);
		gather(&r.arrived, 2);
		stopped = stop(handle);
		wait_for(ended);
		if (stopped)
			yield();
		else
			CHECK(becomes(&r.after.runs, 1));
		CHECK_EQ(count(&r.after.runs), !stopped);
		/* a function that runs all the same needs its argument */
		if (stopped && i % 100 == 1)
			CHECK(stays(&r.after.runs, 0));
		free_after(handle);
		free_context(r.after.c);
	}
}

CASE_OF(CX_026, input, "wrong arguments are refused", NEEDS(NEED_AFTER))
{
	assay_context *c = with_cancel(background());
	assay_after *handle = NULL;

	CHECK_EQ(ext->context->after_func(NULL, run_after, NULL, &handle),
		 ASSAY_EINVAL);
	CHECK_EQ(ext->context->after_func(c, NULL, NULL, &handle),
		 ASSAY_EINVAL);
	CHECK_EQ(ext->context->after_func(c, run_after, NULL, NULL),
		 ASSAY_EINVAL);
	CHECK_PTR(handle, ==, NULL);
	free_context(c);
}

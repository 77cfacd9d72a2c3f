/*
 * time.c - contexts that end by time (CX-007 to CX-011, CX-022, CX-028).
 * The variants "virtual" are the same to the nanosecond, hours in no time.
 */
#include "cx.h"
#include "deadlock/dl.h"
#include "time/tm.h"

#define VIRTUAL(row, title, ...)                                               \
	CASE_OF(row, virtual, title, .flags = CASE_VIRTUAL_TIME, __VA_ARGS__)

/* ---- CX-007: after the time ------------------------------------------------- */

static void check_ends_at(assay_context *c, int64_t at)
{
	wait_done(c);
	CHECK_GE(now(), at);
	CHECK_LT(now(), at + upto(5 * SEC));
	CHECK_ENDED(c, ASSAY_DEADLINE);
	CHECK_EQ(cause_of(c), ASSAY_DEADLINE);
}

CASE(CX_007, "a timeout ends the context after its time, not before",
     .flags = CASE_VALGRIND,
     NEEDS(NEED_CX, NEED_TIMEOUT, NEED_DEADLINE, NEED_CAUSE))
{
	int64_t begin = now(), at = 0;
	assay_context *c = with_timeout(background(), 50 * MS, 0);
	int64_t made = now();

	CHECK_ALIVE(c);
	CHECK(ext->context->deadline(c, &at));
	CHECK(ext->context->deadline(c, NULL));
	CHECK_GE(at, begin + 50 * MS);
	CHECK_LE(at, made + 50 * MS);
	check_ends_at(c, begin + 50 * MS);
	CHECK_STR(assay_status_text(err_of(c)), "context deadline exceeded");
	free_context(c);
}

CASE_OF(CX_007, deadline, "a deadline ends the context at its time",
	NEEDS(NEED_CX, NEED_DEADLINE, NEED_CAUSE))
{
	int64_t at = in(40 * MS), told = 0;
	assay_context *c = with_deadline(background(), at, 0);

	CHECK_ALIVE(c);
	CHECK(ext->context->deadline(c, &told));
	CHECK_EQ(told, at);
	check_ends_at(c, at);
	CHECK(ext->context->deadline(c, &told));
	CHECK_EQ(told, at);
	free_context(c);
}

CASE_OF(CX_007, below, "a timeout ends the descendants, with its error",
	NEEDS(NEED_CX, NEED_TIMEOUT, NEED_VALUE, NEED_CAUSE))
{
	assay_context *parent = with_cancel(background());
	assay_context *c = with_timeout(parent, 20 * MS, 0);
	assay_context *sibling = with_cancel(parent);
	assay_context *value = with_value(c, 1, 1, "v");
	assay_context *below[3] = {with_cancel(value),
				   with_timeout(c, HOUR, ERR_A),
				   with_cancel(c)};

	wait_done(c);
	/* who waits for a child need not have seen the parent's end */
	for (int i = 0; i < 3; i++) {
		wait_done(below[i]);
		CHECK_ENDED(below[i], ASSAY_DEADLINE);
		CHECK_EQ(cause_of(below[i]), ASSAY_DEADLINE);
		free_context(below[i]);
	}
	CHECK_ENDED(value, ASSAY_DEADLINE);
	CHECK_ALIVE(parent);
	CHECK_ALIVE(sibling);
	free_context(value);
	free_context(c);
	free_context(sibling);
	free_context(parent);
}

CASE_OF(CX_007, far, "a timeout as far as can be does not end",
	NEEDS(NEED_CX, NEED_TIMEOUT))
{
	assay_context *far = with_timeout(background(), INT64_MAX / 2, 0);
	assay_context *most = with_timeout(background(), INT64_MAX, 0);

	sleep_ns(5 * MS);
	CHECK_ALIVE(far);
	CHECK_ALIVE(most);
	free_context(far);
	free_context(most);
}

VIRTUAL(CX_007, "virtual: timeouts end in their order, to the nanosecond",
	NEEDS(NEED_CX, NEED_TIMEOUT, NEED_DEADLINE, NEED_CAUSE))
{
	int64_t begin = now(), at = 0;
	assay_context *c[20];

	for (int i = 0; i < 20; i++)
		c[i] = with_timeout(background(), (1 + i * 7 % 20) * HOUR, 0);
	for (int hour = 1; hour <= 20; hour++) {
		sleep_ns(HOUR - 1);
		for (int i = 0; i < 20; i++)
			CHECK_EQ(err_of(c[i]),
				 1 + i * 7 % 20 < hour ? ASSAY_DEADLINE : 0);
		sleep_ns(1);
		yield();
	}
	CHECK(ext->context->deadline(c[0], &at));
	CHECK_EQ(at, begin + HOUR);
	for (int i = 0; i < 20; i++) {
		wait_done(c[i]);
		CHECK_ENDED(c[i], ASSAY_DEADLINE);
		free_context(c[i]);
	}
	CHECK_EQ(now(), begin + 20 * HOUR);
}

/* ---- CX-008: a deadline that has passed ------------------------------------ */

CASE(CX_008, "a deadline in the past ends the context at once",
     NEEDS(NEED_CX, NEED_TIMEOUT, NEED_DEADLINE, NEED_CAUSE))
{
	assay_context *c[] = {with_deadline(background(), now() - 1, 0),
			      with_deadline(background(), 1, 0),
			      with_timeout(background(), 0, 0),
			      with_timeout(background(), -1, 0),
			      with_timeout(background(), -SEC, 0)};

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		assay_context *child = with_cancel(c[i]);

		CHECK_ENDED(c[i], ASSAY_DEADLINE);
		CHECK_EQ(cause_of(c[i]), ASSAY_DEADLINE);
		CHECK_ENDED(child, ASSAY_DEADLINE);
		cancel(c[i]);
		CHECK_ENDED(c[i], ASSAY_DEADLINE);
		CHECK_EQ(cause_of(c[i]), ASSAY_DEADLINE);
		free_context(child);
		free_context(c[i]);
	}
}

CASE_OF(CX_008, parent, "under a cancelled parent its error counts",
	NEEDS(NEED_CX, NEED_TIMEOUT, NEED_CAUSE))
{
	assay_context *parent = with_cancel(background());
	assay_context *c;

	cancel_cause(parent, ERR_A);
	c = with_timeout(parent, -1, ERR_B);
	CHECK_ENDED(c, ASSAY_CANCELED);
	CHECK_EQ(cause_of(c), ERR_A);
	free_context(c);
	free_context(parent);
}

/* ---- CX-009: layers --------------------------------------------------------- */

static int64_t deadline_of(assay_context *c)
{
	int64_t at = -1;

	CHECK(ext->context->deadline(c, &at));
	return at;
}

CASE(CX_009, "of a parent's and a child's deadline the earlier counts",
     NEEDS(NEED_CX, NEED_TIMEOUT, NEED_DEADLINE, NEED_VALUE))
{
	int64_t at = in(HOUR);
	assay_context *parent = with_deadline(background(), at, 0);
	assay_context *value = with_value(parent, 1, 1, "v");
	assay_context *plain = with_cancel(value);
	assay_context *later = with_deadline(plain, at + SEC, 0);
	assay_context *same = with_deadline(plain, at, 0);
	assay_context *timeout = with_timeout(later, 2 * HOUR, 0);
	assay_context *earlier = with_deadline(timeout, at - SEC, 0);

	CHECK_EQ(deadline_of(value), at);
	CHECK_EQ(deadline_of(plain), at);
	CHECK_EQ(deadline_of(later), at);
	CHECK_EQ(deadline_of(same), at);
	CHECK_EQ(deadline_of(timeout), at);
	CHECK_EQ(deadline_of(earlier), at - SEC);
	CHECK_ALIVE(earlier);
	free_context(earlier);
	free_context(timeout);
	free_context(same);
	free_context(later);
	free_context(plain);
	free_context(value);
	free_context(parent);
}

CASE_OF(CX_009, ends, "a child with a later deadline ends with its parent",
	NEEDS(NEED_CX, NEED_DEADLINE, NEED_CAUSE))
{
	int64_t at = in(20 * MS);
	assay_context *parent = with_deadline(background(), at, ERR_A);
	assay_context *child = with_deadline(parent, at + 30 * SEC, ERR_B);

	wait_done(child);
	CHECK_GE(now(), at);
	CHECK_LT(now(), at + upto(5 * SEC));
	CHECK_ENDED(child, ASSAY_DEADLINE);
	CHECK_EQ(cause_of(child), ERR_A);
	CHECK_ENDED(parent, ASSAY_DEADLINE);
	free_context(child);
	free_context(parent);
}

CASE_OF(CX_009, earlier, "a child's earlier deadline does not end its parent",
	NEEDS(NEED_CX, NEED_TIMEOUT, NEED_CAUSE))
{
	assay_context *parent = with_timeout(background(), HOUR, ERR_A);
	assay_context *child = with_timeout(parent, 5 * MS, ERR_B);

	wait_done(child);
	CHECK_ENDED(child, ASSAY_DEADLINE);
	CHECK_EQ(cause_of(child), ERR_B);
	CHECK_ALIVE(parent);
	free_context(child);
	free_context(parent);
}

VIRTUAL(CX_009, "virtual: each layer ends at the earliest above it",
	NEEDS(NEED_CX, NEED_TIMEOUT, NEED_CAUSE))
{
	int64_t begin = now();
	assay_context *top = with_timeout(background(), 3 * HOUR, ERR_A);
	assay_context *mid = with_timeout(top, 2 * HOUR, ERR_B);
	assay_context *low = with_timeout(mid, 4 * HOUR, ERR_C);

	wait_done(low);
	CHECK_EQ(now(), begin + 2 * HOUR);
	CHECK_EQ(cause_of(low), ERR_B);
	CHECK_ALIVE(top);
	wait_done(top);
	CHECK_EQ(now(), begin + 3 * HOUR);
	CHECK_EQ(cause_of(mid), ERR_B);
	CHECK_EQ(cause_of(top), ERR_A);
	free_context(low);
	free_context(mid);
	free_context(top);
}

/* ---- CX-010: cancelled before the time --------------------------------------- */

CASE(CX_010, "cancel before the timeout, and the timeout changes nothing",
     NEEDS(NEED_CX, NEED_TIMEOUT, NEED_CAUSE))
{
	assay_context *c, *child;

	/* Once more where a busy machine has let the timeout pass first. */
	for (;;) {
		int64_t begin = now();

		c = with_timeout(background(), 30 * MS, ERR_A);
		child = with_timeout(c, 20 * MS, ERR_B);
		cancel(c);
		if (now() - begin < 20 * MS)
			break;
		free_context(child);
		free_context(c);
	}
	CHECK_ENDED(c, ASSAY_CANCELED);
	sleep_ns(60 * MS);
	CHECK_ENDED(c, ASSAY_CANCELED);
	CHECK_ENDED(child, ASSAY_CANCELED);
	CHECK_EQ(cause_of(c), ASSAY_CANCELED);
	CHECK_EQ(cause_of(child), ASSAY_CANCELED);
	free_context(child);
	free_context(c);
}

static uint64_t timers_pending(void)
{
	struct assay_stats stats = {.size = sizeof(stats)};

	REQUIRE_EQ(rt->inspect->stats(&stats), ASSAY_OK);
	return stats.timers;
}

CASE_OF(CX_010, timer, "cancel stops the timer, the parent's cancel too",
	NEEDS(NEED_CX, NEED_TIMEOUT, NEED(inspect, stats)))
{
	uint64_t before = timers_pending();
	assay_context *parent = with_cancel(background());
	assay_context *c[10], *late;

	for (int i = 0; i < 10; i++)
		c[i] = with_timeout(i % 2 == 0 ? parent : background(), HOUR,
				    0);
	CHECK_GT(timers_pending(), before);
	for (int i = 1; i < 10; i += 2)
		cancel(c[i]);
	cancel(parent);
	CHECK_EQ(timers_pending(), before);
	late = with_timeout(parent, HOUR, 0);
	CHECK_EQ(timers_pending(), before);
	free_context(late);
	for (int i = 0; i < 10; i++)
		free_context(c[i]);
	free_context(parent);
}

CASE_OF(CX_010, memory, "a cancelled timeout is not kept until its time",
	.flags = CASE_NOT_SANITIZED, .timeout_ms = 60000,
	NEEDS(NEED_CX, NEED_TIMEOUT))
{
	assay_context *parent = with_cancel(background());
	int64_t before = 0, n = rounds(300000);

	for (int64_t i = 0; i < n; i++) {
		assay_context *c = with_timeout(parent, HOUR, 0);

		cancel(c);
		free_context(c);
		if (i == n / 10)
			before = resident_bytes();
	}
	CHECK_LT(resident_bytes() - before, 24 << 20);
	free_context(parent);
}

CASE_OF(CX_010, asleep, "a cancelled timeout holds no deadlock report up",
	NEEDS(NEED_CX, NEED_TIMEOUT), DEADLOCKS_IN(ANY_STATE, .max_ms = 8000),
	.timeout_ms = 20000)
{
	assay_context *parent = with_cancel(background());
	assay_context *c = with_timeout(parent, 15 * SEC, 0);
	assay_context *child = with_timeout(parent, 15 * SEC, 0);

	cancel(c);
	cancel(parent);
	(void)child;
	recv(chan_signal(0), NULL);
	say("went on\n");
}

/* ---- CX-011: what the errors say --------------------------------------------- */

CASE(CX_011, "the deadline's error is a timeout and temporary, no other is",
     NEEDS(NEED_EXT(context, is_timeout), NEED_EXT(context, is_temporary)))
{
	static const int others[] = {0, ASSAY_CANCELED, ERR_A, ERR_C};

	CHECK(ext->context->is_timeout(ASSAY_DEADLINE));
	CHECK(ext->context->is_temporary(ASSAY_DEADLINE));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		CHECK(!ext->context->is_timeout(others[i]));
		CHECK(!ext->context->is_temporary(others[i]));
	}
	prove_alive();
}

/* ---- CX-022: a nanosecond ------------------------------------------------------ */

CASE(CX_022, "a timeout of a nanosecond never hangs",
     NEEDS(NEED_CX, NEED_TIMEOUT, NEED_CAUSE))
{
	for (int64_t i = rounds(1000); i > 0; i--) {
		assay_context *c = with_timeout(background(), 1, 0);
		assay_context *child = with_timeout(c, 1 + i % 3, 0);

		wait_done(child);
		wait_done(c);
		CHECK_ENDED(c, ASSAY_DEADLINE);
		CHECK_ENDED(child, ASSAY_DEADLINE);
		free_context(child);
		free_context(c);
	}
}

/* ---- CX-028: the cause of a deadline ------------------------------------------- */

CASE(CX_028, "the cause of a deadline is told after it, not after a cancel",
     NEEDS(NEED_CX, NEED_TIMEOUT, NEED_DEADLINE, NEED_CAUSE))
{
	assay_context *timed = with_timeout(background(), 5 * MS, ERR_A);
	assay_context *at = with_deadline(background(), in(5 * MS), ERR_C);
	assay_context *past = with_timeout(background(), -1, ERR_B);
	assay_context *cancelled = with_timeout(background(), HOUR, ERR_A);
	assay_context *below = with_cancel(timed);

	CHECK_EQ(cause_of(cancelled), 0);
	cancel(cancelled);
	CHECK_ENDED(cancelled, ASSAY_CANCELED);
	CHECK_EQ(cause_of(cancelled), ASSAY_CANCELED);
	CHECK_ENDED(past, ASSAY_DEADLINE);
	CHECK_EQ(cause_of(past), ERR_B);
	wait_done(below);
	wait_done(at);
	CHECK_ENDED(timed, ASSAY_DEADLINE);
	cancel(timed);
	CHECK_EQ(cause_of(timed), ERR_A);
	CHECK_EQ(cause_of(below), ERR_A);
	CHECK_ENDED(at, ASSAY_DEADLINE);
	CHECK_EQ(cause_of(at), ERR_C);
	free_context(below);
	free_context(timed);
	free_context(at);
	free_context(past);
	free_context(cancelled);
}

CASE_OF(CX_028, cancel, "cancel of a deadline takes no cause",
	NEEDS(NEED_CX, NEED_TIMEOUT, NEED_DEADLINE, NEED_CAUSE))
{
	assay_context *parent = with_timeout(background(), HOUR, 0);
	assay_context *c[] = {with_timeout(background(), HOUR, ERR_A),
			      with_deadline(background(), in(HOUR), 0),
			      with_timeout(parent, 2 * HOUR, 0)};

	for (int i = 0; i < 3; i++) {
		CHECK_EQ(ext->context->cancel(c[i], ERR_B), ASSAY_CTX_KIND);
		CHECK_ALIVE(c[i]);
		CHECK_EQ(cause_of(c[i]), 0);
		cancel(c[i]);
		CHECK_ENDED(c[i], ASSAY_CANCELED);
		CHECK_EQ(cause_of(c[i]), ASSAY_CANCELED);
		free_context(c[i]);
	}
	free_context(parent);
}

CASE_OF(CX_028, parent, "the parent's cause comes before the deadline's",
	NEEDS(NEED_CX, NEED_TIMEOUT, NEED_CAUSE))
{
	assay_context *parent = with_cancel(background());
	assay_context *c = with_timeout(parent, 20 * MS, ERR_A);

	cancel_cause(parent, ERR_B);
	sleep_ns(40 * MS);
	CHECK_ENDED(c, ASSAY_CANCELED);
	CHECK_EQ(cause_of(c), ERR_B);
	free_context(c);
	free_context(parent);
}

VIRTUAL(CX_028, "virtual: a deadline's cause after days",
	NEEDS(NEED_CX, NEED_DEADLINE, NEED_CAUSE))
{
	int64_t at = in(100 * HOUR);
	assay_context *c = with_deadline(background(), at, ERR_A);
	assay_context *cancelled = with_deadline(background(), at, ERR_B);

	sleep_ns(100 * HOUR - 1);
	CHECK_ALIVE(c);
	cancel(cancelled);
	wait_done(c);
	CHECK_EQ(now(), at);
	sleep_ns(HOUR);
	CHECK_EQ(cause_of(c), ERR_A);
	CHECK_EQ(cause_of(cancelled), ASSAY_CANCELED);
	CHECK_EQ(err_of(cancelled), ASSAY_CANCELED);
	free_context(c);
	free_context(cancelled);
}

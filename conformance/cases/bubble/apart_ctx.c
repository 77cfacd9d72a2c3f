/*
 * Contexts of one bubble have nothing to do with those of others: BUB-034.
 */
#include "bub.h"
#undef HOUR
#include "context/cx.h"

static void make_one(void *unused)
{
	(void)unused;
	free_context(with_cancel(background()));
}

static void make_and_end_one(void *unused)
{
	assay_context *c = with_cancel(background());

	(void)unused;
	cancel(c);
	wait_done(c);
	CHECK_EQ(err_of(c), ASSAY_CANCELED);
	free_context(c);
}

/* What all contexts of the process share is of no bubble. */
CASE_OF(BUB_034, others, "those made in a bubble leave later ones alone",
	NEEDS(NEED_BUBBLE, NEED_CX))
{
	in_bubble(make_one, NULL);
	make_and_end_one(NULL);
	in_bubble(make_and_end_one, NULL);
	in_bubble(make_and_end_one, NULL);
	make_and_end_one(NULL);
}

static void end_by_time(void *parent)
{
	int64_t begin = now();
	assay_context *c = with_timeout(parent, SEC, 0);

	sleep_ns(SEC - 1);
	bubble_wait();
	CHECK_EQ(err_of(c), 0);
	sleep_ns(1);
	bubble_wait();
	CHECK_EQ(err_of(c), ASSAY_DEADLINE);
	CHECK_EQ(now(), begin + SEC);
	free_context(c);
}

CASE_OF(BUB_034, parent, "a parent's deadline outside is no earlier one",
	NEEDS(NEED_BUBBLE, NEED_CX, NEED_TIMEOUT))
{
	assay_context *outside = with_timeout(background(), HOUR, 0);

	(void)done_of(outside); /* its channel is made here */
	in_bubble(end_by_time, outside);
	CHECK_EQ(err_of(outside), 0);
	free_context(outside);
}

/*
 * corners.c - shapes that the main cases of their rows leave out: the other side
 * of a pair, a second call, many where two are usual.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "kit/sync_kit.h"

CASE_OF(SY_031, reset, "a reset takes the signal from all channels, for good",
	NEEDS(NEED(blocking, signal_notify), NEED(blocking, signal_reset)))
{
	assay_chan *c[3];
	int32_t sig = 0;

	for (int i = 0; i < 3; i++) {
		c[i] = chan(sizeof(sig), 1);
		CHECK_EQ(rt->blocking->signal_notify(c[i], SIGUSR1), ASSAY_OK);
	}
	CHECK_EQ(rt->blocking->signal_reset(SIGUSR1), ASSAY_OK);
	CHECK_EQ(rt->blocking->signal_notify(c[0], SIGUSR1), ASSAY_OK);
	REQUIRE_EQ(kill(getpid(), SIGUSR1), 0);
	recv(c[0], &sig);
	sleep_ns(5 * MS);
	CHECK_EQ(try_recv(c[1], &sig), ASSAY_AGAIN);
	CHECK_EQ(try_recv(c[2], &sig), ASSAY_AGAIN);
}

CASE_OF(SY_031, ignore, "to ignore a signal ends its way to all channels",
	NEEDS(NEED(blocking, signal_notify), NEED(blocking, signal_ignore)))
{
	assay_chan *c[2];
	int32_t sig = 0;

	for (int i = 0; i < 2; i++)
		c[i] = chan(sizeof(sig), 1);
	CHECK_EQ(rt->blocking->signal_notify(c[0], SIGUSR1), ASSAY_OK);
	CHECK_EQ(rt->blocking->signal_ignore(SIGUSR1), ASSAY_OK);
	CHECK_EQ(rt->blocking->signal_notify(c[1], SIGUSR1), ASSAY_OK);
	REQUIRE_EQ(kill(getpid(), SIGUSR1), 0);
	recv(c[1], &sig);
	sleep_ns(5 * MS);
	CHECK_EQ(try_recv(c[0], &sig), ASSAY_AGAIN);
}

CASE_OF(SY_018, closed, "a signal for a closed channel is a panic",
	ENDS(.status = 2, .match = {"^panic: send on closed channel"}),
	NEEDS(NEED(blocking, signal_notify)))
{
	assay_chan *c = chan(sizeof(int32_t), 1);

	CHECK_EQ(rt->blocking->signal_notify(c, SIGUSR1), ASSAY_OK);
	close_chan(c);
	REQUIRE_EQ(kill(getpid(), SIGUSR1), 0);
	sleep_ns(5 * SEC);
	exit(0);
}

/*
 * ends.c - selects that end the process: blocked for ever with nobody
 * left, or a send on a closed channel (SE-007, SE-008, SE-010, SE-011,
 * SE-016, SE-032).
 */
#include "deadlock/dl.h"
#include "kit/sync_kit.h"

#define PANICS                                                                 \
	ENDS(.status = 2, .first = "panic: send on closed channel",            \
	     .match = {"^goroutine 1 \\[running\\]:"})

static void block_for_ever(const struct assay_case *cases, size_t n)
{
	size_t chosen;

	due();
	(void)rt->chan->select(cases, n, ASSAY_FOREVER, &chosen);
}

CASE(SE_007, "the empty select blocks for ever", NEEDS(NEED(chan, select)),
     DEADLOCKS_IN("select \\(no cases\\)"))
{
	block_for_ever(NULL, 0);
}

static void select_nothing(void *returned)
{
	block_for_ever(NULL, 0);
	mark(returned);
}

CASE_OF(SE_007, parked, "the empty select blocks one goroutine, not others",
	NEEDS(NEED(chan, select)))
{
	static atomic_int returned;

	go(select_nothing, &returned);
	settle(1);
	CHECK(stays(&returned, 0));
}

CASE_OF(SE_008, blocked, "a select of nil channels blocks for ever",
	NEEDS(NEED(chan, select)), DEADLOCKS_IN("select"))
{
	int v = 1;
	struct assay_case cases[2] = {case_recv(NULL, &v), case_send(NULL, &v)};

	block_for_ever(cases, 2);
}

CASE(SE_010, "a send case on a closed channel panics",
     NEEDS(NEED(chan, select)), PANICS)
{
	assay_chan *c = chan_int(1);
	int v = 1, status = ASSAY_OK;
	struct assay_case cases[2] = {case_recv(NULL, &v), case_send(c, &v)};

	close_chan(c);
	if (select_cases(cases, 2, &status) == 1)
		raise_status(status);
}

/* The main goroutine must be parked when the channel is closed. */
static void close_when_parked(void *c)
{
	settle(1);
	close_chan(c);
}

CASE(SE_011, "a send case panics if its channel is closed while it waits",
     NEEDS(NEED(chan, select)), PANICS)
{
	assay_chan *c = chan_int(0), *d = chan_int(0);
	int v = 1, status = ASSAY_OK;
	struct assay_case cases[2] = {case_recv(d, NULL), case_send(c, &v)};

	go(close_when_parked, c);
	if (select_cases(cases, 2, &status) == 1)
		raise_status(status);
}

struct sender {
	assay_chan *c, *d, *done;
	size_t taken;
	int status;
};

static void select_sends(void *arg)
{
	struct sender *s = arg;
	int v = 1;
	struct assay_case cases[2] = {case_send(s->d, &v), case_send(s->c, &v)};

	s->taken = select_cases(cases, 2, &s->status);
	send_signal(s->done);
}

CASE_OF(SE_011, status, "the closed send case is the one reported",
	.flags = CASE_VALGRIND, NEEDS(NEED(chan, select)))
{
	assay_chan *c = chan_int(0), *d = chan_int(0), *done = chan_signal(0);
	struct sender s[3];

	for (int i = 0; i < 3; i++) {
		s[i] = (struct sender){.c = c, .d = d, .done = done};
		go(select_sends, &s[i]);
	}
	settle(3);
	close_chan(c);
	join(done, 3);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(s[i].taken, 1);
		CHECK_EQ(s[i].status, ASSAY_SEND_CLOSED);
	}
	CHECK_EQ(try_recv(d, NULL), ASSAY_AGAIN);
}

CASE(SE_016, "send and receive of one channel do not meet in one select",
     NEEDS(NEED(chan, select)), DEADLOCKS_IN("select"))
{
	assay_chan *c = chan_int(0);
	int v = 1;
	struct assay_case cases[2] = {case_send(c, &v), case_recv(c, &v)};

	block_for_ever(cases, 2);
}

CASE(SE_032, "a goroutine parked in select counts as blocked",
     NEEDS(NEED(chan, select)), DEADLOCKS_IN("select"))
{
	int v = 1;
	struct assay_case cases[2] = {case_recv(chan_int(0), &v),
				      case_send(chan_int(0), &v)};

	block_for_ever(cases, 2);
}

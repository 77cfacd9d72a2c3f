/*
 * corners.c - shapes that the main cases of their rows leave out: the other side
 * of a pair, a second call, many where two are usual.
 */
#include "kit/sync_kit.h"

CASE_OF(SE_026, each, "each of 40 ready cases of 50 is taken",
	NEEDS(NEED(chan, select)))
{
	enum { N = 50, NOT = 10 };
	struct assay_case cases[N];
	int taken[N] = {0}, v;

	for (int i = 0; i < N; i++)
		cases[i] = case_recv(chan_int(1), &v);
	for (int i = NOT; i < N; i++)
		send_int(cases[i].c, i);
	for (int round = 0; round < 4000; round++) {
		size_t i = select_cases(cases, N, NULL);

		CHECK_EQ(v, i);
		taken[i]++;
		send_int(cases[i].c, v);
	}
	for (int i = 0; i < N; i++)
		CHECK_EQ(taken[i] > 0, i >= NOT);
}

struct many {
	struct assay_case cases[12];
	assay_chan *done;
	size_t i;
	int status;
};
static void select_many(void *arg)
{
	struct many *m = arg;

	m->i = select_cases(m->cases, 12, &m->status);
	send_signal(m->done);
}

CASE_OF(SE_011, many, "also in a select of many cases",
	NEEDS(NEED(chan, select)))
{
	static const int v = 1;
	struct many m = {.done = chan_signal(0)};

	for (int i = 0; i < 12; i++)
		m.cases[i] = case_send(chan_int(0), &v);
	go(select_many, &m);
	settle(1);
	close_chan(m.cases[7].c);
	wait_for(m.done);
	CHECK_EQ(m.i, 7);
	CHECK_EQ(m.status, ASSAY_SEND_CLOSED);
}

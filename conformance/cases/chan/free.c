/*
 * free.c - whoever has been told by a channel that it was the last time may
 * free it, however little time the other side has had to leave (CH-052, SE-035).
 *
 * What was freed is taken again at once and filled, so that a runtime that goes
 * on with it is lost.
 */
#include <stdlib.h>

#include "kit/sync_kit.h"

#define SERVERS 4
#define SIZES 16

/* Takes memory of the size that a channel may have had, and spoils it. */
static void take_memory(void)
{
	void *p[SIZES];

	for (size_t i = 0; i < SIZES; i++) {
		size_t n = 64 + 16 * i;

		p[i] = malloc(n);
		REQUIRE(p[i] != NULL);
		memset(p[i], 0x5a, n);
	}
	for (size_t i = 0; i < SIZES; i++)
		free(p[i]);
}

static void free_at_once(assay_chan *c)
{
	rt->chan->free(c);
	take_memory();
}

/* ---- plain operations --------------------------------------------------- */

struct meeting {
	assay_chan *c, *ended;
	atomic_int begun; /* the other side is about to call */
	int status, got;
};

static void receive_one(void *arg)
{
	struct meeting *m = arg;

	mark(&m->begun);
	m->status = rt->chan->recv(m->c, &m->got, ASSAY_FOREVER);
	send_signal(m->ended);
}

static void receive_in_time(void *arg)
{
	struct meeting *m = arg;

	mark(&m->begun);
	m->status = rt->chan->recv(m->c, &m->got, in(10 * SEC));
	send_signal(m->ended);
}

static void send_one(void *arg)
{
	struct meeting *m = arg;
	int v = 7;

	mark(&m->begun);
	m->status = rt->chan->send(m->c, &v, ASSAY_FOREVER);
	send_signal(m->ended);
}

static void give(assay_chan *c)
{
	send_int(c, 7);
}

static void take(assay_chan *c)
{
	CHECK_EQ(recv_int(c), 7);
}

static struct meeting meeting(void)
{
	return (struct meeting){.c = chan_int(0),
				.ended = chan_signal(1),
				.status = -1,
				.got = -1};
}

/* Frees the channel as soon as the other side is let go. */
static void end_meeting(struct meeting *m, int status, int got)
{
	free_at_once(m->c);
	wait_for(m->ended);
	CHECK_EQ(m->status, status);
	CHECK_EQ(m->got, got);
	drop(m->ended);
}

/* Where a turn of a thread takes milliseconds there are fewer rounds. */
static int64_t end_of_rounds(void)
{
	return kernel_now() + upto(SEC);
}

/* fn waits, for the most part; finish lets it go. */
static void part(assay_fn fn, void (*finish)(assay_chan *c), int status,
		 int got)
{
	int64_t n = rounds(2000), end = end_of_rounds();

	for (int64_t i = 0; i < n && kernel_now() < end; i++) {
		struct meeting m = meeting();

		go(fn, &m);
		for (int64_t k = i % 8; k > 0; k--)
			yield();
		finish(m.c);
		end_meeting(&m, status, got);
	}
}

CASE(CH_052, "a channel may be freed by whoever let the other side go",
     NEEDS(NEED(chan, free)))
{
	part(receive_one, give, ASSAY_OK, 7);
	part(send_one, take, ASSAY_OK, -1);
}

CASE_OF(CH_052, timed, "the same beside a deadline that does not come",
	NEEDS(NEED(chan, free)))
{
	part(receive_in_time, give, ASSAY_OK, 7);
}

/* Closes only once the other side waits: a receive of a freed one is wrong. */
static void closes_and_frees(assay_fn fn, int status, int got)
{
	int64_t n = rounds(100), end = end_of_rounds();

	for (int64_t i = 0; i < n && kernel_now() < end; i++) {
		struct meeting m = meeting();

		go(fn, &m);
		REQUIRE(becomes(&m.begun, 1));
		settle(1);
		close_chan(m.c);
		end_meeting(&m, status, got);
	}
}

CASE_OF(CH_052, closed, "a channel may be freed once it is closed",
	NEEDS(NEED(chan, free)))
{
	closes_and_frees(receive_one, ASSAY_CLOSED, 0);
	closes_and_frees(receive_in_time, ASSAY_CLOSED, 0);
	closes_and_frees(send_one, ASSAY_SEND_CLOSED, -1);
}

/* ---- selects ------------------------------------------------------------ */

static assay_chan *requests, *quit;

/* The answer of a request: the client frees what it came by. */
struct request {
	assay_chan *reply, *other;
	bool ask; /* it is the server that receives */
};

static void serve(void *unused)
{
	struct request r;

	(void)unused;
	while (recv(requests, &r)) {
		int v = 7;
		struct assay_case cases[3] = {
			r.ask ? case_recv(r.reply, &v) : case_send(r.reply, &v),
			case_recv(r.other, NULL),
			case_recv(quit, NULL),
		};

		CHECK_EQ(select_cases(cases, 3, NULL), 0);
	}
}

/* other is freed too: the select that had it is over. */
static void client(void *ended)
{
	int64_t n = rounds(2000), end = end_of_rounds();

	for (int64_t i = 0; i < n && kernel_now() < end; i++) {
		struct request r = {.reply = chan_int(0),
				    .other = i % 3 == 0 ? chan_int(0) : NULL,
				    .ask = i % 2 == 0};

		send(requests, &r);
		if (r.ask)
			give(r.reply);
		else
			take(r.reply);
		free_at_once(r.reply);
		if (r.other)
			free_at_once(r.other);
	}
	send_signal(ended);
}

CASE(SE_035, "the channels of a select may be freed by whoever it has answered",
     NEEDS(NEED(chan, free), NEED(chan, select)))
{
	assay_chan *ended = chan_signal(0);

	requests = chan(sizeof(struct request), 0);
	quit = chan_signal(0);
	for (int i = 0; i < SERVERS; i++) {
		go(serve, NULL);
		go(client, ended);
	}
	for (int i = 0; i < SERVERS; i++)
		wait_for(ended);
	close_chan(requests);
}

/* A select over both, of which one was closed meanwhile. */
struct pair {
	assay_chan *a, *b, *ended;
	size_t chosen;
};

static void await_either(void *arg)
{
	struct pair *p = arg;
	struct assay_case cases[2] = {case_recv(p->a, NULL),
				      case_recv(p->b, NULL)};

	p->chosen = select_cases(cases, 2, NULL);
	send_signal(p->ended);
}

CASE_OF(SE_035, closed, "so may one that was closed beside the answer",
	NEEDS(NEED(chan, free), NEED(chan, select)))
{
	int64_t n = rounds(100), end = end_of_rounds();

	for (int64_t i = 0; i < n && kernel_now() < end; i++) {
		struct pair p = {.a = chan_int(0),
				 .b = chan_int(0),
				 .ended = chan_signal(1),
				 .chosen = NO_CASE};

		go(await_either, &p);
		settle(1);
		send_int(p.a, 7);
		close_chan(p.b);
		free_at_once(p.b);
		free_at_once(p.a);
		wait_for(p.ended);
		CHECK_EQ(p.chosen, 0);
		drop(p.ended);
	}
}

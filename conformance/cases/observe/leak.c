/*
 * The usual ways to leave goroutines behind, each as many as its program says;
 * and beside each its cure, which leaves none (OB-030).
 */
#include "kit/kit.h"

enum { WORKERS = 5 };

/* So many more than before, at last and for a while. */
static void leaves(int64_t before, int64_t n)
{
	int64_t end = in(upto(10 * SEC));

	while (rt->inspect->num_goroutine() != before + n && now() < end)
		sleep_ns(MS);
	sleep_ns(10 * MS);
	CHECK_EQ(rt->inspect->num_goroutine() - before, n);
}

static int64_t alive(void)
{
	return rt->inspect->num_goroutine();
}

/* ---- a range without a close ---------------------------------------------- */

static void range(void *queue)
{
	int v;

	while (recv(queue, &v))
		CHECK_EQ(v, 7);
}

static assay_chan *work_off(int64_t values)
{
	assay_chan *queue = chan_int(0);

	go_many(WORKERS, range, queue);
	for (int64_t i = 0; i < values; i++)
		send_int(queue, 7);
	return queue;
}

CASE_OF(OB_030, range, "a queue that is never closed leaves its workers",
	NEEDS(NEED(inspect, num_goroutine)))
{
	int64_t before = alive();
	assay_chan *queue = work_off(20);

	leaves(before, WORKERS);
	close_chan(queue);
	leaves(before, 0);
}

/* ---- a result that nobody takes ------------------------------------------- */

static void send_result(void *results)
{
	send_int(results, 7);
}

struct call {
	assay_chan *timed_out, *results;
};

static void send_late(void *call)
{
	const struct call *c = call;

	wait_for(c->timed_out);
	send_int(c->results, 7);
}

static void send_twice(void *results)
{
	send_int(results, -1);
	send_int(results, 7);
}

/* The caller sees an error of its own and does not come to the receive. */
CASE_OF(OB_030, early, "an early return leaves the sender of a result",
	NEEDS(NEED(inspect, num_goroutine)))
{
	int64_t before = alive();

	go(send_result, chan_int(0));
	leaves(before, 1);
	go(send_result, chan_int(1));
	leaves(before, 1);
}

CASE_OF(OB_030, ncast, "one reader of n results leaves n - 1 senders",
	NEEDS(NEED(inspect, num_goroutine)))
{
	int64_t before = alive();
	assay_chan *results = chan_int(0), *room = chan_int(WORKERS);

	go_many(WORKERS, send_result, results);
	CHECK_EQ(recv_int(results), 7);
	leaves(before, WORKERS - 1);
	go_many(WORKERS, send_result, room);
	CHECK_EQ(recv_int(room), 7);
	leaves(before, WORKERS - 1);
}

static void call_in_vain(struct call *c)
{
	int v;

	go(send_late, c);
	CHECK_EQ(rt->chan->recv(c->results, &v, in(MS)), ASSAY_TIMEOUT);
	close_chan(c->timed_out);
}

CASE_OF(OB_030, timeout, "a result after the timeout leaves its sender",
	NEEDS(NEED(inspect, num_goroutine)))
{
	static struct call c, room; /* who is left behind has read it */
	int64_t before = alive();

	c = (struct call){chan_signal(0), chan_int(0)};
	room = (struct call){chan_signal(0), chan_int(1)};
	call_in_vain(&c);
	leaves(before, 1);
	call_in_vain(&room);
	leaves(before, 1);
}

CASE_OF(OB_030, twice, "a second result for one reader leaves its sender",
	NEEDS(NEED(inspect, num_goroutine)))
{
	int64_t before = alive();
	assay_chan *results = chan_int(0);

	go(send_twice, results);
	CHECK_EQ(recv_int(results), -1);
	leaves(before, 1);
	CHECK_EQ(recv_int(results), 7);
	leaves(before, 0);
}

/* ---- a method that nobody calls ------------------------------------------- */

struct service {
	assay_chan *stop;
};

static void serve(void *service)
{
	const struct service *s = service;

	recv(s->stop, NULL);
}

static void start(struct service *s)
{
	s->stop = chan_signal(0);
	go(serve, s);
}

static void stop(struct service *s)
{
	close_chan(s->stop);
}

CASE_OF(OB_030, forgotten, "a service that nobody stops is left behind",
	NEEDS(NEED(inspect, num_goroutine)))
{
	int64_t before = alive();
	struct service kept, ended;

	start(&kept);
	start(&ended);
	stop(&ended);
	leaves(before, 1);
	stop(&kept);
	leaves(before, 0);
}

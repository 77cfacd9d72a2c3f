/*
 * queue.c - whoever waits on a channel stands in one queue: plain, with a
 * deadline, in a select of any size (CH-055, SE-037; plain ones alone are
 * CH-027 and CH-028).
 */
#include "ch.h"

#define QUEUE 10
#define CASES 8
#define FAR (3600 * SEC)

/* How a waiter waits. */
struct way {
	size_t cases;     /* of its select; 0: it is none */
	int64_t deadline; /* from now */
};

static const struct way plain = {0, ASSAY_FOREVER}, timed = {0, FAR};
static const struct way one = {1, ASSAY_FOREVER}, two = {2, ASSAY_FOREVER};
static const struct way eight = {CASES, ASSAY_FOREVER}, timed_two = {2, FAR};

struct waiter {
	struct op op;
	struct way way;
	int32_t dir;
};

/* Never ready; the other cases of the selects. */
static assay_chan *dead[CASES];

static int wait_in_select(struct waiter *w, int64_t deadline)
{
	struct assay_case cases[CASES];
	size_t place = (size_t)rnd_below((int64_t)w->way.cases), chosen = 0;
	int lost = -1, status;

	for (size_t i = 0; i < w->way.cases; i++)
		cases[i] = i % 2 ? case_send(dead[i], &lost)
				 : case_recv(dead[i], &lost);
	cases[place] = w->dir == ASSAY_SEND ? case_send(w->op.c, &w->op.v)
					    : case_recv(w->op.c, &w->op.v);
	status = rt->chan->select(cases, w->way.cases, deadline, &chosen);
	if (status == ASSAY_OK)
		CHECK_EQ(chosen, place);
	return status;
}

static void wait_its_way(void *arg)
{
	struct waiter *w = arg;
	int64_t deadline = w->way.deadline;
	int status;

	if (deadline != ASSAY_FOREVER)
		deadline = in(deadline);
	if (w->way.cases > 0)
		status = wait_in_select(w, deadline);
	else if (w->dir == ASSAY_SEND)
		status = rt->chan->send(w->op.c, &w->op.v, deadline);
	else
		status = rt->chan->recv(w->op.c, &w->op.v, deadline);
	op_returned(&w->op, status);
}

struct queue {
	int32_t dir;
	const struct way *const *ways; /* nways of them, by turns */
	int nways;
	assay_chan *c;
	struct waiter w[QUEUE];
	atomic_int total;
};

static void start_waiter(struct queue *q, int i, struct way way)
{
	struct waiter *w = &q->w[i];

	w->op = (struct op){.c = q->c, .v = i, .total = &q->total};
	w->way = way;
	w->dir = q->dir;
	go(wait_its_way, w);
}

/* The i-th value comes from the i-th sender or goes to the i-th receiver. */
static bool in_turn(struct queue *q, int i)
{
	int v = 100 + i;

	if (q->dir == ASSAY_SEND)
		return IS(recv_int(q->c), ==, i);
	send_int(q->c, v);
	REQUIRE(becomes(&q->w[i].op.done, 1));
	return IS(q->w[i].op.v, ==, v);
}

static void open_queue(struct queue *q, int64_t cap)
{
	for (int i = 0; i < CASES; i++)
		if (dead[i] == NULL)
			dead[i] = chan_int(0);
	q->c = chan_int(q->dir == ASSAY_SEND ? cap : 0);
	atomic_store_explicit(&q->total, 0, memory_order_release);
	memset(q->w, 0, sizeof(q->w));
	for (int i = 0; q->dir == ASSAY_SEND && i < cap; i++)
		send_int(q->c, i - (int)cap);
}

/* What was in the buffer before anybody waited. */
static bool buffer_first(struct queue *q, int64_t cap)
{
	bool right = true;

	for (int i = 0; q->dir == ASSAY_SEND && i < cap; i++)
		right &= IS(recv_int(q->c), ==, i - (int)cap);
	return right;
}

static bool served_in_order(struct queue *q, int64_t cap)
{
	bool right;

	open_queue(q, cap);
	for (int i = 0; i < QUEUE; i++) {
		start_waiter(q, i, *q->ways[i % q->nways]);
		settle(i + 1);
	}
	right = buffer_first(q, cap);
	for (int i = 0; i < QUEUE; i++)
		right &= in_turn(q, i);
	REQUIRE(becomes(&q->total, QUEUE));
	for (int i = 0; i < QUEUE; i++)
		CHECK_EQ(q->w[i].op.status, ASSAY_OK);
	drop(q->c);
	return right;
}

static struct queue the_queue;

/* By turns in these ways, both directions, with and without a buffer. */
static bool all_in_order(const struct way *const *ways, int n)
{
	bool right = true;

	for (int i = 0; i < 3; i++) {
		the_queue.dir = i == 0 ? ASSAY_RECV : ASSAY_SEND;
		the_queue.ways = ways;
		the_queue.nways = n;
		right &= served_in_order(&the_queue, i == 2 ? 3 : 0);
	}
	return right;
}

static bool timed_in_order(void)
{
	return all_in_order((const struct way *const[]){&timed}, 1);
}

static bool timed_and_plain_in_order(void)
{
	return all_in_order((const struct way *const[]){&timed, &plain}, 2);
}

CASE(CH_055, "waiters with a deadline are served first come, first served")
{
	CHECK_HOLDS(timed_in_order);
	CHECK_HOLDS(timed_and_plain_in_order);
}

static bool selects_in_order(void)
{
	static const struct way *const ways[] = {&one, &two, &eight};

	for (int i = 0; i < 3; i++)
		if (!all_in_order(&ways[i], 1))
			return false;
	return true;
}

static bool all_ways_in_order(void)
{
	static const struct way *const ways[] = {
		&two, &plain, &eight, &timed, &timed_two, &one, &plain};

	return all_in_order(ways, sizeof(ways) / sizeof(ways[0]));
}

CASE(SE_037, "selects that wait are served first come, first served",
     NEEDS(NEED(chan, select)))
{
	CHECK_HOLDS(selects_in_order);
	CHECK_HOLDS(all_ways_in_order);
}

/* ---- one in the middle gives up ------------------------------------------------------ */

/* done before waiting: one that gives up in between is not counted twice. */
static void settle_with(struct queue *q, int quits, int n)
{
	int64_t end = in(upto(10 * SEC));

	for (;;) {
		int gone = count(&q->w[quits].op.done);

		if (gone + rt->inspect->num_waiting() >= n)
			return;
		REQUIRE_CMP(now(), <, end);
		yield();
	}
}

/* The waiter in the middle has a deadline that passes while all wait. */
static bool order_stays(struct queue *q, struct way quitter)
{
	enum { QUITS = QUEUE / 2 };
	bool right = true;

	open_queue(q, 0);
	for (int i = 0; i < QUEUE; i++) {
		start_waiter(q, i,
			     i == QUITS ? quitter : *q->ways[i % q->nways]);
		settle_with(q, QUITS, i + 1);
	}
	REQUIRE(becomes(&q->w[QUITS].op.done, 1));
	CHECK_EQ(q->w[QUITS].op.status, ASSAY_TIMEOUT);
	CHECK_EQ(q->w[QUITS].op.v, QUITS);
	for (int i = 0; i < QUEUE; i++)
		right &= i == QUITS || in_turn(q, i);
	REQUIRE(becomes(&q->total, QUEUE));
	drop(q->c);
	return right;
}

static void one_gives_up(const struct way *const *ways, int n,
			 struct way quitter)
{
	quitter.deadline = 10 * MS;
	the_queue.ways = ways;
	the_queue.nways = n;
	the_queue.dir = ASSAY_RECV;
	CHECK(order_stays(&the_queue, quitter));
	the_queue.dir = ASSAY_SEND;
	CHECK(order_stays(&the_queue, quitter));
}

CASE_OF(CH_055, quits, "one that gives up leaves the others in order",
	NEEDS(NEED(inspect, num_waiting)))
{
	static const struct way *const ways[] = {&timed, &plain};

	one_gives_up(ways, 2, timed);
}

CASE_OF(SE_037, quits, "a select that gives up leaves the others in order",
	NEEDS(NEED(chan, select), NEED(inspect, num_waiting)))
{
	static const struct way *const ways[] = {&two, &plain, &eight};

	one_gives_up(ways, 3, one);
	one_gives_up(ways, 3, eight);
}

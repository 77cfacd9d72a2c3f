/*
 * chan.c - what channels, goroutine start and timers order (MM-001 to
 * MM-007, MM-015, MM-018).
 *
 * The data is plain: only the operation under test may order it, so that a
 * missing edge shows as a wrong value here and there, and always under
 * ThreadSanitizer.  No slot is written twice, so no edge back is needed.
 */
#include <stdlib.h>

#include "kit/sync_kit.h"

#define SLOTS 10000

static int slots[SLOTS], other[SLOTS];

/* The ends of a stream, i-th operation for i-th operation. */
struct stream {
	assay_chan *c, *done;
	int64_t n, cap;
	int64_t wrong; /* seen by the goroutine */
};

static struct stream stream(int64_t cap, int64_t n)
{
	memset(slots, 0, sizeof(slots));
	memset(other, 0, sizeof(other));
	return (struct stream){
		.c = chan_int(cap), .done = chan_signal(0), .cap = cap, .n = n};
}

static int64_t few(void)
{
	return fitting(SLOTS / 4);
}

/* ---- the go statement --------------------------------------------------- */

struct start {
	int value, expected;
	atomic_int *wrong;
	assay_chan *done;
};

static void read_started(void *arg)
{
	struct start *s = arg;

	if (s->value != s->expected)
		mark(s->wrong);
	send_signal(s->done);
}

static void read_copied(void *arg)
{
	read_started(*(struct start **)arg);
}

CASE(MM_001, "what was written before go is seen by the goroutine")
{
	static struct start starts[2000];
	atomic_int wrong = 0;
	assay_chan *done = chan_signal(0);
	int n = (int)fitting(2000);

	for (int i = 0; i < n; i++) {
		struct start *s = &starts[i];

		*s = (struct start){i, i, &wrong, done};
		if (i % 2)
			go(read_started, s);
		else
			go_copy(read_copied, &s, sizeof(s));
		if (i % 8 == 7)
			join(done, 8);
	}
	join(done, n % 8);
	CHECK_EQ(count(&wrong), 0);
}

static void write_and_end(void *arg)
{
	steer(arg, 1);
}

CASE(MM_002, "the end of a goroutine orders nothing: what is seen of it")
{
	static atomic_int written[200];
	int seen = 0, n = (int)fitting(200);

	for (int i = 0; i < n; i++) {
		go(write_and_end, &written[i]);
		yield();
		seen += steered(&written[i]);
	}
	note("after one yield %d of %d writes were seen", seen, n);
	prove_alive();
}

/* ---- send and receive --------------------------------------------------- */

static void write_send(void *arg)
{
	struct stream *s = arg;

	for (int i = 0; i < s->n; i++) {
		slots[i] = i + 1;
		send_int(s->c, i);
	}
	send_signal(s->done);
}

static void send_before_receive(int64_t cap, int (*take)(assay_chan *c))
{
	struct stream s = stream(cap, few());
	int64_t wrong = 0;

	go(write_send, &s);
	for (int i = 0; i < s.n; i++) {
		int v = take(s.c);

		wrong += slots[v] != v + 1;
	}
	wait_for(s.done);
	CHECK_EQ(wrong, 0);
}

CASE(MM_003, "a send happens before its receive completes")
{
	send_before_receive(0, recv_int);
	send_before_receive(1, recv_int);
	send_before_receive(16, recv_int);
}

/* The same through a poll that never parks. */
static int poll_int(assay_chan *c)
{
	int v;

	while (try_recv(c, &v) != ASSAY_OK)
		yield();
	return v;
}

CASE_OF(MM_003, poll, "a send happens before the poll that gets it")
{
	send_before_receive(4, poll_int);
}

/* And through selects on both sides. */
static void write_select(void *arg)
{
	struct stream *s = arg;
	int i;
	struct assay_case cases[2] = {case_recv(NULL, NULL),
				      case_send(s->c, &i)};

	for (i = 0; i < s->n; i++) {
		slots[i] = i + 1;
		(void)select_cases(cases, 2, NULL);
	}
	send_signal(s->done);
}

CASE_OF(MM_003, select, "a send happens before the select that gets it",
	NEEDS(NEED(chan, select)))
{
	for (int64_t cap = 0; cap <= 2; cap += 2) {
		struct stream s = stream(cap, few());
		int64_t wrong = 0;
		int v;
		struct assay_case cases[2] = {case_recv(s.c, &v),
					      case_send(NULL, &v)};

		go(write_select, &s);
		for (int64_t i = 0; i < s.n; i++) {
			(void)select_cases(cases, 2, NULL);
			wrong += slots[v] != v + 1;
		}
		wait_for(s.done);
		CHECK_EQ(wrong, 0);
	}
}

/* Sends from the slots themselves, which are the receiver's afterwards. */
static void send_slots(void *arg)
{
	struct stream *s = arg;

	for (int64_t i = 0; i < s->n; i++) {
		slots[i] = (int)i;
		send(s->c, &slots[i]);
	}
	send_signal(s->done);
}

CASE_OF(MM_003, taken, "a value is read before its receive completes")
{
	for (int64_t cap = 0; cap <= 16; cap = cap * 4 + 1) {
		struct stream s = stream(cap, few());

		go(send_slots, &s);
		for (int64_t i = 0; i < s.n; i++) {
			CHECK_EQ(recv_int(s.c), i);
			slots[i] = -1;
		}
		wait_for(s.done);
	}
}

/* ---- close -------------------------------------------------------------- */

#define CLOSES 1000

static assay_chan *closed[CLOSES];

static void write_close(void *arg)
{
	struct stream *s = arg;

	for (int i = 0; i < s->n; i++) {
		slots[i] = i + 1;
		close_chan(closed[i]);
		if (i % 16 == 0)
			yield();
	}
	send_signal(s->done);
}

/* Receives the close by blocking or by polling for it. */
static void receive_close(assay_chan *c, bool poll)
{
	int v, status;

	do {
		status = rt->chan->recv(c, &v,
					poll ? ASSAY_POLL : ASSAY_FOREVER);
		if (status == ASSAY_AGAIN)
			yield();
	} while (status == ASSAY_AGAIN);
	CHECK_EQ(status, ASSAY_CLOSED);
}

CASE(MM_004, "a close happens before the receive that sees it")
{
	struct stream s = stream(0, fitting(CLOSES));
	int64_t wrong = 0;

	for (int64_t i = 0; i < s.n; i++)
		closed[i] = chan_int(i % 2);
	go(write_close, &s);
	for (int i = 0; i < s.n; i++) {
		receive_close(closed[i], i % 3 == 0);
		wrong += slots[i] != i + 1;
	}
	wait_for(s.done);
	CHECK_EQ(wrong, 0);
}

/* ---- back from the receiver --------------------------------------------- */

static void write_receive(void *arg)
{
	struct stream *s = arg;

	for (int i = 0; i < s->n; i++) {
		slots[i] = i + 1;
		(void)recv_int(s->c);
	}
	send_signal(s->done);
}

static void receive_before_send(int64_t cap)
{
	struct stream s = stream(cap, few());
	int64_t wrong = 0;

	go(write_receive, &s);
	for (int i = 0; i < s.n; i++) {
		send_int(s.c, i);
		if (i >= cap)
			wrong += slots[i - cap] != i - cap + 1;
	}
	wait_for(s.done);
	CHECK_EQ(wrong, 0);
}

CASE(MM_005, "an unbuffered receive happens before its send completes")
{
	receive_before_send(0);
}

CASE(MM_006, "receive k happens before send k + capacity completes")
{
	receive_before_send(1);
	receive_before_send(3);
	receive_before_send(8);
}

static atomic_int marks[SLOTS];

static void mark_receive(void *arg)
{
	struct stream *s = arg;

	for (int i = 0; i < s->n; i++) {
		steer(&marks[i], 1);
		(void)recv_int(s->c);
	}
	send_signal(s->done);
}

CASE(MM_007, "a buffered receive orders nothing for its send: what is seen")
{
	struct stream s = stream(1, few());
	int64_t unseen = 0;

	go(mark_receive, &s);
	for (int i = 0; i < s.n; i++) {
		send_int(s.c, i);
		unseen += steered(&marks[i]) == 0;
	}
	wait_for(s.done);
	note("%" PRId64 " of %" PRId64 " sends completed before the receive",
	     unseen, s.n);
}

/* ---- timers ------------------------------------------------------------- */

CASE(MM_015, "what was written before a timer is armed its function sees",
     NEEDS(NEED(time, after_func), NEED(time, timer_reset),
	   NEED(time, timer_free)))
{
	static struct start starts[300];
	atomic_int wrong = 0;
	assay_chan *done = chan_signal(0);
	int n = (int)fitting(300);

	for (int i = 0; i < n; i++) {
		struct start *s = &starts[i];
		bool again = i % 3 == 0;
		assay_timer *t;

		*s = (struct start){again ? -1 : i, i, &wrong, done};
		t = rt->time->after_func(again ? 3600 * SEC : 0, read_started,
					 s);
		REQUIRE(t != NULL);
		if (again) {
			s->value = i;
			CHECK_EQ(rt->time->timer_reset(t, 0), 1);
		}
		wait_for(done);
		rt->time->timer_free(t);
	}
	CHECK_EQ(count(&wrong), 0);
}

/* ---- publication -------------------------------------------------------- */

#define NODES 8

struct node {
	struct node *next;
	uint64_t data[3];
	uint64_t sum;
};

static struct node *make_list(void)
{
	struct node *list = NULL;

	for (int i = 0; i < NODES; i++) {
		struct node *node = malloc(sizeof(*node));

		REQUIRE(node != NULL);
		node->next = list;
		for (int k = 0; k < 3; k++)
			node->data[k] = rnd();
		node->sum = checksum(node->data, sizeof(node->data));
		list = node;
	}
	return list;
}

static int check_list(struct node *list)
{
	int good = 0;

	while (list != NULL) {
		struct node *next = list->next;

		good += list->sum == checksum(list->data, sizeof(list->data));
		free(list);
		list = next;
	}
	return good;
}

static void publish(void *arg)
{
	struct stream *s = arg;

	for (int64_t i = 0; i < s->n; i++)
		send(s->c, &(struct node *){make_list()});
	send_signal(s->done);
}

CASE(MM_018, "a structure sent by its pointer is complete for the receiver")
{
	struct stream s = {.done = chan_signal(0), .n = rounds(1000)};
	struct node *list;
	int64_t wrong = 0;

	s.c = chan(sizeof(list), 4);
	go_many(2, publish, &s);
	for (int64_t i = 0; i < 2 * s.n; i++) {
		REQUIRE(recv(s.c, &list));
		wrong += check_list(list) != NODES;
	}
	join(s.done, 2);
	CHECK_EQ(wrong, 0);
}

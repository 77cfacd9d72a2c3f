/*
 * cancel.c - cancellation: down a tree of calls, inside a long computation,
 * between stages that may send a message twice (PT-032 to PT-034).
 */
#include "pt.h"

/* ---- PT-032: a tree of cancellations -------------------------------------- */

#define DEADLINE_EXCEEDED "context deadline exceeded"
#define CANCELED "context canceled"

/* A node: done closes after err was written, by the node's one goroutine. */
struct node {
	struct node *parent;
	assay_chan *cancel; /* closes when somebody cancels it, once */
	assay_chan *done;
	int64_t timeout; /* 0: none */
	const char *err;
};

static void run_node(void *arg)
{
	struct node *n = *(struct node **)arg;
	assay_chan *above = n->parent != NULL ? n->parent->done : NULL;
	assay_chan *timer = n->timeout > 0 ? rt->time->after(n->timeout) : NULL;
	struct assay_case cases[] = {case_recv(above, NULL),
				     case_recv(timer, NULL),
				     case_recv(n->cancel, NULL)};

	switch (select_cases(cases, 3, NULL)) {
	case 0:
		n->err = n->parent->err;
		break;
	case 1:
		n->err = DEADLINE_EXCEEDED;
		break;
	default:
		n->err = CANCELED;
	}
	close_chan(n->done);
}

static void node_start(struct node *n, struct node *parent, int64_t timeout)
{
	*n = (struct node){parent, chan_signal(0), chan_signal(0), timeout,
			   NULL};
	SPAWN(run_node, n);
}

/* What locale, at the bottom, was told: NULL if it came to an end. */
static const char *locale(struct node *n)
{
	return pause_for(n->done, 60 * SEC) ? NULL : n->err;
}

struct branch {
	struct node *parent;
	int64_t timeout;
	const char *err; /* read after all_ended() */
	atomic_int failed;
};

static void run_branch(void *arg)
{
	struct branch *b = *(struct branch **)arg;
	struct node own;

	node_start(&own, b->parent, b->timeout);
	b->err = locale(&own);
	mark(&b->failed);
	close_chan(own.cancel);
	wait_for(own.done);
}

static void start_branch(struct branch *b, struct node *parent, int64_t timeout)
{
	*b = (struct branch){.parent = parent, .timeout = timeout};
	SPAWN(run_branch, b);
}

CASE_OF(PT_032, deadline, "a branch's deadline ends it, then cancel the others",
	NEEDS(NEED_AFTER))
{
	static struct node root;
	static struct branch greeting, farewell;
	int64_t begin = now();

	node_start(&root, NULL, 0);
	start_branch(&greeting, &root, 20 * MS);
	start_branch(&farewell, &root, 0);
	CHECK(becomes(&greeting.failed, 1));
	CHECK_GE(now() - begin, 20 * MS);
	CHECK(still_unset(&farewell.failed));
	CHECK_EQ(try_recv(root.done, NULL), ASSAY_AGAIN);
	close_chan(root.cancel);
	CHECK(all_ended());
	CHECK_LT(now() - begin, upto(5 * SEC));
	CHECK_STR(greeting.err, DEADLINE_EXCEEDED);
	CHECK_STR(farewell.err, CANCELED);
}

#define TREE 3 /* levels of nodes below the root, with 2, 4 and 8 of them */

CASE_OF(PT_032, tree, "a cancelled node takes those below it along, no other",
	NEEDS(NEED_AFTER))
{
	enum { NODES = (1 << (TREE + 1)) };
	static struct node n[NODES]; /* n[i] is above n[2i] and n[2i + 1] */

	node_start(&n[1], NULL, 0);
	for (int i = 2; i < NODES; i++)
		node_start(&n[i], &n[i / 2], 0);
	close_chan(n[2].cancel);
	for (int i = 8; i < 12; i++)
		wait_for(n[i].done);
	CHECK(ended_but(8));
	settle(8);
	for (int i = 1; i < NODES; i++) {
		bool below = i == 2 || i / 2 == 2 || i / 4 == 2;

		CHECK_EQ(try_recv(n[i].done, NULL),
			 below ? ASSAY_CLOSED : ASSAY_AGAIN);
	}
	close_chan(n[1].cancel);
	CHECK(all_ended());
	for (int i = 1; i < NODES; i++)
		CHECK_STR(n[i].err, CANCELED);
}

/* ---- PT-033: work that can be interrupted --------------------------------- */

struct work {
	assay_chan *done;
	int64_t chunk; /* time of one */
	atomic_int *chunks;
};

static void run_work(void *arg)
{
	const struct work *w = arg;

	for (int i = 0; i < 1000000; i++) {
		if (try_recv(w->done, NULL) == ASSAY_CLOSED)
			return;
		mark(w->chunks);
		sleep_ns(w->chunk);
	}
}

CASE_SOME_UNIT(PT_033, stops_within_a_chunk, 5 * MS,
	       "long work that looks at done between chunks ends within one",
	       NEEDS(NEED_SELECT))
{
	atomic_int chunks = 0;
	struct work w = {chan_signal(0), unit, &chunks};
	int64_t closed;
	int before;

	SPAWN(run_work, w);
	CHECK(becomes(&chunks, 3));
	close_chan(w.done);
	before = count(&chunks);
	closed = now();
	CHECK(all_ended());
	closed = now() - closed;
	/* One that had looked at done before may have begun after. */
	CHECK_LE(count(&chunks), before + 1);
	return IS(closed, <, 2 * unit);
}

/* ---- PT-034: messages that could come twice -------------------------------- */

/*
 * A source sends message 7 to the sink and would then tell its parent so.
 * The parent takes it for dead between the two, cancels it, and starts
 * another one.  `sent` holds the source there: the parent waits for it, and
 * nobody listens to `report`.
 */
#define MESSAGE 7

struct source {
	assay_chan *done;   /* the parent gave up on it */
	assay_chan *sink;   /* of int */
	assay_chan *sent;   /* it has sent, or may not; the parent waits */
	assay_chan *report; /* to the parent, if anybody listens */
	assay_chan *ask;    /* permission of the parent, or NULL */
};

/* A message asked for and the channel of bool for the answer. */
struct question {
	int id;
	assay_chan *answer;
};

static bool permitted(const struct source *s)
{
	struct question q = {MESSAGE, chan(sizeof(bool), 0)};
	bool yes = false;

	return s->ask == NULL || (put_to(s->done, s->ask, &q) &&
				  get_from(s->done, q.answer, &yes) && yes);
}

static void run_source(void *arg)
{
	const struct source *s = arg;

	if (permitted(s))
		put(s->done, s->sink, MESSAGE);
	send_signal(s->sent);
	put(s->done, s->report, MESSAGE);
}

/* Gives permission for every message once. */
static void run_permit(void *arg)
{
	assay_chan *ask = *(assay_chan **)arg;
	bool given[MESSAGE + 1] = {false};
	struct question q;

	while (recv(ask, &q)) {
		bool yes = !given[q.id];

		given[q.id] = true;
		send(q.answer, &yes);
	}
}

struct sink {
	assay_chan *in;
	assay_chan *acks;          /* says what it has got, or NULL */
	int copies[MESSAGE + 1];   /* what came; read after all_ended() */
	int accepted[MESSAGE + 1]; /* of them, the first ones */
};

static void run_sink(void *arg)
{
	struct sink *s = *(struct sink **)arg;
	int id;

	while (recv(s->in, &id)) {
		if (s->copies[id]++ == 0)
			s->accepted[id]++;
		if (s->acks != NULL)
			send_int(s->acks, id);
	}
}

/* Whether the sink said, by now, that it has the message. */
static bool acknowledged(assay_chan *acks)
{
	int id = 0;

	return acks != NULL && recv(acks, &id) && id == MESSAGE;
}

static void run_twice(struct sink *sink, assay_chan *acks, assay_chan *ask)
{
	*sink = (struct sink){.in = chan_int(0), .acks = acks};
	SPAWN(run_sink, sink);
	for (int attempt = 0; attempt < 2; attempt++) {
		struct source s = {chan_signal(0), sink->in, chan_signal(0),
				   chan_int(0), ask};

		SPAWN(run_source, s);
		wait_for(s.sent);
		close_chan(s.done);
		if (acknowledged(acks))
			break;
	}
	if (ask != NULL) {
		CHECK(ended_but(2));
		close_chan(ask);
	}
	CHECK(ended_but(1));
	close_chan(sink->in);
	CHECK(all_ended());
}

CASE_OF(PT_034, first, "a sink that takes the first copy has a message once",
	NEEDS(NEED_SELECT))
{
	static struct sink s;

	run_twice(&s, NULL, NULL);
	CHECK_EQ(s.copies[MESSAGE], 2);
	CHECK_EQ(s.accepted[MESSAGE], 1);
}

CASE_OF(PT_034, ack, "a sink that acknowledges is sent a message once",
	NEEDS(NEED_SELECT))
{
	static struct sink s;

	run_twice(&s, chan_int(1), NULL);
	CHECK_EQ(s.copies[MESSAGE], 1);
}

CASE_OF(PT_034, ask, "sources that ask for permission send a message once",
	NEEDS(NEED_SELECT))
{
	static struct sink s;
	assay_chan *ask = chan(sizeof(struct question), 0);

	SPAWN(run_permit, ask);
	run_twice(&s, NULL, ask);
	CHECK_EQ(s.copies[MESSAGE], 1);
}

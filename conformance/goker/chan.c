/* chan.c - a goroutine waits at a channel to which nobody comes any more. */
#include "kit.h"

/* ---- cockroach/2448 ------------------------------------------------------- */

/*
 * A loop sends events and calls what comes back as callbacks.  The one that
 * takes an event sends its callback to the loop.  Each may be sending to the
 * other.
 */
struct raft {
	assay_chan *events, *callbacks, *stop;
};

static void send_events(void *raft)
{
	struct raft *r = raft;
	struct assay_case look[] = {case_recv(r->stop, NULL),
				    case_recv(r->callbacks, NULL)};

	for (int turn = 0; turn < 1000; turn++) {
		size_t i = select_default(look, 2, NULL);

		if (i == 0)
			return;
		if (i == NO_CASE) {
			either(case_send(r->events, NULL), look[0]);
			stir();
		}
	}
	close_chan(r->stop);
}

static void take_events(void *raft)
{
	struct raft *r = raft;
	struct assay_case stop = case_recv(r->stop, NULL);

	while (either(case_recv(r->events, NULL), stop) == 0) {
		stir();
		either(case_send(r->callbacks, NULL), stop);
	}
}

GOKER(cockroach, 2448, "channel", LEFT(0, 2),
      SITES("send_events [select]", "take_events [select]"), USES(NEED_SELECT),
      .copies = 20)
{
	struct raft *r = NEW(struct raft);

	*r = (struct raft){chan_signal(0), chan_signal(0), chan_signal(0)};
	go(take_events, r);
	go(send_events, r);
}

/* ---- cockroach/24808 ------------------------------------------------------ */

/*
 * A compactor is started by a value in its channel of one.  A suggestion has
 * come before, and what would take it is started only after that.
 */
GOKER(cockroach, 24808, "channel", LEFT(1, 1),
      SITES("cockroach_24808 [chan send]"), USES())
{
	assay_chan *suggestions = chan_signal(1);

	send_signal(suggestions);
	send_signal(suggestions);
}

/* ---- cockroach/25456 ------------------------------------------------------ */

/*
 * To learn whether a store is being closed, a queue waits for its channel to be
 * closed, where it should only look.
 */
static void check_consistency(assay_chan *quiesce)
{
	wait_for(quiesce);
}

GOKER(cockroach, 25456, "channel", LEFT(1, 1),
      SITES("cockroach_25456 [chan receive]"), USES())
{
	check_consistency(chan_signal(0));
}

/* ---- cockroach/35073 ------------------------------------------------------ */

/*
 * An outbox fails when it starts, and does not say so to those who push rows.
 * Its channel is full, so they wait.
 */
enum { ROWS = 16 };

struct outbox {
	assay_chan *rows;
	assay_waitgroup started;
	atomic_int closed;
};

static void push(struct outbox *o)
{
	if (count(&o->closed) == 0)
		send_signal(o->rows);
}

static void push_row(void *outbox)
{
	push(outbox);
}

/* It should mark o->closed. */
static void fail_to_start(void *outbox)
{
	struct outbox *o = outbox;

	wg_done(&o->started);
}

GOKER(cockroach, 35073, "channel", LEFT(2, 2),
      SITES("cockroach_35073 [chan send]", "push_row [chan send]"),
      USES(NEED_WG))
{
	struct outbox *o = NEW(struct outbox);

	o->rows = chan_signal(ROWS);
	for (int i = 0; i < ROWS; i++)
		push(o);
	go(push_row, o);
	wg_add(&o->started, 1);
	go(fail_to_start, o);
	wg_wait(&o->started);
	push(o);
}

/* ---- cockroach/35931 ------------------------------------------------------ */

/*
 * A flow is cancelled by a message to each of its streams in turn.  The first
 * is full, so the second, which somebody reads, never gets it.
 */
GOKER(cockroach, 35931, "channel", LEFT(1, 1),
      SITES("cockroach_35931 [chan send]"), USES())
{
	assay_chan *streams[] = {chan_signal(1), chan_signal(1)};

	send_signal(streams[0]);
	for (int i = 0; i < 2; i++)
		send_signal(streams[i]);
}

/* ---- etcd/6857 ------------------------------------------------------------ */

/*
 * A node answers questions for its status until it is stopped.  A goroutine that
 * asks after that waits, since it looks only at the channel of questions.
 */
struct node {
	assay_chan *questions, *stop, *done;
};

static void run_node(void *node)
{
	struct node *n = node;
	assay_chan *answer;

	while (either(case_recv(n->questions, &answer),
		      case_recv(n->stop, NULL)) == 0)
		send_signal(answer);
	close_chan(n->done);
}

static void ask_status(void *node)
{
	struct node *n = node;
	assay_chan *answer = chan_signal(0);

	send(n->questions, &answer);
	wait_for(answer);
}

static void stop_node(void *node)
{
	struct node *n = node;

	if (either(case_send(n->stop, NULL), case_recv(n->done, NULL)) == 0)
		wait_for(n->done);
}

GOKER(etcd, 6857, "channel", LEFT(0, 1), SITES("ask_status [chan send]"),
      USES(NEED_SELECT), .copies = 50)
{
	struct node *n = NEW(struct node);

	n->questions = chan(sizeof(assay_chan *), 0);
	n->stop = chan_signal(0);
	n->done = chan_signal(0);
	go(run_node, n);
	go(ask_status, n);
	go(stop_node, n);
}

/* ---- grpc/1275 ------------------------------------------------------------ */

/*
 * A stream is closed and its reader is not told.  The one who closed it waits
 * for the reader, but not for ever.
 */
struct stream {
	assay_chan *bytes, *read;
};

static void read_stream(void *stream)
{
	struct stream *s = stream;

	wait_for(s->bytes);
	close_chan(s->read);
}

GOKER(grpc, 1275, "channel", LEFT(1, 1), SITES("read_stream [chan receive]"),
      USES(NEED_SELECT, NEED_AFTER))
{
	struct stream *s = NEW(struct stream);

	*s = (struct stream){chan_signal(0), chan_signal(0)};
	go(read_stream, s);
	either(case_recv(s->read, NULL), case_recv(after(300), NULL));
}

/* ---- grpc/1424 ------------------------------------------------------------ */

/*
 * A dialer starts a watcher of addresses and waits for its first answer.  The
 * addresses end at once, and the watcher returns without one.
 */
struct balancer {
	assay_chan *addresses, *answer;
};

static void watch_addresses(void *balancer)
{
	struct balancer *b = balancer;

	while (recv(b->addresses, NULL))
		yield();
}

static void wait_for_address(void *balancer)
{
	struct balancer *b = balancer;

	go(watch_addresses, b);
	wait_for(b->answer);
}

GOKER(grpc, 1424, "channel", LEFT(1, 1),
      SITES("wait_for_address [chan receive]"), USES())
{
	struct balancer *b = NEW(struct balancer);

	*b = (struct balancer){chan_signal(0), chan_signal(0)};
	go(wait_for_address, b);
	close_chan(b->addresses);
}

/* ---- grpc/660 ------------------------------------------------------------- */

/*
 * A client starts a request for each turn of its loop and waits for it, or for
 * its own end.  If the end comes, the last request has nobody to answer to.
 */
static void make_request(void *done)
{
	send_int(done, rnd_below(10) > 7);
}

static void request_until(void *stop)
{
	int failed;

	for (;;) {
		assay_chan *done = chan_int(0);

		go(make_request, done);
		if (either(case_recv(stop, NULL), case_recv(done, &failed)) ==
		    0)
			return;
	}
}

static void stop_requests(void *stop)
{
	send_signal(stop);
}

GOKER(grpc, 660, "channel", LEFT(1, 1), SITES("make_request [chan send]"),
      USES(NEED_SELECT))
{
	assay_chan *stop = chan_signal(0);

	go(request_until, stop);
	go(stop_requests, stop);
}

/* ---- istio/17860 ---------------------------------------------------------- */

/*
 * An agent ends when the last proxy it knows of has.  One that was started
 * meanwhile cannot tell its end to anybody.
 */
struct agent {
	assay_mutex mu;
	int active;
	assay_chan *ended, *stop;
};

static void run_agent(void *agent)
{
	struct agent *a = agent;
	int active;

	do {
		if (either(case_recv(a->ended, NULL),
			   case_recv(a->stop, NULL)) == 1)
			return;
		lock(&a->mu);
		active = --a->active;
		unlock(&a->mu);
	} while (active > 0);
}

static void end_proxy(void *agent)
{
	send_signal(((struct agent *)agent)->ended);
}

/* Gives the old proxy some time to come alive, in vain, and starts another. */
static void restart(void *agent)
{
	struct agent *a = agent;

	lock(&a->mu);
	if (a->active > 0)
		sleep_ns(MS / 10);
	a->active++;
	go(end_proxy, a);
	unlock(&a->mu);
}

GOKER(istio, 17860, "channel", LEFT(0, 2), SITES("end_proxy [chan send]"),
      USES(NEED_MUTEX, NEED_SELECT), .copies = 50)
{
	struct agent *a = NEW(struct agent);

	a->ended = chan_signal(0);
	a->stop = chan_signal(0);
	go(run_agent, a);
	restart(a);
	go(restart, a);
	sleep_ns(MS / 5);
	close_chan(a->stop);
}

/* ---- kubernetes/38669 ----------------------------------------------------- */

/*
 * A watcher sends what it had at first to a channel without room before it
 * looks at anything else, and nobody reads.  To close its input is no help.
 */
struct watcher {
	assay_chan *input, *result;
};

static void process(void *watcher)
{
	struct watcher *w = watcher;

	for (int i = 0; i < 2; i++)
		send_int(w->result, i);
	while (recv(w->input, NULL))
		yield();
	close_chan(w->result);
}

GOKER(kubernetes, 38669, "channel", LEFT(1, 1), SITES("process [chan send]"),
      USES())
{
	struct watcher *w = NEW(struct watcher);

	*w = (struct watcher){chan_signal(0), chan_int(0)};
	go(process, w);
	close_chan(w->input);
}

/* ---- kubernetes/5316 ------------------------------------------------------ */

/*
 * A request runs in a goroutine, and its server waits for its result, its error
 * or the time limit.  After the limit nobody receives.
 */
struct request {
	assay_chan *result, *error;
};

static void run_request(void *request)
{
	struct request *r = request;

	sleep_ns(2 * MS);
	send_signal(rnd_below(2) == 0 ? r->result : r->error);
}

GOKER(kubernetes, 5316, "channel", LEFT(1, 1), SITES("run_request [chan send]"),
      USES(NEED_SELECT, NEED_AFTER))
{
	struct request *r = NEW(struct request);

	*r = (struct request){chan_signal(0), chan_signal(0)};
	go(run_request, r);
	select_cases((struct assay_case[]){case_recv(r->result, NULL),
					   case_recv(r->error, NULL),
					   case_recv(after(1000), NULL)},
		     3, NULL);
}

/* ---- kubernetes/70277 ----------------------------------------------------- */

/*
 * A test polls for a condition until the channel that it hands on is closed.
 * Then it waits for that close, which is its own last act.
 */
struct poll {
	assay_chan *ticks, *done;
};

static void poll_until(void *poll)
{
	struct poll *p = poll;
	assay_chan *limit = after(8 * MS);
	struct assay_case ends[] = {case_recv(limit, NULL),
				    case_recv(p->done, NULL),
				    case_recv(NULL, NULL)};
	struct assay_case tick = case_send(p->ticks, NULL);

	do {
		ends[2].c = after(MS);
		select_default(&tick, 1, NULL);
	} while (select_cases(ends, 3, NULL) == 2);
	close_chan(p->ticks);
}

GOKER(kubernetes, 70277, "channel", LEFT(1, 1),
      SITES("kubernetes_70277 [chan receive]"), USES(NEED_SELECT, NEED_AFTER))
{
	struct poll *p = NEW(struct poll);

	*p = (struct poll){chan_signal(0), chan_signal(0)};
	go(poll_until, p);
	wait_for(p->ticks);
	wait_for(p->done);
	close_chan(p->done);
}

/* ---- moby/21233 ----------------------------------------------------------- */

/*
 * A test of transfers reads their progress in a goroutine, which may give up,
 * without a word, when it does not like what it reads.  The goroutine that
 * reports waits for a reader; the test waits for either of the two.
 */
struct transfer {
	assay_chan *progress, *release, *running;
};

static void report_progress(void *transfer)
{
	struct transfer *t = transfer;

	for (int done = 0; done < 2; done++) {
		if (rnd_below(2) == 0)
			send_signal(t->progress);
		if (done == 0)
			either(case_recv(t->release, NULL),
			       case_recv(NULL, NULL));
	}
	close_chan(t->running);
}

struct reader {
	assay_chan *progress, *done;
};

static void read_progress(void *reader)
{
	struct reader *r = reader;

	sleep_ns(MS);
	while (recv(r->progress, NULL))
		if (rnd_below(2) == 0)
			return;
	close_chan(r->done);
}

static void start_transfer(struct transfer *t, assay_chan *progress)
{
	*t = (struct transfer){progress, chan_signal(0), chan_signal(0)};
	go(report_progress, t);
	sleep_ns(2 * MS);
}

static void release_transfer(struct transfer *t)
{
	close_chan(t->release);
	wait_for(t->running);
}

GOKER(moby, 21233, "channel", LEFT(0, 4),
      SITES("moby_21233 [chan receive]", "report_progress [chan send]",
	    "report_progress [select]"),
      USES(NEED_SELECT), .copies = 20)
{
	struct transfer *transfers = fresh(3 * sizeof(*transfers));
	struct reader *r = NEW(struct reader);

	*r = (struct reader){chan_signal(0), chan_signal(0)};
	go(read_progress, r);
	sleep_ns(MS);
	for (int i = 0; i < 3; i++)
		start_transfer(&transfers[i], r->progress);
	for (int i = 0; i < 3; i++)
		release_transfer(&transfers[i]);
	close_chan(r->progress);
	wait_for(r->done);
}

/* ---- moby/33293 ----------------------------------------------------------- */

/*
 * A function returns the channel of its error, and sends an error that it has
 * at once on it before it returns.
 */
static assay_chan *container_error(void)
{
	assay_chan *error = chan_int(0);

	if (rnd_below(2) == 0)
		send_int(error, 1);
	return error;
}

static void wait_for_container(void *unused)
{
	(void)unused;
	drop(container_error());
}

GOKER(moby, 33293, "channel", LEFT(0, 1),
      SITES("wait_for_container [chan send]"), USES(), .copies = 20)
{
	go(wait_for_container, NULL);
}

/* ---- moby/4395 ------------------------------------------------------------ */

/* A helper runs a function and sends its error; the caller wants no error. */
static void run_and_tell(void *error)
{
	send_int(error, 1);
}

static assay_chan *run_beside(void)
{
	assay_chan *error = chan_int(0);

	go(run_and_tell, error);
	return error;
}

GOKER(moby, 4395, "channel", LEFT(1, 1), SITES("run_and_tell [chan send]"),
      USES())
{
	(void)run_beside();
}

/* ---- syncthing/5795 ------------------------------------------------------- */

/*
 * A connection's dispatcher hands a message to a handler, which closes the
 * connection.  The close waits for the dispatcher to end, and so waits for
 * itself.
 */
struct connection {
	assay_once close;
	assay_chan *inbox, *closed, *stopped;
};

static void close_connection(void *connection)
{
	struct connection *c = connection;

	close_chan(c->closed);
	wait_for(c->stopped);
}

static void dispatch(void *connection)
{
	struct connection *c = connection;

	while (either(case_recv(c->inbox, NULL), case_recv(c->closed, NULL)) ==
	       0)
		once_do(&c->close, close_connection, c);
	close_chan(c->stopped);
}

GOKER(syncthing, 5795, "channel", LEFT(2, 2),
      SITES("syncthing_5795 [chan receive]", "dispatch [chan receive]"),
      USES(NEED_SELECT, NEED_ONCE))
{
	struct connection *c = NEW(struct connection);

	c->inbox = chan_signal(0);
	c->closed = chan_signal(0);
	c->stopped = chan_signal(0);
	go(dispatch, c);
	send_signal(c->inbox);
	wait_for(c->stopped);
}

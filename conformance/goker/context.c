/*
 * context.c - a context ends and one side of a channel leaves, or it does not
 * end and somebody waits for that.
 */
#include "kit.h"

#define NEED_CONTEXT                                                           \
	NEED_EXT(context, background), NEED_EXT(context, with_cancel),         \
		NEED_EXT(context, cancel), NEED_EXT(context, done)

static void cancel_it(void *context)
{
	stir();
	cancel(context);
}

/* ---- cockroach/10790 ------------------------------------------------------ */

/*
 * A command waits for two others.  When its context ends it starts goroutines
 * that receive in its place.  Those who send look at the context too, and have
 * left.
 */
struct commands {
	assay_context *context;
	assay_chan *done[2];
};

static void drain(void *commands)
{
	struct commands *c = commands;

	for (int i = 0; i < 2; i++)
		wait_for(c->done[i]);
}

static void await_commands(void *commands)
{
	struct commands *c = commands;

	for (int i = 0; i < 2; i++)
		if (either(case_recv(c->done[i], NULL),
			   case_recv(done_of(c->context), NULL)) == 1)
			go(drain, c);
}

static void end_commands(void *commands)
{
	struct commands *c = commands;

	for (int i = 0; i < 2; i++)
		if (either(case_send(c->done[i], NULL),
			   case_recv(done_of(c->context), NULL)) == 1)
			return;
}

GOKER(cockroach, 10790, "channel and context", LEFT(0, 2),
      SITES("drain [chan receive]"), USES(NEED_CONTEXT, NEED_SELECT),
      .copies = 50)
{
	struct commands *c = NEW(struct commands);

	c->context = with_cancel(background());
	c->done[0] = chan_signal(0);
	c->done[1] = chan_signal(0);
	go(end_commands, c);
	go(await_commands, c);
	go(cancel_it, c->context);
}

/* ---- cockroach/13197 ------------------------------------------------------ */

/* A transaction waits for its context's end, and nobody rolls it back. */
static void await_rollback(void *context)
{
	wait_for(done_of(context));
}

GOKER(cockroach, 13197, "channel and context", LEFT(1, 1),
      SITES("await_rollback [chan receive]"), USES(NEED_CONTEXT))
{
	go(await_rollback, with_cancel(background()));
}

/* ---- cockroach/13755 ------------------------------------------------------ */

/* The rows of a query close themselves at their context's end: nobody else. */
struct rows {
	assay_context *context;
	bool closed;
};

static void close_rows_at_end(void *rows)
{
	struct rows *r = rows;

	wait_for(done_of(r->context));
	r->closed = true;
	cancel(r->context);
}

GOKER(cockroach, 13755, "channel and context", LEFT(1, 1),
      SITES("close_rows_at_end [chan receive]"), USES(NEED_CONTEXT))
{
	struct rows *r = NEW(struct rows);

	r->context = with_cancel(background());
	go(close_rows_at_end, r);
}

/* ---- cockroach/18101 ------------------------------------------------------ */

/*
 * A restore reads spans until its context ends.  The one who splits them does
 * not look at the context, and has more spans than the channel has room.
 */
enum { SPANS = 6 };

struct restore {
	assay_context *context;
	assay_chan *spans;
};

static void split_spans(void *restore)
{
	struct restore *r = restore;

	for (int i = 0; i < SPANS + 2; i++)
		send_int(r->spans, i);
	close_chan(r->spans);
}

static void restore_spans(void *restore)
{
	struct restore *r = restore;
	int span;

	go(split_spans, r);
	if (recv(r->spans, &span))
		wait_for(done_of(r->context));
}

GOKER(cockroach, 18101, "channel and context", LEFT(1, 1),
      SITES("split_spans [chan send]"), USES(NEED_CONTEXT))
{
	struct restore *r = NEW(struct restore);

	r->context = with_cancel(background());
	r->spans = chan_int(SPANS);
	go(restore_spans, r);
	go(cancel_it, r->context);
}

/* ---- grpc/862 ------------------------------------------------------------- */

/*
 * A dialer gives up when its context ends, and closes the connection if it has
 * one to return.  It has none yet, so the goroutine that connects, whose own
 * context nobody else ends, stays.
 */
struct dialer {
	assay_context *caller, *own;
	bool connected;
};

static void connect_again(void *dialer)
{
	struct dialer *d = dialer;

	wait_for(done_of(with_cancel(d->own)));
}

static void dial(void *dialer)
{
	struct dialer *d = dialer;

	d->own = with_cancel(background());
	go(connect_again, d);
	if (closed(done_of(d->caller)) && d->connected)
		cancel(d->own);
}

GOKER(grpc, 862, "channel and context", LEFT(1, 1),
      SITES("connect_again [chan receive]"), USES(NEED_CONTEXT))
{
	struct dialer *d = NEW(struct dialer);

	d->caller = with_cancel(background());
	go(dial, d);
	go(cancel_it, d->caller);
}

/* ---- istio/18454 ---------------------------------------------------------- */

/*
 * A loop resets its timer.  If the timer could not be stopped it receives what
 * the timer has sent, but the loop has received that before.  Whoever asks for
 * a reset then waits for room.
 */
struct strategy {
	assay_mutex mu;
	assay_timer *timer;
	assay_chan *resets, *changes;
	assay_context *loop, *changing;
};

static void reset_timer(assay_timer *t)
{
	if (rt->time->timer_stop(t) == 0)
		wait_for(rt->time->timer_chan(t));
	rt->time->timer_reset(t, 1);
}

static void run_timer(void *strategy)
{
	struct strategy *s = strategy;
	struct assay_case cases[] = {
		case_recv(rt->time->timer_chan(s->timer), NULL),
		case_recv(s->resets, NULL), case_recv(done_of(s->loop), NULL)};
	size_t i;

	while ((i = select_cases(cases, 3, NULL)) != 2)
		if (i == 1)
			reset_timer(s->timer);
}

static void change(struct strategy *s)
{
	bool runs;

	lock(&s->mu);
	runs = s->timer != NULL;
	if (!runs) {
		s->timer = rt->time->timer_new(1);
		go(run_timer, s);
	}
	unlock(&s->mu);
	if (runs)
		send_signal(s->resets);
}

static void take_changes(void *strategy)
{
	struct strategy *s = strategy;

	while (either(case_recv(done_of(s->changing), NULL),
		      case_recv(s->changes, NULL)) == 1)
		change(s);
	cancel(s->loop);
}

GOKER(istio, 18454, "channel and context", LEFT(0, 2),
      SITES("run_timer [chan receive]", "take_changes [chan send]"),
      USES(NEED_CONTEXT, NEED_SELECT, NEED_MUTEX, NEED(time, timer_new),
	   NEED(time, timer_stop), NEED(time, timer_reset),
	   NEED(time, timer_chan)),
      .copies = 50)
{
	enum { CHANGES = 256 };
	struct strategy *s = NEW(struct strategy);

	s->resets = chan_signal(1);
	s->changes = chan_signal(CHANGES);
	s->loop = with_cancel(background());
	s->changing = with_cancel(background());
	for (int i = 0; i < CHANGES; i++)
		send_signal(s->changes);
	go(take_changes, s);
	stir();
	cancel(s->changing);
}

/* ---- kubernetes/25331 ----------------------------------------------------- */

/*
 * A watch that gets an error cancels its context and sends on its result, for
 * which nobody waits who has seen the context end.
 */
struct watch {
	assay_context *context;
	assay_chan *result, *error;
};

static void run_watch(void *watch)
{
	struct watch *w = watch;

	if (either(case_recv(w->error, NULL),
		   case_recv(done_of(w->context), NULL)) == 1)
		return;
	cancel(w->context);
	send_signal(w->result);
}

static void stop_watch(void *watch)
{
	struct watch *w = watch;

	send_signal(w->error);
	cancel(w->context);
}

GOKER(kubernetes, 25331, "channel and context", LEFT(1, 1),
      SITES("run_watch [chan send]"), USES(NEED_CONTEXT, NEED_SELECT))
{
	struct watch *w = NEW(struct watch);

	w->context = with_cancel(background());
	w->result = chan_signal(0);
	w->error = chan_signal(0);
	go(run_watch, w);
	go(stop_watch, w);
}

/* ---- moby/33781 ----------------------------------------------------------- */

/*
 * A monitor starts a probe now and then and waits for its result, or for its
 * own end.  If the end comes first, the probe has nobody to answer to.
 */
static void probe(void *result)
{
	send_signal(result);
	close_chan(result);
}

/* Returns false at the end. */
static bool probe_once(assay_chan *stop)
{
	assay_chan *result = chan_signal(0);
	assay_context *limit = with_timeout(background(), MS, 0);
	size_t i;

	go(probe, result);
	i = select_cases((struct assay_case[]){case_recv(stop, NULL),
					       case_recv(result, NULL),
					       case_recv(done_of(limit), NULL)},
			 3, NULL);
	cancel(limit);
	if (i == 2)
		wait_for(result);
	return i != 0;
}

static void monitor(void *stop)
{
	while (either(case_recv(stop, NULL), case_recv(after(MS), NULL)) == 1)
		if (!probe_once(stop))
			return;
}

GOKER(moby, 33781, "channel and context", LEFT(0, 1),
      SITES("probe [chan send]"),
      USES(NEED_CONTEXT, NEED_TIMEOUT, NEED_SELECT, NEED_AFTER), .copies = 50)
{
	assay_chan *stop = chan_signal(0);

	go(monitor, stop);
	sleep_ns(rnd_below(20) * MS / 2);
	send_signal(stop);
}

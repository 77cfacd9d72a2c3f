/*
 * cond.c - a goroutine waits for a condition or for a group, and what it waits
 * for has been, or cannot come.
 */
#include "kit.h"

/* ---- cockroach/1462 ------------------------------------------------------- */

/*
 * One worker sends events and looks for the end between two of them.  A second
 * takes them and leaves at the end, while the first may be sending.  The
 * goroutine that stops them waits for both.
 */
struct transport {
	assay_waitgroup workers;
	assay_chan *events, *stop;
};

static void send_events(void *transport)
{
	struct transport *t = transport;

	while (!closed(t->stop))
		send_signal(t->events);
	wg_done(&t->workers);
}

static void take_events(void *transport)
{
	struct transport *t = transport;

	while (either(case_recv(t->events, NULL), case_recv(t->stop, NULL)) ==
	       0)
		yield();
	wg_done(&t->workers);
}

GOKER(cockroach, 1462, "channel and group", LEFT(0, 2),
      SITES("cockroach_1462 " GROUP_WAIT, "send_events [chan send]"),
      USES(NEED_WG, NEED_SELECT), .copies = 50)
{
	struct transport *t = NEW(struct transport);

	t->events = chan_signal(0);
	t->stop = chan_signal(0);
	wg_add(&t->workers, 2);
	go(send_events, t);
	go(take_events, t);
	stir();
	close_chan(t->stop);
	wg_wait(&t->workers);
}

/* ---- kubernetes/11298 ----------------------------------------------------- */

/*
 * A service has a goroutine wait for its condition, and signals it once when
 * it ends.  The goroutine may not wait yet, and nobody else signals any more.
 */
struct notifier {
	assay_mutex mu;
	assay_cond notified;
	assay_chan *abort, *finished, *woken, *served;
};

static void wait_for_notice(void *notifier)
{
	struct notifier *n = notifier;
	assay_chan *woken = n->woken;

	stir();
	cond_wait(&n->notified, &n->mu);
	close_chan(woken);
}

static void notify(void *notifier)
{
	struct notifier *n = notifier;

	while (!closed(n->abort)) {
		lock(&n->mu);
		cond_signal(&n->notified);
		unlock(&n->mu);
		yield();
	}
	close_chan(n->finished);
}

static void serve_notices(void *notifier)
{
	struct notifier *n = notifier;

	lock(&n->mu);
	while (!closed(n->finished)) {
		n->woken = chan_signal(0);
		go(wait_for_notice, n);
		if (either(case_recv(n->finished, NULL),
			   case_recv(n->woken, NULL)) == 0) {
			cond_signal(&n->notified);
			wait_for(n->woken);
		}
	}
	unlock(&n->mu);
	close_chan(n->served);
}

static void abort_soon(void *abort)
{
	stir();
	sleep_ns(300);
	close_chan(abort);
}

GOKER(kubernetes, 11298, "channel and condition", LEFT(0, 3),
      SITES("kubernetes_11298 [chan receive]", "serve_notices [chan receive]",
	    "wait_for_notice " COND_WAIT),
      USES(NEED_MUTEX, NEED_COND, NEED_SELECT), .copies = 50)
{
	struct notifier *n = NEW(struct notifier);

	n->abort = chan_signal(0);
	n->finished = chan_signal(0);
	n->served = chan_signal(0);
	go(notify, n);
	go(serve_notices, n);
	go(abort_soon, n->abort);
	wait_for(n->served);
}

/* ---- moby/27782 ----------------------------------------------------------- */

/*
 * A log is followed until its file has an event or its reader closes it.  After
 * a close the follower waits for the watcher of the file to say that it has let
 * go, and the watcher has an event that nobody takes.
 */
struct log {
	assay_mutex mu;
	assay_cond let_go;
	assay_chan *events, *closed, *done;
};

static void watch_file(void *log)
{
	struct log *l = log;

	do
		yield();
	while (either(case_send(l->events, NULL), case_recv(l->done, NULL)) ==
	       0);
}

static void follow(void *log)
{
	struct log *l = log;

	go(watch_file, l);
	stir();
	if (either(case_recv(l->events, NULL), case_recv(l->closed, NULL)) ==
	    1) {
		lock(&l->mu);
		cond_wait(&l->let_go, &l->mu);
		unlock(&l->mu);
	}
	close_chan(l->done);
}

GOKER(moby, 27782, "channel and condition", LEFT(0, 2),
      SITES("follow " COND_WAIT, "watch_file [select]"),
      USES(NEED_MUTEX, NEED_COND, NEED_SELECT), .copies = 50)
{
	struct log *l = NEW(struct log);

	l->events = chan_signal(0);
	l->closed = chan_signal(0);
	l->done = chan_signal(0);
	go(follow, l);
	stir();
	close_chan(l->closed);
}

/* ---- moby/30408 ----------------------------------------------------------- */

/*
 * A plugin fails to become active, and nobody signals those who wait for that.
 */
struct plugin {
	assay_mutex mu;
	assay_cond activated;
	bool active;
	assay_chan *done;
};

static void wait_active(void *plugin)
{
	struct plugin *p = plugin;

	lock(&p->mu);
	while (!p->active)
		cond_wait(&p->activated, &p->mu);
	unlock(&p->mu);
	close_chan(p->done);
}

GOKER(moby, 30408, "condition", LEFT(2, 2),
      SITES("moby_30408 [chan receive]", "wait_active " COND_WAIT),
      USES(NEED_MUTEX, NEED_COND))
{
	struct plugin *p = NEW(struct plugin);

	p->done = chan_signal(0);
	go(wait_active, p);
	wait_for(p->done);
}

/* ---- moby/29733 ----------------------------------------------------------- */

/*
 * A plugin counts as active once a handler says so, and the handler is added
 * only after somebody has waited for the plugin.
 */
struct handled {
	struct plugin plugin;
	int handlers;
};

static void wait_handled(void *handled)
{
	struct handled *h = handled;

	lock(&h->plugin.mu);
	while (!h->plugin.active || h->handlers == 0)
		cond_wait(&h->plugin.activated, &h->plugin.mu);
	unlock(&h->plugin.mu);
	close_chan(h->plugin.done);
}

static void add_handler(struct handled *h)
{
	lock(&h->plugin.mu);
	h->handlers++;
	h->plugin.active = true;
	cond_signal(&h->plugin.activated);
	unlock(&h->plugin.mu);
}

GOKER(moby, 29733, "condition", LEFT(2, 2),
      SITES("moby_29733 [chan receive]", "wait_handled " COND_WAIT),
      USES(NEED_MUTEX, NEED_COND))
{
	struct handled *h = NEW(struct handled);

	h->plugin.done = chan_signal(0);
	go(wait_handled, h);
	wait_for(h->plugin.done);
	add_handler(h);
}

/* ---- moby/25384 ----------------------------------------------------------- */

/*
 * A group counts two plugins, and the loop that starts them waits for the whole
 * group in its first turn.
 */
static void start_plugin(void *group)
{
	wg_done(group);
}

GOKER(moby, 25384, "group", LEFT(1, 1), SITES("moby_25384 " GROUP_WAIT),
      USES(NEED_WG))
{
	assay_waitgroup *group = NEW(assay_waitgroup);

	wg_add(group, 2);
	for (int i = 0; i < 2; i++) {
		go(start_plugin, group);
		wg_wait(group);
	}
}

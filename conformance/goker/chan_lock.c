/*
 * chan_lock.c - one goroutine waits at a channel or for a group with a lock, and
 * the one it waits for wants the lock.
 */
#include "kit.h"

/* ---- cockroach/1055 ------------------------------------------------------- */

/*
 * A stopper waits, locked, for the tasks to drain.  A worker that has started a
 * task never says that it is over: it waits to be told to stop, which comes
 * after the draining.
 */
struct stopper {
	assay_mutex mu;
	assay_waitgroup tasks, workers;
	atomic_int draining;
	assay_chan *stop;
};

struct stoppers {
	struct stopper each[2];
	assay_chan *done;
};

static void work(void *stopper)
{
	struct stopper *s = stopper;

	if (count(&s->draining) == 0) {
		stir();
		lock(&s->mu);
		wg_add(&s->tasks, 1);
		unlock(&s->mu);
	}
	wait_for(s->stop);
	wg_done(&s->workers);
}

static void drain(struct stopper *s)
{
	mark(&s->draining);
	wg_wait(&s->tasks);
}

static void stop_all(void *stoppers)
{
	struct stoppers *all = stoppers;

	stir();
	for (int i = 0; i < 2; i++) {
		struct stopper *s = &all->each[i];

		lock(&s->mu);
		drain(s);
		unlock(&s->mu);
	}
	for (int i = 0; i < 2; i++) {
		struct stopper *s = &all->each[i];

		lock(&s->mu);
		drain(s);
		close_chan(s->stop);
		wg_wait(&s->workers);
		unlock(&s->mu);
	}
	close_chan(all->done);
}

GOKER(cockroach, 1055, "group and lock", LEFT(0, 4),
      SITES("cockroach_1055 [chan receive]", "stop_all " GROUP_WAIT,
	    "work [chan receive]", "work " MUTEX_LOCK),
      USES(NEED_MUTEX, NEED_WG), .copies = 50)
{
	struct stoppers *all = NEW(struct stoppers);

	all->done = chan_signal(0);
	for (int i = 0; i < 2; i++) {
		all->each[i].stop = chan_signal(0);
		wg_add(&all->each[i].workers, 1);
		go(work, &all->each[i]);
	}
	go(stop_all, all);
	wait_for(all->done);
}

/* ---- cockroach/1462 ------------------------------------------------------- */

/*
 * One worker sends events and looks for the end between two of them.  The one
 * who takes them leaves at the end, and the first may be sending then.  Who
 * stops them waits for both.
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

/* ---- etcd/6873 ------------------------------------------------------------ */

/*
 * A broadcast is stopped with its lock held, and waits for the goroutine that
 * takes its updates.  That one needs the lock for an update that it has.
 */
struct broadcast {
	assay_mutex mu;
	assay_chan *updates, *done;
};

static void take_updates(void *broadcast)
{
	struct broadcast *b = broadcast;

	while (recv(b->updates, NULL)) {
		stir();
		lock(&b->mu);
		unlock(&b->mu);
	}
	close_chan(b->done);
}

static void stop_broadcast(void *broadcast)
{
	struct broadcast *b = broadcast;

	stir();
	lock(&b->mu);
	close_chan(b->updates);
	wait_for(b->done);
	unlock(&b->mu);
}

GOKER(etcd, 6873, "channel and lock", LEFT(0, 2),
      SITES("stop_broadcast [chan receive]", "take_updates " MUTEX_LOCK),
      USES(NEED_MUTEX), .copies = 50)
{
	struct broadcast *b = NEW(struct broadcast);

	b->updates = chan_signal(1);
	b->done = chan_signal(0);
	go(take_updates, b);
	send_signal(b->updates);
	go(stop_broadcast, b);
}

/* ---- etcd/7443 ------------------------------------------------------------ */

/*
 * A balancer tells which address it has chosen, or that it has none, with its
 * lock held, over a channel with room for one.  The number of the first address
 * stands for none, so it may choose twice.  The one who reads the first choice
 * takes the second one down, and has the balancer tell that to himself, while
 * there is no room.
 */
enum { NONE = 0 };

struct address {
	struct balanced *of;
	int number;
	assay_mutex mu;
	bool wanted, up;
};

struct balanced {
	assay_mutex mu; /* of wanted */
	struct address each[3];
	assay_mutex balancer; /* of the rest */
	int chosen;
	bool closed;
	assay_chan *chosen_now, *over;
};

/* Tells of one address; of NULL, that all are wanted. */
static void tell_chosen(struct balanced *b, struct address *a)
{
	int status;

	b->chosen = a == NULL ? NONE : a->number;
	status = rt->chan->send(b->chosen_now, &a, ASSAY_FOREVER);
	REQUIRE_EITHER(status, ASSAY_OK, ASSAY_SEND_CLOSED);
}

static void come_up(void *address)
{
	struct address *a = address;
	struct balanced *b = a->of;

	stir();
	lock(&a->mu);
	lock(&b->balancer);
	if (!b->closed && b->chosen == NONE)
		tell_chosen(b, a);
	unlock(&b->balancer);
	a->up = true;
	unlock(&a->mu);
}

static void take_down(struct address *a)
{
	struct balanced *b = a->of;

	lock(&a->mu);
	if (a->up) {
		lock(&b->balancer);
		if (b->chosen == a->number)
			tell_chosen(b, NULL);
		unlock(&b->balancer);
	}
	a->up = false;
	unlock(&a->mu);
}

/* Sets what is wanted of an address; true if that is a change. */
static bool want(struct address *a, bool wanted)
{
	bool changes;

	lock(&a->of->mu);
	changes = a->wanted != wanted;
	a->wanted = wanted;
	unlock(&a->of->mu);
	return changes;
}

static void watch_balancer(void *balanced)
{
	struct balanced *b = balanced;
	struct address *chosen;

	while (recv(b->chosen_now, &chosen)) {
		for (int i = 0; i < 3; i++) {
			struct address *a = &b->each[i];
			bool wanted = chosen == NULL || chosen == a;

			stir();
			if (!want(a, wanted))
				continue;
			if (wanted)
				go(come_up, a);
			else
				take_down(a);
		}
	}
}

static void close_balancer(struct balanced *b)
{
	lock(&b->balancer);
	if (!b->closed)
		close_chan(b->chosen_now);
	b->closed = true;
	b->chosen = NONE;
	unlock(&b->balancer);
}

static void close_from_above(void *balanced)
{
	struct balanced *b = balanced;

	sleep_ns(rnd_below(2) * MS);
	close_balancer(b);
	for (int i = 0; i < 3; i++)
		if (want(&b->each[i], false))
			take_down(&b->each[i]);
}

static void close_from_outside(void *balanced)
{
	struct balanced *b = balanced;

	sleep_ns(rnd_below(2) * MS);
	close_balancer(b);
	close_chan(b->over);
}

GOKER(etcd, 7443, "channel and lock", LEFT(0, 7),
      SITES("etcd_7443 [chan receive]", "watch_balancer [chan send]",
	    "come_up " MUTEX_LOCK, "close_from_above " MUTEX_LOCK,
	    "close_from_outside " MUTEX_LOCK),
      USES(NEED_MUTEX), .copies = 200)
{
	struct balanced *b = NEW(struct balanced);

	b->over = chan_signal(0);
	b->chosen_now = chan(sizeof(struct address *), 1);
	for (int i = 0; i < 3; i++) {
		b->each[i].of = b;
		b->each[i].number = i;
	}
	tell_chosen(b, NULL);
	go(watch_balancer, b);
	yield();
	go(close_from_outside, b);
	go(close_from_above, b);
	wait_for(b->over);
}

/* ---- etcd/7492 ------------------------------------------------------------ */

/*
 * A token is announced to its keeper with the tokens locked.  The keeper is
 * deleting an old one, for which it locks the tokens, and takes no announcement
 * meanwhile.
 */
struct tokens {
	assay_rwmutex mu;
	assay_waitgroup users;
	assay_chan *added, *stop;
};

static void keep_tokens(void *tokens)
{
	struct tokens *t = tokens;
	assay_ticker *ticker = rt->time->ticker_new(1000, NULL);
	struct assay_case cases[] = {
		case_recv(t->added, NULL),
		case_recv(rt->time->ticker_chan(ticker), NULL),
		case_recv(t->stop, NULL)};
	bool kept = false;
	size_t i;

	while ((i = select_cases(cases, 3, NULL)) != 2) {
		yield();
		if (i == 1 && kept) {
			wlock(&t->mu);
			wunlock(&t->mu);
		}
		kept = i == 0;
	}
	rt->time->ticker_stop(ticker);
}

static void assign(void *tokens)
{
	struct tokens *t = tokens;

	wlock(&t->mu);
	yield();
	send_signal(t->added);
	yield();
	wunlock(&t->mu);
	wg_done(&t->users);
}

GOKER(etcd, 7492, "channel and lock", LEFT(0, 3),
      SITES("etcd_7492 " GROUP_WAIT, "assign [chan send]",
	    "keep_tokens " WRITE_LOCK),
      USES(NEED_RW, NEED_WG, NEED_SELECT, NEED(time, ticker_new),
	   NEED(time, ticker_chan), NEED(time, ticker_stop)),
      .copies = 20)
{
	struct tokens *t = NEW(struct tokens);

	t->added = chan_signal(1);
	t->stop = chan_signal(0);
	wg_add(&t->users, 3);
	go(keep_tokens, t);
	go_many(3, assign, t);
	wg_wait(&t->users);
	send_signal(t->stop);
}

/* ---- etcd/7902 ------------------------------------------------------------ */

/*
 * At the end of a round each one waits, locked, for the leader to close the
 * round's channel.  The leader needs the lock for that.
 */
struct election {
	assay_mutex mu;
	assay_waitgroup members;
	assay_chan *round;
};

struct member {
	struct election *of;
	bool leads;
};

static void end_round(const struct member *m, assay_chan *round)
{
	if (m->leads) {
		close_chan(m->of->round);
		m->of->round = chan_signal(0);
	}
	wait_for(round);
}

static void elect(void *member)
{
	const struct member *m = member;
	struct election *e = m->of;

	for (int i = 0; i < 20; i++) {
		assay_chan *round;

		lock(&e->mu);
		round = e->round;
		unlock(&e->mu);
		sleep_ns(MS / 10);
		stir();
		lock(&e->mu);
		end_round(m, round);
		unlock(&e->mu);
	}
	wg_done(&e->members);
}

GOKER(etcd, 7902, "channel and lock", LEFT(0, 4),
      SITES("etcd_7902 " GROUP_WAIT, "elect [chan receive]",
	    "elect " MUTEX_LOCK),
      USES(NEED_MUTEX, NEED_WG), .copies = 20)
{
	struct election *e = NEW(struct election);

	e->round = chan_signal(0);
	wg_add(&e->members, 3);
	for (int i = 0; i < 3; i++) {
		struct member m = {e, i == 0};

		go_copy(elect, &m, sizeof(m));
	}
	wg_wait(&e->members);
}

/* ---- grpc/1353 ------------------------------------------------------------ */

/*
 * A balancer sends each update of its addresses locked.  The one who takes it
 * takes old connections down, for which he locks the balancer.  By then the
 * next update waits for him.
 */
struct updates {
	assay_mutex mu;
	assay_chan *each, *over;
};

static void send_updates(void *updates)
{
	struct updates *u = updates;

	for (int i = 0; i < 100; i++) {
		lock(&u->mu);
		send_signal(u->each);
		unlock(&u->mu);
	}
	close_chan(u->over);
}

static void apply_updates(void *updates)
{
	struct updates *u = updates;

	while (recv(u->each, NULL)) {
		stir();
		for (int connection = 0; connection < 2; connection++) {
			lock(&u->mu);
			unlock(&u->mu);
		}
	}
}

static void close_after_updates(void *updates)
{
	struct updates *u = updates;

	wait_for(u->over);
	lock(&u->mu);
	close_chan(u->each);
	unlock(&u->mu);
}

GOKER(grpc, 1353, "channel and lock", LEFT(0, 3),
      SITES("send_updates [chan send]", "apply_updates " MUTEX_LOCK,
	    "close_after_updates [chan receive]"),
      USES(NEED_MUTEX), .copies = 20)
{
	struct updates *u = NEW(struct updates);

	u->each = chan_signal(0);
	u->over = chan_signal(0);
	go(send_updates, u);
	go(apply_updates, u);
	go(close_after_updates, u);
}

/* ---- grpc/1460 ------------------------------------------------------------ */

/*
 * What keeps a connection alive sleeps, locked, while the connection has no
 * stream.  A new stream would wake it, and needs the lock to be made.
 */
struct client {
	assay_mutex mu;
	int streams;
	assay_chan *awake;
};

static void keep_alive(void *client)
{
	struct client *c = client;

	lock(&c->mu);
	if (c->streams == 0)
		wait_for(c->awake);
	unlock(&c->mu);
}

static void make_stream(void *client)
{
	struct client *c = client;

	stir();
	lock(&c->mu);
	if (++c->streams == 1)
		try_send(c->awake, NULL);
	unlock(&c->mu);
}

GOKER(grpc, 1460, "channel and lock", LEFT(0, 2),
      SITES("keep_alive [chan receive]", "make_stream " MUTEX_LOCK),
      USES(NEED_MUTEX), .copies = 50)
{
	struct client *c = NEW(struct client);

	c->awake = chan_signal(0);
	go(keep_alive, c);
	go(make_stream, c);
}

/* ---- istio/16224 ---------------------------------------------------------- */

/*
 * A handler of events says that it is done with a lock held, and the one it
 * tells takes the lock first.  If that one was quicker, the monitor, told to
 * stop, waits for one more event before it closes their channel.
 */
struct monitor {
	assay_mutex mu;
	assay_chan *events, *done, *stop;
};

static void handle(struct monitor *m)
{
	stir();
	lock(&m->mu);
	send_signal(m->done);
	unlock(&m->mu);
}

static void run_monitor(void *monitor)
{
	struct monitor *m = monitor;

	while (either(case_recv(m->events, NULL), case_recv(m->stop, NULL)) ==
	       0)
		handle(m);
	if (recv(m->events, NULL))
		close_chan(m->events);
}

GOKER(istio, 16224, "channel and lock", LEFT(1, 2),
      SITES("istio_16224 " MUTEX_LOCK, "run_monitor [chan send]",
	    "run_monitor [chan receive]"),
      USES(NEED_MUTEX, NEED_SELECT), .copies = 50)
{
	struct monitor *m = NEW(struct monitor);

	m->events = chan_signal(0);
	m->done = chan_signal(0);
	m->stop = chan_signal(0);
	go(run_monitor, m);
	send_signal(m->events);
	stir();
	lock(&m->mu);
	unlock(&m->mu);
	wait_for(m->done);
	close_chan(m->stop);
}

/* ---- kubernetes/10182 ----------------------------------------------------- */

/*
 * Who sets a status sends it on with the statuses locked.  The one who takes it
 * locks them before it comes back for the next.
 */
struct statuses {
	assay_mutex mu;
	assay_chan *set;
};

static void sync_statuses(void *statuses)
{
	struct statuses *s = statuses;

	for (int i = 0; i < 2; i++) {
		yield();
		wait_for(s->set);
		lock(&s->mu);
		unlock(&s->mu);
	}
}

static void set_status(void *statuses)
{
	struct statuses *s = statuses;

	stir();
	lock(&s->mu);
	send_signal(s->set);
	unlock(&s->mu);
}

GOKER(kubernetes, 10182, "channel and lock", LEFT(0, 2),
      SITES("sync_statuses " MUTEX_LOCK, "set_status [chan send]"),
      USES(NEED_MUTEX), .copies = 50)
{
	struct statuses *s = NEW(struct statuses);

	s->set = chan_signal(0);
	go(sync_statuses, s);
	go_many(2, set_status, s);
}

/* ---- kubernetes/1321 ------------------------------------------------------ */

/*
 * A mux sends to each of its watchers, locked.  A watcher that wants no more
 * stops itself, which takes the lock.
 */
struct mux {
	assay_mutex mu;
	assay_chan *watcher;
};

static void distribute(void *mux)
{
	struct mux *m = mux;

	lock(&m->mu);
	if (m->watcher != NULL)
		send_signal(m->watcher);
	unlock(&m->mu);
}

GOKER(kubernetes, 1321, "channel and lock", LEFT(0, 2),
      SITES("kubernetes_1321 " MUTEX_LOCK, "distribute [chan send]"),
      USES(NEED_MUTEX), .copies = 50)
{
	struct mux *m = NEW(struct mux);

	m->watcher = chan_signal(0);
	go(distribute, m);
	stir();
	lock(&m->mu);
	close_chan(m->watcher);
	m->watcher = NULL;
	unlock(&m->mu);
}

/* ---- kubernetes/26980 ----------------------------------------------------- */

/*
 * A listener that has something to deliver waits, locked, for its end.  The end
 * is told by one who waits for another to have had the lock.
 */
struct listener {
	assay_mutex mu;
	assay_chan *stop, *locked;
};

static void pop(void *listener)
{
	struct listener *l = listener;

	lock(&l->mu);
	yield();
	wait_for(l->stop);
	unlock(&l->mu);
}

static void take_lock(void *listener)
{
	struct listener *l = listener;

	stir();
	lock(&l->mu);
	close_chan(l->locked);
}

GOKER(kubernetes, 26980, "channel and lock", LEFT(0, 3),
      SITES("kubernetes_26980 [chan receive]", "take_lock " MUTEX_LOCK,
	    "pop [chan receive]"),
      USES(NEED_MUTEX), .copies = 50)
{
	struct listener *l = NEW(struct listener);

	l->stop = chan_signal(0);
	l->locked = chan_signal(0);
	go(pop, l);
	go(take_lock, l);
	yield();
	wait_for(l->locked);
	unlock(&l->mu);
	close_chan(l->stop);
}

/* ---- kubernetes/6632 ------------------------------------------------------ */

/*
 * A frame is written with the lock held, and resets a timer through a channel.
 * The one who reads that channel has been told of the end, and wants the lock to
 * close it.
 */
struct framer {
	assay_mutex mu;
	assay_chan *reset, *over;
};

static void watch_idle(void *framer)
{
	struct framer *f = framer;

	wait_for(f->over);
	lock(&f->mu);
	close_chan(f->reset);
	f->reset = NULL;
	unlock(&f->mu);
}

static void write_frame(void *framer)
{
	struct framer *f = framer;

	stir();
	lock(&f->mu);
	if (f->reset != NULL)
		send_signal(f->reset);
	unlock(&f->mu);
}

GOKER(kubernetes, 6632, "channel and lock", LEFT(0, 2),
      SITES("watch_idle " MUTEX_LOCK, "write_frame [chan send]"),
      USES(NEED_MUTEX), .copies = 50)
{
	struct framer *f = NEW(struct framer);

	f->reset = chan_signal(0);
	f->over = chan_signal(0);
	go(watch_idle, f);
	go(write_frame, f);
	send_signal(f->over);
}

/* ---- moby/28462 ----------------------------------------------------------- */

/*
 * A container's health is probed again and again, each time with the container
 * locked.  Its state changes with it locked, too, and that tells the one who
 * probes to stop.
 */
struct container {
	assay_mutex mu;
	assay_chan *stop;
};

static void probe_health(void *container)
{
	struct container *c = container;

	while (try_recv(c->stop, NULL) == ASSAY_AGAIN) {
		stir();
		lock(&c->mu);
		unlock(&c->mu);
	}
}

static void change_state(void *container)
{
	struct container *c = container;

	stir();
	lock(&c->mu);
	send_signal(c->stop);
	unlock(&c->mu);
}

GOKER(moby, 28462, "channel and lock", LEFT(0, 2),
      SITES("probe_health " MUTEX_LOCK, "change_state [chan send]"),
      USES(NEED_MUTEX), .copies = 50)
{
	struct container *c = NEW(struct container);

	c->stop = chan_signal(0);
	go(probe_health, c);
	go(change_state, c);
}

/* ---- serving/2137 --------------------------------------------------------- */

/*
 * A breaker lets one request run and others wait.  A test holds each request by
 * a lock, and lets go of them in the order of their start.  It waits for the
 * first, and the second has come to run first.
 */
struct breaker {
	assay_chan *pending, *active;
};

struct held {
	struct breaker *breaker;
	assay_mutex mu;
	assay_chan *started, *accepted;
};

static void request(void *held)
{
	struct held *h = held;

	send_signal(h->started);
	stir();
	if (try_send(h->breaker->pending, NULL) == ASSAY_OK) {
		send_signal(h->breaker->active);
		lock(&h->mu);
		unlock(&h->mu);
		wait_for(h->breaker->active);
		wait_for(h->breaker->pending);
	}
	send_signal(h->accepted);
}

static struct held *hold_request(struct breaker *b)
{
	struct held *h = NEW(struct held);

	h->breaker = b;
	h->started = chan_signal(0);
	h->accepted = chan_signal(1);
	lock(&h->mu);
	go(request, h);
	wait_for(h->started);
	return h;
}

GOKER(serving, 2137, "channel and lock", LEFT(0, 3),
      SITES("serving_2137 [chan receive]", "request [chan send]",
	    "request " MUTEX_LOCK),
      USES(NEED_MUTEX), .copies = 50)
{
	struct breaker *b = NEW(struct breaker);
	struct held *held[2];

	b->pending = chan_signal(2);
	b->active = chan_signal(1);
	for (int i = 0; i < 2; i++)
		held[i] = hold_request(b);
	for (int i = 0; i < 2; i++) {
		unlock(&held[i]->mu);
		yield();
		wait_for(held[i]->accepted);
	}
}

/*
 * send_locked.c - one goroutine sends with a lock held, and the one that is to
 * receive wants the lock.
 */
#include "kit.h"

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
 * A goroutine sets a status and sends it on with the statuses locked.  The one
 * that takes it locks them before it comes back for the next.
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

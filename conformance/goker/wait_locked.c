/*
 * wait_locked.c - one goroutine waits for a message or for a group with a lock
 * held, and the one that it waits for wants the lock.
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

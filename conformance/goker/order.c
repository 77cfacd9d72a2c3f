/*
 * order.c - two goroutines take two locks in opposite orders, or a reader
 * becomes a reader again while a writer waits in between.
 */
#include "kit.h"

/* Two locks and a third, as a program calls them. */
struct two {
	assay_mutex a, b, c;
};

/* ---- cockroach/10214 ------------------------------------------------------ */

/*
 * The store sends its heartbeats with their queue (a) locked, and locks each
 * replica (b) that it cannot reach.  A replica's tick has it locked, and its
 * state (c), when it adds a heartbeat to the queue.
 */
static void send_heartbeats(void *store)
{
	struct two *s = store;

	lock(&s->a);
	for (int i = 0; i < 2; i++) {
		stir();
		lock(&s->b);
		sleep_ns(MS);
		unlock(&s->b);
	}
	unlock(&s->a);
}

static void tick(void *store)
{
	struct two *s = store;

	stir();
	lock(&s->b);
	lock(&s->c);
	stir();
	lock(&s->a);
	unlock(&s->a);
	unlock(&s->c);
	unlock(&s->b);
}

GOKER(cockroach, 10214, "lock order", LEFT(0, 2),
      SITES("send_heartbeats " MUTEX_LOCK, "tick " MUTEX_LOCK),
      USES(NEED_MUTEX), .locks = CIRCLE, .copies = 50)
{
	struct two *s = NEW(struct two);

	go(send_heartbeats, s);
	go(tick, s);
}

/* ---- cockroach/7504 ------------------------------------------------------- */

/*
 * A lease is looked up by name: first the cache of names (a) is locked, then
 * the lease (b).  When it is released it is locked first, and then taken out
 * of the cache.
 */
static void look_up_lease(void *leases)
{
	struct two *l = leases;

	stir();
	lock(&l->a);
	stir();
	lock(&l->b);
	unlock(&l->b);
	unlock(&l->a);
}

static void release_lease(void *leases)
{
	struct two *l = leases;

	lock(&l->c);
	lock(&l->b);
	yield();
	lock(&l->a);
	yield();
	unlock(&l->a);
	unlock(&l->b);
	unlock(&l->c);
}

GOKER(cockroach, 7504, "lock order", LEFT(0, 2),
      SITES("look_up_lease " MUTEX_LOCK, "release_lease " MUTEX_LOCK),
      USES(NEED_MUTEX), .locks = CIRCLE, .copies = 50)
{
	struct two *l = NEW(struct two);

	go(look_up_lease, l);
	go(release_lease, l);
}

/* ---- kubernetes/13135 ----------------------------------------------------- */

/*
 * A cache is filled with the cacher locked, which then locks the watched store
 * and, in a callback from there, unlocks the cacher.  An event takes the store
 * first, and its callback locks the cacher.
 */
struct cacher {
	assay_mutex mu;
	assay_rwmutex store;
	assay_once first;
	assay_waitgroup filled;
	assay_chan *stop;
};

static void say_filled(void *cacher)
{
	wg_done(&((struct cacher *)cacher)->filled);
}

static void fill(void *cacher)
{
	struct cacher *c = cacher;

	while (!closed(c->stop)) {
		lock(&c->mu);
		stir();
		wlock(&c->store);
		once_do(&c->first, say_filled, c);
		unlock(&c->mu);
		wunlock(&c->store);
		yield();
	}
}

static void add_event(void *cacher)
{
	struct cacher *c = cacher;

	stir();
	wlock(&c->store);
	stir();
	lock(&c->mu);
	unlock(&c->mu);
	wunlock(&c->store);
}

GOKER(kubernetes, 13135, "lock order", LEFT(0, 2),
      SITES("fill " WRITE_LOCK, "add_event " MUTEX_LOCK),
      USES(NEED_MUTEX, NEED_RW, NEED_WG, NEED_ONCE), .locks = CIRCLE,
      .copies = 50)
{
	struct cacher *c = NEW(struct cacher);

	c->stop = chan_signal(0);
	wg_add(&c->filled, 1);
	go(fill, c);
	wg_wait(&c->filled);
	go(add_event, c);
	stir();
	go(close_it, c->stop);
}

/* ---- kubernetes/30872 ----------------------------------------------------- */

/*
 * A controller takes from its queue (b) with the queue locked, and tells the
 * informer, which locks itself (a).  Another goroutine asks the informer whether
 * all is in step; the informer then asks the queue.  The goroutine that stops the
 * informer waits for both.
 */
struct informer {
	struct two mu;
	assay_chan *stop, *stop_queue;
};

static void run_queue(void *informer)
{
	struct informer *f = informer;

	while (!closed(f->stop_queue)) {
		lock(&f->mu.b);
		stir();
		lock(&f->mu.a);
		unlock(&f->mu.a);
		unlock(&f->mu.b);
	}
}

static void ask_in_step(void *informer)
{
	struct informer *f = informer;

	lock(&f->mu.a);
	stir();
	lock(&f->mu.b);
	unlock(&f->mu.b);
	unlock(&f->mu.a);
}

static void stop_informer(void *informer)
{
	struct informer *f = informer;

	wait_for(f->stop);
	lock(&f->mu.a);
	close_chan(f->stop_queue);
	unlock(&f->mu.a);
}

GOKER(kubernetes, 30872, "lock order", LEFT(0, 3),
      SITES("run_queue " MUTEX_LOCK, "ask_in_step " MUTEX_LOCK,
	    "stop_informer " MUTEX_LOCK),
      USES(NEED_MUTEX), .locks = CIRCLE, .copies = 50)
{
	struct informer *f = NEW(struct informer);

	f->stop = chan_signal(0);
	f->stop_queue = chan_signal(0);
	lock(&f->mu.a);
	go(run_queue, f);
	yield();
	unlock(&f->mu.a);
	go(stop_informer, f);
	go(ask_in_step, f);
	close_chan(f->stop);
}

/* ---- moby/4951 ------------------------------------------------------------ */

/*
 * A device is deleted with the set (a) and the device (b) locked, in this
 * order.  While it is being removed the set is let go for a moment.  A second
 * deletion takes the set then, and waits for the device.
 */
static void delete_device(void *devices)
{
	struct two *d = devices;

	lock(&d->a);
	lock(&d->b);
	yield();
	unlock(&d->a);
	sleep_ns(MS);
	lock(&d->a);
	unlock(&d->b);
	unlock(&d->a);
}

GOKER(moby, 4951, "lock order", LEFT(0, 2), SITES("delete_device " MUTEX_LOCK),
      USES(NEED_MUTEX), .locks = CIRCLE)
{
	struct two *d = NEW(struct two);

	go(delete_device, d);
	go(delete_device, d);
}

/* ---- cockroach/3710 ------------------------------------------------------- */

/*
 * A store scans its replicas, locked for reading, and asks each for a status
 * that locks the store for reading again.  A writer has come in between.
 */
static void read_status(assay_rwmutex *store)
{
	rlock(store);
	runlock(store);
}

static void scan_replicas(void *store)
{
	rlock(store);
	yield();
	for (int replica = 0; replica < 2; replica++)
		read_status(store);
	runlock(store);
}

static void process_raft(void *store)
{
	stir();
	wlock(store);
	wunlock(store);
}

GOKER(cockroach, 3710, "read lock twice", LEFT(0, 2),
      SITES("scan_replicas " READ_LOCK, "process_raft " WRITE_LOCK),
      USES(NEED_RW), .locks = CIRCLE, .copies = 50)
{
	assay_rwmutex *store = NEW(assay_rwmutex);

	go(scan_replicas, store);
	go(process_raft, store);
}

/* ---- cockroach/6181 ------------------------------------------------------- */

/*
 * A cache of ranges is read for a message, whose text reads the cache by
 * itself.  The other readers have become writers by then.
 */
struct ranges {
	assay_rwmutex mu;
	assay_waitgroup readers;
};

static void print_ranges(struct ranges *r)
{
	rlock(&r->mu);
	runlock(&r->mu);
}

static void look_up_range(void *ranges)
{
	struct ranges *r = ranges;

	rlock(&r->mu);
	yield();
	print_ranges(r);
	runlock(&r->mu);
	wlock(&r->mu);
	wunlock(&r->mu);
	wg_done(&r->readers);
}

GOKER(cockroach, 6181, "read lock twice", LEFT(0, 4),
      SITES("cockroach_6181 " GROUP_WAIT, "look_up_range " READ_LOCK,
	    "look_up_range " WRITE_LOCK),
      USES(NEED_RW, NEED_WG), .locks = CIRCLE, .copies = 50)
{
	struct ranges *r = NEW(struct ranges);

	wg_add(&r->readers, 3);
	go_many(3, look_up_range, r);
	wg_wait(&r->readers);
}

/* ---- cockroach/16167 ------------------------------------------------------ */

/*
 * A statement runs with the configuration locked for reading, through the lock
 * of a condition.  It looks at its database, which locks the same again, and an
 * update of the configuration waits in between.
 */
static void update_config(void *config)
{
	stir();
	wlock(config);
	yield();
	wunlock(config);
}

static void find_database(assay_rwmutex *config)
{
	rlock(config);
	runlock(config);
}

GOKER(cockroach, 16167, "read lock twice", LEFT(0, 2),
      SITES("cockroach_16167 " READ_LOCK, "update_config " WRITE_LOCK),
      USES(NEED_RW), .locks = CIRCLE, .copies = 50)
{
	assay_rwmutex *config = NEW(assay_rwmutex);

	go(update_config, config);
	rlock(config);
	yield();
	find_database(config);
	runlock(config);
}

/* ---- hugo/3251 ------------------------------------------------------------ */

/*
 * Each address has a lock (url), and a map of them has one of its own.  To lock
 * an address, one waits for it with the map locked.  To unlock it one reads the
 * map.
 */
struct urls {
	assay_rwmutex map;
	assay_mutex url;
	assay_waitgroup readers;
};

static void fetch(void *urls)
{
	struct urls *u = urls;

	for (int i = 0; i < 20; i++) {
		wlock(&u->map);
		lock(&u->url);
		yield();
		wunlock(&u->map);
		rlock(&u->map);
		unlock(&u->url);
		runlock(&u->map);
		sleep_ns(300);
	}
	wg_done(&u->readers);
}

GOKER(hugo, 3251, "lock order", LEFT(0, 11),
      SITES("hugo_3251 " GROUP_WAIT, "fetch " MUTEX_LOCK, "fetch " READ_LOCK,
	    "fetch [sync.RWMutex.Lock]"),
      USES(NEED_MUTEX, NEED_RW, NEED_WG), .locks = CIRCLE, .copies = 5)
{
	struct urls *u = NEW(struct urls);

	wg_add(&u->readers, 10);
	go_many(10, fetch, u);
	wg_wait(&u->readers);
}

/* ---- kubernetes/58107 ----------------------------------------------------- */

/*
 * A worker waits for its queue to fill with the workers' lock held for reading.
 * A writer of that lock comes, and the worker of the other queue, which is not
 * empty, waits behind the writer.
 */
struct queue {
	assay_mutex mu;
	assay_cond filled;
};

struct quota {
	assay_rwmutex workers;
	struct queue queues[2];
};

struct worker {
	struct quota *quota;
	struct queue *queue;
};

static void work(void *worker)
{
	const struct worker *w = worker;

	stir();
	rlock(&w->quota->workers);
	lock(&w->queue->mu);
	cond_wait(&w->queue->filled, &w->queue->mu);
	unlock(&w->queue->mu);
	runlock(&w->quota->workers);
}

static void resync(void *quota)
{
	struct quota *q = quota;

	for (int64_t i = rounds(1000); i > 0; i--) {
		wlock(&q->workers);
		stir();
		wunlock(&q->workers);
	}
}

GOKER(kubernetes, 58107, "read lock and condition", LEFT(0, 3),
      SITES("work " COND_WAIT, "work " READ_LOCK, "resync [sync.RWMutex.Lock]"),
      USES(NEED_MUTEX, NEED_RW, NEED_COND), .copies = 10)
{
	struct quota *q = NEW(struct quota);

	for (int i = 0; i < 2; i++) {
		struct worker w = {q, &q->queues[i]};

		go_copy(work, &w, sizeof(w));
	}
	go(resync, q);
	for (int64_t i = rounds(1000); i > 0; i--) {
		cond_signal(&q->queues[0].filled);
		cond_signal(&q->queues[1].filled);
	}
}

/* ---- kubernetes/62464 ----------------------------------------------------- */

/*
 * The state of the CPUs is read locked, and the two calls that read it lock it
 * for reading by themselves.  A container is removed in between, by a writer.
 */
static bool read_set(assay_rwmutex *state)
{
	bool own;

	yield();
	rlock(state);
	own = rnd_below(2) == 0;
	runlock(state);
	return own;
}

static void reconcile(void *state)
{
	rlock(state);
	if (!read_set(state)) {
		rlock(state);
		runlock(state);
	}
	runlock(state);
}

static void remove_container(void *state)
{
	stir();
	rlock(state);
	runlock(state);
	wlock(state);
	yield();
	wunlock(state);
}

GOKER(kubernetes, 62464, "read lock twice", LEFT(0, 2),
      SITES("reconcile " READ_LOCK, "remove_container " WRITE_LOCK),
      USES(NEED_RW), .locks = CIRCLE, .copies = 50)
{
	assay_rwmutex *state = NEW(assay_rwmutex);

	go(reconcile, state);
	go(remove_container, state);
}

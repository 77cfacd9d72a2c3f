/*
 * locks.c - one goroutine takes a lock that it has, or leaves with a lock that
 * another needs.
 */
#include "kit.h"

/* ---- cockroach/584 -------------------------------------------------------- */

/*
 * The loop of a gossip server breaks out with the lock held once the server is
 * closed.  The next loop over the same server takes the lock again.
 */
struct server {
	assay_mutex mu;
	bool closed;
};

static void loop_until_closed(struct server *s)
{
	for (;;) {
		lock(&s->mu);
		if (s->closed)
			return;
		unlock(&s->mu);
	}
}

static void gossip(void *server)
{
	loop_until_closed(server);
	loop_until_closed(server);
}

GOKER(cockroach, 584, "missing unlock", LEFT(1, 1), SITES("gossip " MUTEX_LOCK),
      USES(NEED_MUTEX), .locks = SELF)
{
	struct server *s = NEW(struct server);

	s->closed = true;
	go(gossip, s);
}

/* ---- cockroach/9935 ------------------------------------------------------- */

/*
 * A logger holds its lock when it cannot make its file.  The way out of the
 * program, which it then takes, wants the lock too.
 */
static void give_up(assay_mutex *logger)
{
	lock(logger);
	unlock(logger);
}

static void write_log(void *logger)
{
	bool made = rnd_below(4) == 0;

	lock(logger);
	if (!made)
		give_up(logger);
	unlock(logger);
}

GOKER(cockroach, 9935, "double lock", LEFT(0, 1),
      SITES("write_log " MUTEX_LOCK), USES(NEED_MUTEX), .locks = SELF,
      .copies = 20)
{
	go(write_log, NEW(assay_mutex));
}

/* ---- etcd/10492 ----------------------------------------------------------- */

/*
 * A lease is renewed with the lessor locked, and the renewal calls back.  The
 * callback that somebody has set locks the lessor.
 */
struct lessor {
	assay_rwmutex mu;
	void (*checkpoint)(struct lessor *);
};

static void save(struct lessor *l)
{
	wlock(&l->mu);
	wunlock(&l->mu);
}

static void renew(void *lessor)
{
	struct lessor *l = lessor;

	wlock(&l->mu);
	if (l->checkpoint != NULL)
		l->checkpoint(l);
	wunlock(&l->mu);
}

GOKER(etcd, 10492, "double lock", LEFT(1, 1), SITES("renew " WRITE_LOCK),
      USES(NEED_RW), .locks = SELF)
{
	struct lessor *l = NEW(struct lessor);

	wlock(&l->mu);
	l->checkpoint = save;
	wunlock(&l->mu);
	go(renew, l);
}

/* ---- etcd/5509 ------------------------------------------------------------ */

/*
 * A request finds its client closed and returns that error with the read lock
 * held.  The goroutine that closes the client waits for the readers to leave.
 */
struct client {
	assay_rwmutex mu;
	bool open;
	assay_chan *asked;
};

static bool acquire(struct client *c)
{
	rlock(&c->mu);
	if (!c->open)
		return false;
	runlock(&c->mu);
	return true;
}

static void request(void *client)
{
	struct client *c = client;

	CHECK(!acquire(c));
	close_chan(c->asked);
}

GOKER(etcd, 5509, "missing unlock", LEFT(1, 1),
      SITES("etcd_5509 [sync.RWMutex.Lock]"), USES(NEED_RW))
{
	struct client *c = NEW(struct client);

	c->asked = chan_signal(0);
	go(request, c);
	wait_for(c->asked);
	wlock(&c->mu);
	wunlock(&c->mu);
}

/* ---- etcd/6708 ------------------------------------------------------------ */

/*
 * A cluster's client learns its members with the lock held for writing.  To
 * find the leader it makes a request by itself, which locks it for reading.
 */
static void request_leader(assay_rwmutex *cluster)
{
	rlock(cluster);
	runlock(cluster);
}

static void learn_members(void *cluster)
{
	wlock(cluster);
	request_leader(cluster);
	wunlock(cluster);
}

GOKER(etcd, 6708, "double lock", LEFT(1, 1), SITES("learn_members " READ_LOCK),
      USES(NEED_RW), .locks = SELF)
{
	go(learn_members, NEW(assay_rwmutex));
}

/* ---- grpc/795 ------------------------------------------------------------- */

/*
 * The second graceful stop of a server sees that it is stopping, and locks
 * where it should unlock.  What still serves then waits for the lock, too.
 */
struct stopping {
	assay_mutex mu;
	bool drains;
};

static void stop_gracefully(struct stopping *s)
{
	lock(&s->mu);
	if (s->drains) {
		lock(&s->mu);
		return;
	}
	s->drains = true;
	unlock(&s->mu);
}

static void serve(void *server)
{
	struct stopping *s = server;

	stir();
	lock(&s->mu);
	unlock(&s->mu);
}

GOKER(grpc, 795, "double lock", LEFT(1, 2),
      SITES("grpc_795 " MUTEX_LOCK, "serve " MUTEX_LOCK), USES(NEED_MUTEX),
      .locks = SELF, .copies = 20)
{
	struct stopping *s = NEW(struct stopping);

	go(serve, s);
	for (int i = 0; i < 3; i++)
		stop_gracefully(s);
}

/* ---- grpc/3017 ------------------------------------------------------------ */

/*
 * A connection that is removed stays in a cache until a timer fires.  If it is
 * taken back just when the timer fires, the timer's function returns with the
 * lock held.
 */
struct cached {
	struct cache *of;
	assay_timer *timer;
	bool taken_back;
};

struct cache {
	assay_mutex mu;
	struct cached *entry;
	assay_chan *over;
};

static void expire(void *cached)
{
	struct cached *entry = cached;

	stir();
	lock(&entry->of->mu);
	if (entry->taken_back)
		return;
	entry->of->entry = NULL;
	unlock(&entry->of->mu);
}

static void take_back(struct cache *c)
{
	lock(&c->mu);
	if (c->entry != NULL && rt->time->timer_stop(c->entry->timer) == 0)
		c->entry->taken_back = true;
	c->entry = NULL;
	unlock(&c->mu);
}

static void put_away(struct cache *c)
{
	lock(&c->mu);
	if (c->entry == NULL) {
		c->entry = NEW(struct cached);
		c->entry->of = c;
		c->entry->timer = rt->time->after_func(1, expire, c->entry);
	}
	unlock(&c->mu);
}

static void put_and_take(void *cache)
{
	struct cache *c = cache;

	for (int64_t i = rounds(1000); i > 0; i--) {
		put_away(c);
		stir();
		take_back(c);
	}
	close_chan(c->over);
}

GOKER(grpc, 3017, "missing unlock", LEFT(0, 1002),
      SITES("grpc_3017 [chan receive]", "put_and_take " MUTEX_LOCK,
	    "expire " MUTEX_LOCK),
      USES(NEED_MUTEX, NEED(time, after_func), NEED(time, timer_stop)),
      .copies = 10)
{
	struct cache *c = NEW(struct cache);

	c->over = chan_signal(0);
	go(put_and_take, c);
	wait_for(c->over);
}

/* ---- hugo/5379 ------------------------------------------------------------ */

/*
 * The content of a page is made once, with the page locked, and its short codes
 * ask for the page's plain text.  Making that locks the page.  Whoever renders
 * the page waits at one of the two.
 */
struct page {
	assay_mutex mu;
	assay_once content, plain;
	assay_waitgroup renderers;
	assay_chan *made;
};

static void count_words(struct page *p);

static void make_content(void *page)
{
	struct page *p = page;

	stir();
	lock(&p->mu);
	count_words(p);
	unlock(&p->mu);
	send_signal(p->made);
}

static void start_content(void *page)
{
	struct page *p = page;

	go(make_content, p);
	either(case_recv(p->made, NULL), case_recv(after(MS), NULL));
}

static void make_plain(void *page)
{
	struct page *p = page;

	lock(&p->mu);
	unlock(&p->mu);
}

static void count_words(struct page *p)
{
	once_do(&p->content, start_content, p);
	once_do(&p->plain, make_plain, p);
}

static void render(void *page)
{
	struct page *p = page;

	count_words(p);
	wg_done(&p->renderers);
}

GOKER(hugo, 5379, "double lock", LEFT(0, 4),
      SITES("hugo_5379 " GROUP_WAIT, "make_content " MUTEX_LOCK,
	    "render " MUTEX_LOCK),
      USES(NEED_MUTEX, NEED_WG, NEED_ONCE, NEED_AFTER, NEED_SELECT),
      .locks = CIRCLE, .copies = 10)
{
	struct page *p = NEW(struct page);

	p->made = chan_signal(1);
	wg_add(&p->renderers, 2);
	go_many(2, render, p);
	wg_wait(&p->renderers);
}

/* ---- moby/17176 ----------------------------------------------------------- */

/*
 * The clean-up of a set of devices returns with the set locked if there was
 * nothing to clean up.  The next one to lock the set waits for ever.
 */
struct devices {
	assay_mutex mu;
	int deleted;
	assay_chan *reached;
};

static void clean_up(struct devices *d)
{
	lock(&d->mu);
	if (d->deleted == 0)
		return;
	unlock(&d->mu);
}

static void reach_devices(void *devices)
{
	struct devices *d = devices;

	lock(&d->mu);
	unlock(&d->mu);
	send_signal(d->reached);
}

GOKER(moby, 17176, "missing unlock", LEFT(1, 1),
      SITES("reach_devices " MUTEX_LOCK),
      USES(NEED_MUTEX, NEED_AFTER, NEED_SELECT))
{
	struct devices *d = NEW(struct devices);

	d->reached = chan_signal(0);
	clean_up(d);
	go(reach_devices, d);
	either(case_recv(after(MS), NULL), case_recv(d->reached, NULL));
}

/* ---- moby/36114 ----------------------------------------------------------- */

/* A machine adds its disks locked, and that removes old ones, locked again. */
static void remove_disks(assay_mutex *machine)
{
	lock(machine);
	unlock(machine);
}

static void add_disks(void *machine)
{
	lock(machine);
	remove_disks(machine);
	unlock(machine);
}

GOKER(moby, 36114, "double lock", LEFT(1, 1), SITES("add_disks " MUTEX_LOCK),
      USES(NEED_MUTEX), .locks = SELF)
{
	go(add_disks, NEW(assay_mutex));
}

/* ---- moby/7559 ------------------------------------------------------------ */

/* A proxy goes on with its next packet, still locked, if it cannot dial. */
static bool dial(int packet)
{
	return packet < 0;
}

static void proxy(void *mu)
{
	for (int packet = 0; packet < 2; packet++) {
		lock(mu);
		if (!dial(packet))
			continue;
		unlock(mu);
	}
}

GOKER(moby, 7559, "missing unlock", LEFT(1, 1), SITES("proxy " MUTEX_LOCK),
      USES(NEED_MUTEX), .locks = SELF)
{
	go(proxy, NEW(assay_mutex));
}

/* ---- syncthing/4829 ------------------------------------------------------- */

/*
 * A mapping of addresses tells its listeners what it has removed while it is
 * locked for writing.  Telling them locks it for reading.
 */
struct mapping {
	assay_rwmutex mu;
	int addresses;
};

static void tell(struct mapping *m)
{
	rlock(&m->mu);
	runlock(&m->mu);
}

static void clear(void *mapping)
{
	struct mapping *m = mapping;
	int removed;

	wlock(&m->mu);
	removed = m->addresses;
	m->addresses = 0;
	if (removed > 0)
		tell(m);
	wunlock(&m->mu);
}

GOKER(syncthing, 4829, "double lock", LEFT(1, 1), SITES("clear " READ_LOCK),
      USES(NEED_RW), .locks = SELF)
{
	struct mapping *m = NEW(struct mapping);

	m->addresses = 1;
	go(clear, m);
}

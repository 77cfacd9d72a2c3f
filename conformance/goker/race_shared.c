/*
 * race_shared.c - several goroutines use what they share, one of them writes
 * it, and not all of them hold the lock.
 */
#include "kit.h"

/* Waits for all of n goroutines; each calls wg_done() as its last act. */
static void run_all(assay_waitgroup *wg, int n, assay_fn fn, void *arg)
{
	wg_add(wg, n);
	go_many(n, fn, arg);
	wg_wait(wg);
}

/* ---- etcd/9446, kubernetes/79631, 81148, 82239 ---------------------------- */

/* A map, as far as the programs need it. */
enum { KEYS = 4 };
struct map {
	int value[KEYS];
};

struct shared_map {
	assay_rwmutex mu;
	assay_waitgroup users;
	struct map *map;
};

static struct shared_map *new_map(void)
{
	struct shared_map *s = NEW(struct shared_map);

	s->map = NEW(struct map);
	return s;
}

/* A transaction's buffer is emptied while a read looks a key up. */
static void empty(void *shared)
{
	struct shared_map *s = shared;

	for (int i = 0; i < KEYS; i++)
		s->map->value[i] = 0;
	wg_done(&s->users);
}

static void look_key_up(void *shared)
{
	struct shared_map *s = shared;

	look(&s->map->value[1]);
	wg_done(&s->users);
}

GOKER(etcd, 9446, "race: map", LEFT(0, 0), USES(NEED_WG), .race = true)
{
	struct shared_map *s = new_map();

	wg_add(&s->users, 2);
	go(empty, s);
	go(look_key_up, s);
	wg_wait(&s->users);
}

/* The queue takes from the map locked, and a test reads it without the lock. */
static void take_locked(void *shared)
{
	struct shared_map *s = shared;

	wlock(&s->mu);
	s->map->value[1] = 0;
	wunlock(&s->mu);
}

GOKER(kubernetes, 79631, "race: half locked", LEFT(0, 0), USES(NEED_RW),
      .race = true)
{
	struct shared_map *s = new_map();

	go(take_locked, s);
	look(&s->map->value[1]);
}

/* The other way about: a test writes, and the queue reads locked. */
static void read_locked(void *shared)
{
	struct shared_map *s = shared;

	wlock(&s->mu);
	for (int i = 0; i < KEYS; i++)
		look(&s->map->value[i]);
	wunlock(&s->mu);
}

GOKER(kubernetes, 81148, "race: half locked", LEFT(0, 0), USES(NEED_RW),
      .race = true)
{
	struct shared_map *s = new_map();

	go(read_locked, s);
	wlock(&s->mu);
	s->map->value[1] = 1;
	wunlock(&s->mu);
	s->map->value[1] = -60;
}

/* A lister hands out the volume itself.  One copies it, another changes it. */
static void copy_volume(void *shared)
{
	struct shared_map *s = shared;
	struct map *copy = NEW(struct map);

	for (int i = 0; i < KEYS; i++)
		copy->value[i] = look(&s->map->value[i]);
	yield();
}

GOKER(kubernetes, 82239, "race: map", LEFT(0, 0), USES(), .race = true)
{
	struct shared_map *s = new_map();

	go(copy_volume, s);
	yield();
	s->map->value[0] = 1;
}

/* ---- kubernetes/77796, 89164, 88331 --------------------------------------- */

/*
 * A cacher empties its buffer of watchers with the lock held, and goes through
 * the buffer without it.
 */
struct cacher {
	assay_rwmutex mu;
	assay_waitgroup events;
	int watchers;
};

static void dispatch_event(void *cacher)
{
	struct cacher *c = cacher;

	wlock(&c->mu);
	c->watchers = 0;
	wunlock(&c->mu);
	yield();
	look(&c->watchers);
	wg_done(&c->events);
}

GOKER(kubernetes, 77796, "race: half locked", LEFT(0, 0),
      USES(NEED_RW, NEED_WG), .race = true)
{
	struct cacher *c = NEW(struct cacher);

	run_all(&c->events, 4, dispatch_event, c);
}

/* The same, and each event but the first is over before the next comes. */
GOKER(kubernetes, 89164, "race: half locked", LEFT(0, 0),
      USES(NEED_RW, NEED_WG), .race = true)
{
	struct cacher *c = NEW(struct cacher);

	wg_add(&c->events, 1);
	go(dispatch_event, c);
	for (int i = 0; i < 3; i++)
		run_all(&c->events, 1, dispatch_event, c);
}

/* A queue is shortened locked, and its length is read without the lock. */
static void shorten(void *cacher)
{
	struct cacher *c = cacher;

	wlock(&c->mu);
	c->watchers--;
	wunlock(&c->mu);
}

GOKER(kubernetes, 88331, "race: half locked", LEFT(0, 0), USES(NEED_RW),
      .race = true)
{
	struct cacher *c = NEW(struct cacher);

	go(shorten, c);
	look(&c->watchers);
}

/* ---- istio/16742, istio/8214 ---------------------------------------------- */

/* A server sets the labels of its clients with the clients read locked only. */
struct clients {
	assay_rwmutex mu;
	assay_waitgroup users;
	int *client;
	int labels;
};

static void stream(void *clients)
{
	struct clients *c = clients;

	wlock(&c->mu);
	c->client = &c->labels;
	wunlock(&c->mu);
	yield();
	look(&c->labels);
	wg_done(&c->users);
}

static void update_labels(void *clients)
{
	struct clients *c = clients;

	yield();
	rlock(&c->mu);
	if (c->client != NULL)
		*c->client = 0;
	runlock(&c->mu);
	wg_done(&c->users);
}

GOKER(istio, 16742, "race: half locked", LEFT(0, 0), USES(NEED_RW, NEED_WG),
      .race = true, .copies = 20)
{
	struct clients *c = NEW(struct clients);

	wg_add(&c->users, 2);
	go(stream, c);
	go(update_labels, c);
	wg_wait(&c->users);
}

/* A cache's count is raised by an atomic operation and read by a plain one. */
struct writes {
	int32_t n;
	assay_waitgroup users;
};

static void write_cache(void *writes)
{
	struct writes *w = writes;

	__atomic_add_fetch(&w->n, 1, __ATOMIC_SEQ_CST);
	look(&w->n);
	wg_done(&w->users);
}

GOKER(istio, 8214, "race: half atomic", LEFT(0, 0), USES(NEED_WG), .race = true)
{
	struct writes *w = NEW(struct writes);

	run_all(&w->users, 2, write_cache, w);
}

/* ---- kubernetes/81091, 80284, 82550, 70892 -------------------------------- */

/* What workers share, and how many there are. */
struct shared {
	assay_waitgroup workers;
	int n, results[3];
	void *made;
	void (*on_rotate)(void);
};

/* A plugin counts its calls, and two workers call it. */
static void filter(void *shared)
{
	struct shared *s = shared;

	s->n++;
	wg_done(&s->workers);
}

GOKER(kubernetes, 81091, "race: counter", LEFT(0, 0), USES(NEED_WG),
      .race = true)
{
	struct shared *s = NEW(struct shared);

	run_all(&s->workers, 2, filter, s);
}

/* Two goroutines each set what is to be called when certificates change. */
static void close_all(void)
{
}

static void configure(void *shared)
{
	struct shared *s = shared;

	s->on_rotate = close_all;
	wg_done(&s->workers);
}

GOKER(kubernetes, 80284, "race: field", LEFT(0, 0), USES(NEED_WG), .race = true)
{
	struct shared *s = NEW(struct shared);

	run_all(&s->workers, 2, configure, s);
}

/* A provider makes what it needs at its first use, and ten use it at once. */
static void provide(void *shared)
{
	struct shared *s = shared;

	if (s->made == NULL)
		s->made = fresh(1);
	wg_done(&s->workers);
}

GOKER(kubernetes, 82550, "race: lazy", LEFT(0, 0), USES(NEED_WG), .race = true)
{
	struct shared *s = NEW(struct shared);

	run_all(&s->workers, 10, provide, s);
}

/* Each worker fills in the results of all priorities, not of its own node. */
static void rate_node(void *shared)
{
	struct shared *s = shared;

	for (int i = 0; i < 3; i++)
		if (s->results[i] != 4)
			s->results[i] = 7 + i;
	wg_done(&s->workers);
}

GOKER(kubernetes, 70892, "race: results", LEFT(0, 0), USES(NEED_WG),
      .race = true)
{
	struct shared *s = NEW(struct shared);

	run_all(&s->workers, 2, rate_node, s);
}

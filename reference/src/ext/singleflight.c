/*
 * singleflight.c - one call for all callers that ask for the same key.
 *
 * The first caller for a key makes a flight and the call.  Callers that come
 * meanwhile wait and share the result.  finish_call() is deferred, so that it
 * runs however the call ends, and records how.
 */
#include <goro_ext.h>
#include <stdlib.h>
#include <string.h>

#include "base/ref.h"
#include "sched/call.h"
#include "sched/outside.h"

enum outcome { RETURNED, PANICKED, EXITED };

/* A caller that takes the result from a channel. */
struct waiter {
	struct waiter *next;
	goro_chan *c;
};

/*
 * The lock of the group guards next, listed, dups and waiters.  The goroutine
 * that makes the call writes the rest, before landed is done.
 */
struct flight {
	goro_flight *group;  /* a reference */
	struct flight *next; /* in its bucket */
	bool listed;         /* find() finds it */
	struct ref refs;     /* the goroutine that calls, those that wait */
	int64_t dups;        /* callers that came later, of either kind */
	struct waiter *waiters;
	goro_waitgroup landed;
	enum outcome outcome;
	bool shared;
	int error;
	void *value;
	struct goro_panic_value panic;
	char key[];
};

/*
 * The lock guards all but refs, which counts the caller and each flight.  A
 * flight needs its reference: a caller that has the result may free the group
 * while others of the flight still use the lock.
 */
struct goro_flight {
	struct ref refs;
	goro_mutex lock;
	struct flight **buckets; /* a power of two; NULL: none yet */
	size_t nbuckets, n;
};

struct call_run {
	struct flight *f;
	goro_call call;
	void *arg;
	bool returned;
};

goro_flight *goro_flight_new(void)
{
	goro_flight *g = calloc(1, sizeof(*g));

	if (g)
		ref_init(&g->refs, 1);
	return g;
}

void goro_flight_free(goro_flight *g)
{
	if (!g || !ref_put(&g->refs))
		return;
	free(g->buckets);
	free(g);
}

/* ---- by key; with the lock ---------------------------------------------- */

static size_t bucket_of(const char *key, size_t nbuckets)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * UINT64_C(1099511628211);
	return (h ^ h >> 32) & (nbuckets - 1);
}

static struct flight *find(goro_flight *g, const char *key)
{
	struct flight *f = NULL;

	if (g->buckets)
		f = g->buckets[bucket_of(key, g->nbuckets)];
	while (f && strcmp(f->key, key) != 0)
		f = f->next;
	return f;
}

static void put(struct flight **buckets, size_t n, struct flight *f)
{
	struct flight **b = &buckets[bucket_of(f->key, n)];

	f->next = *b;
	*b = f;
}

/* Doubles the buckets if they are full.  False if there are none at all. */
static bool make_room(goro_flight *g)
{
	size_t n = g->nbuckets ? g->nbuckets * 2 : 16;
	struct flight **buckets, *f;

	if (g->n < g->nbuckets)
		return true;
	buckets = calloc(n, sizeof(struct flight *));
	if (!buckets)
		return g->buckets != NULL;
	for (size_t i = 0; i < g->nbuckets; i++)
		while ((f = g->buckets[i]) != NULL) {
			g->buckets[i] = f->next;
			put(buckets, n, f);
		}
	free(g->buckets);
	g->buckets = buckets;
	g->nbuckets = n;
	return true;
}

static void unlist(goro_flight *g, struct flight *f)
{
	struct flight **at = &g->buckets[bucket_of(f->key, g->nbuckets)];

	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	f->listed = false;
	g->n--;
}

static struct flight *new_flight(goro_flight *g, const char *key)
{
	size_t size = strlen(key) + 1;
	struct flight *f = calloc(1, sizeof(*f) + size);

	if (!f || !make_room(g)) {
		free(f);
		return NULL;
	}
	memcpy(f->key, key, size);
	ref_get(&g->refs);
	f->group = g;
	ref_init(&f->refs, 1);
	f->listed = true;
	goro_wg_add(&f->landed, 1);
	put(g->buckets, g->nbuckets, f);
	g->n++;
	return f;
}

static void unref(struct flight *f)
{
	goro_flight *g = f->group;

	if (!ref_put(&f->refs))
		return;
	free(f);
	goro_flight_free(g);
}

/* ---- the flight --------------------------------------------------------- */

/* Sends the result of a call that returned.  The channels have room for it. */
static void serve_takers(struct flight *f)
{
	struct goro_flight_result r = {
		.value = f->value, .error = f->error, .shared = f->shared};

	for (struct waiter *t = f->waiters; t; t = t->next)
		goro_send(t->c, &r);
}

static void free_takers(struct flight *f)
{
	struct waiter *t;

	while ((t = f->waiters) != NULL) {
		f->waiters = t->next;
		free(t);
	}
}

static void raise_it(void *panic)
{
	goro_panic_value(panic);
}

/*
 * Ends the process with the panic: callers that wait on a channel would wait
 * for ever.  Raises it in a new goroutine, where no deferred call can recover
 * it.
 */
static void raise_for_takers(const struct goro_panic_value *panic)
{
	if (goro_go_copy(raise_it, panic, sizeof(*panic)) == GORO_OK)
		goro_recv(NULL, NULL);
}

static void finish_call(void *arg)
{
	struct call_run *p = arg;
	struct flight *f = p->f;

	if (!p->returned)
		f->outcome = goro_recover(&f->panic) ? PANICKED : EXITED;
	goro_mutex_lock(&f->group->lock);
	if (f->listed)
		unlist(f->group, f);
	f->shared = f->dups > 0;
	if (f->outcome == RETURNED)
		serve_takers(f);
	goro_mutex_unlock(&f->group->lock);
	if (f->outcome == PANICKED && f->waiters)
		raise_for_takers(&f->panic);
	free_takers(f);
	goro_wg_done(&f->landed);
	if (f->outcome == EXITED)
		unref(f); /* goro__call() will not return to do it */
}

static void make_call(void *arg)
{
	struct call_run *p = arg;

	p->f->error = p->call(p->arg, &p->f->value);
}

/* Makes the call, with the calls that it defers. */
static void run_call(void *arg)
{
	struct call_run *p = arg;

	goro__call(make_call, p, NULL, NULL);
	p->returned = true;
}

/* Returns the result of a call that ended, or panics or exits as it did. */
static int result(struct flight *f, void **value)
{
	enum outcome outcome = f->outcome;
	struct goro_panic_value panic = f->panic;
	int error = f->error;

	if (value)
		*value = f->value;
	unref(f);
	if (outcome == PANICKED)
		goro_panic_value(&panic);
	if (outcome == EXITED)
		goro_goexit();
	return error;
}

static int wait(goro_flight *g, struct flight *f, void **value, bool *shared)
{
	f->dups++;
	ref_get(&f->refs);
	goro_mutex_unlock(&g->lock);
	goro_wg_wait(&f->landed);
	if (shared)
		*shared = true;
	return result(f, value);
}

int goro_flight_do(goro_flight *g, const char *key, goro_call call, void *arg,
		   void **value, bool *shared)
{
	AS_GOROUTINE();
	struct call_run p = {.call = call, .arg = arg};

	if (!g || !key || !call)
		return GORO_EINVAL;
	goro_mutex_lock(&g->lock);
	p.f = find(g, key);
	if (p.f)
		return wait(g, p.f, value, shared);
	p.f = new_flight(g, key);
	goro_mutex_unlock(&g->lock);
	if (!p.f)
		return GORO_ENOMEM;
	goro__call(run_call, &p, finish_call, &p);
	if (shared)
		*shared = p.f->shared;
	return result(p.f, value);
}

/* ---- by channel --------------------------------------------------------- */

/* Makes a call by channel, in a goroutine of its own. */
static void fly_alone(void *arg)
{
	struct call_run p = *(struct call_run *)arg;

	goro__call(run_call, &p, finish_call, &p);
	unref(p.f);
}

static struct waiter *new_taker(void)
{
	struct waiter *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->c = goro_chan_make(sizeof(struct goro_flight_result), 1, NULL);
	if (t->c)
		return t;
	free(t);
	return NULL;
}

/* Adds t to key's flight, which it may start.  Locked.  False: no memory. */
static bool join_call(goro_flight *g, const char *key, struct call_run *p,
		      struct waiter *t)
{
	p->f = find(g, key);
	if (p->f) {
		p->f->dups++;
	} else {
		p->f = new_flight(g, key);
		if (!p->f)
			return false;
		if (goro_go_copy(fly_alone, p, sizeof(*p))) {
			unlist(g, p->f);
			unref(p->f); /* not the last of g */
			return false;
		}
	}
	t->next = p->f->waiters;
	p->f->waiters = t;
	return true;
}

goro_chan *goro_flight_do_chan(goro_flight *g, const char *key, goro_call call,
			       void *arg)
{
	AS_GOROUTINE();
	struct call_run p = {.call = call, .arg = arg};
	struct waiter *t;
	goro_chan *c;
	bool ok;

	if (!g || !key || !call)
		return NULL;
	t = new_taker();
	if (!t)
		return NULL;
	c = t->c; /* t may be freed after the unlock */
	goro_mutex_lock(&g->lock);
	ok = join_call(g, key, &p, t);
	goro_mutex_unlock(&g->lock);
	if (ok)
		return c;
	goro_chan_free(c);
	free(t);
	return NULL;
}

void goro_flight_forget(goro_flight *g, const char *key)
{
	AS_GOROUTINE();
	struct flight *f;

	if (!g || !key)
		return;
	goro_mutex_lock(&g->lock);
	f = find(g, key);
	if (f)
		unlist(g, f);
	goro_mutex_unlock(&g->lock);
}

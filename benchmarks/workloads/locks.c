/* locks.c - mutex, rwmutex, waitgroup, once, cond, pool. */
#include <stdlib.h>

#include "workload.h"

static void mutex(struct bench_state *s)
{
	assay_mutex m = {0};
	int64_t n = bench_begin(s), bad = 0;

	for (int64_t i = 0; i < n; i++) {
		bad |= rt.sync.mutex_lock(&m, ASSAY_FOREVER);
		rt.sync.mutex_unlock(&m);
	}
	bench_end(s);
	expect(s, "sum of statuses", bad, ASSAY_OK);
	finish(s, n, 0, 0);
}

/* ---- several at a time --------------------------------------------------- */

struct shared {
	assay_mutex m;
	assay_rwmutex rw;
	assay_waitgroup wg;
	int64_t turns, n;
};

static void increment(void *arg)
{
	struct shared *c = arg;

	for (int64_t i = 0; i < c->turns; i++) {
		rt.sync.mutex_lock(&c->m, ASSAY_FOREVER);
		c->n++;
		rt.sync.mutex_unlock(&c->m);
	}
	rt.sync.wg_add(&c->wg, -1);
}

static void read_lock(void *arg)
{
	struct shared *c = arg;

	for (int64_t i = 0; i < c->turns; i++) {
		rt.sync.rw_rlock(&c->rw, ASSAY_FOREVER);
		rt.sync.rw_runlock(&c->rw);
	}
	rt.sync.mutex_lock(&c->m, ASSAY_FOREVER);
	c->n += c->turns;
	rt.sync.mutex_unlock(&c->m);
	rt.sync.wg_add(&c->wg, -1);
}

/* So many goroutines share the turns; rounded up to whole turns each. */
static void together(struct bench_state *s, assay_fn fn)
{
	int64_t goroutines = bench_range(s, 0);
	struct shared c = {0};
	int64_t n = bench_begin(s);

	c.turns = (n + goroutines - 1) / goroutines;
	rt.sync.wg_add(&c.wg, goroutines);
	for (int64_t i = 0; i < goroutines; i++)
		spawn(fn, &c);
	rt.sync.wg_wait(&c.wg, ASSAY_FOREVER);
	bench_end(s);
	expect(s, "count", c.n, c.turns * goroutines);
	finish(s, c.turns * goroutines, goroutines, 0);
}

static void mutex_contended(struct bench_state *s)
{
	together(s, increment);
}

static void rwmutex_read(struct bench_state *s)
{
	together(s, read_lock);
}

/* ---- waitgroup, once ----------------------------------------------------- */

static void waitgroup(struct bench_state *s)
{
	assay_waitgroup wg = {0};
	int64_t n = bench_begin(s), bad = 0;

	for (int64_t i = 0; i < n; i++) {
		bad |= rt.sync.wg_add(&wg, 1);
		bad |= rt.sync.wg_add(&wg, -1);
	}
	bench_end(s);
	bad |= rt.sync.wg_wait(&wg, ASSAY_FOREVER);
	expect(s, "sum of statuses", bad, ASSAY_OK);
	finish(s, n, 0, 0);
}

static void count_up(void *arg)
{
	++*(int64_t *)arg;
}

static void once(struct bench_state *s)
{
	assay_once o = {0};
	int64_t calls = 0, n;

	rt.sync.once_do(&o, count_up, &calls);
	n = bench_begin(s);
	for (int64_t i = 0; i < n; i++)
		rt.sync.once_do(&o, count_up, &calls);
	bench_end(s);
	expect(s, "number of calls", calls, 1);
	finish(s, n, 0, 0);
}

/* ---- cond ---------------------------------------------------------------- */

/* Two goroutines take turns: odd ones are main's. */
struct turns {
	assay_mutex m;
	assay_cond even, odd;
	assay_waitgroup wg;
	int64_t turn, last;
};

static void take_even(void *arg)
{
	struct turns *t = arg;

	rt.sync.mutex_lock(&t->m, ASSAY_FOREVER);
	while (t->turn < t->last) {
		t->turn++;
		rt.sync.cond_signal(&t->odd);
		while (t->turn % 2 == 1)
			rt.sync.cond_wait(&t->even, &t->m);
	}
	rt.sync.mutex_unlock(&t->m);
	rt.sync.wg_add(&t->wg, -1);
}

static void cond_pingpong(struct bench_state *s)
{
	struct turns t = {0};
	int64_t n;

	rt.sync.wg_add(&t.wg, 1);
	n = bench_begin(s);
	t.last = 2 * n;
	spawn(take_even, &t);
	rt.sync.mutex_lock(&t.m, ASSAY_FOREVER);
	while (t.turn < t.last) {
		while (t.turn % 2 == 0)
			rt.sync.cond_wait(&t.odd, &t.m);
		t.turn++;
		rt.sync.cond_signal(&t.even);
	}
	rt.sync.mutex_unlock(&t.m);
	bench_end(s);
	rt.sync.wg_wait(&t.wg, ASSAY_FOREVER);
	expect(s, "number of turns", t.turn, 2 * n);
	finish(s, n, 1, 0);
}

/* ---- pool ---------------------------------------------------------------- */

static void *make_item(void *arg)
{
	count_up(arg);
	return zeroed(1, 64);
}

static void pool(struct bench_state *s)
{
	int64_t made = 0, n;
	assay_pool *p = rt.sync.pool_new(make_item, &made);

	if (!p)
		die("no pool");
	n = bench_begin(s);
	for (int64_t i = 0; i < n; i++) {
		char *item = rt.sync.pool_get(p);

		item[0]++;
		rt.sync.pool_put(p, item);
	}
	bench_end(s);
	free(rt.sync.pool_get(p));
	rt.sync.pool_free(p);
	if (made < 1 || made > n + 1)
		bench_error(s, "%lld items made", (long long)made);
	bench_counter(s, "made", (double)made, BENCH_PLAIN);
	finish(s, n, 0, 0);
}

#define NEED_MUTEX NEED(sync, mutex_lock), NEED(sync, mutex_unlock)

const struct workload sync_workloads[] = {
	{"sync/mutex", mutex, NEEDS(NEED_MUTEX)},
	{"sync/mutex_contended/goroutines:8", mutex_contended,
	 NEEDS(NEED_GO, NEED_MUTEX)},
	{"sync/rwmutex_read/goroutines:4", rwmutex_read,
	 NEEDS(NEED_GO, NEED_MUTEX, NEED(sync, rw_rlock),
	       NEED(sync, rw_runlock))},
	{"sync/waitgroup", waitgroup,
	 NEEDS(NEED(sync, wg_add), NEED(sync, wg_wait))},
	{"sync/once", once, NEEDS(NEED(sync, once_do))},
	{"sync/cond_pingpong", cond_pingpong,
	 NEEDS(NEED_GO, NEED_MUTEX, NEED(sync, cond_wait),
	       NEED(sync, cond_signal))},
	{"sync/pool", pool,
	 NEEDS(NEED(sync, pool_new), NEED(sync, pool_get), NEED(sync, pool_put),
	       NEED(sync, pool_free))},
	{0},
};

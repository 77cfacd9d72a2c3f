/*
 * timer_races.c - `timer_races MODE`: timers that several goroutines use at
 * once, and accounts that must come out even.
 *
 * Each time a timer is armed it either fires once, or a stop or reset says
 * that it took it back; whoever races with whom, the sum is exact.
 */
#include <stdatomic.h>

#include "prog.h"

enum { TIMERS = 8, WORKERS = 8, MICROSECOND = 1000 };

static goro_timer *timers[TIMERS];
static atomic_llong armed, fired, taken_back;
static goro_waitgroup wg;
static int rounds = 1000;

/* Of each goroutine. */
struct rnd {
	uint64_t x;
};

static uint32_t rnd(struct rnd *r, uint32_t n)
{
	r->x = r->x * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((r->x >> 33) % n);
}

static void add(atomic_llong *n, int64_t delta)
{
	/* relaxed: read when all goroutines have ended */
	atomic_fetch_add_explicit(n, delta, memory_order_relaxed);
}

static int64_t get(atomic_llong *n)
{
	return atomic_load_explicit(n, memory_order_relaxed);
}

static void fire(void *unused)
{
	(void)unused;
	add(&fired, 1);
}

static void change(struct rnd *r, goro_timer *t)
{
	int n;

	if (rnd(r, 3) == 0) {
		n = goro_timer_stop(t);
	} else {
		n = goro_timer_reset(t, (int64_t)rnd(r, 60) * MICROSECOND - 5);
		add(&armed, 1);
	}
	CHECK(n == 0 || n == 1);
	add(&taken_back, n);
}

static void receive(struct rnd *r, goro_timer *t)
{
	int64_t until = goro_now() + (int64_t)rnd(r, 30) * MICROSECOND;
	goro_chan *c = goro_timer_chan(t);
	struct goro_case cases[] = {{.c = c, .dir = GORO_RECV},
				    {.c = c, .dir = GORO_RECV}};
	size_t chosen;

	if (rnd(r, 2))
		add(&fired, goro_chan_recv(c, NULL, until) == GORO_OK);
	else
		add(&fired,
		    goro_select_until(cases, 2, until, &chosen) == GORO_OK);
}

static void work(void *seed)
{
	struct rnd r = {*(uint64_t *)seed};

	for (int i = 0; i < rounds; i++) {
		goro_timer *t = timers[rnd(&r, TIMERS)];

		if (goro_timer_chan(t) && rnd(&r, 2))
			receive(&r, t);
		else
			change(&r, t);
		if (rnd(&r, 8) == 0)
			goro_sleep((int64_t)rnd(&r, 40) * MICROSECOND);
	}
	goro_wg_done(&wg);
}

static void run_workers(goro_fn fn)
{
	goro_wg_add(&wg, WORKERS);
	for (uint64_t i = 0; i < WORKERS; i++) {
		uint64_t seed = i * 977 + (uint64_t)goro_now();

		CHECK(goro_go_copy(fn, &seed, sizeof(seed)) == GORO_OK);
	}
	goro_wg_wait(&wg);
}

static uint64_t in_heaps(void)
{
	struct goro_stats s;

	goro_read_stats(&s);
	return s.timers;
}

/* Functions that are started have run when their count has come. */
static void settle_accounts(void)
{
	for (int i = 0; i < TIMERS; i++)
		add(&taken_back, goro_timer_stop(timers[i]));
	for (int i = 0; i < 2000; i++) {
		if (get(&armed) == get(&fired) + get(&taken_back))
			break;
		goro_sleep(MS);
	}
	CHECK(get(&armed) == get(&fired) + get(&taken_back));
	CHECK(get(&fired) > 0);
	CHECK(get(&taken_back) > 0);
	for (int i = 0; i < TIMERS; i++)
		goro_timer_free(timers[i]);
	CHECK(in_heaps() == 0);
}

static void funcs(void *unused)
{
	(void)unused;
	for (int i = 0; i < TIMERS; i++)
		timers[i] = goro_after_func(MS, fire, NULL);
	add(&armed, TIMERS);
	run_workers(work);
	settle_accounts();
}

static void channels(void *unused)
{
	(void)unused;
	for (int i = 0; i < TIMERS; i++)
		timers[i] = goro_timer_new(MS);
	add(&armed, TIMERS);
	run_workers(work);
	settle_accounts();
}

/* ---- freed while they fire ---------------------------------------------- */

static void make_and_free(void *seed)
{
	struct rnd r = {*(uint64_t *)seed};

	for (int i = 0; i < rounds; i++) {
		int64_t ns = (int64_t)rnd(&r, 20) * MICROSECOND;
		goro_timer *f = goro_after_func(ns, fire, NULL);
		goro_timer *t = goro_timer_new(ns);
		goro_ticker *k = goro_ticker_new(ns + 1, NULL);
		goro_chan *c = goro_ticker_chan(k);

		goro_chan_recv(goro_timer_chan(t), NULL,
			       goro_now() + (int64_t)rnd(&r, 20) * MICROSECOND);
		goro_chan_recv(c, NULL, goro_now() + 5 * MICROSECOND);
		goro_timer_free(f);
		goro_timer_free(t);
		goro_ticker_free(k);
	}
	goro_wg_done(&wg);
}

static void freed(void *unused)
{
	(void)unused;
	run_workers(make_and_free);
	CHECK(in_heaps() == 0);
}

/* ---- deadlines ---------------------------------------------------------- */

static goro_chan *meeting;

static void meet(void *seed)
{
	struct rnd r = {*(uint64_t *)seed};

	for (int i = 0; i < rounds; i++) {
		int64_t until = goro_now() + (int64_t)rnd(&r, 20) * MICROSECOND;
		int v = i;

		if (rnd(&r, 2))
			add(&armed,
			    goro_chan_send(meeting, &v, until) == GORO_OK);
		else
			add(&fired,
			    goro_chan_recv(meeting, &v, until) == GORO_OK);
	}
	goro_wg_done(&wg);
}

/* A value that was sent was received, whatever timed out at that moment. */
static void deadlines(void *unused)
{
	(void)unused;
	meeting = goro_make(sizeof(int), 0);
	run_workers(meet);
	CHECK(get(&armed) == get(&fired));
	CHECK(get(&fired) > 0);
	CHECK(in_heaps() == 0);
}

/* ---- Ps that come and go ------------------------------------------------ */

static void resize(void *unused)
{
	(void)unused;
	for (int i = 0; i < rounds / 20; i++) {
		goro_gomaxprocs(1 + i % 8);
		goro_sleep(50 * MICROSECOND);
	}
	goro_wg_done(&wg);
}

static void moved(void *unused)
{
	goro_wg_add(&wg, 1);
	goro_go(resize, NULL);
	channels(unused);
}

/* ---- virtual time ------------------------------------------------------- */

/* Wakes at exactly the time it asked for, every time. */
static void exact(void *seed)
{
	struct rnd r = {*(uint64_t *)seed};

	for (int i = 0; i < rounds; i++) {
		int64_t due = goro_now() + rnd(&r, 1000);
		int64_t got;
		goro_timer *t;

		goro_sleep(due - goro_now());
		CHECK(goro_now() == due);
		due += rnd(&r, 1000);
		CHECK(goro_chan_recv(NULL, NULL, due) == GORO_TIMEOUT);
		CHECK(goro_now() == due);
		t = goro_timer_new(rnd(&r, 1000));
		goro_recv(goro_timer_chan(t), &got);
		CHECK(got == goro_now());
		goro_timer_free(t);
	}
	goro_wg_done(&wg);
}

static void virtual_times(void *unused)
{
	(void)unused;
	run_workers(exact);
	CHECK(in_heaps() == 0);
}

static const struct mode modes[] = {
	{"funcs", funcs}, {"channels", channels},
	{"freed", freed}, {"deadlines", deadlines},
	{"moved", moved}, {"virtual", virtual_times},
	{NULL, NULL},
};

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	struct goro_config c = {.size = sizeof(c)};
	goro_fn fn = find_mode(modes, name);

	if (argc > 2)
		rounds = (int)number_arg(argv[2]);
	c.virtual_time = fn == virtual_times;
	CHECK(goro_run_with(fn, NULL, &c) == GORO_OK);
	return check_failed;
}

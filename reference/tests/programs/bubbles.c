/*
 * bubbles.c - bubbles as C programs use them.
 *
 *	bubbles storm [ROUNDS]   many at once, in each a bit of everything
 *	bubbles virtual          in a run that is in virtual time itself
 *	bubbles calls            panics, statuses, what the clock is where
 *	bubbles blocked | left   a deadlock that nobody recovers
 */
#include <stdatomic.h>

#include <goro_net.h>

#include "prog.h"

#define HOUR (3600 * GORO_SECOND)

/* ---- storm ----------------------------------------------------------------- */

enum { WORKERS = 8, STEPS = 30, DRIVERS = 16 };

static long rounds = 200;

/* One bubble.  What is plain only this bubble's goroutines touch. */
struct storm {
	goro_chan *c;
	goro_mutex m;
	goro_cond cond;
	goro_waitgroup wg;
	uint64_t random;
	int64_t begin, in_all; /* ns that all workers have slept; with m */
	int ready, fired;      /* with m */
	atomic_int nth;
};

static uint64_t draw(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

static void fire(void *arg)
{
	struct storm *s = arg;

	goro_mutex_lock(&s->m);
	s->fired++;
	goro_cond_broadcast(&s->cond);
	goro_mutex_unlock(&s->m);
}

/* Waits until one more timer of the bubble has fired than before. */
static void wait_for_fire(struct storm *s)
{
	goro_timer *timer;
	int before;

	goro_mutex_lock(&s->m);
	before = s->fired;
	timer = goro_after_func(GORO_SECOND, fire, s);
	while (s->fired == before)
		goro_cond_wait(&s->cond, &s->m);
	goro_mutex_unlock(&s->m);
	goro_timer_free(timer);
}

static void sleep_exactly(struct storm *s, int64_t ns)
{
	int64_t begin = goro_now();

	goro_sleep(ns);
	CHECK(goro_now() == begin + ns);
	goro_mutex_lock(&s->m);
	s->in_all += ns;
	goro_mutex_unlock(&s->m);
}

/* Gives or takes, whatever comes first; or there is nobody, for a minute. */
static void meet(struct storm *s)
{
	int in, out = 1;
	struct goro_case cases[] = {{.c = s->c, .dir = GORO_SEND, .send = &out},
				    {.c = s->c, .dir = GORO_RECV, .recv = &in}};
	int64_t until = goro_now() + 60 * GORO_SECOND;
	size_t chosen;
	int status = goro_select_until(cases, 2, until, &chosen);

	CHECK(status == GORO_OK ||
	      (status == GORO_TIMEOUT && goro_now() == until));
}

static void wait_for_timer(uint64_t *random)
{
	int64_t ns = (int64_t)(draw(random) % 1000), t = 0;
	int64_t due = goro_now() + ns;
	goro_timer *timer = goro_timer_new(ns);

	if (draw(random) % 4 == 0) {
		goro_timer_reset(timer, 0);
		due = goro_now();
	}
	goro_recv(goro_timer_chan(timer), &t);
	CHECK(t == due && goro_now() >= due);
	goro_timer_free(timer);
}

static void step(struct storm *s, uint64_t *random)
{
	switch (draw(random) % 6) {
	case 0:
		sleep_exactly(s, (int64_t)(draw(random) % 1000));
		break;
	case 1:
		meet(s);
		break;
	case 2:
		wait_for_timer(random);
		break;
	case 3:
		wait_for_fire(s);
		break;
	case 4:
		goro_chan_recv(NULL, NULL, goro_now() + 5);
		break;
	default:
		goro_yield();
	}
}

static void work(void *arg)
{
	struct storm *s = arg;
	uint64_t random = s->random + (uint64_t)atomic_fetch_add(&s->nth, 1);

	for (int i = 0; i < STEPS; i++)
		step(s, &random);
}

static void blow(void *arg)
{
	struct storm *s = arg;

	s->begin = goro_now();
	s->c = goro_make(sizeof(int), 0);
	for (int i = 0; i < WORKERS; i++)
		goro_wg_go(&s->wg, work, s);
	for (int i = 0; i < 5; i++) {
		int64_t now = goro_now();

		goro_bubble_wait();
		CHECK(goro_now() == now);
		goro_sleep(1);
	}
	goro_wg_wait(&s->wg);
	CHECK(s->in_all <= WORKERS * (goro_now() - s->begin));
}

static void blow_often(void *seed)
{
	for (long i = 0; i < rounds; i++) {
		struct storm s = {.random = (uintptr_t)seed * 1000003 +
					    (uint64_t)i};

		goro_bubble_run(blow, &s, i % 2 ? GORO_BUBBLE_MUTEXES : 0);
		goro_chan_free(s.c);
	}
}

static void storm(void *unused)
{
	goro_waitgroup all = {{0}};

	(void)unused;
	for (uintptr_t i = 1; i <= DRIVERS; i++)
		goro_wg_go(&all, blow_often, (void *)i);
	goro_wg_wait(&all);
}

/* ---- virtual --------------------------------------------------------------- */

static void sleep_an_hour(void *unused)
{
	int64_t begin = goro_now();

	(void)unused;
	goro_sleep(HOUR);
	CHECK(goro_now() == begin + HOUR);
}

static void in_virtual_time(void *unused)
{
	int64_t begin = goro_now();

	(void)unused;
	goro_bubble_run(sleep_an_hour, NULL, 0);
	CHECK(goro_now() == begin);
	goro_sleep(GORO_SECOND);
	CHECK(goro_now() == begin + GORO_SECOND);
}

/* ---- calls ----------------------------------------------------------------- */

static void nothing(void *unused)
{
	(void)unused;
}

static void block(void *unused)
{
	(void)unused;
	goro_recv(NULL, NULL);
}

static void leave_one(void *unused)
{
	(void)unused;
	goro_go(block, NULL);
}

static void run_it(void *fn)
{
	goro_bubble_run(*(goro_fn *)fn, NULL, 0);
}

static void run_inside(void *unused)
{
	(void)unused;
	goro_bubble_run(nothing, NULL, 0);
}

static void wait_outside(void *unused)
{
	(void)unused;
	goro_bubble_wait();
}

static void panics_with(goro_fn fn, void *arg, const char *text)
{
	struct goro_panic_value v = {0};

	CHECK(goro_try(fn, arg, &v) == GORO_PANICKED);
	CHECK(strcmp(v.text, text) == 0);
}

static void note_now(void *t)
{
	*(int64_t *)t = goro_now();
}

static void has_its_clock(void *unused)
{
	int64_t begin = goro_now(), in_call = 0;
	char state[64];

	(void)unused;
	panics_with(run_inside, NULL,
		    "synctest.Run called from within a synctest bubble");
	goro_sleep(5);
	goro_blocking(note_now, &in_call);
	CHECK(in_call > 0 && in_call < begin); /* outside */
	CHECK(goro_state(1, state, sizeof(state)) == GORO_OK &&
	      strcmp(state, "synctest.Run (durable)") == 0);
}

/* The slots for look-ups are of no bubble, whoever was first. */
static void looks_up(void *unused)
{
	goro_conn *c;

	(void)unused;
	CHECK(goro_dial("tcp", "localhost:1", GORO_FOREVER, &c) != GORO_OK);
}

static void calls(void *unused)
{
	goro_fn blocks = block, leaves = leave_one;

	(void)unused;
	CHECK(goro_bubble_run_status(NULL, NULL, 0) == GORO_EINVAL);
	CHECK(goro_bubble_run_status(nothing, NULL, ~0u) == GORO_EINVAL);
	CHECK(goro_bubble_wait_status() == GORO_BUBBLE_NONE);
	panics_with(wait_outside, NULL, "goroutine is not in a bubble");
	panics_with(run_it, &blocks,
		    "deadlock: all goroutines in bubble are blocked");
	panics_with(run_it, &leaves,
		    "deadlock: main bubble goroutine has exited but blocked "
		    "goroutines remain");
	goro_bubble_run(has_its_clock, NULL, 0);
	goro_bubble_run(looks_up, NULL, 0);
	looks_up(NULL);
	goro_bubble_run(looks_up, NULL, 0);
}

/* ---- main ------------------------------------------------------------------ */

static void blocked(void *unused)
{
	(void)unused;
	goro_bubble_run(block, NULL, 0);
}

static void left(void *unused)
{
	(void)unused;
	goro_bubble_run(leave_one, NULL, 0);
}

int main(int argc, char **argv)
{
	static const struct mode modes[] = {
		{"storm", storm}, {"virtual", in_virtual_time},
		{"calls", calls}, {"blocked", blocked},
		{"left", left},   {NULL, NULL}};
	goro_fn fn = find_mode(modes, argv[1]);
	struct goro_config c = {.size = sizeof(c),
				.virtual_time = fn == in_virtual_time};

	if (argc > 2)
		rounds = number_arg(argv[2]);
	return goro_run_with(fn, NULL, &c) ? 1 : check_failed;
}

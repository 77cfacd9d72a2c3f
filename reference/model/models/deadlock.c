/*
 * deadlock.c - the last M that goes to sleep against timers that are stopped and
 * work that is submitted: stopm.c, deadlock.c, poll.c and the scheduler as they
 * are.
 *
 * A deadlock is reported once all goroutines have ended, and no earlier.
 */
#include "harness.h"

#include "sched/die.h"
#include "sched/poll.h"
#include "sched/switch.h"
#include "sched/timer.h"

static int made, ended; /* goroutines */
static int reported;
static int64_t when;
static struct timer timer;

_Noreturn void goro__fatal(const char *text)
{
	(void)text;
	if (ended < made)
		model_fail("dead, though a goroutine could run");
	reported++;
	when = model_clock();
	for (;;)
		model_sleep(&reported, "the report");
}

/* ended is the model's own: what it orders is no concern of the runtime's. */
static __attribute__((no_sanitize("thread"))) void count(int *n)
{
	++*n;
}

static void ends(void *unused)
{
	(void)unused;
	count(&ended);
}

static struct g *make(int i, struct p *p, void (*fn)(void *))
{
	count(&made);
	return harness_go(i, p, fn);
}

/* Another one, next on the P of the caller. */
static void submits(void *unused)
{
	(void)unused;
	submit(goro__m()->p, make(1, NULL, ends), NULL);
	count(&ended);
}

static void fire(struct timer *t, int64_t now)
{
	(void)now;
	goro__timer_done(t);
	submit(goro__m()->p, &harness_g[2], NULL);
}

static void stops(void *unused)
{
	(void)unused;
	goro__timer_del(&timer);
	count(&ended);
}

static void sets(void *unused)
{
	(void)unused;
	timer = (struct timer){.when = 100, .fn = fire};
	make(2, NULL, ends);
	goro__timer_add(&timer);
	count(&ended);
}

static void reset(int ps, int running)
{
	harness_reset(ps, running);
	goro__sched.embedded = false;
	made = ended = reported = 0;
	for (int i = 0; i < 3; i++)
		harness_m_thread(&"M0\0M1\0M2"[3 * i], i);
}

static void setup_submit(void)
{
	reset(2, 2);
	make(0, &harness_p[0], submits);
}

static void setup_woken(void)
{
	reset(2, 1);
	make(0, &harness_p[0], submits);
}

static void setup_timer(void)
{
	reset(2, 2);
	make(0, &harness_p[0], sets);
}

/* M1 may sleep for it already, or be about to. */
static void setup_stopped(void)
{
	reset(2, 2);
	timer = (struct timer){.when = 1000, .fn = fire};
	goro__timer_add_to(&harness_p[0], &timer);
	make(0, &harness_p[0], stops);
}

static void check(void)
{
	MODEL_CHECK(ended == made);
	if (reported != 1)
		model_fail("all sleep, and nobody says so");
}

/* Nobody slept until the timer would have been due. */
static void check_stopped(void)
{
	check();
	MODEL_CHECK(when < 1000);
}

const struct scenario model_scenarios[] = {
	{"submit", setup_submit, check, 2, 0},
	{"woken", setup_woken, check, 2, 0},
	{"timer", setup_timer, check, 1, 0},
	{"stopped", setup_stopped, check_stopped, 2, 0},
	{NULL, NULL, NULL, 0, 0},
};

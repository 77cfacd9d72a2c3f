/*
 * run.c - runs litmus programs many times and counts how they end.
 *
 * A driver, the main goroutine, makes some rounds, starts their goroutines,
 * waits until all have ended and notes the outcomes: on a busy machine a wait is
 * what costs.  A round that ended otherwise than by itself leaves goroutines
 * behind, blocked for ever: nothing lets them go, their objects are theirs
 * alone, and when they are many the driver stops and says so.
 * assay_litmus/child.py then goes on in a new process.
 *
 * That nobody can go on is known in one of two ways.  In virtual time a sleep
 * of the driver ends when all others are blocked.  Otherwise the driver looks
 * whether as many goroutines are parked as are alive; if so twice in a row
 * nobody was on the way from one wait to the next.  A runtime may count others,
 * too, or one that waits on its own behalf: so each must be where it may wait.
 *
 * It prints
 *
 *	virtual 0|1
 *	begin NUMBER
 *	seen COUNT END REGISTERS PC ...    an outcome; registers in hexadecimal
 *	end NUMBER ROUNDS                  how many rounds were run
 *	full                               it stops early
 */
#include "litmus.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../cases/kit/run.h"

enum { KINDS_OF_END = 512, LEFT_MAX = 3000, LOOKS = 8, ABREAST = 32 };

/* Longer than anything that a program or a pause sleeps. */
#define VIRTUAL_DAY INT64_C(86400000000000)

struct seen {
	int count, end, pc[ACTORS];
	uint64_t regs;
};

static struct {
	FILE *batch;
	uint64_t random;
	int64_t parked_before; /* goroutines of the runtime's own */
	int left_max;
	struct seen seen[KINDS_OF_END];
	int kinds;
} driver;

/* ---- a round ------------------------------------------------------------- */

static bool make_objects(struct round *r)
{
	for (int i = 0; i < r->p->objects; i++)
		if (r->p->thing[i].kind == CHAN && r->p->thing[i].size >= 0) {
			r->object[i].chan = rt->chan->make(
				sizeof(int64_t), r->p->thing[i].size, NULL);
			if (r->object[i].chan == NULL)
				return false;
		}
	return true;
}

void litmus_drop(struct round *r)
{
	/* the last one has seen what all others have done */
	if (atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) > 1)
		return;
	for (int i = 0; i < r->p->objects; i++)
		if (r->p->thing[i].kind == CHAN && r->object[i].chan != NULL)
			rt->chan->free(r->object[i].chan);
	free(r);
}

static _Noreturn void give_up(const char *what)
{
	fprintf(stderr, "litmus: %s\n", what);
	exit(2);
}

/* One goroutine in four is ten times as slow as it would be. */
static void set_up(struct actor *a, struct round *r, int number, enum mood mood)
{
	uint64_t x = litmus_draw(&driver.random);

	a->round = r;
	a->number = number;
	a->mood = mood;
	a->random = x | 1;
	a->slow = 1u << (x >> 20) % 9;
	if ((x >> 40) % 4 == 0)
		a->slow *= 10;
}

/*
 * In virtual time sleeps cost nothing and give every order.  In real time a
 * yield or a sleep may give the CPU to another process, for long on a busy
 * machine; so they are rarer.
 */
static enum mood draw_mood(void)
{
	static const enum mood real[8] = {CALM,  CALM,  CALM,   SPINS,
					  SPINS, SPINS, YIELDS, SLEEPS};
	uint64_t x = litmus_draw(&driver.random) >> 20;

	if (litmus_virtual)
		return x % 4 > 0 ? SLEEPS : (enum mood)(x / 4 % MOODS);
	return real[x % 8];
}

static struct round *new_round(const struct program *p)
{
	enum mood mood = draw_mood();
	struct round *r = calloc(1, sizeof(*r));

	if (r == NULL)
		give_up("out of memory");
	r->p = p;
	atomic_init(&r->end, -1);
	atomic_init(&r->left, p->actors);
	atomic_init(&r->refs, p->actors + 1);
	for (int i = 0; i < p->actors; i++)
		set_up(&r->actor[i], r, i, mood);
	if (!make_objects(r))
		give_up("no memory for channels");
	return r;
}

/* In an order of its own each time. */
static void start(struct round *r)
{
	int n = r->p->actors;
	int first = (int)(litmus_draw(&driver.random) >> 20) & INT16_MAX;
	int step = first & 1024 ? 1 : n - 1;

	/* the driver's own: it alone counts up */
	atomic_fetch_add_explicit(&litmus_alive, n, memory_order_relaxed);
	for (int i = 0; i < n; i++)
		if (rt->core->go(litmus_act, &r->actor[(first + i * step) % n],
				 0) != ASSAY_OK)
			give_up("core->go failed");
}

static bool over(struct round *r)
{
	/* pairs with the store in litmus_finish(), the count in litmus_act() */
	return atomic_load_explicit(&r->end, memory_order_acquire) >= 0 ||
	       atomic_load_explicit(&r->left, memory_order_seq_cst) == 0;
}

static bool all_over(struct round **r, int n)
{
	while (n > 0 && over(r[n - 1]))
		n--;
	return n == 0;
}

/* Pairs with the count in litmus_act(). */
static int alive_now(void)
{
	return atomic_load_explicit(&litmus_alive, memory_order_seq_cst);
}

static int64_t parked(void)
{
	if (rt->inspect == NULL || rt->inspect->num_waiting == NULL)
		give_up("it has neither virtual time nor "
			"inspect->num_waiting");
	return rt->inspect->num_waiting();
}

/* The loads pair with the counts in litmus_act() and nap(). */
static bool all_parked(void)
{
	int alive = alive_now();

	return atomic_load_explicit(&litmus_asleep, memory_order_seq_cst) ==
		       0 &&
	       parked() - driver.parked_before >= alive && alive_now() == alive;
}

/* True if who has not ended is in an operation that may wait, in each round. */
static bool all_in_waits(struct round **r, int n)
{
	for (int i = 0; i < n; i++)
		for (int k = 0; k < r[i]->p->actors; k++) {
			/* pairs with go_to() */
			int pc = atomic_load_explicit(&r[i]->actor[k].pc,
						      memory_order_acquire);
			const struct op *op =
				&r[i]->p->code[k][pc < 0 ? 0 : pc];

			if (!over(r[i]) && pc >= 0 && !op->waits)
				return false;
		}
	return true;
}

/* Returns when each round is over or nobody can go on. */
static void await_ends(struct round **r, int n)
{
	struct timespec t = {.tv_nsec = 20000};
	int looks = 0;

	if (litmus_virtual) {
		rt->time->sleep(VIRTUAL_DAY);
		return;
	}
	while (!all_over(r, n)) {
		if (looks++ < LOOKS) {
			rt->core->yield();
			continue;
		}
		if (all_parked() && all_parked() && all_in_waits(r, n))
			return;
		nanosleep(&t, NULL);
	}
}

/* ---- outcomes ------------------------------------------------------------ */

/* Registers count always, places only where nobody can go on. */
static struct seen outcome(struct round *r)
{
	struct seen s = {.count = 1};

	litmus_finish(r, END_QUIET);
	/* one that was first has not yet said how, perhaps */
	while ((s.end = atomic_load_explicit(&r->end, memory_order_acquire)) <
	       0)
		rt->core->yield();
	/* ordered by the load of end above; pc pairs with go_to() */
	s.regs = atomic_load_explicit(&r->last, memory_order_relaxed);
	for (int i = 0; i < r->p->actors; i++)
		s.pc[i] = s.end != END_QUIET
				  ? -1
				  : atomic_load_explicit(&r->actor[i].pc,
							 memory_order_acquire);
	return s;
}

static bool same(const struct seen *a, const struct seen *b)
{
	return a->end == b->end && a->regs == b->regs &&
	       memcmp(a->pc, b->pc, sizeof(a->pc)) == 0;
}

static void note_outcome(const struct seen *s)
{
	for (int i = 0; i < driver.kinds; i++)
		if (same(&driver.seen[i], s)) {
			driver.seen[i].count++;
			return;
		}
	if (driver.kinds == KINDS_OF_END)
		give_up("too many different outcomes");
	driver.seen[driver.kinds++] = *s;
}

static void print_outcomes(const struct program *p)
{
	for (int i = 0; i < driver.kinds; i++) {
		const struct seen *s = &driver.seen[i];

		printf("seen %d %d %" PRIx64, s->count, s->end, s->regs);
		for (int k = 0; k < p->actors; k++)
			printf(" %d", s->pc[k]);
		printf("\n");
	}
}

/* ---- the driver ---------------------------------------------------------- */

static void run_rounds(const struct program *p, int n)
{
	struct round *r[ABREAST];
	struct seen s;

	for (int i = 0; i < n; i++)
		r[i] = new_round(p);
	for (int i = 0; i < n; i++)
		start(r[i]);
	await_ends(r, n);
	for (int i = 0; i < n; i++) {
		s = outcome(r[i]);
		note_outcome(&s);
		litmus_drop(r[i]);
	}
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* False if too many goroutines are left behind. */
static bool run_program(const struct program *p)
{
	int room, n = 0;

	driver.kinds = 0;
	printf("begin %d\n", p->number);
	fflush(stdout);
	while (n < p->rounds && (room = driver.left_max - alive_now()) > 0) {
		int some = least(ABREAST,
				 least(p->rounds - n, 1 + room / p->actors));

		run_rounds(p, some);
		n += some;
	}
	print_outcomes(p);
	printf("end %d %d\n", p->number, n);
	fflush(stdout);
	return n == p->rounds;
}

/* A goroutine may be a thread: then the runtime says how many there can be. */
static int left_max(void)
{
	uint64_t most = rt->max_goroutines / 10;

	return most == 0 || most > LEFT_MAX ? LEFT_MAX : (int)most;
}

/* One that goroutines of a round that is over may still look at. */
static struct program *new_program(void)
{
	struct program *p = calloc(1, sizeof(*p));

	if (p == NULL)
		give_up("out of memory");
	return p;
}

static void drive(void *arg)
{
	struct program *p = new_program();

	(void)arg;
	printf("virtual %d\n", litmus_virtual);
	driver.left_max = left_max();
	if (!litmus_virtual)
		driver.parked_before = parked();
	while (litmus_load(driver.batch, p)) {
		if (!run_program(p)) {
			printf("full\n");
			break;
		}
		p = new_program();
	}
	fflush(stdout);
	/* main's return would be a report of those left behind */
	rt->core->exit(0);
}

/* In virtual time if it is asked for and the runtime has it. */
int litmus_main(const char *path)
{
	struct assay_run_options o = {.size = sizeof(o),
				      .procs = case_run.procs,
				      .flags = ASSAY_RUN_VIRTUAL_TIME,
				      .seed = case_run.seed};
	char clock[16] = "";
	int status = ASSAY_ENOTSUP;

	driver.batch = fopen(path, "r");
	driver.random = case_run.seed * 2 + 1;
	if (driver.batch == NULL ||
	    fscanf(driver.batch, "clock %15s", clock) != 1)
		give_up("no batch to run");
	litmus_virtual = strcmp(clock, "virtual") == 0;
	if (litmus_virtual)
		status = rt->core->run(drive, NULL, &o);
	if (status != ASSAY_ENOTSUP)
		return status == ASSAY_OK ? 0 : 2;
	litmus_virtual = false;
	o.flags = 0;
	return rt->core->run(drive, NULL, &o) == ASSAY_OK ? 0 : 2;
}

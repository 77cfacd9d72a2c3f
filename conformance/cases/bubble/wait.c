/*
 * When a bubble's wait returns, and what happens before that.
 */
#include "bub.h"

static void nothing(void *unused)
{
	(void)unused;
}

static void only_wait(void *unused)
{
	(void)unused;
	bubble_wait();
}

CASE(BUB_022, "a bubble may be empty, and may have nobody to wait for",
     NEEDS(NEED_BUBBLE))
{
	in_bubble(nothing, NULL);
	in_bubble(only_wait, NULL);
	prove_alive();
}

/* ---- BUB-001 ---------------------------------------------------------------- */

struct busy {
	atomic_int done;
	assay_chan *never;
};

static void yield_then_park(void *arg)
{
	struct busy *b = arg;

	for (int i = 0; i < 1000; i++)
		yield();
	mark(&b->done);
	receive(b->never);
}

static void wait_for_busy(void *arg)
{
	struct busy *b = arg;

	b->never = chan_int(0);
	go(yield_then_park, b);
	bubble_wait();
	CHECK_EQ(count(&b->done), 1);
	bubble_wait();
	close_chan(b->never);
}

CASE(BUB_001, "wait returns when the others are blocked, not while one yields",
     NEEDS(NEED_BUBBLE))
{
	struct busy b = {0};

	in_bubble(wait_for_busy, &b);
	CHECK_EQ(count(&b.done), 1);
}

static void one_more(void *n)
{
	mark(n);
}

static void wait_for_ended(void *n)
{
	go_many(10, one_more, n);
	bubble_wait();
	CHECK_EQ(count(n), 10);
}

CASE_OF(BUB_001, ended, "wait returns when the others have ended",
	NEEDS(NEED_BUBBLE))
{
	atomic_int n = 0;

	in_bubble(wait_for_ended, &n);
}

struct link {
	assay_chan *c;
	bool *done;
};

/* Takes the count; if that is not 0, starts the next one and hands it on. */
static void count_down(void *arg)
{
	struct link *l = arg;
	int left = recv_int(l->c);

	if (left == 0) {
		*l->done = true;
		return;
	}
	go(count_down, l);
	send_int(l->c, left - 1);
}

static void wait_for_chain(void *done)
{
	struct link l = {chan_int(0), done};

	go(count_down, &l);
	send_int(l.c, 100);
	bubble_wait();
	CHECK(*l.done);
}

CASE_OF(BUB_001, chain, "wait returns after the last of a chain of goroutines",
	NEEDS(NEED_BUBBLE))
{
	bool done = false;

	in_bubble(wait_for_chain, &done);
}

static void sleep_then_mark(void *n)
{
	sleep_ns(SEC);
	mark(n);
}

static void wait_beside_sleeper(void *n)
{
	int64_t begin = now();

	go(sleep_then_mark, n);
	bubble_wait();
	CHECK_EQ(now(), begin);
	CHECK_EQ(count(n), 0);
	sleep_ns(SEC);
	bubble_wait();
	CHECK_EQ(count(n), 1);
	CHECK_EQ(now(), begin + SEC);
}

CASE_OF(BUB_001, sleeper, "a sleeper is blocked: wait returns before it wakes",
	NEEDS(NEED_BUBBLE))
{
	atomic_int n = 0;

	in_bubble(wait_beside_sleeper, &n);
}

/* ---- BUB-015 ---------------------------------------------------------------- */

/* Plain: only the waits order what is done to them. */
struct plain {
	int v[10];
	assay_chan *gate;
};

struct slot {
	struct plain *p;
	int i;
};

static void add_one(void *arg)
{
	struct slot *s = arg;

	s->p->v[s->i]++;
}

static void add_one_and_park(void *arg)
{
	struct slot s = *(struct slot *)arg;

	s.p->v[s.i]++;
	receive(s.p->gate);
}

static void start_all(struct plain *p, assay_fn fn)
{
	for (int i = 0; i < 10; i++)
		go_copy(fn, &(struct slot){p, i}, sizeof(struct slot));
}

static void add_to_all(struct plain *p, int expected)
{
	for (int i = 0; i < 10; i++) {
		CHECK_EQ(p->v[i], expected);
		p->v[i]++;
	}
}

static void write_in_turn(void *arg)
{
	struct plain *p = arg;

	add_to_all(p, 0);
	start_all(p, add_one);
	bubble_wait();
	add_to_all(p, 2);
	p->gate = chan_signal(0);
	start_all(p, add_one_and_park);
	bubble_wait();
	add_to_all(p, 4);
	close_chan(p->gate);
}

CASE(BUB_015, "what others did before a wait happens before its return",
     NEEDS(NEED_BUBBLE))
{
	struct plain p = {0};

	in_bubble(write_in_turn, &p);
	add_to_all(&p, 5);
}

static void write_by_timers(void *arg)
{
	struct plain *p = arg;
	static struct slot s[10];

	for (int i = 0; i < 10; i++) {
		s[i] = (struct slot){p, i};
		rt->time->after_func(0, add_one, &s[i]);
	}
	bubble_wait();
	add_to_all(p, 1);
	p->gate = chan_signal(0);
	for (int i = 0; i < 10; i++)
		rt->time->after_func(0, add_one_and_park, &s[i]);
	bubble_wait();
	add_to_all(p, 3);
	close_chan(p->gate);
}

CASE_OF(BUB_015, timers, "so does what the functions of timers did",
	NEEDS(NEED_BUBBLE, NEED(time, after_func)))
{
	struct plain p = {0};

	in_bubble(write_by_timers, &p);
	add_to_all(&p, 4);
}

static void start_by_another(void *arg)
{
	start_all(arg, add_one);
}

static void leave_to_others(void *p)
{
	go(start_by_another, p);
}

CASE_OF(BUB_015, run, "what a bubble did happens before the return of its run",
	NEEDS(NEED_BUBBLE))
{
	struct plain p = {0};

	in_bubble(leave_to_others, &p);
	add_to_all(&p, 1);
	in_bubble(leave_to_others, &p);
	add_to_all(&p, 3);
}

/* ---- BUB-027 ---------------------------------------------------------------- */

static void run_inside(void *unused)
{
	(void)unused;
	CHECK_EQ(rt->bubble->run(nothing, NULL, 0), ASSAY_BUBBLE_NESTED);
	bubble_wait();
}

CASE(BUB_027, "a bubble in a bubble is a panic", NEEDS(NEED_BUBBLE))
{
	in_bubble(run_inside, NULL);
}

CASE_OF(BUB_027, outside, "so is a wait outside of a bubble",
	NEEDS(NEED_BUBBLE))
{
	CHECK_EQ(rt->bubble->wait(), ASSAY_BUBBLE_NONE);
	in_bubble(nothing, NULL);
	CHECK_EQ(rt->bubble->wait(), ASSAY_BUBBLE_NONE);
}

static void wait_and_count(void *refused)
{
	int status = rt->bubble->wait();

	CHECK_EITHER(status, ASSAY_OK, ASSAY_BUBBLE_WAITING);
	if (status != ASSAY_OK)
		mark(refused);
}

/* Neither wait can return before the other one was refused. */
static void wait_twice(void *refused)
{
	go(wait_and_count, refused);
	go(wait_and_count, refused);
	while (count(refused) == 0)
		yield();
}

CASE_OF(BUB_027, twice, "so is a second wait at the same time",
	NEEDS(NEED_BUBBLE))
{
	atomic_int refused = 0;

	in_bubble(wait_twice, &refused);
	CHECK_EQ(count(&refused), 1);
}

/* ---- BUB-028 ---------------------------------------------------------------- */

static void leave_by_goexit(void *n)
{
	CHECK_EQ(rt->core->defer(one_more, n), ASSAY_OK);
	rt->core->goexit();
}

static void start_and_leave(void *n)
{
	go(leave_by_goexit, n);
	leave_by_goexit(n);
}

CASE(BUB_028, "goexit ends a bubble's goroutines as a return does",
     NEEDS(NEED_BUBBLE, NEED(core, goexit), NEED(core, defer)))
{
	atomic_int n = 0;

	in_bubble(start_and_leave, &n);
	CHECK_EQ(count(&n), 2);
}

static void raise_boom(void *unused)
{
	(void)unused;
	raise_text("boom");
}

static void try_boom(void *n)
{
	struct assay_panic p = {0};

	CHECK_EQ(rt->core->try_(raise_boom, NULL, &p), ASSAY_PANICKED);
	CHECK_STR(p.text, "boom");
	mark(n);
}

CASE_OF(BUB_028, caught, "a panic that is recovered harms no bubble",
	NEEDS(NEED_BUBBLE, NEED(core, panic), NEED(core, try_)))
{
	atomic_int n = 0;

	in_bubble(try_boom, &n);
	CHECK_EQ(count(&n), 1);
}

CASE_OF(BUB_028, panic, "one that nobody recovers ends the process",
	ENDS(.status = 2, .first = "panic: boom", .max_ms = 4000),
	NEEDS(NEED_BUBBLE, NEED(core, panic)))
{
	due();
	in_bubble(raise_boom, NULL);
	say("went on\n");
}

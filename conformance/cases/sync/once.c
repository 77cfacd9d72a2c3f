/*
 * once.c - once: one call, which all wait for (WG-012 to WG-015, WG-033).
 */
#include "deadlock/dl.h"
#include "kit/sync_kit.h"

#define CALLERS 10

#define NEED_ONCE NEED(sync, once_do)

struct single {
	assay_once once;
	assay_chan *done;
	atomic_int calls, early, entered;
	int finished; /* plain: once orders it */
};

static void slow_call(void *arg)
{
	struct single *s = arg;

	mark(&s->calls);
	(void)becomes(&s->entered, CALLERS);
	sleep_ns(2 * MS);
	s->finished = 1;
}

static void call_once(void *arg)
{
	struct single *s = arg;

	mark(&s->entered);
	rt->sync->once_do(&s->once, slow_call, s);
	if (!s->finished)
		mark(&s->early);
	send_signal(s->done);
}

CASE(WG_012, "once runs one call, and all callers wait until it has ended",
     NEEDS(NEED_ONCE))
{
	assay_chan *done = chan_signal(0);

	for (int64_t round = rounds(3); round > 0; round--) {
		struct single s = {.done = done};

		go_many(CALLERS, call_once, &s);
		join(done, CALLERS);
		CHECK_EQ(count(&s.calls), 1);
		CHECK_EQ(count(&s.early), 0);
		rt->sync->once_do(&s.once, slow_call, &s);
		CHECK_EQ(count(&s.calls), 1);
	}
}

static void count_call(void *calls)
{
	mark(calls);
}

static void count_ten(void *calls)
{
	atomic_fetch_add_explicit((atomic_int *)calls, 10,
				  memory_order_release);
}

CASE(WG_013, "once runs only the first function", .flags = CASE_VALGRIND,
     NEEDS(NEED_ONCE))
{
	assay_once a = {{0}}, b = {{0}};
	atomic_int calls = 0;

	rt->sync->once_do(&a, count_call, &calls);
	rt->sync->once_do(&a, count_ten, &calls);
	rt->sync->once_do(&a, count_call, &calls);
	CHECK_EQ(count(&calls), 1);
	rt->sync->once_do(&b, count_ten, &calls);
	CHECK_EQ(count(&calls), 11);
}

struct panicking {
	assay_once once;
	int calls;
};

static void call_and_panic(void *arg)
{
	((struct panicking *)arg)->calls++;
	raise_text("first");
}

static void do_panicking(void *arg)
{
	struct panicking *p = arg;

	rt->sync->once_do(&p->once, call_and_panic, p);
}

CASE(WG_014, "a call that panics counts as done",
     NEEDS(NEED_ONCE, NEED(core, try_), NEED(core, panic)))
{
	struct panicking p = {.calls = 0};
	struct assay_panic out;

	CHECK_EQ(rt->core->try_(do_panicking, &p, &out), ASSAY_PANICKED);
	CHECK_STR(out.text, "first");
	CHECK_EQ(rt->core->try_(do_panicking, &p, &out), ASSAY_OK);
	CHECK_EQ(rt->core->try_(do_panicking, &p, &out), ASSAY_OK);
	CHECK_EQ(p.calls, 1);
}

static void do_inside(void *once)
{
	rt->sync->once_do(once, do_inside, once);
}

CASE(WG_015, "once inside its own call deadlocks", NEEDS(NEED_ONCE),
     DEADLOCKS_IN(ANY_STATE), .timeout_ms = 5000)
{
	assay_once once = {{0}};

	due();
	do_inside(&once);
	say("went on\n");
}

/* ---- WG-033 ------------------------------------------------------------- */

struct leaving {
	assay_once once;
	assay_chan *done;
	atomic_int calls, entered, tidied;
};

static void tidy(void *arg)
{
	mark(arg);
}

static void call_and_leave(void *arg)
{
	struct leaving *l = arg;

	REQUIRE_EQ(rt->core->defer(tidy, &l->tidied), ASSAY_OK);
	mark(&l->calls);
	(void)becomes(&l->entered, 5);
	settle(5);
	rt->core->goexit();
}

static void end_by_once(void *arg)
{
	struct leaving *l = arg;

	REQUIRE_EQ(rt->core->defer(tidy, &l->tidied), ASSAY_OK);
	rt->sync->once_do(&l->once, call_and_leave, l);
	CHECK_MSG(false, "goexit came back from once");
}

static void wait_for_once(void *arg)
{
	struct leaving *l = arg;

	mark(&l->entered);
	rt->sync->once_do(&l->once, call_and_leave, l);
	send_signal(l->done);
}

#define NEED_LEAVE                                                             \
	NEED_ONCE, NEED(core, goexit), NEED(core, defer), NEED(core, try_)

CASE(WG_033, "a call that ends its goroutine counts as done", NEEDS(NEED_LEAVE))
{
	struct leaving l = {.done = chan_signal(0)};

	go(end_by_once, &l);
	REQUIRE(becomes(&l.calls, 1));
	go_many(5, wait_for_once, &l);
	join(l.done, 5);
	go(wait_for_once, &l);
	wait_for(l.done);
	rt->sync->once_do(&l.once, call_and_leave, &l);
	CHECK_EQ(count(&l.calls), 1);
	CHECK(becomes(&l.tidied, 2));
}

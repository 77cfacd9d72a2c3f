/*
 * lazy.c - values that are made at their first use (WG-016, WG-034, WG-035).
 */
#include "kit/sync_kit.h"

#define NEED_LAZY                                                              \
	NEED_EXT(lazy, make), NEED_EXT(lazy, get), NEED_EXT(lazy, free)

struct maker {
	atomic_int calls, asked;
	void *value;
	int slow; /* made by the call; the getters must see it */
};

static assay_lazy *lazy(void *(*make)(void *), struct maker *m)
{
	assay_lazy *l = ext->lazy->make(make, m);

	REQUIRE(l != NULL);
	return l;
}

static void *make_value(void *arg)
{
	struct maker *m = arg;

	mark(&m->calls);
	return m->value;
}

CASE(WG_016, "a lazy value is made once, at the first get",
     .flags = CASE_VALGRIND, NEEDS(NEED_LAZY))
{
	struct maker m = {.value = &m}, nil = {.value = NULL};
	assay_lazy *l = lazy(make_value, &m), *none = lazy(make_value, &nil);

	CHECK_EQ(count(&m.calls), 0);
	for (int i = 0; i < 5; i++) {
		CHECK_PTR(ext->lazy->get(l), ==, &m);
		CHECK_PTR(ext->lazy->get(none), ==, NULL);
	}
	CHECK_EQ(count(&m.calls), 1);
	CHECK_EQ(count(&nil.calls), 1);
	ext->lazy->free(l);
	ext->lazy->free(none);
	ext->lazy->free(lazy(make_value, &m));
	ext->lazy->free(NULL);
	CHECK_EQ(count(&m.calls), 1);
}

static void *make_slowly(void *arg)
{
	struct maker *m = arg;

	mark(&m->calls);
	(void)becomes(&m->asked, 10);
	sleep_ns(2 * MS);
	m->slow = 1;
	return m->value;
}

struct getter {
	assay_lazy *l;
	struct maker *m;
	assay_chan *ended;
	atomic_int wrong;
};

static void get_value(void *arg)
{
	struct getter *g = arg;

	mark(&g->m->asked);
	if (ext->lazy->get(g->l) != g->m->value || g->m->slow != 1)
		mark(&g->wrong);
	send_signal(g->ended);
}

CASE_OF(WG_016, wait, "all who get a lazy value wait until it is made",
	NEEDS(NEED_LAZY))
{
	assay_chan *ended = chan_signal(0);

	for (int64_t i = rounds(5); i > 0; i--) {
		struct maker m = {.value = &m};
		struct getter g = {lazy(make_slowly, &m), &m, ended, 0};

		go_many(10, get_value, &g);
		join(ended, 10);
		CHECK_EQ(count(&g.wrong), 0);
		CHECK_EQ(count(&m.calls), 1);
		ext->lazy->free(g.l);
	}
}

static void *make_and_panic(void *arg)
{
	struct maker *m = arg;
	struct assay_panic p = {.kind = ASSAY_PANIC_INT, .value = 42};

	mark(&m->calls);
	rt->core->panic(&p);
	return NULL;
}

static void *make_and_raise(void *arg)
{
	mark(&((struct maker *)arg)->calls);
	raise_text("no value");
}

static void get_it(void *l)
{
	(void)ext->lazy->get(l);
}

#define NEED_CAUGHT NEED_LAZY, NEED(core, try_), NEED(core, panic)

CASE_OF(WG_016, panic, "a panic is raised again at each get, with its value",
	NEEDS(NEED_CAUGHT))
{
	struct maker number = {.value = NULL}, text = {.value = NULL};
	assay_lazy *l = lazy(make_and_panic, &number);
	assay_lazy *other = lazy(make_and_raise, &text);

	for (int i = 0; i < 4; i++) {
		struct assay_panic p = {.kind = ASSAY_PANIC_NIL};

		CHECK_EQ(rt->core->try_(get_it, l, &p), ASSAY_PANICKED);
		CHECK_EQ(p.kind, ASSAY_PANIC_INT);
		CHECK_EQ(p.value, 42);
		CHECK_EQ(rt->core->try_(get_it, other, &p), ASSAY_PANICKED);
		CHECK_EQ(p.kind, ASSAY_PANIC_STRING);
		CHECK_STR(p.text, "no value");
	}
	CHECK_EQ(count(&number.calls), 1);
	CHECK_EQ(count(&text.calls), 1);
	ext->lazy->free(l);
	ext->lazy->free(other);
}

struct catcher {
	assay_lazy *l;
	assay_chan *ended;
	atomic_int caught;
};

static void get_and_catch(void *arg)
{
	struct catcher *c = arg;
	struct assay_panic p = {.kind = ASSAY_PANIC_NIL};

	if (rt->core->try_(get_it, c->l, &p) == ASSAY_PANICKED &&
	    p.kind == ASSAY_PANIC_INT && p.value == 42)
		mark(&c->caught);
	send_signal(c->ended);
}

CASE_OF(WG_016, all, "it is raised in all who get it at once",
	NEEDS(NEED_CAUGHT))
{
	struct maker m = {.value = NULL};
	struct catcher c = {.l = lazy(make_and_panic, &m),
			    .ended = chan_signal(0)};

	go_many(10, get_and_catch, &c);
	join(c.ended, 10);
	CHECK_EQ(count(&c.caught), 10);
	CHECK_EQ(count(&m.calls), 1);
	ext->lazy->free(c.l);
}

CASE_OF(WG_016, dies, "not caught, it ends the process",
	NEEDS(NEED_LAZY, NEED(core, panic)),
	ENDS(.status = 2, .match = {"^panic: no value"}, .out = ""))
{
	struct maker m = {.value = NULL};

	get_it(lazy(make_and_raise, &m));
	say("went on\n");
}

/* ---- WG-034, WG-035 ----------------------------------------------------- */

static void *make_and_leave(void *arg)
{
	mark(&((struct maker *)arg)->calls);
	yield();
	rt->core->goexit();
	return arg;
}

static void send_end(void *ended)
{
	send_signal(ended);
}

/* However the get ends, the goroutine does. */
static void get_and_end(void *arg)
{
	struct getter *g = arg;

	REQUIRE_EQ(rt->core->defer(send_end, g->ended), ASSAY_OK);
	(void)rt->core->try_(get_it, g->l, NULL);
}

#define NEED_LEAVE NEED_CAUGHT, NEED(core, goexit), NEED(core, defer)

CASE(WG_034, "a value whose maker ends its goroutine is not made again",
     NEEDS(NEED_LEAVE))
{
	struct maker m = {.value = NULL};
	struct getter g = {lazy(make_and_leave, &m), &m, chan_signal(0), 0};

	for (int i = 0; i < 3; i++) {
		go(get_and_end, &g);
		wait_for(g.ended);
	}
	CHECK_EQ(count(&m.calls), 1);
	ext->lazy->free(g.l);
}

CASE_OF(WG_034, many, "nobody who gets it at that time hangs",
	NEEDS(NEED_LEAVE))
{
	assay_chan *ended = chan_signal(0);

	for (int64_t i = rounds(20); i > 0; i--) {
		struct maker m = {.value = NULL};
		struct getter g = {lazy(make_and_leave, &m), &m, ended, 0};

		go_many(6, get_and_end, &g);
		join(ended, 6);
		CHECK_EQ(count(&m.calls), 1);
		ext->lazy->free(g.l);
	}
}

static void *make_and_raise_nil(void *arg)
{
	struct assay_panic p = {.kind = ASSAY_PANIC_NIL};

	mark(&((struct maker *)arg)->calls);
	rt->core->panic(&p);
	return arg;
}

CASE(WG_035, "a value whose maker raises nil raises it at each get",
     NEEDS(NEED_CAUGHT))
{
	static const char text[] = "panic called with nil argument";
	struct maker m = {.value = NULL};
	assay_lazy *l = lazy(make_and_raise_nil, &m);

	for (int i = 0; i < 4; i++) {
		struct assay_panic p = {.kind = ASSAY_PANIC_STRING};

		CHECK_EQ(rt->core->try_(get_it, l, &p), ASSAY_PANICKED);
		CHECK_EQ(p.kind, ASSAY_PANIC_NIL);
		CHECK_BYTES(p.text, text, sizeof(text) - 1);
	}
	CHECK_EQ(count(&m.calls), 1);
	ext->lazy->free(l);
}

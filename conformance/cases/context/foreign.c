/*
 * foreign.c - contexts of a program's own kind: with hooks of their own, and
 * round another (CX-031 to CX-033, see also CX-021).
 */
#include "cx.h"

static int64_t live(void)
{
	return rt->inspect->num_goroutine();
}

/* ---- CX-031: hooks ------------------------------------------------------------- */

#define HOOKS 8

/* A context that keeps who wants to be told of its end in a table. */
struct far {
	assay_context *c;
	assay_chan *done;
	assay_mutex lock;
	struct hook {
		assay_fn fn;
		void *x;
		bool added;
	} hooks[HOOKS];
	bool ended;
	atomic_int added, ever; /* hooks that are there now, and were */
	atomic_int freed;       /* all contexts are: nobody may use it */
};

static void *add_hook(void *arg, assay_fn fn, void *x)
{
	struct far *f = arg;
	struct hook *h = NULL;

	lock(&f->lock);
	for (int i = 0; i < HOOKS && h == NULL; i++)
		if (!f->hooks[i].added)
			h = &f->hooks[i];
	REQUIRE(h != NULL);
	*h = (struct hook){fn, x, !f->ended};
	mark(&f->ever);
	if (f->ended)
		go(fn, x);
	else
		mark(&f->added);
	unlock(&f->lock);
	return h;
}

static bool remove_hook(void *arg, void *added)
{
	struct far *f = arg;
	struct hook *h = added;
	bool was;

	yield();
	CHECK_EQ(count(&f->freed), 0);
	lock(&f->lock);
	was = h->added;
	h->added = false;
	if (was)
		atomic_fetch_sub_explicit(&f->added, 1, memory_order_acq_rel);
	unlock(&f->lock);
	return was;
}

static void end_far(struct far *f)
{
	lock(&f->lock);
	f->ended = true;
	close_chan(f->done);
	for (int i = 0; i < HOOKS; i++)
		if (f->hooks[i].added) {
			f->hooks[i].added = false;
			go(f->hooks[i].fn, f->hooks[i].x);
		}
	unlock(&f->lock);
}

static void make_far(struct far *f)
{
	struct assay_end_hooks hooks = {add_hook, remove_hook, f};

	*f = (struct far){.done = chan_signal(0)};
	REQUIRE_EQ(ext->context->foreign_after(f->done, &hooks, &f->c),
		   ASSAY_OK);
	REQUIRE(f->c != NULL);
}

#define NEED_HOOKS                                                             \
	NEED_CX, NEED_EXT(context, foreign_after), NEED_CAUSE, NEED_TIMEOUT,   \
		NEED(sync, mutex_lock), NEED(sync, mutex_unlock),              \
		NEED(inspect, num_goroutine)

CASE(CX_031, "a child adds itself to its foreign parent, and ends with it",
     NEEDS(NEED_HOOKS))
{
	int64_t before = live();
	static struct far f;
	assay_context *child, *timed, *below, *late;

	make_far(&f);
	CHECK_EQ(err_of(f.c), 0);
	child = with_cancel(f.c);
	timed = with_timeout(f.c, HOUR, ERR_A);
	below = with_cancel(timed);
	CHECK_EQ(count(&f.added), 2);
	CHECK_EQ(live(), before);
	CHECK_ALIVE(child);
	end_far(&f);
	wait_done(child);
	wait_done(below);
	CHECK_ENDED(f.c, ASSAY_CANCELED);
	CHECK_ENDED(child, ASSAY_CANCELED);
	CHECK_ENDED(timed, ASSAY_CANCELED);
	CHECK_EQ(cause_of(below), ASSAY_CANCELED);
	late = with_cancel(f.c);
	CHECK_ENDED(late, ASSAY_CANCELED);
	free_context(late);
	free_context(below);
	free_context(timed);
	free_context(child);
	free_context(f.c);
	CHECK_EQ(count(&f.ever), 2);
	CHECK_EQ(left_of(before), before);
}

CASE_OF(CX_031, cancel, "a child that is cancelled takes itself off",
	NEEDS(NEED_HOOKS))
{
	int64_t before = live();
	static struct far f;

	make_far(&f);
	for (int i = 0; i < 20; i++) {
		assay_context *child = with_cancel(f.c);

		CHECK_EQ(count(&f.added), 1);
		if (i % 2 == 0) {
			cancel_cause(child, ERR_A);
			CHECK_EQ(count(&f.added), 0);
			CHECK_EQ(cause_of(child), ERR_A);
		}
		free_context(child);
		CHECK_EQ(count(&f.added), 0);
		CHECK_ALIVE(f.c);
	}
	CHECK_EQ(live(), before);
	CHECK_EQ(count(&f.ever), 20);
	free_context(f.c);
}

CASE_OF(CX_031, timeout, "so does one whose time is over", NEEDS(NEED_HOOKS))
{
	static struct far f;
	assay_context *child;

	make_far(&f);
	child = with_timeout(f.c, MS, 0);
	wait_done(child);
	CHECK_ENDED(child, ASSAY_DEADLINE);
	for (int64_t end = in(upto(10 * SEC));
	     count(&f.added) > 0 && now() < end;)
		yield();
	CHECK_EQ(count(&f.added), 0);
	CHECK_EQ(count(&f.ever), 1);
	free_context(child);
	free_context(f.c);
}

struct race {
	struct far f;
	assay_chan *ended;
};

static void end_in_race(void *arg)
{
	struct race *r = arg;

	yield();
	end_far(&r->f);
	send_signal(r->ended);
}

CASE_OF(CX_031, race, "the end of both at once, and who adds itself late",
	NEEDS(NEED_HOOKS))
{
	static struct race r;

	r.ended = chan_signal(0);
	for (int64_t i = rounds(300); i > 0; i--) {
		assay_context *child, *other;

		make_far(&r.f);
		go(end_in_race, &r);
		child = with_cancel(r.f.c);
		other = with_cancel(r.f.c);
		if (i % 2 == 0)
			cancel(child);
		wait_done(child);
		wait_done(other);
		CHECK_ENDED(other, ASSAY_CANCELED);
		wait_for(r.ended);
		free_context(child);
		free_context(other);
		free_context(r.f.c);
		mark(&r.f.freed);
	}
}

/* ---- CX-032, CX-033: round another --------------------------------------------- */

static assay_context *round_of(assay_context *inner, assay_chan *done)
{
	assay_context *c = NULL;

	REQUIRE_EQ(ext->context->foreign_round(inner, done, &c), ASSAY_OK);
	REQUIRE(c != NULL);
	return c;
}

#define NEED_ROUND                                                             \
	NEED_CX, NEED_EXT(context, foreign_round), NEED_CAUSE, NEED_TIMEOUT,   \
		NEED_VALUE, NEED_DEADLINE

/* The end of inner, by `cause`, is that of what lies beyond the wrapper. */
static void passes_end(bool own_done)
{
	assay_context *inner = with_cancel(background());
	assay_chan *done = own_done ? chan_signal(0) : NULL;
	assay_context *wrap = round_of(inner, done);
	assay_context *child = with_cancel(wrap), *timed, *late;

	timed = with_timeout(child, HOUR, ERR_B);
	CHECK_ALIVE(wrap);
	CHECK_ALIVE(child);
	CHECK_EQ(ext->context->cancel(wrap, 0), ASSAY_CTX_KIND);
	cancel_cause(inner, ERR_A);
	CHECK_EQ(err_of(wrap), ASSAY_CANCELED);
	CHECK_EQ(cause_of(wrap), ERR_A);
	if (own_done)
		close_chan(done);
	wait_done(child);
	wait_done(timed);
	CHECK_ENDED(wrap, ASSAY_CANCELED);
	CHECK_ENDED(child, ASSAY_CANCELED);
	CHECK_EQ(cause_of(child), ERR_A);
	CHECK_EQ(cause_of(timed), ERR_A);
	late = with_cancel(wrap);
	wait_done(late);
	CHECK_EQ(cause_of(late), ERR_A);
	free_context(late);
	free_context(timed);
	free_context(child);
	free_context(wrap);
	free_context(inner);
}

CASE(CX_032, "end and cause pass through a foreign wrapper",
     .flags = CASE_VALGRIND, NEEDS(NEED_ROUND))
{
	passes_end(false);
	passes_end(true);
}

CASE_OF(CX_032, tells, "a wrapper has its inner context's value and deadline",
	NEEDS(NEED_ROUND))
{
	int64_t at = in(HOUR), told = 0;
	assay_context *timed = with_deadline(background(), at, 0);
	assay_context *inner = with_value(timed, 1, 1, "v");
	assay_context *wrap = round_of(inner, NULL);
	assay_context *other = round_of(inner, chan_signal(0));
	assay_context *child[] = {with_timeout(wrap, 2 * HOUR, 0),
				  with_timeout(other, 2 * HOUR, 0)};

	for (int i = 0; i < 2; i++) {
		CHECK_STR((const char *)value_of(child[i], 1, 1), "v");
		CHECK_PTR(value_of(child[i], 1, 2), ==, NULL);
		CHECK(ext->context->deadline(child[i], &told));
		CHECK_EQ(told, at);
		CHECK_ALIVE(child[i]);
	}
	CHECK_PTR(done_of(other), !=, done_of(inner));
	cancel(child[1]);
	CHECK_ENDED(child[1], ASSAY_CANCELED);
	CHECK_ALIVE(child[0]);
	CHECK_ALIVE(other);
	for (int i = 0; i < 2; i++)
		free_context(child[i]);
	free_context(wrap);
	free_context(other);
	free_context(inner);
	free_context(timed);
}

CASE_OF(CX_032, root, "a wrapper of what never ends never does",
	NEEDS(NEED_ROUND))
{
	assay_context *wrap = round_of(background(), NULL);
	assay_context *child = with_cancel(wrap);
	assay_context *c = NULL;

	CHECK_PTR(done_of(wrap), ==, NULL);
	CHECK_EQ(err_of(wrap), 0);
	CHECK_ALIVE(child);
	cancel(child);
	CHECK_ENDED(child, ASSAY_CANCELED);
	CHECK_EQ(err_of(wrap), 0);
	CHECK_EQ(ext->context->foreign_round(NULL, NULL, &c),
		 ASSAY_CTX_NIL_PARENT);
	CHECK_PTR(c, ==, NULL);
	free_context(child);
	free_context(wrap);
}

CASE(CX_033, "a wrapper costs no goroutine unless its done is its own",
     NEEDS(NEED_ROUND, NEED(inspect, num_goroutine)))
{
	int64_t before = live();
	assay_context *inner = with_cancel(background());
	assay_chan *done = chan_signal(0);
	assay_context *wrap = round_of(inner, NULL);
	assay_context *other = round_of(inner, done);
	assay_context *child[3];

	for (int i = 0; i < 3; i++) {
		child[i] = with_cancel(wrap);
		CHECK_EQ(live(), before);
	}
	for (int i = 0; i < 3; i++)
		free_context(child[i]);
	for (int i = 0; i < 3; i++) {
		child[i] = with_cancel(other);
		CHECK_EQ(live(), before + i + 1);
	}
	for (int i = 0; i < 3; i++) {
		CHECK_ALIVE(child[i]);
		free_context(child[i]);
		CHECK_EQ(left_of(before + 2 - i), before + 2 - i);
	}
	free_context(other);
	free_context(wrap);
	free_context(inner);
}

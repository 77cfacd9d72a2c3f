/*
 * tree.c - what contexts cost and leave behind: children's lists, random
 * layers, races of cancels, goroutines (CX-018 to CX-021, CX-029, CX-030).
 */
#include "cx.h"

/* ---- CX-018: children are removed --------------------------------------------------- */

#define NEED_CHILDREN NEED_EXT(context, children)

static int64_t children(assay_context *c)
{
	return ext->context->children(c);
}

CASE(CX_018, "a child that has ended is no child any more",
     NEEDS(NEED_CX, NEED_CHILDREN, NEED_TIMEOUT, NEED_VALUE))
{
	assay_context *parent = with_cancel(background());
	assay_context *value = with_value(parent, 1, 1, "v");
	assay_context *one = with_cancel(parent);
	assay_context *two = with_timeout(value, HOUR, 0);
	assay_context *three = with_timeout(parent, 10 * MS, 0);
	assay_context *below = with_cancel(one);

	CHECK_GE(children(parent), 2 + (err_of(three) == 0));
	CHECK_LE(children(parent), 3);
	wait_done(three);
	/* taken off after done was closed */
	for (int64_t end = in(10 * SEC); children(parent) > 2 && now() < end;)
		sleep_ns(MS);
	CHECK_EQ(children(parent), 2);
	CHECK_EQ(children(one), 1);
	cancel(one);
	CHECK_EQ(children(parent), 1);
	CHECK_EQ(children(one), 0);
	free_context(two);
	CHECK_EQ(children(parent), 0);
	cancel(parent);
	CHECK_EQ(children(parent), 0);
	free_context(with_cancel(parent));
	CHECK_EQ(children(parent), 0);
	free_context(below);
	free_context(one);
	free_context(three);
	free_context(value);
	free_context(parent);
}

CASE_OF(CX_018, all, "cancel of the parent leaves it without children",
	NEEDS(NEED_CX, NEED_CHILDREN))
{
	enum { MANY = 100 };
	assay_context *parent = with_cancel(background());
	assay_context *child[MANY];

	for (int i = 0; i < MANY; i++) {
		child[i] = with_cancel(parent);
		CHECK_EQ(children(parent), i + 1);
	}
	for (int i = 0; i < MANY; i += 3)
		cancel(child[i]);
	CHECK_EQ(children(parent), MANY - (MANY + 2) / 3);
	cancel(parent);
	CHECK_EQ(children(parent), 0);
	for (int i = 0; i < MANY; i++)
		free_context(child[i]);
	free_context(parent);
}

static void never(void *arg)
{
	(void)arg;
	CHECK(false);
}

CASE_OF(CX_018, after, "a function that was stopped is no child either",
	NEEDS(NEED_CX, NEED_CHILDREN, NEED_EXT(context, after_func),
	      NEED_EXT(context, after_stop), NEED_EXT(context, after_free)))
{
	assay_context *parent = with_cancel(background());

	for (int i = 0; i < 100; i++) {
		assay_after *handle = NULL;

		REQUIRE_EQ(
			ext->context->after_func(parent, never, NULL, &handle),
			ASSAY_OK);
		CHECK_EQ(children(parent), 1);
		CHECK(ext->context->after_stop(handle));
		ext->context->after_free(handle);
		CHECK_EQ(children(parent), 0);
	}
	free_context(parent);
}

CASE_OF(CX_018, memory, "a million children come and go, and no trace is left",
	.flags = CASE_NOT_SANITIZED, .timeout_ms = 120000, .procs = {2},
	NEEDS(NEED_CX, NEED_TIMEOUT, NEED_VALUE))
{
	assay_context *parent = with_cancel(background());
	assay_context *value = with_value(parent, 1, 1, "v");
	int64_t before = 0, n = rounds(1000000);

	for (int64_t i = 0; i < n; i++) {
		assay_context *c =
			i % 16 == 0 ? with_timeout(parent, i % 32 - 1, 0)
				    : with_cancel(i % 2 == 0 ? parent : value);

		if (i % 3 == 0)
			cancel(c);
		free_context(c);
		if (i == n / 10)
			before = resident_bytes();
	}
	note("grew by %" PRId64 " KiB", (resident_bytes() - before) / 1024);
	CHECK_LT(resident_bytes() - before, 32 << 20);
	free_context(value);
	free_context(parent);
}

/* ---- CX-019: random layers ------------------------------------------------------------ */

enum { LAYERS = 20 };

struct layers {
	assay_context *c[LAYERS];
	char kind[LAYERS]; /* c, t, v */
	bool ended[LAYERS];
	int n;
};

static void add_layer(struct layers *l, assay_context *parent)
{
	int i = l->n++;

	switch (rnd_below(3)) {
	case 0:
		l->kind[i] = 'c';
		l->c[i] = with_cancel(parent);
		break;
	case 1:
		l->kind[i] = 't';
		l->c[i] = with_timeout(parent, HOUR + rnd_below(HOUR), 0);
		break;
	default:
		l->kind[i] = 'v';
		l->c[i] = with_value(parent, 1, (uint64_t)i, &l->c[i]);
	}
	l->ended[i] = false;
}

static void check_layers(const struct layers *l)
{
	for (int i = 0; i < l->n; i++) {
		CHECK_EQ(err_of(l->c[i]), l->ended[i] ? ASSAY_CANCELED : 0);
		CHECK_EQ(is_done(l->c[i]), l->ended[i]);
		for (int k = 0; k < l->n; k++)
			CHECK_PTR(value_of(l->c[i], 1, (uint64_t)k), ==,
				  (k <= i && l->kind[k] == 'v' ? &l->c[k]
							       : NULL));
	}
}

static void cancel_layer(struct layers *l, int at)
{
	if (l->kind[at] == 'v')
		return;
	cancel(l->c[at]);
	for (int i = at; i < l->n; i++)
		l->ended[i] = true;
}

CASE(CX_019, "random layers keep their values and end downwards",
     NEEDS(NEED_CX, NEED_TIMEOUT, NEED_VALUE, NEED(chan, select)))
{
	for (int64_t round = rounds(30); round > 0; round--) {
		struct layers l = {.n = 0};

		for (int i = 0; i < LAYERS; i++)
			add_layer(&l, i == 0 ? background() : l.c[i - 1]);
		check_layers(&l);
		for (int i = 0; i < 4; i++) {
			cancel_layer(&l, (int)rnd_below(LAYERS));
			check_layers(&l);
		}
		for (int i = 0; i < LAYERS; i++)
			free_context(l.c[i]);
	}
}

CASE_OF(CX_019, timeouts, "random layers end with the earliest timeout above",
	NEEDS(NEED_CX, NEED_TIMEOUT, NEED_VALUE))
{
	enum { DEPTH = 12 };
	assay_context *c[DEPTH];
	int64_t begin = now(), least = INT64_MAX, ends[DEPTH];

	for (int i = 0; i < DEPTH; i++) {
		int64_t ns = (1 + rnd_below(30)) * MS;
		assay_context *parent = i == 0 ? background() : c[i - 1];

		c[i] = i % 3 == 1 ? with_value(parent, 1, 1, "v")
				  : with_timeout(parent, ns, 0);
		least = i % 3 != 1 && ns < least ? ns : least;
		ends[i] = begin + least;
	}
	for (int i = DEPTH - 1; i >= 0; i--) {
		wait_done(c[i]);
		CHECK_GE(now(), ends[i]);
		CHECK_ENDED(c[i], ASSAY_DEADLINE);
	}
	for (int i = 0; i < DEPTH; i++)
		free_context(c[i]);
}

/* ---- CX-020: interlocked cancels ---------------------------------------------------------- */

struct interlock {
	assay_context *parent, *child;
	assay_chan *ended;
};

static void cancel_parent_after_child(void *arg)
{
	struct interlock *l = arg;

	wait_done(l->child);
	cancel(l->parent);
	send_signal(l->ended);
}

static void cancel_child_after_parent(void *arg)
{
	struct interlock *l = arg;

	wait_done(l->parent);
	cancel(l->child);
	send_signal(l->ended);
}

CASE(CX_020, "cancels that wait for each other do not deadlock", NEEDS(NEED_CX),
     .timeout_ms = 20000)
{
	assay_chan *ended = chan_signal(0);

	for (int64_t i = rounds(300); i > 0; i--) {
		assay_context *parent = with_cancel(background());
		struct interlock l = {parent, with_cancel(parent), ended};

		go(cancel_parent_after_child, &l);
		go(cancel_child_after_parent, &l);
		if (i % 3 != 0)
			yield();
		cancel(i % 2 == 0 ? l.parent : l.child);
		join(ended, 2);
		CHECK_ENDED(l.parent, ASSAY_CANCELED);
		CHECK_ENDED(l.child, ASSAY_CANCELED);
		free_context(l.child);
		free_context(l.parent);
	}
}

enum { CHAIN = 8 };

struct chain {
	assay_context *c[CHAIN]; /* each the child of the one before */
	assay_chan *ended;
	atomic_int next, arrived;
};

/* A new chain; each member is ended by a goroutine of its own. */
static struct chain end_chain(assay_chan *ended, assay_fn fn)
{
	struct chain s = {.ended = ended};

	for (int k = 0; k < CHAIN; k++)
		s.c[k] = with_cancel(k == 0 ? background() : s.c[k - 1]);
	go_many(CHAIN, fn, &s);
	join(ended, CHAIN);
	return s;
}

/* The member that is the caller's. */
static assay_context *own_member(struct chain *s)
{
	return s->c[mark(&s->next) - 1];
}

static void cancel_own(void *arg)
{
	struct chain *s = arg;
	assay_context *mine = own_member(s), *child = with_cancel(mine);

	gather(&s->arrived, CHAIN);
	cancel(mine);
	CHECK_ENDED(child, ASSAY_CANCELED);
	free_context(child);
	send_signal(s->ended);
}

CASE_OF(CX_020, chain, "a chain is cancelled at all its members at once",
	NEEDS(NEED_CX), .timeout_ms = 20000)
{
	assay_chan *ended = chan_signal(0);

	for (int64_t i = rounds(200); i > 0; i--) {
		struct chain s = end_chain(ended, cancel_own);

		for (int k = 0; k < CHAIN; k++) {
			CHECK_ENDED(s.c[k], ASSAY_CANCELED);
			free_context(s.c[k]);
		}
	}
}

static void free_own(void *arg)
{
	struct chain *s = arg;
	assay_context *mine = own_member(s);

	gather(&s->arrived, CHAIN);
	free_context(mine);
	send_signal(s->ended);
}

CASE_OF(CX_020, free, "a chain is freed at all its members at once",
	NEEDS(NEED_CX), .timeout_ms = 20000)
{
	assay_chan *ended = chan_signal(0);

	for (int64_t i = rounds(200); i > 0; i--)
		(void)end_chain(ended, free_own);
}

/* ---- CX-021: goroutines of contexts --------------------------------------------------------- */

static int64_t live(void)
{
	return rt->inspect->num_goroutine();
}

CASE(CX_021, "own contexts need no goroutine",
     NEEDS(NEED_CX, NEED_TIMEOUT, NEED_VALUE, NEED(inspect, num_goroutine)))
{
	enum { MANY = 60 };
	int64_t before = live();
	assay_context *c[MANY];

	for (int i = 0; i < MANY; i++) {
		assay_context *parent = i < 3 ? background() : c[i / 2];

		c[i] = i % 3 == 0   ? with_cancel(parent)
		       : i % 3 == 1 ? with_timeout(parent, HOUR, 0)
				    : with_value(parent, 1, 1, "v");
		(void)done_of(c[i]);
	}
	CHECK_EQ(live(), before);
	for (int i = 0; i < MANY; i++)
		free_context(c[i]);
	CHECK_EQ(live(), before);
}

static assay_context *foreign(assay_chan *done)
{
	assay_context *c = NULL;

	REQUIRE_EQ(ext->context->foreign(done, &c), ASSAY_OK);
	REQUIRE(c != NULL);
	return c;
}

#define NEED_FOREIGN NEED_CX, NEED_EXT(context, foreign), NEED_CAUSE

CASE_OF(CX_021, foreign, "a child of a foreign context needs one at most",
	NEEDS(NEED_FOREIGN, NEED_VALUE, NEED(inspect, num_goroutine)))
{
	int64_t before = live();
	assay_chan *done = chan_signal(0);
	assay_context *far = foreign(done);
	assay_context *value = with_value(far, 1, 1, "v");
	assay_context *child = with_cancel(value);
	assay_context *below[10];

	CHECK_LE(live(), before + 1);
	for (int i = 0; i < 10; i++)
		below[i] = with_cancel(i == 0 ? child : below[i - 1]);
	CHECK_LE(live(), before + 1);
	CHECK_ALIVE(child);
	cancel(child);
	CHECK_ENDED(below[9], ASSAY_CANCELED);
	CHECK_EQ(err_of(far), 0);
	for (int i = 0; i < 10; i++)
		free_context(below[i]);
	free_context(child);
	free_context(value);
	free_context(far);
	CHECK_EQ(left_of(before), before);
}

CASE_OF(CX_021, ends, "a foreign context's end is its children's",
	NEEDS(NEED_FOREIGN, NEED_VALUE, NEED_TIMEOUT,
	      NEED(inspect, num_goroutine)))
{
	int64_t before = live();
	assay_chan *done = chan_signal(0);
	assay_context *far = foreign(done);
	assay_context *child = with_cancel(far);
	assay_context *timed = with_timeout(far, HOUR, ERR_A);
	assay_context *below = with_cancel(timed);
	assay_context *late;

	CHECK_ALIVE(far);
	CHECK(!is_done(child));
	close_chan(done);
	CHECK_ENDED(far, ASSAY_CANCELED);
	CHECK_EQ(cause_of(far), ASSAY_CANCELED);
	wait_done(child);
	wait_done(below);
	CHECK_ENDED(child, ASSAY_CANCELED);
	CHECK_ENDED(timed, ASSAY_CANCELED);
	CHECK_EQ(cause_of(below), ASSAY_CANCELED);
	late = with_cancel(far);
	CHECK_ENDED(late, ASSAY_CANCELED);
	free_context(late);
	free_context(below);
	free_context(timed);
	free_context(child);
	free_context(far);
	CHECK_EQ(left_of(before), before);
}

CASE_OF(CX_021, many, "children of a foreign context leave no goroutine",
	NEEDS(NEED_FOREIGN, NEED(inspect, num_goroutine)))
{
	int64_t before = live(), n = rounds(200);
	assay_chan *done = chan_signal(0);
	assay_context *far = foreign(done);

	for (int64_t i = 0; i < n; i++) {
		assay_context *child = with_cancel(far);

		if (i % 2 == 0)
			cancel(child);
		free_context(child);
	}
	/* one may be the foreign context's own */
	CHECK_LE(left_of(before + 1), before + 1);
	close_chan(done);
	free_context(far);
	CHECK_EQ(left_of(before), before);
}

CASE_OF(CX_021, own,
	"a foreign context has no cancel, and lets a child have its own",
	NEEDS(NEED_FOREIGN))
{
	assay_chan *done = chan_signal(0);
	assay_context *far = foreign(done);
	assay_context *child = with_cancel(far);

	CHECK_EQ(ext->context->cancel(far, 0), ASSAY_CTX_KIND);
	cancel_cause(child, ERR_A);
	CHECK_ENDED(child, ASSAY_CANCELED);
	CHECK_EQ(cause_of(child), ERR_A);
	CHECK_ALIVE(far);
	close_chan(done);
	CHECK_EQ(cause_of(child), ERR_A);
	free_context(child);
	free_context(far);
}

/* ---- CX-029, CX-030: who listens and who does not ------------------------ */

enum { STAGES = 5 };

struct stage {
	assay_context *c;
	assay_chan *in, *out;
	assay_chan *ended; /* has room for every stage */
};

/* Passes on what it gets until the context ends; the first one counts. */
static void pass_on(const struct stage *s)
{
	int n = 0;

	for (;;) {
		struct assay_case get[] = {case_recv(s->in, &n),
					   case_recv(done_of(s->c), NULL)};
		struct assay_case put[] = {case_send(s->out, &n),
					   case_recv(done_of(s->c), NULL)};

		if (s->in == NULL)
			n++;
		else if (select_cases(get, 2, NULL) == 1)
			return;
		if (select_cases(put, 2, NULL) == 1)
			return;
	}
}

static void run_stage(void *arg)
{
	struct stage *s = arg;

	pass_on(s);
	send_signal(s->ended);
}

CASE(CX_029, "the owner's cancel ends all stages of a pipeline",
     NEEDS(NEED_CX, NEED(chan, select), NEED(inspect, num_goroutine)))
{
	int64_t before = live();
	assay_context *c = with_cancel(background());
	assay_chan *link[STAGES], *ended = chan_signal(STAGES);

	for (int i = 0; i < STAGES; i++) {
		struct stage s = {c, i == 0 ? NULL : link[i - 1],
				  link[i] = chan_int(0), ended};

		go_copy(run_stage, &s, sizeof(s));
	}
	for (int i = 1; i <= 100; i++)
		CHECK_EQ(recv_int(link[STAGES - 1]), i);
	CHECK_EQ(live(), before + STAGES);
	cancel(c);
	CHECK_EQ(left_of(before), before);
	join(ended, STAGES); /* a count of goroutines orders nothing */
	free_context(c);
}

struct stubborn {
	assay_context *c;
	atomic_int turns, stop;
};

static void ignore(void *arg)
{
	struct stubborn *s = arg;

	while (count(&s->stop) == 0) {
		(void)err_of(s->c);
		mark(&s->turns);
		sleep_ns(MS);
	}
	mark(&s->stop);
}

CASE(CX_030, "cancel does not stop who ignores its context", NEEDS(NEED_CX))
{
	struct stubborn s = {.c = with_cancel(background())};
	int turns;

	go(ignore, &s);
	CHECK(becomes(&s.turns, 3));
	cancel(s.c);
	turns = count(&s.turns);
	CHECK(becomes(&s.turns, turns + 5));
	mark(&s.stop);
	CHECK(becomes(&s.stop, 2));
	free_context(s.c);
}

/*
 * life.c - contexts that are cancelled by hand: roots, trees, and what err
 * and done tell (CX-001 to CX-006, CX-012, CX-013).
 */
#include "cx.h"

/* ---- CX-001: the roots --------------------------------------------------- */

static void check_root(assay_context *root)
{
	struct assay_case cases[] = {case_recv(done_of(root), NULL)};

	CHECK_EQ(err_of(root), 0);
	CHECK_EQ(cause_of(root), 0);
	CHECK_PTR(done_of(root), ==, NULL);
	CHECK_EQ(select_default(cases, 1, NULL), NO_CASE);
	CHECK(!ext->context->deadline(root, NULL));
	CHECK_PTR(value_of(root, 1, 1), ==, NULL);
}

CASE(CX_001, "the roots are never done and hold nothing",
     NEEDS(NEED_CX, NEED_CAUSE, NEED_VALUE, NEED_EXT(context, todo),
	   NEED_EXT(context, deadline), NEED(chan, select)))
{
	assay_context *todo = ext->context->todo();

	REQUIRE(background() != NULL);
	REQUIRE(todo != NULL);
	check_root(background());
	check_root(todo);
	CHECK_PTR(background(), !=, todo);
	CHECK_PTR(background(), ==, background());
	CHECK_PTR(ext->context->todo(), ==, todo);
	free_context(NULL);
}

static void check_no_cancel(assay_context *c)
{
	CHECK_EQ(ext->context->cancel(c, 0), ASSAY_CTX_KIND);
	CHECK_EQ(ext->context->cancel(c, ERR_A), ASSAY_CTX_KIND);
	CHECK_EQ(err_of(c), 0);
}

CASE_OF(CX_001, cancel, "a context that was not made with a cancel has none",
	NEEDS(NEED_CX, NEED_VALUE, NEED_EXT(context, todo)))
{
	assay_context *parent = with_cancel(background());
	assay_context *value = with_value(parent, 1, 1, "v");

	check_no_cancel(background());
	check_no_cancel(ext->context->todo());
	check_no_cancel(value);
	CHECK_ALIVE(parent);
	free_context(value);
	CHECK_ALIVE(parent);
	free_context(parent);
}

/* ---- CX-002: one cancel ---------------------------------------------------- */

CASE(CX_002, "cancel closes done and sets err", .flags = CASE_VALGRIND,
     NEEDS(NEED_CX))
{
	assay_context *c = with_cancel(background());

	REQUIRE(done_of(c) != NULL);
	CHECK_ALIVE(c);
	sleep_ns(5 * MS);
	CHECK_ALIVE(c);
	cancel(c);
	CHECK_ENDED(c, ASSAY_CANCELED);
	CHECK_STR(assay_status_text(err_of(c)), "context canceled");
	free_context(c);
}

struct waiter {
	assay_context *c;
	assay_chan *ended;
	atomic_int woken, wrong;
};

static void await(void *arg)
{
	struct waiter *w = arg;
	int status = rt->chan->recv(done_of(w->c), NULL, ASSAY_FOREVER);

	if (status != ASSAY_CLOSED || err_of(w->c) != ASSAY_CANCELED)
		mark(&w->wrong);
	mark(&w->woken);
	send_signal(w->ended);
}

static void await_in_select(void *arg)
{
	struct waiter *w = arg;
	struct assay_case cases[] = {case_recv(NULL, NULL),
				     case_recv(done_of(w->c), NULL)};

	if (select_cases(cases, 2, NULL) != 1 || err_of(w->c) != ASSAY_CANCELED)
		mark(&w->wrong);
	mark(&w->woken);
	send_signal(w->ended);
}

CASE_OF(CX_002, wakes, "cancel wakes all who wait for done",
	NEEDS(NEED_CX, NEED(chan, select)))
{
	struct waiter w = {.c = with_cancel(background()),
			   .ended = chan_signal(0)};

	go_many(5, await, &w);
	go_many(5, await_in_select, &w);
	settle(10);
	CHECK_EQ(count(&w.woken), 0);
	cancel(w.c);
	join(w.ended, 10);
	CHECK_EQ(count(&w.wrong), 0);
	free_context(w.c);
}

CASE_OF(CX_002, free, "free cancels, and the children with it", NEEDS(NEED_CX))
{
	assay_context *parent = with_cancel(background());
	assay_context *child = with_cancel(parent);

	free_context(parent);
	CHECK_ENDED(child, ASSAY_CANCELED);
	free_context(child);
}

CASE_OF(CX_002, input, "out is needed and left alone on failure",
	NEEDS(NEED_CX, NEED_TIMEOUT, NEED_EXT(context, with_deadline),
	      NEED_VALUE, NEED_EXT(context, without_cancel)))
{
	assay_context *root = background();

	CHECK_EQ(ext->context->with_cancel(root, NULL), ASSAY_EINVAL);
	CHECK_EQ(ext->context->with_timeout(root, SEC, 0, NULL), ASSAY_EINVAL);
	CHECK_EQ(ext->context->with_deadline(root, 1, 0, NULL), ASSAY_EINVAL);
	CHECK_EQ(ext->context->with_value(root, key_of(1, 1), NULL, NULL),
		 ASSAY_EINVAL);
	CHECK_EQ(ext->context->without_cancel(root, NULL), ASSAY_EINVAL);
}

/* ---- CX-003: many cancels -------------------------------------------------- */

struct cancels {
	assay_context *c;
	assay_chan *ended;
	atomic_int next, arrived, wrong;
};

/* The cause that was told first is the one for ever. */
static void cancel_too(void *arg)
{
	struct cancels *s = arg;
	int own = ERR_A + mark(&s->next);
	int first;

	gather(&s->arrived, 8);
	if (ext->context->cancel(s->c, own) != ASSAY_OK)
		mark(&s->wrong);
	first = cause_of(s->c);
	if (first <= ERR_A || first > ERR_A + 8 ||
	    err_of(s->c) != ASSAY_CANCELED || !is_done(s->c))
		mark(&s->wrong);
	yield();
	if (cause_of(s->c) != first)
		mark(&s->wrong);
	send_signal(s->ended);
}

CASE(CX_003, "cancel by many goroutines at once: one wins",
     NEEDS(NEED_CX, NEED_CAUSE))
{
	assay_chan *ended = chan_signal(0);

	for (int64_t i = rounds(200); i > 0; i--) {
		struct cancels s = {.c = with_cancel(background()),
				    .ended = ended};

		go_many(8, cancel_too, &s);
		join(ended, 8);
		CHECK_EQ(count(&s.wrong), 0);
		free_context(s.c);
	}
}

CASE_OF(CX_003, again, "later cancels change nothing",
	NEEDS(NEED_CX, NEED_CAUSE))
{
	assay_context *c = with_cancel(background());

	cancel_cause(c, ERR_A);
	for (int i = 0; i < 100; i++)
		cancel_cause(c, i % 2 == 0 ? ERR_B : 0);
	CHECK_ENDED(c, ASSAY_CANCELED);
	CHECK_EQ(cause_of(c), ERR_A);
	free_context(c);
}

/* ---- CX-004 to CX-006: trees ----------------------------------------------- */

/* A child of one of the kinds that can be below others. */
static assay_context *child_of_kind(assay_context *parent, int kind)
{
	switch (kind % 3) {
	case 0:
		return with_cancel(parent);
	case 1:
		return with_timeout(parent, HOUR, 0);
	default:
		return with_value(parent, 1, 1, "v");
	}
}

enum { WIDTH = 3, TREE = 1 + 3 + 9 + 27 };

/* Node i has its children at 3i + 1, 3i + 2 and 3i + 3. */
static void grow(assay_context *tree[TREE], assay_context *root)
{
	tree[0] = with_cancel(root);
	for (int i = 1; i < TREE; i++)
		tree[i] = child_of_kind(tree[(i - 1) / WIDTH], i + i / WIDTH);
}

static void fell(assay_context *tree[TREE])
{
	for (int i = 0; i < TREE; i++)
		free_context(tree[i]);
}

CASE(CX_004, "cancel ends all descendants before it returns",
     .flags = CASE_VALGRIND,
     NEEDS(NEED_CX, NEED_TIMEOUT, NEED_VALUE, NEED_CAUSE))
{
	assay_context *tree[TREE];

	grow(tree, background());
	for (int i = 0; i < TREE; i++)
		CHECK_ALIVE(tree[i]);
	cancel_cause(tree[0], ERR_A);
	for (int i = 0; i < TREE; i++) {
		CHECK_ENDED(tree[i], ASSAY_CANCELED);
		CHECK_EQ(cause_of(tree[i]), ERR_A);
	}
	fell(tree);
}

CASE_OF(CX_004, waiting, "cancel wakes who waits for a descendant",
	NEEDS(NEED_CX, NEED_TIMEOUT, NEED_VALUE))
{
	assay_context *tree[TREE];
	struct waiter w[TREE];
	assay_chan *ended = chan_signal(0);

	grow(tree, background());
	for (int i = 0; i < TREE; i++) {
		w[i] = (struct waiter){.c = tree[i], .ended = ended};
		go(await, &w[i]);
	}
	settle(TREE);
	cancel(tree[0]);
	join(ended, TREE);
	for (int i = 0; i < TREE; i++)
		CHECK_EQ(count(&w[i].wrong), 0);
	fell(tree);
}

CASE_OF(CX_004, deep, "cancel reaches the end of a long chain",
	NEEDS(NEED_CX, NEED_TIMEOUT, NEED_VALUE))
{
	enum { DEPTH = 5000 };
	static assay_context *chain[DEPTH];
	int64_t n = fitting(DEPTH);

	for (int64_t i = 0; i < n; i++)
		chain[i] = child_of_kind(i == 0 ? background() : chain[i - 1],
					 (int)i);
	CHECK_ALIVE(chain[n - 1]);
	cancel(chain[0]);
	CHECK_ENDED(chain[n - 1], ASSAY_CANCELED);
	CHECK_ENDED(chain[n / 2], ASSAY_CANCELED);
	for (int64_t i = 0; i < n; i++)
		free_context(chain[i]);
}

CASE_OF(CX_004, wide, "cancel reaches each of many children",
	NEEDS(NEED_CX, NEED_TIMEOUT, NEED_VALUE))
{
	enum { MANY = 10000 };
	static assay_context *child[MANY];
	assay_context *parent = with_cancel(background());
	int64_t n = fitting(MANY), ended = 0;

	for (int64_t i = 0; i < n; i++)
		child[i] = child_of_kind(parent, (int)i);
	cancel(parent);
	for (int64_t i = 0; i < n; i++) {
		ended += is_done(child[i]) && err_of(child[i]) != 0;
		free_context(child[i]);
	}
	CHECK_EQ(ended, n);
	free_context(parent);
}

CASE_OF(CX_004, freed, "a child keeps its parents alive",
	.flags = CASE_VALGRIND,
	NEEDS(NEED_CX, NEED_TIMEOUT, NEED_VALUE, NEED_DEADLINE))
{
	assay_context *parent = with_cancel(background());
	assay_context *value = with_value(parent, 1, 1, "kept");
	assay_context *late = with_timeout(value, HOUR, 0);
	assay_context *child = with_cancel(late);

	free_context(value);
	free_context(late);
	CHECK_ENDED(child, ASSAY_CANCELED);
	CHECK(ext->context->deadline(child, NULL));
	CHECK_STR((const char *)value_of(child, 1, 1), "kept");
	CHECK_ALIVE(parent);
	free_context(parent);
	free_context(child);
}

/* Whether node i is below (or is) node top. */
static bool is_below(int i, int top)
{
	while (i > top)
		i = (i - 1) / WIDTH;
	return i == top;
}

static int first_cancellable(assay_context *tree[TREE], int from)
{
	for (int i = from; i < TREE; i++)
		if (ext->context->cancel(tree[i], 0) == ASSAY_OK)
			return i;
	return -1;
}

CASE(CX_005, "cancel of a child leaves parents and siblings alone",
     NEEDS(NEED_CX, NEED_TIMEOUT, NEED_VALUE))
{
	assay_context *tree[TREE];
	int top;

	grow(tree, background());
	top = first_cancellable(tree, 1);
	REQUIRE_CMP(top, >=, 1);
	REQUIRE_CMP(top, <=, WIDTH);
	for (int i = 0; i < TREE; i++) {
		if (is_below(i, top))
			CHECK_ENDED(tree[i], ASSAY_CANCELED);
		else
			CHECK_ALIVE(tree[i]);
	}
	cancel(tree[0]);
	for (int i = 0; i < TREE; i++)
		CHECK_ENDED(tree[i], ASSAY_CANCELED);
	fell(tree);
}

CASE_OF(CX_005, each, "of many siblings each is cancelled alone",
	NEEDS(NEED_CX))
{
	enum { SIBLINGS = 20 };
	assay_context *parent = with_cancel(background());
	assay_context *child[SIBLINGS];

	for (int i = 0; i < SIBLINGS; i++)
		child[i] = with_cancel(parent);
	for (int i = 0; i < SIBLINGS; i += 2) {
		cancel(child[i]);
		for (int k = 0; k < SIBLINGS; k++)
			CHECK_EQ(err_of(child[k]),
				 k <= i && k % 2 == 0 ? ASSAY_CANCELED : 0);
	}
	CHECK_ALIVE(parent);
	cancel(parent);
	for (int i = 0; i < SIBLINGS; i++) {
		CHECK_ENDED(child[i], ASSAY_CANCELED);
		free_context(child[i]);
	}
	free_context(parent);
}

CASE(CX_006, "a child of a cancelled context is cancelled from the start",
     NEEDS(NEED_CX, NEED_TIMEOUT, NEED_VALUE, NEED_CAUSE))
{
	assay_context *parent = with_cancel(background());
	assay_context *value = with_value(parent, 1, 1, "v");

	cancel_cause(parent, ERR_B);
	for (int kind = 0; kind < 6; kind++) {
		assay_context *child =
			child_of_kind(kind < 3 ? parent : value, kind);

		CHECK_ENDED(child, ASSAY_CANCELED);
		CHECK_EQ(cause_of(child), ERR_B);
		CHECK_ENDED(child, ASSAY_CANCELED);
		free_context(child);
	}
	free_context(value);
	free_context(parent);
}

struct racing {
	assay_context *parent;
	assay_chan *ended;
	atomic_int arrived;
};

static void cancel_parent(void *arg)
{
	struct racing *r = arg;

	gather(&r->arrived, 2);
	cancel(r->parent);
	send_signal(r->ended);
}

CASE_OF(CX_006, racing, "a child made while the parent is cancelled ends",
	.procs = {2, 4}, NEEDS(NEED_CX))
{
	assay_chan *ended = chan_signal(0);

	for (int64_t i = rounds(500); i > 0; i--) {
		struct racing r = {.parent = with_cancel(background()),
				   .ended = ended};
		assay_context *child[4];

		go(cancel_parent, &r);
		gather(&r.arrived, 2);
		for (int k = 0; k < 4; k++)
			child[k] = with_cancel(r.parent);
		wait_for(ended);
		for (int k = 0; k < 4; k++) {
			CHECK_ENDED(child[k], ASSAY_CANCELED);
			free_context(child[k]);
		}
		free_context(r.parent);
	}
}

/* ---- CX-012: the done channel ---------------------------------------------- */

struct asking {
	assay_context *c;
	assay_chan *answer;
	atomic_int arrived;
};

static void ask_done(void *arg)
{
	struct asking *a = arg;
	assay_chan *done;

	gather(&a->arrived, 4);
	done = done_of(a->c);
	send(a->answer, &done);
}

CASE(CX_012, "done is the same channel at each call and for all goroutines",
     NEEDS(NEED_CX))
{
	assay_chan *answer = chan(sizeof(assay_chan *), 0);

	for (int64_t i = rounds(200); i > 0; i--) {
		struct asking a = {.c = with_cancel(background()),
				   .answer = answer};
		assay_chan *got[4];

		go_many(4, ask_done, &a);
		for (int k = 0; k < 4; k++) {
			REQUIRE(recv(answer, &got[k]));
			CHECK(got[k] != NULL && got[k] == got[0]);
		}
		cancel(a.c);
		CHECK_PTR(done_of(a.c), ==, got[0]);
		CHECK_EQ(try_recv(got[0], NULL), ASSAY_CLOSED);
		free_context(a.c);
	}
}

CASE_OF(CX_012, late, "done that is asked for after the end is closed",
	NEEDS(NEED_CX, NEED_TIMEOUT))
{
	assay_context *parent = with_cancel(background());
	assay_context *child = with_timeout(parent, HOUR, 0);

	cancel(parent);
	CHECK(done_of(child) != NULL);
	CHECK_PTR(done_of(child), ==, done_of(child));
	CHECK_ENDED(child, ASSAY_CANCELED);
	CHECK_PTR(done_of(parent), ==, done_of(parent));
	CHECK_ENDED(parent, ASSAY_CANCELED);
	free_context(child);
	free_context(parent);
}

/* ---- CX-013: err and done agree -------------------------------------------- */

struct watch {
	assay_context *c;
	assay_chan *ended;
	atomic_int arrived, wrong;
};

/* A goroutine that sees one of the two sees the other, too. */
static void watch_it(void *arg)
{
	struct watch *w = arg;
	bool ended = false;

	gather(&w->arrived, 3);
	while (!ended) {
		bool done = is_done(w->c);
		int err = err_of(w->c);

		if (done && err == 0)
			mark(&w->wrong);
		if (err != 0 && (!is_done(w->c) || cause_of(w->c) == 0))
			mark(&w->wrong);
		ended = err != 0 || done;
		yield();
	}
	send_signal(w->ended);
}

/* The same for who sleeps in done: err is there when it wakes. */
static void sleep_on_it(void *arg)
{
	struct watch *w = arg;

	gather(&w->arrived, 3);
	wait_done(w->c);
	if (err_of(w->c) == 0 || cause_of(w->c) == 0)
		mark(&w->wrong);
	send_signal(w->ended);
}

static void watch_one(assay_context *c, assay_context *end, assay_chan *ended)
{
	struct watch w = {.c = c, .ended = ended};

	go(watch_it, &w);
	go(sleep_on_it, &w);
	gather(&w.arrived, 3);
	if (end != NULL)
		cancel(end);
	join(ended, 2);
	CHECK_EQ(count(&w.wrong), 0);
}

CASE(CX_013, "err is set when done is closed, not before and not later",
     NEEDS(NEED_CX, NEED_TIMEOUT, NEED_CAUSE))
{
	assay_chan *ended = chan_signal(0);

	for (int64_t i = rounds(300); i > 0; i--) {
		assay_context *parent = with_cancel(background());
		assay_context *child = with_cancel(parent);
		assay_context *timed = with_timeout(background(), 50000, 0);

		watch_one(i % 2 == 0 ? parent : child, parent, ended);
		watch_one(timed, NULL, ended);
		CHECK_EQ(err_of(timed), ASSAY_DEADLINE);
		cancel(timed);
		cancel(child);
		CHECK_EQ(err_of(timed), ASSAY_DEADLINE);
		CHECK_EQ(err_of(child), ASSAY_CANCELED);
		free_context(timed);
		free_context(child);
		free_context(parent);
	}
}

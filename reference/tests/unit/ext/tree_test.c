/*
 * tree_test.c - trees of contexts: deep, wide, and ended from all sides.
 */
#include "ext.h"

enum { DEEP = 50000, WIDE = 100000, ROUNDS = 300, TEAM = 8 };

static goro_context *deep[DEEP];

static void grow_deep(void)
{
	goro_context *c = goro_background();

	for (int i = 0; i < DEEP; i++) {
		goro_with_cancel(c, &deep[i]);
		c = deep[i];
	}
}

/* On a stack of 64 KiB. */
static void cancel_first(void *done)
{
	goro_cancel(deep[0], 1001);
	goro_close(done);
}

static void depth(void)
{
	goro_chan *done = goro_make(0, 0);

	grow_deep();
	goro_go(cancel_first, done);
	goro_recv(done, NULL);
	UNIT_EQ(goro_context_cause(deep[DEEP - 1]), 1001);
	for (int i = 0; i < DEEP; i++)
		goro_context_free(deep[i]);
	/* And all of them by the last one that goes. */
	grow_deep();
	for (int i = 0; i < DEEP; i++)
		goro_context_free(deep[i]);
	goro_chan_free(done);
}

static void width(void)
{
	goro_context *parent = NULL, *c = NULL;
	static goro_context *all[WIDE];

	goro_with_cancel(goro_background(), &parent);
	for (int i = 0; i < WIDE; i++)
		goro_with_cancel(parent, &all[i]);
	UNIT_EQ(goro_context_children(parent), WIDE);
	for (int i = 0; i < WIDE; i += 2)
		goro_context_free(all[i]);
	UNIT_EQ(goro_context_children(parent), WIDE / 2);
	for (int i = 0; i < WIDE; i++) {
		goro_with_cancel(parent, &c);
		goro_context_free(c);
	}
	UNIT_EQ(goro_context_children(parent), WIDE / 2);
	goro_cancel(parent, 0);
	UNIT_EQ(goro_context_children(parent), 0);
	for (int i = 1; i < WIDE; i += 2) {
		if (goro_context_err(all[i]) != GORO_CANCELED)
			CU_FAIL("a child lives on");
		goro_context_free(all[i]);
	}
	goro_context_free(parent);
}

/* Who returns from cancel finds the whole tree ended. */
struct race {
	goro_context *top, *leaf;
	atomic_int bad;
};

static void cancel_top(void *arg, int i)
{
	struct race *r = arg;

	goro_cancel(r->top, 1000 + i);
	if (goro_context_err(r->leaf) != GORO_CANCELED)
		atomic_fetch_add(&r->bad, 1);
}

static void everybody_cancels(void)
{
	for (int round = 0; round < ROUNDS; round++) {
		struct race r = {.bad = 0};
		goro_context *mid[20], *c;

		goro_with_cancel(goro_background(), &r.top);
		c = r.top;
		for (int i = 0; i < 20; i++) {
			goro_with_cancel(c, &mid[i]);
			c = mid[i];
		}
		r.leaf = c;
		ext_team(TEAM, cancel_top, &r);
		UNIT_EQ(atomic_load(&r.bad), 0);
		UNIT_EQ(goro_context_cause(r.leaf), goro_context_cause(r.top));
		for (int i = 0; i < 20; i++)
			goro_context_free(mid[i]);
		goro_context_free(r.top);
	}
}

/*
 * Each member derives, asks, ends and frees below a tree whose upper part
 * others end: no order is wrong.
 */
struct hammer {
	goro_context *root;
	atomic_int bad, hooks, made, kept;
};

static void derive(struct hammer *h, uint64_t *x, goro_context *parent)
{
	goro_context *c = NULL;
	goro_hook *hook = NULL;

	switch (ext_random(x) % 4) {
	case 0:
		goro_with_timeout(parent, (int64_t)(ext_random(x) % 100000), 0,
				  &c);
		break;
	case 1:
		goro_with_value(parent, (struct goro_key){1, 1}, h, &c);
		break;
	default:
		goro_with_cancel(parent, &c);
	}
	if (ext_random(x) % 4 == 0) {
		goro_context_after_func(c, ext_count, &h->hooks, &hook);
		atomic_fetch_add(&h->made, 1);
	}
	if (ext_random(x) % 3)
		derive(h, x, c);
	if (goro_context_err(c) && !ext_closed(goro_context_done(c)))
		atomic_fetch_add(&h->bad, 1);
	if (ext_closed(goro_context_done(c)) && !goro_context_err(c))
		atomic_fetch_add(&h->bad, 1);
	if (hook && goro_hook_stop(hook))
		atomic_fetch_add(&h->kept, 1);
	goro_hook_free(hook);
	goro_context_free(c);
}

static void hammer_member(void *arg, int i)
{
	struct hammer *h = arg;
	uint64_t x = 88172645463325252u + (uint64_t)i * 7919;

	for (int round = 0; round < 50; round++)
		derive(h, &x, h->root);
	if (i == 0)
		goro_cancel(h->root, 0);
}

static void hammer(void)
{
	for (int round = 0; round < 10; round++) {
		struct hammer h = {.bad = 0};

		goro_with_cancel(goro_background(), &h.root);
		ext_team(TEAM, hammer_member, &h);
		UNIT_EQ(atomic_load(&h.bad), 0);
		UNIT_EQ(goro_context_children(h.root), 0);
		goro_context_free(h.root);
		UNIT_EQ(ext_await(&h.hooks, h.made - h.kept), h.made - h.kept);
	}
}

/* err and done are seen together by those who look all the time. */
struct watch {
	goro_context *c;
	atomic_int bad;
};

static void look(void *arg, int i)
{
	struct watch *w = arg;
	int err;

	if (i == 0) {
		goro_yield();
		goro_cancel(w->c, 0);
		return;
	}
	while (!(err = goro_context_err(w->c)))
		if (ext_closed(goro_context_done(w->c)) &&
		    !goro_context_err(w->c))
			atomic_fetch_add(&w->bad, 1);
	if (!ext_closed(goro_context_done(w->c)) || err != GORO_CANCELED)
		atomic_fetch_add(&w->bad, 1);
}

static void order(void)
{
	for (int round = 0; round < ROUNDS; round++) {
		struct watch w = {.bad = 0};

		goro_with_cancel(goro_background(), &w.c);
		ext_team(4, look, &w);
		UNIT_EQ(atomic_load(&w.bad), 0);
		goro_context_free(w.c);
	}
}

static void short_timeouts(void)
{
	for (int i = 0; i < 1000; i++) {
		goro_context *c = NULL;

		goro_with_timeout(goro_background(), i % 3, 0, &c);
		if (i % 2)
			goro_recv(goro_context_done(c), NULL);
		else
			goro_cancel(c, 0);
		CU_ASSERT(goro_context_err(c) != 0);
		goro_context_free(c);
	}
}

static const struct unit_test tests[] = {
	{"fifty thousand deep, on a small stack", depth},
	{"a hundred thousand children", width},
	{"everybody cancels: all is ended when one returns", everybody_cancels},
	{"derived, asked, ended and freed from all sides", hammer},
	{"err and done are seen together", order},
	{"timeouts of nothing", short_timeouts},
	{NULL, NULL},
};

const struct unit_suite ext_tree = {"context trees", tests};

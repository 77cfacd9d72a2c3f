/*
 * context_test.c - contexts, one call after the other.
 */
#include <string.h>

#include "ext.h"

static goro_context *with_cancel(goro_context *parent)
{
	goro_context *c = NULL;

	UNIT_EQ(goro_with_cancel(parent, &c), GORO_OK);
	return c;
}

static goro_context *with_timeout(goro_context *parent, int64_t ns, int cause)
{
	goro_context *c = NULL;

	UNIT_EQ(goro_with_timeout(parent, ns, cause, &c), GORO_OK);
	return c;
}

static goro_context *with_value(goro_context *parent, uint64_t type,
				uint64_t key, void *value)
{
	goro_context *c = NULL;

	UNIT_EQ(goro_with_value(parent, (struct goro_key){type, key}, value,
				&c),
		GORO_OK);
	return c;
}

static void roots(void)
{
	goro_context *root[] = {goro_background(), goro_todo()};

	for (int i = 0; i < 2; i++) {
		CU_ASSERT_PTR_NULL(goro_context_done(root[i]));
		UNIT_EQ(goro_context_err(root[i]), 0);
		UNIT_EQ(goro_context_cause(root[i]), 0);
		UNIT_EQ(goro_context_deadline(root[i], NULL), false);
		UNIT_EQ(goro_cancel(root[i], 0), GORO_CTX_KIND);
		goro_context_free(root[i]);
	}
	CU_ASSERT(root[0] == goro_background() && root[1] == goro_todo());
}

static void bad_arguments(void)
{
	goro_context *c = NULL;
	struct goro_key key = {1, 1};

	UNIT_EQ(goro_with_cancel(NULL, &c), GORO_CTX_NIL_PARENT);
	UNIT_EQ(goro_with_timeout(NULL, 1, 0, &c), GORO_CTX_NIL_PARENT);
	UNIT_EQ(goro_with_deadline(NULL, 1, 0, &c), GORO_CTX_NIL_PARENT);
	UNIT_EQ(goro_with_value(NULL, key, &c, &c), GORO_CTX_NIL_PARENT);
	UNIT_EQ(goro_without_cancel(NULL, &c), GORO_CTX_NIL_PARENT);
	UNIT_EQ(goro_with_cancel(goro_todo(), NULL), GORO_EINVAL);
	key.type = GORO_KEY_NIL;
	UNIT_EQ(goro_with_value(goro_todo(), key, NULL, &c), GORO_CTX_NIL_KEY);
	key.type = GORO_KEY_INCOMPARABLE;
	UNIT_EQ(goro_with_value(goro_todo(), key, NULL, &c), GORO_CTX_BAD_KEY);
	CU_ASSERT_PTR_NULL(c);
	UNIT_EQ(goro_cancel(NULL, 0), GORO_EINVAL);
	goro_context_free(NULL);
	goro_hook_free(NULL);
	UNIT_EQ(goro_hook_stop(NULL), false);
}

/* done is asked for before the end, or after it. */
static void cancelled(bool before)
{
	goro_context *c = with_cancel(goro_background());
	goro_chan *done = NULL;

	if (before) {
		done = goro_context_done(c);
		UNIT_EQ(ext_closed(done), false);
	}
	UNIT_EQ(goro_context_err(c), 0);
	UNIT_EQ(goro_cancel(c, 0), GORO_OK);
	UNIT_EQ(goro_cancel(c, 1234), GORO_OK);
	UNIT_EQ(goro_context_err(c), GORO_CANCELED);
	UNIT_EQ(goro_context_cause(c), GORO_CANCELED);
	UNIT_EQ(ext_closed(goro_context_done(c)), true);
	CU_ASSERT(!before || done == goro_context_done(c));
	goro_context_free(c);
}

static void cancel(void)
{
	cancelled(true);
	cancelled(false);
}

static void values(void)
{
	char a, b, c;
	goro_context *one = with_value(goro_background(), 1, 7, &a);
	goro_context *mid = with_cancel(one);
	goro_context *two = with_value(mid, 2, 7, &b);
	goro_context *three = with_value(two, 1, 7, &c);
	goro_context *none = with_value(three, 1, 8, NULL);

	CU_ASSERT(goro_context_value(one, (struct goro_key){1, 7}) == &a);
	CU_ASSERT(goro_context_value(two, (struct goro_key){1, 7}) == &a);
	CU_ASSERT(goro_context_value(two, (struct goro_key){2, 7}) == &b);
	CU_ASSERT(goro_context_value(none, (struct goro_key){1, 7}) == &c);
	CU_ASSERT(!goro_context_value(none, (struct goro_key){1, 8}));
	CU_ASSERT(!goro_context_value(none, (struct goro_key){3, 7}));
	CU_ASSERT(!goro_context_value(goro_todo(), (struct goro_key){0, 0}));
	UNIT_EQ(goro_cancel(one, 0), GORO_CTX_KIND);
	for (int i = 0; i < 5; i++)
		goro_context_free(
			((goro_context *[]){one, none, mid, two, three})[i]);
}

static void timeout(void)
{
	goro_context *c = with_timeout(goro_background(), 20 * MS, 1001);
	goro_context *plain = with_timeout(c, 20 * GORO_SECOND, 1002);
	int64_t start = goro_now(), deadline = 0, deadline2 = 0;

	UNIT_EQ(goro_context_deadline(c, &deadline), true);
	UNIT_EQ(goro_context_deadline(plain, &deadline2), true);
	UNIT_EQ(deadline, deadline2);
	goro_recv(goro_context_done(plain), NULL);
	CU_ASSERT(goro_now() >= deadline);
	if (ext_virtual)
		UNIT_EQ(goro_now() - start, 20 * MS);
	UNIT_EQ(goro_context_err(c), GORO_DEADLINE);
	UNIT_EQ(goro_context_cause(c), 1001);
	UNIT_EQ(goro_context_err(plain), GORO_DEADLINE);
	UNIT_EQ(goro_context_cause(plain), 1001);
	goro_cancel(c, 0);
	UNIT_EQ(goro_context_err(c), GORO_DEADLINE);
	UNIT_EQ(goro_cancel(c, 5), GORO_CTX_KIND);
	UNIT_EQ(goro_cancel(plain, 5), GORO_CTX_KIND);
	goro_context_free(c);
	goro_context_free(plain);
}

static void deadline_passed(int64_t deadline)
{
	goro_context *c = NULL;

	UNIT_EQ(goro_with_deadline(goro_background(), deadline, 0, &c), 0);
	UNIT_EQ(goro_context_err(c), GORO_DEADLINE);
	UNIT_EQ(goro_context_cause(c), GORO_DEADLINE);
	goro_cancel(c, 0);
	UNIT_EQ(goro_context_err(c), GORO_DEADLINE);
	goro_context_free(c);
}

static void past_and_far(void)
{
	goro_context *c;
	int64_t deadline = 0;

	deadline_passed(goro_now() - 1);
	deadline_passed(goro_now());
	deadline_passed(INT64_MIN);
	c = with_timeout(goro_background(), INT64_MAX, 0);
	goro_context_deadline(c, &deadline);
	UNIT_EQ(deadline, INT64_MAX);
	UNIT_EQ(goro_context_err(c), 0);
	goro_cancel(c, 0);
	UNIT_EQ(goro_context_err(c), GORO_CANCELED);
	goro_context_free(c);
}

static void cancelled_before_its_time(void)
{
	goro_context *c = with_timeout(goro_background(), 5 * MS, 1001);
	struct goro_stats stats;

	goro_cancel(c, 0);
	goro_read_stats(&stats);
	UNIT_EQ(stats.timers, 0);
	goro_sleep(10 * MS);
	UNIT_EQ(goro_context_err(c), GORO_CANCELED);
	UNIT_EQ(goro_context_cause(c), GORO_CANCELED);
	goro_context_free(c);
}

static void causes(void)
{
	goro_context *parent = with_cancel(goro_background());
	goro_context *value = with_value(parent, 1, 1, NULL);
	goro_context *child = with_cancel(value);
	goro_context *late = with_cancel(parent);
	goro_context *after;

	goro_cancel(child, 1002);
	goro_cancel(parent, 1001);
	UNIT_EQ(goro_context_cause(child), 1002);
	UNIT_EQ(goro_context_cause(late), 1001);
	UNIT_EQ(goro_context_err(late), GORO_CANCELED);
	after = with_timeout(parent, GORO_SECOND, 1003);
	UNIT_EQ(goro_context_err(after), GORO_CANCELED);
	UNIT_EQ(goro_context_cause(after), 1001);
	goro_context_free(parent);
	goro_context_free(after);
	goro_context_free(late);
	goro_context_free(value);
	goro_context_free(child);
}

static void without_cancel(void)
{
	char v;
	goro_context *value = with_value(goro_todo(), 1, 1, &v);
	goro_context *parent = with_timeout(value, GORO_SECOND, 0);
	goro_context *c = NULL, *child;

	UNIT_EQ(goro_without_cancel(parent, &c), GORO_OK);
	child = with_cancel(c);
	goro_context_free(value);
	goro_context_free(parent);
	CU_ASSERT_PTR_NULL(goro_context_done(c));
	UNIT_EQ(goro_context_err(c), 0);
	UNIT_EQ(goro_context_cause(c), 0);
	UNIT_EQ(goro_context_err(child), 0);
	UNIT_EQ(goro_context_deadline(child, NULL), false);
	CU_ASSERT(goro_context_value(child, (struct goro_key){1, 1}) == &v);
	goro_context_free(c);
	goro_context_free(child);
}

static void hooks(void)
{
	goro_context *c = with_cancel(goro_background());
	goro_hook *ran, *stopped, *late, *never;
	atomic_int n = 0;

	UNIT_EQ(goro_context_after_func(c, ext_count, &n, &ran), GORO_OK);
	UNIT_EQ(goro_context_after_func(c, ext_count, &n, &stopped), GORO_OK);
	UNIT_EQ(goro_context_after_func(c, NULL, &n, &never), GORO_EINVAL);
	UNIT_EQ(goro_context_children(c), 2);
	UNIT_EQ(goro_hook_stop(stopped), true);
	UNIT_EQ(goro_hook_stop(stopped), false);
	UNIT_EQ(goro_context_children(c), 1);
	goro_cancel(c, 0);
	UNIT_EQ(ext_await(&n, 1), 1);
	UNIT_EQ(goro_hook_stop(ran), false);
	goro_context_after_func(c, ext_count, &n, &late);
	UNIT_EQ(ext_await(&n, 2), 2);
	goro_context_after_func(goro_todo(), ext_count, &n, &never);
	UNIT_EQ(goro_hook_stop(never), true);
	goro_hook_free(ran);
	goro_hook_free(stopped);
	goro_hook_free(late);
	goro_hook_free(never);
	goro_context_free(c);
	goro_sleep(MS);
	UNIT_EQ(atomic_load(&n), 2);
}

/* A hook whose handle is gone runs nevertheless. */
static void hook_forgotten(void)
{
	goro_context *c = with_cancel(goro_background());
	goro_hook *h = NULL;
	atomic_int n = 0;

	goro_context_after_func(c, ext_count, &n, &h);
	goro_hook_free(h);
	goro_context_free(c);
	UNIT_EQ(ext_await(&n, 1), 1);
}

static void foreign(void)
{
	int64_t before = ext_goroutines(1); /* those of other tests end */
	goro_chan *done = goro_make(sizeof(int), 1);
	goro_context *c = NULL, *value, *kept, *dropped;
	goro_hook *h = NULL;
	atomic_int n = 0;

	UNIT_EQ(goro_context_from_done(NULL, &c), GORO_EINVAL);
	UNIT_EQ(goro_context_from_done(done, &c), GORO_OK);
	CU_ASSERT(goro_context_done(c) == done);
	value = with_value(c, 1, 1, NULL);
	kept = with_cancel(value);
	UNIT_EQ(goro_num_goroutine(), before + 1);
	dropped = with_timeout(c, GORO_SECOND, 0);
	goro_context_free(dropped);
	UNIT_EQ(ext_goroutines(before + 1), before + 1);
	goro_context_after_func(c, ext_count, &n, &h);
	UNIT_EQ(goro_context_err(c), 0);
	goro_close(done);
	goro_recv(goro_context_done(kept), NULL);
	UNIT_EQ(goro_context_err(c), GORO_CANCELED);
	UNIT_EQ(goro_context_cause(c), GORO_CANCELED);
	UNIT_EQ(goro_context_err(kept), GORO_CANCELED);
	UNIT_EQ(ext_await(&n, 1), 1);
	UNIT_EQ(goro_cancel(c, 0), GORO_CTX_KIND);
	goro_context_free(c);
	goro_context_free(kept);
	goro_context_free(value);
	goro_hook_free(h);
	UNIT_EQ(ext_goroutines(before), before);
	goro_chan_free(done);
}

/* Hooks of one child; what they are to call is called by the test. */
struct hooks {
	goro_fn fn;
	void *x;
	bool refuse;
};

static void *add(void *arg, goro_fn fn, void *x)
{
	struct hooks *h = arg;

	if (h->refuse)
		return NULL;
	h->fn = fn;
	h->x = x;
	return h;
}

static bool take_off(void *arg, void *added)
{
	struct hooks *h = arg;
	bool there = h->fn != NULL;

	CU_ASSERT(arg == added);
	h->fn = NULL;
	return there;
}

static void hooked(void)
{
	struct hooks h = {.fn = NULL};
	struct goro_end_hooks ops = {add, take_off, &h};
	goro_chan *done = goro_make(0, 0);
	goro_context *c = NULL, *child;
	goro_fn fn;

	UNIT_EQ(goro_context_from_hooks(NULL, &ops, &c), GORO_EINVAL);
	UNIT_EQ(goro_context_from_hooks(done, NULL, &c), GORO_EINVAL);
	UNIT_EQ(goro_context_from_hooks(done, &ops, NULL), GORO_EINVAL);
	UNIT_EQ(goro_context_from_hooks(done, &ops, &c), GORO_OK);
	child = with_cancel(c);
	CU_ASSERT(h.fn != NULL);
	goro_context_free(child);
	CU_ASSERT(h.fn == NULL);
	child = with_cancel(c);
	fn = h.fn;
	h.fn = NULL;
	goro_close(done);
	fn(h.x);
	UNIT_EQ(goro_context_err(child), GORO_CANCELED);
	goro_context_free(child);
	goro_context_free(c);
	goro_chan_free(done);
}

/* What cannot be added is given back. */
static void hook_refused(void)
{
	struct hooks h = {.refuse = true};
	struct goro_end_hooks ops = {add, take_off, &h};
	goro_chan *done = goro_make(0, 0);
	goro_context *c = NULL, *child = NULL;
	goro_hook *hook = NULL;
	atomic_int n = 0;

	goro_context_from_hooks(done, &ops, &c);
	UNIT_EQ(goro_with_cancel(c, &child), GORO_ENOMEM);
	UNIT_EQ(goro_context_after_func(c, ext_count, &n, &hook), GORO_ENOMEM);
	CU_ASSERT(child == NULL && hook == NULL);
	goro_context_free(c);
	goro_chan_free(done);
}

static void wrapped(void)
{
	goro_chan *done = goro_make(0, 0);
	goro_context *inner = with_cancel(goro_background());
	goro_context *w = NULL, *own = NULL, *child, *far;

	UNIT_EQ(goro_context_wrap(NULL, NULL, &w), GORO_CTX_NIL_PARENT);
	UNIT_EQ(goro_context_wrap(inner, NULL, &w), GORO_OK);
	UNIT_EQ(goro_context_wrap(w, done, &own), GORO_OK);
	CU_ASSERT(goro_context_done(w) == goro_context_done(inner));
	CU_ASSERT(goro_context_done(own) == done);
	child = with_cancel(w);
	far = with_cancel(own);
	goro_cancel(inner, 1001);
	UNIT_EQ(goro_context_cause(w), 1001);
	UNIT_EQ(goro_context_cause(own), 1001);
	UNIT_EQ(goro_context_cause(child), 1001);
	UNIT_EQ(goro_context_err(far), 0);
	goro_close(done);
	goro_recv(goro_context_done(far), NULL);
	UNIT_EQ(goro_context_cause(far), 1001);
	goro_context_free(inner);
	goro_context_free(w);
	goro_context_free(own);
	goro_context_free(child);
	goro_context_free(far);
	goro_chan_free(done);
}

/* The channel may go right after the contexts: nobody is left on it. */
static void foreign_freed_at_once(void)
{
	for (int i = 0; i < 200; i++) {
		goro_chan *done = goro_make(0, 0);
		goro_context *c = NULL, *child;

		goro_context_from_done(done, &c);
		child = with_cancel(c);
		if (i % 2)
			goro_close(done);
		goro_context_free(c);
		goro_context_free(child);
		goro_chan_free(done);
	}
}

static void named(goro_context *c, const char *want)
{
	char name[200], cut[200];

	UNIT_EQ(goro_context_name(c, name, sizeof(name)), strlen(want));
	UNIT_STR(name, want);
	for (size_t n = 1; n <= strlen(want); n++) {
		memset(cut, '#', sizeof(cut));
		goro_context_name(c, cut, n);
		CU_ASSERT(strlen(cut) == n - 1 && !memcmp(cut, want, n - 1));
	}
	UNIT_EQ(goro_context_name(c, NULL, 0), strlen(want));
}

static void names(void)
{
	goro_context *a = with_cancel(goro_todo());
	goro_context *b = with_value(a, 3, 4, NULL), *c = NULL, *d;
	char name[200];

	goro_without_cancel(b, &c);
	d = with_timeout(goro_background(), 3723 * GORO_SECOND + 1, 0);
	named(goro_background(), "context.Background");
	named(a, "context.TODO.WithCancel");
	named(c, "context.TODO.WithCancel.WithValue(type 3:4, val <nil>)"
		 ".WithoutCancel");
	goro_context_name(d, name, sizeof(name));
	CU_ASSERT(strncmp(name, "context.Background.WithDeadline(2", 33) == 0);
	CU_ASSERT(strstr(name, " +0000 UTC m=+") != NULL);
	CU_ASSERT(strstr(name, " [1h2m") != NULL);
	CU_ASSERT(strcmp(name + strlen(name) - 3, "s])") == 0);
	goro_context_free(a);
	goro_context_free(b);
	goro_context_free(c);
	goro_context_free(d);
}

static void kinds_of_error(void)
{
	UNIT_EQ(goro_error_timeout(GORO_DEADLINE), true);
	UNIT_EQ(goro_error_temporary(GORO_DEADLINE), true);
	UNIT_EQ(goro_error_timeout(GORO_CANCELED), false);
	UNIT_EQ(goro_error_temporary(GORO_CANCELED), false);
	UNIT_EQ(goro_error_timeout(GORO_ERROR_USER), false);
}

static const struct unit_test tests[] = {
	{"the roots never end", roots},
	{"bad arguments", bad_arguments},
	{"cancel", cancel},
	{"values: the nearest, by type and number", values},
	{"timeout, and its cause", timeout},
	{"deadlines in the past and far away", past_and_far},
	{"cancelled before its time", cancelled_before_its_time},
	{"the first cause counts", causes},
	{"without cancel: values only", without_cancel},
	{"hooks", hooks},
	{"a hook without handle", hook_forgotten},
	{"foreign: one goroutine each", foreign},
	{"foreign: the channel is freed at once", foreign_freed_at_once},
	{"foreign: with hooks", hooked},
	{"foreign: a hook that is refused", hook_refused},
	{"foreign: round another", wrapped},
	{"names", names},
	{"timeout and temporary", kinds_of_error},
	{NULL, NULL},
};

const struct unit_suite ext_context = {"context", tests};

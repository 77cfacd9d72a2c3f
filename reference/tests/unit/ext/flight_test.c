/*
 * flight_test.c - singleflight.
 */
#include <stdio.h>
#include <string.h>

#include "ext.h"

struct fetch {
	goro_flight *f;
	goro_chan *go_on; /* NULL: does not wait */
	atomic_int calls, got, shared, panics, exits, left;
	int how; /* 0: returns, 1: panics, 2: goexit */
};

static char answer[] = "answer";

static int fetch(void *arg, void **value)
{
	struct fetch *t = arg;

	atomic_fetch_add(&t->calls, 1);
	if (t->go_on)
		goro_recv(t->go_on, NULL);
	if (t->how == 1)
		goro_panic("no such thing");
	if (t->how == 2) {
		atomic_fetch_add(&t->left, 1);
		goro_goexit();
	}
	*value = answer;
	return 1001;
}

static void plain(void)
{
	struct fetch t = {.f = goro_flight_new()};
	void *value = NULL;
	bool shared = true;

	UNIT_EQ(goro_flight_do(t.f, "key", fetch, &t, &value, &shared), 1001);
	CU_ASSERT(value == answer && !shared);
	UNIT_EQ(goro_flight_do(t.f, "key", fetch, &t, NULL, NULL), 1001);
	UNIT_EQ(atomic_load(&t.calls), 2);
	UNIT_EQ(goro_flight_do(t.f, NULL, fetch, &t, NULL, NULL), GORO_EINVAL);
	UNIT_EQ(goro_flight_do(t.f, "", NULL, &t, NULL, NULL), GORO_EINVAL);
	CU_ASSERT_PTR_NULL(goro_flight_do_chan(t.f, NULL, fetch, &t));
	goro_flight_forget(t.f, "nothing");
	goro_flight_free(t.f);
	goro_flight_free(NULL);
}

static void ask(void *arg)
{
	struct fetch *t = arg;
	void *value = NULL;
	bool shared = false;

	if (goro_flight_do(t->f, "key", fetch, t, &value, &shared) == 1001 &&
	    value == answer)
		atomic_fetch_add(&t->got, 1);
	if (shared)
		atomic_fetch_add(&t->shared, 1);
}

static void note_end(void *arg)
{
	struct fetch *t = arg;

	if (!goro_recover(NULL))
		atomic_fetch_add(&t->exits, 1);
}

static void caller(void *arg)
{
	struct fetch *t = arg;
	struct goro_panic_value v = {.text = ""};

	goro_defer(note_end, t);
	if (goro_try(ask, t, &v) == GORO_PANICKED &&
	    strcmp(v.text, "no such thing") == 0)
		atomic_fetch_add(&t->panics, 1);
}

/* n callers, who all wait for one call before it goes on. */
static void callers(struct fetch *t, int n)
{
	int64_t waiting = goro_num_waiting();
	goro_waitgroup wg = {{0}};

	t->f = goro_flight_new();
	t->go_on = goro_make(0, 0);
	for (int i = 0; i < n; i++)
		goro_wg_go(&wg, caller, t);
	while (goro_num_waiting() < waiting + n)
		goro_sleep(MS / 10);
	goro_close(t->go_on);
	goro_wg_wait(&wg);
	UNIT_EQ(atomic_load(&t->calls), 1);
	goro_chan_free(t->go_on);
	goro_flight_free(t->f);
}

static void shared_by_all(void)
{
	struct fetch t = {.how = 0};

	callers(&t, 10);
	UNIT_EQ(atomic_load(&t.got), 10);
	UNIT_EQ(atomic_load(&t.shared), 10);
}

static void panic_of_all(void)
{
	struct fetch t = {.how = 1};

	callers(&t, 10);
	UNIT_EQ(atomic_load(&t.panics), 10);
}

static void end_of_all(void)
{
	struct fetch t = {.how = 2};

	callers(&t, 10);
	UNIT_EQ(atomic_load(&t.got), 0);
	UNIT_EQ(atomic_load(&t.panics), 0);
	UNIT_EQ(atomic_load(&t.exits), 10);
}

static void by_channel(void)
{
	struct fetch t = {.f = goro_flight_new(), .go_on = goro_make(0, 0)};
	goro_chan *c[3];
	struct goro_flight_result r;

	for (int i = 0; i < 3; i++)
		c[i] = goro_flight_do_chan(t.f, "key", fetch, &t);
	goro_close(t.go_on);
	for (int i = 0; i < 3; i++) {
		UNIT_EQ(goro_recv(c[i], &r), true);
		CU_ASSERT(r.value == answer && r.error == 1001 && r.shared);
		goro_chan_free(c[i]);
	}
	UNIT_EQ(atomic_load(&t.calls), 1);
	c[0] = goro_flight_do_chan(t.f, "key", fetch, &t);
	goro_recv(c[0], &r);
	UNIT_EQ(r.shared, 0);
	goro_chan_free(c[0]);
	goro_chan_free(t.go_on);
	goro_flight_free(t.f);
}

static void goexit_by_channel(void)
{
	struct fetch t = {.f = goro_flight_new(), .how = 2};
	int64_t alive = ext_goroutines(1);
	goro_chan *c = goro_flight_do_chan(t.f, "key", fetch, &t);

	UNIT_EQ(ext_await(&t.left, 1), 1);
	UNIT_EQ(ext_goroutines(alive), alive);
	UNIT_EQ(goro_len(c), 0);
	goro_chan_free(c);
	goro_flight_free(t.f);
}

/* The group may go as soon as the result is there. */
static void freed_at_once(void)
{
	for (int i = 0; i < 200; i++) {
		goro_flight *f = goro_flight_new();
		struct fetch t = {.calls = 0};
		goro_chan *c = goro_flight_do_chan(f, "key", fetch, &t);

		goro_recv(c, NULL);
		goro_chan_free(c);
		goro_flight_free(f);
	}
}

/* The one who flies; slow on its way to a lock, as one without a CPU is. */
static _Atomic(int64_t) slow;
static atomic_bool is_freed;

void __real_goro_mutex_lock(goro_mutex *m);
void __wrap_goro_mutex_lock(goro_mutex *m);

/* The linker sends the library's calls here (build.mk). */
void __wrap_goro_mutex_lock(goro_mutex *m)
{
	if (goro_id() == atomic_load(&slow))
		for (int i = 0; i < 20 && !atomic_load(&is_freed); i++)
			goro_sleep(MS);
	__real_goro_mutex_lock(m);
}

static void fly_slowly(void *arg)
{
	struct fetch *t = arg;

	atomic_store(&slow, goro_id());
	ask(t);
	atomic_store(&slow, 0);
}

/* And though the one who flew for them is still on its way out. */
static void freed_by_waiter(void)
{
	struct fetch t = {.f = goro_flight_new(), .go_on = goro_make(0, 0)};
	int64_t waiting = goro_num_waiting();
	goro_waitgroup wg = {{0}};

	atomic_store(&is_freed, false); /* the tests run twice */
	goro_wg_go(&wg, fly_slowly, &t);
	UNIT_EQ(ext_await(&t.calls, 1), 1);
	goro_go(ask, &t);
	while (goro_num_waiting() < waiting + 2)
		goro_yield();
	goro_close(t.go_on);
	while (atomic_load(&t.got) == 0)
		goro_sleep(MS / 10);
	goro_flight_free(t.f);
	atomic_store(&is_freed, true);
	goro_wg_wait(&wg);
	UNIT_EQ(atomic_load(&t.got), 2);
	goro_chan_free(t.go_on);
}

static void forget(void)
{
	struct fetch t = {.f = goro_flight_new(), .go_on = goro_make(0, 0)};
	goro_chan *first = goro_flight_do_chan(t.f, "key", fetch, &t);
	goro_chan *second;
	struct goro_flight_result r;

	UNIT_EQ(ext_await(&t.calls, 1), 1);
	goro_flight_forget(t.f, "key");
	second = goro_flight_do_chan(t.f, "key", fetch, &t);
	UNIT_EQ(ext_await(&t.calls, 2), 2);
	goro_close(t.go_on);
	goro_recv(first, &r);
	UNIT_EQ(r.shared, 0);
	goro_recv(second, &r);
	UNIT_EQ(r.shared, 0);
	goro_chan_free(first);
	goro_chan_free(second);
	goro_chan_free(t.go_on);
	goro_flight_free(t.f);
}

static int own_number(void *arg, void **value)
{
	*value = arg;
	goro_yield();
	return 0;
}

/* Many keys at once: each caller gets what is of its key. */
struct keys {
	goro_flight *f;
	atomic_int bad;
};

static void ask_for_keys(void *arg, int i)
{
	struct keys *k = arg;
	uint64_t x = 88172645463325252u + (uint64_t)i;
	char key[20];

	for (int round = 0; round < 500; round++) {
		intptr_t n = (intptr_t)(ext_random(&x) % 200);
		void *value = NULL;

		snprintf(key, sizeof(key), "%d", (int)n);
		goro_flight_do(k->f, key, own_number, (void *)n, &value, NULL);
		if ((intptr_t)value != n)
			atomic_fetch_add(&k->bad, 1);
		if (round % 16 == 0)
			goro_flight_forget(k->f, key);
	}
}

static void many_keys(void)
{
	struct keys k = {.f = goro_flight_new()};
	goro_chan *c[300];
	char key[20];
	struct goro_flight_result r;

	ext_team(8, ask_for_keys, &k);
	UNIT_EQ(atomic_load(&k.bad), 0);
	for (intptr_t i = 0; i < 300; i++) {
		snprintf(key, sizeof(key), "%d", (int)i);
		c[i] = goro_flight_do_chan(k.f, key, own_number, (void *)i);
	}
	for (intptr_t i = 0; i < 300; i++) {
		goro_recv(c[i], &r);
		UNIT_EQ((intptr_t)r.value, i);
		goro_chan_free(c[i]);
	}
	goro_flight_free(k.f);
}

static const struct unit_test tests[] = {
	{"one caller", plain},
	{"ten callers share one call", shared_by_all},
	{"a panic is everybody's", panic_of_all},
	{"a goexit is everybody's", end_of_all},
	{"by channel", by_channel},
	{"goexit by channel", goexit_by_channel},
	{"freed with the result", freed_at_once},
	{"freed by who waited", freed_by_waiter},
	{"forget", forget},
	{"many keys", many_keys},
	{NULL, NULL},
};

const struct unit_suite ext_flight = {"singleflight", tests};

/*
 * DL-004 from inside: the state word of each parked goroutine, by its number
 * and in a dump.  Newer and older Go name some of them differently.
 */
#include <stdio.h>

#include "kit/kit.h"

#define NEED_PLACES                                                            \
	NEED(inspect, goid), NEED(chan, select), NEED(sync, mutex_lock),       \
		NEED(sync, rw_lock), NEED(sync, rw_rlock), NEED(sync, wg_add), \
		NEED(sync, wg_wait), NEED(sync, cond_wait)

static assay_chan *empty;
static assay_mutex held;
static assay_rwmutex read_held, write_held;
static assay_waitgroup pending;
static assay_cond cond;
static assay_mutex cond_lock;

static void in_send(void)
{
	send_int(empty, 1);
}

static void in_recv(void)
{
	recv_int(chan_int(0));
}

static void in_nil_send(void)
{
	int v = 1;

	rt->chan->send(NULL, &v, ASSAY_FOREVER);
}

static void in_nil_recv(void)
{
	rt->chan->recv(NULL, NULL, ASSAY_FOREVER);
}

static void in_select(void)
{
	struct assay_case cases[] = {case_recv(chan_int(0), NULL),
				     case_recv(chan_int(0), NULL)};

	select_cases(cases, 2, NULL);
}

static void in_select_none(void)
{
	size_t chosen;

	rt->chan->select(NULL, 0, ASSAY_FOREVER, &chosen);
}

static void in_sleep(void)
{
	sleep_ns(3600 * SEC);
}

static void in_mutex(void)
{
	lock(&held);
}

static void in_rlock(void)
{
	rt->sync->rw_rlock(&write_held, ASSAY_FOREVER);
}

static void in_lock(void)
{
	rt->sync->rw_lock(&read_held, ASSAY_FOREVER);
}

static void in_wait(void)
{
	wg_wait(&pending);
}

static void in_cond(void)
{
	lock(&cond_lock);
	rt->sync->cond_wait(&cond, &cond_lock);
}

static const struct place {
	void (*block)(void);
	const char *state, *older;
} places[] = {
	{in_send, "chan send", NULL},
	{in_recv, "chan receive", NULL},
	{in_nil_send, "chan send (nil chan)", NULL},
	{in_nil_recv, "chan receive (nil chan)", NULL},
	{in_select, "select", NULL},
	{in_select_none, "select (no cases)", NULL},
	{in_sleep, "sleep", NULL},
	{in_mutex, "sync.Mutex.Lock", "semacquire"},
	{in_rlock, "sync.RWMutex.RLock", "semacquire"},
	{in_lock, "sync.RWMutex.Lock", "semacquire"},
	{in_wait, "sync.WaitGroup.Wait", "semacquire"},
	{in_cond, "sync.Cond.Wait", NULL},
};

enum { PLACES = sizeof(places) / sizeof(places[0]) };

static _Atomic int64_t ids[PLACES];

static void go_to_place(void *arg)
{
	int i = *(const int *)arg;

	/* release: pairs with the acquire load in id_of() */
	atomic_store_explicit(&ids[i], rt->inspect->goid(),
			      memory_order_release);
	places[i].block();
}

static void start_all(void)
{
	empty = chan_int(0);
	lock(&held);
	rt->sync->rw_rlock(&read_held, ASSAY_FOREVER);
	rt->sync->rw_lock(&write_held, ASSAY_FOREVER);
	wg_add(&pending, 1);
	for (int i = 0; i < PLACES; i++)
		go_copy(go_to_place, &i, sizeof(i));
	settle(PLACES);
}

static int64_t id_of(int i)
{
	return atomic_load_explicit(&ids[i], memory_order_acquire);
}

/* The word up to a comma: ", locked to thread" may follow. */
static void check_word(int i, char *word)
{
	const struct place *p = &places[i];

	word[strcspn(word, ",]")] = '\0';
	CHECK_MSG(strcmp(word, p->state) == 0 ||
			  (p->older != NULL && strcmp(word, p->older) == 0),
		  "a goroutine in \"%s\" is said to be in \"%s\"", p->state,
		  word);
}

CASE_OF(DL_004, state, "the state of a goroutine, asked by its number",
	NEEDS(NEED(inspect, state), NEED_PLACES))
{
	char word[64];

	start_all();
	for (int i = 0; i < PLACES; i++) {
		REQUIRE_EQ(rt->inspect->state(id_of(i), word, sizeof(word)),
			   ASSAY_OK);
		check_word(i, word);
	}
	REQUIRE_EQ(rt->inspect->state(rt->inspect->goid(), word, sizeof(word)),
		   ASSAY_OK);
	CHECK_STR(word, "running");
	CHECK_EQ(rt->inspect->state(INT64_C(1) << 40, word, sizeof(word)),
		 ASSAY_EINVAL);
}

static atomic_int enough;

static void yield_on(void *arg)
{
	/* release: pairs with the acquire load in id_of() */
	atomic_store_explicit(&ids[0], rt->inspect->goid(),
			      memory_order_release);
	(void)arg;
	while (count(&enough) == 0)
		yield();
}

CASE_OF(DL_004, runnable, "one that could run, but for the others",
	.procs = {1}, NEEDS(NEED(inspect, state), NEED(inspect, goid)))
{
	char word[64];

	go(yield_on, NULL);
	while (id_of(0) == 0)
		yield();
	for (int i = 0; i < 3; i++) {
		REQUIRE_EQ(rt->inspect->state(id_of(0), word, sizeof(word)),
			   ASSAY_OK);
		CHECK_STR(word, "runnable");
		yield();
	}
	mark(&enough);
	yield();
}

CASE_OF(DL_004, dump, "the states in a dump",
	NEEDS(NEED(inspect, dump), NEED_PLACES))
{
	static char text[1 << 18];
	size_t n;

	start_all();
	n = rt->inspect->dump(text, sizeof(text) - 1);
	REQUIRE_CMP(n, >, 0);
	REQUIRE_CMP(n, <, sizeof(text));
	text[n] = '\0';
	for (int i = 0; i < PLACES; i++) {
		char head[64], word[64] = "";
		const char *at;

		snprintf(head, sizeof(head), "goroutine %" PRId64 " [",
			 id_of(i));
		at = strstr(text, head);
		if (!CHECK_MSG(at != NULL, "no \"%s\" in the dump", head))
			continue;
		snprintf(word, sizeof(word), "%.60s", at + strlen(head));
		check_word(i, word);
	}
}

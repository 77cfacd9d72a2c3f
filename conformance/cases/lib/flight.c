/*
 * flight.c - calls that are made once for all who want them at the same
 * time: singleflight (XL-010).
 */
#include <stdio.h>

#include "kit/sync_kit.h"

#define NEED_DO                                                                \
	NEED_EXT(flight, make), NEED_EXT(flight, do_), NEED_EXT(flight, free)
#define NEED_DO_CHAN NEED_DO, NEED_EXT(flight, do_chan)

enum { ERR_OWN = ASSAY_ERROR_USER + 5 };

static assay_flight *flight(void)
{
	assay_flight *f = ext->flight->make();

	REQUIRE(f != NULL);
	return f;
}

static void free_flight(assay_flight *f)
{
	ext->flight->free(f);
}

/* What a call does and how often it was made. */
struct job {
	assay_chan *release; /* NULL: it returns at once */
	void *value;
	int error;
	atomic_int runs;
};

static int run_job(void *arg, void **value)
{
	struct job *j = arg;

	mark(&j->runs);
	if (j->release != NULL)
		wait_for(j->release);
	*value = j->value;
	return j->error;
}

/* Somebody who wants the result; it is good once told is set. */
struct caller {
	assay_flight *f;
	const char *key;
	assay_call call;
	void *arg;
	void *value;
	int error;
	bool shared;
	struct assay_panic panic;
	atomic_int told, caught, left;
};

static void ask(void *arg)
{
	struct caller *c = arg;

	c->error = ext->flight->do_(c->f, c->key, c->call, c->arg, &c->value,
				    &c->shared);
	mark(&c->told);
}

static struct caller caller(assay_flight *f, const char *key, assay_call call,
			    void *arg)
{
	return (struct caller){.f = f, .key = key, .call = call, .arg = arg};
}

static void check_answer(struct caller *c, const struct job *j, bool shared)
{
	CHECK(becomes(&c->told, 1));
	CHECK_PTR(c->value, ==, j->value);
	CHECK_EQ(c->error, j->error);
	CHECK_EQ(c->shared, shared);
}

/* ---- do -------------------------------------------------------------------------------- */

CASE(XL_010, "a lone call gives its value and its error",
     .flags = CASE_VALGRIND, NEEDS(NEED_DO))
{
	assay_flight *f = flight();
	struct job jobs[] = {{.value = f, .error = 0},
			     {.value = NULL, .error = ERR_OWN},
			     {.value = &f, .error = ASSAY_CANCELED}};

	for (int i = 0; i < 9; i++) {
		struct job *j = &jobs[i % 3];
		struct caller c = caller(f, "key", run_job, j);

		c.shared = true;
		ask(&c);
		check_answer(&c, j, false);
		CHECK_EQ(count(&j->runs), i / 3 + 1);
	}
	CHECK_EQ(ext->flight->do_(f, "key", run_job, &jobs[1], NULL, NULL),
		 ERR_OWN);
	free_flight(f);
	free_flight(NULL);
}

enum { CALLERS = 10 };

static void start_callers(struct caller c[], int n, int64_t parked)
{
	for (int i = 0; i < n; i++)
		go(ask, &c[i]);
	settle(parked);
}

CASE_OF(XL_010, once, "calls at the same time are one, its result is shared",
	NEEDS(NEED_DO))
{
	assay_flight *f = flight();

	for (int round = 0; round < 3; round++) {
		struct job j = {.release = chan_signal(0),
				.value = &j,
				.error = round == 1 ? ERR_OWN : 0};
		struct caller c[CALLERS];

		for (int i = 0; i < CALLERS; i++)
			c[i] = caller(f, "key", run_job, &j);
		start_callers(c, CALLERS, CALLERS);
		CHECK_EQ(count(&j.runs), 1);
		for (int i = 0; i < CALLERS; i++)
			CHECK_EQ(count(&c[i].told), 0);
		close_chan(j.release);
		for (int i = 0; i < CALLERS; i++)
			check_answer(&c[i], &j, true);
		CHECK_EQ(count(&j.runs), 1);
	}
	free_flight(f);
}

CASE_OF(XL_010, keys, "calls for other keys are other calls", NEEDS(NEED_DO))
{
	enum { KEYS = 40 };
	static char keys[KEYS][16];
	assay_flight *f = flight(), *other = flight();
	struct job j[KEYS + 1];
	struct caller c[KEYS + 1];

	for (int i = 0; i <= KEYS; i++) {
		/* one is empty, and each starts like others */
		if (i > 0 && i < KEYS)
			snprintf(keys[i], sizeof(keys[i]), "user%.*s%d", i % 4,
				 ":::", i / 4);
		j[i] = (struct job){.release = chan_signal(0), .value = &j[i]};
		c[i] = caller(i < KEYS ? f : other, keys[i % KEYS], run_job,
			      &j[i]);
	}
	start_callers(c, KEYS + 1, KEYS + 1);
	for (int i = KEYS; i >= 0; i--) {
		CHECK_EQ(count(&j[i].runs), 1);
		close_chan(j[i].release);
		check_answer(&c[i], &j[i], false);
	}
	free_flight(f);
	free_flight(other);
}

CASE_OF(XL_010, copied, "the key is copied", NEEDS(NEED_DO))
{
	assay_flight *f = flight();
	struct job j = {.release = chan_signal(0), .value = &j};
	struct job second = {.value = &second};
	char key[] = "key", same[] = "key";
	struct caller c = caller(f, key, run_job, &j);
	struct caller joins = caller(f, same, run_job, &second);
	struct caller changed = caller(f, "new", run_job, &second);

	start_callers(&c, 1, 1);
	CHECK(becomes(&j.runs, 1)); /* after the last look at the key */
	memcpy(key, "new", sizeof(key));
	ask(&changed);
	check_answer(&changed, &second, false);
	start_callers(&joins, 1, 2);
	close_chan(j.release);
	check_answer(&c, &j, true);
	check_answer(&joins, &j, true);
	CHECK_EQ(count(&second.runs), 1);
	free_flight(f);
}

CASE_OF(XL_010, input, "a key and a call are needed", NEEDS(NEED_DO))
{
	assay_flight *f = flight();
	struct job j = {.value = NULL};

	CHECK_EQ(ext->flight->do_(f, NULL, run_job, &j, NULL, NULL),
		 ASSAY_EINVAL);
	CHECK_EQ(ext->flight->do_(f, "key", NULL, &j, NULL, NULL),
		 ASSAY_EINVAL);
	CHECK_EQ(count(&j.runs), 0);
	free_flight(f);
}

struct storm {
	assay_flight *f;
	assay_chan *ended;
	atomic_int inside, runs, wrong;
};

/* Only one of a key runs at any time. */
static int one_at_a_time(void *arg, void **value)
{
	struct storm *s = arg;

	if (mark(&s->inside) != 1)
		mark(&s->wrong);
	yield();
	*value = (void *)(uintptr_t)mark(&s->runs);
	atomic_fetch_sub_explicit(&s->inside, 1, memory_order_acq_rel);
	return 0;
}

static void ask_often(void *arg)
{
	struct storm *s = arg;
	uintptr_t last = 0;

	for (int64_t i = rounds(500); i > 0; i--) {
		void *value = NULL;

		if (ext->flight->do_(s->f, "key", one_at_a_time, s, &value,
				     NULL) != 0 ||
		    (uintptr_t)value < last || value == NULL)
			mark(&s->wrong);
		last = (uintptr_t)value;
	}
	send_signal(s->ended);
}

CASE_OF(XL_010, storm, "a key's call never runs twice at a time",
	NEEDS(NEED_DO))
{
	struct storm s = {.f = flight(), .ended = chan_signal(0)};

	go_many(8, ask_often, &s);
	join(s.ended, 8);
	CHECK_EQ(count(&s.wrong), 0);
	note("%d runs for %d calls", count(&s.runs), (int)(8 * rounds(500)));
	free_flight(s.f);
}

/* ---- forget --------------------------------------------------------------------------------- */

CASE_OF(XL_010, forget, "after forget a new call runs beside the old one",
	NEEDS(NEED_DO, NEED_EXT(flight, forget)))
{
	assay_flight *f = flight();
	struct job old = {.release = chan_signal(0), .value = &old};
	struct job new = {.release = chan_signal(0), .value = &new};
	struct caller first = caller(f, "key", run_job, &old);
	struct caller second = caller(f, "key", run_job, &new);
	struct caller third = second, fourth = second;

	ext->flight->forget(f, "nobody's");
	start_callers(&first, 1, 1);
	ext->flight->forget(f, "other");
	ext->flight->forget(f, "key");
	start_callers(&second, 1, 2);
	CHECK_EQ(count(&new.runs), 1);
	start_callers(&third, 1, 3);
	close_chan(old.release);
	check_answer(&first, &old, false);
	/* the end of the old one does not take the new one away */
	start_callers(&fourth, 1, 3);
	CHECK_EQ(count(&new.runs), 1);
	close_chan(new.release);
	check_answer(&second, &new, true);
	check_answer(&third, &new, true);
	check_answer(&fourth, &new, true);
	CHECK_EQ(count(&old.runs), 1);
	CHECK_EQ(count(&new.runs), 1);
	free_flight(f);
}

CASE_OF(XL_010, forgotten, "who waits for a forgotten call still shares it",
	NEEDS(NEED_DO, NEED_EXT(flight, forget)))
{
	assay_flight *f = flight();
	struct job old = {.release = chan_signal(0), .value = &old};
	struct job new = {.value = &new};
	struct caller c[3];
	struct caller later = caller(f, "key", run_job, &new);

	for (int i = 0; i < 3; i++)
		c[i] = caller(f, "key", run_job, &old);
	start_callers(c, 3, 3);
	ext->flight->forget(f, "key");
	ask(&later);
	check_answer(&later, &new, false);
	close_chan(old.release);
	for (int i = 0; i < 3; i++)
		check_answer(&c[i], &old, true);
	CHECK_EQ(count(&old.runs), 1);
	free_flight(f);
}

/* ---- do_chan ------------------------------------------------------------- */

static assay_chan *ask_chan(assay_flight *f, assay_call call, void *arg)
{
	assay_chan *c = ext->flight->do_chan(f, "key", call, arg);

	REQUIRE(c != NULL);
	return c;
}

static void check_result(assay_chan *c, const struct job *j, bool shared)
{
	struct assay_flight_result r = {.value = NULL, .error = -1};

	REQUIRE_EQ(rt->chan->recv(c, &r, in(upto(10 * SEC))), ASSAY_OK);
	CHECK_PTR(r.value, ==, j->value);
	CHECK_EQ(r.error, j->error);
	CHECK_EQ(r.shared, shared);
	CHECK_EQ(try_recv(c, &r), ASSAY_AGAIN);
	drop(c);
}

CASE_OF(XL_010, chan, "do_chan gives the result by a channel",
	NEEDS(NEED_DO_CHAN, NEED(chan, cap)))
{
	assay_flight *f = flight();
	struct job jobs[] = {{.value = f, .error = 0},
			     {.value = NULL, .error = ERR_OWN}};

	for (int i = 0; i < 2; i++) {
		assay_chan *c = ask_chan(f, run_job, &jobs[i]);

		CHECK_EQ(rt->chan->cap(c), 1);
		check_result(c, &jobs[i], false);
		CHECK_EQ(count(&jobs[i].runs), 1);
	}
	free_flight(f);
}

CASE_OF(XL_010, chans, "do and do_chan share one call", NEEDS(NEED_DO_CHAN))
{
	assay_flight *f = flight();
	struct job j = {
		.release = chan_signal(0), .value = &j, .error = ERR_OWN};
	assay_chan *first = ask_chan(f, run_job, &j);
	assay_chan *second = ask_chan(f, run_job, &j), *unread;
	struct caller c = caller(f, "key", run_job, &j);

	CHECK_PTR(first, !=, second);
	start_callers(&c, 1, 2);
	unread = ask_chan(f, run_job, &j);
	CHECK_EQ(try_recv(first, NULL), ASSAY_AGAIN);
	close_chan(j.release);
	check_answer(&c, &j, true);
	check_result(first, &j, true);
	check_result(second, &j, true);
	CHECK_EQ(count(&j.runs), 1);
	(void)unread; /* nobody has to take it */
	free_flight(f);
}

CASE_OF(XL_010, chans_only, "two do_chans of one key are told that they share",
	NEEDS(NEED_DO_CHAN))
{
	assay_flight *f = flight();
	struct job j = {.release = chan_signal(0), .value = &j};
	struct job alone = {.value = &alone};
	assay_chan *first = ask_chan(f, run_job, &j);
	assay_chan *second = ask_chan(f, run_job, &j);

	close_chan(j.release);
	check_result(first, &j, true);
	check_result(second, &j, true);
	CHECK_EQ(count(&j.runs), 1);
	check_result(ask_chan(f, run_job, &alone), &alone, false);
	free_flight(f);
}

/* ---- panic and goexit ---------------------------------------------------- */

static int panic_later(void *arg, void **value)
{
	struct job *j = arg;

	*value = NULL;
	mark(&j->runs);
	if (j->release != NULL)
		wait_for(j->release);
	raise_text("from the call");
}

static void ask_and_catch(void *arg)
{
	struct caller *c = arg;

	if (rt->core->try_(ask, c, &c->panic) == ASSAY_PANICKED)
		mark(&c->caught);
	mark(&c->left);
}

CASE_OF(XL_010, panic, "a panic of the call is raised in every caller",
	NEEDS(NEED_DO, NEED(core, try_), NEED(core, panic)))
{
	static const char text[] = "from the call";
	assay_flight *f = flight();
	struct job j = {.release = chan_signal(0)}, fine = {.value = &fine};
	struct caller c[CALLERS], next = caller(f, "key", run_job, &fine);

	for (int i = 0; i < CALLERS; i++) {
		c[i] = caller(f, "key", panic_later, &j);
		go(ask_and_catch, &c[i]);
	}
	settle(CALLERS);
	close_chan(j.release);
	for (int i = 0; i < CALLERS; i++) {
		CHECK(becomes(&c[i].left, 1));
		CHECK_EQ(count(&c[i].caught), 1);
		CHECK_EQ(count(&c[i].told), 0);
		CHECK_MSG(strncmp(c[i].panic.text, text, strlen(text)) == 0,
			  "the panic is \"%s\"", c[i].panic.text);
	}
	CHECK_EQ(count(&j.runs), 1);
	ask(&next);
	check_answer(&next, &fine, false);
	free_flight(f);
}

static int goexit_later(void *arg, void **value)
{
	struct job *j = arg;

	*value = NULL;
	mark(&j->runs);
	if (j->release != NULL)
		wait_for(j->release);
	rt->core->goexit();
	return 0;
}

static void leave(void *arg)
{
	mark(&((struct caller *)arg)->left);
}

static void ask_and_leave(void *arg)
{
	rt->core->defer(leave, arg);
	ask(arg);
}

CASE_OF(XL_010, goexit, "a goexit of the call ends every caller",
	NEEDS(NEED_DO, NEED(core, goexit), NEED(core, defer)))
{
	assay_flight *f = flight();
	struct job j = {.release = chan_signal(0)}, fine = {.value = &fine};
	struct caller c[CALLERS], next = caller(f, "key", run_job, &fine);

	for (int i = 0; i < CALLERS; i++) {
		c[i] = caller(f, "key", goexit_later, &j);
		go(ask_and_leave, &c[i]);
	}
	settle(CALLERS);
	close_chan(j.release);
	for (int i = 0; i < CALLERS; i++) {
		CHECK(becomes(&c[i].left, 1));
		CHECK_EQ(count(&c[i].told), 0);
	}
	CHECK_EQ(count(&j.runs), 1);
	ask(&next);
	check_answer(&next, &fine, false);
	free_flight(f);
}

CASE_OF(XL_010, chan_goexit, "after a goexit do_chan's channel stays empty",
	NEEDS(NEED_DO_CHAN, NEED(core, goexit)))
{
	assay_flight *f = flight();
	struct job j = {.release = NULL}, fine = {.value = &fine};
	assay_chan *c = ask_chan(f, goexit_later, &j);

	CHECK(becomes(&j.runs, 1));
	sleep_ns(10 * MS);
	CHECK_EQ(try_recv(c, NULL), ASSAY_AGAIN);
	check_result(ask_chan(f, run_job, &fine), &fine, false);
	drop(c);
	free_flight(f);
}

CASE_OF(XL_010, dies, "a panic of a do_chan's call ends the process",
	NEEDS(NEED_DO_CHAN, NEED(core, panic)),
	ENDS(.status = 2, .out = "",
	     .match = {"^panic: from the call", "\ngoroutine [0-9]+ "}))
{
	assay_flight *f = flight();
	struct job j = {.release = NULL};
	assay_chan *c = ask_chan(f, panic_later, &j);

	(void)recv(c, NULL);
	say("went on\n");
}

CASE_OF(XL_010, dies_shared, "it does so even if a do shares the call",
	NEEDS(NEED_DO_CHAN, NEED(core, panic), NEED(core, try_)),
	ENDS(.status = 2, .out = "", .match = {"^panic: from the call"}))
{
	assay_flight *f = flight();
	struct job j = {.release = chan_signal(0)};
	struct caller c = caller(f, "key", panic_later, &j);
	assay_chan *result;

	go(ask_and_catch, &c);
	settle(1);
	result = ask_chan(f, panic_later, &j);
	close_chan(j.release);
	(void)recv(result, NULL);
	say("went on\n");
}

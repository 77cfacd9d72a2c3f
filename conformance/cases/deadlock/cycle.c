/*
 * Deadlocks of several goroutines, and detection that must not be fooled: by
 * a panic that could be caught, a main that left or a thread that is tied.
 */
#include "dl.h"

static assay_chan *left, *right;

static void left_then_right(void *arg)
{
	(void)arg;
	recv_int(left);
	send_int(right, 1);
}

static void right_then_left(void *arg)
{
	(void)arg;
	recv_int(right);
	send_int(left, 1);
}

static void nobody(void)
{
	size_t chosen;

	rt->chan->select(NULL, 0, ASSAY_FOREVER, &chosen);
}

CASE(DL_005, "two goroutines that wait for each other are found",
     ENDS(.status = 2, .first = DEADLOCK_TEXT, .out = "",
	  .match = {MAIN_IN("select \\(no cases\\)"),
		    "goroutine [0-9]+ \\[chan receive\\]:(.|\n)*"
		    "goroutine [0-9]+ \\[chan receive\\]:"}),
     NEEDS(NEED(chan, select)))
{
	left = chan_int(0);
	right = chan_int(0);
	go(left_then_right, NULL);
	go(right_then_left, NULL);
	nobody();
}

/* The book's two generators: the first has nothing to say, ever. */
static void first_generator(void *c)
{
	(void)c;
	rt->chan->recv(NULL, NULL, ASSAY_FOREVER);
}

static void second_generator(void *c)
{
	for (int i = 0; i < 5; i++)
		send_int(c, i);
}

static void start_generators(void)
{
	left = chan_int(0);
	right = chan_int(0);
	go(first_generator, left);
	go(second_generator, right);
}

CASE_OF(DL_006, in_sequence, "reading a silent generator first is a deadlock",
	DEADLOCKS_IN("chan receive"))
{
	start_generators();
	if (recv_int(left) >= 0)
		say("left\n");
	else if (recv_int(right) >= 0)
		say("right\n");
}

CASE_OF(DL_006, select, "select reads the generator that speaks",
	ENDS_WELL("right\nright\nright\nright\nright\n"),
	NEEDS(NEED(chan, select)))
{
	int v = -1;
	struct assay_case cases[2];

	start_generators();
	cases[0] = case_recv(left, &v);
	cases[1] = case_recv(right, &v);
	for (int i = 0; i < 5; i++) {
		say(select_cases(cases, 2, NULL) == 1 ? "right\n" : "left\n");
		CHECK_EQ(v, i);
	}
}

CASE(DL_016, "a deadlock of a main tied to its thread is found",
     DEADLOCKS_IN("chan receive, locked to thread"),
     NEEDS(NEED(blocking, lock_thread)))
{
	rt->blocking->lock_thread();
	recv_int(chan_int(0));
}

static void tied(void *c)
{
	rt->blocking->lock_thread();
	recv_int(c);
}

CASE_OF(DL_016, both, "a tied goroutine and a tied main",
	ENDS(.status = 2, .first = DEADLOCK_TEXT,
	     .match = {MAIN_IN("chan send, locked to thread"),
		       "goroutine [0-9]+ \\[chan receive, locked to "
		       "thread\\]:"}),
	NEEDS(NEED(blocking, lock_thread)))
{
	rt->blocking->lock_thread();
	go(tied, chan_int(0));
	send_int(chan_int(0), 1);
}

#define NO_GOROUTINES                                                          \
	"fatal error: no goroutines (main called runtime.Goexit) - deadlock!"

CASE(DL_017, "main left by goexit and nobody else is there",
     ENDS(.status = 2, .first = NO_GOROUTINES, .out = ""),
     NEEDS(NEED(core, goexit)))
{
	due();
	rt->core->goexit();
}

static void background(void *arg)
{
	(void)arg;
	for (int i = 0; i < 10; i++)
		yield();
	sleep_ns(20 * MS);
	say("bg done\n");
}

CASE_OF(DL_017, background, "the others may finish first",
	ENDS(.status = 2, .first = NO_GOROUTINES, .out = "bg done\n",
	     .min_ms = 20),
	NEEDS(NEED(core, goexit)))
{
	go(background, NULL);
	rt->core->goexit();
}

static void receive_forever(void *c)
{
	recv_int(c);
}

CASE(DL_018, "main left by goexit and the rest is blocked",
     ENDS(.status = 2, .first = DEADLOCK_TEXT,
	  .match = {"goroutine [0-9]+ \\[chan receive\\]:"}),
     NEEDS(NEED(core, goexit)))
{
	go(receive_forever, chan_int(0));
	rt->core->goexit();
}

static void deferred(void *arg)
{
	struct assay_panic p;

	(void)arg;
	if (rt->core->recover(&p))
		say("recovered\n");
	say("deferred\n");
}

static void die_of_deadlock(void *arg)
{
	(void)arg;
	REQUIRE_EQ(rt->core->defer(deferred, NULL), ASSAY_OK);
	recv_int(chan_int(0));
}

CASE(DL_019, "the fatal error cannot be caught", DEADLOCKS_IN("chan receive"),
     NEEDS(NEED(core, try_), NEED(core, defer), NEED(core, recover)))
{
	rt->core->try_(die_of_deadlock, NULL, NULL);
	say("caught\n");
}

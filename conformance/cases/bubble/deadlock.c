/*
 * Bubbles none of whose goroutines can go on, and how they are shown.
 */
#include "bub.h"

/* ---- BUB-025 ---------------------------------------------------------------- */

static void receive_own(void *unused)
{
	(void)unused;
	wait_for(chan_int(0));
}

static void select_nothing(void *unused)
{
	size_t chosen;

	(void)unused;
	rt->chan->select(NULL, 0, ASSAY_FOREVER, &chosen);
}

static void leave_one(void *unused)
{
	(void)unused;
	go(block_for_ever, NULL);
}

#define NEEDS_ALL NEEDS(NEED_BUBBLE, NEED(chan, select))

CASE_TABLE(BUB_025, ends_with, (assay_fn fn, int status),
	   ROW(nil, (block_for_ever, ASSAY_BUBBLE_BLOCKED),
	       "all blocked, on no channel: a deadlock", NEEDS_ALL),
	   ROW(receive, (receive_own, ASSAY_BUBBLE_BLOCKED),
	       "all blocked, on a channel of the bubble", NEEDS_ALL),
	   ROW(select, (select_nothing, ASSAY_BUBBLE_BLOCKED),
	       "all blocked, in a select of nothing", NEEDS_ALL),
	   ROW(left, (leave_one, ASSAY_BUBBLE_LEFT),
	       "the first has returned and another one is blocked", NEEDS_ALL))
{
	CHECK_EQ(rt->bubble->run(fn, NULL, 0), status);
	CHECK_EQ(rt->bubble->run(fn, NULL, 0), status);
	prove_alive();
}

static void sleep_first(void *slept)
{
	sleep_ns(HOUR);
	mark(slept);
	block_for_ever(NULL);
}

CASE_OF(BUB_025, timers, "only when no timer is left", NEEDS_ALL)
{
	atomic_int slept = 0;

	CHECK_EQ(rt->bubble->run(sleep_first, &slept, 0), ASSAY_BUBBLE_BLOCKED);
	CHECK_EQ(count(&slept), 1);
}

static void leave_sleeper(void *slept)
{
	go(sleep_first, slept);
}

CASE_OF(BUB_025, stopped, "time stands still once the first has returned",
	NEEDS_ALL)
{
	atomic_int slept = 0;

	CHECK_EQ(rt->bubble->run(leave_sleeper, &slept, 0), ASSAY_BUBBLE_LEFT);
	CHECK_EQ(count(&slept), 0);
}

/* ---- BUB-012 ---------------------------------------------------------------- */

static void range_over_ticks(void *ticked)
{
	assay_chan *c = rt->time->tick(SEC);

	while (recv(c, NULL))
		mark(ticked);
}

static void leave_ticks(void *ticked)
{
	go(range_over_ticks, ticked);
}

CASE(BUB_012, "a ticker keeps no bubble alive whose first has returned",
     NEEDS(NEED_BUBBLE, NEED(time, tick)))
{
	atomic_int ticked = 0;

	CHECK_EQ(rt->bubble->run(leave_ticks, &ticked, 0), ASSAY_BUBBLE_LEFT);
	CHECK_EQ(count(&ticked), 0);
}

/* ---- BUB-030 ---------------------------------------------------------------- */

static struct {
	assay_chan *own, *outside;
	assay_waitgroup wg;
	char text[256 * 1024];
} shown;

static void sleep_long(void *unused)
{
	(void)unused;
	sleep_ns(HOUR);
}

static void wait_for_group(void *unused)
{
	(void)unused;
	wg_wait(&shown.wg);
}

static void send_own(void *unused)
{
	(void)unused;
	(void)rt->chan->send(shown.own, &(int){1}, ASSAY_FOREVER);
}

static void select_own(void *unused)
{
	struct assay_case cases[] = {case_recv(chan_int(0), NULL),
				     case_send(shown.own, &(int){1})};

	(void)unused;
	(void)select_cases(cases, 2, NULL);
}

/* Everything but those that wait for the outside is durably blocked. */
static void show_all(void *unused)
{
	(void)unused;
	shown.own = chan_int(0);
	wg_add(&shown.wg, 1);
	go(sleep_long, NULL);
	go(wait_for_group, NULL);
	go(send_own, NULL);
	go(select_own, NULL);
	bubble_wait();
	rt->inspect->dump(shown.text, sizeof(shown.text));
	wg_done(&shown.wg);
	CHECK_EQ(recv_int(shown.own), 1);
	CHECK_EQ(recv_int(shown.own), 1);
	sleep_ns(HOUR + 1);
}

/* True if a head in the dump has the state and says which bubble it is. */
static bool has_head(const char *state)
{
	size_t n = strlen(state);

	for (const char *at = shown.text; (at = strstr(at, state)); at += n) {
		const char *bubble = strstr(at, "synctest bubble 1]:\n");

		if (at[-1] == '[' && (at[n] == ',' || at[n] == ']') && bubble &&
		    bubble < strchr(at, '\n'))
			return true;
	}
	return false;
}

static void has(const char *state)
{
	CHECK_MSG(has_head(state), "\"%s\" in %s", state, shown.text);
}

CASE(BUB_030, "a dump says who is durably blocked, and in which bubble",
     NEEDS(NEED_BUBBLE, NEED_WG, NEED(inspect, dump), NEED(chan, select)))
{
	in_bubble(show_all, NULL);
	has("sleep (durable)");
	has("chan send (durable)");
	has("select (durable)");
	has("sync.WaitGroup.Wait (durable)");
	has("synctest.Run (durable)");
}

static void receive_outside(void *unused)
{
	(void)unused;
	wait_for(shown.outside);
}

static bool shows_both(void)
{
	return has_head("chan receive") && has_head("synctest.Run (durable)");
}

/*
 * Dumps until both wait, or for the last time: the receiver may wait while
 * the goroutine that made the bubble is still on its way there.
 */
static void dump_and_close(void *unused)
{
	int64_t end = in(upto(10 * SEC));

	(void)unused;
	do {
		sleep_ns(MS);
		rt->inspect->dump(shown.text, sizeof(shown.text));
	} while (!shows_both() && now() < end);
	close_chan(shown.outside);
}

CASE_OF(BUB_030, outside, "who waits for the outside is not",
	NEEDS(NEED_BUBBLE, NEED(inspect, dump)))
{
	shown.outside = chan_int(0);
	go(dump_and_close, NULL);
	in_bubble(receive_outside, NULL);
	has("chan receive");
	has("synctest.Run (durable)");
}

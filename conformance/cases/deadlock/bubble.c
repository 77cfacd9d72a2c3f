/*
 * Deadlocks in virtual time, which have texts of their own: the run is a
 * bubble as in Go's testing/synctest, and its deadlock a panic.  Go shows who
 * is blocked with GOTRACEBACK=all.
 */
#include "kit/kit.h"

#define BUBBLE_CASE(variant, title, text, ...)                                 \
	CASE_OF(DL_025, variant, title, .flags = CASE_VIRTUAL_TIME,            \
		.env = {"GOTRACEBACK=all"},                                    \
		ENDS(.status = 2, .first = "panic: deadlock: " text,           \
		     .max_ms = 4000, __VA_ARGS__),                             \
		NEEDS(NEED(time, after_func), NEED(time, ticker_new),          \
		      NEED(chan, select)))

#define ALL_BLOCKED "all goroutines in bubble are blocked"
#define MAIN_EXITED                                                            \
	"main bubble goroutine has exited but blocked goroutines remain"
#define HOUR (3600 * SEC)

static void receive(void *c)
{
	recv_int(c);
}

static void speak(void *text)
{
	say(text);
}

static void sleep_and_speak(void *text)
{
	sleep_ns(HOUR);
	say(text);
}

BUBBLE_CASE(blocked, "all are blocked and there is no timer", ALL_BLOCKED,
	    .match = {"\\[chan receive", "\\[select \\(no cases\\)"})
{
	size_t chosen;

	go(receive, chan_int(0));
	sleep_ns(1);
	rt->chan->select(NULL, 0, ASSAY_FOREVER, &chosen);
}

BUBBLE_CASE(timer, "a pending timer runs first, however late it is due",
	    ALL_BLOCKED, .out = "ran\n")
{
	rt->time->after_func(1000 * HOUR, speak, "ran\n");
	recv_int(chan_int(0));
}

BUBBLE_CASE(sleeper, "a sleeper wakes first", ALL_BLOCKED, .out = "slept\n")
{
	go(sleep_and_speak, "slept\n");
	recv_int(chan_int(0));
}

BUBBLE_CASE(ticker, "a ticker that nobody waits for does not count",
	    ALL_BLOCKED, .out = "")
{
	rt->time->ticker_new(HOUR, NULL);
	recv_int(chan_int(0));
}

BUBBLE_CASE(exited, "main has returned and others are blocked", MAIN_EXITED,
	    .main_returns = true, .match = {"\\[chan receive"})
{
	go(receive, chan_int(0));
}

BUBBLE_CASE(stopped, "time stops when main has returned", MAIN_EXITED,
	    .main_returns = true, .out = "", .match = {"\\[sleep"})
{
	go(sleep_and_speak, "slept\n");
	yield();
}

static void run_on(void *text)
{
	for (int i = 0; i < 1000; i++)
		yield();
	say(text);
}

CASE_OF(DL_025, ends, "the run waits for those that can end",
	.flags = CASE_VIRTUAL_TIME,
	ENDS(.status = 0, .silent = true, .out = "ended\n"),
	NEEDS(NEED(time, after_func)))
{
	rt->time->after_func(HOUR, speak, "ran\n");
	go(run_on, "ended\n");
}

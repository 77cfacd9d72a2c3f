/*
 * killed.c - ends by a signal: a crash that leaves a core, and one that the
 * process sends itself (PA-020, PA-021).
 */
#define _GNU_SOURCE
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "kit/kit.h"

#ifndef sigev_notify_thread_id /* in glibc's headers since 2.37 */
#define sigev_notify_thread_id _sigev_un._tid
#endif

/* ---- PA-020 --------------------------------------------------------------------- */

static atomic_int spinning;

static void spin(void *arg)
{
	(void)arg;
	mark(&spinning);
	while (count(&spinning) > 0)
		;
}

static void start_spinners(void)
{
	for (int i = 0; i < 3; i++)
		go(spin, NULL);
	REQUIRE(becomes(&spinning, 3));
}

/* By its function or by who has started it. */
#define SPINNER "(\nspin\\(|created by [^\n]*startSpinners)"
#define THREE SPINNER "(.|\n)*" SPINNER "(.|\n)*" SPINNER

/* A spinner on each of three Ps, main on another; all are in the dump. */
#define CRASHES(first_line)                                                    \
	.env = {"GOTRACEBACK=crash"}, .procs = {4, 8}, .timeout_ms = 20000,    \
	ENDS(.signal = SIGABRT, .first = first_line, .out = "",                \
	     .match = {"\n\ngoroutine [0-9]", THREE})

CASE(PA_020, "under GOTRACEBACK=crash SIGQUIT dumps all and aborts",
     .traits = ASSAY_TRAIT_QUIT_DUMP, CRASHES("SIGQUIT: quit"),
     NEEDS(NEED(inspect, dump)))
{
	start_spinners();
	kill(getpid(), SIGQUIT);
	sleep_ns(20 * SEC);
	say("went on\n");
}

/* Sends it to the thread that calls. */
static void send_quit_in(int64_t ns)
{
	struct sigevent to = {.sigev_notify = SIGEV_THREAD_ID,
			      .sigev_signo = SIGQUIT,
			      .sigev_notify_thread_id = gettid()};
	struct itimerspec once = {
		.it_value = {(time_t)(ns / SEC), (long)(ns % SEC)}};
	timer_t timer;

	REQUIRE_EQ(timer_create(CLOCK_MONOTONIC, &to, &timer), 0);
	REQUIRE_EQ(timer_settime(timer, 0, &once, NULL), 0);
}

/* As spin(), but no match of SPINNER. */
static void compute(void)
{
	while (count(&spinning) > 0)
		;
}

CASE_OF(PA_020, computing, "so does one that meets a thread that computes",
	.traits = ASSAY_TRAIT_QUIT_DUMP, CRASHES("SIGQUIT: quit"),
	NEEDS(NEED(inspect, dump)))
{
	start_spinners();
	send_quit_in(20 * MS);
	compute();
}

CASE_OF(PA_020, panic, "so does a panic", CRASHES("panic: boom"),
	NEEDS(NEED(inspect, dump), NEED(core, panic)))
{
	start_spinners();
	raise_text("boom");
}

CASE_OF(PA_020, fatal, "so does a fatal error",
	CRASHES("fatal error: sync: unlock of unlocked mutex"),
	NEEDS(NEED(inspect, dump), NEED(sync, mutex_unlock)))
{
	static assay_mutex m;

	start_spinners();
	unlock(&m);
	say("went on\n");
}

/* ---- PA-021 --------------------------------------------------------------------- */

#define ENDS_BY(sig, ...)                                                      \
	ENDS(.signal = (sig), .silent = true, .out = "before\n", __VA_ARGS__)

static void end_by(int sig)
{
	say("before\n");
	due();
	kill(getpid(), sig);
	sleep_ns(20 * SEC);
	say("after\n");
}

CASE(PA_021, "a process that sends itself SIGTERM ends by it", ENDS_BY(SIGTERM))
{
	prove_alive();
	end_by(SIGTERM);
}

CASE_OF(PA_021, interrupt, "or SIGINT", ENDS_BY(SIGINT))
{
	prove_alive();
	end_by(SIGINT);
}

static void end_by_term(void *arg)
{
	(void)arg;
	end_by(SIGTERM);
}

CASE_OF(PA_021, goroutine, "also from a goroutine while main is blocked",
	ENDS_BY(SIGTERM))
{
	go(end_by_term, NULL);
	wait_for(chan_signal(0));
}

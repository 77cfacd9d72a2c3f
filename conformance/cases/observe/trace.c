/*
 * The scheduler's trace, GODEBUG=schedtrace=X: a line each X ms.
 */
#include <stdlib.h>

#include "ob.h"

enum { TASKS = 15 };

static assay_chan *done;

static void task(void *arg)
{
	(void)arg;
	ob_spin(40 * MS);
	send_signal(done);
}

/* 15 tasks that compute, then rest. */
static void tasks_then_rest(void *arg)
{
	(void)arg;
	done = chan_signal(0);
	go_many(TASKS, task, NULL);
	ob_spin_seen();
	for (int i = 0; i < TASKS; i++)
		wait_for(done);
	ob_rest_seen();
}

static int64_t started, ended;

static void rest(void *arg)
{
	(void)arg;
	started = now();
	ob_spin(100 * MS);
	ob_rest_seen();
	ended = now();
}

static void check_shape(const char *line)
{
	CHECK_MSG(ob_like(line, OB_LINE), "not the line's shape: %s", line);
}

CASE(OB_001, "schedtrace=X prints a line each X ms, busy or idle",
     OB_ENV("schedtrace=20"))
{
	char *text = ob_run(rest);
	int64_t n = 0, last = 0;
	char *line;

	while ((line = ob_line(&text)) != NULL) {
		int64_t ms = ob_field(line, "SCHED ");

		check_shape(line);
		if (n == 0)
			CHECK_EQ(ms, 0);
		else /* both are cut to whole ms */
			CHECK_GE(ms - last, 19);
		last = ms;
		n++;
	}
	note("%" PRId64 " lines in %" PRId64 " ms", n, (ended - started) / MS);
	CHECK_GE(n, 4);
	/* it goes on while all Ps are idle */
	CHECK_GE(last, 150);
}

static void nothing(void *arg)
{
	(void)arg;
	sleep_ns(30 * MS);
}

static void live(void *arg)
{
	(void)arg;
	prove_alive();
}

CASE_OF(OB_001, off, "without schedtrace nothing is printed",
	OB_ENV("scheddetail=1"))
{
	CHECK_STR(ob_run(live), "");
}

CASE(OB_002, "the newer parts of the line are there as a whole or not at all",
     OB_ENV("schedtrace=20"))
{
	char *text = ob_run(rest);
	char *line = ob_line(&text);
	bool ticks, spaces, need;

	REQUIRE(line != NULL);
	ticks = strstr(line, " schedticks=[") != NULL;
	spaces = strstr(line, " [ ") != NULL;
	need = strstr(line, " needspinning=") != NULL;
	note("needspinning %d, spaces %d, schedticks %d", need, spaces, ticks);
	do {
		check_shape(line);
		CHECK_EQ(strstr(line, " schedticks=[ ") != NULL, ticks);
		CHECK_EQ(strstr(line, " [ ") != NULL, spaces);
		CHECK_EQ(strstr(line, " needspinning=") != NULL, need);
	} while ((line = ob_line(&text)) != NULL);
	/* the spaces are older than the ticks, needspinning than both */
	CHECK(!ticks || spaces);
	CHECK(!spaces || need);
}

static void check_numbers(const char *line, int64_t procs)
{
	int64_t sum;

	CHECK_EQ(ob_field(line, " gomaxprocs="), procs);
	CHECK_EQ(ob_queues(line, &sum), procs);
	CHECK_LE(ob_field(line, " idleprocs="), procs);
	CHECK_LE(ob_field(line, " idlethreads=") +
			 ob_field(line, " spinningthreads="),
		 ob_field(line, " threads="));
}

CASE(OB_003, "the numbers of a line agree, and time goes on",
     OB_ENV("schedtrace=10"))
{
	int64_t procs = case_procs(), last = -1;
	char *text = ob_run(tasks_then_rest);
	char *line;

	while ((line = ob_line(&text)) != NULL) {
		check_numbers(line, procs);
		CHECK_GT(ob_field(line, "SCHED "), last);
		last = ob_field(line, "SCHED ");
	}
	CHECK_GT(last, 0);
}

/*
 * A line is no instant: a goroutine that is taken from one queue to another
 * while it is made may be counted twice.
 */
CASE(OB_004, "no more is queued or running than lives; at rest nothing is",
     OB_ENV("schedtrace=10"))
{
	int64_t procs = case_procs(), lines = 0, over = 0, full = 0, idle = 0;
	char *text = ob_run(tasks_then_rest);
	char *line;

	while ((line = ob_line(&text)) != NULL) {
		int64_t queued, busy;

		ob_queues(line, &queued);
		queued += ob_field(line, " runqueue=");
		busy = procs - ob_field(line, " idleprocs=") -
		       ob_field(line, " spinningthreads=");
		lines++;
		over += queued + (busy > 0 ? busy : 0) > TASKS + 1;
		full += queued > 0 && busy > 0;
		/* since the last queue; main runs once more at the end */
		if (queued > 0)
			idle = 0;
		else
			idle += ob_field(line, " idleprocs=") == procs;
	}
	note("%" PRId64 " lines, %" PRId64 " with a queue, %" PRId64
	     " at rest, %" PRId64 " over",
	     lines, full, idle, over);
	CHECK_LE(over, lines / 10);
	if (procs <= 2)
		CHECK_GT(full, 0);
	CHECK_GT(idle, 0);
}

CASE(OB_010, "options are separated by commas, unknown ones are ignored",
     OB_ENV("foo=1,schedtrace=20,bar,=,,scheddetail=0,schedtracer=1"))
{
	char *text = ob_run(nothing);
	char *line;
	int64_t n = 0;

	for (; (line = ob_line(&text)) != NULL; n++)
		check_shape(line);
	CHECK_GE(n, 1);
}

CASE_OF(OB_010, bad, "a value that is no number turns nothing on",
	OB_ENV("schedtrace=x,scheddetail=,schedtrace="))
{
	CHECK_STR(ob_run(live), "");
}

CASE(BT_003, "at the start one P is bound to the first thread",
     OB_ENV("schedtrace=250"))
{
	char *text = ob_run(rest);
	char *line = ob_line(&text);
	int64_t sum;

	REQUIRE(line != NULL);
	check_shape(line);
	CHECK_EQ(ob_field(line, "SCHED "), 0);
	CHECK_EQ(ob_queues(line, &sum), case_procs());
	CHECK_GE(ob_field(line, " threads="), 1);
	CHECK_GE(ob_field(line, " idleprocs="), 0);
	CHECK_LT(ob_field(line, " idleprocs="), case_procs());
	note("%s", line);
}

/*
 * cases.c - cases that pass, fail, crash, hang and lie on purpose; what the
 * runner makes of them is checked by runner.sh.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../cases/kit/attempt.h"
#include "../../cases/kit/case.h"
#include "../../cases/kit/kit.h"
#include "../../cases/kit/run.h"

/* ---- verdicts ----------------------------------------------------------- */

static void set(void *arg)
{
	*(int *)arg = 1;
}

CASE(GO_001, "passes where go() runs its function")
{
	int ran = 0;

	CHECK_EQ(rt->core->go(set, &ran, 0), ASSAY_OK);
	CHECK_EQ(ran, 1);
}

CASE(GO_002, "two checks fail")
{
	CHECK_EQ(1, 2);
	CHECK_STR("a", "b");
	note("the figure is %d", 42);
	puts("told on stdout");
	fputs("told on stderr\n", stderr);
}

CASE(GO_003, "a requirement ends it at once")
{
	REQUIRE(1 > 2);
	puts("NEVER PRINTED");
}

CASE(GO_004, "skips itself")
{
	skip("there is no %s", "moon");
}

CASE_OF(GO_005, segv, "crashes")
{
	raise(SIGSEGV);
}

CASE_OF(GO_005, told, "dies, says why, and a long dump follows")
{
	fputs("line before\nfatal error: out of cheese\n\n", stderr);
	for (int i = 0; i < 9; i++)
		fprintf(stderr, "goroutine %d [running]:\n", i);
	abort();
}

static bool never_right(int64_t unit)
{
	return IS(unit, <, 0);
}

CASE(GO_018, "no attempt is right, no pointer is the same, no wait ends")
{
	static atomic_int n = 3;

	CHECK_SOME_UNIT(never_right, 2);
	CHECK_PTR(&n, ==, NULL);
	CHECK_LT((size_t)-1, 3);
	CHECK(stays(&n, 4));
}

static void helper(void)
{
	CHECK_EQ(1, 3);
}

CASE(GO_017, "a helper's check fails")
{
	helper();
}

CASE_OF(GO_005, status, "ends with a status of its own")
{
	_exit(9);
}

CASE_OF(GO_005, early, "ends well before the body returned")
{
	_exit(0);
}

static void dump(int sig)
{
	static const char text[] = "goroutine 1 [running]: the dump\n";

	(void)sig;
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
}

CASE(GO_006, "hangs, and dumps when asked to", .timeout_ms = 1000)
{
	signal(SIGQUIT, dump);
	for (;;)
		pause();
}

CASE(GO_007, "virtual time", .flags = CASE_VIRTUAL_TIME)
{
	CHECK(false);
}

CASE(GO_008, "needs a function", NEEDS(NEED(core, go), NEED(chan, select)))
{
	CHECK(false);
}

CASE_OF(GO_009, needs, "needs a trait", .traits = ASSAY_TRAIT_PARALLEL)
{
	CHECK(false);
}

CASE_OF(GO_009, lacks, "rules a trait out", .not_traits = ASSAY_TRAIT_RESTART)
{
	CHECK(false);
}

CASE_OF(GO_009, unnamed, "sees nothing that it does not name")
{
	CHECK(rt->core->yield != NULL);
	CHECK(rt->core->exit == NULL);
}

CASE_OF(GO_009, named, "sees what it names", NEEDS(NEED(core, exit)))
{
	CHECK(rt->core->exit != NULL);
}

static void *same(void *arg)
{
	return arg;
}

CASE_OF(GO_009, ext_named, "sees what it names of the second table",
	NEEDS(NEED_EXT(lazy, make)))
{
	int it;

	CHECK(ext->lazy->make(same, &it) == (void *)&it);
	CHECK(ext->map == NULL);
}

CASE_OF(GO_009, ext_unnamed, "sees nothing of it that it does not name")
{
	CHECK(ext->lazy->make == NULL);
}

CASE_OF(GO_009, ext_missing, "needs a function that its group lacks",
	NEEDS(NEED_EXT(lazy, make), NEED_EXT(lazy, get)))
{
	CHECK(false);
}

CASE_OF(GO_009, table, "notes a table and a figure")
{
	CHECK(true);
	note("| one | two |");
	note("| 1   | 2   |");
	note("a figure");
}

CASE(GO_010, "fails with seed 3")
{
	CHECK_NE(case_run.seed, 3);
}

CASE(GO_011, "fails at 2 procs", .procs = {1, 2})
{
	CHECK_NE(case_procs(), 2);
}

CASE(GO_012, "soft bounds", .flags = CASE_PERF)
{
	CHECK_LT(2, 1);
}

CASE(GO_013, "the default of procs", .flags = CASE_DEFAULT_PROCS)
{
	CHECK_EQ(case_run.procs, 0);
}

CASE(GO_014, "rubbish on the result descriptor")
{
	case_line("rubbish", "");
}

CASE_OF(GO_014, hidden, "loses the line of a failed check, then skips")
{
	int own = dup(case_run.result_fd);
	int null = open("/dev/null", O_WRONLY);

	dup2(null, case_run.result_fd);
	CHECK(1 == 2);
	dup2(own, case_run.result_fd);
	skip("there is nothing to see");
}

CASE(GO_015, "what sanitizers say is a failure")
{
	CHECK(true);
	fputs("x.c:3:5: runtime error: signed integer overflow\n", stderr);
}

CASE_OF(GO_016, nothing, "checks nothing")
{
}

CASE_OF(GO_016, figure, "notes a figure and checks nothing", .flags = CASE_PERF)
{
	note("a figure");
}

CASE_OF(GO_016, forged, "writes a result line by itself")
{
	CHECK(true);
	(void)!write(case_run.result_fd, "note all is well\n", 17);
}

CASE_OF(GO_016, lost, "a failed check whose line gets lost")
{
	close(case_run.result_fd);
	CHECK(false);
	_exit(0);
}

CASE_OF(GO_016, unskipped, "says that it is skipped, and is not")
{
	(void)!write(case_run.result_fd, "skip me\n", 8);
	_exit(77);
}

/* ---- the process of a case ---------------------------------------------- */

CASE(CH_001, "environment", .env = {"ASSAY_TEST_ENV=yes", "GOMAXPROCS=3"})
{
	CHECK_STR(getenv("ASSAY_TEST_ENV"), "yes");
	CHECK_STR(getenv("GOMAXPROCS"), "3");
	CHECK(getenv("GODEBUG") == NULL);
}

CASE(CH_002, "a clean process", .cpus = 1)
{
	struct rlimit core;
	cpu_set_t cpus;
	char c;

	CHECK_EQ(read(STDIN_FILENO, &c, 1), 0);
	CHECK_EQ(getpgrp(), getpid());
	CHECK_EQ(sched_getaffinity(0, sizeof(cpus), &cpus), 0);
	CHECK_EQ(CPU_COUNT(&cpus), 1);
	CHECK_EQ(getrlimit(RLIMIT_CORE, &core), 0);
	CHECK_EQ(core.rlim_max, 0);
	for (int fd = 4; fd < 64; fd++)
		CHECK_EQ(fcntl(fd, F_GETFD), -1);
}

CASE(CH_003, "a grandchild that holds the pipes dies with the case")
{
	CHECK(true);
	if (fork() == 0)
		for (;;)
			pause();
}

CASE(CH_004, "output is escaped and bounded")
{
	static char line[1024];

	fputs("\033[31m]]><a b='\"'>&amp; \xff\xfe \x01 \xc3\xa9 # ok\n",
	      stdout);
	fputs("tail ... here\n  ---\nnot ok 99\n", stderr);
	memset(line, 'x', sizeof(line) - 1);
	for (int i = 0; i < 2048; i++)
		puts(line);
	puts("the very end");
	CHECK_MSG(false, "<fail> \"quoted\" & #hash \\ %s", "\xf0\x28 \x02");
}

/* The lock is shared by neighbours and exclusive when alone. */
static int lock_file(int how)
{
	int fd = open(getenv("ASSAY_TEST_LOCK"), O_RDWR | O_CREAT, 0600);

	REQUIRE(fd >= 0);
	return flock(fd, how | LOCK_NB);
}

CASE(CH_005, "one of many")
{
	CHECK_EQ(lock_file(LOCK_SH), 0);
	usleep(100000);
}

CASE(LONG_001, "an area of more than two letters")
{
	CHECK(true);
}

CASE(CH_006, "the machine to itself", .flags = CASE_ALONE)
{
	CHECK_EQ(lock_file(LOCK_EX), 0);
	usleep(100000);
}

static void fail_many(void *arg)
{
	(void)arg;
	CHECK(false);
}

CASE(CH_007, "many failures are counted, not all told")
{
	for (int i = 0; i < 1000; i++)
		rt->core->go(fail_many, NULL, 0);
}

CASE(CH_008, "a daemon in a session of its own is left behind")
{
	CHECK(true);
	if (fork() > 0) {
		usleep(50000);
		return;
	}
	setsid();
	if (fork() == 0)
		setsid();
	for (int fd = 0; fd < 4; fd++)
		close(fd);
	for (;;)
		pause();
}

/* ---- declared ends ------------------------------------------------------ */

static void die_as_go_does(const char *text)
{
	fprintf(stderr, "panic: %s\n\ngoroutine 1 [running]:\n", text);
	exit(2);
}

CASE_OF(CH_012, right, "ends as declared",
	ENDS(.status = 2, .first = "panic: send on closed channel",
	     .match = {"^goroutine [0-9]+ \\[running\\]:$"},
	     .lacks = {"fatal error"}, .out = "before\n"))
{
	puts("before");
	CHECK(true);
	die_as_go_does("send on closed channel");
}

CASE_OF(CH_012, status, "another status", ENDS(.status = 2))
{
	exit(3);
}

CASE_OF(CH_012, first, "another first line",
	ENDS(.status = 2, .first = "panic: send on closed"))
{
	die_as_go_does("send on closed channel");
}

CASE_OF(CH_012, match, "no such line", ENDS(.status = 2, .match = {"^nil$"}))
{
	die_as_go_does("x");
}

CASE_OF(CH_012, lacks, "a text it must not print",
	ENDS(.status = 2, .lacks = {"running"}))
{
	die_as_go_does("x");
}

CASE_OF(CH_012, out, "another stdout", ENDS(.status = 0, .out = "a\n"))
{
	puts("a\nb");
}

CASE_OF(CH_012, noisy, "stderr is not empty", ENDS(.silent = true))
{
	fputs("psst\n", stderr);
}

CASE_OF(CH_012, check, "a failed check counts too", ENDS(.status = 0))
{
	CHECK(false);
}

CASE_OF(CH_013, hangs, "hangs as declared",
	ENDS(.hangs = true, .max_ms = 1000, .first = "waiting"))
{
	fputs("waiting\n", stderr);
	due();
	for (;;)
		pause();
}

CASE_OF(CH_014, unchecked, "ends as declared, with no check before",
	ENDS(.status = 2))
{
	die_as_go_does("x");
}

static void die_later(void)
{
	_exit(2);
}

CASE_OF(CH_014, outlived, "main comes to its end, the process as declared",
	ENDS(.status = 2))
{
	CHECK(true);
	atexit(die_later);
}

CASE_OF(CH_014, left, "main is left by an exit that nobody asked for",
	ENDS(.status = 0))
{
	CHECK(true);
	_exit(0);
}

CASE_OF(CH_013, ended, "must hang and does not",
	ENDS(.hangs = true, .max_ms = 9000))
{
}

CASE_OF(CH_013, quick, "takes too little time", ENDS(.min_ms = 3000))
{
}

CASE_OF(CH_013, slow, "takes too much time", ENDS(.max_ms = 50))
{
	usleep(200000);
}

CASE_OF(CH_013, signal, "dies of a signal", ENDS(.status = 2))
{
	abort();
}

CASE_OF(CH_013, returns, "main returned", ENDS(.status = 0, .silent = true))
{
}

/* ---- what a runtime lacks ------------------------------------------------ */

CASE_OF(GO_019, chan, "makes a channel")
{
	CHECK(chan_int(0) != NULL);
}

CASE_OF(GO_019, large, "makes a channel that is not supported")
{
	CHECK(chan(1000, 0) != NULL);
}

CASE_OF(GO_019, asks, "judges itself what is not supported", .flags = CASE_ASKS)
{
	CHECK_EQ(rt->chan->send(chan_int(0), NULL, ASSAY_POLL), ASSAY_ENOTSUP);
}

CASE_OF(GO_019, failed, "has failed before something is not supported")
{
	CHECK(false);
	send_signal(chan_signal(0));
}

CASE_OF(GO_019, fickle, "what has worked is not supported the next time")
{
	assay_chan *c = chan_int(0);

	close_chan(c);
	close_chan(c);
	CHECK(true);
}

CASE_OF(GO_019, room, "makes a channel with room")
{
	CHECK(chan_int(1) != NULL);
}

CASE_OF(GO_019, select, "selects", NEEDS(NEED(chan, select)))
{
	struct assay_case receives = case_recv(NULL, NULL);

	CHECK_EQ(select_default(&receives, 1, NULL), NO_CASE);
}

CASE_OF(GO_019, sends, "selects, and sends", NEEDS(NEED(chan, select)))
{
	struct assay_case sends = case_send(NULL, NULL);

	CHECK_EQ(select_default(&sends, 1, NULL), NO_CASE);
}

CASE_OF(GO_019, two, "needs two Ps", .procs = {2})
{
	CHECK(true);
}

CASE_OF(GO_019, deep, "needs a large stack", .stack = 1 << 20)
{
	CHECK(true);
}

CASE_OF(GO_019, crowd, "is smaller if few goroutines can be parked")
{
	CHECK_EQ(goroutines(100), rt->max_goroutines == 0 ? 100 : 6);
}

CASE_OF(GO_019, report, "waits for the report of a deadlock",
	ENDS(.status = 2,
	     .first = "fatal error: all goroutines are asleep - deadlock!"))
{
	due();
	fputs("fatal error: all goroutines are asleep - deadlock!\n", stderr);
	_exit(2);
}

/*
 * What a signal does: whether it is ignored (SY-020), its default given back
 * (SY-021), and that none is lost between a channel and the default action
 * (SY-019); signals that the parent ignores (SY-022); stopped and continued
 * (SY-025); those of real time (SY-027).
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kit/run.h"
#include "kit/sync_kit.h"

#define NEED_NOTIFY NEED(blocking, signal_notify), NEED(blocking, signal_stop)

static assay_chan *notified(int sig)
{
	assay_chan *c = chan(sizeof(int32_t), 4);

	REQUIRE_EQ(rt->blocking->signal_notify(c, sig), ASSAY_OK);
	return c;
}

static void stop(assay_chan *c)
{
	CHECK_EQ(rt->blocking->signal_stop(c), ASSAY_OK);
}

static void raise_it(int sig)
{
	REQUIRE_EQ(kill(getpid(), sig), 0);
}

static bool comes(assay_chan *c, int sig)
{
	int32_t got = 0;

	REQUIRE_EQ(rt->chan->recv(c, &got, in(upto(10 * SEC))), ASSAY_OK);
	return got == sig;
}

/* ---- processes of their own --------------------------------------------- */

/* Runs fn as the main goroutine of a process of its own; its wait status. */
static int run_apart(assay_fn fn)
{
	bool *returned = mmap(NULL, sizeof(bool), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	pid_t pid = fork();

	REQUIRE_CMP(pid, >=, 0);
	if (pid == 0) {
		status = run_main(fn, NULL);
		*returned = true;
		_exit(case_failures() ? 1 : status == ASSAY_OK ? 0 : NOT_RUN);
	}
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	if (status == 0 && !*returned)
		status = NOT_RUN << 8;
	return status;
}

static void check_killed(int status, int sig)
{
	CHECK_MSG(WIFSIGNALED(status) && WTERMSIG(status) == sig,
		  "wait status 0x%x, not signal %d", (unsigned)status, sig);
}

/* ---- SY-019 ------------------------------------------------------------- */

static atomic_int asked, sent;

/* A delay of up to some microseconds, which gives nobody the CPU. */
static void dawdle(void)
{
	for (volatile int i = 1 << rnd_below(15); i > 0; i--)
		;
}

/* Sends one as soon as it is asked for. */
static void send_signals(void *arg)
{
	(void)arg;
	for (int i = 1;; i++) {
		while (count(&asked) < i)
			;
		dawdle();
		raise_it(SIGINT);
		mark(&sent);
	}
}

/* Goes on while the channel has got them; a signal that was lost ends it. */
static void notify_and_stop(void *arg)
{
	(void)arg;
	go(send_signals, NULL);
	for (int i = 1; i <= 50; i++) {
		assay_chan *c = notified(SIGINT);

		mark(&asked);
		dawdle();
		stop(c);
		REQUIRE(becomes(&sent, i));
		if (try_recv(c, NULL) != ASSAY_OK) {
			sleep_ns(1 * SEC);
			CHECK_MSG(false, "a signal came nowhere");
			return;
		}
	}
}

CASE(SY_019, "a signal that meets a stop comes or kills, it is never lost",
     .procs = {2, 4}, .flags = CASE_OUTSIDE,
     .traits = ASSAY_TRAIT_PARALLEL | ASSAY_TRAIT_PREEMPTIVE,
     NEEDS(NEED_NOTIFY))
{
	int killed = 0, n = (int)rounds(20);

	for (int i = 0; i < n; i++) {
		int status = run_apart(notify_and_stop);

		if (status != 0)
			check_killed(status, SIGINT);
		killed += status != 0;
	}
	note("%d of %d met the default action", killed, n);
	CHECK_LE(killed, n);
}

/* ---- SY-020 ------------------------------------------------------------- */

static bool ignored(int sig)
{
	int answer = rt->blocking->signal_ignored(sig);

	REQUIRE_EITHER(answer, 0, 1);
	return answer == 1;
}

CASE(SY_020, "whether a signal is ignored; a notify overrides it",
     NEEDS(NEED_NOTIFY, NEED(blocking, signal_ignore),
	   NEED(blocking, signal_ignored)))
{
	assay_chan *c = notified(SIGWINCH);

	CHECK(!ignored(SIGWINCH));
	stop(c);
	CHECK_EQ(rt->blocking->signal_ignore(SIGWINCH), ASSAY_OK);
	CHECK(ignored(SIGWINCH));
	CHECK(!ignored(SIGTERM));
	c = notified(SIGWINCH);
	CHECK(!ignored(SIGWINCH));
	raise_it(SIGWINCH);
	CHECK(comes(c, SIGWINCH));
	CHECK_EQ(rt->blocking->signal_ignored(0), ASSAY_EINVAL);
	CHECK_EQ(rt->blocking->signal_ignored(1000), ASSAY_EINVAL);
}

/* ---- SY-021 ------------------------------------------------------------- */

static void reset(int sig)
{
	CHECK_EQ(rt->blocking->signal_reset(sig), ASSAY_OK);
}

#define NEEDS_RESET NEEDS(NEED_NOTIFY, NEED(blocking, signal_reset))

CASE(SY_021, "a reset ends every notify of the signal, and no other",
     NEEDS_RESET)
{
	assay_chan *c = notified(SIGWINCH), *d = notified(SIGWINCH),
		   *other = notified(SIGUSR1);

	REQUIRE_EQ(rt->blocking->signal_notify(d, SIGUSR1), ASSAY_OK);
	raise_it(SIGWINCH);
	CHECK(comes(c, SIGWINCH));
	CHECK(comes(d, SIGWINCH));
	reset(SIGWINCH);
	raise_it(SIGWINCH);
	raise_it(SIGUSR1);
	CHECK(comes(other, SIGUSR1));
	CHECK(comes(d, SIGUSR1));
	sleep_ns(5 * MS);
	CHECK_EQ(try_recv(c, NULL), ASSAY_AGAIN);
	CHECK_EQ(try_recv(d, NULL), ASSAY_AGAIN);
	reset(SIGWINCH);
	reset(SIGTERM);
	c = notified(SIGWINCH);
	raise_it(SIGWINCH);
	CHECK(comes(c, SIGWINCH));
	CHECK_EQ(rt->blocking->signal_reset(0), ASSAY_EINVAL);
	CHECK_EQ(rt->blocking->signal_reset(1000), ASSAY_EINVAL);
}

static void reset_and_raise(void *arg)
{
	assay_chan *c = notified(SIGTERM);

	(void)arg;
	raise_it(SIGTERM);
	CHECK(comes(c, SIGTERM));
	reset(SIGTERM);
	raise_it(SIGTERM);
	sleep_ns(10 * SEC);
}

CASE_OF(SY_021, killed, "then its default action is back",
	.flags = CASE_OUTSIDE, NEEDS_RESET)
{
	check_killed(run_apart(reset_and_raise), SIGTERM);
}

/* ---- SY-022 ------------------------------------------------------------- */

static void under_nohup(void *arg)
{
	assay_chan *c;

	(void)arg;
	raise_it(SIGHUP);
	sleep_ns(5 * MS);
	c = notified(SIGHUP);
	raise_it(SIGHUP);
	CHECK(comes(c, SIGHUP));
	CHECK_EQ(try_recv(c, NULL), ASSAY_AGAIN);
	stop(c);
	raise_it(SIGHUP);
	sleep_ns(5 * MS);
}

CASE(SY_022, "a signal that the parent ignores stays so until somebody asks",
     .flags = CASE_OUTSIDE, NEEDS(NEED_NOTIFY))
{
	signal(SIGHUP, SIG_IGN);
	CHECK_EQ(run_apart(under_nohup), 0);
}

/* ---- SY-025 ------------------------------------------------------------- */

/* A process that stops this one and lets it go on 50 ms later. */
static void stop_and_continue(void)
{
	pid_t self = getpid(), helper = fork();

	REQUIRE_CMP(helper, >=, 0);
	if (helper == 0) {
		kill(self, SIGSTOP);
		kernel_sleep(50 * MS);
		kill(self, SIGCONT);
		_exit(0);
	}
}

static atomic_int woken;

static void sleep_100_ms(void *arg)
{
	int64_t due = in(100 * MS);

	(void)arg;
	sleep_ns(100 * MS);
	CHECK_GE(now(), due);
	mark(&woken);
}

static void await_after(void *arg)
{
	int64_t due = in(60 * MS);

	(void)arg;
	wait_for(rt->time->after(60 * MS));
	CHECK_GE(now(), due);
	mark(&woken);
}

CASE(SY_025, "SIGCONT comes to who asked for it, and waits go on",
     NEEDS(NEED_NOTIFY, NEED(time, after)))
{
	assay_chan *c = notified(SIGCONT);
	int64_t begin = kernel_now();

	go(sleep_100_ms, NULL);
	go(await_after, NULL);
	settle(2);
	stop_and_continue();
	CHECK(comes(c, SIGCONT));
	CHECK_GE(kernel_now() - begin, 50 * MS);
	CHECK(becomes(&woken, 2));
	CHECK_GT(wait(NULL), 0);
}

/* ---- SY-027 ------------------------------------------------------------- */

static void check_real_time(int sig)
{
	assay_chan *c = notified(sig);

	raise_it(sig);
	CHECK(comes(c, sig));
	stop(c);
	CHECK_EQ(rt->blocking->signal_ignore(sig), ASSAY_OK);
	raise_it(sig);
	sleep_ns(2 * MS);
	CHECK_EQ(try_recv(c, NULL), ASSAY_AGAIN);
	c = notified(sig);
	raise_it(sig);
	CHECK(comes(c, sig));
}

CASE(SY_027, "signals of real time are asked for and ignored as others are",
     NEEDS(NEED_NOTIFY, NEED(blocking, signal_ignore)))
{
	check_real_time(SIGRTMIN + 1); /* 34 is kept by some C libraries */
	check_real_time(SIGRTMIN + 5);
	check_real_time(SIGRTMAX);
}

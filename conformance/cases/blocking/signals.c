/*
 * Signals of the operating system as values on channels: sent without
 * blocking, dropped where there is no room, and none of the process's
 * business when nobody asked.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit/run.h"
#include "kit/sync_kit.h"

#define NEEDS_SIGNALS                                                          \
	NEEDS(NEED(blocking, signal_notify), NEED(blocking, signal_stop),      \
	      NEED(blocking, signal_ignore), NEED(chan, len))

static assay_chan *chan_sig(int64_t cap)
{
	return chan(sizeof(int32_t), cap);
}

static void notify(assay_chan *c, int sig)
{
	REQUIRE_EQ(rt->blocking->signal_notify(c, sig), ASSAY_OK);
}

static void raise_it(int sig)
{
	REQUIRE_EQ(kill(getpid(), sig), 0);
}

/* The next one, which comes within 10 s. */
static int next(assay_chan *c)
{
	int32_t sig = 0;

	REQUIRE_EQ(rt->chan->recv(c, &sig, in(upto(10 * SEC))), ASSAY_OK);
	return sig;
}

CASE(SY_018, "signals come as values; the surplus is dropped", NEEDS_SIGNALS)
{
	assay_chan *c = chan_sig(1);
	int64_t n = 1;
	int32_t sig;

	notify(c, SIGUSR1);
	for (int i = 0; i < 3; i++)
		raise_it(SIGUSR1);
	CHECK_EQ(next(c), SIGUSR1);
	sleep_ns(20 * MS);
	while (try_recv(c, &sig) == ASSAY_OK) {
		CHECK_EQ(sig, SIGUSR1);
		n++;
	}
	CHECK_LE(n, 3);
	note("%" PRId64 " of 3", n);
}

CASE_OF(SY_018, each, "each signal that is waited for comes", NEEDS_SIGNALS)
{
	assay_chan *c = chan_sig(1);

	notify(c, SIGUSR1);
	notify(c, SIGUSR2);
	for (int64_t i = rounds(500); i > 0; i--) {
		raise_it(SIGUSR1);
		REQUIRE_EQ(next(c), SIGUSR1);
		raise_it(SIGUSR2);
		REQUIRE_EQ(next(c), SIGUSR2);
	}
}

CASE_OF(SY_018, no_room, "a channel without room holds nobody up",
	NEEDS_SIGNALS)
{
	assay_chan *full = chan_sig(0), *c = chan_sig(4);

	notify(full, SIGUSR1);
	notify(c, SIGUSR1);
	for (int i = 0; i < 3; i++) {
		raise_it(SIGUSR1);
		CHECK_EQ(next(c), SIGUSR1);
	}
	CHECK_EQ(try_recv(full, NULL), ASSAY_AGAIN);
}

static void passes_on(void *arg)
{
	assay_chan **c = arg;
	int sig = next(c[0]);

	send_int(c[1], sig);
}

CASE_OF(SY_018, blocked, "a signal finds who is blocked on the channel",
	NEEDS_SIGNALS)
{
	static assay_chan *c[2];

	c[0] = chan_sig(0);
	c[1] = chan_int(0);
	notify(c[0], SIGTERM);
	go(passes_on, c);
	settle(1);
	raise_it(SIGTERM);
	CHECK_EQ(recv_int(c[1]), SIGTERM);
}

CASE_OF(SY_018, stop, "after stop a channel gets no more, the others do",
	NEEDS_SIGNALS)
{
	assay_chan *c = chan_sig(8), *other = chan_sig(8);

	notify(c, SIGUSR1);
	notify(other, SIGUSR1);
	raise_it(SIGUSR1);
	CHECK_EQ(next(c), SIGUSR1);
	CHECK_EQ(next(other), SIGUSR1);
	CHECK_EQ(rt->blocking->signal_stop(c), ASSAY_OK);
	raise_it(SIGUSR1);
	CHECK_EQ(next(other), SIGUSR1);
	CHECK_EQ(rt->chan->len(c), 0);
	/* nor one of a signal that it has never asked for */
	for (int sig = SIGHUP; sig <= SIGINT; sig++) {
		notify(other, sig);
		raise_it(sig);
		CHECK_EQ(next(other), sig);
	}
	CHECK_EQ(rt->chan->len(c), 0);
	/* once more, and for a channel that never got any */
	CHECK_EQ(rt->blocking->signal_stop(c), ASSAY_OK);
	CHECK_EQ(rt->blocking->signal_stop(chan_sig(1)), ASSAY_OK);
}

CASE_OF(SY_018, ignore, "an ignored signal does nothing and comes nowhere",
	NEEDS_SIGNALS)
{
	assay_chan *c = chan_sig(8);

	CHECK_EQ(rt->blocking->signal_ignore(SIGTERM), ASSAY_OK);
	raise_it(SIGTERM);
	notify(c, SIGUSR1);
	notify(c, SIGUSR2);
	CHECK_EQ(rt->blocking->signal_ignore(SIGUSR1), ASSAY_OK);
	raise_it(SIGUSR1);
	raise_it(SIGUSR2);
	CHECK_EQ(next(c), SIGUSR2);
	CHECK_EQ(rt->chan->len(c), 0);
	/* asked for anew it comes again */
	notify(c, SIGUSR1);
	raise_it(SIGUSR1);
	CHECK_EQ(next(c), SIGUSR1);
}

/*
 * The signal was sent before the stop, so it must not meet the default action,
 * whichever thread takes it; and who still asks for it gets it.
 */
CASE_OF(SY_018, on_its_way, "a signal on its way when a channel is stopped",
	NEEDS_SIGNALS)
{
	assay_chan *other = chan_sig(1);

	for (int64_t i = rounds(300); i > 0; i--) {
		assay_chan *c = chan_sig(1);

		notify(c, SIGUSR1);
		notify(other, SIGUSR1);
		raise_it(SIGUSR1);
		CHECK_EQ(rt->blocking->signal_stop(c), ASSAY_OK);
		CHECK_EQ(next(other), SIGUSR1);
		raise_it(SIGUSR1);
		CHECK_EQ(rt->blocking->signal_stop(other), ASSAY_OK);
		try_recv(other, NULL);
	}
}

CASE_OF(SY_018, ignored_on_its_way, "a signal on its way when it is ignored",
	NEEDS_SIGNALS)
{
	assay_chan *c = chan_sig(1);

	for (int64_t i = rounds(300); i > 0; i--) {
		notify(c, SIGUSR1);
		raise_it(SIGUSR1);
		CHECK_EQ(rt->blocking->signal_ignore(SIGUSR1), ASSAY_OK);
		raise_it(SIGUSR1);
		try_recv(c, NULL);
	}
}

CASE_OF(SY_018, quit, "SIGQUIT is a value like others if asked for",
	NEEDS_SIGNALS)
{
	assay_chan *c = chan_sig(1);

	notify(c, SIGQUIT);
	raise_it(SIGQUIT);
	CHECK_EQ(next(c), SIGQUIT);
}

static atomic_int stop;

static void yields(void *arg)
{
	(void)arg;
	while (!steered(&stop))
		yield();
}

CASE_OF(SY_018, busy, "signals come while all Ps are busy", NEEDS_SIGNALS)
{
	assay_chan *c = chan_sig(1);

	notify(c, SIGUSR1);
	go_many(case_procs() * 2, yields, NULL);
	for (int64_t i = rounds(50); i > 0; i--) {
		raise_it(SIGUSR1);
		CHECK_EQ(next(c), SIGUSR1);
	}
	steer(&stop, 1);
}

CASE_OF(SY_018, bad, "what is no signal or no channel of them is refused",
	NEEDS_SIGNALS)
{
	assay_chan *c = chan_sig(1);

	CHECK_EQ(rt->blocking->signal_notify(NULL, SIGUSR1), ASSAY_EINVAL);
	CHECK_EQ(rt->blocking->signal_notify(c, 0), ASSAY_EINVAL);
	CHECK_EQ(rt->blocking->signal_notify(c, -1), ASSAY_EINVAL);
	CHECK_EQ(rt->blocking->signal_notify(c, 1000), ASSAY_EINVAL);
	CHECK_EQ(rt->blocking->signal_notify(chan(8, 1), SIGUSR1),
		 ASSAY_EINVAL);
	CHECK_EQ(rt->blocking->signal_stop(NULL), ASSAY_EINVAL);
	CHECK_EQ(rt->blocking->signal_ignore(0), ASSAY_EINVAL);
	CHECK_EQ(rt->blocking->signal_ignore(1000), ASSAY_EINVAL);
}

/* ---- what a signal does that nobody asks for ---------------------------- */

static int killed_by;

static void is_killed(void *arg)
{
	(void)arg;
	prove_alive();
	sleep_ns(2 * MS);
	raise_it(killed_by);
	sleep_ns(10 * SEC);
}

static void is_killed_after_stop(void *arg)
{
	assay_chan *c = chan_sig(1);

	(void)arg;
	prove_alive();
	sleep_ns(2 * MS); /* a run() that does not wait has returned */
	notify(c, killed_by);
	raise_it(killed_by);
	CHECK_EQ(next(c), killed_by);
	CHECK_EQ(rt->blocking->signal_stop(c), ASSAY_OK);
	raise_it(killed_by);
	sleep_ns(10 * SEC);
}

/* Runs fn as the main goroutine of a process of its own. */
static void check_killed(assay_fn fn, int sig)
{
	struct assay_run_options options = {.size = sizeof(options),
					    .procs = case_run.procs};
	int status = 0;
	pid_t pid;

	killed_by = sig;
	pid = fork();
	REQUIRE_CMP(pid, >=, 0);
	if (pid == 0) {
		rt->core->run(fn, NULL, &options);
		_exit(case_failures() ? 1 : 0);
	}
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	CHECK_MSG(WIFSIGNALED(status) && WTERMSIG(status) == sig,
		  "wait status 0x%x, not signal %d", (unsigned)status, sig);
}

CASE_OF(SY_018, default, "a signal that nobody asked for kills",
	.flags = CASE_OUTSIDE, NEEDS_SIGNALS)
{
	check_killed(is_killed, SIGTERM);
	check_killed(is_killed, SIGINT);
}

CASE_OF(SY_018, default_again, "and so it does after stop",
	.flags = CASE_OUTSIDE, NEEDS_SIGNALS)
{
	check_killed(is_killed_after_stop, SIGTERM);
	check_killed(is_killed_after_stop, SIGINT);
}

/* ---- EMB-013 -------------------------------------------------------------- */

static volatile sig_atomic_t handled[2];

static void first_handler(int sig)
{
	(void)sig;
	handled[0]++;
}

static void second_handler(int sig)
{
	(void)sig;
	handled[1]++;
}

static void set_handler(void (*handler)(int))
{
	struct sigaction act = {.sa_handler = handler};

	REQUIRE_EQ(sigaction(SIGUSR2, &act, NULL), 0);
}

/* Caught and let go: then it is the program's again. */
static void catch_for_a_while(void)
{
	assay_chan *c = chan_sig(1);

	notify(c, SIGUSR2);
	raise_it(SIGUSR2);
	CHECK_EQ(next(c), SIGUSR2);
	CHECK_EQ(rt->blocking->signal_stop(c), ASSAY_OK);
}

CASE(EMB_013, "a signal is the program's again when no channel wants it",
     NEEDS_SIGNALS)
{
	set_handler(first_handler);
	for (int i = 1; i <= 2; i++) {
		catch_for_a_while();
		raise(SIGUSR2);
		CHECK_EQ(handled[0], i);
	}
	set_handler(second_handler);
	for (int i = 1; i <= 2; i++) {
		catch_for_a_while();
		raise(SIGUSR2);
		CHECK_EQ(handled[1], i);
	}
	CHECK_EQ(handled[0], 2);
}

/*
 * signal_late.c - a thread is at the start of goro's handler while the last
 * channel that wants the signal is stopped.  One that asks for the end of the
 * process ends it, as it may have come after the stop; other news is dropped.
 * `signal_late default|news|own|ignored`.  A sigaction() of this program's own
 * stands before libc's and holds the handler up.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include "prog.h"

static int signal_no = SIGINT;
static void (*goros)(int sig, siginfo_t *info, void *context);
static volatile int inside, stopped, own;

static void held_up(int sig, siginfo_t *info, void *context)
{
	inside = 1;
	while (!stopped)
		sched_yield();
	goros(sig, info, context);
}

int sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
	int (*next)(int, const struct sigaction *, struct sigaction *);
	struct sigaction mine;

	*(void **)&next = dlsym(RTLD_NEXT, "sigaction");
	if (sig != signal_no || !act || !(act->sa_flags & SA_SIGINFO))
		return next(sig, act, old);
	mine = *act;
	goros = act->sa_sigaction;
	mine.sa_sigaction = held_up;
	return next(sig, &mine, old);
}

static void handler(int sig)
{
	(void)sig;
	own = 1;
}

static void *thread(void *arg)
{
	raise(signal_no);
	return arg;
}

static void meet(void *arg)
{
	goro_chan *c = goro_make(sizeof(int32_t), 1);
	pthread_t t;

	CHECK(goro_signal_notify(c, signal_no) == GORO_OK);
	pthread_create(&t, NULL, thread, NULL);
	while (!inside)
		goro_sleep(MS);
	if (strcmp(arg, "ignored") == 0)
		CHECK(goro_signal_ignore(signal_no) == GORO_OK);
	else
		CHECK(goro_signal_stop(c) == GORO_OK);
	stopped = 1;
	pthread_join(t, NULL);
	CHECK(goro_chan_recv(c, NULL, GORO_POLL) == GORO_AGAIN);
	CHECK(own == (strcmp(arg, "own") == 0));
}

int main(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = handler};

	if (argc > 1 && strcmp(argv[1], "news") == 0)
		signal_no = SIGUSR1;
	if (argc > 1 && strcmp(argv[1], "own") == 0)
		sigaction(signal_no, &act, NULL);
	CHECK(goro_run(meet, argc > 1 ? argv[1] : "default") == GORO_OK);
	return check_failed;
}

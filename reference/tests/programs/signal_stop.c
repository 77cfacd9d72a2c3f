/*
 * signal_stop.c - a signal that is on its way when its channel is stopped comes
 * by the channel or by the handler that the program has: none is lost, and
 * none meets the default action.  `signal_stop own|default [ROUNDS]`.
 */
#include <signal.h>

#include "prog.h"

static volatile int own;
static int got, lost, rounds;

static void handler(int sig)
{
	(void)sig;
	__atomic_fetch_add(&own, 1, __ATOMIC_SEQ_CST);
}

static void sender(void *wg)
{
	kill(getpid(), SIGUSR1);
	goro_wg_done(wg);
}

/* Whoever takes the signal may be late. */
static void account(goro_chan *c)
{
	for (int k = 0; k < 10000; k++) {
		got += goro_chan_recv(c, NULL, GORO_POLL) == GORO_OK;
		if (got + own > 0)
			return;
		goro_sleep(100 * GORO_MICROSECOND);
	}
	lost++;
}

static void with_handler(void *arg)
{
	(void)arg;
	for (int i = 0; i < rounds; i++) {
		goro_waitgroup wg = {{0}};
		goro_chan *c = goro_make(sizeof(int32_t), 1);

		own = 0;
		got = 0;
		CHECK(goro_signal_notify(c, SIGUSR1) == GORO_OK);
		goro_wg_add(&wg, 1);
		goro_go(sender, &wg);
		if (i & 1)
			goro_yield();
		for (volatile int k = 0; k < i % 2000; k++) {
		}
		CHECK(goro_signal_stop(c) == GORO_OK);
		goro_wg_wait(&wg);
		account(c);
		goro_chan_free(c);
	}
	CHECK(lost == 0);
}

/* The process would die of a signal that comes after the stop. */
static void with_default(void *arg)
{
	goro_chan *other = goro_make(sizeof(int32_t), 1);
	int32_t sig;

	(void)arg;
	for (int i = 0; i < rounds; i++) {
		goro_chan *c = goro_make(sizeof(int32_t), 1);

		CHECK(goro_signal_notify(c, SIGUSR1) == GORO_OK);
		CHECK(goro_signal_notify(other, SIGUSR1) == GORO_OK);
		kill(getpid(), SIGUSR1);
		CHECK(goro_signal_stop(c) == GORO_OK);
		CHECK(goro_chan_recv(other, &sig,
				     goro_now() + 10 * GORO_SECOND) == GORO_OK);
		kill(getpid(), SIGUSR1);
		if (i % 2)
			CHECK(goro_signal_ignore(SIGUSR1) == GORO_OK);
		else
			CHECK(goro_signal_stop(other) == GORO_OK);
		goro_chan_recv(other, NULL, GORO_POLL);
		goro_chan_free(c);
	}
}

static const struct mode modes[] = {
	{"own", with_handler}, {"default", with_default}, {NULL, NULL}};

int main(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
	goro_fn run = find_mode(modes, argc > 1 ? argv[1] : NULL);

	rounds = argc > 2 ? atoi(argv[2]) : 3000;
	if (run == with_handler)
		sigaction(SIGUSR1, &act, NULL);
	CHECK(goro_run(run, NULL) == GORO_OK);
	return check_failed;
}

/*
 * keep.c - what C keeps per thread and a goroutine takes for its own: `keep
 * MODE`.  GOMAXPROCS as it comes.
 */
#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>

#include "prog.h"

enum { ROUNDS = 300, WORKERS = 12 };

static const int rounding[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD,
			       FE_TOWARDZERO};
static goro_waitgroup workers;
static double thirds[4]; /* by each of these */

static double third(void)
{
	volatile double one = 1, three = 3;

	return one / three;
}

static void rounds_in_its_way(void *arg)
{
	int way = *(int *)arg;

	CHECK(fegetround() == FE_TONEAREST);
	fesetround(rounding[way]);
	for (int i = 0; i < ROUNDS; i++) {
		CHECK(fegetround() == rounding[way]);
		CHECK(third() == thirds[way]);
		if (i % 7 == 0)
			goro_sleep(1000);
		else
			goro_yield();
	}
	/* It ends with its own. */
	goro_wg_done(&workers);
	if (way % 2)
		goro_goexit();
}

static void fenv(void *arg)
{
	(void)arg;
	for (int i = 0; i < 4; i++) {
		fesetround(rounding[i]);
		thirds[i] = third();
	}
	fesetround(FE_TONEAREST);
	CHECK(thirds[1] != thirds[2]);
	for (int n = 0; n < WORKERS; n++) {
		int way = n % 4;

		goro_wg_add(&workers, 1);
		CHECK(goro_go_copy(rounds_in_its_way, &way, sizeof(way)) ==
		      GORO_OK);
	}
	goro_wg_wait(&workers);
	CHECK(fegetround() == FE_TONEAREST && third() == thirds[0]);
}

static bool blocked(int sig)
{
	sigset_t now;

	CHECK(pthread_sigmask(SIG_SETMASK, NULL, &now) == 0);
	return sigismember(&now, sig);
}

static void blocks_all(void *arg)
{
	sigset_t all;

	CHECK(!blocked(SIGUSR1));
	sigfillset(&all);
	if (arg)
		CHECK(sigprocmask(SIG_BLOCK, &all, NULL) == 0);
	else
		CHECK(pthread_sigmask(SIG_SETMASK, &all, NULL) == 0);
	for (int i = 0; i < ROUNDS; i++) {
		CHECK(blocked(SIGUSR1) && !blocked(SIGURG));
		goro_yield();
	}
	goro_wg_done(&workers);
}

static void looks_on(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		CHECK(!blocked(SIGUSR1) && !blocked(SIGURG));
		goro_yield();
	}
	goro_wg_done(&workers);
}

static void masks(void *arg)
{
	goro_wg_add(&workers, 12);
	for (int i = 0; i < 4; i++) {
		goro_go(blocks_all, arg);
		goro_go(blocks_all, &workers);
		goro_go(looks_on, NULL);
	}
	goro_wg_wait(&workers);
	CHECK(!blocked(SIGUSR1));
}

static bool call_is_over;

/* Long enough that the P is taken away: the goroutine changes its thread. */
static void block_in_call(void *arg)
{
	sigset_t all;

	(void)arg;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	usleep(50000);
}

/* Needs the P, and leaves it only for moments. */
static void keep_busy(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&call_is_over, __ATOMIC_RELAXED)) {
		CHECK(!blocked(SIGUSR1) && !blocked(SIGURG));
		goro_yield();
	}
	goro_wg_done(&workers);
}

static void mask_of_call(void *arg)
{
	(void)arg;
	goro_blocking(block_in_call, NULL);
	CHECK(blocked(SIGUSR1) && !blocked(SIGURG));
	__atomic_store_n(&call_is_over, true, __ATOMIC_RELAXED);
	goro_wg_done(&workers);
}

static void in_blocking(void *arg)
{
	(void)arg;
	goro_wg_add(&workers, 3);
	goro_go(mask_of_call, NULL);
	goro_go(keep_busy, NULL);
	goro_go(keep_busy, NULL);
	goro_wg_wait(&workers);
	CHECK(!blocked(SIGUSR1) && !blocked(SIGURG));
}

/* Past libc, so nobody knows until a time slice is over. */
static void block_by_kernel(void *arg)
{
	uint64_t all = UINT64_MAX;

	(void)arg;
	CHECK(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, 8) == 0);
	goro_wg_done(&workers);
	goro_yield();
}

static void compute(int64_t ns)
{
	struct timespec t;
	int64_t end = 0, now;

	do {
		clock_gettime(CLOCK_MONOTONIC, &t);
		now = (int64_t)t.tv_sec * GORO_SECOND + t.tv_nsec;
		end = end ? end : now + ns;
	} while (now < end);
}

static void heals(void *arg)
{
	int64_t end = goro_now() + 10 * GORO_SECOND;

	(void)arg;
	goro_wg_add(&workers, 1);
	goro_go(block_by_kernel, NULL);
	goro_wg_wait(&workers);
	while (blocked(SIGURG) && goro_now() < end) {
		compute(30 * GORO_MILLISECOND);
		goro_yield();
	}
	CHECK(!blocked(SIGURG));
}

static void leave_thread(void *arg)
{
	pthread_exit(arg);
}

static void exits_thread(void *arg)
{
	goro_go(leave_thread, arg);
	goro_sleep(60 * GORO_SECOND);
}

static void exits_in_call(void *arg)
{
	goro_blocking(leave_thread, arg);
}

static void cancels_thread(void *arg)
{
	(void)arg;
	pthread_cancel(pthread_self());
	pthread_testcancel();
}

static const struct mode modes[] = {
	{"fenv", fenv},
	{"sigmask", masks},
	{"blocking", in_blocking},
	{"kernel", heals},
	{"pthread_exit", exits_thread},
	{"pthread_exit-blocking", exits_in_call},
	{"pthread_exit-main", leave_thread},
	{"pthread_cancel", cancels_thread},
	{NULL, NULL},
};

int main(int argc, char **argv)
{
	goro_fn run = find_mode(modes, argc > 1 ? argv[1] : NULL);

	if (goro_run(run, NULL) != GORO_OK)
		return 1;
	return check_failed;
}

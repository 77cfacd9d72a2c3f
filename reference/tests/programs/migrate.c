/*
 * migrate.c - goroutines that are moved to other threads while they run, built
 * by the strongest optimiser: what goro or the program keeps of the old thread
 * shows as a wrong number or a wrong errno.
 */
#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "prog.h"

enum { WORKERS = 8, TURNS = 40, ROUNDS = 50 };

static goro_mutex mutex;
static int64_t moves, counter;

static void fail_slowly(void *want)
{
	struct timespec ts = {.tv_nsec = 300000};

	nanosleep(&ts, NULL);
	errno = *(int *)want;
}

/* errno of the thread that runs now: header, "Caveats". */
static __attribute__((noinline)) int errno_here(void)
{
	__asm__ volatile("");
	return errno;
}

static void count_move(long *thread)
{
	long now = syscall(SYS_gettid);

	goro_mutex_lock(&mutex);
	moves += *thread != now;
	counter++;
	goro_mutex_unlock(&mutex);
	*thread = now;
}

static void work(void *arg)
{
	long thread = syscall(SYS_gettid);
	int64_t id = goro_id();

	(void)arg;
	for (int i = 1; i <= TURNS; i++) {
		int want = (int)id * 1000 + i;
		int v = 0;

		goro_blocking(fail_slowly, &want);
		CHECK(errno_here() == want);
		CHECK(goro_id() == id);
		count_move(&thread);
		goro_yield();
		CHECK(goro_id() == id);
		CHECK(goro_try(fail_slowly, &v, NULL) == GORO_OK);
		CHECK(goro_id() == id);
		count_move(&thread);
	}
}

/* How soon they are moved is up to sysmon: on a slow machine, not at once. */
static void app(void *arg)
{
	goro_waitgroup wg = {{0}};
	int rounds = 0;

	(void)arg;
	do {
		for (int i = 0; i < WORKERS; i++)
			goro_wg_go(&wg, work, NULL);
		goro_wg_wait(&wg);
	} while (++rounds < ROUNDS && moves <= WORKERS);
	CHECK(counter == 2 * WORKERS * TURNS * rounds);
	CHECK(moves > WORKERS); /* else nothing was tried */
	CHECK(goro_id() == 1);
}

int main(void)
{
	struct goro_config c = {.size = sizeof(c), .procs = 2};

	CHECK(goro_run_with(app, NULL, &c) == GORO_OK);
	return check_failed;
}

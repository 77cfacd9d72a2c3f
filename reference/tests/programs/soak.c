/*
 * soak.c - all that the runtime does at once, for long: `soak [SECONDS]`.
 *
 * Rounds of a second of mixed load at 8 procs: channels, select, timers,
 * blocking calls, loops that are preempted, storms of goroutines, locks, tied
 * threads, changes of GOMAXPROCS.  Each kind counts what it began and what
 * came of it; at the end of a round the two are equal.  Memory and threads
 * after the first rounds are compared with those at the end.
 */
#include <dirent.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "prog.h"

/* What was begun and what came of it; equal when all have ended. */
struct tally {
	const char *name;
	atomic_long begun, done;
};

enum kind { SENT, SELECTED, TIMED, CALLED, SPUN, SPAWNED, LOCKED, TIED, KINDS };

static struct tally tallies[KINDS] = {
	{"sent", 0, 0},   {"selected", 0, 0}, {"timed", 0, 0},  {"calls", 0, 0},
	{"slices", 0, 0}, {"spawned", 0, 0},  {"locked", 0, 0}, {"tied", 0, 0},
};

static goro_waitgroup all;
static atomic_bool stop;

static bool stopped(void)
{
	return atomic_load_explicit(&stop, memory_order_relaxed);
}

static void begin(enum kind k)
{
	atomic_fetch_add_explicit(&tallies[k].begun, 1, memory_order_relaxed);
}

static void done(enum kind k)
{
	atomic_fetch_add_explicit(&tallies[k].done, 1, memory_order_relaxed);
}

/* ---- channels ----------------------------------------------------------- */

static void send_on(void *c)
{
	for (long n = 0; !stopped(); n++) {
		goro_send(c, &n);
		begin(SENT);
	}
	goro_close(c);
}

/* In order, and none missing. */
static void receive_all(void *c)
{
	long v = 0;

	for (long n = 0; goro_recv(c, &v); n++) {
		CHECK(v == n);
		done(SENT);
	}
	goro_chan_free(c);
}

static void offer(void *c)
{
	for (long n = 0; !stopped(); n++) {
		int64_t until = goro_now() + GORO_MILLISECOND;

		if (goro_chan_send(c, &n, until) == GORO_OK)
			begin(SELECTED);
	}
	goro_close(c);
}

static void select_all(void *pair)
{
	goro_chan **c = pair;
	struct goro_case cases[2] = {{.dir = GORO_RECV}, {.dir = GORO_RECV}};
	int open = 2;

	cases[0].c = c[0];
	cases[1].c = c[1];
	while (open > 0) {
		bool ok = false;
		size_t i = goro_select(cases, 2, &ok);

		if (ok) {
			done(SELECTED);
		} else {
			cases[i].c = NULL;
			open--;
		}
	}
	goro_chan_free(c[0]);
	goro_chan_free(c[1]);
	free(c);
}

static void start(goro_fn fn, void *arg)
{
	CHECK(goro_wg_go(&all, fn, arg) == GORO_OK);
}

static void start_channels(void)
{
	for (int i = 0; i < 4; i++) {
		goro_chan *c = goro_make(sizeof(long), i * 8);
		goro_chan **pair = malloc(2 * sizeof(goro_chan *));

		start(receive_all, c);
		start(send_on, c);
		pair[0] = goro_make(sizeof(long), i);
		pair[1] = goro_make(sizeof(long), 0);
		start(offer, pair[0]);
		start(offer, pair[1]);
		start(select_all, pair);
	}
}

/* ---- time --------------------------------------------------------------- */

static void fire(void *wg)
{
	done(TIMED);
	goro_wg_done(wg);
}

static void use_timers(void *arg)
{
	goro_waitgroup fired = {{0}};

	(void)arg;
	while (!stopped()) {
		goro_timer *t;

		goro_wg_add(&fired, 1);
		begin(TIMED);
		t = goro_after_func(GORO_MILLISECOND, fire, &fired);
		if (goro_now() % 2 == 0 && goro_timer_stop(t))
			fire(&fired);
		goro_wg_wait(&fired);
		goro_timer_free(t);
		goro_sleep(100 * GORO_MICROSECOND);
	}
}

/* ---- blocking calls, threads -------------------------------------------- */

static void nap(void *arg)
{
	struct timespec t = {.tv_nsec = 300000};

	(void)arg;
	nanosleep(&t, NULL);
	done(CALLED);
}

static void call_on(void *arg)
{
	while (!stopped()) {
		begin(CALLED);
		goro_blocking(nap, arg);
		goro_yield();
	}
}

static void end_tied(void *arg)
{
	goro_lock_thread();
	done(TIED);
	goro_wg_done(arg);
}

static void tie_on(void *arg)
{
	goro_waitgroup ended = {{0}};

	(void)arg;
	while (!stopped()) {
		begin(TIED);
		goro_wg_add(&ended, 1);
		goro_go(end_tied, &ended);
		goro_wg_wait(&ended);
		goro_sleep(5 * GORO_MILLISECOND);
	}
}

/* ---- loops, storms, locks ----------------------------------------------- */

/* Calls nothing: only the signal stops it. */
static void spin(void *arg)
{
	volatile unsigned n = 0;

	(void)arg;
	begin(SPUN);
	while (!stopped())
		n++;
	done(SPUN);
}

static void live_shortly(void *wg)
{
	void *p = malloc(100);

	free(p);
	done(SPAWNED);
	goro_wg_done(wg);
}

static void storm(void *arg)
{
	(void)arg;
	while (!stopped()) {
		goro_waitgroup wg = {{0}};

		for (int i = 0; i < 300; i++) {
			begin(SPAWNED);
			goro_wg_add(&wg, 1);
			goro_go(live_shortly, &wg);
		}
		goro_wg_wait(&wg);
	}
}

static goro_mutex mutex;
static goro_rwmutex rwmutex;
static goro_cond cond;
static long guarded, written;

/* The last to leave wakes who waits; nobody waits without another to come. */
static void use_locks(void *arg)
{
	(void)arg;
	while (!stopped()) {
		begin(LOCKED);
		goro_mutex_lock(&mutex);
		guarded++;
		goro_cond_broadcast(&cond);
		goro_mutex_unlock(&mutex);
		goro_rwmutex_lock(&rwmutex);
		written++;
		goro_rwmutex_unlock(&rwmutex);
		goro_rwmutex_rlock(&rwmutex);
		CHECK(written > 0);
		goro_rwmutex_runlock(&rwmutex);
		done(LOCKED);
	}
}

static void await_change(void *arg)
{
	(void)arg;
	while (!stopped()) {
		long seen;

		goro_mutex_lock(&mutex);
		seen = guarded;
		while (guarded == seen && !stopped())
			goro_cond_wait(&cond, &mutex);
		goro_mutex_unlock(&mutex);
	}
}

static void change_procs(void *arg)
{
	static const int procs[] = {8, 3, 8, 1, 6};

	(void)arg;
	for (int i = 0; !stopped(); i++) {
		goro_gomaxprocs(procs[i % 5]);
		goro_sleep(30 * MS);
	}
	goro_gomaxprocs(8);
}

/* ---- rounds ------------------------------------------------------------- */

static void one_round(void)
{
	atomic_store_explicit(&stop, false, memory_order_relaxed);
	start_channels();
	for (int i = 0; i < 3; i++) {
		start(use_timers, NULL);
		start(call_on, NULL);
		start(use_locks, NULL);
	}
	for (int i = 0; i < 2; i++) {
		start(spin, NULL);
		start(storm, NULL);
		start(await_change, NULL);
	}
	start(tie_on, NULL);
	start(change_procs, NULL);
	goro_sleep(GORO_SECOND);
	goro_mutex_lock(&mutex);
	atomic_store_explicit(&stop, true, memory_order_relaxed);
	goro_cond_broadcast(&cond);
	goro_mutex_unlock(&mutex);
	goro_wg_wait(&all);
	for (int k = 0; k < KINDS; k++) {
		CHECK(tallies[k].begun == tallies[k].done);
		CHECK(tallies[k].begun > 0);
	}
	CHECK(guarded == tallies[LOCKED].begun && written == guarded);
}

static long threads(void)
{
	DIR *d = opendir("/proc/self/task");
	long n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n - 2;
}

/* Goroutines that have said so may still be about to end. */
static void check_live(void)
{
	int64_t end = goro_now() + 10 * GORO_SECOND;

	while (goro_num_goroutine() > 1 && goro_now() < end)
		goro_sleep(MS);
	CHECK(goro_num_goroutine() == 1);
}

static void print_summary(long rounds, const long kib[2], const long th[2])
{
	struct goro_stats s;

	goro_read_stats(&s);
	printf("soak: %s, %ld rounds", check_failed ? "FAILED" : "ok", rounds);
	for (int k = 0; k < KINDS; k++)
		printf(", %s %ld", tallies[k].name, tallies[k].done);
	printf(", preemptions %llu, steals %llu, resident %ld to %ld KiB, "
	       "threads %ld to %ld\n",
	       (unsigned long long)s.preemptions, (unsigned long long)s.steals,
	       kib[0], kib[1], th[0], th[1]);
}

/* A quarter of the rounds, at most 60, bring all caches up. */
static void app(void *arg)
{
	const long *seconds = arg;
	long warm = *seconds / 4 < 60 ? *seconds / 4 : 60, rounds = 0;
	long kib[2] = {0}, th[2] = {0};
	int64_t end = goro_now() + *seconds * GORO_SECOND;

	do {
		one_round();
		check_live();
		if (rounds++ <= warm) {
			kib[0] = (long)(resident() / 1024);
			th[0] = threads();
		}
	} while (goro_now() < end && !check_failed);
	kib[1] = (long)(resident() / 1024);
	th[1] = threads();
	CHECK(kib[1] < kib[0] + kib[0] / 2 + 16384);
	CHECK(th[1] <= th[0] + 24);
	print_summary(rounds, kib, th);
}

int main(int argc, char **argv)
{
	struct goro_config c = {.size = sizeof(c), .procs = 8};
	long seconds = argc > 1 ? number_arg(argv[1]) : 600;

	if (seconds <= 0) {
		fprintf(stderr, "soak: SECONDS must be a positive number\n");
		return 64;
	}
	CHECK(goro_run_with(app, &seconds, &c) == GORO_OK);
	return check_failed;
}

/*
 * stops.c - preemption beside all else that the runtime does: `stops MODE
 * [MS]`.  Loops that call nothing are stopped while the world is, while
 * goroutines come and go, are tied to threads, are in blocking calls; and the
 * process ends while one that was stopped holds a lock of libc.
 */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "hammer.h"

static long duration = 300; /* milliseconds */

static void spin(void *arg)
{
	(void)arg;
	while (!stopped())
		;
}

/* fn(arg) in main beside n spinners, which must end after it. */
static void beside_spinners(goro_fn fn, void *arg, int n)
{
	goro_waitgroup wg = {{0}};
	uint64_t before = preemptions();

	for (int i = 0; i < n; i++)
		goro_wg_go(&wg, spin, NULL);
	fn(arg);
	atomic_store_explicit(&hammer_stop, true, memory_order_relaxed);
	goro_wg_wait(&wg);
	CHECK(preemptions() > before);
}

static bool time_left(int64_t begin)
{
	return goro_now() - begin < duration * MS;
}

/* ---- the world is stopped ----------------------------------------------- */

static void change_procs(void *arg)
{
	static const int procs[] = {2, 1, 4, 3, 1, 8, 2, 5};
	int old = goro_gomaxprocs(0), last = old;
	int64_t begin = goro_now();

	(void)arg;
	for (int i = 0; time_left(begin) || i < 16; i++) {
		CHECK(goro_gomaxprocs(procs[i % 8]) == last);
		last = procs[i % 8];
	}
	goro_gomaxprocs(old);
	CHECK(goro_gomaxprocs(0) == old);
}

static void run_world(void *arg)
{
	beside_spinners(change_procs, arg, 4);
}

/* ---- goroutines come and go --------------------------------------------- */

static atomic_long short_lives;

static void live_shortly(void *wg)
{
	atomic_fetch_add_explicit(&short_lives, 1, memory_order_relaxed);
	goro_wg_done(wg);
}

static void spawn_many(void *arg)
{
	int64_t begin = goro_now();
	long n = 0;

	(void)arg;
	do {
		goro_waitgroup wg = {{0}};

		for (int i = 0; i < 500; i++) {
			goro_wg_add(&wg, 1);
			goro_go(live_shortly, &wg);
		}
		goro_wg_wait(&wg);
		n += 500;
	} while (time_left(begin) || n < 3000);
	CHECK(atomic_load_explicit(&short_lives, memory_order_relaxed) == n);
}

static void run_spawn(void *arg)
{
	beside_spinners(spawn_many, arg, 4);
}

/* ---- tied to a thread --------------------------------------------------- */

struct tied {
	goro_chan *in, *out;
	bool tie;
};

/* Spins over its slice now and then, and must not be moved by that. */
static void answer(void *arg)
{
	const struct tied *t = arg;
	long thread;
	int v;

	if (t->tie)
		goro_lock_thread();
	thread = syscall(SYS_gettid);
	while (goro_recv(t->in, &v)) {
		int64_t begin = goro_now();

		while (v % 4 == 0 && goro_now() - begin < 15 * MS)
			;
		CHECK(!t->tie || syscall(SYS_gettid) == thread);
		v++;
		goro_send(t->out, &v);
	}
	if (t->tie)
		goro_unlock_thread();
	goro_close(t->out);
}

enum { TIED = 4 };

static void ask_tied(void *arg)
{
	struct tied t[TIED];
	int64_t begin = goro_now();
	int got = 0;

	(void)arg;
	for (int i = 0; i < TIED; i++) {
		t[i] = (struct tied){goro_make(sizeof(int), 0),
				     goro_make(sizeof(int), 0), i % 2 == 0};
		goro_go(answer, &t[i]);
	}
	goro_lock_thread();
	for (int v = 0; time_left(begin) || v < 8; v++) {
		for (int i = 0; i < TIED; i++)
			goro_send(t[i].in, &v);
		for (int i = 0; i < TIED; i++) {
			CHECK(goro_recv(t[i].out, &got));
			CHECK(got == v + 1);
		}
	}
	goro_unlock_thread();
	for (int i = 0; i < TIED; i++)
		goro_close(t[i].in);
	for (int i = 0; i < TIED; i++) {
		CHECK(!goro_recv(t[i].out, &got));
		goro_chan_free(t[i].in);
		goro_chan_free(t[i].out);
	}
}

static void run_tied(void *arg)
{
	beside_spinners(ask_tied, arg, 2);
}

/* ---- blocking calls ----------------------------------------------------- */

static void nap(void *calls)
{
	struct timespec t = {.tv_nsec = 200000};

	nanosleep(&t, NULL);
	++*(long *)calls;
}

static void call_often(void *arg)
{
	long n = 0, calls = 0;

	(void)arg;
	do {
		goro_blocking(nap, &calls);
		CHECK(calls == ++n);
	} while (!stopped());
}

static void call_or_spin(void *arg)
{
	static atomic_int begun;

	if (atomic_fetch_add_explicit(&begun, 1, memory_order_relaxed) % 3)
		call_often(arg);
	else
		spin(arg);
}

static void run_calls(void *arg)
{
	(void)arg;
	hammer_for(call_or_spin, 9, duration);
}

/* ---- a ticker beside spinners ------------------------------------------- */

static void take_ticks(void *arg)
{
	goro_ticker *t = goro_ticker_new(20 * MS, NULL);
	int64_t at = 0, last = goro_now();

	(void)arg;
	for (int i = 0; i < 10; i++) {
		CHECK(goro_recv(goro_ticker_chan(t), &at));
		CHECK(at > last);
		last = at;
	}
	goro_ticker_free(t);
}

static void run_ticks(void *arg)
{
	beside_spinners(take_ticks, arg, 2);
}

/* ---- on and off --------------------------------------------------------- */

static atomic_bool began, spun;

/* Long enough to be stopped on any machine. */
static void spin_a_second(void *arg)
{
	int64_t begin = goro_now();

	(void)arg;
	atomic_store_explicit(&began, true, memory_order_relaxed);
	while (!stopped() && goro_now() - begin < GORO_SECOND)
		;
	atomic_store_explicit(&spun, !stopped(), memory_order_relaxed);
}

/* Prints whether main came back before the spinner had ended by itself. */
static void run_single(void *arg)
{
	(void)arg;
	goro_gomaxprocs(1);
	goro_go(spin_a_second, NULL);
	while (!atomic_load_explicit(&began, memory_order_relaxed))
		goro_yield();
	puts(atomic_load_explicit(&spun, memory_order_relaxed) ? "waited"
							       : "preempted");
	atomic_store_explicit(&hammer_stop, true, memory_order_relaxed);
}

/* ---- the end of the process --------------------------------------------- */

/* stdio's list of files is locked by fopen and fclose, and by exit. */
static void use_stdio(void *arg)
{
	(void)arg;
	for (;;) {
		FILE *f = fopen("/dev/null", "w");

		if (!f)
			continue;
		fprintf(f, "%d %s\n", 42, "words");
		free(malloc(100));
		fclose(f);
	}
}

static atomic_bool held;

/* Holds stdout for longer than its slice. */
static void hold_stdout(void *arg)
{
	int64_t begin = goro_now();

	(void)arg;
	flockfile(stdout);
	atomic_store_explicit(&held, true, memory_order_relaxed);
	while (goro_now() - begin < 60 * MS)
		;
	funlockfile(stdout);
	goro_sleep(GORO_SECOND);
}

static void use_all(void *arg)
{
	(void)arg;
	for (int i = 0; i < 4; i++)
		goro_go(use_stdio, NULL);
	goro_go(hold_stdout, NULL);
	goro_go(spin, NULL);
	while (!atomic_load_explicit(&held, memory_order_relaxed))
		goro_yield();
	goro_sleep(goro_now() % (5 * MS)); /* anywhere in what they do */
}

static void run_return(void *arg)
{
	use_all(arg);
}

static void run_exit(void *arg)
{
	use_all(arg);
	printf("back");
	goro_exit(0);
}

static void run_c_exit(void *arg)
{
	use_all(arg);
	printf("back");
	exit(0);
}

static void set_flag(void *flag)
{
	*(bool *)flag = true;
}

/* Who yields when its slice is over comes behind what it has started. */
static void run_yield(void *arg)
{
	(void)arg;
	for (int i = 0; i < 20; i++) {
		int64_t begin = goro_now();
		bool ran = false;

		goro_go(set_flag, &ran);
		while (goro_now() - begin < 25 * MS)
			;
		goro_yield();
		CHECK(ran);
	}
}

static void sleep_long(void *arg)
{
	struct timespec left = {.tv_sec = 60};

	(void)arg;
	while (nanosleep(&left, &left))
		;
}

/*
 * Beside those that sleep in the kernel with a P each, main has its turns: at
 * most one time slice of each of them later.
 */
static void run_asleep(void *arg)
{
	enum { NAPPERS = 10, TURNS = 10 };
	int64_t begin;

	(void)arg;
	for (int i = 0; i < NAPPERS; i++)
		goro_go(sleep_long, NULL);
	begin = goro_now();
	for (int i = 0; i < TURNS; i++)
		goro_sleep(5 * MS);
	CHECK(goro_now() - begin < TURNS * NAPPERS * 10 * MS);
}

static const struct mode modes[] = {
	{"world", run_world},   {"spawn", run_spawn},    {"tied", run_tied},
	{"calls", run_calls},   {"ticks", run_ticks},    {"single", run_single},
	{"return", run_return}, {"goro_exit", run_exit}, {"exit", run_c_exit},
	{"yield", run_yield},   {"asleep", run_asleep},  {NULL, NULL},
};

int main(int argc, char **argv)
{
	if (argc > 2)
		duration = number_arg(argv[2]);
	CHECK(goro_run(find_mode(modes, argc > 1 ? argv[1] : NULL), NULL) ==
	      GORO_OK);
	if (argc > 1 && strcmp(argv[1], "return") == 0)
		printf("back"); /* no newline: exit has to flush it */
	return check_failed;
}

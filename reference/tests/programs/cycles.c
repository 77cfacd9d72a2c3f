/*
 * cycles.c - goroutines that wait for each other's locks, for
 * GODEBUG=lockcycle=1.
 *
 *	cycles KIND
 *
 * Each goes on to its end, which is "end" on stdout, while the others wait.
 */
#include "prog.h"

enum { RING = 4 };

static goro_mutex m[RING];
static goro_rwmutex rw;
static goro_once once;

static goro_waitgroup first; /* each who is to have its first lock */

static void have_first(void)
{
	goro_wg_done(&first);
	goro_wg_wait(&first);
}

static void take_two(void *i)
{
	int at = *(int *)i;

	goro_mutex_lock(&m[at]);
	have_first();
	goro_mutex_lock(&m[(at + 1) % RING]);
	goro_mutex_unlock(&m[at]); /* no tail call: it is in the report */
}

static void ring(void *unused)
{
	(void)unused;
	goro_wg_add(&first, RING);
	for (int i = 0; i < RING; i++)
		goro_go_copy(take_two, &i, sizeof(i));
	wait_stuck(RING);
}

static void first_then_second(void *unused)
{
	(void)unused;
	goro_mutex_lock(&m[0]);
	have_first();
	goro_mutex_lock(&m[1]);
	goro_mutex_unlock(&m[0]);
}

static void second_then_first(void *unused)
{
	(void)unused;
	goro_mutex_lock(&m[1]);
	have_first();
	goro_mutex_lock(&m[0]);
	goro_mutex_unlock(&m[1]);
}

static void pair(void *unused)
{
	goro_wg_add(&first, 2);
	goro_go(first_then_second, unused);
	goro_go(second_then_first, unused);
	wait_stuck(2);
}

static void lock_twice(void *unused)
{
	(void)unused;
	goro_mutex_lock(&m[0]);
	goro_mutex_lock(&m[0]);
	goro_mutex_unlock(&m[0]);
}

static void self(void *unused)
{
	goro_go(lock_twice, unused);
	wait_stuck(1);
}

static void write_late(void *unused)
{
	(void)unused;
	goro_wg_wait(&first);
	goro_rwmutex_lock(&rw);
	goro_rwmutex_unlock(&rw);
}

static void read_twice(void *unused)
{
	(void)unused;
	goro_rwmutex_rlock(&rw);
	goro_wg_done(&first);
	while (goro_rwmutex_tryrlock(&rw)) { /* until the writer waits */
		goro_rwmutex_runlock(&rw);
		goro_yield();
	}
	goro_rwmutex_rlock(&rw);
	goro_rwmutex_runlock(&rw);
}

/* The writer waits for the reader, whose second lock waits for the writer. */
static void readers(void *unused)
{
	goro_wg_add(&first, 1);
	goro_go(read_twice, unused);
	goro_go(write_late, unused);
	wait_stuck(2);
}

static void do_again(void *unused)
{
	goro_once_do(&once, do_again, unused);
	goro_sleep(0);
}

static void recursion(void *unused)
{
	goro_go(do_again, unused);
	wait_stuck(1);
}

/* ---- no circles ------------------------------------------------------------ */

static void read_and_lock(void *unused)
{
	(void)unused;
	for (int i = 0; i < 200; i++) {
		goro_rwmutex_rlock(&rw);
		goro_mutex_lock(&m[i % 2]);
		goro_yield();
		goro_mutex_unlock(&m[i % 2]);
		goro_rwmutex_runlock(&rw);
	}
}

static void write_and_lock(void *unused)
{
	(void)unused;
	for (int i = 0; i < 200; i++) {
		goro_rwmutex_lock(&rw);
		goro_mutex_lock(&m[0]);
		goro_mutex_lock(&m[1]);
		goro_yield();
		goro_mutex_unlock(&m[0]);
		goro_mutex_unlock(&m[1]);
		goro_rwmutex_unlock(&rw);
	}
}

/* Many in the same order; locks that are tried, and freed with their memory. */
static void order(void *unused)
{
	goro_waitgroup wg = {0};

	for (int i = 0; i < 8; i++) {
		goro_wg_go(&wg, read_and_lock, unused);
		goro_wg_go(&wg, write_and_lock, unused);
	}
	for (int i = 0; i < 1000; i++) {
		goro_mutex *fresh = calloc(1, sizeof(*fresh));

		goro_mutex_lock(fresh);
		CHECK(!goro_mutex_trylock(fresh));
		free(fresh);
		goro_yield();
	}
	goro_wg_wait(&wg);
}

static goro_waitgroup unlocked;

static void unlock_it(void *mutex)
{
	goro_sleep(5 * MS);
	goro_mutex_unlock(mutex);
	goro_wg_done(&unlocked);
}

/* One goroutine locks, the other unlocks: no circle, once that is known. */
static void signals(void *unused)
{
	(void)unused;
	goro_wg_add(&unlocked, 2);
	goro_mutex_lock(&m[0]);
	unlock_it(&m[0]);
	goro_mutex_lock(&m[0]);
	goro_go(unlock_it, &m[0]);
	goro_wg_wait(&unlocked); /* from here on it is known */
	goro_wg_add(&unlocked, 3);
	for (int i = 0; i < 3; i++) {
		goro_mutex_lock(&m[0]);
		goro_go(unlock_it, &m[0]);
	}
}

static const struct mode modes[] = {
	{"pair", pair},           {"ring", ring},
	{"self", self},           {"readers", readers},
	{"recursion", recursion}, {"order", order},
	{"signals", signals},     {NULL, NULL}};

static void app(void *name)
{
	find_mode(modes, name)(NULL);
	goro_sleep(60 * MS);
	puts("end");
}

int main(int argc, char **argv)
{
	return goro_run(app, argc > 1 ? argv[1] : NULL) || check_failed;
}

/*
 * note_races.c - no wake-up is lost, and what was written before it is seen
 * after it.
 */
#include "base/sys.h"
#include "base/note.h"
#include "threads.h"

enum { TURNS = 5000 * STRESS_SCALE, WAKERS = 3 };

static atomic_uint ball[2];
static int64_t hits; /* plain: handed over with the ball */

static void *play(void *arg)
{
	int side = *(int *)arg;

	for (int i = 0; i < TURNS; i++) {
		if (!goro__note_sleep(&ball[side], -1))
			return NULL;
		hits++;
		goro__note_wake(&ball[!side]);
	}
	return NULL;
}

static void ping_pong(void)
{
	int sides[2] = {0, 1};
	struct threads threads;

	hits = 0;
	threads_start(&threads, 2, play, sides, sizeof(sides[0]));
	goro__note_wake(&ball[0]);
	threads_join(&threads);
	UNIT_EQ(hits, 2 * TURNS);
}

static atomic_uint note, sent;

static void *wake_all(void *unused)
{
	(void)unused;
	for (int i = 0; i < TURNS; i++) {
		add_relaxed(&sent, 1u);
		goro__note_wake(&note);
	}
	return NULL;
}

/* A sleeper that goes by the counter sees the last one, however they fall. */
static void many_wakers(void)
{
	char none[WAKERS] = {0};
	struct threads threads;

	store_relaxed(&sent, 0u);
	threads_start(&threads, WAKERS, wake_all, none, 1);
	while (load_relaxed(&sent) < WAKERS * TURNS)
		goro__note_sleep(&note, -1);
	threads_join(&threads);
	UNIT_EQ(load_relaxed(&sent), WAKERS * TURNS);
}

/* Sleeps that end by time and by the wake-up at once: each is counted once. */
static void *send_slowly(void *arg)
{
	atomic_uint *n = arg;

	for (int i = 0; i < TURNS / 10; i++) {
		goro__note_wake(n);
		while (load_acquire(n)) /* until it was taken */
			sys_yield();
	}
	return NULL;
}

static void timed(void)
{
	static atomic_uint timed_note;
	struct threads threads;
	int taken = 0;

	threads_start(&threads, 1, send_slowly, &timed_note, 0);
	while (taken < TURNS / 10)
		taken += goro__note_sleep(&timed_note, 1000);
	threads_join(&threads);
	CU_ASSERT_FALSE(goro__note_sleep(&timed_note, 1000));
}

static const struct unit_test tests[] = {
	{"ping-pong", ping_pong},
	{"many wakers", many_wakers},
	{"time-outs beside wake-ups", timed},
	{NULL, NULL},
};

const struct unit_suite note_races = {"note", tests};

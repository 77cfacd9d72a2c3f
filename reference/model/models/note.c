/*
 * note.c - a note: a wake-up is never lost, and who wakes by one sees what was
 * written before it.
 */
#include "harness.h"
#include "base/note.h"

static atomic_uint note;
static atomic_uint work;
static int data; /* plain */
static bool slept, in_time;

static void wake(void *unused)
{
	(void)unused;
	data = 1;
	goro__note_wake(&note);
}

static void add_work(void *unused)
{
	(void)unused;
	add_relaxed(&work, 1u);
	goro__note_wake(&note);
}

static void sleep_once(void *unused)
{
	(void)unused;
	MODEL_CHECK(goro__note_sleep(&note, -1));
	MODEL_CHECK(data == 1);
}

/* Two wake-ups may be one, but then both have been seen. */
static void wait_for_both(void *unused)
{
	(void)unused;
	while (load_relaxed(&work) < 2)
		goro__note_sleep(&note, -1);
}

static void sleep_for_a_while(void *unused)
{
	(void)unused;
	in_time = goro__note_sleep(&note, 100);
	slept = true;
	if (in_time)
		MODEL_CHECK(data == 1);
}

static void reset(void)
{
	store_relaxed(&note, 0u);
	store_relaxed(&work, 0u);
	data = 0;
	slept = in_time = false;
}

static void setup_one(void)
{
	reset();
	model_thread("sleeper", sleep_once, NULL);
	model_thread("waker", wake, NULL);
}

static void setup_two_wakers(void)
{
	reset();
	model_thread("sleeper", wait_for_both, NULL);
	model_thread("waker", add_work, NULL);
	model_thread("waker2", add_work, NULL);
}

static void setup_timed(void)
{
	reset();
	model_thread("sleeper", sleep_for_a_while, NULL);
	model_thread("waker", wake, NULL);
}

/* Nobody was in its way: the time cannot have come first. */
static void check_timed(void)
{
	MODEL_CHECK(slept && in_time);
}

const struct scenario model_scenarios[] = {
	{"one", setup_one, NULL, 4, 2},
	{"two-wakers", setup_two_wakers, NULL, 3, 2},
	{"timed", setup_timed, check_timed, 4, 2},
	{NULL, NULL, NULL, 0, 0},
};

/*
 * semaphore_test.c - the weighted semaphore.
 */
#include "ext.h"

struct ask {
	goro_semaphore *s;
	goro_context *c;
	int64_t n;
	atomic_int status; /* -1: not yet */
};

static void acquire(void *arg)
{
	struct ask *a = arg;

	atomic_store(&a->status, goro_semaphore_acquire(a->s, a->c, a->n));
}

/* Asks in a goroutine of its own, and returns when that waits. */
static void ask(struct ask *a, goro_semaphore *s, goro_context *c, int64_t n)
{
	int64_t waiting = goro_num_waiting();

	*a = (struct ask){.s = s, .c = c, .n = n, .status = -1};
	goro_go(acquire, a);
	while (goro_num_waiting() == waiting && atomic_load(&a->status) < 0)
		goro_sleep(MS / 10);
}

static void steps(void)
{
	goro_semaphore *s = goro_semaphore_new(2);

	UNIT_EQ(goro_semaphore_acquire(s, goro_todo(), 1), GORO_OK);
	UNIT_EQ(goro_semaphore_try_acquire(s, 1), GORO_OK);
	UNIT_EQ(goro_semaphore_try_acquire(s, 1), GORO_AGAIN);
	UNIT_EQ(goro_semaphore_release(s, 2), GORO_OK);
	UNIT_EQ(goro_semaphore_try_acquire(s, 1), GORO_OK);
	UNIT_EQ(goro_semaphore_acquire(s, goro_todo(), 1), GORO_OK);
	UNIT_EQ(goro_semaphore_try_acquire(s, 0), GORO_OK);
	UNIT_EQ(goro_semaphore_release(s, 3), GORO_SEM_RELEASED);
	UNIT_EQ(goro_semaphore_try_acquire(s, 1), GORO_AGAIN);
	UNIT_EQ(goro_semaphore_release(s, 2), GORO_OK);
	goro_semaphore_free(s);
}

static void bad_arguments(void)
{
	goro_semaphore *s = goro_semaphore_new(0);

	CU_ASSERT_PTR_NULL(goro_semaphore_new(-1));
	UNIT_EQ(goro_semaphore_acquire(s, NULL, 1), GORO_EINVAL);
	UNIT_EQ(goro_semaphore_acquire(s, goro_todo(), -1), GORO_EINVAL);
	UNIT_EQ(goro_semaphore_acquire(NULL, goro_todo(), 1), GORO_EINVAL);
	UNIT_EQ(goro_semaphore_try_acquire(s, -1), GORO_EINVAL);
	UNIT_EQ(goro_semaphore_release(s, -1), GORO_EINVAL);
	UNIT_EQ(goro_semaphore_acquire(s, goro_todo(), 0), GORO_OK);
	goro_semaphore_free(s);
	goro_semaphore_free(NULL);
}

static void first_in_first_out(void)
{
	goro_semaphore *s = goro_semaphore_new(10);
	struct ask large, small;

	goro_semaphore_acquire(s, goro_todo(), 5);
	ask(&large, s, goro_todo(), 6);
	ask(&small, s, goro_todo(), 1);
	UNIT_EQ(goro_semaphore_try_acquire(s, 0), GORO_AGAIN);
	UNIT_EQ(atomic_load(&small.status), -1);
	goro_semaphore_release(s, 5);
	UNIT_EQ(ext_await(&large.status, GORO_OK), GORO_OK);
	UNIT_EQ(ext_await(&small.status, GORO_OK), GORO_OK);
	UNIT_EQ(goro_semaphore_try_acquire(s, 4), GORO_AGAIN);
	UNIT_EQ(goro_semaphore_release(s, 7), GORO_OK);
	goro_semaphore_free(s);
}

/* The one at the head gives up: who was behind it comes in. */
static void head_gives_up(void)
{
	goro_semaphore *s = goro_semaphore_new(2);
	goro_context *c = NULL;
	struct ask head, next;

	goro_with_cancel(goro_background(), &c);
	goro_semaphore_acquire(s, goro_todo(), 1);
	ask(&head, s, c, 2);
	ask(&next, s, goro_todo(), 1);
	goro_cancel(c, 0);
	UNIT_EQ(ext_await(&head.status, GORO_CANCELED), GORO_CANCELED);
	UNIT_EQ(ext_await(&next.status, GORO_OK), GORO_OK);
	UNIT_EQ(goro_semaphore_acquire(s, c, 0), GORO_CANCELED);
	UNIT_EQ(goro_semaphore_release(s, 2), GORO_OK);
	UNIT_EQ(goro_semaphore_acquire(s, c, 1), GORO_CANCELED);
	UNIT_EQ(goro_semaphore_try_acquire(s, 2), GORO_OK);
	goro_semaphore_free(s);
	goro_context_free(c);
}

static void too_large(void)
{
	goro_semaphore *s = goro_semaphore_new(2);
	goro_context *c = NULL;
	struct ask large;

	goro_with_timeout(goro_background(), 20 * MS, 0, &c);
	ask(&large, s, c, 3);
	UNIT_EQ(goro_semaphore_acquire(s, goro_todo(), 2), GORO_OK);
	UNIT_EQ(ext_await(&large.status, GORO_DEADLINE), GORO_DEADLINE);
	UNIT_EQ(goro_semaphore_release(s, 2), GORO_OK);
	goro_semaphore_free(s);
	goro_context_free(c);
}

/* What is taken never exceeds the weight, and all of it comes back. */
struct mix {
	goro_semaphore *s;
	atomic_int taken, bad;
};

static void take_and_give(void *arg, int i)
{
	struct mix *m = arg;
	uint64_t x = 88172645463325252u + (uint64_t)i;
	goro_context *c;

	for (int round = 0; round < 300; round++) {
		int n = (int)(ext_random(&x) % 5);

		goro_with_timeout(goro_background(),
				  (int64_t)(ext_random(&x) % 50000), 0, &c);
		if (goro_semaphore_acquire(m->s, c, n) == GORO_OK) {
			if (atomic_fetch_add(&m->taken, n) + n > 4)
				atomic_fetch_add(&m->bad, 1);
			goro_yield();
			atomic_fetch_sub(&m->taken, n);
			goro_semaphore_release(m->s, n);
		}
		goro_context_free(c);
	}
}

static void mixed(void)
{
	struct mix m = {.s = goro_semaphore_new(4)};

	ext_team(8, take_and_give, &m);
	UNIT_EQ(atomic_load(&m.bad), 0);
	UNIT_EQ(goro_semaphore_try_acquire(m.s, 4), GORO_OK);
	goro_semaphore_free(m.s);
}

static const struct unit_test tests[] = {
	{"acquire, try and release", steps},
	{"bad arguments", bad_arguments},
	{"the large one is not passed by", first_in_first_out},
	{"the head gives up", head_gives_up},
	{"more than there will ever be", too_large},
	{"eight goroutines that give up now and then", mixed},
	{NULL, NULL},
};

const struct unit_suite ext_semaphore = {"semaphore", tests};

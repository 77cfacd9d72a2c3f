/*
 * lock_test.c - the runtime's own lock, alone; stress_locks.c has the races.
 */
#include "base/lock.h"

#include <pthread.h>

#include "base/sys.h"
#include "unit.h"

static struct lock l;

static void try(void)
{
	CU_ASSERT_TRUE(try_lock(&l));
	CU_ASSERT_FALSE(try_lock(&l));
	unlock(&l);
	lock(&l);
	CU_ASSERT_FALSE(try_lock(&l));
	unlock(&l);
	CU_ASSERT_TRUE(try_lock(&l));
	unlock(&l);
}

/* With a single P there is nobody to lock out. */
static void p_lock(void)
{
	goro__mp = 0;
	plock(&l);
	plock(&l);
	punlock(&l);
	goro__mp = 1;
	plock(&l);
	CU_ASSERT_FALSE(try_lock(&l));
	punlock(&l);
	CU_ASSERT_TRUE(try_lock(&l));
	unlock(&l);
	goro__mp = 0;
}

static atomic_uint waiting, got;

static void *wait_for_it(void *unused)
{
	(void)unused;
	store_release(&waiting, 1u);
	lock(&l);
	store_release(&got, 1u);
	unlock(&l);
	return NULL;
}

/* Longer than the waiter spins and yields: it sleeps and still gets it. */
static void waits(void)
{
	pthread_t thread;

	lock(&l);
	CU_ASSERT_FATAL(!pthread_create(&thread, NULL, wait_for_it, NULL));
	while (!load_acquire(&waiting))
		sys_yield();
	sys_nanosleep(20000000);
	UNIT_EQ(load_acquire(&got), 0);
	unlock(&l);
	pthread_join(thread, NULL);
	UNIT_EQ(load_acquire(&got), 1);
}

static const struct unit_test tests[] = {
	{"try", try},
	{"left out with one P", p_lock},
	{"waits", waits},
	{NULL, NULL},
};

const struct unit_suite lock_suite = {"lock", tests};

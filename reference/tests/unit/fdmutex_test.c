/*
 * fdmutex_test.c - references and locks of a descriptor, where nobody waits.
 */
#include "io/fdmutex.h"

#include "fake_p.h"
#include "unit.h"

static void references(void)
{
	struct fdmutex mu = {0};

	CU_ASSERT_TRUE(goro__fdmutex_incref(&mu));
	CU_ASSERT_TRUE(goro__fdmutex_incref(&mu));
	CU_ASSERT_FALSE(goro__fdmutex_decref(&mu));
	CU_ASSERT_FALSE(goro__fdmutex_decref(&mu)); /* the last, but open */
	CU_ASSERT_TRUE(goro__fdmutex_incref(&mu));
	CU_ASSERT_TRUE(goro__fdmutex_close(&mu));
	CU_ASSERT_FALSE(goro__fdmutex_incref(&mu));
	CU_ASSERT_FALSE(goro__fdmutex_decref(&mu));
	CU_ASSERT_TRUE(goro__fdmutex_decref(&mu));
}

/* A reader and a writer at once; the last of them has the descriptor. */
static void sides(void)
{
	struct fdmutex mu = {0};

	CU_ASSERT_TRUE(goro__fdmutex_lock(&mu, FD_READ));
	CU_ASSERT_TRUE(goro__fdmutex_lock(&mu, FD_WRITE));
	UNIT_EQ(mu.refs, 2);
	CU_ASSERT_FALSE(goro__fdmutex_unlock(&mu, FD_READ));
	CU_ASSERT_TRUE(goro__fdmutex_lock(&mu, FD_READ));
	CU_ASSERT_TRUE(goro__fdmutex_close(&mu));
	CU_ASSERT_FALSE(goro__fdmutex_decref(&mu));
	CU_ASSERT_FALSE(goro__fdmutex_unlock(&mu, FD_WRITE));
	CU_ASSERT_TRUE(goro__fdmutex_unlock(&mu, FD_READ));
}

static void closed(void)
{
	struct fdmutex mu = {0};

	CU_ASSERT_TRUE(goro__fdmutex_close(&mu));
	CU_ASSERT_FALSE(goro__fdmutex_close(&mu));
	CU_ASSERT_FALSE(goro__fdmutex_lock(&mu, FD_READ));
	CU_ASSERT_FALSE(goro__fdmutex_lock(&mu, FD_WRITE));
	CU_ASSERT_TRUE(goro__fdmutex_decref(&mu));
}

/* Who waits is handed the lock, and the reference with it. */
static void hand_over(void)
{
	struct fake f;
	struct fdmutex mu = {0};
	struct g g = {.goid = 7};
	struct sudog s = {.g = &g};

	fake_begin(&f);
	CU_ASSERT_TRUE(goro__fdmutex_lock(&mu, FD_READ));
	mu.side[FD_READ].q = (struct waitq){&s, &s};
	mu.side[FD_READ].waiting = 1;
	CU_ASSERT_FALSE(goro__fdmutex_unlock(&mu, FD_READ));
	CU_ASSERT_TRUE(s.success);
	UNIT_EQ(mu.refs, 1);
	UNIT_EQ(mu.side[FD_READ].waiting, 0);
	CU_ASSERT_TRUE(mu.side[FD_READ].locked);
	CU_ASSERT_PTR_EQUAL(load_relaxed(&f.p.runq.next), &g);
	fake_end(&f);
}

/* A close wakes who waits, with nothing. */
static void evict(void)
{
	struct fake f;
	struct fdmutex mu = {0};
	struct g g = {.goid = 7};
	struct sudog s = {.g = &g};

	fake_begin(&f);
	CU_ASSERT_TRUE(goro__fdmutex_lock(&mu, FD_WRITE));
	mu.side[FD_WRITE].q = (struct waitq){&s, &s};
	mu.side[FD_WRITE].waiting = 1;
	CU_ASSERT_TRUE(goro__fdmutex_close(&mu));
	CU_ASSERT_FALSE(s.success);
	CU_ASSERT_PTR_EQUAL(load_relaxed(&f.p.runq.next), &g);
	CU_ASSERT_FALSE(goro__fdmutex_decref(&mu));
	CU_ASSERT_TRUE(goro__fdmutex_unlock(&mu, FD_WRITE));
	fake_end(&f);
}

static const struct unit_test tests[] = {
	{"references", references}, {"both sides", sides},  {"closed", closed},
	{"hand-over", hand_over},   {"close wakes", evict}, {NULL, NULL},
};

const struct unit_suite fdmutex_suite = {"fdmutex", tests};

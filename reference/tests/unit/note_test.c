/*
 * note_test.c - sleep and wake, alone; stress_notes.c has the races.
 */
#include "base/sys.h"
#include "base/note.h"
#include "unit.h"

static atomic_uint note;

static void wake_first(void)
{
	goro__note_wake(&note);
	CU_ASSERT_TRUE(goro__note_sleep(&note, -1));
}

static void two_are_one(void)
{
	goro__note_wake(&note);
	goro__note_wake(&note);
	CU_ASSERT_TRUE(goro__note_sleep(&note, 0));
	CU_ASSERT_FALSE(goro__note_sleep(&note, 0));
}

static void times_out(void)
{
	for (int64_t ns = 0; ns <= 2000000; ns += 500000) {
		int64_t start = sys_clock();

		CU_ASSERT_FALSE(goro__note_sleep(&note, ns));
		CU_ASSERT_TRUE(sys_clock() - start >= ns);
	}
}

static const struct unit_test tests[] = {
	{"a wake-up before the sleep counts", wake_first},
	{"two wake-ups are one", two_are_one},
	{"sleeps as long as it was told", times_out},
	{NULL, NULL},
};

const struct unit_suite note_suite = {"note", tests};

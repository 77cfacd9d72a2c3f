/*
 * Histograms: the classes have no gap and no overlap.
 */
#include "sched/histogram.h"
#include "unit.h"

static void classes(void)
{
	for (uint32_t i = 0; i < GORO_HISTOGRAM_SIZE; i++) {
		uint64_t from = histogram_from(i);

		UNIT_EQ(histogram_class(from), i);
		if (i > 0)
			UNIT_EQ(histogram_class(from - 1), i - 1);
	}
	UNIT_EQ(histogram_class(UINT64_MAX), GORO_HISTOGRAM_SIZE - 1);
}

static void sum(void)
{
	struct histogram h = {.sum = 0};

	histogram_add(&h, 0);
	histogram_add(&h, 1000000);
	histogram_add(&h, -5); /* a clock that went back counts as nothing */
	UNIT_EQ(load_relaxed(&h.n[0]), 2);
	UNIT_EQ(load_relaxed(&h.n[histogram_class(1000000)]), 1);
	UNIT_EQ(load_relaxed(&h.sum), 1000000);
}

static const struct unit_test tests[] = {
	{"classes without gap or overlap", classes},
	{"sum", sum},
	{NULL, NULL},
};

const struct unit_suite histogram_suite = {"histogram", tests};

/*
 * suites.c - races of the lock-free pieces, between plain threads.
 */
#include "unit.h"

extern const struct unit_suite lock_races, note_races, runq_races, globq_races,
	samples_races;

const char unit_name[] = STRESS_NAME;

const struct unit_suite *const unit_suites[] = {
	&runq_races, &globq_races,   &note_races,
	&lock_races, &samples_races, NULL,
};

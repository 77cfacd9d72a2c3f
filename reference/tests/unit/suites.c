/*
 * suites.c - the tests of single pieces.
 */
#include "unit.h"

extern const struct unit_suite glist_suite, lock_suite, note_suite, order_suite,
	print_suite, runq_suite, stack_suite, steal_suite, text_suite,
	timer_suite, tick_suite, globq_suite, monitor_suite, fdmutex_suite,
	waitq_suite, netpoll_suite, histogram_suite, cfi_suite, unwind_suite,
	timed_suite;

const char unit_name[] = "unit";

const struct unit_suite *const unit_suites[] = {
	&glist_suite,   &lock_suite,      &note_suite,
	&order_suite,   &print_suite,     &runq_suite,
	&stack_suite,   &steal_suite,     &text_suite,
	&timer_suite,   &tick_suite,      &globq_suite,
	&monitor_suite, &fdmutex_suite,   &waitq_suite,
	&netpoll_suite, &histogram_suite, &cfi_suite,
	&unwind_suite,  &timed_suite,     NULL,
};

/*
 * check.h - what is always true of the runtime's own state.
 *
 * Builds that are to find faults of the runtime itself, CONFIG=debug and asan,
 * check it.  In others a check costs nothing.
 */
#ifndef GORO_CHECK_H
#define GORO_CHECK_H

#ifdef GORO_CHECKED
enum { CHECKED = 1 };
#else
enum { CHECKED = 0 };
#endif

/* Ends the process as any fatal error does; in die.c. */
_Noreturn void goro__check_failed(const char *text);

/*
 * Dies unless cond is true; fault, a literal, says what is wrong then.  Only
 * checked builds evaluate cond.
 */
#define goro_check(cond, fault)                                                \
	do {                                                                   \
		if (CHECKED && __builtin_expect(!(cond), 0))                   \
			goro__check_failed(fault " (not " #cond ")");          \
	} while (0)

#endif

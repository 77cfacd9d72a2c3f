/*
 * check.h - what is always true of the runtime's own state.
 *
 * It is looked at in builds that are to find faults of the runtime itself,
 * CONFIG=debug and asan, and costs nothing in others.
 */
#ifndef GORO_CHECK_H
#define GORO_CHECK_H

#ifdef GORO_CHECKED
enum { CHECKED = 1 };
#else
enum { CHECKED = 0 };
#endif

/* die.c: ends the process, as any fatal error does. */
_Noreturn void goro__check_failed(const char *text);

/*
 * Dies unless cond is true; fault, a literal, says what is the case then.  cond
 * is evaluated in checked builds alone.
 */
#define goro_check(cond, fault)                                                \
	do {                                                                   \
		if (CHECKED && __builtin_expect(!(cond), 0))                   \
			goro__check_failed(fault " (not " #cond ")");          \
	} while (0)

#endif

/*
 * attempt.h - checks that a busy machine may spoil.  They are tried more than
 * once, so an attempt is a function that returns whether it succeeded.  If none
 * does, the last comparison by IS() that was false is shown.
 */
#ifndef ASSAY_ATTEMPT_H
#define ASSAY_ATTEMPT_H

#include "case.h"

/*
 * True if a op b.  Evaluates each operand once.  Only the goroutine that makes
 * the attempt may use it.
 */
#define IS(a, op, b)                                                           \
	__extension__({                                                        \
		const __int128 is_a = (a), is_b = (b);                         \
		attempt_is(is_a op is_b, (int64_t)is_a, (int64_t)is_b,         \
			   __FILE__, __LINE__, #a " " #op " " #b);             \
	})
bool attempt_is(bool ok, int64_t a, int64_t b, const char *file, int line,
		const char *text);

/*
 * Checks that attempt(unit) is true for some unit: 1, 3, 7, 20 or 50 times the
 * given one.  An attempt must not CHECK an upper bound.
 */
#define CHECK_SOME_UNIT(attempt, unit)                                         \
	check_some_unit(attempt, unit, #attempt, __FILE__, __LINE__)
void check_some_unit(bool (*attempt)(int64_t unit), int64_t unit,
		     const char *what, const char *file, int line);

/*
 * A case that is this check alone; what follows is the attempt's body:
 *
 *	CASE_SOME_UNIT(TM_010, fire_in_order, 4 * MS, "...", NEEDS_AFTER)
 *	{
 *		... return IS(took, <, 2 * unit);
 *	}
 */
#define CASE_SOME_UNIT(row, attempt, first, ...)                               \
	static bool attempt(int64_t unit);                                     \
	CASE(row, __VA_ARGS__)                                                 \
	{                                                                      \
		CHECK_SOME_UNIT(attempt, first);                               \
	}                                                                      \
	static bool attempt(int64_t unit)
#define CASE_SOME_UNIT_OF(row, variant, attempt, first, ...)                   \
	static bool attempt(int64_t unit);                                     \
	CASE_DEFINE(row##_##variant, row, #variant, __VA_ARGS__)               \
	{                                                                      \
		CHECK_SOME_UNIT(attempt, first);                               \
	}                                                                      \
	static bool attempt(int64_t unit)

/*
 * Checks that attempt() is true.  Where settle() cannot know that goroutines
 * are parked, a slow machine may spoil an attempt, so one success in ten is
 * enough. attempt() must never succeed on a wrong runtime.
 */
#define CHECK_HOLDS(attempt) check_holds(attempt, #attempt, __FILE__, __LINE__)
void check_holds(bool (*attempt)(void), const char *what, const char *file,
		 int line);

/* True if settle() can know that goroutines are parked. */
bool parking_is_known(void);

#endif

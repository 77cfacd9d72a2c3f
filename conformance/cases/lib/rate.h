/* rate.h - words over rate limiters, for the cases of rows XL-011 to -015. */
#ifndef ASSAY_CASES_XL_RATE_H
#define ASSAY_CASES_XL_RATE_H

#include <math.h> /* INFINITY and NAN: no function of libm is needed */

#include "context/cx.h"

#define NEED_LIMITER                                                           \
	NEED_EXT(rate, make), NEED_EXT(rate, free), NEED_EXT(rate, allow_n),   \
		NEED_EXT(rate, tokens)
#define NEED_RESERVE                                                           \
	NEED_LIMITER, NEED_EXT(rate, reserve_n),                               \
		NEED_EXT(rate, reservation_ok),                                \
		NEED_EXT(rate, reservation_delay),                             \
		NEED_EXT(rate, reservation_cancel),                            \
		NEED_EXT(rate, reservation_free)
#define NEED_WAIT_N NEED_CX, NEED_LIMITER, NEED_EXT(rate, wait_n)

/* A time of a clock that a case makes up, in tenths of a second. */
#define T(tenths) (INT64_C(1000000) * SEC + (tenths)*100 * MS)

static inline assay_limiter *limiter(double limit, int64_t burst)
{
	assay_limiter *l = ext->rate->make(limit, burst);

	REQUIRE(l != NULL);
	return l;
}

static inline void free_limiter(assay_limiter *l)
{
	ext->rate->free(l);
}

static inline bool allow(assay_limiter *l, int64_t at, int64_t n)
{
	return ext->rate->allow_n(l, at, n);
}

/* Doubles that are the same but for rounding; infinity is only itself. */
static inline bool is_about(double a, double b)
{
	double off = a > b ? a - b : b - a, size = b < 0 ? -b : b;

	return a == b ||
	       (size < (double)INFINITY && off <= 1e-4 * (size > 1 ? size : 1));
}

#define CHECK_ABOUT(a, b)                                                      \
	__extension__({                                                        \
		const double about_a = (a), about_b = (b);                     \
		check_ok(is_about(about_a, about_b), __FILE__, __LINE__,       \
			 "%s is %s (%g, %g)", #a, #b, about_a, about_b);       \
	})

#endif

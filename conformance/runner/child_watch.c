/*
 * child_watch.c - stands between a case and the runtime, where the runtime has
 * less than the case uses:
 *
 *  - A function that answers ASSAY_ENOTSUP ends the case as skipped.  If it has
 *    worked in the same form before, that is a failure.
 *  - So do a channel with room, and a select that sends, if the runtime has no
 *    trait for them.
 *  - A function of case_base that the runtime lacks is one that skips the case
 *    when it is called.  So a case that needs no channels is judged without.
 *
 * A call costs one more of these functions, and a load.
 */
#include <stdatomic.h>

#include "child_internal.h"
#include "watched.h"

enum { FORMS = 64, FORM_ANY = FORMS };

/* A function, and the forms in which it has worked: a bit each. */
struct watch {
	const char *name;
	atomic_uint_least64_t worked; /* relaxed: it publishes nothing */
};

/* The runtime's own functions. */
static struct full_groups was;

static _Noreturn void not_supported(struct watch *w, uint64_t form)
{
	if ((atomic_load_explicit(&w->worked, memory_order_relaxed) & form) ==
	    0)
		skip("%s: not supported", w->name);
	check_ok(false, case_run.tc->file, case_run.tc->line,
		 "%s: not supported, but it has worked in the same form",
		 w->name);
	check_stop();
}

static int saw(struct watch *w, unsigned form, int status)
{
	uint64_t bit = form < FORMS ? UINT64_C(1) << form : 0;

	if (status == ASSAY_ENOTSUP)
		not_supported(w, bit);
	if (status >= 0 &&
	    (atomic_load_explicit(&w->worked, memory_order_relaxed) & bit) !=
		    bit)
		atomic_fetch_or_explicit(&w->worked, bit, memory_order_relaxed);
	return status;
}

/* ---- forms -------------------------------------------------------------- */

static unsigned form_of(int64_t deadline)
{
	return deadline == ASSAY_POLL ? 0 : deadline == ASSAY_FOREVER ? 1 : 2;
}

static bool sends(const struct assay_case *cases, size_t n)
{
	for (size_t i = 0; cases != NULL && i < n; i++)
		if (cases[i].dir == ASSAY_SEND)
			return true;
	return false;
}

/* True if a channel is there twice; looks at the first cases only. */
static bool twice(const struct assay_case *cases, size_t n)
{
	for (size_t i = 1; cases != NULL && i < n && i < 16; i++)
		for (size_t k = 0; k < i; k++)
			if (cases[i].c == cases[k].c)
				return true;
	return false;
}

/* Skips the case if the runtime's select does not send. */
static unsigned form_of_select(const struct assay_case *cases, size_t n,
			       int64_t deadline)
{
	bool send = sends(cases, n);

	if (send && (rt->traits & ASSAY_TRAIT_SELECT_SEND) == 0)
		skip("needs the trait 'select with sends'");
	if (n >= 16)
		return FORM_ANY;
	return form_of(deadline) | (unsigned)send << 2 |
	       (unsigned)twice(cases, n) << 3 | (unsigned)(n > 1) << 4 |
	       (unsigned)(n > 4) << 5;
}

/* ---- the functions ------------------------------------------------------ */

#define WATCH(g, f, params, args, form)                                        \
	static struct watch watch_##g##_##f = {.name = #g "->" #f};            \
	static int watched_##g##_##f params                                    \
	{                                                                      \
		unsigned of = (unsigned)(form);                                \
                                                                               \
		return saw(&watch_##g##_##f, of, was.g.f args);                \
	}
#define W1(g, f, A, form) WATCH(g, f, (A a), (a), form)
#define W2(g, f, A, B, form) WATCH(g, f, (A a, B b), (a, b), form)
#define W3(g, f, A, B, C, form) WATCH(g, f, (A a, B b, C c), (a, b, c), form)
#define W4(g, f, A, B, C, D, form)                                             \
	WATCH(g, f, (A a, B b, C c, D d), (a, b, c, d), form)
#define W5(g, f, A, B, C, D, E, form)                                          \
	WATCH(g, f, (A a, B b, C c, D d, E e), (a, b, c, d, e), form)
#define W6(g, f, A, B, C, D, E, F, form)                                       \
	WATCH(g, f, (A a, B b, C c, D d, E e, F f6), (a, b, c, d, e, f6), form)

WATCHED

static struct watch watch_make = {.name = "chan->make"};

/* Where the case asks for no status, there is none to be seen. */
static assay_chan *watched_make(size_t elem, int64_t cap, int *status)
{
	assay_chan *c;

	if (cap > 0 && (rt->traits & ASSAY_TRAIT_BUFFERED) == 0)
		skip("needs the trait 'buffered channels'");
	c = was.chan.make(elem, cap, status);
	if (status != NULL && (c != NULL || *status == ASSAY_ENOTSUP))
		saw(&watch_make, (cap > 0) + 2U * (elem == 0),
		    c != NULL ? ASSAY_OK : *status);
	return c;
}

#define LACKS(R, g, f, params)                                                 \
	static R lacks_##g##_##f params                                        \
	{                                                                      \
		skip("needs " #g "->" #f);                                     \
	}
#define UNUSED __attribute__((unused))
#define L0(R, g, f) LACKS(R, g, f, (void))
#define L1(R, g, f, A) LACKS(R, g, f, (UNUSED A a))
#define L3(R, g, f, A, B, C)                                                   \
	LACKS(R, g, f, (UNUSED A a, UNUSED B b, UNUSED C c))

STOOD_IN_FOR

/* ---- between ------------------------------------------------------------ */

#undef WATCH
#define WATCH(g, f, params, args, form)                                        \
	if (all->g.f != NULL)                                                  \
		all->g.f = watched_##g##_##f;

#undef LACKS
#define LACKS(R, g, f, params)                                                 \
	if (all->g.f == NULL)                                                  \
		all->g.f = lacks_##g##_##f;

void watch_functions(struct full_groups *all, const struct testcase *tc)
{
	was = *all;
	if ((tc->flags & CASE_ASKS) == 0) {
		WATCHED
		if (all->chan.make != NULL)
			all->chan.make = watched_make;
	}
	STOOD_IN_FOR
}

/*
 * case.h - how a conformance case is written.
 *
 *	CASE(CH_011, "close wakes every blocked receiver",
 *	     .procs = {1, 2, 4}, NEEDS(NEED(inspect, num_waiting)))
 *	{
 *		...
 *		CHECK_EQ(rt->chan->recv(c, &v, ASSAY_FOREVER), ASSAY_CLOSED);
 *	}
 *
 * The head is data, from which lists, reports and docs are made.  The body is
 * the main goroutine of a new runtime in a process of its own, so it may leave
 * goroutines behind, crash or hang.  If several programs test a row, it has
 * several cases: CASE_OF(DL_003, mutex, "...") has the id DL-003/mutex.
 *
 * A case whose result is the end of the process declares it:
 *
 *	CASE(CH_014, "closing twice panics",
 *	     ENDS(.status = 2, .first = "panic: close of closed channel"))
 *
 * and the runner judges the exit status, stderr and stdout of the child, for a
 * body in C and for its twin in another language alike.  Such a body must not
 * return, and must make a check or call due() before the end.
 *
 * Any goroutine may make checks.  They only record; the verdict comes after
 * run() has returned.  A case that made no check has not passed.  REQUIRE ends
 * the child at once, for use where going on makes no sense.
 */
#ifndef ASSAY_CASE_H
#define ASSAY_CASE_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "assay.h"
#include "assay_ext.h"

/* Both tables of a runtime, so that an offset can name a group of either. */
struct tables {
	struct assay_runtime rt;
	struct assay_runtime_ext ext;
};

/*
 * A function of the tables that a case cannot do without.  Those in case_base
 * (runner/caselist.c) need no mention: if the runtime lacks one, the call skips
 * the case.  Any other function is hidden from a
 * case that does not name it.
 */
struct need {
	size_t group; /* offset of the group's pointer in struct tables */
	size_t fn;    /* offset of the function in the group */
	const char *name;
};

/* clang-format off */
#define NEED(g, f)                                                             \
	{offsetof(struct tables, rt.g),                                        \
	 offsetof(struct assay_##g##_ops, f), #g "->" #f}
/* The same for the second table, assay_ext.h. */
#define NEED_EXT(g, f)                                                         \
	{offsetof(struct tables, ext.g),                                       \
	 offsetof(struct assay_##g##_ops, f), #g "->" #f}
#define NEEDS(...) .needs = (const struct need[]){__VA_ARGS__, {0, 0, NULL}}
/* clang-format on */

/* How a child must end.  Fields that are zero or NULL are not checked. */
struct outcome {
	bool declared;
	int status;           /* exit status; checked unless hangs is set */
	int signal;           /* > 0: the signal that ends it instead */
	const char *first;    /* the first line of stderr, all of it */
	const char *match[6]; /* POSIX extended regex, each in stderr */
	const char *lacks[2]; /* strings that must not be in stderr */
	const char *out;      /* all of stdout */
	bool silent;          /* stderr is empty */
	int min_ms, max_ms;   /* wall time; max_ms is scaled as timeouts are */
	bool hangs;           /* alive after max_ms; the runner kills it */
	bool main_returns;    /* before the process ends with that status */
};

#define ENDS(...) .ends = {.declared = true, __VA_ARGS__}

enum case_flags {
	/* Needs the machine to itself, for its timing or load. */
	CASE_ALONE = 1,
	/* Reports a figure with note(); its checks are soft bounds. */
	CASE_PERF = 2,
	/* Runs once, with the runtime's default, whatever --procs says. */
	CASE_DEFAULT_PROCS = 4,
	/* Too heavy or too slow for sanitizers and valgrind. */
	CASE_NOT_SANITIZED = 8,
	/* Is run under valgrind too. */
	CASE_VALGRIND = 16,
	/* Run with ASSAY_RUN_VIRTUAL_TIME. */
	CASE_VIRTUAL_TIME = 32,
	/*
	 * The body is no goroutine.  It runs on the thread of main() and calls
	 * core->run() itself, as often as it likes.
	 */
	CASE_OUTSIDE = 64,
	/*
	 * Needs time that goes on while goroutines run, turns that are fair, or
	 * preemption at one P: a run whose schedule is decided has none.
	 */
	CASE_REAL_TIME = 128,
	/*
	 * It asks for what a runtime need not have, and judges the answer
	 * ASSAY_ENOTSUP itself; in other cases that is a skip.
	 */
	CASE_ASKS = 256
};

/* Bytes of stack that the functions of most cases get by with. */
#define STACK_USUAL 16384

struct testcase {
	const char *row;     /* "CH_011": the behaviour's id with '_' */
	const char *variant; /* "mutex" or NULL */
	const char *file;
	int line;
	void (*body)(void);
	const char *title;
	int procs[6];        /* those of --procs to run at; none: all of them */
	int timeout_ms;      /* 0: 10000 */
	uint32_t traits;     /* assay_traits it cannot do without */
	uint32_t not_traits; /* assay_traits that rule it out */
	uint32_t flags;      /* case_flags */
	const struct need *needs;
	const char *env[4]; /* "NAME=value" of the child */
	int cpus;           /* > 0: affinity of the child to that many CPUs */
	size_t stack;       /* bytes its functions use; 0: STACK_USUAL */
	struct outcome ends;
};

/*
 * All cases are linked into one relocatable object, so that a host gets them
 * all.  The section holds pointers in no particular order.
 */
#define CASE_DEFINE(tag, row_, variant_, ...)                                  \
	static void body_##tag(void);                                          \
	static const struct testcase case_##tag = {.row = #row_,               \
						   .variant = variant_,        \
						   .file = __FILE__,           \
						   .line = __LINE__,           \
						   .body = body_##tag,         \
						   .title = __VA_ARGS__};      \
	static const struct testcase *const ref_##tag                          \
		__attribute__((section("assay_cases"), used)) = &case_##tag;   \
	static void body_##tag(void)

#define CASE(row_, ...) CASE_DEFINE(row_, row_, NULL, __VA_ARGS__)
#define CASE_OF(row_, variant_, ...)                                           \
	CASE_DEFINE(row_##_##variant_, row_, #variant_, __VA_ARGS__)

/*
 * Cases whose programs differ in data alone: a function with the parameters
 * that stand in parentheses, and a row for each case with the arguments.
 *
 *	CASE_TABLE(NP_007, write_waits, (enum net_kind kind),
 *		   ROW1((TCP), "a write waits for the reader", NEEDS(...)),
 *		   ROW(unix, (UNIX), "on a unix socket", NEEDS(...)))
 *	{
 *		...
 *	}
 *
 * ROW1 has the id of the behaviour alone, as CASE has; ROW is as CASE_OF.
 */
#define ROW1(args, ...) (, NULL, args, __VA_ARGS__)
#define ROW(variant, args, ...) (_##variant, #variant, args, __VA_ARGS__)
#define CASE_TABLE(row, fn, params, ...)                                       \
	static void fn params;                                                 \
	CASE_SCAN(CASE_EACH(row, fn, __VA_ARGS__))                             \
	static void fn params

#define CASE_ROW(row, fn, tag, variant, args, ...)                             \
	CASE_DEFINE(row##tag, row, variant, __VA_ARGS__)                       \
	{                                                                      \
		fn args;                                                       \
	}
/* Expands the first row; each rescan by CASE_SCAN expands the next one. */
#define CASE_EACH(row, fn, first, ...)                                         \
	CASE_OPEN(row, fn, CASE_STRIP first)                                   \
	__VA_OPT__(CASE_AGAIN CASE_PARENS(row, fn, __VA_ARGS__))
#define CASE_OPEN(row, fn, ...) CASE_ROW(row, fn, __VA_ARGS__)
#define CASE_STRIP(...) __VA_ARGS__
#define CASE_PARENS ()
#define CASE_AGAIN() CASE_EACH
#define CASE_SCAN(...) CASE_SCAN4(CASE_SCAN4(CASE_SCAN4(__VA_ARGS__)))
#define CASE_SCAN4(...) CASE_SCAN1(CASE_SCAN1(CASE_SCAN1(__VA_ARGS__)))
#define CASE_SCAN1(...) __VA_ARGS__

/* ---- what a body sees --------------------------------------------------- */

/*
 * The runtime and its second table, which exists even if the runtime has none.
 * Groups and functions that it lacks are NULL; no group is short.
 */
extern const struct assay_runtime *rt;
extern const struct assay_runtime_ext *ext;

/* Returns GOMAXPROCS of this run. */
int case_procs(void);

/*
 * Returns a random number, seeded by --seed.  Any goroutine may call it; each
 * call gets another number.
 */
uint64_t rnd(void);
static inline int64_t rnd_below(int64_t n)
{
	return (int64_t)(rnd() % (uint64_t)n);
}

/*
 * Return n, or as many rounds, bytes or goroutines as fit: fewer under
 * sanitizers and valgrind (ASSAY_TEST_SCALE). goroutines() also returns at most
 * 3/4 of what the runtime can park.  At least 1.
 */
int64_t rounds(int64_t n);
int64_t goroutines(int64_t n);

/* Returns an upper bound of time, scaled by --timeout-scale. */
int64_t upto(int64_t ns);

#define MS INT64_C(1000000)
#define SEC INT64_C(1000000000)

/* Writes a line for the report: a figure, a distribution, what was seen. */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Ends the child as skipped, for reasons that show only in the run. */
_Noreturn void skip(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* ---- checks ------------------------------------------------------------- */

bool check_ok(bool ok, const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
_Noreturn void check_stop(void);

/*
 * Says that what the body does next must bring the end that the head declares.
 * A body that makes no check before its end must call this, since one that did
 * nothing proves nothing.
 */
void due(void);

#define CHECK(cond) check_ok(cond, __FILE__, __LINE__, "%s", #cond)
#define CHECK_MSG(cond, ...) check_ok(cond, __FILE__, __LINE__, __VA_ARGS__)
/*
 * Each operand is an integer and is evaluated once: it may be a call with
 * effects. 128 bits hold any 64-bit integer, signed or not.  The outermost
 * macro makes the text, where the operands are as written.
 */
#define CHECK_CMP(a, op, b, text)                                              \
	__extension__({                                                        \
		const __int128 check_a = (a), check_b = (b);                   \
		check_cmp((int64_t)check_a, (int64_t)check_b,                  \
			  check_a op check_b, __FILE__, __LINE__, text);       \
	})
#define CHECK_EQ(a, b) CHECK_CMP(a, ==, b, #a " == " #b)
#define CHECK_NE(a, b) CHECK_CMP(a, !=, b, #a " != " #b)
#define CHECK_LT(a, b) CHECK_CMP(a, <, b, #a " < " #b)
#define CHECK_LE(a, b) CHECK_CMP(a, <=, b, #a " <= " #b)
#define CHECK_GT(a, b) CHECK_CMP(a, >, b, #a " > " #b)
#define CHECK_GE(a, b) CHECK_CMP(a, >=, b, #a " >= " #b)
/* The same for pointers, and for doubles. */
#define CHECK_PTR(a, op, b)                                                    \
	__extension__({                                                        \
		const void *const check_a = (a), *const check_b = (b);         \
		check_ok(check_a op check_b, __FILE__, __LINE__,               \
			 "%s (%p, %p)", #a " " #op " " #b, check_a, check_b);  \
	})
#define CHECK_REAL(a, op, b)                                                   \
	__extension__({                                                        \
		const double check_a = (a), check_b = (b);                     \
		check_ok(check_a op check_b, __FILE__, __LINE__, "%s (%g)",    \
			 #a " " #op " " #b, check_a);                          \
	})
/* Checks that the n bytes at a are those of text. */
#define CHECK_BYTES(a, text, n)                                                \
	check_bytes(a, text, n, __FILE__, __LINE__, #a " == " #text)
/* Checks that a is x or y. */
#define CHECK_EITHER(a, x, y)                                                  \
	__extension__({                                                        \
		const int64_t check_a = (int64_t)(a);                          \
		check_either(check_a, check_a == (x) || check_a == (y),        \
			     __FILE__, __LINE__,                               \
			     #a " == " #x " || " #a " == " #y);                \
	})
#define CHECK_STR(a, b) check_str(a, b, __FILE__, __LINE__, #a " == " #b)

#define REQUIRE(cond)                                                          \
	do {                                                                   \
		if (!check_ok(cond, __FILE__, __LINE__, "%s", #cond))          \
			check_stop();                                          \
	} while (0)
#define REQUIRE_EITHER(a, x, y)                                                \
	do {                                                                   \
		if (!CHECK_EITHER(a, x, y))                                    \
			check_stop();                                          \
	} while (0)
#define REQUIRE_CMP(a, op, b)                                                  \
	do {                                                                   \
		if (!CHECK_CMP(a, op, b, #a " " #op " " #b))                   \
			check_stop();                                          \
	} while (0)
#define REQUIRE_EQ(a, b)                                                       \
	do {                                                                   \
		if (!CHECK_CMP(a, ==, b, #a " == " #b))                        \
			check_stop();                                          \
	} while (0)

static inline bool check_cmp(int64_t a, int64_t b, bool ok, const char *file,
			     int line, const char *text)
{
	return check_ok(ok, file, line, "%s (%" PRId64 ", %" PRId64 ")", text,
			a, b);
}

static inline bool check_either(int64_t a, bool ok, const char *file, int line,
				const char *text)
{
	return check_ok(ok, file, line, "%s (%" PRId64 ")", text, a);
}

static inline bool check_bytes(const void *a, const void *b, size_t n,
			       const char *file, int line, const char *text)
{
	return check_ok(memcmp(a, b, n) == 0, file, line, "%s (\"%.*s\")", text,
			(int)n, (const char *)a);
}

static inline bool check_str(const char *a, const char *b, const char *file,
			     int line, const char *text)
{
	return check_ok(strcmp(a, b) == 0, file, line, "%s (\"%s\", \"%s\")",
			text, a, b);
}

#endif

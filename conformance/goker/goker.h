/*
 * goker.h - how a program of GoKer is written.
 *
 *	GOKER(cockroach, 584, "missing unlock", LEFT(1, 1),
 *	      SITES("gossip [sync.Mutex.Lock]"), USES(NEED_MUTEX),
 *	      .locks = SELF)
 *	{
 *		...
 *	}
 *
 * A program is a bug that a project had and mended: who waits for whom, or who
 * writes what another reads, and no more.  Its head is data: what is wrong, how
 * many goroutines stay for ever, and where.  Its body is a goroutine, named as
 * project and number.  It starts others and may stay itself.
 *
 * A program is no case: it says nothing on the runtime by itself, and neither
 * --check nor a run of the suite sees it.  `make goker` runs the programs.  The
 * child knows them by the ids "cockroach/584", see runner/child.h.
 */
#ifndef ASSAY_GOKER_H
#define ASSAY_GOKER_H

#include "kit/case.h"

/* Who holds the locks that the goroutines who stay wait for. */
enum goker_locks {
	NO_CIRCLE,
	SELF,  /* a goroutine waits for a lock that it has itself */
	CIRCLE /* two or more wait for each other's locks or onces only */
};

enum { GOKER_SITES = 8 };

struct goker {
	struct testcase tc; /* the first member; the child finds it by its id */
	assay_fn program;
	/*
	 * How many goroutines stay when it is over.  Where least is 0 the bug
	 * needs an order of steps that not every run has.
	 */
	int least, most;
	/*
	 * The ones that may stay: the function that the goroutine began with,
	 * and its wait reason.  "|" stands between two reasons, if a runtime is
	 * free to report either.
	 */
	const char *sites[GOKER_SITES];
	int copies; /* how often one run starts it; 0: once */
	enum goker_locks locks;
	/*
	 * What else may be seen of it: a data race, if it is built with
	 * ThreadSanitizer; or the end of the process by this panic.
	 */
	bool race;
	const char *panic;
};

#define LEFT(least_, most_) .least = (least_), .most = (most_)
#define SITES(...) .sites = {__VA_ARGS__}

/* What the program calls, and what goker_main() does if the runtime can. */
/* clang-format off */
#define USES(...)                                                              \
	.tc.needs = (const struct need[]){__VA_ARGS__ __VA_OPT__(, )      \
					  NEED(inspect, dump),         \
				  NEED(inspect, leaks), {0, 0, NULL}}
/* clang-format on */

#define GOKER(project, number, kind, ...)                                      \
	GOKER_DEFINE(project##_##number, #project, #number, kind, __VA_ARGS__)
#define GOKER_DEFINE(tag, row_, variant_, kind, ...)                           \
	static void tag(void *unused);                                         \
	static const struct goker goker_##tag = {.tc.row = row_,               \
						 .tc.variant = variant_,       \
						 .tc.file = __FILE__,          \
						 .tc.line = __LINE__,          \
						 .tc.body = goker_main,        \
						 .tc.title = kind,             \
						 .program = tag,               \
						 __VA_ARGS__};                 \
	static const struct goker *const goker_ref_##tag                       \
		__attribute__((section("assay_goker"), used)) = &goker_##tag;  \
	static void tag(void *unused __attribute__((unused)))

/*
 * The body of every program's test case.  Runs the program as a goroutine of
 * its own, as often as it says; with GOKER_AS_MAIN=1 in the environment once,
 * as the main goroutine.  Waits until nothing moves any more.  Then writes to
 * stdout, each on a line of its own: "left N"; "dump:", with what
 * inspect->dump() says; "leaks:", with what inspect->leaks() says; "over".  What
 * the runtime lacks is left out.  Checks that N is what the head allows.
 */
void goker_main(void);

#endif

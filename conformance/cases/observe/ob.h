/*
 * ob.h - reading what GODEBUG=schedtrace=X,scheddetail=1 prints.
 *
 * The bodies are no goroutines (CASE_OUTSIDE): they run the runtime with
 * stderr turned into a file and read that afterwards.
 */
#ifndef ASSAY_CASES_OB_H
#define ASSAY_CASES_OB_H

#include "kit/kit.h"

/* What every Go since 1.16 may print, a whole line each. */
#define OB_SCHED                                                               \
	"SCHED [0-9]+ms: gomaxprocs=[0-9]+ idleprocs=[0-9]+ threads=[0-9]+ "   \
	"spinningthreads=[0-9]+( needspinning=[0-9]+)? idlethreads=[0-9]+ "    \
	"runqueue=[0-9]+"
#define OB_QUEUES                                                              \
	" \\[ ?[0-9]+( [0-9]+)* ?\\]( schedticks=\\[ ?[0-9]+( [0-9]+)* ?\\])?"
#define OB_LINE "^" OB_SCHED OB_QUEUES "$"
#define OB_BOOL "(0|1|true|false)"
#define OB_ID "(nil|-1|[0-9]+)"

#define OB_ENV(options)                                                        \
	.env = {"GODEBUG=" options}, .traits = ASSAY_TRAIT_GODEBUG,            \
	.flags = CASE_OUTSIDE

/* What stderr got while fn ran as goroutine 1. */
char *ob_run(assay_fn fn);

/* The next line, its end cut off; NULL at the end. */
char *ob_line(char **rest);

bool ob_like(const char *line, const char *regex);

/*
 * The number after name, as in " idleprocs=": true is 1, nil is -1.  Fails
 * the case if it is not there.
 */
int64_t ob_field(const char *line, const char *name);

/* How many numbers stand in the first brackets, and their sum. */
int64_t ob_queues(const char *line, int64_t *sum);

/* ---- scheddetail: a SCHED line and the lines of Ps, Ms, Gs below it ------ */

enum { OB_MOST = 512 };

struct ob_block {
	const char *head;
	const char *p[OB_MOST], *m[OB_MOST], *g[OB_MOST];
	int64_t np, nm, ng;
	bool ordered; /* Ps, then Ms, then Gs */
};

/* The next block; false at the last, which the end may have cut off. */
bool ob_block(char **rest, struct ob_block *b);

/* The number of a line of P, M or G. */
int64_t ob_number(const char *line);

/* Status of a G line, without Go's scan bit. */
int64_t ob_gstatus(const char *line);

/* All Ps are idle: nothing changes while the block is printed. */
bool ob_quiet(const struct ob_block *b);

/* Keeps the caller's P busy for ns. */
void ob_spin(int64_t ns);

/*
 * The same, or sleeps, while at least four lines or blocks are printed, and in
 * sleep until two of them show all Ps idle; on a busy machine that may take much
 * longer than four periods.
 */
void ob_spin_seen(void);
void ob_rest_seen(void);

#endif

/*
 * explore.h - the parts of goro-explore.
 *
 *	options.c	the command line
 *	program.c	the program: starts it, makes runs, says how they end
 *	schedule.c	schedules, and the next one of all
 *	search.c	which schedules: drawn by a strategy, or all
 *	shrink.c	fewer switches for a run that failed
 *	report.c	what is found, and its steps
 */
#ifndef EXPLORE_H
#define EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sched/explored.h"

enum { MIX = EXPLORE_DELAY + 1 }; /* each strategy in turn */

struct options {
	char **argv; /* the program and its arguments */
	bool exhaustive;
	bool reduce; /* one of the orders that are alike */
	bool keep_going;
	bool output;
	bool left;
	int strategy; /* enum explored_strategy, or MIX */
	uint32_t runs;
	uint32_t depth, delays, preemptions;
	uint32_t steps;
	uint32_t seconds;
	uint32_t slow; /* ms */
	uint64_t seed;
};

/* Returns with valid options, or ends the process. */
void options_read(struct options *o, int argc, char **argv);

/* How a run has ended. */
enum end {
	END_OK,
	END_DEADLOCK,
	END_LEAK,
	END_PANIC,
	END_FATAL, /* a fatal error of goro's */
	END_RACE,
	END_SIGNAL,
	END_EXIT,
	END_STEPS, /* more than there may be */
	END_TIME   /* no end after some seconds */
};

struct outcome {
	enum end end;
	int status;     /* of waitpid() */
	char text[256]; /* the line that says what is wrong */
};

struct program {
	const struct options *o;
	struct explored *run; /* what it shares with each run */
	int commands, answers, output;
	bool reduce; /* for the next runs */
	uint32_t runs;
};

/* Starts the program up to its goro_run(), or ends the process. */
/* What a child of this process has around it before it becomes a program. */
void program_surround(void);
void program_start(struct program *p, const struct options *o);
void program_stop(struct program *p);
/* Makes a run; what p->run asks for is set. */
void program_run(struct program *p, struct outcome *out);
/* Copies what the last run has printed to fd. */
void program_show_output(const struct program *p, int fd);

/* True if both say that the same thing is wrong. */
bool same_outcome(const struct outcome *a, const struct outcome *b);

/* A schedule: the decisions up to the last that is not the first option. */
struct schedule {
	uint32_t n;
	struct decision *d;
};

/* Copies that of the last run.  Ends the process without memory. */
void schedule_of(const struct explored *run, struct schedule *s);
void schedule_free(struct schedule *s);
/* How many options other than the first it takes. */
uint32_t schedule_switches(const struct schedule *s);
/* Asks for a run by s: behind it the first options are taken. */
void schedule_ask(struct program *p, const struct schedule *s);
/* Makes that run. */
void schedule_run(struct program *p, const struct schedule *s,
		  struct outcome *out);
/*
 * Makes s, which was the beginning of the last run, all of it.  False if it was
 * not: the program does not do the same in two runs of the same schedule.
 */
bool schedule_continue(struct schedule *s, const struct explored *run);
/* What it costs to take option i of d; the first costs nothing. */
typedef uint32_t (*cost_fn)(const struct decision *d, uint32_t i);
/*
 * Makes s the next one that costs at most bound, without those that are like
 * another.  False: there is none.
 */
bool schedule_next(struct schedule *s, cost_fn cost, uint32_t bound);
/* Takes switches away from s as long as runs end as `wanted` says. */
void shrink(struct program *p, struct schedule *s,
	    const struct outcome *wanted);

/* Returns true if something was found. */
bool search(struct program *p);

/* Prints a finding of that run, with its steps. */
void report(const struct program *p, uint32_t run, const struct schedule *s,
	    const struct outcome *out, bool repeats);

/* Ends the process with status 2 and a line. */
_Noreturn void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif

/*
 * explored.h - what goro-explore and a run that it explores tell each other.
 *
 * Both have it in memory that they share.  The tool starts the program once,
 * with the number of that memory's descriptor in GORO_EXPLORE.  There
 * goro_run() forks a child for each byte that it reads from the next
 * descriptor, and writes a struct explored_end to the one after that.
 */
#ifndef GORO_EXPLORED_H
#define GORO_EXPLORED_H

#include <stdint.h>

enum {
	EXPLORED_VERSION = 2,
	EXPLORED_DECISIONS = 1 << 20, /* of a run, at most */
	EXPLORED_PAIRS = 1024,        /* of operations, of a run, at most */
	EXPLORED_DEPTH = 64,          /* of PCT, or how many delays, at most */
	EXPLORED_SLOW = 1000          /* ms: slow, if nothing else is said */
};

enum explored_strategy {
	EXPLORE_FIRST,  /* the goroutine that runs goes on; else the first */
	EXPLORE_RANDOM, /* each that can run, with the same chance */
	EXPLORE_PCT,    /* priorities, which change `depth` - 1 times */
	EXPLORE_DELAY   /* the first, but for `depth` times */
};

enum explored_kind {
	DECIDE_NEXT, /* who goes on, as none runs */
	DECIDE_STEP, /* the same; the first is the one that runs */
	DECIDE_DRAW  /* which case of a select */
};

/* One of n options was chosen, n > 1. */
struct decision {
	uint16_t n;
	uint16_t chosen;
	uint8_t kind;  /* enum explored_kind */
	uint8_t clock; /* the last option is that time goes on */
	/* One bit each for the first 64 options: it need not be taken. */
	uint64_t asleep;
};

/* What the tool learns of a run's end; after a start, of 0 the first. */
struct explored_end {
	int32_t pid;    /* it has begun; < 0: it could not */
	int32_t status; /* of waitpid(); -1: with the pid alone */
};

struct explored {
	uint32_t version;
	/* The tool sets these. */
	uint32_t strategy; /* enum explored_strategy, behind the prefix */
	uint32_t prefix;   /* decisions that are as they stand in d */
	uint32_t depth;
	uint32_t length;    /* how many decisions there will be, about */
	uint32_t max_steps; /* the run ends after so many */
	uint32_t left;      /* goroutines may be left when main has returned */
	uint32_t
		slow; /* time may go on by so many ms while goroutines can run */
	uint32_t count_pairs;
	uint32_t reduce; /* only one of the orders that are alike */
	uint64_t seed;
	/* And the run these. */
	uint32_t decisions;
	uint32_t steps;
	uint32_t outside;  /* it has asked the world outside */
	uint32_t pruned;   /* it has ended: the rest is like an earlier run's */
	uint32_t too_long; /* more decisions than there is room for */
	uint64_t hash;     /* of what was chosen (FNV-1a) */
	/*
	 * Pairs of operations, diag/pairs.h: a set, 0 for none.  An operation is
	 * 32 bits, made of the place in the program that calls.
	 */
	uint64_t pairs[EXPLORED_PAIRS];
	struct decision d[EXPLORED_DECISIONS];
};

#endif

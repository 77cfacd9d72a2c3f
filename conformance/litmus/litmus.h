/*
 * litmus.h - an interpreter of litmus programs behind the ABI, see README.md.
 *
 *	load.c  reads programs as assay_litmus/child.py writes them
 *	step.c  what a goroutine does, operation by operation
 *	run.c   runs a program many times and counts how it ends
 *
 * A round is one run of a program: objects of its own, a goroutine of the
 * runtime for each of the program's.  All registers are one atomic word, so how
 * they are at the end is of one moment.
 */
#ifndef ASSAY_LITMUS_H
#define ASSAY_LITMUS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../cases/kit/case.h"

/* As in assay_litmus/program.py. */
enum { OBJECTS = 8, ACTORS = 6, ARMS = 8, BITS = 7, REG_MASK = 127 };

/* In the word of registers: the round is over, no register changes. */
#define OVER (UINT64_C(1) << 63)

/* How a round ends: nobody can go on, main has returned, or a panic. */
enum { END_QUIET = 0, END_RETURNED = 1, END_PANIC = 100 };
enum { BOOM = END_PANIC + 20, OTHER_PANIC = END_PANIC + 21 };

struct value {
	int number, reg; /* reg < 0: the number alone */
};

struct arm {
	int send, obj;
	struct value value;
	int reg[2];
};

struct actor;

struct op {
	void (*run)(struct actor *a, const struct op *op); /* NULL: an end */
	bool waits; /* it may wait for others */
	int obj, reg, to, is_default, arms;
	struct value value;
	struct arm arm[ARMS];
};

enum kind { CHAN, MUTEX, RWMUTEX, WAITGROUP, ONCE, COND };

struct program {
	int number, rounds, main, objects, actors;
	struct {
		enum kind kind;
		int size; /* a channel's room, -1: nil; a cond's mutex */
	} thing[OBJECTS];
	struct op *code[ACTORS];
};

union object {
	assay_chan *chan;
	assay_mutex mutex;
	assay_rwmutex rw;
	assay_waitgroup wg;
	assay_once once;
	assay_cond cond;
};

/* Where a goroutine pauses before an operation, drawn for each round. */
enum mood { CALM, YIELDS, SPINS, SLEEPS, MOODS };

struct actor {
	struct round *round;
	int number;
	atomic_int pc; /* written by the actor, read by the driver at the end */
	bool stop;     /* the round is over: it leaves its blocks */
	enum mood mood;
	uint32_t slow; /* the most that it pauses */
	uint64_t random;
};

struct round {
	const struct program *p;
	_Atomic(uint64_t) regs;
	_Atomic(uint64_t) last; /* what regs was at the end; once end is set */
	atomic_int end;         /* -1: not yet */
	atomic_int left;        /* goroutines that have not ended */
	atomic_int refs;        /* the same and the driver */
	union object object[OBJECTS];
	struct actor actor[ACTORS];
};

/* True if the runtime's clock is virtual, for all rounds. */
extern bool litmus_virtual;

/* Goroutines of all rounds that have not ended, and those in a sleep. */
extern atomic_int litmus_alive, litmus_asleep;

/* Returns the next number of a generator that must not be zero. */
static inline uint64_t litmus_draw(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/*
 * Reads the next program of f into *p, all zero; false at its end.  Ends the
 * process if it is not one.  The operations are allocated and never freed.
 */
bool litmus_load(FILE *f, struct program *p);

/* Sets run and waits of *op, which has that name; false if there is none. */
bool litmus_op(const char *name, struct op *op);

/* What a goroutine of a round runs; arg points to a struct actor. */
void litmus_act(void *arg);

/* Ends the round in that way unless it is over. */
void litmus_finish(struct round *r, int end);

/* Gives back the driver's or a goroutine's share of a round. */
void litmus_drop(struct round *r);

/*
 * Runs the programs in the file at path with case_run's procs and seed, and
 * prints what was seen.  Returns the status to exit with.
 */
int litmus_main(const char *path);

#endif

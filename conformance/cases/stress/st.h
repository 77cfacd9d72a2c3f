/*
 * st.h - random programs, what they did, and whether it can be right.
 *
 * A program is data: a few channels, timers, a mutex, a wait group and up to
 * five actors, goroutines with a list of operations each.  program.c draws
 * one from a seed and prints it, play.c runs it and writes down what it did,
 * random.c makes a history of that, and model.c looks for an order of the
 * operations that explains the history.  program.c and model.c know
 * nothing of a runtime.
 */
#ifndef ASSAY_ST_H
#define ASSAY_ST_H

#include "kit/case.h"

enum {
	ST_CHANS = 5,   /* channels of a program, timers among them */
	ST_ROOM = 3,    /* the largest capacity */
	ST_ACTORS = 6,  /* with actor 0, which cleans up at the end */
	ST_OPS = 64,    /* of one actor */
	ST_TOTAL = 30,  /* of a program, without actor 0 */
	ST_DONES = 6,   /* calls of the wait group's done */
	ST_ARMS = 4,    /* cases of a select */
	ST_TEXT = 12000 /* bytes of a printed program with its history */
};

/* What programs may be made of, beside channels and selects. */
enum st_features {
	ST_TIMERS = 1,     /* timers' channels, deadlines */
	ST_TIMER_STOP = 2, /* stop and reset; nothing stale after them */
	ST_LOCKS = 4       /* a mutex and a wait group */
};

enum st_kind {
	ST_SEND,
	ST_RECV,
	ST_SELECT,
	ST_CLOSE,
	ST_LEN,
	ST_CAP,
	ST_STOP,  /* of a timer */
	ST_RESET, /* of a timer, to ns */
	ST_LOCK,
	ST_TRY_LOCK,
	ST_UNLOCK, /* left out by who does not hold the mutex */
	ST_DONE,
	ST_WAIT,
	/* what follows is not in a history */
	ST_GO, /* starts the actor `target` */
	ST_YIELD,
	ST_SLEEP
};

enum st_wait { ST_FOREVER, ST_POLL, ST_TIMED };

struct st_arm {
	int chan;
	int dir; /* assay_dir */
	int v;   /* SEND: no two of a program are the same; never 0 */
};

struct st_op {
	enum st_kind kind;
	enum st_wait wait; /* SEND, RECV, SELECT */
	int narms;         /* 1 for SEND and RECV */
	int target;        /* a channel, a timer's channel or an actor */
	int64_t ns;        /* TIMED, RESET, SLEEP */
	struct st_arm arms[ST_ARMS];
};

enum st_chan_kind { ST_NIL, ST_PLAIN, ST_TIMER };

struct st_chan {
	enum st_chan_kind kind;
	int cap;
	int64_t ns; /* TIMER: what it starts with */
};

struct st_program {
	uint64_t seed;
	unsigned features;
	int nchans, nactors; /* actors 0 ... nactors - 1 */
	int dones;           /* what the wait group starts with */
	struct st_chan chans[ST_CHANS];
	bool started[ST_ACTORS]; /* by no other actor */
	int nops[ST_ACTORS];
	struct st_op ops[ST_ACTORS][ST_OPS];
};

/* An operation as it went.  Tickets are drawn from one counter. */
struct st_record {
	struct st_op op;
	int64_t begin, end; /* tickets before and after; end 0: still in it */
	int64_t from, to;   /* the time before and after */
	int status;
	int chosen; /* the arm; -1: none */
	int64_t v;  /* received, or the result of LEN, CAP, STOP, RESET */
};

struct st_history {
	const struct st_program *program;
	int64_t made;     /* the time before the timers were made */
	int n[ST_ACTORS]; /* records; the last may be pending */
	struct st_record records[ST_ACTORS][ST_OPS];
};

/* ---- program.c ------------------------------------------------------- */

/* The program of a seed; the same for the same features, everywhere. */
void st_draw(struct st_program *p, uint64_t seed, unsigned features);

/* Writes program and history (may be NULL) to out, cut to n bytes. */
void st_print(char *out, size_t n, const struct st_program *p,
	      const struct st_history *h);

/* ---- model.c --------------------------------------------------------- */

enum st_verdict {
	ST_WRONG,  /* no order of the operations has these outcomes */
	ST_RIGHT,  /* one has */
	ST_UNKNOWN /* more orders than the search looks at */
};

/* Judges a history in which nothing is pending. */
enum st_verdict st_judge(const struct st_history *h);

/*
 * Judges one at rest: some order explains the finished operations, and after
 * it none of those pending can go on.
 */
enum st_verdict st_judge_rest(const struct st_history *h);

/* Whether the operation takes an arm of this channel when it can. */
bool st_waits_on(const struct st_op *op, int chan, int dir);

/* Whether a pending operation ends by itself sooner or later. */
bool st_ends_alone(const struct st_op *op);

#endif

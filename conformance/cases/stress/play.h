/*
 * play.h - a program that is being played: its actors run as goroutines, do
 * what it says and write down what they did.
 *
 * Everybody may look on meanwhile: of actor a, log[a][0 ... begun - 1] says
 * what it does, and of these the first `ended` also how that went.
 */
#ifndef ASSAY_ST_PLAY_H
#define ASSAY_ST_PLAY_H

#include "kit/kit.h"
#include "st.h"

/* How far an actor is; written by itself but for `started`. */
struct st_progress {
	/* set by who starts it, before it does */
	atomic_bool started;
	/*
	 * Records begun and ended: stored with release after the record was
	 * written, loaded with acquire by who looks at the history.
	 */
	atomic_int begun, ended;
	atomic_bool left; /* release: after its last record */
};

struct st_play {
	struct st_program program;
	struct st_progress progress[ST_ACTORS];
	/* What the actors write down, each its own, for the history. */
	struct st_record log[ST_ACTORS][ST_OPS];
	assay_chan *chans[ST_CHANS];
	assay_timer *timers[ST_CHANS];
	assay_mutex mutex;
	assay_waitgroup group;
	atomic_int_least64_t tickets;
	atomic_int here; /* actors that have come to the start */
	int waits_for;   /* so many actors start together */
	/* Actors leave after the operation they are in; stored with release. */
	atomic_bool stop;
};

/*
 * Makes what the program needs and starts its actors; all but `program` is
 * zero.  Actor 0 is the caller itself: it has to call st_play_record.
 */
void st_play_begin(struct st_play *p);

/* Does the operation and writes it down; its status.  May block. */
int st_play_record(struct st_play *p, int actor, const struct st_op *op);

/* When all of the actors have left. */
void st_play_free(struct st_play *p);

#endif

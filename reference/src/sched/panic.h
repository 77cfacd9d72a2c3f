/*
 * panic.h - panics, and the frames that they go through.
 *
 * A frame is one call of a function that may defer: of goro_try(), of
 * goro__call(), or a deferred call itself.  The goroutine's own function is the
 * frame NULL.  All frames, deferred calls and panics lie on the goroutine's
 * stack in the order in which they began.
 */
#ifndef GORO_PANIC_H
#define GORO_PANIC_H

#include <setjmp.h>

#include "sched/call.h"
#include "sched/types.h"

struct frame {
	struct frame *link; /* of the call around it */
	jmp_buf *end;       /* where the call ends if its panic is recovered */
	uint32_t depth;     /* 1 for a frame in the goroutine's function */
	bool catches;       /* goro_try: ends panics that nobody recovers */
	bool panicked;      /* it has caught one */
	struct goro_panic_value *caught; /* receives the value; may be NULL */
};

struct defer {
	struct defer *link; /* the one registered before */
	struct frame *frame;
	goro_fn fn;
	void *arg;
	bool allocated; /* by goro_defer */
};

/* A panic or a goexit under way; on the stack of its goroutine. */
struct panic {
	struct panic *link; /* the one that this one interrupted */
	struct goro_panic_value *value;
	const char *(*text)(void *arg); /* returns it; NULL: value has it */
	void *arg;
	struct frame *from; /* in which it was raised */
	struct frame *at;   /* whose deferred calls it runs */
	struct frame call;  /* the deferred call that it runs now */
	bool goexit;        /* cannot be recovered */
	bool recovered;     /* and its deferred call has not returned yet */
	bool repanicked;    /* the report has one line for it and the next */
};

/* Defers fn(arg) without memory: d must live until g's frame ends. */
void goro__defer(struct g *g, struct defer *d, goro_fn fn, void *arg);

/* Runs what g's own function has deferred, after its return. */
void goro__run_defers(struct g *g);

/* Returns the number of panics under way in all goroutines. */
uint32_t goro__panics_running(void);

_Noreturn void goro__panic_status(int status);

#endif

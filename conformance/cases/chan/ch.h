/*
 * ch.h - what the cases of goroutines and of channels share: the functions
 * they need, counters, one channel operation as a goroutine, and how to
 * judge what depends on goroutines being parked.
 */
#ifndef ASSAY_CASES_CH_H
#define ASSAY_CASES_CH_H

#include "kit/attempt.h"
#include "kit/kit.h"

#define DEADLOCK "fatal error: all goroutines are asleep - deadlock!"

/* One operation of a goroutine on a channel of int. */
struct op {
	assay_chan *c;
	int v;             /* the value sent, or received */
	int status;        /* valid once done is set */
	atomic_int done;   /* the operation returned */
	atomic_int *total; /* counts the operations that returned, or NULL */
};

static inline void op_returned(struct op *op, int status)
{
	atomic_int *total = op->total;

	op->status = status;
	mark(&op->done); /* who waits for it may give up op */
	if (total != NULL)
		mark(total);
}

static inline void do_send(void *arg)
{
	struct op *op = arg;

	op_returned(op, rt->chan->send(op->c, &op->v, ASSAY_FOREVER));
}

static inline void do_recv(void *arg)
{
	struct op *op = arg;

	op_returned(op, rt->chan->recv(op->c, &op->v, ASSAY_FOREVER));
}

/* Ends the process by the panic that the status stands for, if it does. */
static inline void die_of(int status)
{
	if (assay_status_is_panic(status))
		raise_status(status);
}

#endif

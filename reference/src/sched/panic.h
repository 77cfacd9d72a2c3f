/*
 * panic.h - what a goroutine keeps for panics, tries and deferred calls.
 */
#ifndef GORO_PANIC_H
#define GORO_PANIC_H

#include <setjmp.h>

#include "sched/proc.h"

struct defer {
	struct defer *link; /* the one registered before */
	struct tryframe *frame;
	goro_fn fn;
	void *arg;
};

/* In the frame of goro_try. */
struct tryframe {
	struct tryframe *link;
	jmp_buf env;
	struct goro_panic_value value; /* of the panic that ended it */
};

/* A panic under way; in the frame of goro_panic_value. */
struct panic {
	struct panic *link; /* the one that this one interrupted */
	const struct goro_panic_value *value;
	bool recovered;
	bool goexit;  /* no panic but a goexit: cannot be recovered */
	bool running; /* one of the deferred calls, in which it may be stopped */
	struct tryframe *frame; /* whose deferred calls it runs */
};

#endif

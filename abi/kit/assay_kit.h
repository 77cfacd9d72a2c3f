/*
 * assay_kit.h - goroutines, channels, select, sync and timers for a library
 * that has context switches and little else.
 *
 * The library is N:1: one thread runs all.  Its adapter defines kit_hooks, and
 * puts the kit's tables where the library has nothing of its own.  What the kit
 * does is not the library's merit or fault: the adapter names it in the field
 * `kit` of its table, and results show it.
 *
 * Nothing here locks: a goroutine gives way only in hooks->park and yield, and
 * where spawn runs the new one at once.
 */
#ifndef ASSAY_KIT_H
#define ASSAY_KIT_H

#include "assay_fn.h"

/* A goroutine. */
struct kit_task {
	/* The adapter's, all zero at first. */
	struct {
		void *p;
		int64_t n, m;
	} own;

	/* The rest is the kit's. */
	int64_t id;         /* 0: a goroutine of the kit, which nobody counts */
	const char *reason; /* why it is parked, or NULL */
	struct kit_task *prev, *next; /* all that are alive, but for id 0 */
	struct kit_task *next_noted;  /* woken, but not yet made ready */
	bool noted;
	bool parked; /* in the hook park */
	assay_fn fn;
	void *arg;
	_Alignas(16) char copy[ASSAY_ARG_MAX]; /* of core->go()'s argument */
};

struct kit_hooks {
	/*
	 * Starts the library, has its first coroutine call kit_body(main), and
	 * returns when that has returned.  ASSAY_OK, ASSAY_ENOMEM.
	 */
	int (*run)(struct kit_task *main);

	/*
	 * Starts a coroutine that calls kit_body(t), at once or later.
	 * ASSAY_OK, ASSAY_ENOMEM.
	 */
	int (*spawn)(struct kit_task *t);

	/* Lets others run. */
	void (*yield)(void);

	/*
	 * Stops the caller, which is t, until ready(t) or the deadline, a time
	 * of now() or ASSAY_FOREVER.  May return early for no reason.
	 */
	void (*park)(struct kit_task *t, int64_t deadline);

	/*
	 * Lets t go on.  t has called park, and may be about to return from it
	 * at its deadline.  With ready_switches it may run at once: then the
	 * kit calls ready only where the caller gives way.
	 */
	void (*ready)(struct kit_task *t);

	/* The clock: positive nanoseconds that never go back. */
	int64_t (*now)(void);

	/*
	 * Where timers send: &kit_chan, or the library's own channels.  NULL:
	 * there are no timers with a channel.
	 */
	const struct assay_chan_ops *chan;

	bool ready_switches;
};

extern const struct kit_hooks kit_hooks; /* defined by the adapter */

/*
 * Calls a function of the library that may let other goroutines run, other than
 * in a hook, and has its value.
 */
#define KIT_CALL(call)                                                         \
	__extension__({                                                        \
		struct kit_task *kit_me = kit_leave();                         \
		__typeof__(call) kit_value = (call);                           \
                                                                               \
		kit_running = kit_me;                                          \
		kit_value;                                                     \
	})

/* Makes ready whom the caller has woken, and returns the caller. */
struct kit_task *kit_leave(void);

/* The goroutine that runs; NULL on another thread, before run and after. */
extern _Thread_local struct kit_task *kit_running;

/* Runs a goroutine from its begin to its end, and frees t. */
void kit_body(struct kit_task *t);

/*
 * Parks the caller until the deadline, as an operation that is never ready, and
 * returns ASSAY_TIMEOUT; ASSAY_AGAIN at once for ASSAY_POLL.
 */
int kit_never(const char *reason, int64_t deadline);

/* CLOCK_MONOTONIC, for libraries without a clock of their own. */
int64_t kit_clock(void);

/* Prints "fatal error: text" and ends the process with 2. */
_Noreturn void kit_fatal(const char *text);

/*
 * The groups.  core has what hooks can do: no panics, no goexit.  The timers
 * are those of Go 1.23 on kit_chan, of Go 1.22 on others.
 */
extern const struct assay_core_ops kit_core;
extern const struct assay_chan_ops kit_chan;
extern const struct assay_time_ops kit_time;
extern const struct assay_sync_ops kit_sync;
extern const struct assay_inspect_ops kit_inspect;

#endif

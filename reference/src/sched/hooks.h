/*
 * hooks.h - functions of higher rooms that the scheduler calls: reports and
 * traces; and of explore.c and bubblewait.c, which stand above the rest of
 * their room.  boot.c, which alone knows them all, fills the table before a run.
 */
#ifndef GORO_HOOKS_H
#define GORO_HOOKS_H

#include "sched/types.h"

struct hooks {
	/* The process dies: print nothing more that would cut up its report. */
	void (*at_death)(void);
	/* After that, before the dump of a fatal error. */
	void (*last_words)(void);
	/* All goroutines as text, first before the others; one, in that state. */
	void (*dump_all)(struct g *first);
	void (*dump_g)(struct g *g, const char *state);
	/* Before the process ends with a report, which is out. */
	void (*at_end)(void);
	/* At a scheduling point that was asked for: wait/chanfree.h. */
	void (*free_listed)(void);
	/*
	 * At a scheduling point while a trace is on, on g0 of an M with a P:
	 * a new generation may begin.
	 */
	void (*trace_turn)(void);
	/* Numbers for stacks: of the caller, of g, which does not run. */
	uint64_t (*trace_here)(void);
	uint64_t (*trace_of)(const struct g *g);
	/* The body of the thread that writes a trace. */
	void (*trace_writer)(void);
	/*
	 * While waits are counted (watch.h): the caller makes g ready, which
	 * has parked; it has waited since then for a mutex; it unlocks what
	 * others have waited for, ns in all.
	 */
	void (*ready)(struct g *g);
	void (*waited)(int64_t since);
	void (*unlock)(int64_t ns);
	/* goro__stop_all() and its end: wait/stopper.h. */
	void (*stop_all)(void);
	void (*start_all)(void);
	/* In a run that is explored: explore.h. */
	void (*explore_new)(struct g *g);
	void (*explore_turn)(struct p *p);
	void (*explore_step)(struct g *g, const char *call);
	/* There g makes that step by a call of goro. */
	void (*step)(const struct g *g, uint32_t step, const char *call);
	/* For bubbles, what bubble.h says of them. */
	void (*bubble_park)(struct g *g, enum wait_reason why);
	void (*bubble_leave)(struct g *g);
	void (*bubble_due)(struct bubble *b);
	/* At each tick of sysmon. */
	void (*tick)(int64_t now);
	/* How long sysmon may sleep with nothing to watch; -1: without end. */
	int64_t (*wait)(void);
};

extern const struct hooks goro__hooks __attribute__((visibility("hidden")));

#endif

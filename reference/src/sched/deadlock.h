/*
 * deadlock.h - what is to be done when an M goes to sleep for good, decided
 * from counts alone, with no side effect.  stopm.c counts and carries it out.
 *
 * No M is left to run anything once all sleep for good.  An M in a system call,
 * and the one that sleeps for timers and the network, count as awake.  sysmon
 * may hold a P, taken from a call that has ended since.  Then what there is to
 * run is on a queue, and the M that gets the P checks again.
 */
#ifndef GORO_DEADLOCK_H
#define GORO_DEADLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct deadlock_view {
	int64_t awake;    /* Ms that do not sleep for good, or < 0 */
	bool sleeper;     /* one of them sleeps for timers or the network */
	bool network;     /* a goroutine waits for the network */
	int64_t timer;    /* when the first is due; INT64_MAX: none */
	bool work;        /* a queue has a goroutine */
	bool never;       /* the run is embedded, or over */
	uint32_t outside; /* goroutines that a signal will wake */
	bool virtual;     /* time is virtual */
	bool main_ended;  /* in virtual time, where the others go on */
	bool blocked;     /* then: goroutines are left */
};

enum deadlock {
	DEADLOCK_SLEEP,
	DEADLOCK_WAKE_SLEEPER, /* it sleeps for nothing, and is the last */
	DEADLOCK_JUMP,         /* virtual time jumps to the first timer */
	DEADLOCK_END_RUN,
	DEADLOCK_DEAD
};

enum deadlock goro__deadlock(const struct deadlock_view *v);

#endif

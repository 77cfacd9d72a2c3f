/*
 * states.h - how long each goroutine was in each state, as events come.
 */
#ifndef GORO_TRACE_STATES_H
#define GORO_TRACE_STATES_H

#include "read.h"

enum state { S_NONE, S_RUNNABLE, S_RUNNING, S_CALL, S_WAITING, S_STATES };

struct life {
	int64_t id;
	enum state state;
	int64_t since;
	const char *reason; /* why it waits; of its own memory */
	const char *name;   /* its function */
	int speaks;         /* it has regions or logs */
	int64_t spent[S_STATES];
};

/* A goroutine leaves a state in which it was since l->since until now. */
typedef void (*tr_spell)(const struct life *l, int64_t now, void *arg);

/* Follows e; calls spell for each state that ends. */
void tr_follow(const struct tr_event *e, tr_spell spell, void *arg);
/* Ends all states at the time of the last event. */
void tr_follow_end(tr_spell spell, void *arg);
/* All that lived, n of them. */
struct life *tr_lives(size_t *n);
/* Returns a copy of s that lives as long as the program; equal ones are one. */
const char *tr_keep(const char *s);

#endif

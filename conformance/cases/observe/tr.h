/*
 * tr.h - reading execution traces: events as the contract has them, and the
 * rules that every trace keeps; and some work to trace.
 */
#ifndef ASSAY_CASES_TR_H
#define ASSAY_CASES_TR_H

#include "kit/sync_kit.h"

#define NEED_TRACE NEED(trace, start), NEED(trace, stop), NEED(trace, convert)

enum { TR_TEXT = 64 };

struct tr_event {
	char ev[20];
	int64_t gen, t, m, p, g;
	int64_t id, task, parent, n, mono, wall; /* -1: not in it */
	char status[12];
	char text[TR_TEXT]; /* reason, name or category */
	char message[TR_TEXT];
};

struct tr {
	struct tr_event *e;
	int64_t n;
};

/* The path of a file for a trace, made at the first call. */
const char *tr_path(void);
/* Traces fn(arg), then reads the trace, which must be whole. */
struct tr tr_of(assay_fn fn, void *arg);
void tr_start(void);
struct tr tr_stop(void);
/* Reads the file at path; *status gets that of convert. */
struct tr tr_read(const char *path, int *status);
void tr_free(struct tr t);

/*
 * Checks what every trace keeps: times rise; each goroutine and P goes from
 * state to state as it may; who waits is made ready by another before it runs;
 * regions of a goroutine nest.
 */
void tr_check(struct tr t);

/* How many events are of that kind, by any goroutine (-1) or by g. */
int64_t tr_count(struct tr t, const char *ev, int64_t g);
/* The same of those with that reason, or one that has it as a part. */
int64_t tr_reason(struct tr t, const char *ev, const char *reason);
/* The index of the next such event at or after i; -1: there is none. */
int64_t tr_find(struct tr t, int64_t i, const char *ev, int64_t g);
/* The same, of the goroutine that the event names. */
int64_t tr_named(struct tr t, int64_t i, const char *ev, int64_t id);

/* Four goroutines talk over a channel, from the one to the other. */
void tr_talk_begin(void);
void tr_talk_end(void);
/* A goroutine that sleeps 5 ms and sends on its channel then. */
void tr_sleeps(void *done);
/* A call of C that takes 30 ms. */
void tr_nap(void *unused);
/* Talks for so many ns, while four sleep. */
void tr_work(void *ns);

#endif

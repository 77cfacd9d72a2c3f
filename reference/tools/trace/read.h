/*
 * read.h - reads an execution trace in Go's format, versions 1.22 to 1.26.
 *
 * It is a second reader beside Go's own, and as strict: it plays the scheduler
 * again and refuses what cannot have happened.  Events come in an order that
 * is right, not only in that of their times.
 */
#ifndef GORO_TRACE_READ_H
#define GORO_TRACE_READ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The kinds, by their numbers in the file; 0 is a clock snapshot. */
enum trace_kind {
	TR_CLOCK = 0,
	TR_PROCS = 9,
	TR_P_START = 10,
	TR_P_STOP = 11,
	TR_P_STEAL = 12,
	TR_P_STATUS = 13,
	TR_GO_CREATE = 14,
	TR_GO_CREATE_CALL = 15,
	TR_GO_START = 16,
	TR_GO_END = 17,
	TR_GO_END_CALL = 18,
	TR_GO_STOP = 19,
	TR_GO_BLOCK = 20,
	TR_GO_UNBLOCK = 21,
	TR_CALL = 22,
	TR_CALL_END = 23,
	TR_CALL_END_BLOCKED = 24,
	TR_GO_STATUS = 25,
	TR_STW = 26,
	TR_STW_END = 27,
	TR_LABEL = 39,
	TR_TASK = 40,
	TR_TASK_END = 41,
	TR_REGION = 42,
	TR_REGION_END = 43,
	TR_LOG = 44,
	TR_GO_SWITCH = 45,
	TR_GO_SWITCH_END = 46,
	TR_GO_CREATE_BLOCKED = 47,
	TR_GO_STATUS_STACK = 48
};

enum tr_g { TR_G_RUNNABLE = 1, TR_G_RUNNING, TR_G_CALL, TR_G_WAITING };
enum tr_p { TR_P_RUNNING = 1, TR_P_IDLE, TR_P_CALL, TR_P_CALL_LOST };

struct tr_frame {
	uint64_t pc, line;
	const char *function, *file;
};

struct tr_stack {
	size_t n;
	const struct tr_frame *frame; /* innermost first */
};

struct tr_event {
	enum trace_kind kind;
	uint64_t gen;
	int64_t time;        /* ns */
	int64_t m, p, g;     /* who makes it; -1: none */
	uint64_t arg[5];     /* the numbers of the file, without the time */
	const char *text[2]; /* of a reason, name, category, message */
	const struct tr_stack *stack; /* NULL: none */
	const struct tr_stack *entry; /* of a new goroutine: its function */
};

/* Is called with each event, and what was told with it. */
typedef void (*tr_sink)(const struct tr_event *e, void *arg);

enum tr_end { TR_WHOLE, TR_CUT_OFF, TR_BROKEN };

/*
 * Reads a trace, and keeps one generation of it in memory: it may be a pipe
 * that is written meanwhile.  CUT_OFF: the last generation has no end, and
 * nothing of it was told.  BROKEN: error says why; up to there all was told.
 */
enum tr_end tr_read_file(FILE *file, tr_sink sink, void *arg, char error[160]);

#endif

/*
 * tracebuf.h - the buffers of an execution trace, and its generations.
 *
 * Each thread writes its events into a buffer of its own, which becomes a batch
 * of the file.  len is stored with release after each event, so that anyone may
 * read all before it at any time.  A full buffer goes to the generation.
 *
 * A trace is a sequence of generations, each readable by itself.  A new one
 * begins with the world stopped and sched.lock held (trace.h), so nobody writes
 * meanwhile.  It takes all buffers away.  An M knows that its buffer is not its
 * own any more by the number of the generation.
 *
 * At the end of a trace, and for a look at one that goes on, nothing needs to
 * stop: all events up to one moment are a whole, since the clock goes forward
 * along with what happens after what.  That moment is taken under the lock, so
 * all full buffers are before it, and others are cut there (goro__trace_cut()).
 *
 * A buffer that was active when a trace ended is not used again before the
 * next one begins: an M may still be in the middle of an event.
 */
#ifndef GORO_TRACEBUF_H
#define GORO_TRACEBUF_H

#include "sched/types.h"

enum { TRACE_BUF = 65536 };

/* Who takes the events up to now: see struct trace_cut. */
enum trace_taker { TRACE_FILE, TRACE_RECORDER, TRACE_TAKERS };

struct trace_buf {
	struct trace_buf *next;
	struct trace_buf *cut[TRACE_TAKERS]; /* in its list */
	uint64_t thread;
	int64_t start;         /* the batch's time; ns */
	int64_t last;          /* of the newest event */
	_Atomic(uint32_t) len; /* of data */
	uint8_t data[];
};

struct trace_list {
	struct trace_buf *first, *last;
};

/* What was said with numbers in place of texts; trace tables: diag. */
struct trace_tables;

struct trace_gen {
	struct trace_gen *next;
	uint32_t number;
	bool closed;             /* the next one has begun */
	size_t bytes;            /* of the full buffers */
	struct trace_list full;  /* oldest first */
	int64_t mono, sec, nsec; /* the clocks at its beginning */
	struct trace_tables *tables;
};

/* lock guards all but the data of buffers.  It is the last in the order. */
struct trace {
	struct lock lock;
	struct trace_gen *oldest, *now; /* NULL: none */
	struct trace_list active;       /* which the Ms write */
	struct trace_list retired;      /* were active when a trace ended */
	struct trace_list free;
	uint32_t nfree;
	uint32_t numbers;    /* given to generations so far */
	bool failed;         /* no memory: the trace ends here */
	atomic_uint to_file; /* a file takes the trace */
	atomic_uint note;    /* the writer of the file sleeps on it */
	atomic_uint due;     /* a new generation is to begin */
};

/* All events up to a moment of the generation that goes on. */
struct trace_cut {
	enum trace_taker by;
	int64_t time;
	struct trace_gen *gen;       /* NULL: not taken yet */
	struct trace_buf *last_full; /* NULL: none is full */
	struct trace_buf *active;    /* by ->cut[by]; each cut at time */
};

extern struct trace goro__trace __attribute__((visibility("hidden")));
/* The number of the generation; 0: no trace is on.  Written under the lock. */
extern _Atomic(uint32_t) goro__tracing __attribute__((visibility("hidden")));

/* Returns the number that the trace has for the thread of m. */
uint64_t goro__trace_thread(const struct m *m);
/* Begins a generation; closes the one before it. */
void goro__trace_next(struct trace_gen *gen);
/*
 * Takes the events up to now for cut->by, which has one cut at a time; a cut
 * that was taken stays as it is.  off: makes no more events.
 */
void goro__trace_take(struct trace_cut *cut, bool off);
/* Returns how much of b is before or at t. */
uint32_t goro__trace_cut(const struct trace_buf *b, int64_t t);
/*
 * Removes the closed generations before number, and gives their buffers back.
 * Returns them as a list.
 */
struct trace_gen *goro__trace_remove(uint32_t number);
/* The same for all.  No trace is on, and the world is stopped. */
struct trace_gen *goro__trace_remove_all(void);

/* The kinds of events, as Go numbers them. */
enum trace_kind {
	TRACE_BATCH = 1,
	TRACE_STACKS = 2,
	TRACE_STACK = 3,
	TRACE_STRINGS_BATCH = 4,
	TRACE_STRING = 5,
	TRACE_FREQUENCY = 8,
	TRACE_PROCS_CHANGE = 9,
	TRACE_P_START = 10,
	TRACE_P_STOP = 11,
	TRACE_P_STEAL = 12,
	TRACE_P_STATUS = 13,
	TRACE_GO_CREATE = 14,
	TRACE_GO_START = 16,
	TRACE_GO_DESTROY = 17,
	TRACE_GO_STOP = 19,
	TRACE_GO_BLOCK = 20,
	TRACE_GO_UNBLOCK = 21,
	TRACE_CALL_BEGIN = 22,
	TRACE_CALL_END = 23,
	TRACE_CALL_END_BLOCKED = 24,
	TRACE_GO_STATUS = 25,
	TRACE_STW_BEGIN = 26,
	TRACE_STW_END = 27,
	TRACE_TASK_BEGIN = 40,
	TRACE_TASK_END = 41,
	TRACE_REGION_BEGIN = 42,
	TRACE_REGION_END = 43,
	TRACE_LOG = 44,
	TRACE_GO_STATUS_STACK = 48,
	TRACE_SYNC = 50,
	TRACE_CLOCK = 51,
	TRACE_END = 52
};

/* Writes an event of n arguments. */
void goro__trace_event(enum trace_kind kind, int n, const uint64_t *arg);
/* Returns the end of n as a varint at `at`; it takes at most 10 bytes. */
uint8_t *goro__trace_varint(uint8_t *at, uint64_t n);

#define TRACE_EVENT(kind, ...)                                                 \
	goro__trace_event(                                                     \
		kind, sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t),    \
		(uint64_t[]){__VA_ARGS__})

#endif

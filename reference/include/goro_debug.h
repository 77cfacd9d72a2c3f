/*
 * goro_debug.h - looking into a program that runs: its metrics, goroutines that
 * can never run again, labels of goroutines.
 *
 * Who may call what (see goro.h):
 *
 *	anywhere:  goro_metrics_info goro_metrics_read goro_metrics_read_p
 *	           goro_metrics_text goro_histogram_from goro_dump_json
 *	call:      goro_find_leaks goro_leaks
 *	goroutine: goro_set_label goro_set_labels goro_label
 */
#ifndef GORO_DEBUG_H
#define GORO_DEBUG_H

#include "goro.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- metrics ------------------------------------------------------------ */

/*
 * What is measured: name, kind, how it moves, text.  The name ends with its
 * unit; where Go has the same metric it has Go's name.
 *
 *	GAUGE    a value of now; goes up and down
 *	SUM      since the start of the run; only grows
 *	SUM_P    the same, and kept for each P as well
 *
 * CPU time is that of the Ps: GOMAXPROCS CPUs for as long as the run lasts, of
 * which the Ps that have nothing to run are idle.  What is not idle is system
 * as far as the process has used time in the kernel meanwhile, else user.
 */
#define GORO_METRIC_MAP(X)                                                     \
	X(CPU_IDLE, "/cpu/classes/idle:cpu-seconds", SECONDS, SUM,             \
	  "CPU time of Ps with nothing to run")                                \
	X(CPU_SYSTEM, "/cpu/classes/system:cpu-seconds", SECONDS, SUM,         \
	  "CPU time of busy Ps spent in the kernel")                           \
	X(CPU_TOTAL, "/cpu/classes/total:cpu-seconds", SECONDS, SUM,           \
	  "CPU time of all Ps: exactly idle + system + user, added so")        \
	X(CPU_USER, "/cpu/classes/user:cpu-seconds", SECONDS, SUM,             \
	  "CPU time of busy Ps, the rest")                                     \
	X(PROCS, "/sched/gomaxprocs:threads", COUNT, GAUGE,                    \
	  "GOMAXPROCS: how many goroutines may run at once")                   \
	X(CREATED, "/sched/goroutines-created:goroutines", COUNT, SUM_P,       \
	  "goroutines started so far")                                         \
	X(IN_CALLS, "/sched/goroutines/not-in-go:goroutines", COUNT, GAUGE,    \
	  "goroutines in goro_blocking(); about, as the next three")           \
	X(RUNNABLE, "/sched/goroutines/runnable:goroutines", COUNT, GAUGE,     \
	  "goroutines that could run and wait for their turn")                 \
	X(RUNNING, "/sched/goroutines/running:goroutines", COUNT, GAUGE,       \
	  "goroutines that run; at most GOMAXPROCS")                           \
	X(WAITING, "/sched/goroutines/waiting:goroutines", COUNT, GAUGE,       \
	  "goroutines that wait for something")                                \
	X(GOROUTINES, "/sched/goroutines:goroutines", COUNT, GAUGE,            \
	  "goroutines alive")                                                  \
	X(HANDOFFS, "/sched/handoffs:handoffs", COUNT, SUM,                    \
	  "Ps taken from a goroutine in goro_blocking()")                      \
	X(NETPOLL, "/sched/netpoll/waits:waits", COUNT, SUM_P,                 \
	  "waits for a descriptor")                                            \
	X(OVERFLOWS, "/sched/overflows:overflows", COUNT, SUM_P,               \
	  "times that a P's full queue was halved for the global one")         \
	X(PARKS, "/sched/parks:parks", COUNT, SUM_P,                           \
	  "times that a goroutine began to wait")                              \
	X(STOPPING, "/sched/pauses/stopping/other:seconds", HISTOGRAM, SUM,    \
	  "how long it took to stop all goroutines, for each pause")           \
	X(PAUSES, "/sched/pauses/total/other:seconds", HISTOGRAM, SUM,         \
	  "how long all goroutines were stopped, the stopping with it")        \
	X(PREEMPTIONS, "/sched/preemptions:preemptions", COUNT, SUM_P,         \
	  "goroutines stopped as their time slice was over")                   \
	X(STACKS, "/sched/stacks:bytes", COUNT, GAUGE,                         \
	  "address space given to stacks")                                     \
	X(STEALS, "/sched/steals:steals", COUNT, SUM_P,                        \
	  "times that a P took goroutines from another")                       \
	X(SWITCHES, "/sched/switches:switches", COUNT, SUM_P,                  \
	  "times that a goroutine was given a thread")                         \
	X(THREADS, "/sched/threads/total:threads", COUNT, GAUGE,               \
	  "threads that goro has, with the one in goro_run()")                 \
	X(TIMERS, "/sched/timers:timers", COUNT, GAUGE,                        \
	  "timers set, and goroutines that sleep")                             \
	X(MUTEX_WAIT, "/sync/mutex/wait/total:seconds", SECONDS, SUM_P,        \
	  "time spent waiting for mutexes and rwmutexes")

enum goro_metric_kind {
	GORO_METRIC_NONE = 0,     /* there is no such metric */
	GORO_METRIC_COUNT = 1,    /* in count */
	GORO_METRIC_SECONDS = 2,  /* in seconds */
	GORO_METRIC_HISTOGRAM = 3 /* in *histogram; count and seconds of all */
};

enum goro_metric_moves {
	GORO_METRIC_GAUGE = 0,
	GORO_METRIC_SUM = 1,
	GORO_METRIC_SUM_P = 2
};

struct goro_metric_info {
	const char *name;
	const char *text;
	int kind;  /* goro_metric_kind */
	int moves; /* goro_metric_moves */
};

/* Returns what there is to read, ordered by name, and how many in *n. */
GORO_API const struct goro_metric_info *goro_metrics_info(size_t *n);

/*
 * How often something took how long.  The bounds are the same for all: four
 * classes for each power of two, from 64 ns to 68 s.
 */
#define GORO_HISTOGRAM_SIZE 122

struct goro_histogram {
	uint64_t n[GORO_HISTOGRAM_SIZE];
};

/*
 * Returns the seconds from which on class i counts, up to those of i + 1.
 * Infinity for GORO_HISTOGRAM_SIZE, and beyond.
 */
GORO_API double goro_histogram_from(size_t i);

struct goro_metric {
	const char *name; /* set by the caller */
	int kind;         /* goro_metric_kind */
	uint64_t count;
	double seconds;
	struct goro_histogram *histogram; /* the caller's, or NULL */
};

/*
 * Read n metrics by their names, as one reading: the classes of CPU time add up
 * to their total.  The second reads what is kept for P p alone, from 0 on, or
 * for those that GOMAXPROCS has taken away; the first has the sums over all.
 * GORO_EINVAL, with kind NONE, if a name is unknown, or is not kept for each P,
 * or if there is no such P; all others are read.  Nothing is stopped: with many
 * goroutines the counts by state take about 1 ns for each.
 */
#define GORO_METRIC_GONE (-1)

GORO_API int goro_metrics_read(struct goro_metric *m, size_t n);
GORO_API int goro_metrics_read_p(int p, struct goro_metric *m, size_t n);

/*
 * Writes all metrics in the text form that Prometheus reads, as
 * goro_sched_goroutines_waiting_goroutines, cut to n bytes with its NUL.
 * Returns the whole length.
 */
GORO_API size_t goro_metrics_text(char *buf, size_t n);

/* ---- leaks -------------------------------------------------------------- */

/*
 * Finds the goroutines that can never run again: those that wait for a channel,
 * a select or a lock to which no goroutine that can run, no thread, no variable
 * and no block of malloc that is in use itself has a pointer, over however many
 * steps; and those that wait for a nil channel or in a select without cases.
 * Returns how many there are.  They stay as they are, are found again the next
 * time, and have " (leaked)" in their state in every later dump.
 *
 * The search takes any eight bytes that are an address for a pointer, also with a
 * tag in its upper 16 or its lower bits.  So it may miss a leak, because of an
 * old value in a dead variable, but it reports none that can run.  The exception
 * is a pointer that the program keeps in another form: compressed, in a file, in
 * the kernel.  Blocks of malloc are looked at one by one with glibc's malloc;
 * with another one all its memory counts as in use.
 *
 * Stops all goroutines and the program's threads for the time of the search,
 * about a millisecond for each MB that is in use.  Threads of the program and
 * functions in goro_blocking() are stopped by ptrace(); where that is not
 * permitted, as under a debugger, the search fails with GORO_ENOTSUP while there
 * are any.  So it does in a build with a sanitizer.  GORO_ENOMEM.  Blocks: a
 * second search waits for the first.
 *
 * With GORO_LEAKCHECK=1 in the environment goro searches when main has returned,
 * and when a goroutine calls exit().  If it finds any it prints them to stderr,
 * and the process ends with status 23, as with LeakSanitizer.
 */
GORO_API int64_t goro_find_leaks(void);

/*
 * The same, and writes at most n - 1 bytes of a dump of those goroutines, in the
 * form of goro_dump(); returns its length.  After an error there is none.
 */
GORO_API size_t goro_leaks(char *buf, size_t n);

/* ---- a dump for programs ------------------------------------------------ */

/*
 * Writes what goro_dump() does as JSON, at most n - 1 bytes, and returns its
 * length.  What is not known, or not so, is left out:
 *
 *	{"pid": 17, "gomaxprocs": 4,
 *	 "threads": [{"id": 0, "tid": 18, "p": 2, "goroutine": 1} ...],
 *	 "goroutines": [{
 *		"id": 7, "state": "chan receive", "seconds": 65,
 *		"waits_for": ["0x7f..." ...],
 *		"locked_to_thread": true, "leaked": true,
 *		"labels": {"job": "load"},
 *		"parent": 1, "created_by": {as an element of stack},
 *		"stack": [{"pc": "0x55...", "function": "worker", "offset": 38,
 *			"file": "/usr/bin/program", "address": "0x11d6"} ...],
 *		"elided": 50} ...]}
 *
 * State and frames are those of the dump; of deep stacks the 50 frames at each
 * end, of which "elided" are between.  waits_for has the addresses of the
 * channels, mutexes ... in whose queues the goroutine is: others with the same
 * one wait for the same thing.  address is in file, as addr2line counts.
 */
GORO_API size_t goro_dump_json(char *buf, size_t n);

/* ---- labels ------------------------------------------------------------- */

/*
 * A goroutine's labels are texts by key, of the program's choice.  Goroutines
 * that it starts have the same ones.  Profiles have them, and so have the heads
 * of dumps with GODEBUG=tracebacklabels=1, as Go's:
 *
 *	goroutine 7 [chan receive labels:{"job": "load", "user": "7"}]:
 */
struct goro_label {
	const char *key, *value;
};

/*
 * Gives the calling goroutine a label, in place of one with the same key; NULL
 * takes that away.  Both texts are copied.  GORO_EINVAL: key is NULL.
 * GORO_ENOMEM, and nothing is changed: no memory, or more than 64 KiB in all.
 */
GORO_API int goro_set_label(const char *key, const char *value);
/* The same for all at once: it has these n labels afterwards and no others. */
GORO_API int goro_set_labels(const struct goro_label *labels, size_t n);
/*
 * Returns the calling goroutine's label, good until it sets another; NULL if
 * it has none of that key.
 */
GORO_API const char *goro_label(const char *key);

/* ---- circles of locks ----------------------------------------------------- */

/*
 * With GODEBUG=lockcycle=1 in the environment goro reports on stderr, when it
 * happens and once, that goroutines wait for each other's mutexes, rwmutexes and
 * onces in a circle, or that one waits for what it has itself: who waits for
 * which lock, and all their stacks.  The others go on.  A reader that waits
 * behind a writer is in such a circle too if it has the lock already.
 *
 * goro then notes who has which lock, which makes each lock and unlock some
 * 100 ns longer.  Go lets another goroutine unlock a mutex.  A mutex that is
 * used so, as a signal, is left out from the first time on; but if a goroutine
 * waits for itself before that, it is reported.
 */

#ifdef __cplusplus
}
#endif

#endif

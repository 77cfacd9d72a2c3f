/*
 * goro_debug.h - looking into a program that runs: metrics, goroutines that can
 * never run again, labels of goroutines, profiles, and a server that shows them.
 *
 * Who may call what (see goro.h):
 *
 *	anywhere:  goro_metrics_info goro_metrics_read goro_metrics_read_p
 *	           goro_metrics_text goro_histogram_from goro_dump_json
 *	call:      goro_find_leaks goro_leaks
 *	           goro_profile_write goro_block_profile_rate
 *	           goro_mutex_profile_fraction goro_cpu_profile_start
 *	           goro_cpu_profile_stop goro_debug_serve goro_debug_open
 *	           goro_debug_addr goro_debug_close
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
 *
 * Latencies and turns are those of some goroutines: on each P of about one in
 * eight that are made ready, but of fewer where more than 100 are in a second.
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
	X(LATENCIES, "/sched/latencies:seconds", HISTOGRAM, SUM,               \
	  "how long goroutines waited for their turn; of some")                \
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
	X(TURNS, "/sched/turns:seconds", HISTOGRAM, SUM,                       \
	  "how long goroutines ran without a switch; of some")                 \
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

#define GORO_METRIC_GONE (-1)

/*
 * Read n metrics by their names, as one reading: the classes of CPU time add up
 * to their total.  The second reads what is kept for P p alone, from 0 on, or
 * for GORO_METRIC_GONE: those that GOMAXPROCS has taken away; the first has the
 * sums over all.
 * GORO_EINVAL, with kind NONE, if a name is unknown, or is not kept for each P,
 * or if there is no such P; all others are read.  Nothing is stopped: with many
 * goroutines the counts by state take about 1 ns for each.
 */
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
 *
 * With that, or with GODEBUG=lockcycle=1, it is noted who has which lock, for
 * some 100 ns for each lock and unlock.  Then a report ends with a line for each
 * circle of goroutines, some of them leaked, that wait for each other's locks:
 * "lockcycle: 18 waits for the lock 0x7f32a0, in whose way is 19, 19 for ...".
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
 *		"bubble": 1, "durable": true,
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

/* ---- profiles ----------------------------------------------------------- */

/*
 * Writes a profile to a descriptor:
 *
 *	"goroutine"  all goroutines at one instant, equal stacks together.  All
 *	             are stopped meanwhile, for about 2 us each.
 *
 *	"goroutineleak"
 *	             those that can never run again, which it looks for as
 *	             goro_find_leaks() does
 *
 *	"block"      where goroutines have waited for each other, how often
 *	             and how long: channels, select, locks, wait groups,
 *	             conds, since goro_block_profile_rate().  Each kind of wait
 *	             is an entry of its own, named by the label "wait".
 *	"mutex"      where mutexes and rwmutexes were unlocked that others
 *	             waited for, how often, and how long these have waited for
 *	             that holder in all: goro_mutex_profile_fraction().
 *
 * With debug 0 in the form of pprof, not compressed: go tool pprof FILE reads
 * it, and needs no program file for the names of functions; goro-symbolize
 * --profile puts source lines in.  With 1 as text, as Go writes it, the most
 * frequent stack first; with 2, for "goroutine" and "goroutineleak", each of them
 * as a panic prints it.  A stack ends with the function that called goro: what
 * goro does itself is left out.
 *
 * GORO_EINVAL for an unknown name, GORO_ENOMEM; GORO_ENOTSUP if leaks cannot be
 * searched for; GORO_NET_OTHER if fd takes no more.  Blocks while a pipe is full;
 * other goroutines run meanwhile.
 */
GORO_API int goro_profile_write(const char *name, int debug, int fd);

/*
 * Sets which waits the block profile has: one for each ns nanoseconds of
 * waiting on the average.  1: all; 0: none, as at first.  Which ones are chosen
 * is left to chance, and those chosen stand for the others.  Stops all
 * goroutines for a moment.
 */
GORO_API void goro_block_profile_rate(int64_t ns);

/*
 * Sets that the mutex profile has one in n of the unlocks that others waited
 * for, by chance, and returns the former n.  1: all; 0: none, as at first; a
 * negative n changes nothing.  Stops all goroutines for a moment.  While it is
 * on, an unlock looks at all who wait.
 */
GORO_API int64_t goro_mutex_profile_fraction(int64_t n);

/*
 * Begins a profile of CPU time, which goes to fd in the form of pprof once it is
 * stopped.  Every thread of the process, goro's and others', is looked at for
 * each 10 ms of CPU time that it uses; a new one from about 10 ms after its
 * start.  A sample costs about 3 us.  It uses SIGPROF: a handler of the program's gets
 * those that the program sends.  GORO_EBUSY: there is a profile already;
 * GORO_EINVAL: fd is not open, GORO_ENOMEM.
 *
 * GORO_CPUPROFILE=FILE in the environment profiles a whole run, up to the end of
 * goro_run().
 */
GORO_API int goro_cpu_profile_start(int fd);
/*
 * Ends it and writes it.  Without a profile: nothing.  GORO_ENOMEM;
 * GORO_NET_OTHER if fd takes no more.
 */
GORO_API int goro_cpu_profile_stop(void);

/* ---- debug server ------------------------------------------------------- */

/*
 * Serves by HTTP, to one goroutine for each request:
 *
 *	/debug/pprof/           what there is, for people
 *	/debug/pprof/goroutine  and each other name of goro_profile_write(), with
 *	                        ?debug=N; so go tool pprof http://HOST:PORT/...
 *	                        works
 *	/debug/pprof/profile    CPU time for ?seconds=N, 30 s if N is left out
 *	/debug/pprof/trace      an execution trace (goro_trace.h) of ?seconds=N,
 *	                        1 s if N is left out
 *	/debug/pprof/cmdline    the program's arguments
 *	/metrics                goro_metrics_text()
 *
 * The address is that of a "tcp" listener (goro_net.h), "127.0.0.1:6060"; port
 * 0 takes a free one.  Everybody who can connect may look: so an address other
 * than loopback is refused with GORO_EINVAL, unless flags have
 * GORO_DEBUG_ANY_ADDRESS.  A server on loopback answers only requests to
 * localhost or to an address in numbers.  Other errors are those of
 * goro_listen().
 *
 * goro_debug_serve() serves up to the end of the run.  goro_debug_close() ends
 * what goro_debug_open() began and frees d; requests that are being answered go
 * on.  While there is a server a deadlock is not reported: it waits for the
 * network.
 */
typedef struct goro_debug goro_debug;

enum goro_debug_flags { GORO_DEBUG_ANY_ADDRESS = 1 };

/* Both serve at an address, the second until goro_debug_close(). */
GORO_API int goro_debug_serve(const char *address);
GORO_API int goro_debug_open(const char *address, unsigned flags,
			     goro_debug **out);
/* Writes where d listens as text, cut to fit. */
GORO_API int goro_debug_addr(goro_debug *d, char *buf, size_t n);
GORO_API void goro_debug_close(goro_debug *d);

#ifdef __cplusplus
}
#endif

#endif

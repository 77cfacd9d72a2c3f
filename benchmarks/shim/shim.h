/*
 * shim.h - Google Benchmark for programs in C.
 *
 *	static void measure(struct bench_state *s, void *arg)
 *	{
 *		while (bench_next(s))
 *			operation(arg);
 *		bench_items(s, bench_done(s));
 *	}
 *
 *	struct bench *b = bench_register("family/operation", measure, arg);
 *	bench_arg(b, "size", 64);        now "family/operation/size:64"
 *	bench_run(&options, &report);
 *
 * The library calls measure several times, with more iterations each time,
 * until the timed part lasts long enough; only the last call is reported.
 *
 * Time is wall time, and the CPU time reported is that of the whole process:
 * the thread that calls bench_run says nothing about a runtime with threads
 * of its own.  All functions are called by the thread or goroutine that called
 * bench_run; measure may hand work to others and wait.  It needs a stack of
 * about 100 KiB.
 */
#ifndef ASSAY_SHIM_H
#define ASSAY_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bench;       /* a benchmark that is registered */
struct bench_state; /* one call of its function */

typedef void (*bench_fn)(struct bench_state *s, void *arg);

/* ---- registration: before bench_run ------------------------------------- */

/* The name is copied.  The handle stays valid until bench_run returns. */
struct bench *bench_register(const char *name, bench_fn fn, void *arg);

/* Adds an argument, which the name shows as "/NAME:VALUE". */
void bench_arg(struct bench *b, const char *name, int64_t value);

/* Exactly so many iterations (at least 1), in one call. */
void bench_iterations(struct bench *b, int64_t n);

/* The time is what bench_set_time says, not what passes in the loop. */
void bench_manual_time(struct bench *b);

/* A pair for the JSON's context; both are copied. */
void bench_context(const char *key, const char *value);

/* ---- in the function: iterations ---------------------------------------- */

/*
 * The loop: `while (bench_next(s))` once round per iteration, or, for bodies
 * of a few nanoseconds, `while (bench_next_batch(s, n))` with n iterations in
 * each round.  Timing starts with the first call and stops with the one that
 * gives false.
 */
bool bench_next(struct bench_state *s);
bool bench_next_batch(struct bench_state *s, int64_t n);

/*
 * All iterations in one go: bench_begin starts timing and returns how many to
 * do, bench_end stops it.  Instead of a loop, once per call.
 */
int64_t bench_begin(struct bench_state *s);
void bench_end(struct bench_state *s);

/* How many iterations this call is to do; how many it has done. */
int64_t bench_planned(struct bench_state *s);
int64_t bench_done(struct bench_state *s);

/* What lies between is not timed.  Costs about a microsecond together. */
void bench_pause(struct bench_state *s);
void bench_resume(struct bench_state *s);

/* The time of this iteration in seconds, with bench_manual_time. */
void bench_set_time(struct bench_state *s, double seconds);

/* The value of argument i, as registered. */
int64_t bench_range(struct bench_state *s, size_t i);

/* ---- in the function: results, after the loop --------------------------- */

enum bench_kind {
	BENCH_PLAIN,         /* the value itself */
	BENCH_RATE,          /* the value per second */
	BENCH_PER_ITERATION, /* the value divided by the iterations */
};

/* Sets a counter; one that is no finite number is an error. */
void bench_counter(struct bench_state *s, const char *name, double value,
		   enum bench_kind kind);

/* Items and bytes of all iterations together: reported per second. */
void bench_items(struct bench_state *s, int64_t items);
void bench_bytes(struct bench_state *s, int64_t bytes);

/* A text beside the figures. */
void bench_label(struct bench_state *s, const char *text);

/*
 * The benchmark failed, or cannot be done here: its figures are dropped and
 * the text is reported.  At any time; the first one counts, the loop ends.
 */
__attribute__((format(printf, 2, 3))) void bench_error(struct bench_state *s,
						       const char *format, ...);
__attribute__((format(printf, 2, 3))) void bench_skip(struct bench_state *s,
						      const char *format, ...);

/* Whether one of the two was called. */
bool bench_failed(struct bench_state *s);

/* ---- running ------------------------------------------------------------ */

struct bench_options {
	const char *program; /* for the JSON's context */
	double min_time;     /* seconds that the timed part lasts at least */
	bool table;          /* a line for each on stdout, as it ends */
};

struct bench_report {
	int64_t measured, failed, skipped;
	char *json; /* all results; the caller frees it */
};

/*
 * Runs what is registered, in that order.  Once per process: the library keeps
 * its options in globals.  False: out of memory for the JSON.
 */
bool bench_run(const struct bench_options *options, struct bench_report *out);

#ifdef __cplusplus
}
#endif

#endif

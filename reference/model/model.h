/*
 * model.h - a model: a few threads that run code of the runtime, and what must
 * be so in every order of their steps.
 *
 * A step is an atomic operation, up to the next.  The checker (explore.c) runs
 * the model once for each sequence of choices: which thread makes the next
 * step (threads.c), and which of the values that the memory model allows a
 * load reads (memory.c).  Two budgets bound the search: how often a thread
 * that could go on is interrupted, and how often a load reads a value that is
 * not the newest.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODEL_THREADS 5

struct scenario {
	const char *name;
	void (*setup)(void); /* makes the state and the threads */
	void (*check)(
		void);   /* when all have ended, or sleep and may; or NULL */
	int preemptions; /* budgets, unless the command line says more */
	int stale;
};

/* Ends with a NULL name; each model has one. */
extern const struct scenario model_scenarios[];

/* ---- for models ----------------------------------------------------------- */

/* A thread, from setup only.  name is for the log. */
void model_thread(const char *name, void (*fn)(void *), void *arg);
/* The calling thread may be asleep when the model ends. */
void model_may_sleep(void);
/* Goes on when no other thread can: a monitor's tick. */
void model_wait_quiet(void);
/* Waits for model_wake() of the same address; one that came before counts. */
void model_sleep(const void *on, const char *why);
void model_wake(const void *on);
/* One of n, each in its turn. */
uint32_t model_choose(uint32_t n, const char *what);
void model_fail(const char *text) __attribute__((noreturn));
/* A line of the log. */
void model_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define MODEL_CHECK(ok)                                                        \
	do {                                                                   \
		if (!(ok))                                                     \
			model_fail("not so: " #ok);                            \
	} while (0)

/* ---- for the twins of the seams ------------------------------------------- */

void model_yield(void);
/* Does not return, and is no failure. */
void model_halt(void);
int model_tgkill(int tid, int sig);
void *model_map(size_t size); /* until the end of the run; NULL: no more */
void model_relax(void);
int64_t model_clock(void);
int model_futex_wait(const void *word, uint32_t value, int64_t ns);
int model_futex_wake(const void *word, int n);

#endif

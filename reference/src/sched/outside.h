/*
 * outside.h - public calls from outside of goroutines.
 *
 * Outside means that the thread has no M: goro__m() is NULL.  That is so in a
 * thread of the program's own, in any thread before goro_run() and after it,
 * inside goro_blocking(), and in the child of a fork().  A call that needs a P
 * or a G checks for it first.  In an embedded run, and while no run is on, the
 * thread becomes a goroutine until the call ends (outside.c).  Otherwise the
 * process ends with a line that names the call.  In a run that is explored
 * goroutines come this way, too (explore.h).
 */
#ifndef GORO_OUTSIDE_H
#define GORO_OUTSIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "arch.h"

struct errtexts;
struct g;
struct m;
struct p;

/* Makes the calling thread a goroutine until goro__call_end(). */
void goro__call_begin(const char *call);
void goro__call_end(const char *call);
/* Ends the process with a line that says where call was made. */
_Noreturn void goro__refuse(const char *call);
/* Refuses call while no run is on. */
void goro__need_run(const char *call);
/* The P of calls while no run is on; nobody looks at its queues. */
extern struct p goro__quiet_p __attribute__((visibility("hidden")));
/* Returns the calling goroutine; refuses call on a thread of the program. */
struct g *goro__goroutine(const char *call);
/* The same, but a thread of the program may defer inside a goro_try(). */
struct g *goro__deferring(const char *call);
/* Returns the goroutine that is to panic.  Prints text if call is refused. */
struct g *goro__panicking(const char *call, const char *text);
/* Calls fn(arg) on m's thread with goro__m() NULL: outside. */
void goro__call_outside(struct m *m, void (*fn)(void *), void *arg);
/* Returns the M that is inside goro_blocking() on this thread, or NULL. */
struct m *goro__blocking_m(void);
/*
 * Returns the M whose goroutine runs the program's code on this thread while
 * the run is explored, or NULL.  goro__m() is NULL meanwhile: explore.h.
 */
struct m *goro__explored_m(void);
/* Returns where the calling thread keeps its error texts between its calls. */
struct errtexts **goro__outsider_texts(void);
/* Parks g, which is on a thread of the program: the thread sleeps. */
void goro__park_outsider(struct m *m, struct g *g);
/* Returns which clock the caller has: its bubble's number or, 0, that of all. */
uint32_t goro__clock_of_caller(void);
/* True if a run is on and this is not the child of a fork(). */
bool goro__running(void);
/* Declares that a run is on. */
void goro__outside_init(void);

/* For slow paths: not inlined, so the registers they save cost no caller. */
#define COLD __attribute__((cold, noinline))

static inline bool goro__outside(void)
{
	return __builtin_expect(!goro__m(), 0);
}

/*
 * The first line of a short public function.  From outside it makes the call
 * once more, as a goroutine, and returns.
 */
#define FROM_OUTSIDE(again)                                                    \
	do {                                                                   \
		if (goro__outside()) {                                         \
			goro__call_begin(__func__);                            \
			again;                                                 \
			goro__call_end(__func__);                              \
			return;                                                \
		}                                                              \
	} while (0)

#define FROM_OUTSIDE_GIVES(again)                                              \
	do {                                                                   \
		if (goro__outside()) {                                         \
			__typeof__(again) gives_;                              \
			goro__call_begin(__func__);                            \
			gives_ = again;                                        \
			goro__call_end(__func__);                              \
			return gives_;                                         \
		}                                                              \
	} while (0)

/*
 * Stands where a call does something else from outside: in a run that is
 * explored a goroutine comes there, too.
 */
#define FROM_EXPLORED(again)                                                   \
	do {                                                                   \
		if (goro__explored_m())                                        \
			FROM_OUTSIDE(again);                                   \
	} while (0)

/* Makes the caller a goroutine.  Returns NULL if it is one already. */
static inline const char *goro__be_goroutine(const char *call)
{
	if (!goro__outside())
		return NULL;
	goro__call_begin(call);
	return call;
}

static inline void goro__was_goroutine(const char **call)
{
	if (__builtin_expect(*call != NULL, 0))
		goro__call_end(*call);
}

/* The first line of a long one: the thread is a goroutine up to its end. */
#define AS_GOROUTINE()                                                         \
	const char *as_goroutine_                                              \
		__attribute__((cleanup(goro__was_goroutine), unused)) =        \
			goro__be_goroutine(__func__)

#endif

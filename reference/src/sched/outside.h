/*
 * outside.h - public calls from where there is no goroutine.
 *
 * Such a thread has no M: goro__m() is NULL.  That is a thread of the
 * program's own, any thread before goro_run() and after it, one inside
 * goro_blocking(), and the child of a fork.  A call that needs a P or a G asks
 * first.  In an embedded run, and while no run is on, the thread is then a
 * goroutine for the time of the call (outside.c); elsewhere the process ends
 * with a line that names the call.
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

/* The calling thread is a goroutine from here to goro__call_end(). */
void goro__call_begin(const char *call);
void goro__call_end(const char *call);
/* Ends the process: call is never to be had without a goroutine. */
_Noreturn void goro__refuse(const char *call);
/* Refuses call while no run is on. */
void goro__need_run(const char *call);
/* Whose owner makes a call while no run is on; nobody looks at its queues. */
extern struct p goro__quiet_p __attribute__((visibility("hidden")));
/* The caller's; refuses call if that is a thread's. */
struct g *goro__goroutine(const char *call);
/* The same, but a thread that is in a try may defer. */
struct g *goro__deferring(const char *call);
/* Who is to panic; what it panics with is printed if call is refused. */
struct g *goro__panicking(const char *call, const char *text);
/* Calls fn(arg) as if the thread, which is m, were none of the runtime's. */
void goro__call_outside(struct m *m, void (*fn)(void *), void *arg);
/* The M whose goroutine is inside goro_blocking() here; NULL: none is. */
struct m *goro__blocking_m(void);
/* The error texts of a thread between its calls. */
struct errtexts **goro__outsider_texts(void);
/* A goroutine on a thread of the program's parks: the thread sleeps. */
void goro__park_outsider(struct m *m, struct g *g);
/* A run is on, and this process is the one that began it. */
bool goro__running(void);
/* From now on a run is on. */
void goro__outside_init(void);

/* A function apart: what it keeps over its calls costs its caller nothing. */
#define COLD __attribute__((cold, noinline))

static inline bool goro__outside(void)
{
	return __builtin_expect(!goro__m(), 0);
}

/*
 * The first line of a short call: from outside it is made once more by this
 * thread as a goroutine, and nothing is left to do.
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

/* NULL: the caller is a goroutine. */
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

/* The first line of a long one, up to whose end the thread is a goroutine. */
#define AS_GOROUTINE()                                                         \
	const char *as_goroutine_                                              \
		__attribute__((cleanup(goro__was_goroutine), unused)) =        \
			goro__be_goroutine(__func__)

#endif

/*
 * goro_ext.h - what Go builds above its primitives, on goro.h: contexts,
 * errgroup, weighted semaphore, singleflight, rate limiters, lazy values and
 * the concurrent map.
 *
 *	static int prefetch_frames(void *arg) ...
 *
 *	goro_group *g;
 *	goro_context *ctx;
 *
 *	goro_group_with_context(goro_background(), &g, &ctx);
 *	goro_group_go(g, fetch, ctx, GORO_FOREVER);
 *	goro_group_go(g, fetch, ctx, GORO_FOREVER);
 *	if (goro_group_wait(g))
 *		printf("one of them failed, and ended the other\n");
 *	goro_group_free(g);
 *	goro_context_free(ctx);
 *
 * Many goroutines may make these calls at once, unless the description says
 * otherwise.
 *
 * An error is an int: 0 is Go's nil, GORO_CANCELED and GORO_DEADLINE are the
 * errors of a context, and a program's own start at GORO_ERROR_USER.  Functions
 * return GORO_OK or an error.  Any of them may return GORO_EINVAL, for a NULL
 * where something is needed and a number out of range, and GORO_ENOMEM.
 *
 * Objects that a ..._new, a ..._with or an out parameter gives belong to the
 * caller, who frees them when no goroutine is in a call on them or will make
 * one.  To free NULL does nothing.
 *
 * Who may call what: the kinds are those of goro.h.
 *
 *	anywhere:  goro_background goro_todo goro_with_value goro_without_cancel
 *	           goro_context_from_done goro_context_from_hooks
 *	           goro_context_wrap goro_context_deadline
 *	           goro_context_value goro_context_name goro_error_timeout
 *	           goro_error_temporary goro_group_new goro_group_error
 *	           goro_semaphore_new goro_semaphore_free goro_flight_new
 *	           goro_flight_free goro_every goro_limiter_new
 *	           goro_limiter_free goro_reservation_ok goro_reservation_free
 *	           goro_limiter_error goro_bucket_new goro_bucket_free
 *	           goro_sometimes_new goro_sometimes_free goro_lazy_new
 *	           goro_lazy_free goro_map_new goro_map_free goro_map_load
 *	call:      goro_with_cancel goro_with_deadline goro_with_timeout
 *	           goro_cancel goro_context_free goro_context_err
 *	           goro_context_cause goro_context_done goro_context_after_func
 *	           goro_hook_stop goro_hook_free goro_context_children
 *	           goro_context_dial goro_group_with_context
 *	           goro_group_set_limit goro_group_go goro_group_wait
 *	           goro_group_free goro_semaphore_acquire
 *	           goro_semaphore_try_acquire goro_semaphore_release
 *	           goro_flight_do goro_flight_do_chan goro_flight_forget
 *	           goro_limiter_limit goro_limiter_burst goro_limiter_tokens
 *	           goro_limiter_set_limit goro_limiter_set_burst
 *	           goro_limiter_allow goro_limiter_reserve
 *	           goro_reservation_delay goro_reservation_cancel
 *	           goro_limiter_wait goro_bucket_take goro_bucket_next
 *	           goro_sometimes_do goro_lazy_get goro_map_store
 *	           goro_map_load_or_store goro_map_load_and_delete
 *	           goro_map_delete goro_map_swap goro_map_compare_and_swap
 *	           goro_map_compare_and_delete goro_map_range goro_map_clear
 */
#ifndef GORO_EXT_H
#define GORO_EXT_H

#include "goro_net.h"

#ifdef __cplusplus
extern "C" {
#endif

#define GORO_ERROR_USER 1000

/* Returns its error. */
typedef int (*goro_task)(void *arg);

/* Sets *value and returns its error. */
typedef int (*goro_call)(void *arg, void **value);

/* ---- context ------------------------------------------------------------ */

typedef struct goro_context goro_context;
typedef struct goro_hook goro_hook;

/*
 * A key of a value.  Two keys are equal if both numbers are.  The type keeps
 * the keys of different packages apart: use the address of a static variable.
 */
struct goro_key {
	uint64_t type; /* not one of the two below */
	uint64_t value;
};

#define GORO_KEY_NIL UINT64_C(0)
#define GORO_KEY_INCOMPARABLE UINT64_MAX

/* Return the two roots, which never end and are never freed. */
GORO_API goro_context *goro_background(void);
GORO_API goro_context *goro_todo(void);

/*
 * These put a child of parent into *out.  It has its parent's values and
 * deadline, ends when its parent does, and keeps it alive: they may be freed in
 * any order.  GORO_CTX_NIL_PARENT, and *out stays as it was.
 */

/* Makes a child that goro_cancel ends. */
GORO_API int goro_with_cancel(goro_context *parent, goro_context **out);

/*
 * Makes a child that also ends by itself, with GORO_DEADLINE, at the time
 * deadline of goro_now(), or ns from now.  cause is for goro_context_cause();
 * 0: none.
 */
GORO_API int goro_with_deadline(goro_context *parent, int64_t deadline,
				int cause, goro_context **out);
GORO_API int goro_with_timeout(goro_context *parent, int64_t ns, int cause,
			       goro_context **out);

/*
 * Makes a child in which key has this value, which the caller keeps.
 * GORO_CTX_NIL_KEY and GORO_CTX_BAD_KEY for the two types above.
 */
GORO_API int goro_with_value(goro_context *parent, struct goro_key key,
			     void *value, goro_context **out);

/* Makes a child that has only the values of parent and never ends. */
GORO_API int goro_without_cancel(goro_context *parent, goro_context **out);

/*
 * Makes a context without parent that ends, with GORO_CANCELED, when done is
 * closed.  done must live until the context and its descendants are freed.  A
 * child that can be cancelled has a goroutine that waits for both.
 */
GORO_API int goro_context_from_done(goro_chan *done, goro_context **out);

/* How a child learns of the end of a context of the program's own kind. */
struct goro_end_hooks {
	/*
	 * Makes fn(x) run in a goroutine of its own when the context ends, or
	 * at once if it has ended.  Returns the argument for remove; NULL: no
	 * memory.  It must call neither fn itself nor a function of the child.
	 */
	void *(*add)(void *arg, goro_fn fn, void *x);
	/* True if this call has kept fn from being called. */
	bool (*remove)(void *arg, void *added);
	void *arg;
};

/*
 * As goro_context_from_done(), with hooks, so a child needs no goroutine.  What
 * they use must live as long as done.
 */
GORO_API int goro_context_from_hooks(goro_chan *done,
				     const struct goro_end_hooks *hooks,
				     goro_context **out);

/*
 * Makes a context of the program's own kind around inner, with a done channel
 * of its own and all else from inner.  With NULL the channel is inner's too,
 * and a child costs no more than one of inner.  Else the program must close
 * done when inner has ended, and a child that can be cancelled has a goroutine
 * that waits for done.  GORO_CTX_NIL_PARENT.
 */
GORO_API int goro_context_wrap(goro_context *inner, goro_chan *done,
			       goro_context **out);

/*
 * Ends c and its descendants, with GORO_CANCELED, unless c has ended.  cause is
 * for goro_context_cause(); 0: none.  GORO_CTX_KIND: c cannot be cancelled, or
 * there is a cause and c was made with a deadline.
 */
GORO_API int goro_cancel(goro_context *c, int cause);

/*
 * Cancels c, if it can be cancelled, and gives it up.  No goroutine may wait on
 * c's channel any more.  If the parent has a done channel or hooks of the
 * program's, waits until none of them is used for c any more.
 */
GORO_API void goro_context_free(goro_context *c);

/* Returns the error with which c has ended; 0: it has not. */
GORO_API int goro_context_err(goro_context *c);

/* Returns the cause that was given for c's end, else goro_context_err(). */
GORO_API int goro_context_cause(goro_context *c);

/*
 * Returns the channel that is closed when c ends, the same at each call; c owns
 * it.  NULL: c never ends.
 */
GORO_API goro_chan *goro_context_done(goro_context *c);

/* Sets *deadline (may be NULL).  False if c has no deadline. */
GORO_API bool goro_context_deadline(goro_context *c, int64_t *deadline);

/* Returns the value that the nearest context has for key; NULL: none has. */
GORO_API void *goro_context_value(goro_context *c, struct goro_key key);

/* Runs fn(arg) in a goroutine of its own when c has ended. */
GORO_API int goro_context_after_func(goro_context *c, goro_fn fn, void *arg,
				     goro_hook **out);
/* True if this call keeps fn from running. */
GORO_API bool goro_hook_stop(goro_hook *h);
/* Frees the handle; fn runs nevertheless. */
GORO_API void goro_hook_free(goro_hook *h);

/*
 * Writes at most n - 1 bytes of c's name as Go prints it
 * ("context.Background.WithCancel").  Returns its length.
 */
GORO_API size_t goro_context_name(goro_context *c, char *buf, size_t n);

/* Returns the number of contexts and hooks that are direct children of c. */
GORO_API int64_t goro_context_children(goro_context *c);

/*
 * As goro_dial(), until c ends: GORO_NET_CANCELED, or GORO_TIMEOUT if c's
 * deadline ended it.
 */
GORO_API int goro_context_dial(goro_context *c, const char *network,
			       const char *address, goro_conn **out);

/* Return the results of Timeout() and Temporary() of Go's error. */
GORO_API bool goro_error_timeout(int error);
GORO_API bool goro_error_temporary(int error);

/* ---- errgroup ----------------------------------------------------------- */

typedef struct goro_group goro_group;

/* Makes a group without a limit or a context.  NULL without memory. */
GORO_API goro_group *goro_group_new(void);

/*
 * Makes a group, and a child of parent that ends with the first error of a task
 * (its cause), or when goro_group_wait returns.  The caller owns both.
 */
GORO_API int goro_group_with_context(goro_context *parent, goro_group **group,
				     goro_context **context);

/*
 * Limits the tasks at once to n; 0: none at all; negative: any number.
 * GORO_GROUP_LIMIT for a limit while there are tasks.  It must not be called at
 * the same time as goro_group_go.
 */
GORO_API int goro_group_set_limit(goro_group *g, int64_t n);

/*
 * Runs task(arg) in a goroutine of its own.  At the limit, blocks until
 * another task has ended, or the deadline: GORO_AGAIN, GORO_TIMEOUT.
 */
GORO_API int goro_group_go(goro_group *g, goro_task task, void *arg,
			   int64_t deadline);

/* Blocks until all tasks have ended; returns the first error. */
GORO_API int goro_group_wait(goro_group *g);

/* Frees g, whose tasks have ended, but not its context. */
GORO_API void goro_group_free(goro_group *g);

/*
 * Returns Go's text of the last error that one of these returned to this
 * goroutine; that of GORO_GROUP_LIMIT has a number in it.  Valid until the
 * next.
 */
GORO_API const char *goro_group_error(void);

/* ---- weighted semaphore ------------------------------------------------- */

typedef struct goro_semaphore goro_semaphore;

/* Makes a semaphore of size n.  NULL if n < 0, or without memory. */
GORO_API goro_semaphore *goro_semaphore_new(int64_t n);

/*
 * Takes n.  Blocks while less is free or others have waited longer.  Returns
 * the error of c, with nothing taken, if c ends first or had ended.  If n is
 * more than the size, waits for the end of c and holds up no other caller.
 */
GORO_API int goro_semaphore_acquire(goro_semaphore *s, goro_context *c,
				    int64_t n);

/* As goro_semaphore_acquire(), without blocking: GORO_AGAIN. */
GORO_API int goro_semaphore_try_acquire(goro_semaphore *s, int64_t n);

/* Gives n back.  GORO_SEM_RELEASED, with no change, if less was taken. */
GORO_API int goro_semaphore_release(goro_semaphore *s, int64_t n);

/* Frees s, on which no call waits.  What is taken need not be given back. */
GORO_API void goro_semaphore_free(goro_semaphore *s);

/* ---- singleflight ------------------------------------------------------- */

typedef struct goro_flight goro_flight;

struct goro_flight_result {
	void *value;
	int32_t error;
	int32_t shared; /* 1: more than one caller gets it */
};

/* Makes a set of keys of its own.  NULL without memory. */
GORO_API goro_flight *goro_flight_new(void);

/*
 * Calls call(arg), or waits for the result of a call for the same key that goes
 * on.  Returns its error; value and shared may be NULL.  If the call panics,
 * all its callers panic; if it ends its goroutine, it ends theirs.
 */
GORO_API int goro_flight_do(goro_flight *f, const char *key, goro_call call,
			    void *arg, void **value, bool *shared);

/*
 * Runs call(arg) in a goroutine of its own.  Returns a channel, the caller's,
 * that gets one struct goro_flight_result.  A panic of the call ends the
 * process; after a goexit the channel stays empty.  NULL without memory.
 */
GORO_API goro_chan *goro_flight_do_chan(goro_flight *f, const char *key,
					goro_call call, void *arg);

/* Makes the next call for key not wait for one that goes on. */
GORO_API void goro_flight_forget(goro_flight *f, const char *key);

/* Frees f, on which no caller waits.  A call by channel may go on. */
GORO_API void goro_flight_free(goro_flight *f);

/* ---- rate: a token bucket ----------------------------------------------- */

/*
 * A limiter fills with `limit` tokens a second (infinity: there is no limit)
 * up to `burst`, and is full at first.  An event takes tokens.  If it takes
 * future ones it has to wait for them.
 *
 * `at` is the time of a call, in nanoseconds of any one clock, goro_now() for
 * instance.  A time before an earlier one adds no tokens.
 */
typedef struct goro_limiter goro_limiter;
typedef struct goro_reservation goro_reservation;

/* Returns the limit of one event every ns; infinity if ns <= 0. */
GORO_API double goro_every(int64_t ns);

/* Makes a limiter.  NULL if limit is not a number, or without memory. */
GORO_API goro_limiter *goro_limiter_new(double limit, int64_t burst);
GORO_API void goro_limiter_free(goro_limiter *l);

/* Return the limit and the burst. */
GORO_API double goro_limiter_limit(goro_limiter *l);
GORO_API int64_t goro_limiter_burst(goro_limiter *l);
/* Returns the tokens at that time.  Negative: so many are owed. */
GORO_API double goro_limiter_tokens(goro_limiter *l, int64_t at);
GORO_API void goro_limiter_set_limit(goro_limiter *l, int64_t at, double limit);
GORO_API void goro_limiter_set_burst(goro_limiter *l, int64_t at,
				     int64_t burst);

/* Takes n tokens if they are there.  True: the event may happen now. */
GORO_API bool goro_limiter_allow(goro_limiter *l, int64_t at, int64_t n);

/*
 * Takes n tokens; the reservation tells when the event may happen.  The limiter
 * has to outlive it.  NULL without memory.
 */
GORO_API goro_reservation *goro_limiter_reserve(goro_limiter *l, int64_t at,
						int64_t n);
/* False if n is more than the burst; then nothing was taken. */
GORO_API bool goro_reservation_ok(goro_reservation *r);
/* Returns how long the event has to wait; INT64_MAX: for ever. */
GORO_API int64_t goro_reservation_delay(goro_reservation *r, int64_t at);
/* Gives back the tokens that no later reservation builds on. */
GORO_API void goro_reservation_cancel(goro_reservation *r, int64_t at);
GORO_API void goro_reservation_free(goro_reservation *r);

/*
 * Takes n tokens and blocks until they are there, on the clock goro_now().
 * GORO_RATE_BURST: n is more than the burst.  GORO_RATE_DEADLINE: they would
 * not be there before the deadline of c.  Returns those two, and the error of a
 * c that has ended, at once.  If c ends meanwhile, gives the tokens back and
 * returns c's error.
 */
GORO_API int goro_limiter_wait(goro_limiter *l, goro_context *c, int64_t n);

/*
 * Returns Go's text of the last error that goro_limiter_wait returned to this
 * goroutine, with the numbers.  Valid until the next.
 */
GORO_API const char *goro_limiter_error(void);

/* ---- rate: even spacing, and now and then -------------------------------- */

typedef struct goro_bucket goro_bucket;
typedef struct goro_sometimes goro_sometimes;

/*
 * Makes a leaky bucket: an event every per / rate ns, both positive.  Idle time
 * saves up to slack events, which may then follow at once; 0: none.  NULL for a
 * number out of range, or without memory.
 */
GORO_API goro_bucket *goro_bucket_new(int64_t rate, int64_t per, int64_t slack);
/* Blocks until the next event may happen, and returns its time. */
GORO_API int64_t goro_bucket_take(goro_bucket *b);
/* Does so for an event at that time of any clock, but does not block. */
GORO_API int64_t goro_bucket_next(goro_bucket *b, int64_t at);
GORO_API void goro_bucket_free(goro_bucket *b);

/*
 * Makes an object that runs fn in the first `first` calls, in each `every`-th,
 * and in a call that comes `interval` ns after fn last ran; 0 leaves a rule
 * out.  The very first call always runs it.  NULL if one is negative, or
 * without memory.
 */
GORO_API goro_sometimes *goro_sometimes_new(int64_t first, int64_t every,
					    int64_t interval);
/* Calls fn(arg) if a rule says so.  Blocks while fn of another call runs. */
GORO_API void goro_sometimes_do(goro_sometimes *s, goro_fn fn, void *arg);
GORO_API void goro_sometimes_free(goro_sometimes *s);

/* ---- lazy values -------------------------------------------------------- */

typedef struct goro_lazy goro_lazy;

/*
 * Go's OnceValue, and OnceFunc if the value is not used: the first
 * goro_lazy_get makes a value by make(arg).
 */
GORO_API goro_lazy *goro_lazy_new(void *(*make)(void *arg), void *arg);

/* Returns the value.  Blocks while it is made.  If make panicked, panics so. */
GORO_API void *goro_lazy_get(goro_lazy *l);

/* Frees the handle, not the value. */
GORO_API void goro_lazy_free(goro_lazy *l);

/* ---- concurrent map ----------------------------------------------------- */

/*
 * Go's sync.Map of 64-bit keys and pointers, which the caller owns; NULL is a
 * value like others.  Out parameters may be NULL, and are set to NULL if there
 * is no value.  Without memory a call without a status panics.
 */
typedef struct goro_map goro_map;

/* Makes an empty map.  NULL without memory. */
GORO_API goro_map *goro_map_new(void);
GORO_API void goro_map_free(goro_map *m);

/* True if key is there; sets *value. */
GORO_API bool goro_map_load(goro_map *m, uint64_t key, void **value);
/* Sets the value of key, which may be new. */
GORO_API int goro_map_store(goro_map *m, uint64_t key, void *value);

/* True if key was there; sets *actual.  False: it is now there with value. */
GORO_API bool goro_map_load_or_store(goro_map *m, uint64_t key, void *value,
				     void **actual);
/* Deletes key.  True if it was there; sets *value. */
GORO_API bool goro_map_load_and_delete(goro_map *m, uint64_t key, void **value);
GORO_API void goro_map_delete(goro_map *m, uint64_t key);

/* Stores value.  True if key was there; sets *previous. */
GORO_API bool goro_map_swap(goro_map *m, uint64_t key, void *value,
			    void **previous);

/* True if key was there with the pointer old, and is now changed or deleted. */
GORO_API bool goro_map_compare_and_swap(goro_map *m, uint64_t key, void *old,
					void *value);
GORO_API bool goro_map_compare_and_delete(goro_map *m, uint64_t key, void *old);

/*
 * Calls fn for each key of the map, for none twice, until fn returns false.  It
 * is no snapshot: fn and others may change the map meanwhile.
 */
GORO_API void goro_map_range(goro_map *m,
			     bool (*fn)(void *arg, uint64_t key, void *value),
			     void *arg);

/* Deletes all keys. */
GORO_API void goro_map_clear(goro_map *m);

#ifdef __cplusplus
}
#endif

#endif

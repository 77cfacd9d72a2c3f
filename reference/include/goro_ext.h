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
 * Everything here may be called from many goroutines at once, unless its
 * description says otherwise.
 *
 * An error is an int: 0 is Go's nil, GORO_CANCELED and GORO_DEADLINE are the
 * two of a context, and a program's own start at GORO_ERROR_USER.  Functions
 * return GORO_OK or an error; GORO_EINVAL for a NULL where something is needed
 * and a number out of range, and GORO_ENOMEM, go without saying.
 *
 * What a new, with or out parameter gave belongs to the caller, who frees it
 * when no other goroutine is in a call on it or will make one.  Freeing NULL
 * does nothing.
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
 * A key of a value: two keys are the same if both numbers are.  The type keeps
 * the keys of one package apart from those of others; the address of a static
 * variable makes a good one.
 */
struct goro_key {
	uint64_t type; /* not one of the two below */
	uint64_t value;
};

#define GORO_KEY_NIL UINT64_C(0)
#define GORO_KEY_INCOMPARABLE UINT64_MAX

/* The roots of all: never end, are never freed. */
GORO_API goro_context *goro_background(void);
GORO_API goro_context *goro_todo(void);

/*
 * All of these put a child of parent into *out.  It has its parent's values
 * and deadline, ends when its parent does, and keeps it alive: they may be
 * freed in any order.  GORO_CTX_NIL_PARENT, and *out stays as it was.
 */

/* A child that goro_cancel ends. */
GORO_API int goro_with_cancel(goro_context *parent, goro_context **out);

/*
 * A child that also ends by itself, with GORO_DEADLINE: at deadline of
 * goro_now(), or ns from now.  cause is for goro_context_cause(); 0: none.
 */
GORO_API int goro_with_deadline(goro_context *parent, int64_t deadline,
				int cause, goro_context **out);
GORO_API int goro_with_timeout(goro_context *parent, int64_t ns, int cause,
			       goro_context **out);

/*
 * A child in which key has this value, which stays the caller's.
 * GORO_CTX_NIL_KEY and GORO_CTX_BAD_KEY for the two types above.
 */
GORO_API int goro_with_value(goro_context *parent, struct goro_key key,
			     void *value, goro_context **out);

/* A child that has only the values of parent and never ends. */
GORO_API int goro_without_cancel(goro_context *parent, goro_context **out);

/*
 * A context without parent that ends, with GORO_CANCELED, when somebody closes
 * the channel, which must live until it and its descendants are freed.  A
 * child of it that can be cancelled has a goroutine that waits for both.
 */
GORO_API int goro_context_from_done(goro_chan *done, goro_context **out);

/* How a child of a context of the program's own kind is told of its end. */
struct goro_end_hooks {
	/*
	 * Will call fn(x) in a goroutine of its own, when the context ends or
	 * at once if it has.  Returns what remove is called with; NULL: no
	 * memory.  It must not call fn itself, nor a function of the child.
	 */
	void *(*add)(void *arg, goro_fn fn, void *x);
	/* True if this call has kept fn from being called. */
	bool (*remove)(void *arg, void *added);
	void *arg;
};

/* The same with hooks, which are copied: a child needs no goroutine. */
GORO_API int goro_context_from_hooks(goro_chan *done,
				     const struct goro_end_hooks *hooks,
				     goro_context **out);

/*
 * A context of the program's own kind round inner, which answers for it but
 * for its done channel.  With NULL that is inner's, too, and a child costs no
 * more than one of inner; else the program must close it when inner has ended,
 * and a child that can be cancelled has a goroutine that waits for it.
 * GORO_CTX_NIL_PARENT.
 */
GORO_API int goro_context_wrap(goro_context *inner, goro_chan *done,
			       goro_context **out);

/*
 * Ends c and its descendants, with GORO_CANCELED, unless it has ended.  cause
 * is for goro_context_cause(); 0: none.  GORO_CTX_KIND: c was not made with a
 * cancel, or with a deadline and there is a cause.
 */
GORO_API int goro_cancel(goro_context *c, int cause);

/*
 * Cancels c if that can be and gives it up.  Whoever waits on its channel has
 * to have gone on before.
 */
GORO_API void goro_context_free(goro_context *c);

/* Why it has ended; 0: it has not. */
GORO_API int goro_context_err(goro_context *c);

/* The same, or the cause that was given to what ended it. */
GORO_API int goro_context_cause(goro_context *c);

/*
 * A channel that is closed when c ends, the same at each call; it is c's.
 * NULL: c never ends.
 */
GORO_API goro_chan *goro_context_done(goro_context *c);

/* Its deadline, in *deadline (may be NULL); false: it has none. */
GORO_API bool goro_context_deadline(goro_context *c, int64_t *deadline);

/* The value that the nearest context has for key; NULL: none has. */
GORO_API void *goro_context_value(goro_context *c, struct goro_key key);

/* Runs fn(arg) in a goroutine of its own when c has ended. */
GORO_API int goro_context_after_func(goro_context *c, goro_fn fn, void *arg,
				     goro_hook **out);
/* True: fn will not run because of this call. */
GORO_API bool goro_hook_stop(goro_hook *h);
/* Gives the handle up; fn runs nevertheless. */
GORO_API void goro_hook_free(goro_hook *h);

/*
 * How Go prints it ("context.Background.WithCancel"): the length of it, of
 * which at most n - 1 bytes are written.
 */
GORO_API size_t goro_context_name(goro_context *c, char *buf, size_t n);

/* Contexts and hooks that wait for the end of this very one. */
GORO_API int64_t goro_context_children(goro_context *c);

/*
 * goro_dial() until c ends: GORO_NET_CANCELED, or GORO_TIMEOUT if that was its
 * deadline.
 */
GORO_API int goro_context_dial(goro_context *c, const char *network,
			       const char *address, goro_conn **out);

/* What Go's error says to Timeout() and to Temporary(). */
GORO_API bool goro_error_timeout(int error);
GORO_API bool goro_error_temporary(int error);

/* ---- errgroup ----------------------------------------------------------- */

typedef struct goro_group goro_group;

/* A group without a limit or a context.  NULL without memory. */
GORO_API goro_group *goro_group_new(void);

/*
 * A group, and a child of parent that ends with the first error of a task
 * (its cause), or when goro_group_wait returns.  Both are the caller's.
 */
GORO_API int goro_group_with_context(goro_context *parent, goro_group **group,
				     goro_context **context);

/*
 * No more than n tasks at once, 0: none at all; negative: any number.
 * GORO_GROUP_LIMIT for a limit while there are tasks.  Not to be called beside
 * goro_group_go.
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

/* All tasks have ended.  A context of the group is not freed with it. */
GORO_API void goro_group_free(goro_group *g);

/*
 * Go's text of the last error that one of these returned to this goroutine;
 * that of GORO_GROUP_LIMIT has a number in it.  Good until the next.
 */
GORO_API const char *goro_group_error(void);

/* ---- weighted semaphore ------------------------------------------------- */

typedef struct goro_semaphore goro_semaphore;

/* NULL if n < 0, or without memory. */
GORO_API goro_semaphore *goro_semaphore_new(int64_t n);

/*
 * Takes n.  Blocks while there is less or others have waited longer.  Returns
 * the error of c, with nothing taken, if c ends first or had ended.  Asking
 * for more than there will ever be waits for the end of c, in nobody's way.
 */
GORO_API int goro_semaphore_acquire(goro_semaphore *s, goro_context *c,
				    int64_t n);

/* The same without blocking: GORO_AGAIN. */
GORO_API int goro_semaphore_try_acquire(goro_semaphore *s, int64_t n);

/* Gives n back.  GORO_SEM_RELEASED, and nothing is, if less was taken. */
GORO_API int goro_semaphore_release(goro_semaphore *s, int64_t n);

/* Nobody waits; what is taken need not be given back. */
GORO_API void goro_semaphore_free(goro_semaphore *s);

/* ---- singleflight ------------------------------------------------------- */

typedef struct goro_flight goro_flight;

struct goro_flight_result {
	void *value;
	int32_t error;
	int32_t shared; /* 1: more than one caller has got it */
};

/* A set of keys of its own.  NULL without memory. */
GORO_API goro_flight *goro_flight_new(void);

/*
 * Calls call(arg); or, while a call for the same key goes on, waits for its
 * result.  Returns its error; value and shared may be NULL.  If it panics, all
 * callers do, and if it ends its goroutine, it ends theirs.
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

/* The next call for key does not wait for one that goes on. */
GORO_API void goro_flight_forget(goro_flight *f, const char *key);

/* No caller waits.  A call by channel may go on. */
GORO_API void goro_flight_free(goro_flight *f);

/* ---- rate: a token bucket ----------------------------------------------- */

/*
 * A limiter fills with `limit` tokens a second (infinity: there is no limit)
 * up to `burst`, and is full at first.  An event takes tokens, of the future
 * if need be, and is then to wait.
 *
 * `at` is the time of a call, in nanoseconds of any one clock, goro_now() for
 * instance.  A time before an earlier one adds no tokens.
 */
typedef struct goro_limiter goro_limiter;
typedef struct goro_reservation goro_reservation;

/* One event every ns, as a limit; infinity if ns <= 0. */
GORO_API double goro_every(int64_t ns);

/* NULL if limit is not a number, or without memory. */
GORO_API goro_limiter *goro_limiter_new(double limit, int64_t burst);
GORO_API void goro_limiter_free(goro_limiter *l);

/* What it was made with, or is set to by the last two. */
GORO_API double goro_limiter_limit(goro_limiter *l);
GORO_API int64_t goro_limiter_burst(goro_limiter *l);
/* The tokens there at the time.  Negative: that many are owed. */
GORO_API double goro_limiter_tokens(goro_limiter *l, int64_t at);
GORO_API void goro_limiter_set_limit(goro_limiter *l, int64_t at, double limit);
GORO_API void goro_limiter_set_burst(goro_limiter *l, int64_t at,
				     int64_t burst);

/* Takes n tokens if they are there: the event may happen now. */
GORO_API bool goro_limiter_allow(goro_limiter *l, int64_t at, int64_t n);

/*
 * Takes n tokens, and says when the event may happen.  The limiter has to
 * outlive the reservation.  NULL without memory.
 */
GORO_API goro_reservation *goro_limiter_reserve(goro_limiter *l, int64_t at,
						int64_t n);
/* False: n is more than the burst, and nothing was taken. */
GORO_API bool goro_reservation_ok(goro_reservation *r);
/* How long the event has to wait; INT64_MAX: it cannot be. */
GORO_API int64_t goro_reservation_delay(goro_reservation *r, int64_t at);
/* The event will not happen: gives back what nobody has built upon. */
GORO_API void goro_reservation_cancel(goro_reservation *r, int64_t at);
GORO_API void goro_reservation_free(goro_reservation *r);

/*
 * Blocks until n tokens are there, on the clock goro_now(), and takes them.
 * GORO_RATE_BURST: there never will be.  GORO_RATE_DEADLINE: not before the
 * deadline of c.  Both, and an error of c that has ended, without waiting;
 * an error of c gives the tokens back.
 */
GORO_API int goro_limiter_wait(goro_limiter *l, goro_context *c, int64_t n);

/*
 * Go's text of the last error that goro_limiter_wait returned to this
 * goroutine, with the numbers.  Good until the next.
 */
GORO_API const char *goro_limiter_error(void);

/* ---- rate: even spacing, and now and then -------------------------------- */

typedef struct goro_bucket goro_bucket;
typedef struct goro_sometimes goro_sometimes;

/*
 * A leaky bucket: an event every per / rate ns, both positive.  Idle time
 * saves up to slack events, which may then follow at once; 0: none.  NULL if
 * they are out of range.
 */
GORO_API goro_bucket *goro_bucket_new(int64_t rate, int64_t per, int64_t slack);
/* Blocks until the next event may be, and returns its time. */
GORO_API int64_t goro_bucket_take(goro_bucket *b);
/* The same for an event at that time of another clock; does not block. */
GORO_API int64_t goro_bucket_next(goro_bucket *b, int64_t at);
GORO_API void goro_bucket_free(goro_bucket *b);

/*
 * Says yes to the first `first` calls, to each `every`-th, and to a call that
 * comes `interval` ns after the last yes; 0 leaves a rule out.  Always to the
 * very first.  NULL if one is negative.
 */
GORO_API goro_sometimes *goro_sometimes_new(int64_t first, int64_t every,
					    int64_t interval);
/* Calls fn(arg), sometimes.  Blocks while another's fn runs. */
GORO_API void goro_sometimes_do(goro_sometimes *s, goro_fn fn, void *arg);
GORO_API void goro_sometimes_free(goro_sometimes *s);

/* ---- lazy values -------------------------------------------------------- */

typedef struct goro_lazy goro_lazy;

/*
 * Go's OnceValue, and OnceFunc for a make whose value nobody wants: a value
 * that the first goro_lazy_get makes by make(arg).
 */
GORO_API goro_lazy *goro_lazy_new(void *(*make)(void *arg), void *arg);

/* Blocks while it is being made.  If make panicked, each call does so. */
GORO_API void *goro_lazy_get(goro_lazy *l);

/* Frees the handle, not the value. */
GORO_API void goro_lazy_free(goro_lazy *l);

/* ---- concurrent map ----------------------------------------------------- */

/*
 * Go's sync.Map of 64-bit keys and pointers that are the caller's; NULL is a
 * value like others.  A load takes no lock.  Out parameters may be NULL, and
 * are set to NULL if there is nothing to tell.  A want of memory panics where
 * no status can tell of it.
 */
typedef struct goro_map goro_map;

/* An empty map.  NULL without memory. */
GORO_API goro_map *goro_map_new(void);
GORO_API void goro_map_free(goro_map *m);

/* True: key is there, with *value. */
GORO_API bool goro_map_load(goro_map *m, uint64_t key, void **value);
/* Sets the value of key, which may be new. */
GORO_API int goro_map_store(goro_map *m, uint64_t key, void *value);

/* True: key was there, with *actual.  False: it is now, with value. */
GORO_API bool goro_map_load_or_store(goro_map *m, uint64_t key, void *value,
				     void **actual);
/* Takes key out; true: it was there, with *value. */
GORO_API bool goro_map_load_and_delete(goro_map *m, uint64_t key, void **value);
GORO_API void goro_map_delete(goro_map *m, uint64_t key);

/* Stores; true: key was there, with *previous. */
GORO_API bool goro_map_swap(goro_map *m, uint64_t key, void *value,
			    void **previous);

/* Only if key is there with the value old; values are compared as pointers. */
GORO_API bool goro_map_compare_and_swap(goro_map *m, uint64_t key, void *old,
					void *value);
GORO_API bool goro_map_compare_and_delete(goro_map *m, uint64_t key, void *old);

/*
 * Calls fn for keys of the map, for none twice, until it returns false.  Not a
 * snapshot: fn and others may change the map meanwhile.
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

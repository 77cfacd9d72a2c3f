/*
 * assay_ext.h - the second, optional table of a runtime: what Go builds above
 * its primitives.  Contexts, errgroup, weighted semaphore, singleflight, rate
 * limiters, lazy values and the concurrent map.
 *
 * A shared object that has any of it exports assay_runtime_ext() beside
 * assay_runtime().  The six rules of assay.h hold for every function here,
 * and three more:
 *
 *  7. An error is an int.  0 is nil; ASSAY_CANCELED and ASSAY_DEADLINE are the
 *     errors of a context; a caller's own errors are numbers from
 *     ASSAY_ERROR_USER to INT32_MAX.
 *  8. Where Go blocks until a context ends, the call does too, and returns
 *     that context's err.  For a NULL context it returns ASSAY_EINVAL.
 *  9. The caller owns the result of make() and of an out parameter.  It calls
 *     the group's free() when no call on it is under way or to come.  free()
 *     of NULL does nothing.
 */
#ifndef ASSAY_EXT_H
#define ASSAY_EXT_H

#include "assay.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ASSAY_EXT_ABI_VERSION 1u

#define ASSAY_ERROR_USER 1000

/* Statuses of this table only, in the form of ASSAY_STATUS_MAP. */
#define ASSAY_EXT_STATUS_MAP(X)                                                \
	X(RATE_BURST, -100, "rate: wait exceeds limiter's burst",              \
	  "Go's text has both numbers: rate->error()")                         \
	X(RATE_DEADLINE, -101, "rate: wait would exceed context deadline",     \
	  "found out without waiting; Go's text: rate->error()")               \
	X(CTX_KIND, -102, "context has no such call",                          \
	  "cancel of a context that was not made with a cancel")

/* clang-format off */
enum assay_ext_status {
#define ASSAY_EXT_STATUS_ENUM(name, value, text, meaning) ASSAY_##name = value,
	ASSAY_EXT_STATUS_MAP(ASSAY_EXT_STATUS_ENUM)
#undef ASSAY_EXT_STATUS_ENUM
	ASSAY_EXT_STATUS_LAST = 127
};
/* clang-format on */

typedef struct assay_context assay_context;
typedef struct assay_after assay_after;
typedef struct assay_group assay_group;
typedef struct assay_semaphore assay_semaphore;
typedef struct assay_flight assay_flight;
typedef struct assay_limiter assay_limiter;
typedef struct assay_reservation assay_reservation;
typedef struct assay_bucket assay_bucket;
typedef struct assay_sometimes assay_sometimes;
typedef struct assay_lazy assay_lazy;
typedef struct assay_map assay_map;

/* A task: returns its error. */
typedef int (*assay_task)(void *arg);

/* A call with a result: sets *value and returns its error. */
typedef int (*assay_call)(void *arg, void **value);

/* ---- context ------------------------------------------------------------ */

/*
 * A key of a value: a type and a number, both compared.  A number that the
 * caller chooses stands for Go's type of the key.
 */
struct assay_key {
	uint64_t type; /* ASSAY_KEY_NIL, a type, or ASSAY_KEY_INCOMPARABLE */
	uint64_t value;
};

#define ASSAY_KEY_NIL UINT64_C(0)
#define ASSAY_KEY_INCOMPARABLE UINT64_MAX

/*
 * How a foreign context tells its children of its end.  Neither function may
 * call fn, or a function of the child.
 */
struct assay_end_hooks {
	/*
	 * Arranges that fn(x) is called in its own goroutine when the context
	 * ends, or at once if it has ended.  Returns the argument for remove;
	 * NULL without memory.
	 */
	void *(*add)(void *arg, assay_fn fn, void *x);
	/* True if this call has kept fn from being called. */
	bool (*remove)(void *arg, void *added);
	void *arg;
};

/*
 * The makers put a context in *out and return ASSAY_OK; or leave *out alone
 * and return ASSAY_CTX_NIL_PARENT (parent == NULL), ASSAY_ENOMEM, or
 * ASSAY_EINVAL (out == NULL).  A child keeps its parents alive, so they may be
 * freed in any order.  Every call may be made from many goroutines at once.
 */
struct assay_context_ops {
	size_t size;

	/*
	 * Return the two roots: never done, never freed, the same at each call.
	 */
	assay_context *(*background)(void);
	assay_context *(*todo)(void);

	/*
	 * Makes a child that cancel ends; it is done already if the parent is.
	 */
	int (*with_cancel)(assay_context *parent, assay_context **out);

	/*
	 * Make a child that also ends by itself, with ASSAY_DEADLINE: at the
	 * time `deadline` of time->now(), or `ns` from now; at once if that has
	 * passed.  The earlier of its own and its parents' deadlines counts.
	 * cause is what cause() returns then; 0: ASSAY_DEADLINE.
	 */
	int (*with_deadline)(assay_context *parent, int64_t deadline, int cause,
			     assay_context **out);
	int (*with_timeout)(assay_context *parent, int64_t ns, int cause,
			    assay_context **out);

	/*
	 * Makes a child in which key has this value.  ASSAY_CTX_NIL_KEY,
	 * ASSAY_CTX_BAD_KEY.  The caller owns the value.
	 */
	int (*with_value)(assay_context *parent, struct assay_key key,
			  void *value, assay_context **out);

	/*
	 * Makes a child with the values only: no cancel, deadline, cause or
	 * done.
	 */
	int (*without_cancel)(assay_context *parent, assay_context **out);

	/*
	 * Makes a context as other code might make it, with only a done
	 * channel. err is ASSAY_CANCELED once the channel is closed.  The
	 * caller owns the channel, which must outlive the context.
	 */
	int (*foreign)(assay_chan *done, assay_context **out);

	/*
	 * Ends the context and its descendants with ASSAY_CANCELED; does
	 * nothing if it has ended. cause is what cause() returns; 0:
	 * ASSAY_CANCELED.  Never blocks for long.  ASSAY_CTX_KIND for a context
	 * not made by with_cancel, with_deadline or with_timeout, and for a
	 * cause given to the latter two, as Go has no such call.
	 */
	int (*cancel)(assay_context *c, int cause);

	/*
	 * Cancels the context, if it can be, and drops the caller's reference.
	 */
	void (*free)(assay_context *c);

	/* Returns 0 until the context has ended; never changes after that. */
	int (*err)(assay_context *c);

	/*
	 * Returns the first cause given to the context or, before it, to a
	 * parent; else err().
	 */
	int (*cause)(assay_context *c);

	/*
	 * Returns a channel of elements of size 0 that is closed when the
	 * context ends: the same at each call, owned by the context.  NULL if
	 * the context never ends.
	 */
	assay_chan *(*done)(assay_context *c);

	/*
	 * False without a deadline; else sets *deadline (may be NULL), a time
	 * of time->now().
	 */
	bool (*deadline)(assay_context *c, int64_t *deadline);

	/*
	 * Returns the value in the nearest context that has the key, or NULL.
	 */
	void *(*value)(assay_context *c, struct assay_key key);

	/*
	 * Runs fn(arg) in its own goroutine once c has ended.  Sets *out to the
	 * handle for after_stop; after_free frees it and does not stop.
	 * ASSAY_ENOMEM, ASSAY_EINVAL.
	 */
	int (*after_func)(assay_context *c, assay_fn fn, void *arg,
			  assay_after **out);
	/* True if, and only if, this call kept fn from being run. */
	bool (*after_stop)(assay_after *a);
	void (*after_free)(assay_after *a);

	/*
	 * Writes the context as Go prints it, "context.Background.WithCancel",
	 * cut to n bytes with its NUL.  Returns the whole length.
	 */
	size_t (*name)(assay_context *c, char *buf, size_t n);

	/* Returns the number of its children that wait for its end now. */
	int64_t (*children)(assay_context *c);

	/* Return what Timeout() and Temporary() of Go's error return. */
	bool (*is_timeout)(int error);
	bool (*is_temporary)(int error);

	/*
	 * As net->dial(), until the context ends: then ASSAY_NET_CANCELED or,
	 * if its deadline ended it, ASSAY_TIMEOUT.  NULL in a runtime without
	 * net.
	 */
	int (*dial)(assay_context *c, const char *network, const char *address,
		    assay_conn **out);

	/*
	 * As foreign(), with hooks by which its children add themselves: Go's
	 * AfterFunc method.  The hooks are copied.
	 */
	int (*foreign_after)(assay_chan *done,
			     const struct assay_end_hooks *hooks,
			     assay_context **out);

	/*
	 * Makes a context as other code might wrap one: inner answers for it,
	 * except for its done channel.  If done is NULL, that is inner's too.
	 * Else the caller closes done when inner has ended.
	 */
	int (*foreign_round)(assay_context *inner, assay_chan *done,
			     assay_context **out);
};

/* ---- errgroup ----------------------------------------------------------- */

struct assay_group_ops {
	size_t size;

	/* Makes a group without limit; NULL without memory. */
	assay_group *(*make)(void);

	/*
	 * Makes a group with a context.  The first error, or else the return of
	 * wait, cancels the context; its cause is that error, or
	 * ASSAY_CANCELED.  The caller owns both.  ASSAY_CTX_NIL_PARENT,
	 * ASSAY_ENOMEM.
	 */
	int (*with_context)(assay_context *parent, assay_group **group,
			    assay_context **context);

	/*
	 * Allows at most n tasks at once; 0: none at all; negative: any number,
	 * at any time.  ASSAY_GROUP_LIMIT, and no change, for another limit
	 * while tasks are alive that started under one.
	 */
	int (*set_limit)(assay_group *g, int64_t n);

	/*
	 * Runs task(arg) in a goroutine.  At the limit it blocks until a task
	 * has ended; with ASSAY_POLL it is TryGo and returns ASSAY_AGAIN.
	 * Another deadline may give ASSAY_ENOTSUP.  A panic of the task is not
	 * caught.  ASSAY_ENOMEM, ASSAY_EINVAL.
	 */
	int (*go)(assay_group *g, assay_task task, void *arg, int64_t deadline);

	/* Blocks until all tasks have ended.  Returns the first error, or 0. */
	int (*wait)(assay_group *g);

	void (*free)(assay_group *g);

	/*
	 * Returns Go's text of the last status that this goroutine got from the
	 * group's functions.  The runtime owns it; valid until the next call.
	 */
	const char *(*error)(void);
};

/* ---- weighted semaphore ------------------------------------------------- */

struct assay_semaphore_ops {
	size_t size;

	/*
	 * Makes a semaphore of weight n >= 0; NULL if n < 0 or without memory.
	 */
	assay_semaphore *(*make)(int64_t n);

	/*
	 * Takes n >= 0.  Blocks while less is free or another goroutine has
	 * waited longer.  ASSAY_OK, or the context's err with nothing taken: at
	 * once if the context has ended, even if n is free.  A call for more
	 * than the whole weight waits for the context's end and delays nobody.
	 */
	int (*acquire)(assay_semaphore *s, assay_context *c, int64_t n);

	/* As acquire, but returns ASSAY_AGAIN where that would block. */
	int (*try_acquire)(assay_semaphore *s, int64_t n);

	/* Gives n >= 0 back.  ASSAY_SEM_RELEASED if more than is held. */
	int (*release)(assay_semaphore *s, int64_t n);

	void (*free)(assay_semaphore *s);
};

/* ---- singleflight ------------------------------------------------------- */

/* The element of do_chan's channel. */
struct assay_flight_result {
	void *value;
	int32_t error;
	int32_t shared; /* 1: given to more than one caller */
};

struct assay_flight_ops {
	size_t size;

	/* NULL without memory. */
	assay_flight *(*make)(void);

	/*
	 * Calls call(arg), unless a call for the key is under way: then it
	 * blocks until that ends and shares its result.  Returns the call's
	 * error and sets *value and *shared (either may be NULL).  A panic of
	 * the call is raised in every caller; a goexit ends every caller.
	 * Copies the key.  ASSAY_EINVAL, ASSAY_ENOMEM.
	 */
	int (*do_)(assay_flight *f, const char *key, assay_call call, void *arg,
		   void **value, bool *shared);

	/*
	 * As do_, but runs the call in a goroutine and returns a channel with
	 * room for the one result, which the caller frees with chan->free.  A
	 * panic of the call ends the process: no caller can catch it.  After a
	 * goexit the channel stays empty.  NULL without memory.
	 */
	assay_chan *(*do_chan)(assay_flight *f, const char *key,
			       assay_call call, void *arg);

	/* Lets the next call for the key run even if one is under way. */
	void (*forget)(assay_flight *f, const char *key);

	void (*free)(assay_flight *f);
};

/* ---- rate limiters ------------------------------------------------------ */

/*
 * A token bucket: it fills with `limit` tokens a second (a double, infinity for
 * no limit) up to `burst`, and is full at first.  Times `at` are nanoseconds of
 * a clock that the caller chooses for the limiter; wait_n uses time->now().  A
 * time before an earlier one adds no tokens.
 */
struct assay_rate_ops {
	size_t size;

	/*
	 * Returns the events a second if there is one every ns; infinity if ns
	 * <= 0.
	 */
	double (*every)(int64_t ns);

	/* Makes a limiter; NULL if limit is not a number, or without memory. */
	assay_limiter *(*make)(double limit, int64_t burst);
	void (*free)(assay_limiter *l);

	double (*limit)(assay_limiter *l);
	int64_t (*burst)(assay_limiter *l);
	/*
	 * Returns the tokens there are at that time; negative if some are owed.
	 */
	double (*tokens)(assay_limiter *l, int64_t at);
	void (*set_limit)(assay_limiter *l, int64_t at, double limit);
	void (*set_burst)(assay_limiter *l, int64_t at, int64_t burst);

	/* Takes n tokens if they are there at that time; else returns false. */
	bool (*allow_n)(assay_limiter *l, int64_t at, int64_t n);

	/*
	 * Takes n tokens, of the future if need be.  NULL without memory.  The
	 * caller frees it by reservation_free, which does not cancel.
	 */
	assay_reservation *(*reserve_n)(assay_limiter *l, int64_t at,
					int64_t n);
	/* False if n was more than the burst; then nothing was taken. */
	bool (*reservation_ok)(assay_reservation *r);
	/* Returns how long to wait from that time; INT64_MAX if not ok. */
	int64_t (*reservation_delay)(assay_reservation *r, int64_t at);
	/* Gives back the tokens that later reservations do not depend on. */
	void (*reservation_cancel)(assay_reservation *r, int64_t at);
	void (*reservation_free)(assay_reservation *r);

	/*
	 * Blocks until n tokens are there, takes them and returns ASSAY_OK.
	 * Returns without waiting: the context's err, ASSAY_RATE_BURST,
	 * ASSAY_RATE_DEADLINE.  If the context ends first, the tokens go back
	 * and it returns the context's err.
	 */
	int (*wait_n)(assay_limiter *l, assay_context *c, int64_t n);

	/*
	 * Returns Go's text of the last status that this goroutine got from
	 * wait_n.  The runtime owns it; valid until the next call.
	 */
	const char *(*error)(void);

	/*
	 * Makes a leaky bucket with even spacing: `rate` events in `per` ns,
	 * both positive, and up to `slack` >= 0 events saved up while idle.
	 * NULL for other numbers, or without memory.
	 */
	assay_bucket *(*bucket_make)(int64_t rate, int64_t per, int64_t slack);
	/*
	 * Blocks until the next event may be.  Returns its time, of
	 * time->now().
	 */
	int64_t (*bucket_take)(assay_bucket *b);
	/*
	 * Returns the time of an event that is asked for at a given time; never
	 * blocks.
	 */
	int64_t (*bucket_next)(assay_bucket *b, int64_t at);
	void (*bucket_free)(assay_bucket *b);

	/*
	 * Makes an object that does something only now and then: in the first
	 * `first` calls, in every `every`-th, and in any that comes `interval`
	 * ns after the last one done; always in the very first. 0 leaves a rule
	 * out; if all are 0, only the first call counts.  NULL without memory
	 * or for a negative number.
	 */
	assay_sometimes *(*sometimes_make)(int64_t first, int64_t every,
					   int64_t interval);
	/*
	 * Calls fn(arg), or not, by these rules.  Blocks while another call's
	 * fn runs; fn may not call it again.
	 */
	void (*sometimes_do)(assay_sometimes *s, assay_fn fn, void *arg);
	void (*sometimes_free)(assay_sometimes *s);
};

/* ---- lazy values -------------------------------------------------------- */

struct assay_lazy_ops {
	size_t size;

	/* OnceValue: a value that make(arg) returns; NULL without memory. */
	assay_lazy *(*make)(void *(*make)(void *arg), void *arg);

	/*
	 * Returns the value.  The first call makes it; others block until then.
	 * If make panicked, every call panics with the same value.
	 */
	void *(*get)(assay_lazy *l);

	void (*free)(assay_lazy *l);
};

/* ---- concurrent map ----------------------------------------------------- */

/*
 * Keys and values are plain words to the map; a value may be NULL.  Values are
 * compared as pointers.  Every out parameter may be NULL, and is set to NULL if
 * there is nothing to return.  Lack of memory is a fatal error where no status
 * can report it.
 */
struct assay_map_ops {
	size_t size;

	/* NULL without memory. */
	assay_map *(*make)(void);
	void (*free)(assay_map *m);

	/* True, and sets *value, if the key is there. */
	bool (*load)(assay_map *m, uint64_t key, void **value);

	/* ASSAY_OK, ASSAY_ENOMEM. */
	int (*store)(assay_map *m, uint64_t key, void *value);

	/*
	 * True: *actual is the value that was there.  False: value was stored.
	 */
	bool (*load_or_store)(assay_map *m, uint64_t key, void *value,
			      void **actual);

	/* True, and sets *value to what it was, if the key was there. */
	bool (*load_and_delete)(assay_map *m, uint64_t key, void **value);
	void (*delete_)(assay_map *m, uint64_t key);

	/*
	 * Stores.  True, and sets *previous to what it was, if the key was
	 * there.
	 */
	bool (*swap)(assay_map *m, uint64_t key, void *value, void **previous);

	/*
	 * Do it, and return true, only if the key is there with the value old.
	 */
	bool (*compare_and_swap)(assay_map *m, uint64_t key, void *old,
				 void *value);
	bool (*compare_and_delete)(assay_map *m, uint64_t key, void *old);

	/*
	 * Calls fn for each key at most once, until fn returns false.  Not a
	 * snapshot: other calls go on meanwhile, and fn may make them.
	 */
	void (*range)(assay_map *m,
		      bool (*fn)(void *arg, uint64_t key, void *value),
		      void *arg);

	/* Deletes all keys. */
	void (*clear)(assay_map *m);
};

/* ---- the table ---------------------------------------------------------- */

struct assay_runtime_ext {
	size_t size;  /* sizeof(struct assay_runtime_ext) */
	uint32_t abi; /* ASSAY_EXT_ABI_VERSION */
	uint32_t reserved;
	const struct assay_context_ops *context;
	const struct assay_group_ops *group;
	const struct assay_semaphore_ops *semaphore;
	const struct assay_flight_ops *flight;
	const struct assay_rate_ops *rate;
	const struct assay_lazy_ops *lazy;
	const struct assay_map_ops *map;
};

/* The symbol of this table.  Needs no call before it. */
const struct assay_runtime_ext *assay_runtime_ext(void);

#ifdef __cplusplus
}
#endif

#endif

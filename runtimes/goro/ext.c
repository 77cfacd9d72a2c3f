/*
 * ext.c - goro's second table: goro_ext.h behind assay_ext.h.
 */
#include <assay_ext.h>
#include <goro_ext.h>

#define SAME(a, b) _Static_assert((int)(a) == (int)(b), #a " is not " #b)
SAME(ASSAY_CANCELED, GORO_CANCELED);
SAME(ASSAY_DEADLINE, GORO_DEADLINE);
SAME(ASSAY_CTX_NIL_PARENT, GORO_CTX_NIL_PARENT);
SAME(ASSAY_CTX_NIL_KEY, GORO_CTX_NIL_KEY);
SAME(ASSAY_CTX_BAD_KEY, GORO_CTX_BAD_KEY);
SAME(ASSAY_SEM_RELEASED, GORO_SEM_RELEASED);
SAME(ASSAY_GROUP_LIMIT, GORO_GROUP_LIMIT);
SAME(ASSAY_RATE_BURST, GORO_RATE_BURST);
SAME(ASSAY_RATE_DEADLINE, GORO_RATE_DEADLINE);
SAME(ASSAY_CTX_KIND, GORO_CTX_KIND);
SAME(ASSAY_ERROR_USER, GORO_ERROR_USER);
SAME(sizeof(struct assay_key), sizeof(struct goro_key));
SAME(sizeof(struct assay_flight_result), sizeof(struct goro_flight_result));
SAME(offsetof(struct assay_flight_result, shared),
     offsetof(struct goro_flight_result, shared));
_Static_assert(ASSAY_KEY_NIL == GORO_KEY_NIL, "keys");
_Static_assert(ASSAY_KEY_INCOMPARABLE == GORO_KEY_INCOMPARABLE, "keys");

#define CHAN(c) ((goro_chan *)(void *)(c))
#define CTX(c) ((goro_context *)(void *)(c))
#define CTX_OUT(c) ((goro_context **)(void *)(c))
#define HOOK(a) ((goro_hook *)(void *)(a))
#define GROUP(g) ((goro_group *)(void *)(g))
#define SEMAPHORE(s) ((goro_semaphore *)(void *)(s))
#define FLIGHT(f) ((goro_flight *)(void *)(f))
#define LIMITER(l) ((goro_limiter *)(void *)(l))
#define RESERVATION(r) ((goro_reservation *)(void *)(r))
#define BUCKET(b) ((goro_bucket *)(void *)(b))
#define SOMETIMES(s) ((goro_sometimes *)(void *)(s))
#define LAZY(l) ((goro_lazy *)(void *)(l))
#define MAP(m) ((goro_map *)(void *)(m))

/* ---- context ------------------------------------------------------------ */

static struct goro_key key_of(struct assay_key key)
{
	return (struct goro_key){.type = key.type, .value = key.value};
}

static assay_context *background(void)
{
	return (assay_context *)(void *)goro_background();
}

static assay_context *todo(void)
{
	return (assay_context *)(void *)goro_todo();
}

static int with_cancel(assay_context *parent, assay_context **out)
{
	return goro_with_cancel(CTX(parent), CTX_OUT(out));
}

static int with_deadline(assay_context *parent, int64_t deadline, int cause,
			 assay_context **out)
{
	return goro_with_deadline(CTX(parent), deadline, cause, CTX_OUT(out));
}

static int with_timeout(assay_context *parent, int64_t ns, int cause,
			assay_context **out)
{
	return goro_with_timeout(CTX(parent), ns, cause, CTX_OUT(out));
}

static int with_value(assay_context *parent, struct assay_key key, void *value,
		      assay_context **out)
{
	return goro_with_value(CTX(parent), key_of(key), value, CTX_OUT(out));
}

static int without_cancel(assay_context *parent, assay_context **out)
{
	return goro_without_cancel(CTX(parent), CTX_OUT(out));
}

static int foreign(assay_chan *done, assay_context **out)
{
	return goro_context_from_done(CHAN(done), CTX_OUT(out));
}

static int cancel(assay_context *c, int cause)
{
	return goro_cancel(CTX(c), cause);
}

static void context_free(assay_context *c)
{
	goro_context_free(CTX(c));
}

static int err(assay_context *c)
{
	return goro_context_err(CTX(c));
}

static int cause_of(assay_context *c)
{
	return goro_context_cause(CTX(c));
}

static assay_chan *done_of(assay_context *c)
{
	return (assay_chan *)(void *)goro_context_done(CTX(c));
}

static bool deadline_of(assay_context *c, int64_t *deadline)
{
	return goro_context_deadline(CTX(c), deadline);
}

static void *value_of(assay_context *c, struct assay_key key)
{
	return goro_context_value(CTX(c), key_of(key));
}

static int after_func(assay_context *c, assay_fn fn, void *arg,
		      assay_after **out)
{
	return goro_context_after_func(CTX(c), fn, arg,
				       (goro_hook **)(void *)out);
}

static bool after_stop(assay_after *a)
{
	return goro_hook_stop(HOOK(a));
}

static void after_free(assay_after *a)
{
	goro_hook_free(HOOK(a));
}

static size_t name(assay_context *c, char *buf, size_t n)
{
	return goro_context_name(CTX(c), buf, n);
}

static int64_t children(assay_context *c)
{
	return goro_context_children(CTX(c));
}

static int dial(assay_context *c, const char *network, const char *address,
		assay_conn **out)
{
	return goro_context_dial(CTX(c), network, address,
				 (goro_conn **)(void *)out);
}

static const struct assay_context_ops context = {
	.size = sizeof(context),
	.background = background,
	.todo = todo,
	.with_cancel = with_cancel,
	.with_deadline = with_deadline,
	.with_timeout = with_timeout,
	.with_value = with_value,
	.without_cancel = without_cancel,
	.foreign = foreign,
	.cancel = cancel,
	.free = context_free,
	.err = err,
	.cause = cause_of,
	.done = done_of,
	.deadline = deadline_of,
	.value = value_of,
	.after_func = after_func,
	.after_stop = after_stop,
	.after_free = after_free,
	.name = name,
	.children = children,
	.is_timeout = goro_error_timeout,
	.is_temporary = goro_error_temporary,
	.dial = dial,
};

/* ---- errgroup ----------------------------------------------------------- */

static assay_group *group_make(void)
{
	return (assay_group *)(void *)goro_group_new();
}

static int group_with_context(assay_context *parent, assay_group **out,
			      assay_context **c)
{
	return goro_group_with_context(CTX(parent), (goro_group **)(void *)out,
				       CTX_OUT(c));
}

static int group_set_limit(assay_group *g, int64_t n)
{
	return goro_group_set_limit(GROUP(g), n);
}

static int group_go(assay_group *g, assay_task task, void *arg,
		    int64_t deadline)
{
	return goro_group_go(GROUP(g), task, arg, deadline);
}

static int group_wait(assay_group *g)
{
	return goro_group_wait(GROUP(g));
}

static void group_free(assay_group *g)
{
	goro_group_free(GROUP(g));
}

static const struct assay_group_ops group = {
	.size = sizeof(group),
	.make = group_make,
	.with_context = group_with_context,
	.set_limit = group_set_limit,
	.go = group_go,
	.wait = group_wait,
	.free = group_free,
	.error = goro_group_error,
};

/* ---- weighted semaphore ------------------------------------------------- */

static assay_semaphore *semaphore_make(int64_t n)
{
	return (assay_semaphore *)(void *)goro_semaphore_new(n);
}

static int acquire(assay_semaphore *s, assay_context *c, int64_t n)
{
	return goro_semaphore_acquire(SEMAPHORE(s), CTX(c), n);
}

static int try_acquire(assay_semaphore *s, int64_t n)
{
	return goro_semaphore_try_acquire(SEMAPHORE(s), n);
}

static int release(assay_semaphore *s, int64_t n)
{
	return goro_semaphore_release(SEMAPHORE(s), n);
}

static void semaphore_free(assay_semaphore *s)
{
	goro_semaphore_free(SEMAPHORE(s));
}

static const struct assay_semaphore_ops semaphore = {
	.size = sizeof(semaphore),
	.make = semaphore_make,
	.acquire = acquire,
	.try_acquire = try_acquire,
	.release = release,
	.free = semaphore_free,
};

/* ---- singleflight ------------------------------------------------------- */

static assay_flight *flight_make(void)
{
	return (assay_flight *)(void *)goro_flight_new();
}

static int flight_do(assay_flight *f, const char *key, assay_call call,
		     void *arg, void **value, bool *shared)
{
	return goro_flight_do(FLIGHT(f), key, call, arg, value, shared);
}

static assay_chan *flight_do_chan(assay_flight *f, const char *key,
				  assay_call call, void *arg)
{
	return (assay_chan *)(void *)goro_flight_do_chan(FLIGHT(f), key, call,
							 arg);
}

static void flight_forget(assay_flight *f, const char *key)
{
	goro_flight_forget(FLIGHT(f), key);
}

static void flight_free(assay_flight *f)
{
	goro_flight_free(FLIGHT(f));
}

static const struct assay_flight_ops flight = {
	.size = sizeof(flight),
	.make = flight_make,
	.do_ = flight_do,
	.do_chan = flight_do_chan,
	.forget = flight_forget,
	.free = flight_free,
};

/* ---- rate limiters ------------------------------------------------------ */

static assay_limiter *limiter_make(double limit, int64_t burst)
{
	return (assay_limiter *)(void *)goro_limiter_new(limit, burst);
}

static void limiter_free(assay_limiter *l)
{
	goro_limiter_free(LIMITER(l));
}

static double limit_of(assay_limiter *l)
{
	return goro_limiter_limit(LIMITER(l));
}

static int64_t burst_of(assay_limiter *l)
{
	return goro_limiter_burst(LIMITER(l));
}

static double tokens_of(assay_limiter *l, int64_t at)
{
	return goro_limiter_tokens(LIMITER(l), at);
}

static void set_limit(assay_limiter *l, int64_t at, double limit)
{
	goro_limiter_set_limit(LIMITER(l), at, limit);
}

static void set_burst(assay_limiter *l, int64_t at, int64_t burst)
{
	goro_limiter_set_burst(LIMITER(l), at, burst);
}

static bool allow_n(assay_limiter *l, int64_t at, int64_t n)
{
	return goro_limiter_allow(LIMITER(l), at, n);
}

static assay_reservation *reserve_n(assay_limiter *l, int64_t at, int64_t n)
{
	return (assay_reservation *)(void *)goro_limiter_reserve(LIMITER(l), at,
								 n);
}

static bool reservation_ok(assay_reservation *r)
{
	return goro_reservation_ok(RESERVATION(r));
}

static int64_t reservation_delay(assay_reservation *r, int64_t at)
{
	return goro_reservation_delay(RESERVATION(r), at);
}

static void reservation_cancel(assay_reservation *r, int64_t at)
{
	goro_reservation_cancel(RESERVATION(r), at);
}

static void reservation_free(assay_reservation *r)
{
	goro_reservation_free(RESERVATION(r));
}

static int wait_n(assay_limiter *l, assay_context *c, int64_t n)
{
	return goro_limiter_wait(LIMITER(l), CTX(c), n);
}

static assay_bucket *bucket_make(int64_t rate, int64_t per, int64_t slack)
{
	return (assay_bucket *)(void *)goro_bucket_new(rate, per, slack);
}

static int64_t bucket_take(assay_bucket *b)
{
	return goro_bucket_take(BUCKET(b));
}

static int64_t bucket_next(assay_bucket *b, int64_t at)
{
	return goro_bucket_next(BUCKET(b), at);
}

static void bucket_free(assay_bucket *b)
{
	goro_bucket_free(BUCKET(b));
}

static assay_sometimes *sometimes_make(int64_t first, int64_t every,
				       int64_t interval)
{
	return (assay_sometimes *)(void *)goro_sometimes_new(first, every,
							     interval);
}

static void sometimes_do(assay_sometimes *s, assay_fn fn, void *arg)
{
	goro_sometimes_do(SOMETIMES(s), fn, arg);
}

static void sometimes_free(assay_sometimes *s)
{
	goro_sometimes_free(SOMETIMES(s));
}

static const struct assay_rate_ops rate = {
	.size = sizeof(rate),
	.every = goro_every,
	.make = limiter_make,
	.free = limiter_free,
	.limit = limit_of,
	.burst = burst_of,
	.tokens = tokens_of,
	.set_limit = set_limit,
	.set_burst = set_burst,
	.allow_n = allow_n,
	.reserve_n = reserve_n,
	.reservation_ok = reservation_ok,
	.reservation_delay = reservation_delay,
	.reservation_cancel = reservation_cancel,
	.reservation_free = reservation_free,
	.wait_n = wait_n,
	.error = goro_limiter_error,
	.bucket_make = bucket_make,
	.bucket_take = bucket_take,
	.bucket_next = bucket_next,
	.bucket_free = bucket_free,
	.sometimes_make = sometimes_make,
	.sometimes_do = sometimes_do,
	.sometimes_free = sometimes_free,
};

/* ---- lazy values -------------------------------------------------------- */

static assay_lazy *lazy_make(void *(*make)(void *arg), void *arg)
{
	return (assay_lazy *)(void *)goro_lazy_new(make, arg);
}

static void *lazy_get(assay_lazy *l)
{
	return goro_lazy_get(LAZY(l));
}

static void lazy_free(assay_lazy *l)
{
	goro_lazy_free(LAZY(l));
}

static const struct assay_lazy_ops lazy = {
	.size = sizeof(lazy),
	.make = lazy_make,
	.get = lazy_get,
	.free = lazy_free,
};

/* ---- concurrent map ----------------------------------------------------- */

static assay_map *map_make(void)
{
	return (assay_map *)(void *)goro_map_new();
}

static void map_free(assay_map *m)
{
	goro_map_free(MAP(m));
}

static bool map_load(assay_map *m, uint64_t key, void **value)
{
	return goro_map_load(MAP(m), key, value);
}

static int map_store(assay_map *m, uint64_t key, void *value)
{
	return goro_map_store(MAP(m), key, value);
}

static bool load_or_store(assay_map *m, uint64_t key, void *value,
			  void **actual)
{
	return goro_map_load_or_store(MAP(m), key, value, actual);
}

static bool load_and_delete(assay_map *m, uint64_t key, void **value)
{
	return goro_map_load_and_delete(MAP(m), key, value);
}

static void map_delete(assay_map *m, uint64_t key)
{
	goro_map_delete(MAP(m), key);
}

static bool map_swap(assay_map *m, uint64_t key, void *value, void **previous)
{
	return goro_map_swap(MAP(m), key, value, previous);
}

static bool compare_and_swap(assay_map *m, uint64_t key, void *old, void *value)
{
	return goro_map_compare_and_swap(MAP(m), key, old, value);
}

static bool compare_and_delete(assay_map *m, uint64_t key, void *old)
{
	return goro_map_compare_and_delete(MAP(m), key, old);
}

static void map_range(assay_map *m,
		      bool (*fn)(void *arg, uint64_t key, void *value),
		      void *arg)
{
	goro_map_range(MAP(m), fn, arg);
}

static void map_clear(assay_map *m)
{
	goro_map_clear(MAP(m));
}

static const struct assay_map_ops map = {
	.size = sizeof(map),
	.make = map_make,
	.free = map_free,
	.load = map_load,
	.store = map_store,
	.load_or_store = load_or_store,
	.load_and_delete = load_and_delete,
	.delete_ = map_delete,
	.swap = map_swap,
	.compare_and_swap = compare_and_swap,
	.compare_and_delete = compare_and_delete,
	.range = map_range,
	.clear = map_clear,
};

/* ---- the table ---------------------------------------------------------- */

static const struct assay_runtime_ext table = {
	.size = sizeof(table),
	.abi = ASSAY_EXT_ABI_VERSION,
	.context = &context,
	.group = &group,
	.semaphore = &semaphore,
	.flight = &flight,
	.rate = &rate,
	.lazy = &lazy,
	.map = &map,
};

GORO_API const struct assay_runtime_ext *assay_runtime_ext(void)
{
	return &table;
}

/* ext.c - goro's second table: the functions of goro_ext.h. */
#include "handles.h"

SAME(ASSAY_ERROR_USER, GORO_ERROR_USER);
SAME(sizeof(struct assay_key), sizeof(struct goro_key));
SAME(sizeof(struct assay_flight_result), sizeof(struct goro_flight_result));
SAME(offsetof(struct assay_flight_result, shared),
     offsetof(struct goro_flight_result, shared));
_Static_assert(ASSAY_KEY_NIL == GORO_KEY_NIL, "keys");
_Static_assert(ASSAY_KEY_INCOMPARABLE == GORO_KEY_INCOMPARABLE, "keys");

/* ---- context ------------------------------------------------------------ */

static struct goro_key key_of(struct assay_key key)
{
	return (struct goro_key){.type = key.type, .value = key.value};
}

static int with_value(assay_context *parent, struct assay_key key, void *value,
		      assay_context **out)
{
	return goro_with_value(parent, key_of(key), value, out);
}

static void *value_of(assay_context *c, struct assay_key key)
{
	return goro_context_value(c, key_of(key));
}

SAME(sizeof(struct assay_end_hooks), sizeof(struct goro_end_hooks));
SAME(offsetof(struct assay_end_hooks, remove),
     offsetof(struct goro_end_hooks, remove));
SAME(offsetof(struct assay_end_hooks, arg),
     offsetof(struct goro_end_hooks, arg));

static int foreign_after(assay_chan *done, const struct assay_end_hooks *hooks,
			 assay_context **out)
{
	return goro_context_from_hooks(
		done, (const struct goro_end_hooks *)(const void *)hooks, out);
}

static const struct assay_context_ops context = {
	.size = sizeof(context),
	.background = goro_background,
	.todo = goro_todo,
	.with_cancel = goro_with_cancel,
	.with_deadline = goro_with_deadline,
	.with_timeout = goro_with_timeout,
	.with_value = with_value,
	.without_cancel = goro_without_cancel,
	.foreign = goro_context_from_done,
	.cancel = goro_cancel,
	.free = goro_context_free,
	.err = goro_context_err,
	.cause = goro_context_cause,
	.done = goro_context_done,
	.deadline = goro_context_deadline,
	.value = value_of,
	.after_func = goro_context_after_func,
	.after_stop = goro_hook_stop,
	.after_free = goro_hook_free,
	.name = goro_context_name,
	.children = goro_context_children,
	.is_timeout = goro_error_timeout,
	.is_temporary = goro_error_temporary,
	.dial = goro_context_dial,
	.foreign_after = foreign_after,
	.foreign_round = goro_context_wrap,
};

/* ---- rate limiters ------------------------------------------------------ */

static const struct assay_rate_ops rate = {
	.size = sizeof(rate),
	.every = goro_every,
	.make = goro_limiter_new,
	.free = goro_limiter_free,
	.limit = goro_limiter_limit,
	.burst = goro_limiter_burst,
	.tokens = goro_limiter_tokens,
	.set_limit = goro_limiter_set_limit,
	.set_burst = goro_limiter_set_burst,
	.allow_n = goro_limiter_allow,
	.reserve_n = goro_limiter_reserve,
	.reservation_ok = goro_reservation_ok,
	.reservation_delay = goro_reservation_delay,
	.reservation_cancel = goro_reservation_cancel,
	.reservation_free = goro_reservation_free,
	.wait_n = goro_limiter_wait,
	.error = goro_limiter_error,
	.bucket_make = goro_bucket_new,
	.bucket_take = goro_bucket_take,
	.bucket_next = goro_bucket_next,
	.bucket_free = goro_bucket_free,
	.sometimes_make = goro_sometimes_new,
	.sometimes_do = goro_sometimes_do,
	.sometimes_free = goro_sometimes_free,
};

/* ---- the others: goro's functions are called goro_GROUP_FUNCTION -------- */

#define goro_group_make goro_group_new
#define goro_semaphore_make goro_semaphore_new
#define goro_flight_make goro_flight_new
#define goro_flight_do_ goro_flight_do
#define goro_lazy_make goro_lazy_new
#define goro_map_make goro_map_new
#define goro_map_delete_ goro_map_delete
#define GORO(g, f) goro_##g##_##f,

static const struct assay_group_ops group = {sizeof(group),
					     ASSAY_GROUP_FN(GORO)};
static const struct assay_semaphore_ops semaphore = {sizeof(semaphore),
						     ASSAY_SEMAPHORE_FN(GORO)};
static const struct assay_flight_ops flight = {sizeof(flight),
					       ASSAY_FLIGHT_FN(GORO)};
static const struct assay_lazy_ops lazy = {sizeof(lazy), ASSAY_LAZY_FN(GORO)};
static const struct assay_map_ops map = {sizeof(map), ASSAY_MAP_FN(GORO)};

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

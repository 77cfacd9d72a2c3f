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
_Static_assert(ASSAY_KEY_NIL == GORO_KEY_NIL, "keys");
_Static_assert(ASSAY_KEY_INCOMPARABLE == GORO_KEY_INCOMPARABLE, "keys");

#define CHAN(c) ((goro_chan *)(void *)(c))
#define CTX(c) ((goro_context *)(void *)(c))
#define CTX_OUT(c) ((goro_context **)(void *)(c))
#define HOOK(a) ((goro_hook *)(void *)(a))
#define GROUP(g) ((goro_group *)(void *)(g))
#define SEMAPHORE(s) ((goro_semaphore *)(void *)(s))
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

/* ---- the table ---------------------------------------------------------- */

static const struct assay_runtime_ext table = {
	.size = sizeof(table),
	.abi = ASSAY_EXT_ABI_VERSION,
	.context = &context,
	.group = &group,
	.semaphore = &semaphore,
};

GORO_API const struct assay_runtime_ext *assay_runtime_ext(void)
{
	return &table;
}

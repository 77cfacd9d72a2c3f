/* context.c - the group of contexts, and the second table. */
#include "_cgo_export.h"

static assay_context *background(void)
{
	return (assay_context *)goBackground();
}

static assay_context *todo(void)
{
	return (assay_context *)goTodo();
}

static int with_cancel(assay_context *parent, assay_context **out)
{
	if (!out)
		return ASSAY_EINVAL;
	return goWithCancel((uintptr_t)parent, (uintptr_t *)out);
}

static int with_deadline(assay_context *parent, int64_t deadline, int cause,
			 assay_context **out)
{
	if (!out)
		return ASSAY_EINVAL;
	return goWithDeadline((uintptr_t)parent, deadline, cause,
			      (uintptr_t *)out);
}

static int with_timeout(assay_context *parent, int64_t ns, int cause,
			assay_context **out)
{
	if (!out)
		return ASSAY_EINVAL;
	return goWithTimeout((uintptr_t)parent, ns, cause, (uintptr_t *)out);
}

static int with_value(assay_context *parent, struct assay_key key, void *value,
		      assay_context **out)
{
	if (!out)
		return ASSAY_EINVAL;
	return goWithValue((uintptr_t)parent, key, value, (uintptr_t *)out);
}

static int foreign(assay_chan *done, assay_context **out)
{
	return out ? goForeign((uintptr_t)done, (uintptr_t *)out)
		   : ASSAY_EINVAL;
}

static int foreign_round(assay_context *inner, assay_chan *its_done,
			 assay_context **out)
{
	if (!out)
		return ASSAY_EINVAL;
	return inner ? goForeignRound((uintptr_t)inner, (uintptr_t)its_done,
				      (uintptr_t *)out)
		     : ASSAY_CTX_NIL_PARENT;
}

static int cancel(assay_context *c, int cause)
{
	return c ? goCancel((uintptr_t)c, cause) : ASSAY_EINVAL;
}

static void context_free(assay_context *c)
{
	if (c)
		goContextFree((uintptr_t)c);
}

static int err(assay_context *c)
{
	return c ? goContextErr((uintptr_t)c) : ASSAY_EINVAL;
}

static assay_chan *done(assay_context *c)
{
	return c ? (assay_chan *)goContextDone((uintptr_t)c) : NULL;
}

static bool context_deadline(assay_context *c, int64_t *deadline)
{
	int64_t ignored;

	return c &&
	       goContextDeadline((uintptr_t)c, deadline ? deadline : &ignored);
}

static void *context_value(assay_context *c, struct assay_key key)
{
	return c ? goContextValue((uintptr_t)c, key) : NULL;
}

static size_t name(assay_context *c, char *buf, size_t n)
{
	return c ? goContextName((uintptr_t)c, buf, n) : 0;
}

static int context_dial(assay_context *c, const char *network,
			const char *address, assay_conn **out)
{
	if (!c || !network || !address || !out)
		return ASSAY_EINVAL;
	return goContextDial((uintptr_t)c, (char *)network, (char *)address,
			     (uintptr_t *)out);
}

/* Not constant: see assay_go_context_121().  Go does not count children. */
struct assay_context_ops assay_go_context = {
	.size = sizeof(assay_go_context),
	.background = background,
	.todo = todo,
	.with_cancel = with_cancel,
	.with_deadline = with_deadline,
	.with_timeout = with_timeout,
	.with_value = with_value,
	.foreign = foreign,
	.cancel = cancel,
	.free = context_free,
	.err = err,
	.done = done,
	.deadline = context_deadline,
	.value = context_value,
	.name = name,
	.is_timeout = goIsTimeout,
	.is_temporary = goIsTemporary,
	.dial = context_dial,
	.foreign_round = foreign_round,
};

struct assay_runtime_ext assay_go_ext = {
	.size = sizeof(assay_go_ext),
	.abi = ASSAY_EXT_ABI_VERSION,
	.context = &assay_go_context,
	.map = &assay_go_map,
};

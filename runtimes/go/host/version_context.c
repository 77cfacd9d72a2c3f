//go:build go1.21

/* version_context.c - what contexts can do since Go 1.21. */
#include "_cgo_export.h"

static int without_cancel(assay_context *parent, assay_context **out)
{
	if (!out)
		return ASSAY_EINVAL;
	return goWithoutCancel((uintptr_t)parent, (uintptr_t *)out);
}

static int cause(assay_context *c)
{
	return c ? goContextCause((uintptr_t)c) : ASSAY_EINVAL;
}

static int after_func(assay_context *c, assay_fn fn, void *arg,
		      assay_after **out)
{
	if (!c || !fn || !out)
		return ASSAY_EINVAL;
	*out = (assay_after *)goContextAfterFunc((uintptr_t)c, fn, arg);
	return ASSAY_OK;
}

static bool after_stop(assay_after *a)
{
	return a && goContextAfterStop((uintptr_t)a);
}

static void after_free(assay_after *a)
{
	if (a)
		goContextAfterFree((uintptr_t)a);
}

static int foreign_after(assay_chan *done, const struct assay_end_hooks *hooks,
			 assay_context **out)
{
	if (!done || !out || !hooks || !hooks->add || !hooks->remove)
		return ASSAY_EINVAL;
	return goForeignAfter((uintptr_t)done, *hooks, (uintptr_t *)out);
}

static void call_hook(void *h)
{
	goCallHook((uintptr_t)h);
}

void *assay_go_hook_add(const struct assay_end_hooks *hooks, uintptr_t h)
{
	return hooks->add(hooks->arg, call_hook, (void *)h);
}

bool assay_go_hook_remove(const struct assay_end_hooks *hooks, void *added)
{
	return hooks->remove(hooks->arg, added);
}

void assay_go_context_121(void)
{
	assay_go_context.foreign_after = foreign_after;
	assay_go_context.without_cancel = without_cancel;
	assay_go_context.cause = cause;
	assay_go_context.after_func = after_func;
	assay_go_context.after_stop = after_stop;
	assay_go_context.after_free = after_free;
}

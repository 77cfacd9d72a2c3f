//go:build go1.21

/* version_lazy.c - lazy values, since Go 1.21. */
#include "_cgo_export.h"

static assay_lazy *lazy_make(make_fn make_value, void *arg)
{
	return make_value ? (assay_lazy *)goLazyNew(make_value, arg) : NULL;
}

static void *lazy_get(assay_lazy *l)
{
	return l ? goLazyGet((uintptr_t)l) : NULL;
}

static void lazy_free(assay_lazy *l)
{
	if (l)
		goLazyFree((uintptr_t)l);
}

const struct assay_lazy_ops assay_go_lazy = {sizeof(assay_go_lazy),
					     ASSAY_LAZY_FN(ASSAY_ENTRY)};

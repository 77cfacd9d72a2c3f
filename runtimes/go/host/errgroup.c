//go:build errgroup

/* errgroup.c - golang.org/x/sync/errgroup. */
#include "_cgo_export.h"

static assay_group *group_make(void)
{
	return (assay_group *)goGroupNew();
}

static int group_with_context(assay_context *parent, assay_group **group,
			      assay_context **context)
{
	if (!group || !context)
		return ASSAY_EINVAL;
	return goGroupWithContext((uintptr_t)parent, (uintptr_t *)group,
				  (uintptr_t *)context);
}

static int group_set_limit(assay_group *g, int64_t n)
{
	return g ? goGroupSetLimit((uintptr_t)g, n) : ASSAY_EINVAL;
}

static int group_go(assay_group *g, assay_task task, void *arg,
		    int64_t deadline)
{
	if (!g || !task)
		return ASSAY_EINVAL;
	return goGroupGo((uintptr_t)g, task, arg, deadline);
}

static int group_wait(assay_group *g)
{
	return g ? goGroupWait((uintptr_t)g) : ASSAY_EINVAL;
}

static void group_free(assay_group *g)
{
	if (g)
		goGroupFree((uintptr_t)g);
}

static const char *group_error(void)
{
	return assay_go_text(GO_TEXT_GROUP);
}

const struct assay_group_ops assay_go_group = {sizeof(assay_go_group),
					       ASSAY_GROUP_FN(ASSAY_ENTRY)};

/* group.h - words over groups of tasks. */
#ifndef ASSAY_CASES_XL_GROUP_H
#define ASSAY_CASES_XL_GROUP_H

#include "context/cx.h"

#define NEED_GROUP                                                             \
	NEED_EXT(group, make), NEED_EXT(group, go), NEED_EXT(group, wait),     \
		NEED_EXT(group, free)
#define NEED_LIMIT NEED_GROUP, NEED_EXT(group, set_limit)
#define NEED_WITH_CONTEXT NEED_CX, NEED_GROUP, NEED_EXT(group, with_context)

static inline assay_group *group(void)
{
	assay_group *g = ext->group->make();

	REQUIRE(g != NULL);
	return g;
}

static inline assay_group *limited(int64_t limit)
{
	assay_group *g = group();

	REQUIRE_EQ(ext->group->set_limit(g, limit), ASSAY_OK);
	return g;
}

static inline void start(assay_group *g, assay_task task, void *arg)
{
	REQUIRE_EQ(ext->group->go(g, task, arg, ASSAY_FOREVER), ASSAY_OK);
}

static inline int try_start(assay_group *g, assay_task task, void *arg)
{
	return ext->group->go(g, task, arg, ASSAY_POLL);
}

static inline int wait_all(assay_group *g)
{
	return ext->group->wait(g);
}

static inline void free_group(assay_group *g)
{
	ext->group->free(g);
}

/* What tasks that wait are told by, and count on. */
struct tasks {
	assay_context *c;
	assay_chan *release;
	atomic_int ended;
};

/* A task that waits for its release. */
static inline int hold(void *arg)
{
	struct tasks *t = arg;

	wait_for(t->release);
	mark(&t->ended);
	return 0;
}

#endif

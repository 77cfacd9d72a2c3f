/*
 * fake_p.h - the calling thread as an M that has a P, with no scheduler.
 */
#ifndef GORO_UNIT_FAKE_P_H
#define GORO_UNIT_FAKE_P_H

#include <stdlib.h>
#include <string.h>

#include "sched/types.h"
#include "base/sys.h"

struct fake {
	struct m m;
	struct p p;
};

static inline void fake_begin(struct fake *f)
{
	memset(f, 0, sizeof(*f));
	store_relaxed(&f->p.timers.next, INT64_MAX);
	store_relaxed(&f->p.m, &f->m);
	store_relaxed(&f->p.status, PRUNNING);
	f->m.p = &f->p;
	f->m.rand = 1;
	goro__tls_m = &f->m;
}

static inline void fake_end(struct fake *f)
{
	struct timers *h = &f->p.timers;

	if (h->cap)
		sys_unmap(h->heap, h->cap * sizeof(*h->heap));
	goro__tls_m = NULL;
}

#endif

/*
 * corners.c - shapes that the main cases of their rows leave out: the other side
 * of a pair, a second call, many where two are usual.
 */
#include <stdlib.h>

#include "kit/sync_kit.h"

static assay_rwmutex m;
static atomic_int turn;
static int order[4];
static void write_it(void *arg)
{
	wlock(&m);
	order[mark(&turn) - 1] = 'w';
	wunlock(&m);
	close_chan(arg);
}

static void read_it(void *arg)
{
	rlock(&m);
	order[mark(&turn) - 1] = 'r';
	runlock(&m);
	close_chan(arg);
}

CASE_OF(MU_016, several,
	"an unlock lets in the readers before any number of writers",
	NEEDS(NEED_RW))
{
	assay_chan *done[4];

	for (int i = 0; i < 4; i++)
		done[i] = chan_signal(0);
	wlock(&m);
	for (int i = 0; i < 3; i++) {
		go(i == 1 ? read_it : write_it, done[i]);
		settle(i + 1);
	}
	wunlock(&m);
	for (int i = 0; i < 3; i++)
		wait_for(done[i]);
	CHECK_EQ(order[0], 'r');
}

CASE_OF(WG_022, locked, "a wait that is refused leaves the mutex locked",
	NEEDS(NEED_MUTEX, NEED(sync, cond_wait), NEED(sync, cond_signal)))
{
	assay_cond a = {{0}}, b;
	assay_mutex mu = {{0}};

	CHECK_EQ(rt->sync->cond_signal(&a), ASSAY_OK);
	b = a;
	lock(&mu);
	CHECK_EQ(rt->sync->cond_wait(&b, &mu), ASSAY_COND_COPIED);
	CHECK(!try_lock(&mu));
}

static void panics_with_nil(void *arg)
{
	const struct assay_panic p = {.kind = ASSAY_PANIC_NIL};

	(void)arg;
	rt->core->panic(&p);
}

CASE_OF(WG_009, nil, "a task that panics with nil ends the process too",
	ENDS(.status = 2, .match = {"^panic: (panic called with )?nil"}),
	NEEDS(NEED_WG, NEED(sync, wg_go), NEED(core, panic)))
{
	static assay_waitgroup g;

	due();
	CHECK_EQ(rt->sync->wg_go(&g, panics_with_nil, NULL), ASSAY_OK);
	wg_wait(&g);
	sleep_ns(SEC);
	exit(0);
}

/* parked.c - see parked.h. */
#include "parked.h"

#define MS INT64_C(1000000)

static void wait_at_gate(void *arg)
{
	struct parked *p = arg;

	atomic_fetch_add_explicit(&p->arrived, 1, memory_order_relaxed);
	rt.chan.recv(p->gate, NULL, ASSAY_FOREVER);
	rt.sync.wg_add(&p->wg, -1);
}

void park_many(struct parked *p, int64_t n)
{
	p->gate = chan_of(0, 0);
	p->n = n;
	rt.sync.wg_add(&p->wg, n);
	for (int64_t i = 0; i < n; i++)
		spawn(wait_at_gate, p);
	while (atomic_load_explicit(&p->arrived, memory_order_relaxed) < n)
		rt.time.sleep(MS);
	/* The last ones to arrive are still on their way into recv. */
	rt.time.sleep(20 * MS);
}

void unpark_many(struct bench_state *s, struct parked *p)
{
	rt.chan.close(p->gate);
	rt.sync.wg_wait(&p->wg, ASSAY_FOREVER);
	rt.chan.free(p->gate);
	expect(s, "number of goroutines parked", atomic_load(&p->arrived),
	       p->n);
}

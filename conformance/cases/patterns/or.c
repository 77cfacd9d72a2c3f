/*
 * or.c - one event out of many and one event for many: or-channel, future,
 * broadcast by close (PT-008, PT-030, PT-031).
 */
#include "pt.h"

/* ---- PT-008: or-channel --------------------------------------------------- */

#define MOST_INPUTS 100

/* Of n open inputs, closing the one at k ends all that or_channel started. */
static void close_one_of(size_t n, size_t k)
{
	assay_chan *in[MOST_INPUTS], *any;

	for (size_t i = 0; i < n; i++)
		in[i] = chan_signal(0);
	any = or_channel(in, n);
	CHECK_EQ(try_recv(any, NULL), ASSAY_AGAIN);
	close_chan(in[k]);
	CHECK(!recv(any, NULL));
	CHECK(all_ended());
}

CASE_OF(PT_008, any, "or-channel closes with any input and leaves nobody",
	NEEDS(NEED_SELECT))
{
	for (size_t n = 1; n <= 5; n++)
		for (size_t k = 0; k < n; k++)
			close_one_of(n, k);
	close_one_of(MOST_INPUTS, 0);
	close_one_of(MOST_INPUTS, MOST_INPUTS / 2);
	close_one_of(MOST_INPUTS, MOST_INPUTS - 1);
}

CASE_OF(PT_008, few, "or-channel of none is nil and of one is that one")
{
	assay_chan *c = chan_signal(0);

	CHECK_PTR(or_channel(NULL, 0), ==, NULL);
	CHECK_PTR(or_channel(&c, 1), ==, c);
	CHECK_EQ(count(&spawned_alive), 0);
	prove_alive();
}

CASE_OF(PT_008, soonest, "or-channel of five delays takes the shortest",
	NEEDS(NEED_AFTER))
{
	int64_t begin = now();
	assay_chan *in[] = {
		rt->time->after(7200 * SEC), rt->time->after(300 * SEC),
		rt->time->after(20 * MS), rt->time->after(3600 * SEC),
		rt->time->after(60 * SEC)};

	wait_for(or_channel(in, 5));
	CHECK_GE(now() - begin, 20 * MS);
	CHECK_LT(now() - begin, upto(2 * SEC));
	CHECK(all_ended());
}

/* ---- PT-030: futures ------------------------------------------------------ */

struct future {
	assay_chan *unset; /* holds one signal until somebody sets it */
	assay_chan *set;   /* closes after value was written */
	int value;
	atomic_int got; /* getters that returned */
};

static void future_init(struct future *f)
{
	f->unset = chan_signal(1);
	f->set = chan_signal(0);
	send_signal(f->unset);
}

static bool future_set(struct future *f, int value)
{
	if (try_recv(f->unset, NULL) != ASSAY_OK)
		return false;
	f->value = value;
	close_chan(f->set);
	return true;
}

static int future_get(struct future *f)
{
	wait_for(f->set);
	return f->value;
}

static void compute(void *arg)
{
	sleep_ns(2 * MS);
	send_int(*(assay_chan **)arg, 42);
}

CASE_OF(PT_030, channel,
	"a future of one buffered value never blocks its maker",
	.flags = CASE_VALGRIND)
{
	assay_chan *future = chan_int(1), *dropped = chan_int(1);

	SPAWN(compute, future);
	SPAWN(compute, dropped);
	CHECK_EQ(recv_int(future), 42);
	CHECK(all_ended());
}

static void get_future(void *arg)
{
	struct future *f = *(struct future **)arg;

	CHECK_EQ(future_get(f), 7);
	mark(&f->got);
}

CASE_OF(PT_030, many, "many getters wait for a future that is set once")
{
	static struct future f;
	struct future *p = &f;
	int n = (int)goroutines(100);

	future_init(&f);
	for (int i = 0; i < n; i++)
		SPAWN(get_future, p);
	CHECK(still_unset(&f.got));
	CHECK(future_set(&f, 7));
	CHECK(!future_set(&f, 8));
	CHECK(all_ended());
	CHECK_EQ(count(&f.got), n);
	CHECK_EQ(future_get(&f), 7);
}

/* ---- PT-031: broadcast ---------------------------------------------------- */

struct listener {
	assay_chan *event;
	atomic_int *waiting, *heard;
};

static void listen_once(void *arg)
{
	const struct listener *l = arg;

	mark(l->waiting);
	wait_for(l->event);
	mark(l->heard);
}

CASE(PT_031, "close is heard by all, early and late, and only once")
{
	static atomic_int waiting, heard;
	struct listener l = {chan_signal(0), &waiting, &heard};
	int n = (int)goroutines(200);

	for (int i = 0; i < n; i++)
		SPAWN(listen_once, l);
	CHECK(becomes(&waiting, n));
	CHECK(still_unset(&heard));
	close_chan(l.event);
	CHECK(all_ended());
	CHECK_EQ(count(&heard), n);
	CHECK_EQ(rt->chan->close(l.event), ASSAY_CLOSE_CLOSED);
	listen_once(&l);
	CHECK_EQ(count(&heard), n + 1);
}

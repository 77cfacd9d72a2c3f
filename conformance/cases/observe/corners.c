/*
 * corners.c - shapes that the main cases of their rows leave out: the other side
 * of a pair, a second call, many where two are usual.
 */
#include "kit/sync_kit.h"
#include "net/np.h"

static assay_once once;
static assay_chan *hold_once;
static _Atomic(int64_t) waiter_id;
static void in_once(void *arg)
{
	(void)arg;
	recv(hold_once, NULL);
}

static void do_once(void *arg)
{
	if (arg)
		waiter_id = rt->inspect->goid();
	rt->sync->once_do(&once, in_once, NULL);
}

CASE_OF(OB_031, once, "who waits for a once waits for a mutex",
	NEEDS(NEED(sync, once_do), NEED(inspect, goid), NEED(inspect, state)))
{
	char state[64] = "";

	hold_once = chan_signal(0);
	go(do_once, NULL);
	settle(1);
	go(do_once, &once);
	settle(2);
	CHECK_EQ(rt->inspect->state(waiter_id, state, sizeof(state)), ASSAY_OK);
	CHECK_STR(state, "sync.Mutex.Lock");
	close_chan(hold_once);
}

static _Atomic(int64_t) lone_id;
static struct pair turn_pair;
static char turn_byte, first_byte;
static void wants_turn(void *arg)
{
	size_t n;
	(void)arg;
	lone_id = rt->inspect->goid();
	rt->net->read(turn_pair.r, &turn_byte, 1, &n);
}

static void check_state(const char *text, int64_t n)
{
	char state[64] = "";

	settle(n);
	CHECK_EQ(rt->inspect->state(lone_id, state, sizeof(state)), ASSAY_OK);
	CHECK_STR(state, text);
}

CASE_OF(OB_031, turn, "and for their turn at a connection",
	NEEDS(NEED_PAIR, NEED(inspect, goid), NEED(inspect, state)))
{
	static struct call call;

	turn_pair = pair_of(TCP);
	start_read(&call, turn_pair.r, &first_byte, 1);
	settle(1);
	go(wants_turn, NULL);
	check_state("semacquire", 2);
}

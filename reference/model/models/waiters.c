/*
 * waiters.c - who wakes a goroutine that waits in more than one place: a sender
 * and a deadline, or the senders of the channels of a select.
 *
 * Exactly one of them does.  A value that was sent is received, one that was
 * not received was refused, and nobody touches the frame of the call once it
 * has returned.
 */
#include "park.h"

#include "sched/goroutine.h"
#include "sched/timer.h"

static void give_back(void *memory);

#define sys_free give_back
#include "wait/chan.c"
#include "wait/select.c"

const char *const goro__wait_text[] = {
#define WAIT_TEXT(name, text) text,
	WAIT_REASON_MAP(WAIT_TEXT)
#undef WAIT_TEXT
};

static goro_chan chans[2];
static int sent, received; /* values; 0: none.  Written by one thread each */
static int sent2;
static bool gone[2]; /* the channel's memory was given back */

/* What comes after finds nonsense there, and races with this. */
static void give_back(void *memory)
{
	int i = memory == (void *)&chans[1];

	MODEL_CHECK(!gone[i] && memory == (void *)&chans[i]);
	memset(memory, 0x5a, sizeof(chans[i]));
	gone[i] = true;
}

/* A receiver that comes after the free is none of these scenarios' business. */
static void sleep_on_it(void)
{
	for (;;)
		model_sleep(gone, "a freed lock");
}

void (*const goro__lock_overwritten)(void) = sleep_on_it;

void goro__park_after(after_fn fn, void *arg, enum wait_reason why)
{
	struct m *m = goro__m();

	after(m, m->curg, fn, arg);
	harness_park(m, m->curg, why);
}

void goro__park(struct lock *l, enum wait_reason why)
{
	park(goro__m(), goro__m()->curg, l, NULL, why);
}

void goro__park_in(uint32_t bubble, struct lock *l, enum wait_reason why)
{
	(void)bubble;
	goro__park(l, why);
}

void goro__ready(struct g *g)
{
	ready(g);
}

static void be(int i)
{
	struct m *m = harness_be(i);

	m->curg = &harness_g[i];
	store_relaxed(&m->curg->status, GRUNNING);
}

/* ---- the other sides ------------------------------------------------------ */

static int send_now_to(goro_chan *c, int v)
{
	return goro_chan_send(c, &v, GORO_POLL) == GORO_OK ? v : 0;
}

static void sender(void *unused)
{
	(void)unused;
	be(1);
	sent = send_now_to(&chans[0], 7);
}

static void sender2(void *unused)
{
	(void)unused;
	be(2);
	sent2 = send_now_to(&chans[1], 8);
}

static void closer(void *unused)
{
	(void)unused;
	be(3);
	MODEL_CHECK(goro_chan_close(&chans[0]) == GORO_OK);
}

/* Whoever has got an answer may free what it came by, and the rest with it. */
static void sender_frees(void *unused)
{
	sender(unused);
	if (!sent)
		return;
	goro_chan_free(&chans[0]);
	goro_chan_free(&chans[1]);
}

static void closer_frees(void *unused)
{
	closer(unused);
	goro_chan_free(&chans[0]);
}

/* The M that runs the timers of the receiver's P. */
static void timers(void *unused)
{
	(void)unused;
	be(3);
	goro__timers_run(&harness_p[0], 200);
	model_wait_quiet(); /* it may have come too early */
	goro__timers_run(&harness_p[0], 200);
}

/* ---- receivers ------------------------------------------------------------ */

static void receive_until(void *unused)
{
	int v = 0;
	int status;

	(void)unused;
	be(0);
	status = goro_chan_recv(&chans[0], &v, 100);
	MODEL_CHECK(status == GORO_OK || status == GORO_TIMEOUT);
	MODEL_CHECK((status == GORO_OK) == (v == 7));
	MODEL_CHECK(!chans[0].recvq.first);
	received = v;
}

static void receive_one(int64_t deadline)
{
	int v[2] = {0, 0};
	struct goro_case cases[2] = {
		{.c = &chans[0], .dir = GORO_RECV, .recv = &v[0]},
		{.c = &chans[1], .dir = GORO_RECV, .recv = &v[1]},
	};
	size_t chosen = 2;
	int status = goro_select_until(cases, 2, deadline, &chosen);

	MODEL_CHECK(status != GORO_OK || v[chosen] == (chosen ? 8 : 7));
	MODEL_CHECK(v[0] == 0 || v[1] == 0);
	received = v[0] + v[1];
}

static void receive_any(int64_t deadline)
{
	receive_one(deadline);
	MODEL_CHECK(!chans[0].recvq.first && !chans[1].recvq.first);
}

static void select_both(void *unused)
{
	(void)unused;
	be(0);
	model_may_sleep(); /* when both came too early */
	receive_any(GORO_FOREVER);
}

static void select_freed(void *unused)
{
	(void)unused;
	be(0);
	model_may_sleep(); /* when the sender came too early */
	receive_one(GORO_FOREVER);
}

static void select_in_time(void *unused)
{
	(void)unused;
	be(0);
	receive_any(100);
}

/* ---- scenarios ------------------------------------------------------------ */

static void reset(void)
{
	harness_reset(4, 4);
	memset(chans, 0, sizeof(chans));
	for (int i = 0; i < 2; i++)
		chans[i].elemsize = sizeof(int);
	memset(gone, 0, sizeof(gone));
	sent = sent2 = received = 0;
}

static void setup_deadline(void)
{
	reset();
	model_thread("receiver", receive_until, NULL);
	model_thread("sender", sender, NULL);
	model_thread("timers", timers, NULL);
}

static void setup_select(void)
{
	reset();
	model_thread("receiver", select_both, NULL);
	model_thread("sender", sender, NULL);
	model_thread("sender2", sender2, NULL);
}

static void setup_select_deadline(void)
{
	reset();
	model_thread("receiver", select_in_time, NULL);
	model_thread("sender", sender, NULL);
	model_thread("timers", timers, NULL);
}

static void setup_close(void)
{
	reset();
	model_thread("receiver", select_both, NULL);
	model_thread("sender2", sender2, NULL);
	model_thread("closer", closer, NULL);
}

static void setup_free(void)
{
	reset();
	model_thread("receiver", select_freed, NULL);
	model_thread("sender", sender_frees, NULL);
}

static void setup_close_free(void)
{
	reset();
	model_thread("receiver", select_freed, NULL);
	model_thread("sender2", sender2, NULL);
	model_thread("closer", closer_frees, NULL);
}

static void check_freed(void)
{
	MODEL_CHECK(received == sent);
	MODEL_CHECK(gone[0] == (sent != 0) && gone[1] == gone[0]);
}

static void check_close_freed(void)
{
	MODEL_CHECK(gone[0] && !gone[1]);
}

static void check_sent(void)
{
	MODEL_CHECK(received == sent + sent2);
	MODEL_CHECK(sent == 0 || sent2 == 0);
}

const struct scenario model_scenarios[] = {
	{"deadline", setup_deadline, check_sent, 2, 1},
	{"select", setup_select, check_sent, 2, 1},
	{"select-deadline", setup_select_deadline, check_sent, 2, 0},
	{"close", setup_close, check_sent, 2, 0},
	{"free", setup_free, check_freed, 2, 1},
	{"close-free", setup_close_free, check_close_freed, 2, 0},
	{NULL, NULL, NULL, 0, 0},
};

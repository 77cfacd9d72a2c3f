/*
 * args.c - bad arguments get the status that the header says, and nothing
 * else happens.
 */
#include <stdint.h>

#include "prog.h"

static void nothing(void *arg)
{
	(void)arg;
}

static void goroutines(void)
{
	char big[GORO_ARG_MAX + 1] = {0};

	CHECK(goro_go_copy(nothing, big, sizeof(big)) == GORO_EINVAL);
	CHECK(goro_go_copy(nothing, NULL, 1) == GORO_EINVAL);
	CHECK(goro_go_copy(nothing, NULL, 0) == GORO_OK);
	CHECK(goro_go_copy(nothing, big, GORO_ARG_MAX) == GORO_OK);
	CHECK(goro_go_stack(nothing, NULL, SIZE_MAX) == GORO_EINVAL);
	CHECK(goro_go_stack(nothing, NULL, ((size_t)8 << 20) + 1) ==
	      GORO_EINVAL);
	CHECK(goro_go_stack(nothing, NULL, (size_t)8 << 20) == GORO_OK);
	CHECK(goro_go_stack(nothing, NULL, 0) == GORO_OK);
	CHECK(goro_defer(NULL, NULL) == GORO_EINVAL);
}

static int make_status(size_t elem, int64_t cap)
{
	int status = 99;
	goro_chan *c = goro_chan_make(elem, cap, &status);

	CHECK((c != NULL) == (status == GORO_OK));
	goro_chan_free(c);
	return status;
}

static void sizes(void)
{
	CHECK(make_status(1, -1) == GORO_CHAN_SIZE);
	CHECK(make_status(0, -1) == GORO_CHAN_SIZE);
	CHECK(make_status(8, INT64_MIN) == GORO_CHAN_SIZE);
	CHECK(make_status(8, INT64_MAX) == GORO_CHAN_SIZE);
	CHECK(make_status(SIZE_MAX, 2) == GORO_CHAN_SIZE);
	CHECK(make_status(1, INT64_C(1) << 47) == GORO_CHAN_SIZE);
	CHECK(make_status(0, INT64_MAX) == GORO_OK);
	CHECK(make_status(SIZE_MAX, 0) == GORO_OK);
	CHECK(make_status(0, 0) == GORO_OK);
	CHECK(goro_chan_make(1, -1, NULL) == NULL);
}

static void channels(void)
{
	goro_chan *c = goro_make(sizeof(int), 1);
	goro_chan *z = goro_make(0, 1);
	int v = 5;

	CHECK(goro_chan_send(c, NULL, GORO_POLL) == GORO_EINVAL);
	CHECK(goro_len(c) == 0);
	CHECK(goro_chan_send(z, NULL, GORO_POLL) == GORO_OK);
	CHECK(goro_chan_send(c, &v, GORO_POLL) == GORO_OK);
	CHECK(goro_chan_send(c, &v, GORO_POLL) == GORO_AGAIN);
	CHECK(goro_chan_recv(c, NULL, GORO_POLL) == GORO_OK);
	CHECK(goro_chan_recv(c, NULL, -1) == GORO_TIMEOUT);
	CHECK(goro_chan_send(NULL, &v, GORO_POLL) == GORO_AGAIN);
	CHECK(goro_chan_recv(NULL, &v, GORO_POLL) == GORO_AGAIN);
	CHECK(goro_chan_recv(NULL, &v, 1) == GORO_TIMEOUT);
	CHECK(goro_chan_close(NULL) == GORO_CLOSE_NIL);
	CHECK(goro_len(NULL) == 0 && goro_cap(NULL) == 0);
	CHECK(goro_chan_close(c) == GORO_OK);
	CHECK(goro_chan_close(c) == GORO_CLOSE_CLOSED);
	CHECK(goro_chan_send(c, &v, GORO_FOREVER) == GORO_SEND_CLOSED);
	CHECK(goro_chan_recv(c, &v, GORO_FOREVER) == GORO_CLOSED && v == 0);
	goro_chan_free(c);
	goro_chan_free(z);
	goro_chan_free(NULL);
}

static int select_one(goro_chan *c, int32_t dir, const void *send)
{
	struct goro_case k[2] = {{.c = c, .dir = dir, .send = send},
				 {.c = NULL, .dir = GORO_RECV}};
	size_t chosen = 99;
	int status = goro_select_until(k, 2, GORO_POLL, &chosen);

	CHECK(status == GORO_OK ? chosen == 0 : chosen == 99);
	return status;
}

static void selects(void)
{
	goro_chan *c = goro_make(sizeof(int), 1);
	struct goro_case k = {.c = c, .dir = GORO_RECV};
	size_t chosen;
	int v = 1;

	CHECK(select_one(c, 7, &v) == GORO_EINVAL);
	CHECK(select_one(c, -1, &v) == GORO_EINVAL);
	CHECK(select_one(c, GORO_SEND, NULL) == GORO_EINVAL);
	CHECK(select_one(NULL, GORO_SEND, NULL) == GORO_AGAIN);
	CHECK(select_one(c, GORO_RECV, NULL) == GORO_AGAIN);
	CHECK(select_one(c, GORO_SEND, &v) == GORO_OK);
	CHECK(goro_select_until(NULL, 1, GORO_POLL, &chosen) == GORO_EINVAL);
	CHECK(goro_select_until(&k, 1, GORO_POLL, NULL) == GORO_EINVAL);
	CHECK(goro_select_until(NULL, 0, GORO_POLL, &chosen) == GORO_AGAIN);
	CHECK(goro_select_until(NULL, 0, 1, &chosen) == GORO_TIMEOUT);
	CHECK(goro_select_default(&k, 1, NULL) == 0);
	CHECK(goro_select_default(&k, 1, NULL) == SIZE_MAX);
	CHECK(goro_select_default(NULL, 0, NULL) == SIZE_MAX);
	goro_chan_free(c);
}

static void timers(void)
{
	int status = 99;
	goro_ticker *t;

	CHECK(!goro_after_func(1, NULL, NULL));
	CHECK(!goro_ticker_new(0, &status) && status == GORO_TICKER_NEW);
	CHECK(!goro_ticker_new(-1, NULL));
	CHECK(!goro_tick(0) && !goro_tick(INT64_MIN));
	CHECK(goro_timer_stop(NULL) == GORO_TIMER_STOP);
	CHECK(goro_timer_reset(NULL, 1) == GORO_TIMER_RESET);
	CHECK(!goro_timer_chan(NULL) && !goro_ticker_chan(NULL));
	goro_timer_free(NULL);
	goro_ticker_free(NULL);
	goro_ticker_stop(NULL);
	t = goro_ticker_new(1, &status);
	CHECK(t && status == GORO_OK);
	CHECK(goro_ticker_reset(t, 0) == GORO_TICKER_RESET);
	CHECK(goro_ticker_reset(t, -1) == GORO_TICKER_RESET);
	goro_ticker_free(t);
	goro_sleep(0);
	goro_sleep(INT64_MIN);
}

static void introspection(void)
{
	char state[8];

	CHECK(goro_state(-1, state, sizeof(state)) == GORO_EINVAL);
	CHECK(goro_state(1, NULL, 8) == GORO_EINVAL);
	CHECK(goro_state(1, state, 0) == GORO_EINVAL);
	CHECK(goro_state(1, state, 4) == GORO_OK && !strcmp(state, "run"));
	CHECK(goro_dump(NULL, 0) > 0);
	CHECK(goro_runq_len(-1) >= 0 && goro_runq_len(1 << 30) == 0);
	CHECK(goro_gomaxprocs(0) == goro_gomaxprocs(-5));
	CHECK(goro_wg_add_status(&(goro_waitgroup){{0}}, -1) ==
	      GORO_WG_NEGATIVE);
	CHECK(!goro_recover(NULL));
}

static void app(void *arg)
{
	(void)arg;
	goroutines();
	sizes();
	channels();
	selects();
	timers();
	introspection();
	CHECK(goro_run(nothing, NULL) == GORO_ENOTSUP);
}

int main(void)
{
	struct goro_config negative = {.size = sizeof(negative), .procs = -1};
	struct goro_config old = {.size = sizeof(size_t), .procs = -1};

	CHECK(goro_run(NULL, NULL) == GORO_EINVAL);
	CHECK(goro_run_with(nothing, NULL, &negative) == GORO_EINVAL);
	/* What lies beyond the size of a caller's older struct is not read. */
	CHECK(goro_run_with(app, NULL, &old) == GORO_OK);
	CHECK(goro_run(nothing, NULL) == GORO_ENOTSUP);
	return check_failed;
}

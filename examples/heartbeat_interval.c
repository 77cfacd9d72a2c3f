/* A worker says that it is alive at each interval; results come slower. */
#include <goro.h>
#include <stdio.h>

#define TIMEOUT (200 * GORO_MILLISECOND)

struct worker {
	goro_chan *done, *heartbeat, *results;
	int64_t interval;
};

/* Nobody has to listen. */
static void send_pulse(struct worker *w)
{
	struct goro_case pulse = {.c = w->heartbeat, .dir = GORO_SEND};

	goro_select_default(&pulse, 1, NULL);
}

static bool send_result(struct worker *w, goro_chan *pulse, int64_t r)
{
	struct goro_case cases[] = {
		{.c = w->done, .dir = GORO_RECV},
		{.c = pulse, .dir = GORO_RECV},
		{.c = w->results, .dir = GORO_SEND, .send = &r},
	};
	size_t chosen;

	while ((chosen = goro_select(cases, 3, NULL)) == 1)
		send_pulse(w);
	return chosen == 2;
}

static void work(void *arg)
{
	struct worker *w = arg;
	goro_chan *pulse = goro_tick(w->interval);
	int64_t r;
	struct goro_case cases[] = {
		{.c = w->done, .dir = GORO_RECV},
		{.c = pulse, .dir = GORO_RECV},
		{.c = goro_tick(2 * w->interval), .dir = GORO_RECV, .recv = &r},
	};
	size_t chosen;

	while ((chosen = goro_select(cases, 3, NULL)) != 0) {
		if (chosen == 1)
			send_pulse(w);
		else if (!send_result(w, pulse, r))
			break;
	}
	goro_close(w->heartbeat);
	goro_close(w->results);
}

static void close_done(void *done)
{
	goro_close(done);
}

static void app(void *arg)
{
	struct worker w = {goro_make(0, 0), goro_make(0, 0),
			   goro_make(sizeof(int64_t), 0), TIMEOUT / 20};
	int count[3] = {0}; /* pulses, results, timeouts */
	bool ok = true;

	(void)arg;
	goro_after_func(TIMEOUT, close_done, w.done);
	goro_go(work, &w);
	while (ok && count[2] == 0) {
		struct goro_case cases[] = {
			{.c = w.heartbeat, .dir = GORO_RECV},
			{.c = w.results, .dir = GORO_RECV},
			{.c = goro_after(TIMEOUT), .dir = GORO_RECV},
		};

		count[goro_select(cases, 3, &ok)]++;
	}
	printf("pulses: %s\n", count[0] > 1 ? "some" : "none");
	printf("results: %s\n", count[1] > 1 ? "some" : "none");
	printf("timeouts: %d\n", count[2]);
}

int main(void)
{
	return goro_run(app, NULL);
}

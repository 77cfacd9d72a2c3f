/* A steward listens to its ward's heart and starts it anew when it stops. */
#include <goro.h>
#include <stdio.h>

#define TIMEOUT (200 * GORO_MILLISECOND)

static goro_chan *done, *values;

/* A ward that dies at a negative value, without a word. */
struct ward {
	goro_chan *done, *heartbeat;
};

static void run_ward(void *arg)
{
	static const int list[] = {1, 2, -1, 3, 4, 5};
	struct ward *w = arg;
	goro_chan *pulse = goro_tick(TIMEOUT / 4);

	for (int i = 0; list[i] >= 0;) {
		struct goro_case beat = {.c = w->heartbeat, .dir = GORO_SEND};
		struct goro_case cases[] = {
			{.c = w->done, .dir = GORO_RECV},
			{.c = done, .dir = GORO_RECV},
			{.c = pulse, .dir = GORO_RECV},
			{.c = values, .dir = GORO_SEND, .send = &list[i]},
		};

		switch (goro_select(cases, 4, NULL)) {
		case 2:
			goro_select_default(&beat, 1, NULL);
			break;
		case 3:
			i++;
			break;
		default:
			return;
		}
	}
	printf("ward: negative value\n");
}

static struct ward start_ward(void)
{
	struct ward w = {goro_make(0, 0), goro_make(0, 1)};

	goro_go_copy(run_ward, &w, sizeof(w));
	return w;
}

static void steward(void *arg)
{
	struct ward w = start_ward();

	(void)arg;
	for (;;) {
		struct goro_case cases[] = {
			{.c = w.heartbeat, .dir = GORO_RECV},
			{.c = goro_after(TIMEOUT), .dir = GORO_RECV},
			{.c = done, .dir = GORO_RECV},
		};
		size_t chosen = goro_select(cases, 3, NULL);

		if (chosen == 2)
			return;
		if (chosen == 1) {
			printf("steward: ward unhealthy; restarting\n");
			goro_close(w.done);
			w = start_ward();
		}
	}
}

static void app(void *arg)
{
	int v;

	(void)arg;
	done = goro_make(0, 0);
	values = goro_make(sizeof(int), 0);
	goro_go(steward, NULL);
	for (int i = 0; i < 4 && goro_recv(values, &v); i++)
		printf("received: %d\n", v);
	goro_close(done);
}

int main(void)
{
	return goro_run(app, NULL);
}

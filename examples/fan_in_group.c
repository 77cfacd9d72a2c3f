/* Any number of streams into one: a goroutine each, and one that closes. */
#include <goro.h>
#include <stdio.h>

enum { STREAMS = 4, EACH = 3 };

struct fan {
	goro_chan *result;
	goro_waitgroup wg;
};

struct stage {
	struct fan *fan;
	goro_chan *c;
	int id;
};

static void generate(void *arg)
{
	struct stage *s = arg;

	for (int i = 0; i < EACH; i++) {
		int v = s->id * 10 + i;

		goro_send(s->c, &v);
	}
	goro_close(s->c);
}

static void forward(void *arg)
{
	struct stage *s = arg;
	int v;

	while (goro_recv(s->c, &v))
		goro_send(s->fan->result, &v);
	goro_wg_done(&s->fan->wg);
}

static void close_after_all(void *arg)
{
	struct fan *fan = arg;

	goro_wg_wait(&fan->wg);
	goro_close(fan->result);
}

static goro_chan *fan_in(struct fan *fan, goro_chan **cs, int n)
{
	fan->result = goro_make(sizeof(int), 0);
	goro_wg_add(&fan->wg, n);
	for (int i = 0; i < n; i++) {
		struct stage s = {fan, cs[i], i};

		goro_go_copy(forward, &s, sizeof(s));
	}
	goro_go(close_after_all, fan);
	return fan->result;
}

static void app(void *arg)
{
	goro_chan *cs[STREAMS], *result;
	struct fan fan = {0};
	int v;

	(void)arg;
	for (int i = 0; i < STREAMS; i++) {
		struct stage s = {NULL, goro_make(sizeof(int), 0), i + 1};

		cs[i] = s.c;
		goro_go_copy(generate, &s, sizeof(s));
	}
	result = fan_in(&fan, cs, STREAMS);
	while (goro_recv(result, &v))
		printf("%d\n", v);
}

int main(void)
{
	return goro_run(app, NULL);
}

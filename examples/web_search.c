/*
 * A search over three back ends: one after another, at once, with a timeout,
 * and with replicas.
 */
#include <goro.h>
#include <stdio.h>

enum { KINDS = 3, REPLICAS = 3 };
static const char *const kinds[KINDS] = {"web", "image", "video"};

struct back_end {
	int kind;
	int64_t time;
	goro_chan *c;
};

static void search(void *arg)
{
	struct back_end *b = arg;

	goro_sleep(b->time);
	goro_send(b->c, &b->kind);
}

static void ask(goro_chan *c, int kind, int ms)
{
	struct back_end b = {kind, ms * GORO_MILLISECOND, c};

	goro_go_copy(search, &b, sizeof(b));
}

static void search_in_turn(void)
{
	goro_chan *c = goro_make(sizeof(int), 1);
	int kind;

	for (int i = 0; i < KINDS; i++) {
		ask(c, i, 10);
		goro_recv(c, &kind);
		printf("1.0: %s\n", kinds[kind]);
	}
}

static void search_at_once(void)
{
	goro_chan *c = goro_make(sizeof(int), KINDS);
	int kind;

	for (int i = 0; i < KINDS; i++)
		ask(c, i, 10 + 100 * i);
	for (int i = 0; i < KINDS && goro_recv(c, &kind); i++)
		printf("2.0: %s\n", kinds[kind]);
}

static void search_with_timeout(void)
{
	goro_chan *c = goro_make(sizeof(int), KINDS);
	int kind;
	struct goro_case cases[] = {
		{.c = c, .dir = GORO_RECV, .recv = &kind},
		{.c = goro_after(600 * GORO_MILLISECOND), .dir = GORO_RECV},
	};

	for (int i = 0; i < KINDS; i++)
		ask(c, i, 10 + 100 * i + 5000 * (i == 2));
	for (int i = 0; i < KINDS; i++) {
		if (goro_select(cases, 2, NULL) == 1) {
			printf("2.1: timed out\n");
			return;
		}
		printf("2.1: %s\n", kinds[kind]);
	}
}

/* Only one replica of each kind is quick. */
static void search_replicas(void)
{
	int kind;

	for (int i = 0; i < KINDS; i++) {
		goro_chan *first = goro_make(sizeof(int), REPLICAS);

		for (int r = 0; r < REPLICAS; r++)
			ask(first, i, r == i ? 5 : 5000);
		goro_recv(first, &kind);
		printf("3.0: %s\n", kinds[kind]);
	}
}

static void app(void *arg)
{
	int64_t start = goro_now();

	(void)arg;
	search_in_turn();
	search_at_once();
	search_with_timeout();
	search_replicas();
	printf("nobody waited for the slow: %s\n",
	       goro_now() - start < 4 * GORO_SECOND ? "yes" : "no");
}

int main(void)
{
	return goro_run(app, NULL);
}

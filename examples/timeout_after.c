/* A timeout for each wait, and one for the whole loop. */
#include <goro.h>
#include <stdio.h>

struct talker {
	goro_chan *c;
	int words;
};

static void talk(void *arg)
{
	struct talker *t = arg;

	for (int i = 0; i < t->words; i++) {
		goro_sleep(2 * GORO_MILLISECOND);
		goro_send(t->c, &i);
	}
}

static goro_chan *talker(int words)
{
	struct talker t = {goro_make(sizeof(int), 0), words};

	goro_go_copy(talk, &t, sizeof(t));
	return t.c;
}

/* The clock of goro_after() starts anew with every turn. */
static int listen_until_silence(goro_chan *c, int64_t patience)
{
	for (int heard = 0;; heard++) {
		struct goro_case cases[] = {
			{.c = c, .dir = GORO_RECV},
			{.c = goro_after(patience), .dir = GORO_RECV},
		};

		if (goro_select(cases, 2, NULL) == 1)
			return heard;
	}
}

static int listen_for(goro_chan *c, int64_t time)
{
	struct goro_case cases[] = {
		{.c = c, .dir = GORO_RECV},
		{.c = goro_after(time), .dir = GORO_RECV},
	};
	int heard = 0;

	while (goro_select(cases, 2, NULL) == 0)
		heard++;
	return heard;
}

static void app(void *arg)
{
	int heard;

	(void)arg;
	heard = listen_until_silence(talker(5), 200 * GORO_MILLISECOND);
	printf("%d words, then silence: time out\n", heard);
	heard = listen_for(talker(1000000), 20 * GORO_MILLISECOND);
	printf("not many more than 10 words: time out%s\n",
	       heard <= 20 ? "" : ", too late");
}

int main(void)
{
	return goro_run(app, NULL);
}

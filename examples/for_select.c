/* Loops around a select: one sends its values, one works until told to stop. */
#include <goro.h>
#include <stdio.h>

static goro_chan *done, *strings, *stopped;

static void send_letters(void *arg)
{
	static const char *const letters[] = {"a", "b", "c"};

	(void)arg;
	for (int i = 0; i < 3; i++) {
		struct goro_case cases[] = {
			{.c = done, .dir = GORO_RECV},
			{.c = strings, .dir = GORO_SEND, .send = &letters[i]},
		};

		if (goro_select(cases, 2, NULL) == 0)
			break;
	}
	goro_close(strings);
}

static void work(void *arg)
{
	struct goro_case stop = {.c = done, .dir = GORO_RECV};

	(void)arg;
	while (goro_select_default(&stop, 1, NULL) != 0)
		goro_checkpoint(); /* a piece of work that needs no channel */
	goro_close(stopped);
}

static void app(void *arg)
{
	const char *s;

	(void)arg;
	done = goro_make(0, 0);
	strings = goro_make(sizeof(char *), 0);
	stopped = goro_make(0, 0);
	goro_go(send_letters, NULL);
	goro_go(work, NULL);
	while (goro_recv(strings, &s))
		printf("%s\n", s);
	goro_close(done);
	goro_recv(stopped, NULL);
	printf("stopped\n");
}

int main(void)
{
	return goro_run(app, NULL);
}

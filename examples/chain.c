/* Goroutines that only wait for one another gain nothing over three calls. */
#include <goro.h>
#include <stdio.h>

struct step {
	const char *name;
	goro_chan *before, *after;
};

static void run(void *arg)
{
	struct step *s = arg;

	goro_recv(s->before, NULL);
	printf("%s\n", s->name);
	goro_close(s->after);
}

static void app(void *arg)
{
	goro_chan *c[4];

	(void)arg;
	for (int i = 0; i < 4; i++)
		c[i] = goro_make(0, 0);
	for (int i = 2; i >= 0; i--) {
		static const char *const names[] = {"f1", "f2", "f3"};
		struct step s = {names[i], c[i], c[i + 1]};

		goro_go_copy(run, &s, sizeof(s));
	}
	goro_close(c[0]);
	goro_recv(c[3], NULL);
}

int main(void)
{
	return goro_run(app, NULL);
}

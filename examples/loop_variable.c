/* Goroutines that share the loop's variable, and such with a copy each. */
#include <goro.h>
#include <stdio.h>

struct print {
	goro_chan *start; /* closes after the loop */
	goro_waitgroup *wg;
	const int *shared; /* the loop's variable, or NULL */
	int own;
};

static void print(void *arg)
{
	struct print *p = arg;

	goro_recv(p->start, NULL);
	if (p->shared != NULL)
		printf("shared: %d\n", *p->shared);
	else
		printf("own: %d\n", p->own);
	goro_wg_done(p->wg);
}

static void start_three(bool share)
{
	goro_waitgroup wg = {0};
	goro_chan *start = goro_make(0, 0);
	int i;

	for (i = 0; i < 3; i++) {
		struct print p = {start, &wg, share ? &i : NULL, i};

		goro_wg_add(&wg, 1);
		goro_go_copy(print, &p, sizeof(p));
	}
	goro_close(start);
	goro_wg_wait(&wg);
}

static void app(void *arg)
{
	(void)arg;
	start_three(true);
	start_three(false);
}

int main(void)
{
	return goro_run(app, NULL);
}

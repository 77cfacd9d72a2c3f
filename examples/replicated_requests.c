/* Ten handlers get the same request; the first answer stops the others. */
#include <goro.h>
#include <stdio.h>

struct handler {
	goro_chan *done, *result;
	goro_waitgroup *wg;
	int id;
	int64_t load;
};

static void handle(void *arg)
{
	struct handler *h = arg;
	struct goro_case wait[] = {
		{.c = h->done, .dir = GORO_RECV},
		{.c = goro_after(h->load), .dir = GORO_RECV},
	};
	struct goro_case answer[] = {
		{.c = h->done, .dir = GORO_RECV},
		{.c = h->result, .dir = GORO_SEND, .send = &h->id},
	};

	if (goro_select(wait, 2, NULL) == 1)
		goro_select(answer, 2, NULL);
	goro_wg_done(h->wg);
}

static void app(void *arg)
{
	goro_waitgroup wg = {0};
	struct handler h = {.done = goro_make(0, 0),
			    .result = goro_make(sizeof(int), 0),
			    .wg = &wg};
	int64_t start = goro_now();
	int first;

	(void)arg;
	goro_wg_add(&wg, 10);
	for (h.id = 0; h.id < 10; h.id++) {
		h.load = h.id == 6 ? 5 * GORO_MILLISECOND : 60 * GORO_SECOND;
		goro_go_copy(handle, &h, sizeof(h));
	}
	goro_recv(h.result, &first);
	goro_close(h.done);
	goro_wg_wait(&wg);
	printf("received an answer from #%d\n", first);
	printf("nobody took a minute: %s\n",
	       goro_now() - start < 30 * GORO_SECOND ? "yes" : "no");
}

int main(void)
{
	return goro_run(app, NULL);
}

/* A busy server throws away the requests whose sender no longer waits. */
#include <goro.h>
#include <stdio.h>

struct request {
	int id;
	int64_t deadline;
};

static void serve(goro_chan *queue)
{
	struct request r;

	while (goro_recv(queue, &r)) {
		if (goro_now() > r.deadline) {
			printf("%d: too late, dropped\n", r.id);
			continue;
		}
		printf("%d: served\n", r.id);
		goro_sleep(30 * GORO_MILLISECOND);
	}
}

static void app(void *arg)
{
	goro_chan *queue = goro_make(sizeof(struct request), 4);

	(void)arg;
	for (int id = 1; id <= 4; id++) {
		/* The even ones have no patience. */
		int64_t patience =
			id % 2 ? 60 * GORO_SECOND : 5 * GORO_MILLISECOND;
		struct request r = {id, goro_now() + patience};

		goro_send(queue, &r);
	}
	goro_close(queue);
	serve(queue);
}

int main(void)
{
	return goro_run(app, NULL);
}

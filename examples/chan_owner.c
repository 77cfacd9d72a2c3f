/* The owner makes, fills and closes a channel; the consumer only reads. */
#include <goro.h>
#include <stdio.h>

static void own(void *arg)
{
	goro_chan *results = arg;

	for (int i = 0; i <= 5; i++)
		goro_send(results, &i);
	goro_close(results);
}

static goro_chan *chan_owner(void)
{
	goro_chan *results = goro_make(sizeof(int), 5);

	goro_go(own, results);
	return results;
}

static void app(void *arg)
{
	goro_chan *results = chan_owner();
	int v;

	(void)arg;
	while (goro_recv(results, &v))
		printf("Received: %d\n", v);
	printf("Done receiving!\n");
}

int main(void)
{
	return goro_run(app, NULL);
}

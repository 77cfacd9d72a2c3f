/* Only the function that makes the stream can send on it or close it. */
#include <goro.h>
#include <stdio.h>

static void send_ones(void *arg)
{
	goro_chan *result = arg;

	for (int i = 0, one = 1; i < 5; i++)
		goro_send(result, &one);
	goro_close(result);
}

static goro_chan *rest(void)
{
	goro_chan *result = goro_make(sizeof(int), 0);

	goro_go(send_ones, result);
	return result;
}

static void app(void *arg)
{
	goro_chan *result = rest();
	int v;

	(void)arg;
	while (goro_recv(result, &v))
		printf("%d\n", v);
}

int main(void)
{
	return goro_run(app, NULL);
}

/* A list of free buffers: made anew when it is empty, dropped when full. */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>

struct buffer {
	int text;
};

static goro_chan *free_list, *server_chan;
static int made; /* by the client */

static struct buffer *get_buffer(void)
{
	struct buffer *b;
	struct goro_case get = {.c = free_list, .dir = GORO_RECV, .recv = &b};

	if (goro_select_default(&get, 1, NULL) == 0)
		return b;
	made++;
	return malloc(sizeof(*b));
}

static void put_buffer(struct buffer *b)
{
	struct goro_case put = {.c = free_list, .dir = GORO_SEND, .send = &b};

	if (goro_select_default(&put, 1, NULL) != 0)
		free(b);
}

static void client(void *arg)
{
	(void)arg;
	for (int i = 1; i <= 1000; i++) {
		struct buffer *b = get_buffer();

		b->text = i;
		goro_send(server_chan, &b);
	}
	goro_close(server_chan);
}

static void app(void *arg)
{
	struct buffer *b;
	long sum = 0;

	(void)arg;
	free_list = goro_make(sizeof(struct buffer *), 100);
	server_chan = goro_make(sizeof(struct buffer *), 0);
	goro_go(client, NULL);
	while (goro_recv(server_chan, &b)) {
		sum += b->text;
		put_buffer(b);
	}
	printf("sum of 1000 messages: %ld\n", sum);
	printf("few buffers were made: %s\n", made <= 3 ? "yes" : "no");
}

int main(void)
{
	return goro_run(app, NULL);
}

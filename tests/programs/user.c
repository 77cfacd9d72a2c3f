/*
 * user.c - a program of somebody who installed goro; built as C and as C++,
 * with the shared and with the static library.
 */
#include <goro.h>

#include <stdio.h>

static void square(void *arg)
{
	goro_chan *c = (goro_chan *)arg;
	int n;

	while (goro_recv(c, &n))
		printf("%d\n", n * n);
	goro_close(c);
}

static void producer(void *arg)
{
	goro_chan *c = (goro_chan *)arg;

	for (int i = 1; i <= 3; i++)
		goro_send(c, &i);
	goro_close(c);
}

static void app(void *arg)
{
	goro_chan *c = goro_make(sizeof(int), 0);
	struct goro_panic_value panic;

	(void)arg;
	goro_go(producer, c);
	if (goro_try(square, c, &panic) == GORO_PANICKED)
		printf("%s\n", panic.text);
}

int main(void)
{
	return goro_run(app, NULL);
}

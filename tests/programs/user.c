/*
 * user.c - a program of somebody who installed goro; built as C and as C++,
 * with the shared and with the static library.
 */
#include <goro.h>
#include <goro_ext.h>
#include <goro_net.h>

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

static void hello(void *arg)
{
	goro_conn *c = (goro_conn *)arg;

	goro_conn_write(c, "hello\n", 6, NULL);
	goro_conn_close(c);
}

static void over_a_pipe(void)
{
	goro_conn *ends[2];
	char buf[16];
	size_t n;

	if (goro_mem_pipe(ends) != GORO_OK)
		return;
	goro_go(hello, ends[0]);
	while (goro_conn_read(ends[1], buf, sizeof(buf), &n) == GORO_OK)
		fwrite(buf, 1, n, stdout);
	printf("%s\n", goro_net_error());
}

static int too_late(void *arg)
{
	goro_context *c = (goro_context *)arg;

	goro_recv(goro_context_done(c), NULL);
	return goro_context_err(c);
}

static void in_a_group(void)
{
	goro_context *c, *of_group;
	goro_group *g;

	if (goro_with_timeout(goro_background(), GORO_MILLISECOND, 0, &c) ||
	    goro_group_with_context(c, &g, &of_group))
		return;
	goro_group_go(g, too_late, of_group, GORO_FOREVER);
	printf("%s\n", goro_status_text(goro_group_wait(g)));
	goro_group_free(g);
	goro_context_free(of_group);
	goro_context_free(c);
}

static void app(void *arg)
{
	goro_chan *c = goro_make(sizeof(int), 0);
	struct goro_panic_value panic;

	(void)arg;
	goro_go(producer, c);
	if (goro_try(square, c, &panic) == GORO_PANICKED)
		printf("%s\n", panic.text);
	over_a_pipe();
	in_a_group();
}

int main(void)
{
	return goro_run(app, NULL);
}

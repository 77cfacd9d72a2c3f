/* A server with a goroutine for each connection, and clients, in one process. */
#include <goro_net.h>
#include <stdio.h>
#include <string.h>

enum { CLIENTS = 3 };

static char address[GORO_ADDR_MAX];

static void serve(void *arg)
{
	goro_conn *c = arg;
	char buf[256];
	size_t n;

	while (goro_conn_read(c, buf, sizeof(buf), &n) == GORO_OK)
		goro_conn_write(c, buf, n, NULL);
	goro_conn_close(c);
	goro_conn_free(c);
}

static void accept_all(void *arg)
{
	goro_listener *l = arg;
	goro_conn *c;

	while (goro_accept(l, &c) == GORO_OK)
		goro_go(serve, c);
	printf("server: %s\n", strrchr(goro_net_error(), ':') + 2);
}

static void read_all(goro_conn *c, char *buf, size_t n)
{
	size_t got;

	while (n > 0 && goro_conn_read(c, buf, n, &got) == GORO_OK) {
		buf += got;
		n -= got;
	}
}

static void ask(int number)
{
	char line[64], answer[64] = "";
	goro_conn *c;

	if (goro_dial("tcp", address, GORO_FOREVER, &c) != GORO_OK) {
		printf("client %d: %s\n", number, goro_net_error());
		return;
	}
	snprintf(line, sizeof(line), "hello from %d", number);
	goro_conn_write(c, line, strlen(line), NULL);
	read_all(c, answer, strlen(line));
	printf("client %d: %s\n", number, answer);
	goro_conn_close(c);
	goro_conn_free(c);
}

static void app(void *arg)
{
	goro_waitgroup wg = {0};
	goro_listener *l;

	(void)arg;
	if (goro_listen("tcp", "127.0.0.1:0", &l) != GORO_OK) {
		printf("%s\n", goro_net_error());
		return;
	}
	goro_listener_addr(l, address, sizeof(address));
	goro_wg_go(&wg, accept_all, l);
	for (int i = 1; i <= CLIENTS; i++)
		ask(i);
	goro_listener_close(l);
	goro_wg_wait(&wg);
	goro_listener_free(l);
}

int main(void)
{
	return goro_run(app, NULL);
}

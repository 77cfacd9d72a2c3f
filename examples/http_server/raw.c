/*
 * raw.c - `http_raw PORT`: sends its input to the server on this machine, as
 * it is and as it comes, and prints all that comes back.
 *
 * What a client that is not well-mannered does, for test.sh.
 */
#include <goro_net.h>
#include <stdio.h>

static const char *port;

/* Until one of them ends. */
static void copy(goro_conn *from, goro_conn *to)
{
	char buf[4096];
	size_t n;

	while (goro_conn_read(from, buf, sizeof(buf), &n) == GORO_OK)
		if (goro_conn_write(to, buf, n, NULL) != GORO_OK)
			return;
}

static void send_input(void *server)
{
	goro_conn *input;

	if (goro_conn_from_fd(0, &input) == GORO_OK)
		copy(input, server);
}

static void app(void *failed)
{
	goro_conn *server, *output;
	char address[GORO_ADDR_MAX];

	snprintf(address, sizeof(address), "127.0.0.1:%s", port);
	if (goro_dial("tcp", address, goro_now() + 5 * GORO_SECOND, &server) ||
	    goro_conn_from_fd(1, &output)) {
		fprintf(stderr, "http_raw: %s\n", goro_net_error());
		*(bool *)failed = true;
		return;
	}
	goro_conn_read_deadline(server, goro_now() + 20 * GORO_SECOND);
	goro_go(send_input, server);
	copy(server, output);
}

int main(int argc, char **argv)
{
	bool failed = false;

	if (argc != 2) {
		fputs("usage: http_raw PORT\n", stderr);
		return 2;
	}
	port = argv[1];
	return goro_run(app, &failed) || failed;
}

/* conn.c - one connection, from its first byte to its last. */
#include "http_server.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_DRAINED = 1 << 20 };

/* ---- requests in ---------------------------------------------------------- */

static int fill(struct conn *c)
{
	c->begin = c->end = 0;
	return goro_conn_read(c->conn, c->buf, sizeof(c->buf), &c->end);
}

/* The first bytes of a request; false: none come, or none are wanted. */
static bool await_request(struct conn *c)
{
	int status;

	if (c->begin < c->end)
		return true;
	if (!server_idle(c))
		return false;
	status = fill(c);
	server_busy(c);
	return status == GORO_OK;
}

static bool over(const struct request *r)
{
	return r->stage == STAGE_COMPLETE || r->refused;
}

/* More bytes of a request; false: the peer has gone. */
static bool more(struct conn *c, int64_t deadline)
{
	int status;

	goro_conn_read_deadline(c->conn, deadline);
	status = fill(c);
	if (status == GORO_TIMEOUT)
		c->request.refused = 408;
	return status == GORO_OK || status == GORO_TIMEOUT;
}

static void tell_to_continue(struct conn *c)
{
	static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";

	c->request.wants_100 = false;
	goro_conn_write_deadline(c->conn, goro_now() + options.timeout);
	goro_conn_write(c->conn, text, strlen(text), NULL);
}

/* All of a request, or what is wrong with it; false: end the connection. */
static bool read_request(struct conn *c)
{
	struct request *r = &c->request;
	int64_t deadline;

	request_reset(r);
	if (!await_request(c))
		return false;
	deadline = goro_now() + options.timeout;
	for (;;) {
		c->begin +=
			request_parse(r, c->buf + c->begin, c->end - c->begin);
		if (over(r))
			return true;
		if (r->wants_100)
			tell_to_continue(c);
		if (!more(c, deadline))
			return false;
		if (r->refused)
			return true;
	}
}

/* ---- responses out -------------------------------------------------------- */

/* False: it was the last. */
static bool answer(struct conn *c)
{
	const struct request *r = &c->request;
	struct response a = {0};

	if (r->refused)
		response_status(&a, r->refused);
	else
		route(r, &a);
	a.close = r->refused || !r->keep_alive || server_stopping();
	return response_write(&a, r, c->conn) == GORO_OK && !a.close;
}

/*
 * A close with bytes unread would reset the connection, and the peer might
 * never see the answer: so say that it was the last, and wait for the peer.
 */
static void part(struct conn *c)
{
	int64_t deadline = goro_now() + GORO_SECOND;
	size_t all = 0;

	goro_conn_shutdown(c->conn, GORO_SHUT_WRITE);
	goro_conn_read_deadline(c->conn, deadline);
	while (all < MOST_DRAINED && fill(c) == GORO_OK)
		all += c->end;
}

void conn_serve(void *arg)
{
	struct conn *c = arg;

	request_init(&c->request);
	while (read_request(c)) {
		if (!answer(c)) {
			part(c);
			break;
		}
	}
	request_free(&c->request);
	server_forget(c);
}

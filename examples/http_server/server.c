/* server.c - which connections there are, and how they are told to end. */
#include "http_server.h"

#include <stdio.h>
#include <stdlib.h>

enum { LONGEST_PAUSE_MS = 1000 };

static struct {
	goro_mutex lock; /* of all but conns */
	struct conn *first;
	bool stopping;
	int cut;
	goro_waitgroup conns;
} server;

/* ---- one connection ------------------------------------------------------- */

static void remember(struct conn *c)
{
	goro_mutex_lock(&server.lock);
	c->next = server.first;
	if (c->next)
		c->next->prev = c;
	server.first = c;
	goro_mutex_unlock(&server.lock);
}

void server_forget(struct conn *c)
{
	goro_mutex_lock(&server.lock);
	if (c->next)
		c->next->prev = c->prev;
	if (c->prev)
		c->prev->next = c->next;
	else
		server.first = c->next;
	goro_mutex_unlock(&server.lock);
	goro_conn_free(c->conn);
	free(c);
}

/* The deadline is set under the lock, or it might undo that of the end. */
bool server_idle(struct conn *c)
{
	bool go_on;

	goro_mutex_lock(&server.lock);
	go_on = !server.stopping;
	c->idle = go_on;
	if (go_on)
		goro_conn_read_deadline(c->conn, goro_now() + options.timeout);
	goro_mutex_unlock(&server.lock);
	return go_on;
}

void server_busy(struct conn *c)
{
	goro_mutex_lock(&server.lock);
	c->idle = false;
	goro_mutex_unlock(&server.lock);
}

/* ---- accept --------------------------------------------------------------- */

static void serve(goro_conn *conn)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (!c) {
		goro_conn_free(conn);
		return;
	}
	c->conn = conn;
	remember(c);
	goro_wg_go(&server.conns, conn_serve, c);
}

/* Without descriptors it is no use to try again at once. */
void server_accept(void *listener)
{
	int64_t pause = 0;
	goro_conn *conn;
	int status;

	while ((status = goro_accept(listener, &conn)) != GORO_NET_CLOSED) {
		if (status == GORO_OK) {
			pause = 0;
			serve(conn);
			continue;
		}
		fprintf(stderr, "http_server: %s\n", goro_net_error());
		pause = pause ? 2 * pause : 5;
		if (pause > LONGEST_PAUSE_MS)
			pause = LONGEST_PAUSE_MS;
		goro_sleep(pause * GORO_MILLISECOND);
	}
}

/* ---- the end -------------------------------------------------------------- */

bool server_stopping(void)
{
	bool stopping;

	goro_mutex_lock(&server.lock);
	stopping = server.stopping;
	goro_mutex_unlock(&server.lock);
	return stopping;
}

static void cut_off(void *arg)
{
	(void)arg;
	goro_mutex_lock(&server.lock);
	for (struct conn *c = server.first; c; c = c->next)
		server.cut += goro_conn_close(c->conn) == GORO_OK;
	goro_mutex_unlock(&server.lock);
}

int server_stop(void)
{
	goro_timer *grace;

	goro_mutex_lock(&server.lock);
	server.stopping = true;
	for (struct conn *c = server.first; c; c = c->next)
		if (c->idle)
			goro_conn_read_deadline(c->conn, goro_now());
	goro_mutex_unlock(&server.lock);
	grace = goro_after_func(options.grace, cut_off, NULL);
	goro_wg_wait(&server.conns);
	goro_timer_free(grace);
	return server.cut;
}

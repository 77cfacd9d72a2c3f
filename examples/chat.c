/*
 * A chat room on a unix socket: one goroutine owns the list of guests, each
 * guest has one that reads and one that writes.
 */
#include <goro_net.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GUESTS_MAX = 8 };

struct line {
	char text[80];
};

struct guest {
	goro_conn *conn;
	goro_chan *lines; /* struct line; its close is the end of the guest */
	char name[16];
};

enum kind { ENTER, SAY, LEAVE };

struct event {
	enum kind kind;
	struct guest *guest;
	struct line line;
};

static goro_chan *events;

/* ---- the server ----------------------------------------------------------- */

static void write_lines(void *arg)
{
	struct guest *g = arg;
	struct line l;

	while (goro_recv(g->lines, &l))
		goro_conn_write(g->conn, l.text, strlen(l.text), NULL);
	goro_conn_close(g->conn);
	goro_conn_free(g->conn);
	goro_chan_free(g->lines);
	free(g);
}

/* A line without its end; false: there is none any more. */
static bool read_line(goro_conn *c, char *buf, size_t n)
{
	size_t len = 0, got;

	while (len + 1 < n &&
	       goro_conn_read(c, buf + len, 1, &got) == GORO_OK) {
		if (buf[len] == '\n') {
			buf[len] = '\0';
			return true;
		}
		len++;
	}
	return false;
}

static void tell(struct guest *g, enum kind kind, const char *verb,
		 const char *what)
{
	struct event e = {.kind = kind, .guest = g};

	snprintf(e.line.text, sizeof(e.line.text), "%s%s%s\n", g->name, verb,
		 what);
	goro_send(events, &e);
}

static void serve(void *arg)
{
	struct guest *g = calloc(1, sizeof(*g));
	char line[40];

	g->conn = arg;
	g->lines = goro_make(sizeof(struct line), 16);
	goro_go(write_lines, g);
	if (read_line(g->conn, g->name, sizeof(g->name))) {
		tell(g, ENTER, " is here", "");
		while (read_line(g->conn, line, sizeof(line)))
			tell(g, SAY, ": ", line);
		tell(g, LEAVE, " has gone", "");
	} else {
		goro_close(g->lines);
	}
}

static void accept_all(void *listener)
{
	goro_conn *c;

	while (goro_accept(listener, &c) == GORO_OK)
		goro_go(serve, c);
}

static void room(void *arg)
{
	struct guest *guests[GUESTS_MAX];
	int n = 0;
	struct event e;

	(void)arg;
	while (goro_recv(events, &e)) {
		if (e.kind == ENTER && n < GUESTS_MAX)
			guests[n++] = e.guest;
		for (int i = 0; i < n; i++) {
			if (e.kind == LEAVE && guests[i] == e.guest) {
				goro_close(e.guest->lines);
				guests[i--] = guests[--n];
			} else {
				goro_send(guests[i]->lines, &e.line);
			}
		}
	}
}

/* ---- two guests ----------------------------------------------------------- */

static goro_conn *enter(const char *path, const char *name)
{
	goro_conn *c;

	if (goro_dial("unix", path, GORO_FOREVER, &c) != GORO_OK) {
		printf("%s\n", goro_net_error());
		exit(1);
	}
	goro_conn_write(c, name, strlen(name), NULL);
	return c;
}

static void say(goro_conn *c, const char *line)
{
	goro_conn_write(c, line, strlen(line), NULL);
}

static void hear(goro_conn *c, const char *who)
{
	char line[80];

	if (read_line(c, line, sizeof(line)))
		printf("%s hears: %s\n", who, line);
}

static void chat(const char *path)
{
	goro_conn *ann = enter(path, "ann\n"), *bob;

	hear(ann, "ann");
	bob = enter(path, "bob\n");
	hear(ann, "ann");
	hear(bob, "bob");
	say(bob, "hello\n");
	hear(ann, "ann");
	hear(bob, "bob");
	goro_conn_close(ann);
	hear(bob, "bob");
	goro_conn_close(bob);
}

static void app(void *arg)
{
	char dir[] = "/tmp/goro-chat-XXXXXX", path[64];
	goro_listener *l;

	(void)arg;
	if (!mkdtemp(dir))
		return;
	snprintf(path, sizeof(path), "%s/room", dir);
	if (goro_listen("unix", path, &l) == GORO_OK) {
		events = goro_make(sizeof(struct event), 0);
		goro_go(room, NULL);
		goro_go(accept_all, l);
		chat(path);
		goro_listener_close(l);
	}
	rmdir(dir);
}

int main(void)
{
	return goro_run(app, NULL);
}

/* routes.c - what the server answers. */
#include "http_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_SLEEP_MS = 60000 };

static void hello(const struct request *r, struct response *a)
{
	(void)r;
	a->body = "hello, world\n";
	a->n = strlen(a->body);
}

static void echo(const struct request *r, struct response *a)
{
	const char *type = request_header(r, "Content-Type");

	a->type = type ? type : "application/octet-stream";
	a->body = r->body.at;
	a->n = r->body.n;
}

/* /sleep?ms=N: only this goroutine waits, and it holds no thread. */
static void sleep_a_while(const struct request *r, struct response *a)
{
	char *end = r->query;
	long ms = -1;

	if (strncmp(r->query, "ms=", 3) == 0)
		ms = strtol(r->query + 3, &end, 10);
	if (ms < 0 || ms > LONGEST_SLEEP_MS || *end || end == r->query + 3) {
		response_status(a, 400);
		return;
	}
	goro_sleep(ms * GORO_MILLISECOND);
	a->n = (size_t)snprintf(a->text, sizeof(a->text), "slept %ld ms\n", ms);
	a->body = a->text;
}

static const struct {
	const char *method, *path;
	void (*handle)(const struct request *r, struct response *a);
	const char *allow;
} routes[] = {
	{"GET", "/", hello, "GET, HEAD"},
	{"POST", "/echo", echo, "POST"},
	{"GET", "/sleep", sleep_a_while, "GET, HEAD"},
};

/* A HEAD is a GET whose body is not sent. */
static bool same_method(const char *ours, const char *theirs)
{
	return strcmp(ours, theirs) == 0 ||
	       (strcmp(ours, "GET") == 0 && strcmp(theirs, "HEAD") == 0);
}

void route(const struct request *r, struct response *a)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++) {
		if (strcmp(routes[i].path, r->path) != 0)
			continue;
		if (same_method(routes[i].method, r->method)) {
			routes[i].handle(r, a);
			return;
		}
		response_status(a, 405);
		a->allow = routes[i].allow;
		return;
	}
	response_status(a, 404);
}

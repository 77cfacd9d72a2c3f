/*
 * http.h - as much of HTTP/1.1 as the debug server takes: GET and HEAD without
 * a body, one request for each connection.  Everything else is refused.
 */
#ifndef GORO_HTTP_H
#define GORO_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "goro_net.h"

enum { HTTP_HEAD_MAX = 8192, HTTP_PATH_MAX = 256, HTTP_HOST_MAX = 256 };

struct http_request {
	bool head_only;           /* HEAD */
	char path[HTTP_PATH_MAX]; /* "/debug/pprof/block" */
	char query[HTTP_PATH_MAX];
	char host[HTTP_HOST_MAX]; /* "" if there was none */
};

/*
 * Takes a request apart: the n bytes up to the empty line, with it.  Returns 0,
 * or the status that refuses it: 400, 405, 413, 414, 505.
 */
int goro__http_parse(struct http_request *r, const char *head, size_t n);

/*
 * Reads a request from c until its empty line.  Returns as goro__http_parse() does;
 * 408 if it takes longer than to the deadline, 431 if the head is too long, -1
 * if the peer has gone.
 */
int goro__http_read(goro_conn *c, struct http_request *r, int64_t deadline);

/*
 * Returns the number after "name=" in the query; fallback if there is none, -1
 * if it is no number up to most.
 */
long goro__http_number(const struct http_request *r, const char *name,
		       long most, long fallback);

/* Writes an answer's head, for a body of n bytes. */
int goro__http_answer(goro_conn *c, int status, const char *type, size_t n);
/* Writes an answer, without its body for HEAD. */
void goro__http_text(goro_conn *c, const struct http_request *r, int status,
		     const char *type, const char *text, size_t n);
/* The same, with what the file fd holds.  Takes fd. */
void goro__http_file(goro_conn *c, const struct http_request *r,
		     const char *type, int fd);

#endif

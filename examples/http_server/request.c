/* request.c - see http_server.h. */
#include "http_server.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NOTHING, URL, NAME, VALUE }; /* request.last */

/* False without memory. */
static bool append(struct text *t, const char *bytes, size_t n)
{
	size_t room = t->room ? t->room : 512;
	char *at;

	while (room - t->n < n)
		room *= 2;
	if (room != t->room) {
		at = realloc(t->at, room);
		if (!at)
			return false;
		t->at = at;
		t->room = room;
	}
	if (n > 0)
		memcpy(t->at + t->n, bytes, n);
	t->n += n;
	return true;
}

/* A callback that returns this makes the parser stop. */
static int refuse(struct request *r, int status)
{
	r->refused = status;
	return 1;
}

/* ---- what the parser calls ------------------------------------------------ */

/* A piece of the string of that kind.  Headers behind the body are dropped. */
static int add_to_head(http_parser *p, int kind, const char *at, size_t n)
{
	struct request *r = p->data;
	bool ok = true;

	if (r->stage != STAGE_HEAD)
		return 0;
	if (r->last != kind && r->last != NOTHING)
		ok = append(&r->head, "", 1);
	r->last = kind;
	return ok && append(&r->head, at, n) ? 0 : refuse(r, 503);
}

static int on_url(http_parser *p, const char *at, size_t n)
{
	return add_to_head(p, URL, at, n);
}

static int on_header_field(http_parser *p, const char *at, size_t n)
{
	return add_to_head(p, NAME, at, n);
}

static int on_header_value(http_parser *p, const char *at, size_t n)
{
	return add_to_head(p, VALUE, at, n);
}

/* The path and the query, as strings within the URL.  False: it is no URL. */
static bool split_url(struct request *r)
{
	static char root[] = "/", none[] = "";
	struct http_parser_url u;
	char *url = r->head.at;

	http_parser_url_init(&u);
	if (http_parser_parse_url(url, strlen(url), 0, &u) != 0)
		return false;
	r->path = root;
	r->query = none;
	if (u.field_set & 1 << UF_PATH) {
		r->path = url + u.field_data[UF_PATH].off;
		r->path[u.field_data[UF_PATH].len] = '\0';
	}
	if (u.field_set & 1 << UF_QUERY) {
		r->query = url + u.field_data[UF_QUERY].off;
		r->query[u.field_data[UF_QUERY].len] = '\0';
	}
	return true;
}

/* 0, or the status of what is wrong with it. */
static int check_head(struct request *r)
{
	const http_parser *p = &r->parser;
	const char *expect = request_header(r, "Expect");

	if (p->http_major != 1)
		return 505;
	if (p->method == HTTP_CONNECT)
		return 501;
	if (!split_url(r))
		return 400;
	if (p->http_minor > 0 && !request_header(r, "Host"))
		return 400;
	if (expect && strcasecmp(expect, "100-continue") != 0)
		return 417;
	if ((p->flags & F_CONTENTLENGTH) &&
	    p->content_length > (uint64_t)options.max_body)
		return 413;
	r->wants_100 = expect && p->http_minor > 0;
	return 0;
}

static int on_headers_complete(http_parser *p)
{
	struct request *r = p->data;
	int status;

	if (!append(&r->head, "", 1))
		return refuse(r, 503);
	r->headers = strlen(r->head.at) + 1;
	r->method = http_method_str((enum http_method)p->method);
	r->keep_alive = http_should_keep_alive(p);
	status = check_head(r);
	if (status)
		return refuse(r, status);
	p->upgrade = 0; /* never taken up */
	r->stage = STAGE_BODY;
	return 0;
}

static int on_body(http_parser *p, const char *at, size_t n)
{
	struct request *r = p->data;

	r->wants_100 = false;
	if (r->body.n + n > (size_t)options.max_body)
		return refuse(r, 413);
	return append(&r->body, at, n) ? 0 : refuse(r, 503);
}

/* What follows belongs to the next request. */
static int on_message_complete(http_parser *p)
{
	struct request *r = p->data;

	r->stage = STAGE_COMPLETE;
	http_parser_pause(p, 1);
	return 0;
}

/* ---- the request ---------------------------------------------------------- */

void request_init(struct request *r)
{
	http_parser_init(&r->parser, HTTP_REQUEST);
	r->parser.data = r;
	request_reset(r);
}

void request_reset(struct request *r)
{
	http_parser_pause(&r->parser, 0);
	r->method = "";
	r->path = r->query = NULL;
	r->head.n = r->body.n = 0;
	r->keep_alive = r->wants_100 = false;
	r->refused = 0;
	r->stage = STAGE_HEAD;
	r->last = NOTHING;
}

void request_free(struct request *r)
{
	free(r->head.at);
	free(r->body.at);
}

size_t request_parse(struct request *r, const char *bytes, size_t n)
{
	static const http_parser_settings settings = {
		.on_url = on_url,
		.on_header_field = on_header_field,
		.on_header_value = on_header_value,
		.on_headers_complete = on_headers_complete,
		.on_body = on_body,
		.on_message_complete = on_message_complete,
	};
	size_t done = http_parser_execute(&r->parser, &settings, bytes, n);

	switch (HTTP_PARSER_ERRNO(&r->parser)) {
	case HPE_OK:
	case HPE_PAUSED:
		break;
	case HPE_HEADER_OVERFLOW:
		refuse(r, 431);
		break;
	default:
		if (!r->refused)
			refuse(r, 400);
	}
	return done;
}

const char *request_header(const struct request *r, const char *name)
{
	const char *end = r->head.at + r->head.n;
	const char *s = r->head.at + r->headers, *value;

	while (s < end) {
		value = s + strlen(s) + 1;
		if (strcasecmp(s, name) == 0)
			return value;
		s = value + strlen(value) + 1;
	}
	return NULL;
}

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

/* ---- what the parser lets through ----------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A line of the head is over; an empty one ends the head. */
static enum place after_line(enum place at)
{
	switch (at) {
	case AT_START: /* empty lines before a request do no harm */
		return AT_START;
	case AT_LINE:
	case AT_DONE:
		return AT_DONE;
	default:
		return AT_LINE;
	}
}

/* False: a name has a blank in it or before it, or the line is a folded one. */
static bool step(enum place *at, char c)
{
	switch (*at) {
	case AT_START:
		*at = AT_REQUEST;
		return true;
	case AT_LINE:
	case AT_NAME:
		*at = c == ':' ? AT_VALUE : AT_NAME;
		return !is_blank(c);
	default:
		return true;
	}
}

/*
 * False if the head may not have this byte next.  The parser does not look at
 * the first byte of a value, joins folded lines and takes blanks in names; who
 * stands in front of this server may read such a head in another way.
 */
static bool fits_head(struct request *r, char c)
{
	bool after_cr = r->after_cr;

	r->after_cr = c == '\r';
	if (c == '\n') {
		r->at = after_line(r->at);
		return true;
	}
	if (after_cr)
		return false;
	if (c == '\r')
		return true;
	if (((unsigned char)c < ' ' && c != '\t') || c == 127)
		return false;
	return step(&r->at, c);
}

static bool head_fits(struct request *r, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n && r->at != AT_DONE; i++)
		if (!fits_head(r, bytes[i]))
			return false;
	return true;
}

/* ---- what the parser calls ------------------------------------------------ */

/* The string at the end of the head is whole; blanks behind a value are not
 * its own.  False without memory. */
static bool end_string(struct request *r)
{
	struct text *t = &r->head;

	while (r->last == VALUE && t->n > 0 && is_blank(t->at[t->n - 1]))
		t->n--;
	return append(t, "", 1);
}

/* A piece of the string of that kind.  Headers behind the body are dropped. */
static int add_to_head(http_parser *p, int kind, const char *at, size_t n)
{
	struct request *r = p->data;
	bool ok = true;

	if (r->stage != STAGE_HEAD)
		return 0;
	if (r->last != kind && r->last != NOTHING)
		ok = end_string(r);
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

/* The name of the header after that one, or of the first; NULL: no more. */
static const char *next_header(const struct request *r, const char *name)
{
	const char *next = r->head.at + r->headers;

	if (name) {
		next = name + strlen(name) + 1;
		next += strlen(next) + 1;
	}
	return next < r->head.at + r->head.n ? next : NULL;
}

/* One Host, or in HTTP/1.0 none, with nothing that no host and port has. */
static bool check_host(const struct request *r)
{
	const char *s = NULL, *host;
	int n = 0;

	while ((s = next_header(r, s)) != NULL)
		n += strcasecmp(s, "Host") == 0;
	host = request_header(r, "Host");
	if (!host)
		return r->parser.http_minor == 0;
	return n == 1 && host[strcspn(host, " \t,/?#@\\\"<>")] == '\0';
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
	if (!split_url(r) || !check_host(r))
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

	if (!end_string(r))
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
	r->at = AT_START;
	r->after_cr = false;
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
	size_t done;

	if (!head_fits(r, bytes, n)) {
		refuse(r, 400);
		return n;
	}
	done = http_parser_execute(&r->parser, &settings, bytes, n);
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
	const char *s = NULL;

	while ((s = next_header(r, s)) != NULL)
		if (strcasecmp(s, name) == 0)
			return s + strlen(s) + 1;
	return NULL;
}

/*
 * http.c - see http.h.
 *
 * It reads what anybody may send.  So it takes no more bytes than have room,
 * allows no more characters than the paths of the server need, and refuses what
 * two readers may understand in two ways: lines that end in LF alone, folded
 * lines, two Host lines, lengths of a body.
 */
#include "debug/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is left to read. */
struct rest {
	const char *at, *end;
};

/* Returns where the next c is, or the end. */
static const char *upto(const struct rest *r, char c)
{
	const char *at = memchr(r->at, c, (size_t)(r->end - r->at));

	return at ? at : r->end;
}

/* Takes a line off r, without its CRLF.  False if it ends otherwise. */
static bool take_line(struct rest *r, struct rest *line)
{
	const char *lf = upto(r, '\n');

	if (lf == r->end || lf == r->at || lf[-1] != '\r')
		return false;
	*line = (struct rest){r->at, lf - 1};
	r->at = lf + 1;
	for (const char *c = line->at; c < line->end; c++)
		if ((unsigned char)*c < ' ' && *c != '\t')
			return false;
	return true;
}

/* Takes a word off a line, and the one space behind it if there is one. */
static struct rest take_word(struct rest *line)
{
	struct rest word = {line->at, upto(line, ' ')};

	line->at = word.end < line->end ? word.end + 1 : word.end;
	return word;
}

static size_t length(const struct rest *r)
{
	return (size_t)(r->end - r->at);
}

static bool is(const struct rest *r, const char *text)
{
	return length(r) == strlen(text) && memcmp(r->at, text, length(r)) == 0;
}

/* False if it does not fit, or has other characters. */
static bool copy(char *to, size_t room, const char *from, const char *end,
		 const char *also)
{
	size_t n = (size_t)(end - from);

	if (n >= room)
		return false;
	for (const char *c = from; c < end; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
		      (*c >= '0' && *c <= '9') || (*c && strchr(also, *c))))
			return false;
	memcpy(to, from, n);
	to[n] = '\0';
	return true;
}

static int parse_target(struct http_request *r, const struct rest *target)
{
	const char *query = upto(target, '?');
	const char *from = query < target->end ? query + 1 : query;

	if (length(target) >= HTTP_PATH_MAX)
		return 414;
	if (length(target) == 0 || *target->at != '/' ||
	    !copy(r->path, sizeof(r->path), target->at, query, "/._-") ||
	    !copy(r->query, sizeof(r->query), from, target->end, "/._-&=+%"))
		return 400;
	return 0;
}

static int parse_request_line(struct http_request *r, struct rest line,
			      bool *host_needed)
{
	struct rest method = take_word(&line), target = take_word(&line);
	int status = parse_target(r, &target);

	*host_needed = is(&line, "HTTP/1.1");
	if (status != 0 || length(&line) == 0)
		return status ? status : 400;
	if (!*host_needed && !is(&line, "HTTP/1.0"))
		return 505;
	r->head_only = is(&method, "HEAD");
	return r->head_only || is(&method, "GET") ? 0 : 405;
}

static bool named(const struct rest *line, const char *name, struct rest *value)
{
	size_t n = strlen(name);

	if (length(line) <= n || line->at[n] != ':' ||
	    strncasecmp(line->at, name, n) != 0)
		return false;
	*value = (struct rest){line->at + n + 1, line->end};
	while (value->at < value->end &&
	       (*value->at == ' ' || *value->at == '\t'))
		value->at++;
	while (value->at < value->end &&
	       (value->end[-1] == ' ' || value->end[-1] == '\t'))
		value->end--;
	return true;
}

static bool is_field(const struct rest *line)
{
	const char *colon = upto(line, ':');

	for (const char *c = line->at; c < colon; c++)
		if (*c <= ' ' || *c > '~')
			return false;
	return colon > line->at && colon < line->end;
}

static int parse_field(struct http_request *r, const struct rest *line,
		       int *hosts)
{
	struct rest value;

	if (!is_field(line))
		return 400;
	if (named(line, "Host", &value)) {
		++*hosts;
		return copy(r->host, sizeof(r->host), value.at, value.end,
			    ".:-_[]")
			       ? 0
			       : 400;
	}
	if (named(line, "Transfer-Encoding", &value) ||
	    (named(line, "Content-Length", &value) && !is(&value, "0")))
		return 413;
	return 0;
}

int goro__http_parse(struct http_request *r, const char *head, size_t n)
{
	struct rest rest = {head, head + n}, line;
	bool host_needed = false;
	int hosts = 0, status;

	*r = (struct http_request){.head_only = false};
	if (!take_line(&rest, &line))
		return 400;
	status = parse_request_line(r, line, &host_needed);
	while (status == 0) {
		if (!take_line(&rest, &line))
			return 400;
		if (length(&line) == 0)
			break;
		status = parse_field(r, &line, &hosts);
	}
	if (status == 0 && (hosts > 1 || (host_needed && hosts == 0)))
		return 400;
	return status;
}

int goro__http_read(goro_conn *c, struct http_request *r, int64_t deadline)
{
	char head[HTTP_HEAD_MAX];
	size_t n = 0, got;

	goro_conn_read_deadline(c, deadline);
	while (n < sizeof(head)) {
		const char *end;
		int status =
			goro_conn_read(c, head + n, sizeof(head) - n, &got);

		if (status != GORO_OK)
			return status == GORO_TIMEOUT ? 408 : -1;
		n += got;
		end = memmem(head, n, "\r\n\r\n", 4);
		if (end)
			return goro__http_parse(r, head,
						(size_t)(end + 4 - head));
	}
	return 431;
}

long goro__http_number(const struct http_request *r, const char *name,
		       long most, long fallback)
{
	size_t n = strlen(name);
	const char *at = r->query;
	long v = 0;

	while (*at && !(strncmp(at, name, n) == 0 && at[n] == '=')) {
		at += strcspn(at, "&");
		at += *at == '&';
	}
	if (!*at)
		return fallback;
	at += n + 1;
	if (!*at || *at == '&')
		return -1;
	for (; *at && *at != '&'; at++) {
		if (*at < '0' || *at > '9')
			return -1;
		v = v * 10 + (*at - '0');
		if (v > most)
			return -1;
	}
	return v;
}

/* ---- answers -------------------------------------------------------------- */

/* clang-format off */
static const char *reason(int status)
{
	switch (status) {
	case 200: return "OK";
	case 301: return "Moved Permanently";
	case 400: return "Bad Request";
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 405: return "Method Not Allowed";
	case 408: return "Request Timeout";
	case 413: return "Content Too Large";
	case 414: return "URI Too Long";
	case 431: return "Request Header Fields Too Large";
	case 503: return "Service Unavailable";
	case 505: return "HTTP Version Not Supported";
	default: return "Internal Server Error";
	}
}
/* clang-format on */

int goro__http_answer(goro_conn *c, int status, const char *type, size_t n)
{
	char head[512];
	int len = snprintf(head, sizeof(head),
			   "HTTP/1.1 %d %s\r\n"
			   "Content-Type: %s\r\n"
			   "Content-Length: %zu\r\n"
			   "X-Content-Type-Options: nosniff\r\n"
			   "Connection: close\r\n%s\r\n",
			   status, reason(status), type, n,
			   status == 405   ? "Allow: GET, HEAD\r\n"
			   : status == 301 ? "Location: /debug/pprof/\r\n"
					   : "");

	return goro_conn_write(c, head, (size_t)len, NULL);
}

void goro__http_text(goro_conn *c, const struct http_request *r, int status,
		     const char *type, const char *text, size_t n)
{
	if (goro__http_answer(c, status, type, n) == GORO_OK && !r->head_only)
		goro_conn_write(c, text, n, NULL);
}

void goro__http_file(goro_conn *c, const struct http_request *r,
		     const char *type, int fd)
{
	goro_conn *file;
	struct stat s;

	if (fstat(fd, &s) || lseek(fd, 0, SEEK_SET) != 0 ||
	    goro_conn_from_fd(fd, &file) != GORO_OK) {
		close(fd);
		goro__http_text(c, r, 500, "text/plain", "no file\n", 8);
		return;
	}
	if (goro__http_answer(c, 200, type, (size_t)s.st_size) == GORO_OK &&
	    !r->head_only)
		goro_conn_copy(c, file, s.st_size, NULL);
	goro_conn_close(file);
	goro_conn_free(file);
}

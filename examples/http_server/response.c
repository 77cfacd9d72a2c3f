/* response.c - see http_server.h. */
#include "http_server.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { HEAD_MAX = 512, SMALL = 4096 };

void response_status(struct response *a, int status)
{
	int n = snprintf(a->text, sizeof(a->text), "%d %s\n", status,
			 http_status_str((enum http_status)status));

	a->status = status;
	a->type = NULL;
	a->body = a->text;
	a->n = (size_t)n;
}

static void print_date(char *buf, size_t n)
{
	time_t now = time(NULL);
	struct tm tm;

	strftime(buf, n, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &tm));
}

/* The bytes up to the body, at most HEAD_MAX of them. */
static size_t print_head(char *buf, const struct response *a)
{
	int status = a->status ? a->status : 200, n;
	char date[40];

	print_date(date, sizeof(date));
	n = snprintf(buf, HEAD_MAX,
		     "HTTP/1.1 %d %s\r\n"
		     "Date: %s\r\n"
		     "Content-Type: %.100s\r\n"
		     "Content-Length: %zu\r\n"
		     "%s%s%s"
		     "Connection: %s\r\n\r\n",
		     status, http_status_str((enum http_status)status), date,
		     a->type ? a->type : "text/plain; charset=utf-8", a->n,
		     a->allow ? "Allow: " : "", a->allow ? a->allow : "",
		     a->allow ? "\r\n" : "", a->close ? "close" : "keep-alive");
	return (size_t)n;
}

/* What is small goes out in one piece. */
int response_write(const struct response *a, const struct request *r,
		   goro_conn *conn)
{
	size_t body = strcmp(r->method, "HEAD") == 0 ? 0 : a->n;
	char buf[HEAD_MAX + SMALL];
	size_t n = print_head(buf, a);
	int status;

	if (body > 0 && body <= SMALL) {
		memcpy(buf + n, a->body, body);
		n += body;
		body = 0;
	}
	goro_conn_write_deadline(conn, goro_now() + options.timeout);
	status = goro_conn_write(conn, buf, n, NULL);
	if (status == GORO_OK && body > 0)
		status = goro_conn_write(conn, a->body, body, NULL);
	return status;
}

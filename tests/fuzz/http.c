/*
 * http.c - requests to the HTTP server of the examples.
 *
 * The first byte says into how small pieces the others are cut; the answers
 * may not depend on it.
 */
#include "../../examples/http_server/http_server.h"

#include "fuzz.h"

enum { ANSWERS_MAX = 1 << 16 };

struct options options = {.timeout = 1, .max_body = 4096};

/* What the server has written, dates left out. */
struct answers {
	char text[ANSWERS_MAX];
	size_t n;
	int refused; /* the status of the last request, if it was refused */
};

static struct answers *now_writing;

/* ---- in place of the runtime ---------------------------------------------- */

void goro_sleep(int64_t ns)
{
	must(ns >= 0);
}

int64_t goro_now(void)
{
	return 0;
}

int goro_conn_write_deadline(goro_conn *c, int64_t when)
{
	(void)c;
	(void)when;
	return GORO_OK;
}

int goro_conn_write(goro_conn *c, const void *buf, size_t n, size_t *done)
{
	struct answers *a = now_writing;

	(void)c;
	(void)done;
	if (n > sizeof(a->text) - a->n)
		n = sizeof(a->text) - a->n;
	memcpy(a->text + a->n, buf, n);
	a->n += n;
	return GORO_OK;
}

/* ---- a connection, as conn.c has it --------------------------------------- */

/* The head of an answer: a status, one Date, which is blanked, an end. */
static void check_answer(char *text, size_t n)
{
	char *end = memmem(text, n, "\r\n\r\n", 4);
	char *date = memmem(text, n, "\r\nDate: ", 8);

	must(n > 12 && memcmp(text, "HTTP/1.1 ", 9) == 0);
	must(end && date && date < end);
	must(!memchr(text, '\0', (size_t)(end - text)));
	memset(date + 8, '-', 29);
}

static void answer(struct request *r, struct answers *out)
{
	struct response a = {0};
	size_t before = out->n;

	if (r->refused)
		response_status(&a, r->refused);
	else
		route(r, &a);
	a.close = r->refused || !r->keep_alive;
	now_writing = out;
	response_write(&a, r, NULL);
	if (out->n < sizeof(out->text))
		check_answer(out->text + before, out->n - before);
}

static bool over(const struct request *r)
{
	return r->stage == STAGE_COMPLETE || r->refused;
}

/* All requests in the bytes, which come in pieces of that size. */
static void serve(const uint8_t *data, size_t size, size_t piece,
		  struct answers *out)
{
	struct request r = {0};
	char *bytes;
	size_t n;

	out->n = 0;
	out->refused = 0;
	request_init(&r);
	while (size > 0 && out->n < sizeof(out->text)) {
		n = size < piece ? size : piece;
		bytes = malloc(n);
		must(bytes);
		memcpy(bytes, data, n);
		n = request_parse(&r, bytes, n);
		free(bytes);
		data += n;
		size -= n;
		if (!over(&r))
			continue;
		if (r.refused)
			break;
		answer(&r, out);
		if (!r.keep_alive)
			break;
		request_reset(&r);
	}
	out->refused = r.refused;
	if (r.refused)
		answer(&r, out);
	request_free(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct answers whole, cut;

	http_parser_set_max_header_size(2048);
	if (size < 2)
		return 0;
	serve(data + 1, size - 1, size, &whole);
	serve(data + 1, size - 1, 1 + data[0] % 64, &cut);
	/* Which fault of several is told may depend on the pieces. */
	must(!whole.refused == !cut.refused);
	if (!whole.refused) {
		must(whole.n == cut.n);
		must(memcmp(whole.text, cut.text, whole.n) == 0);
	}
	return 0;
}

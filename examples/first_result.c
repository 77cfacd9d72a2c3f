/* The same question to several connections; the first answer is enough. */
#include <goro.h>
#include <stdio.h>

struct conn {
	const char *name;
	int64_t time; /* it needs for a query */
};

struct query {
	struct conn conn;
	goro_chan *ch;
};

static void do_query(void *arg)
{
	struct query *q = arg;
	struct goro_case send = {
		.c = q->ch, .dir = GORO_SEND, .send = &q->conn.name};

	goro_sleep(q->conn.time);
	goro_select_default(&send, 1, NULL);
}

static const char *query(const struct conn *conns, int n)
{
	goro_chan *ch = goro_make(sizeof(char *), n);
	const char *result;

	for (int i = 0; i < n; i++) {
		struct query q = {conns[i], ch};

		goro_go_copy(do_query, &q, sizeof(q));
	}
	goro_recv(ch, &result);
	return result;
}

static void app(void *arg)
{
	const struct conn conns[] = {
		{"slow", 500 * GORO_MILLISECOND},
		{"fast", 5 * GORO_MILLISECOND},
		{"slower", 700 * GORO_MILLISECOND},
	};

	(void)arg;
	printf("%s\n", query(conns, 3));
}

int main(void)
{
	return goro_run(app, NULL);
}

/* Results carry their errors to the one who knows what to do about them. */
#include <goro.h>
#include <stdio.h>
#include <string.h>

struct result {
	const char *error; /* NULL: none */
	const char *response;
};

struct checker {
	goro_chan *done, *results;
};

/* A stand-in for the network. */
static struct result get(const char *url)
{
	if (strcmp(url, "https://badhost") == 0)
		return (struct result){.error = "no such host"};
	return (struct result){.response = "200 OK"};
}

static void run(void *arg)
{
	static const char *const urls[] = {
		"https://a.example", "https://badhost", "https://b.example"};
	struct checker *c = arg;

	for (int i = 0; i < 3; i++) {
		struct result r = get(urls[i]);
		struct goro_case cases[] = {
			{.c = c->done, .dir = GORO_RECV},
			{.c = c->results, .dir = GORO_SEND, .send = &r},
		};

		if (goro_select(cases, 2, NULL) == 0)
			break;
	}
	goro_close(c->results);
}

static goro_chan *check_status(goro_chan *done)
{
	struct checker c = {done, goro_make(sizeof(struct result), 0)};

	goro_go_copy(run, &c, sizeof(c));
	return c.results;
}

static void app(void *arg)
{
	goro_chan *done = goro_make(0, 0);
	goro_chan *results = check_status(done);
	struct result r;

	(void)arg;
	while (goro_recv(results, &r)) {
		if (r.error != NULL)
			printf("error: %s\n", r.error);
		else
			printf("response: %s\n", r.response);
	}
	goro_close(done);
}

int main(void)
{
	return goro_run(app, NULL);
}

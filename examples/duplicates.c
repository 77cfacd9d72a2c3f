/*
 * A sender is taken for dead after it has sent: its successor sends the same
 * again.  The receiver keeps the first of each, or the sender asks before.
 */
#include <goro.h>
#include <stdio.h>

struct sender {
	goro_chan *ask, *out; /* ask: NULL, or of struct question */
	goro_chan *gone;
};

struct question {
	int id;
	goro_chan *answer; /* of bool */
};

static bool may_send(goro_chan *ask, int id)
{
	struct question q = {id, goro_make(sizeof(bool), 1)};
	bool yes;

	if (ask == NULL)
		return true;
	goro_send(ask, &q);
	return goro_recv(q.answer, &yes) && yes;
}

static void send_message(void *arg)
{
	struct sender *s = arg;
	const int id = 7;

	if (may_send(s->ask, id))
		goro_send(s->out, &id);
	goro_send(s->gone, NULL); /* without a word that it was sent */
}

/* Gives permission for each id once. */
static void permit(void *arg)
{
	bool given[10] = {false};
	struct question q;

	while (goro_recv(arg, &q)) {
		bool yes = !given[q.id];

		given[q.id] = true;
		goro_send(q.answer, &yes);
	}
}

static void receive(const char *how, goro_chan *ask)
{
	struct sender s = {ask, goro_make(sizeof(int), 2), goro_make(0, 0)};
	int id, came = 0, kept = 0;
	bool seen[10] = {false};

	for (int i = 0; i < 2; i++) {
		goro_go(send_message, &s);
		goro_recv(s.gone, NULL);
	}
	goro_close(s.out);
	for (; goro_recv(s.out, &id); came++) {
		kept += !seen[id];
		seen[id] = true;
	}
	printf("%s: %d came, %d kept\n", how, came, kept);
}

static void app(void *arg)
{
	goro_chan *ask = goro_make(sizeof(struct question), 0);

	(void)arg;
	receive("keep the first", NULL);
	goro_go(permit, ask);
	receive("ask before", ask);
	goro_close(ask);
}

int main(void)
{
	return goro_run(app, NULL);
}

/*
 * No lock, no list that all can see: a resource belongs to the goroutine that
 * received it.  Pollers look at hosts, one goroutine keeps what they found.
 */
#include <goro.h>
#include <stdio.h>

enum { POLLERS = 2, HOSTS = 3, ROUNDS = 4 };

struct resource {
	const char *host;
	int polls;
};

static goro_chan *pending, *complete; /* of struct resource * */

/* Whoever has received the resource may change it. */
static void poll(void *arg)
{
	struct resource *r;

	(void)arg;
	while (goro_recv(pending, &r)) {
		r->polls++;
		goro_send(complete, &r);
	}
}

static void app(void *arg)
{
	struct resource hosts[HOSTS] = {
		{"a.example", 0}, {"b.example", 0}, {"c.example", 0}};
	struct resource *r;

	(void)arg;
	pending = goro_make(sizeof(struct resource *), HOSTS);
	complete = goro_make(sizeof(struct resource *), HOSTS);
	for (int i = 0; i < POLLERS; i++)
		goro_go(poll, NULL);
	for (int i = 0; i < HOSTS; i++)
		goro_send(pending, &(struct resource *){&hosts[i]});
	for (int left = HOSTS; left > 0;) {
		goro_recv(complete, &r);
		if (r->polls < ROUNDS)
			goro_send(pending, &r);
		else
			left--;
	}
	goro_close(pending);
	for (int i = 0; i < HOSTS; i++)
		printf("%s: %d polls\n", hosts[i].host, hosts[i].polls);
}

int main(void)
{
	return goro_run(app, NULL);
}

/* The sieve of Eratosthenes: a chain of filters, one for each prime. */
#include <goro.h>
#include <stdio.h>

static void generate(void *arg)
{
	for (int i = 2;; i++)
		goro_send(arg, &i);
}

struct filter {
	goro_chan *in, *out;
	int prime;
};

/* Passes on what the prime does not divide. */
static void filter(void *arg)
{
	struct filter *f = arg;
	int i;

	while (goro_recv(f->in, &i))
		if (i % f->prime != 0)
			goro_send(f->out, &i);
}

static void app(void *arg)
{
	goro_chan *c = goro_make(sizeof(int), 0);

	(void)arg;
	goro_go(generate, c);
	for (int n = 0; n < 20; n++) {
		struct filter f = {.in = c, .out = goro_make(sizeof(int), 0)};

		goro_recv(c, &f.prime);
		printf("%d\n", f.prime);
		goro_go_copy(filter, &f, sizeof(f));
		c = f.out;
	}
}

int main(void)
{
	return goro_run(app, NULL);
}

/* As many goroutines as there are CPUs find the primes of one stream. */
#include <goro.h>
#include <stdio.h>

struct search {
	goro_chan *numbers, *primes;
	goro_waitgroup finders;
};

static bool is_prime(int n)
{
	for (int d = 2; d * d <= n; d++)
		if (n % d == 0)
			return false;
	return n > 1;
}

static void find(void *arg)
{
	struct search *s = arg;
	int n;

	while (goro_recv(s->numbers, &n))
		if (is_prime(n))
			goro_send(s->primes, &n);
}

static void close_after_all(void *arg)
{
	struct search *s = arg;

	goro_wg_wait(&s->finders);
	goro_close(s->primes);
}

static void generate(void *arg)
{
	struct search *s = arg;

	for (int n = 0; n < 40; n++)
		goro_send(s->numbers, &n);
	goro_close(s->numbers);
}

static void app(void *arg)
{
	struct search s = {
		goro_make(sizeof(int), 0), goro_make(sizeof(int), 0), {{0}}};
	int prime;

	(void)arg;
	goro_go(generate, &s);
	for (int i = 0; i < goro_num_cpu(); i++)
		goro_wg_go(&s.finders, find, &s);
	goro_go(close_after_all, &s);
	while (goro_recv(s.primes, &prime))
		printf("%d\n", prime); /* in any order */
}

int main(void)
{
	return goro_run(app, NULL);
}

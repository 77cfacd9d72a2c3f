/*
 * A connection to a service that allows so much: 2 calls a second, but 10 a
 * minute; and reads take of the disk's rate, look-ups of the network's.
 *
 * The time is virtual, so the seconds printed are exact.
 */
#include <goro_ext.h>
#include <stdio.h>

enum { LIMITS = 3 };

/* All of its limiters have to agree; the strictest first. */
struct multi_limiter {
	goro_limiter *of[LIMITS];
};

struct connection {
	goro_limiter *second, *minute, *disk, *network;
};

static goro_limiter *limiter(int64_t events, int64_t ns, int64_t burst)
{
	goro_limiter *l = goro_limiter_new(goro_every(ns / events), burst);

	if (!l)
		goro_panic("out of memory");
	return l;
}

static int wait(const struct multi_limiter *m, goro_context *c)
{
	int err = 0;

	for (int i = 0; i < LIMITS && !err; i++)
		err = goro_limiter_wait(m->of[i], c, 1);
	return err;
}

static int read_file(const struct connection *a, goro_context *c)
{
	const struct multi_limiter m = {{a->minute, a->second, a->disk}};

	return wait(&m, c);
}

static int resolve_address(const struct connection *a, goro_context *c)
{
	const struct multi_limiter m = {{a->minute, a->second, a->network}};

	return wait(&m, c);
}

static void report(const char *what, int err, int64_t start)
{
	printf("%5.1f s  %s\n", (double)(goro_now() - start) / 1e9,
	       err ? goro_limiter_error() : what);
}

static void app(void *arg)
{
	struct connection a = {
		.second = limiter(2, GORO_SECOND, 1),
		.minute = limiter(10, 60 * GORO_SECOND, 10),
		.disk = limiter(1, GORO_SECOND, 1),
		.network = limiter(3, GORO_SECOND, 3),
	};
	int64_t start = goro_now();
	goro_context *c;

	(void)arg;
	if (goro_with_timeout(goro_background(), 20 * GORO_SECOND, 0, &c))
		goro_panic("out of memory");
	for (int i = 0; i < 3; i++)
		report("read", read_file(&a, c), start);
	for (int i = 0; i < 9; i++)
		report("resolved", resolve_address(&a, c), start);
	printf("a look-up of 11 at once: ");
	goro_limiter_wait(a.minute, goro_background(), 11);
	printf("%s\n", goro_limiter_error());
	goro_context_free(c);
	goro_limiter_free(a.second);
	goro_limiter_free(a.minute);
	goro_limiter_free(a.disk);
	goro_limiter_free(a.network);
}

int main(void)
{
	struct goro_config config = {.size = sizeof(config),
				     .virtual_time = true};

	return goro_run_with(app, NULL, &config);
}

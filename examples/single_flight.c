/*
 * A cache that is empty, and twenty who want the same of it at once: the slow
 * source is asked once, and all have the answer.
 *
 * The time is virtual: the source is slow until all others wait.
 */
#include <goro_ext.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>

enum { READERS = 20, KEY = 7 };

struct cache {
	goro_map *values;
	goro_flight *flight;
	atomic_int asked, shared, right;
};

static char answer[] = "forty-two";

/* The source: slow, and better not asked twice. */
static int ask(void *arg, void **value)
{
	struct cache *c = arg;

	atomic_fetch_add(&c->asked, 1);
	goro_sleep(20 * GORO_MILLISECOND);
	*value = answer;
	return goro_map_store(c->values, KEY, answer);
}

static void *get(struct cache *c, uint64_t key, bool *shared)
{
	char name[24];
	void *value;

	*shared = false;
	if (goro_map_load(c->values, key, &value))
		return value;
	snprintf(name, sizeof(name), "%" PRIu64, key);
	if (goro_flight_do(c->flight, name, ask, c, &value, shared))
		goro_panic("no answer");
	return value;
}

static void reader(void *arg)
{
	struct cache *c = arg;
	bool shared;

	if (get(c, KEY, &shared) == answer)
		atomic_fetch_add(&c->right, 1);
	if (shared)
		atomic_fetch_add(&c->shared, 1);
}

static void read_by_all(struct cache *c)
{
	goro_waitgroup wg = {{0}};

	for (int i = 0; i < READERS; i++)
		goro_wg_go(&wg, reader, c);
	goro_wg_wait(&wg);
	printf("%d answers, %d of them shared; the source was asked %d time\n",
	       c->right, c->shared, c->asked);
}

static void app(void *arg)
{
	struct cache c = {.values = goro_map_new(),
			  .flight = goro_flight_new()};

	(void)arg;
	read_by_all(&c); /* nobody has it: one flies for all */
	read_by_all(&c); /* now it is there */
	goro_flight_free(c.flight);
	goro_map_free(c.values);
}

int main(void)
{
	struct goro_config config = {.size = sizeof(config),
				     .virtual_time = true};

	return goro_run_with(app, NULL, &config);
}

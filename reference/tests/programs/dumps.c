/*
 * dumps.c - goroutines that look at all others, and at each other, at once.
 *
 *	dumps            on goroutines
 *	dumps search     in goro_blocking(), beside searches for leaks
 */
#include <goro.h>
#include <goro_debug.h>
#include <stdatomic.h>
#include <stdlib.h>

#define LOOKERS 3
#define TIMES 1000
#define TIMES_BESIDE_SEARCH 30 /* each search stops all for a while */

static atomic_bool over;
static goro_waitgroup lookers;
static int times = TIMES;

static void compute(void *unused)
{
	(void)unused;
	while (!atomic_load(&over))
		;
}

static void look(void *unused)
{
	static const size_t size = 1 << 16;
	char *text = malloc(size);

	(void)unused;
	for (int i = 0; i < times; i++) {
		if (goro_dump(text, size) == 0 ||
		    goro_dump_json(text, size) == 0)
			exit(1);
		goro_yield();
	}
	free(text);
}

static void look_in_call(void *unused)
{
	goro_blocking(look, unused);
}

static void search(void *unused)
{
	(void)unused;
	while (!atomic_load(&over)) {
		if (goro_find_leaks() < 0)
			exit(1);
		goro_yield();
	}
}

static void run(void *searching)
{
	goro_waitgroup searcher = {0};

	goro_go(compute, NULL);
	if (searching) {
		times = TIMES_BESIDE_SEARCH;
		goro_wg_go(&searcher, search, NULL);
	}
	for (int i = 0; i < LOOKERS; i++)
		goro_wg_go(&lookers, searching ? look_in_call : look, NULL);
	goro_wg_wait(&lookers);
	atomic_store(&over, true);
	goro_wg_wait(&searcher);
}

int main(int argc, char **argv)
{
	(void)argc;
	return goro_run(run, argv[1]);
}

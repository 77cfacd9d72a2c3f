/*
 * dumps.c - goroutines that look at all others, and at each other, at once.
 */
#include <goro.h>
#include <goro_debug.h>
#include <stdatomic.h>
#include <stdlib.h>

#define LOOKERS 3
#define TIMES 1000

static atomic_bool over;
static goro_waitgroup lookers;

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
	for (int i = 0; i < TIMES; i++) {
		if (goro_dump(text, size) == 0 ||
		    goro_dump_json(text, size) == 0)
			exit(1);
		goro_yield();
	}
	free(text);
}

static void run(void *unused)
{
	(void)unused;
	goro_go(compute, NULL);
	for (int i = 0; i < LOOKERS; i++)
		goro_wg_go(&lookers, look, NULL);
	goro_wg_wait(&lookers);
	atomic_store(&over, true);
}

int main(void)
{
	return goro_run(run, NULL);
}

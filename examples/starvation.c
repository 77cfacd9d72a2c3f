/*
 * A greedy worker holds the lock over all of its work, a polite one only as
 * long as it must.  Their rates show who starves.
 */
#include <goro.h>
#include <stdatomic.h>
#include <stdio.h>

#define STEP (GORO_MILLISECOND / 4)

static goro_mutex shared;
static atomic_bool over;

struct worker {
	bool greedy;
	long loops;
};

static void work(void *arg)
{
	struct worker *w = arg;

	while (!atomic_load(&over)) {
		for (int i = 0; i < 3; i++) {
			if (!w->greedy || i == 0)
				goro_mutex_lock(&shared);
			goro_sleep(STEP);
			if (!w->greedy || i == 2)
				goro_mutex_unlock(&shared);
		}
		w->loops++;
	}
}

static void app(void *arg)
{
	struct worker greedy = {true, 0}, polite = {false, 0};
	goro_waitgroup wg = {0};

	(void)arg;
	goro_wg_go(&wg, work, &greedy);
	goro_wg_go(&wg, work, &polite);
	goro_sleep(300 * GORO_MILLISECOND);
	atomic_store(&over, true);
	goro_wg_wait(&wg);
	printf("the greedy one did more: %s\n",
	       greedy.loops > polite.loops ? "yes" : "no");
	fprintf(stderr, "greedy %ld, polite %ld\n", greedy.loops, polite.loops);
}

int main(void)
{
	return goro_run(app, NULL);
}

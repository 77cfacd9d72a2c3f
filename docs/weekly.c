/*
 * weekly.c - hangs once a week: docs/exploring.md finds out why.
 *
 *	weekly		with the fault
 *	weekly mended	without it
 *
 * Two workers take jobs from a queue until it is told to stop.
 */
#include <goro.h>
#include <stdio.h>
#include <string.h>

static goro_mutex lock;
static goro_cond more;
static goro_waitgroup workers;
static int jobs, done;
static bool stopping, mended;

/* Takes a job.  False if there will be none. */
static bool take(void)
{
	bool got;

	goro_mutex_lock(&lock);
	while (jobs == 0 && !stopping)
		goro_cond_wait(&more, &lock);
	got = jobs > 0;
	jobs -= got;
	done += got;
	goro_mutex_unlock(&lock);
	return got;
}

static void work(void *unused)
{
	(void)unused;
	while (take())
		;
}

static void add(void)
{
	goro_mutex_lock(&lock);
	jobs++;
	goro_mutex_unlock(&lock);
	goro_cond_signal(&more);
}

static void stop(void)
{
	if (mended)
		goro_mutex_lock(&lock);
	stopping = true;
	if (mended)
		goro_mutex_unlock(&lock);
	goro_cond_broadcast(&more);
}

static void run(void *unused)
{
	(void)unused;
	for (int i = 0; i < 2; i++)
		goro_wg_go(&workers, work, NULL);
	add();
	stop();
	goro_wg_wait(&workers);
	printf("%d job is done\n", done);
}

int main(int argc, char **argv)
{
	mended = argc > 1 && strcmp(argv[1], "mended") == 0;
	return goro_run(run, NULL);
}

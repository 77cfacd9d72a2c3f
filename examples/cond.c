/* A queue of two places: who finds it full waits until something is taken. */
#include <goro.h>
#include <stdio.h>

static goro_mutex mu;
static goro_cond changed;
static int length; /* guarded by mu */

static void take_later(void *arg)
{
	(void)arg;
	goro_sleep(2 * GORO_MILLISECOND);
	goro_mutex_lock(&mu);
	length--;
	printf("took one\n");
	goro_mutex_unlock(&mu);
	goro_cond_signal(&changed); /* to who has waited longest */
}

static void app(void *arg)
{
	goro_waitgroup wg = {0};

	(void)arg;
	for (int i = 0; i < 5; i++) {
		goro_mutex_lock(&mu);
		while (length == 2)
			goro_cond_wait(&changed, &mu);
		length++;
		printf("put one\n");
		goro_mutex_unlock(&mu);
		goro_wg_go(&wg, take_later, NULL);
	}
	goro_wg_wait(&wg);
	printf("left: %d\n", length);
}

int main(void)
{
	return goro_run(app, NULL);
}

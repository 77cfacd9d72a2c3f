/* The program ends with main; a wait group makes main wait for the others. */
#include <goro.h>
#include <stdio.h>

static void get_lucky_number(void *arg)
{
	(void)arg;
	goro_sleep(5 * GORO_MILLISECOND);
	printf("Today's lucky number is %d!\n", 7);
}

static void app(void *arg)
{
	goro_waitgroup wg = {0};

	(void)arg;
	printf("What is today's lucky number?\n");
	goro_wg_go(&wg, get_lucky_number, NULL);
	goro_wg_wait(&wg);
}

int main(void)
{
	return goro_run(app, NULL);
}

/* Nobody waits for the goroutine: main returns first, and that is the end. */
#include <goro.h>
#include <stdio.h>

static void get_lucky_number(void *arg)
{
	(void)arg;
	goro_sleep(3600 * GORO_SECOND);
	printf("Today's lucky number is %d!\n", 7);
}

static void app(void *arg)
{
	(void)arg;
	printf("What is today's lucky number?\n");
	goro_go(get_lucky_number, NULL);
}

int main(void)
{
	return goro_run(app, NULL);
}

/*
 * first_ends.c - the first thread ends, and a run goes on in another one: /proc
 * then has nothing more of the process.
 */
#include <goro.h>
#include <goro_debug.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void run(void *unused)
{
	static char text[1 << 14];

	(void)unused;
	goro_sleep(100 * GORO_MILLISECOND); /* it has ended then */
	if (goro_find_leaks() != 0) {
		fputs("no search\n", stderr);
		exit(1);
	}
	goro_dump(text, sizeof(text));
	if (!strstr(text, "\nrun(")) {
		fprintf(stderr, "no names: %s\n", text);
		exit(1);
	}
}

static void *thread(void *unused)
{
	(void)unused;
	exit(goro_run(run, NULL));
}

int main(void)
{
	pthread_t t;

	pthread_create(&t, NULL, thread, NULL);
	pthread_exit(NULL);
}

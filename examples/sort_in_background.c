/* A list is sorted in the background; a receive waits until it is. */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>

static int list[] = {5, 2, 9, 1, 7, 3};
enum { LENGTH = sizeof(list) / sizeof(list[0]) };

static int compare(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void sort(void *arg)
{
	qsort(list, LENGTH, sizeof(list[0]), compare);
	goro_send(arg, NULL); /* a signal; it has no value */
}

static void app(void *arg)
{
	goro_chan *c = goro_make(0, 0);

	(void)arg;
	goro_go(sort, c);
	printf("doing something else\n");
	goro_recv(c, NULL);
	for (int i = 0; i < LENGTH; i++)
		printf("%d\n", list[i]);
}

int main(void)
{
	return goro_run(app, NULL);
}

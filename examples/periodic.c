/* Something at regular times: by after, by a ticker. */
#include <goro.h>
#include <stdio.h>

#define PERIOD (10 * GORO_MILLISECOND)

static void app(void *arg)
{
	int64_t start = goro_now();
	goro_ticker *t;

	(void)arg;
	for (int i = 0; i < 3; i++) {
		goro_recv(goro_after(PERIOD), NULL);
		printf("after\n");
	}
	t = goro_ticker_new(PERIOD, NULL);
	for (int i = 0; i < 3; i++) {
		goro_recv(goro_ticker_chan(t), NULL);
		printf("tick\n");
	}
	goro_ticker_free(t);
	printf("it took long enough: %s\n",
	       goro_now() - start >= 6 * PERIOD ? "yes" : "no");
}

int main(void)
{
	return goro_run(app, NULL);
}

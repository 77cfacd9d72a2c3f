/* A token bucket: as many calls as it is deep at once, then one per tick. */
#include <goro.h>
#include <stdio.h>

enum { DEPTH = 3, CALLS = 8 };
#define REFILL (10 * GORO_MILLISECOND)

static void refill(void *bucket)
{
	goro_chan *tick = goro_tick(REFILL);
	struct goro_case put = {.c = bucket, .dir = GORO_SEND};

	while (goro_recv(tick, NULL))
		goro_select_default(&put, 1, NULL); /* a full one runs over */
}

static goro_chan *token_bucket(int depth)
{
	goro_chan *bucket = goro_make(0, depth);

	for (int i = 0; i < depth; i++)
		goro_send(bucket, NULL);
	goro_go(refill, bucket);
	return bucket;
}

static void app(void *arg)
{
	int64_t start = goro_now();
	goro_chan *bucket = token_bucket(DEPTH);

	(void)arg;
	for (int i = 1; i <= CALLS; i++) {
		int64_t earliest = start + (i - DEPTH) * REFILL;

		goro_recv(bucket, NULL);
		printf("call %d: %s\n", i,
		       i <= DEPTH               ? "at once"
		       : goro_now() >= earliest ? "after its tick"
						: "too early");
	}
}

int main(void)
{
	return goro_run(app, NULL);
}

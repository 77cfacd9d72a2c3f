/*
 * Five waits of random lengths, one after another and at once: the first take
 * as long as their sum, the others as long as the longest of them.
 *
 * The run has virtual time, which is exact and does not pass.
 */
#include <goro.h>
#include <stdio.h>

enum { WAITS = 5 };

static int64_t lengths[WAITS];

static void wait_for(void *length)
{
	goro_sleep(*(int64_t *)length);
}

static int64_t one_after_another(void)
{
	int64_t start = goro_now();

	for (int i = 0; i < WAITS; i++)
		wait_for(&lengths[i]);
	return goro_now() - start;
}

static int64_t at_once(void)
{
	goro_waitgroup wg = {0};
	int64_t start = goro_now();

	for (int i = 0; i < WAITS; i++)
		goro_wg_go(&wg, wait_for, &lengths[i]);
	goro_wg_wait(&wg);
	return goro_now() - start;
}

static void app(void *arg)
{
	int64_t sum = 0, longest = 0;
	uint64_t x = 2024;

	(void)arg;
	for (int i = 0; i < WAITS; i++) {
		x = x * UINT64_C(6364136223846793005) + 1;
		lengths[i] = (int64_t)(x >> 54) * GORO_MILLISECOND;
		sum += lengths[i];
		longest = lengths[i] > longest ? lengths[i] : longest;
		fprintf(stderr, "%lld ms\n",
			(long long)(lengths[i] / GORO_MILLISECOND));
	}
	if (one_after_another() == sum)
		printf("one after another: their sum\n");
	if (at_once() == longest)
		printf("at once: the longest\n");
}

int main(void)
{
	struct goro_config config = {.size = sizeof(config),
				     .virtual_time = true};

	return goro_run_with(app, NULL, &config);
}

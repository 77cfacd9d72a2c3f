/*
 * burst.c - `burst N`: N goroutines at once use their stacks and end.  Then a
 * few come and go all the time: the memory of the others is given back.
 *
 * Prints "peak B" and, once most of that is gone or after 10 s, "left B".
 */
#include "prog.h"

enum { FEW = 200, USED = 32768, PAUSES = 1000 };

static goro_chan *gate;
static goro_waitgroup wg;

static void use_stack(void *arg)
{
	volatile char used[USED];

	for (int i = 0; i < USED; i += 1024)
		used[i] = 1;
	CHECK(used[0] == 1);
	if (arg)
		goro_recv(gate, NULL);
	goro_wg_done(&wg);
}

static void start(int64_t n, void *arg)
{
	goro_wg_add(&wg, n);
	for (int64_t i = 0; i < n; i++)
		goro_go(use_stack, arg);
}

static void app(void *arg)
{
	int64_t n = *(long *)arg, waiting = goro_num_waiting();
	int64_t peak;

	gate = goro_make(0, 0);
	start(n, gate);
	while (goro_num_waiting() < waiting + n)
		goro_sleep(MS);
	peak = resident();
	printf("peak %lld\n", (long long)peak);
	goro_close(gate);
	goro_wg_wait(&wg);
	for (int i = 0; i < PAUSES && resident() > peak / 3; i++) {
		start(FEW, NULL);
		goro_wg_wait(&wg);
		goro_sleep(10 * MS);
	}
	printf("left %lld\n", (long long)resident());
	goro_chan_free(gate);
}

int main(int argc, char **argv)
{
	long n = number_arg(argc > 1 ? argv[1] : NULL);

	return goro_run(app, &n) || check_failed;
}

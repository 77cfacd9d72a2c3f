/*
 * Signals and channels both tell somebody something.  A signal says no more
 * than its number, and several may become one; a channel brings every value,
 * whole and in order.
 */
#include <goro.h>
#include <signal.h>
#include <stdio.h>

enum { TIMES = 3 };

struct order {
	const char *what;
	int how_many;
};

static void by_signal(void)
{
	goro_chan *signals = goro_make(sizeof(int32_t), TIMES);
	int32_t number;
	int got = 0;

	goro_signal_notify(signals, SIGUSR1);
	for (int i = 0; i < TIMES; i++)
		raise(SIGUSR1);
	while (goro_chan_recv(signals, &number,
			      goro_now() + 100 * GORO_MILLISECOND) == GORO_OK)
		got += number == SIGUSR1;
	goro_signal_stop(signals);
	goro_chan_free(signals);
	fprintf(stderr, "%d of %d signals\n", got, TIMES);
	printf("by signal: %s\n", got > 0 ? "somebody wants something" : "?");
}

static void customer(void *arg)
{
	static const struct order orders[TIMES] = {
		{"bread", 2}, {"eggs", 12}, {"milk", 1}};

	for (int i = 0; i < TIMES; i++)
		goro_send(arg, &orders[i]);
	goro_close(arg);
}

static void by_channel(void)
{
	goro_chan *orders = goro_make(sizeof(struct order), 0);
	struct order o;

	goro_go(customer, orders);
	while (goro_recv(orders, &o))
		printf("by channel: %d %s\n", o.how_many, o.what);
	goro_chan_free(orders);
}

static void app(void *arg)
{
	(void)arg;
	by_signal();
	by_channel();
}

int main(void)
{
	return goro_run(app, NULL);
}

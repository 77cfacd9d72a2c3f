/*
 * The world is made of things that act on their own: shoppers, each a
 * goroutine, at the tills of a shop.
 */
#include <goro.h>
#include <stdio.h>

enum { SHOPPERS = 1000, TILLS = 4 };

struct shopper {
	int id, spends;
	goro_chan *paid;
};

static goro_chan *queue; /* of struct shopper */
static goro_chan *shut;  /* of int: what a till took */

static void shop(void *arg)
{
	struct shopper *me = arg;

	for (int i = 0; i < me->id % 5; i++)
		goro_yield(); /* looks around */
	goro_send(queue, me);
	goro_recv(me->paid, NULL);
}

static void till(void *arg)
{
	struct shopper next;
	int taken = 0;

	(void)arg;
	while (goro_recv(queue, &next)) {
		taken += next.spends;
		goro_close(next.paid);
	}
	goro_send(shut, &taken);
}

struct visit {
	struct shopper shopper;
	goro_waitgroup *inside;
};

static void visit(void *arg)
{
	struct visit *v = arg;

	shop(&v->shopper);
	goro_wg_done(v->inside);
}

static void app(void *arg)
{
	goro_waitgroup inside = {0};
	int taken, sum = 0;

	(void)arg;
	queue = goro_make(sizeof(struct shopper), 0);
	shut = goro_make(sizeof(int), 0);
	for (int i = 0; i < TILLS; i++)
		goro_go(till, NULL);
	for (int i = 1; i <= SHOPPERS; i++) {
		struct visit v = {{i, i, goro_make(0, 0)}, &inside};

		goro_wg_add(&inside, 1);
		goro_go_copy(visit, &v, sizeof(v));
	}
	goro_wg_wait(&inside);
	goro_close(queue);
	for (int i = 0; i < TILLS && goro_recv(shut, &taken); i++)
		sum += taken;
	printf("%d shoppers spent %d\n", SHOPPERS, sum);
}

int main(void)
{
	return goro_run(app, NULL);
}

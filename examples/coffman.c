/*
 * Two goroutines, two locks, taken in different order: the four conditions
 * of Coffman hold, and the runtime says so.  With an order of the locks the
 * circle is broken.  It ends with status 2, as a Go program would.
 */
#include <goro.h>
#include <stdio.h>

struct philosopher {
	goro_mutex *first, *second;
	goro_chan *has_first; /* the other one's */
	goro_waitgroup *wg;
};

static void eat(void *arg)
{
	struct philosopher *p = arg;

	goro_mutex_lock(p->first); /* mutual exclusion */
	goro_recv(p->has_first, NULL);
	goro_mutex_lock(p->second); /* hold and wait; nobody takes it away */
	goro_mutex_unlock(p->second);
	goro_mutex_unlock(p->first);
	goro_wg_done(p->wg);
}

static void dine(bool ordered)
{
	goro_mutex a = {{0}}, b = {{0}};
	goro_waitgroup wg = {{0}};
	goro_chan *both = goro_make(0, 2);
	struct philosopher p = {&a, &b, both, &wg};
	struct philosopher q = {ordered ? &a : &b, ordered ? &b : &a, both,
				&wg};

	goro_wg_add(&wg, 2);
	goro_go(eat, &p);
	goro_go(eat, &q);
	goro_sleep(10 * GORO_MILLISECOND); /* each has its first, if it can */
	goro_close(both);
	goro_wg_wait(&wg);
}

static void app(void *arg)
{
	(void)arg;
	dine(true);
	printf("in order: both have eaten\n");
	fflush(stdout);
	dine(false);
	printf("out of order: both have eaten\n");
}

int main(void)
{
	return goro_run(app, NULL);
}

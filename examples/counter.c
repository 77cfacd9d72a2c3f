/* Five hundred goroutines add one: with a mutex, and with an atomic. */
#include <goro.h>
#include <stdatomic.h>
#include <stdio.h>

enum { GOROUTINES = 500, ADDS = 100 };

static goro_mutex mu;
static int guarded; /* by mu */
static atomic_int atomic;

static void add(void *arg)
{
	(void)arg;
	for (int i = 0; i < ADDS; i++) {
		goro_mutex_lock(&mu);
		guarded++;
		goro_mutex_unlock(&mu);
		atomic_fetch_add_explicit(&atomic, 1, memory_order_relaxed);
	}
}

static void app(void *arg)
{
	goro_waitgroup wg = {0};

	(void)arg;
	for (int i = 0; i < GOROUTINES; i++)
		goro_wg_go(&wg, add, NULL);
	goro_wg_wait(&wg);
	printf("%d %d\n", guarded, atomic_load(&atomic));
}

int main(void)
{
	return goro_run(app, NULL);
}

/* A click is broadcast to all who registered for it. */
#include <goro.h>
#include <stdio.h>

static goro_mutex mu;
static goro_cond clicked;
static bool pressed; /* guarded by mu */

static void on_click(void *arg)
{
	goro_mutex_lock(&mu);
	while (!pressed)
		goro_cond_wait(&clicked, &mu);
	goro_mutex_unlock(&mu);
	printf("%s\n", (const char *)arg);
}

static void app(void *arg)
{
	goro_waitgroup wg = {0};

	(void)arg;
	goro_wg_go(&wg, on_click, "maximizing window");
	goro_wg_go(&wg, on_click, "displaying dialog");
	goro_wg_go(&wg, on_click, "mouse clicked");
	goro_mutex_lock(&mu);
	pressed = true;
	goro_mutex_unlock(&mu);
	goro_cond_broadcast(&clicked);
	goro_wg_wait(&wg);
}

int main(void)
{
	return goro_run(app, NULL);
}

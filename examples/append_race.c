/*
 * Five results appended to one list: by goroutines that overwrite each other,
 * and three ways to do it right.  One P makes the first a lost update only,
 * and no data race of C.
 */
#include <goro.h>
#include <stdio.h>
#include <string.h>

static const int src[] = {1, 2, 3, 4, 5};
static int dst[5], length;

static goro_waitgroup wg;
static goro_mutex mu;
static goro_chan *results;

static void append(int v)
{
	int at = length;

	goro_yield(); /* where another one reads the same length */
	dst[at] = v;
	length = at + 1;
}

static void racing(void *arg)
{
	append(*(int *)arg * 2);
	goro_wg_done(&wg);
}

static void locking(void *arg)
{
	goro_mutex_lock(&mu);
	append(*(int *)arg * 2);
	goro_mutex_unlock(&mu);
	goro_wg_done(&wg);
}

static void sending(void *arg)
{
	int v = *(int *)arg * 2;

	goro_send(results, &v);
	goro_wg_done(&wg);
}

static void start_all(goro_fn fn)
{
	memset(dst, 0, sizeof(dst));
	length = 0;
	for (int i = 0; i < 5; i++) {
		goro_wg_add(&wg, 1);
		goro_go_copy(fn, &src[i], sizeof(src[i]));
	}
}

static void report(const char *how)
{
	int sum = 0;

	for (int i = 0; i < length; i++)
		sum += dst[i];
	printf("%s: %s\n", how, length == 5 && sum == 30 ? "all" : "lost some");
}

static void app(void *arg)
{
	int v;

	(void)arg;
	start_all(racing);
	goro_wg_wait(&wg);
	report("race");

	start_all(locking);
	goro_wg_wait(&wg);
	report("mutex");

	results = goro_make(sizeof(int), 0);
	start_all(sending);
	for (int i = 0; i < 5 && goro_recv(results, &v); i++)
		append(v);
	report("channel");

	length = 0;
	for (int i = 0; i < 5; i++)
		append(src[i] * 2);
	report("no goroutines");
}

int main(void)
{
	struct goro_config one_p = {.size = sizeof(one_p), .procs = 1};

	return goro_run_with(app, NULL, &one_p);
}

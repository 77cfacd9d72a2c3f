/*
 * worker.c - a program to be traced: goroutines that talk, sleep, call and
 * compute, up to an end.
 *
 *	worker [END [MS]]     END: return, panic, fatal, deadlock, exit, on
 *
 * "on" goes on until it is killed.
 */
#include <goro.h>
#include <goro_trace.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static goro_chan *a, *b;
static volatile bool stop;

static void answer(void *unused)
{
	int32_t v;

	(void)unused;
	while (goro_recv(a, &v))
		goro_send(b, &v);
}

static void nap(void *unused)
{
	(void)unused;
	usleep(2000);
}

static void call(void *unused)
{
	(void)unused;
	while (!stop)
		goro_blocking(nap, NULL);
}

static void compute(void *unused)
{
	volatile int n = 0;

	(void)unused;
	while (!stop)
		n = n + 1;
}

static void work(int64_t ms)
{
	int64_t end = goro_now() + ms * 1000000;
	int32_t v = 0;

	while (ms < 0 || goro_now() < end) {
		for (int i = 0; i < 20; i++) {
			goro_send(a, &v);
			goro_recv(b, &v);
		}
		goro_sleep(200000);
	}
}

static void come_to_an_end(const char *how)
{
	if (strcmp(how, "panic") == 0)
		goro_panic("on purpose");
	if (strcmp(how, "fatal") == 0)
		goro_wg_done(&(goro_waitgroup){0});
	if (strcmp(how, "exit") == 0)
		exit(0);
	stop = true;
	if (strcmp(how, "deadlock") == 0)
		goro_recv(goro_make(4, 0), &(int32_t){0});
}

static void run(void *arg)
{
	char **argv = arg;
	const char *how = argv[1] ? argv[1] : "return";
	int64_t ms = argv[1] && argv[2] ? atoll(argv[2]) : 100;
	uint64_t task = goro_trace_task_begin(0, "work");

	a = goro_make(4, 0);
	b = goro_make(4, 0);
	goro_go(answer, NULL);
	goro_go(call, NULL);
	if (strcmp(how, "deadlock") != 0)
		goro_go(compute, NULL);
	goro_trace_region_begin(task, "part");
	work(strcmp(how, "on") == 0 ? -1 : ms);
	goro_trace_region_end(task, "part");
	goro_trace_log(task, "end", how);
	goro_trace_task_end(task);
	come_to_an_end(how);
	goro_close(a);
}

int main(int argc, char **argv)
{
	(void)argc;
	return goro_run(run, argv);
}

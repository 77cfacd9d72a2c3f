/* What it costs to start something and to wait for its end. */
#include <goro.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TIMES = 100 };

static void *nothing(void *arg)
{
	return arg;
}

static void do_nothing(void *arg)
{
	(void)arg;
}

static void start_processes(void *arg)
{
	(void)arg;
	for (int i = 0; i < TIMES; i++) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		if (child > 0)
			waitpid(child, NULL, 0);
	}
}

static void start_threads(void *arg)
{
	pthread_t t;

	(void)arg;
	for (int i = 0; i < TIMES; i++)
		if (pthread_create(&t, NULL, nothing, NULL) == 0)
			pthread_join(t, NULL);
}

static void start_goroutines(void)
{
	goro_waitgroup wg = {0};

	for (int i = 0; i < TIMES; i++) {
		goro_wg_go(&wg, do_nothing, NULL);
		goro_wg_wait(&wg);
	}
}

static int64_t report(const char *what, int64_t since)
{
	printf("%s: %.1f us\n", what,
	       (double)(goro_now() - since) / TIMES / 1e3);
	return goro_now();
}

static void app(void *arg)
{
	int64_t start = goro_now();

	(void)arg;
	goro_blocking(start_processes, NULL);
	start = report("process", start);
	goro_blocking(start_threads, NULL);
	start = report("thread", start);
	start_goroutines();
	report("goroutine", start);
}

int main(void)
{
	return goro_run(app, NULL);
}

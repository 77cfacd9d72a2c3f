/*
 * How a program begins: what the loader runs, main on the process's first
 * thread, the runtime, main's goroutine; and a go statement, which only queues.
 */
#include <goro.h>
#include <stdio.h>
#include <string.h>

static bool has_run;

static void say_threads(const char *when)
{
	char line[200];
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "Threads:", 8) == 0)
			fprintf(stderr, "%s: %s", when, line);
	if (f)
		fclose(f);
}

__attribute__((constructor)) static void before_main(void)
{
	printf("1. the loader calls what comes before main\n");
	say_threads("before main");
}

static void worker(void *arg)
{
	(void)arg;
	has_run = true;
}

static void app(void *arg)
{
	(void)arg;
	printf("3. the scheduler is ready: %d P, %lld goroutine\n",
	       goro_gomaxprocs(0), (long long)goro_num_goroutine());
	say_threads("in the runtime");
	printf("4. main's goroutine has the number %lld\n",
	       (long long)goro_id());
	goro_go(worker, NULL);
	printf("5. go has queued a goroutine: it %s\n",
	       has_run ? "has run" : "has not run");
	goro_yield();
	printf("6. the scheduler chose it: it %s\n",
	       has_run ? "has run" : "has not run");
}

int main(void)
{
	struct goro_config config = {.size = sizeof(config), .procs = 1};

	printf("2. main starts the runtime\n");
	return goro_run_with(app, NULL, &config);
}

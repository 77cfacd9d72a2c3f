/*
 * fault.c - faults that are no overflow keep their meaning: `fault MODE`.
 */
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "prog.h"

static __attribute__((no_sanitize("undefined"))) void touch(void *p)
{
	*(volatile char *)p = 1;
}

static void in_main(void *arg)
{
	(void)arg;
	touch(NULL);
}

static void in_goroutine(void *arg)
{
	(void)arg;
	goro_go(touch, NULL);
	goro_sleep(60 * GORO_SECOND);
}

static void in_call(void *arg)
{
	(void)arg;
	goro_blocking(touch, NULL);
}

static bool readable(const char *p)
{
	int fd[2];
	bool yes;

	if (pipe(fd))
		abort();
	yes = write(fd[1], p, 1) == 1;
	close(fd[0]);
	close(fd[1]);
	return yes;
}

static char *guard;

/* The first byte below this goroutine's stack. */
static void find_guard(void *c)
{
	volatile char here = 0;
	char *p = (char *)((uintptr_t)&here & ~(uintptr_t)4095);

	while (readable(p))
		p -= 4096;
	guard = p + 4095;
	goro_send(c, NULL);
	goro_recv(c, NULL);
	goro_recv(c, NULL);
}

/* The guard of a parked goroutine is hit by another: a wild pointer. */
static void other_guard(void *arg)
{
	goro_chan *c = goro_make(0, 0);

	(void)arg;
	goro_go(find_guard, c);
	goro_recv(c, NULL);
	touch(guard);
}

static void on_segv(int sig)
{
	(void)sig;
	if (write(STDOUT_FILENO, "mine\n", 5) != 5)
		_exit(8);
	_exit(7);
}

/* Who had the signal before goro has it still. */
static void handled(void *arg)
{
	in_goroutine(arg);
}

static const struct mode modes[] = {
	{"main", in_main},     {"goroutine", in_goroutine},
	{"blocking", in_call}, {"other-guard", other_guard},
	{"handled", handled},  {NULL, NULL},
};

int main(int argc, char **argv)
{
	goro_fn run = find_mode(modes, argc > 1 ? argv[1] : NULL);

	if (run == handled)
		signal(SIGSEGV, on_segv);
	return goro_run(run, NULL);
}

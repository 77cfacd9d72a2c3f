/*
 * odd.c - programs that end in other ways than the usual ones.
 *
 *	odd NAME
 */
#include <assert.h>
#include <goro.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static goro_mutex m;

static void yields(void)
{
	for (;;)
		goro_yield();
}

static void spins(void)
{
	for (volatile int i = 0;; i++)
		;
}

static void faults(void)
{
	raise(SIGSEGV);
}

static void asserts(void)
{
	assert(goro_id() == 2);
}

static void exits(void)
{
	exit(3);
}

static void misuses(void)
{
	goro_mutex_unlock(&m);
}

static int overflow(int n)
{
	volatile char frame[256] = {0};

	frame[n % 256] = 1;
	return n < 0 ? n : n + overflow(n + 1) + frame[0];
}

static void overflows(void)
{
	overflow(1);
}

static void prints(void)
{
	printf("out\n");
	fprintf(stderr, "err\n");
}

static void forever(void *unused)
{
	(void)unused;
	goro_recv(NULL, NULL);
}

static void leaves(void)
{
	goro_go(forever, NULL);
}

static void goexits(void)
{
	goro_goexit();
}

static void tell_and_yield(void *c)
{
	goro_send(c, NULL);
	for (int i = 0; i < 10; i++)
		goro_yield();
}

static void boom(void *c)
{
	goro_defer(tell_and_yield, c);
	goro_panic("boom");
}

/* Main returns while the panic's deferred call goes on. */
static void returns(void)
{
	goro_chan *c = goro_make(0, 0);

	goro_go(boom, c);
	goro_recv(c, NULL);
}

static int shared;

static void add_up(void *unused)
{
	(void)unused;
	shared++;
}

static void races(void)
{
	goro_go(add_up, NULL);
	goro_go(add_up, NULL);
}

static void dumps(void)
{
	char text[4096];

	goro_dump(text, sizeof(text));
	puts(text);
}

static void run(void *name)
{
	static const struct {
		const char *name;
		void (*fn)(void);
	} programs[] = {{"yields", yields},   {"spins", spins},
			{"faults", faults},   {"asserts", asserts},
			{"exits", exits},     {"misuses", misuses},
			{"prints", prints},   {"overflows", overflows},
			{"leaves", leaves},   {"goexits", goexits},
			{"returns", returns}, {"dumps", dumps},
			{"races", races}};

	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		if (strcmp(name, programs[i].name) == 0)
			programs[i].fn();
}

int main(int argc, char **argv)
{
	struct goro_config c = {.size = sizeof(c)};

	if (argc < 2 || strcmp(argv[1], "early") == 0)
		return 7;
	c.embedded = strcmp(argv[1], "embedded") == 0;
	return goro_run_with(run, argv[1], &c) != GORO_OK;
}

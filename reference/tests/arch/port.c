/*
 * port.c - what a port to another machine gets wrong if it gets anything
 * wrong: registers over a switch, the first frame, the thread's M; and small
 * programs over the rest.  `port MODE`; GOMAXPROCS as it comes.
 */
#include "prog.h"

enum { ROUNDS = 200, WORKERS = 8 };

static goro_waitgroup workers;

static void keeps_id(void)
{
	int64_t id = goro_id();

	goro_yield();
	CHECK(goro_id() == id);
}

/*
 * More values alive over a call than there are registers that a callee keeps,
 * so each of those holds one; every goroutine has its own.
 */
static void integers(void *arg)
{
	uint64_t k = (uint64_t)goro_id();
	uint64_t a = k, b = k + 1, c = k + 2, d = k + 3, e = k + 4, f = k + 5;
	uint64_t g = k + 6, h = k + 7, i = k + 8, j = k + 9, l = k + 10;
	uint64_t all = 11 * k + 55;

	(void)arg;
	for (uint64_t n = 1; n <= ROUNDS; n++) {
		a += n, b += n, c += n, d += n, e += n, f += n;
		g += n, h += n, i += n, j += n, l += n;
		goro_yield();
		all += 11 * n;
		CHECK(a + b + c + d + e + f + g + h + i + j + l == all);
		CHECK(l - a == 10 && j - b == 8 && i - c == 6 && h - d == 4);
		CHECK(g - e == 2 && f - a == 5);
	}
}

/* The same with numbers that are exact in a double. */
static void doubles(void *arg)
{
	double k = (double)goro_id();
	double a = k, b = 2 * k, c = 3 * k, d = 4 * k, e = 5 * k, f = 6 * k;
	double g = 7 * k, h = 8 * k, i = 9 * k, j = 10 * k;

	(void)arg;
	for (int n = 0; n < ROUNDS; n++) {
		a += k, b += k, c += k, d += k, e += k;
		f += k, g += k, h += k, i += k, j += k;
		goro_yield();
		CHECK(b - a == k && c - b == k && d - c == k && e - d == k);
		CHECK(f - e == k && g - f == k && h - g == k && i - h == k);
		CHECK(j - i == k && a == (n + 2) * k);
	}
}

static void registers(void *arg)
{
	(void)arg;
	for (int i = 0; i < WORKERS; i++) {
		goro_wg_go(&workers, integers, NULL);
		goro_wg_go(&workers, doubles, NULL);
	}
	goro_wg_wait(&workers);
}

/* Numbers through varargs need the stack as the ABI wants it. */
static void first_frame(void *arg)
{
	_Alignas(16) volatile char aligned[16];
	char text[64];

	CHECK((uintptr_t)aligned % 16 == 0);
	snprintf(text, sizeof(text), "%.3f %d %.1Lf", 1.5, 7, 2.5L);
	CHECK(strcmp(text, "1.500 7 2.5") == 0);
	CHECK(strcmp(arg, "as given") == 0);
	keeps_id();
	goro_wg_done(&workers);
}

static void frames(void *arg)
{
	(void)arg;
	for (size_t n = 9; n <= GORO_ARG_MAX; n++) {
		char copy[GORO_ARG_MAX] = "as given";

		goro_wg_add(&workers, 1);
		CHECK(goro_go_copy(first_frame, copy, n) == GORO_OK);
	}
	goro_wg_wait(&workers);
}

static void pong(void *arg)
{
	goro_chan **c = arg;
	int v;

	while (goro_recv(c[0], &v)) {
		v++;
		goro_send(c[1], &v);
	}
	goro_close(c[1]);
}

static void pingpong(void *arg)
{
	goro_chan *c[2] = {goro_make(sizeof(int), 0),
			   goro_make(sizeof(int), 0)};
	int v = 0;

	(void)arg;
	goro_go(pong, c);
	for (int i = 0; i < 2000; i++) {
		goro_send(c[0], &v);
		CHECK(goro_recv(c[1], &v) && v == i + 1);
	}
	goro_close(c[0]);
	CHECK(!goro_recv(c[1], &v) && v == 0);
}

static void count_up(void *arg)
{
	for (int i = 1; i <= ROUNDS; i++)
		goro_send(arg, &i);
	goro_close(arg);
}

static void selecting(void *arg)
{
	goro_chan *c[2] = {goro_make(sizeof(int), 0),
			   goro_make(sizeof(int), 3)};
	int v = 0, sum = 0;
	struct goro_case cases[] = {
		{.c = c[0], .dir = GORO_RECV, .recv = &v},
		{.c = c[1], .dir = GORO_RECV, .recv = &v},
	};

	(void)arg;
	goro_go(count_up, c[0]);
	goro_go(count_up, c[1]);
	while (cases[0].c || cases[1].c) {
		bool ok;
		size_t i = goro_select(cases, 2, &ok);

		if (!ok)
			cases[i].c = NULL;
		sum += v;
	}
	CHECK(sum == ROUNDS * (ROUNDS + 1));
	CHECK(goro_select_default(cases, 2, NULL) == SIZE_MAX);
}

static void fired(void *arg)
{
	goro_close(arg);
}

static void timers(void *arg)
{
	int64_t start = goro_now(), at;
	goro_chan *c = goro_make(0, 0);
	goro_timer *t = goro_after_func(3 * MS, fired, c);
	goro_timer *never = goro_timer_new(3600 * GORO_SECOND);
	goro_ticker *ticker = goro_ticker_new(2 * MS, NULL);

	(void)arg;
	CHECK(!goro_recv(c, NULL) && goro_now() - start >= 3 * MS);
	CHECK(goro_recv(goro_after(5 * MS), &at) && at - start >= 5 * MS);
	for (int i = 0; i < 3; i++)
		CHECK(goro_recv(goro_ticker_chan(ticker), &at));
	CHECK(goro_timer_stop(never) == 1 && goro_timer_stop(t) == 0);
	start = goro_now();
	goro_sleep(4 * MS);
	CHECK(goro_now() - start >= 4 * MS);
	goro_ticker_free(ticker);
	goro_timer_free(never);
	goro_timer_free(t);
}

static void add_one(void *sum)
{
	goro_yield();
	__atomic_fetch_add((int *)sum, 1, __ATOMIC_RELAXED);
}

static void spawn(void *arg)
{
	int sum = 0;

	(void)arg;
	for (int i = 0; i < 40000; i++)
		goro_wg_go(&workers, add_one, &sum);
	goro_wg_wait(&workers);
	CHECK(sum == 40000);
}

static void from_two(void *out)
{
	for (int i = 2;; i++)
		goro_send(out, &i);
}

struct filter {
	goro_chan *in, *out;
	int prime;
};

static void filter(void *arg)
{
	struct filter *f = arg;
	int i;

	for (;;) {
		goro_recv(f->in, &i);
		if (i % f->prime)
			goro_send(f->out, &i);
	}
}

static void sieve(void *arg)
{
	goro_chan *c = goro_make(sizeof(int), 0);
	int prime = 0;

	(void)arg;
	goro_go(from_two, c);
	for (int i = 0; i < 60; i++) {
		struct filter f = {.in = c, .out = goro_make(sizeof(int), 0)};

		goro_recv(c, &prime);
		f.prime = prime;
		goro_go_copy(filter, &f, sizeof(f));
		c = f.out;
	}
	CHECK(prime == 281); /* the 60th */
}

static void jump(void *text)
{
	keeps_id();
	goro_panic("%s", (const char *)text);
}

static void trying(void *arg)
{
	struct goro_panic_value v;
	static char text[] = "caught";

	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		CHECK(goro_try(jump, text, &v) == GORO_PANICKED);
		CHECK(strcmp(v.text, "caught") == 0);
	}
	doubles(NULL);
}

static const struct mode modes[] = {
	{"registers", registers}, {"frames", frames}, {"pingpong", pingpong},
	{"select", selecting},    {"timers", timers}, {"spawn", spawn},
	{"sieve", sieve},         {"try", trying},    {NULL, NULL},
};

int main(int argc, char **argv)
{
	goro_fn run = find_mode(modes, argc > 1 ? argv[1] : NULL);

	CHECK(goro_run(run, NULL) == GORO_OK);
	return check_failed;
}

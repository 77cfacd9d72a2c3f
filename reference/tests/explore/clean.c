/*
 * clean.c - programs without a fault, in which exploration finds nothing.
 *
 *	clean NAME	runs it
 *	clean		lists the names
 */
#include <goro_ext.h>
#include <goro_net.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static goro_mutex m;
static goro_rwmutex rw;
static goro_cond cond;
static goro_waitgroup wg;
static goro_once once;
static goro_chan *ch, *out;
static int n, sum;

static void must(bool ok, const char *what)
{
	if (!ok)
		goro_panic("%s", what);
}

/* ---- a pipeline ---------------------------------------------------------------- */

static void generate(void *unused)
{
	(void)unused;
	for (int i = 1; i <= 4; i++)
		goro_send(ch, &i);
	goro_close(ch);
}

static void square(void *unused)
{
	int v;

	(void)unused;
	while (goro_recv(ch, &v)) {
		v *= v;
		goro_send(out, &v);
	}
	goro_wg_done(&wg);
}

static void close_out(void *unused)
{
	(void)unused;
	goro_wg_wait(&wg);
	goro_close(out);
}

static void pipeline(void)
{
	int v;

	ch = goro_make(sizeof(int), 0);
	out = goro_make(sizeof(int), 1);
	goro_wg_add(&wg, 2);
	goro_go(generate, NULL);
	goro_go(square, NULL);
	goro_go(square, NULL);
	goro_go(close_out, NULL);
	while (goro_recv(out, &v))
		sum += v;
	must(sum == 30, "the sum of squares");
}

/* ---- sync ---------------------------------------------------------------------- */

static void init(void *unused)
{
	(void)unused;
	goro_yield();
	n++;
}

static void use(void *unused)
{
	(void)unused;
	goro_once_do(&once, init, NULL);
	must(n == 1, "once");
	goro_rwmutex_rlock(&rw);
	must(sum % 2 == 0, "a writer is seen");
	goro_rwmutex_runlock(&rw);
	goro_rwmutex_lock(&rw);
	sum++;
	goro_yield();
	sum++;
	goro_rwmutex_unlock(&rw);
}

static void locks(void)
{
	for (int i = 0; i < 3; i++)
		goro_wg_go(&wg, use, NULL);
	goro_wg_wait(&wg);
	must(sum == 6, "sum");
}

static void take_one(void *unused)
{
	(void)unused;
	goro_mutex_lock(&m);
	while (n == 0)
		goro_cond_wait(&cond, &m);
	n--;
	goro_mutex_unlock(&m);
}

static void queue(void)
{
	for (int i = 0; i < 3; i++)
		goro_wg_go(&wg, take_one, NULL);
	for (int i = 0; i < 3; i++) {
		goro_mutex_lock(&m);
		n++;
		goro_mutex_unlock(&m);
		goro_cond_signal(&cond);
	}
	goro_wg_wait(&wg);
}

static void spin_until(void *unused)
{
	(void)unused;
	while (!goro_mutex_trylock(&m))
		;
	n++;
	goro_mutex_unlock(&m);
}

/* Loops that ask and do not wait come to an end. */
static void polling(void)
{
	struct goro_case none = {.c = ch, .dir = GORO_RECV};
	int64_t until = goro_now() + GORO_SECOND;

	goro_mutex_lock(&m);
	goro_wg_go(&wg, spin_until, NULL);
	while (goro_now() < until)
		goro_select_default(&none, 1, NULL);
	goro_mutex_unlock(&m);
	goro_wg_wait(&wg);
}

/* ---- panics -------------------------------------------------------------------- */

static void add_one(void *unused)
{
	(void)unused;
	goro_recover(NULL);
	goro_yield();
	goro_mutex_unlock(&m);
}

static void fails(void *unused)
{
	(void)unused;
	goro_mutex_lock(&m);
	goro_defer(add_one, NULL);
	sum++;
	goro_panic("as it should");
}

static void leaves(void *unused)
{
	(void)unused;
	goro_mutex_lock(&m);
	goro_defer(add_one, NULL);
	sum++;
	goro_goexit();
}

static void tries(void *unused)
{
	struct goro_panic_value v = {0};

	(void)unused;
	must(goro_try(fails, NULL, &v) == GORO_OK,
	     "recovered by the deferred call");
	must(goro_id() > 1, "a goroutine's number");
	goro_yield();
}

static void panics(void)
{
	goro_wg_go(&wg, fails, NULL);
	goro_wg_go(&wg, leaves, NULL);
	goro_wg_go(&wg, tries, NULL);
	goro_wg_wait(&wg);
	must(sum == 3, "all three");
}

/* ---- above the primitives ------------------------------------------------------ */

static int work(void *until)
{
	struct goro_case k[] = {
		{.c = goro_context_done(until), .dir = GORO_RECV},
		{.c = goro_after(5 * GORO_MILLISECOND), .dir = GORO_RECV}};

	return goro_select(k, 2, NULL) == 0 ? GORO_CANCELED : GORO_OK;
}

static int fail_soon(void *unused)
{
	(void)unused;
	goro_sleep(GORO_MILLISECOND);
	return GORO_ERROR_USER;
}

static void group(void)
{
	goro_context *c;
	goro_group *g;

	goro_group_with_context(goro_background(), &g, &c);
	goro_group_go(g, work, c, GORO_FOREVER);
	goro_group_go(g, fail_soon, c, GORO_FOREVER);
	goro_group_go(g, work, c, GORO_FOREVER);
	must(goro_group_wait(g) != GORO_OK, "the error of one");
	goro_group_free(g);
	goro_context_free(c);
}

static void hold(void *sem)
{
	must(goro_semaphore_acquire(sem, goro_background(), 2) == GORO_OK,
	     "acquire");
	must(++n <= 1, "two have it");
	goro_yield();
	n--;
	goro_semaphore_release(sem, 2);
}

static void semaphore(void)
{
	goro_semaphore *sem = goro_semaphore_new(3);

	for (int i = 0; i < 3; i++)
		goro_wg_go(&wg, hold, sem);
	goro_wg_wait(&wg);
	goro_semaphore_free(sem);
}

/* ---- time ---------------------------------------------------------------------- */

static void ticks(void)
{
	goro_ticker *t = goro_ticker_new(GORO_MILLISECOND, NULL);
	int64_t began = goro_now();

	for (int i = 0; i < 3; i++)
		goro_recv(goro_ticker_chan(t), NULL);
	must(goro_now() - began >= 3 * GORO_MILLISECOND, "too early");
	goro_ticker_free(t);
}

static void for_ever(void *unused)
{
	(void)unused;
	for (;;)
		goro_sleep(GORO_SECOND);
}

/* It is not left: it sleeps. */
static void sleeper(void)
{
	goro_go(for_ever, NULL);
	goro_yield();
}

/* ---- outside -------------------------------------------------------------------- */

static goro_conn *ends[2];

static void echo(void *unused)
{
	char buf[8];
	size_t got;

	(void)unused;
	while (goro_conn_read(ends[1], buf, sizeof(buf), &got) == GORO_OK)
		goro_conn_write(ends[1], buf, got, &got);
	goro_conn_free(ends[1]);
}

static void say_hello(void)
{
	char buf[8];
	size_t got;

	goro_wg_go(&wg, echo, NULL);
	goro_conn_write(ends[0], "hello", 5, &got);
	must(goro_conn_read(ends[0], buf, sizeof(buf), &got) == GORO_OK,
	     "read");
	must(got == 5 && memcmp(buf, "hello", 5) == 0, "the echo");
	goro_conn_free(ends[0]);
	goro_wg_wait(&wg);
}

static void mem_pipe(void)
{
	must(goro_mem_pipe(ends) == GORO_OK, "pipe");
	say_hello();
}

static void network(void)
{
	char at[GORO_ADDR_MAX];
	goro_listener *l;

	must(goro_listen("tcp", "127.0.0.1:0", &l) == GORO_OK, "listen");
	goro_listener_addr(l, at, sizeof(at));
	must(goro_dial("tcp", at, GORO_FOREVER, &ends[0]) == GORO_OK, "dial");
	must(goro_accept(l, &ends[1]) == GORO_OK, "accept");
	say_hello();
	goro_listener_free(l);
}

static void nap(void *unused)
{
	(void)unused;
	usleep(300);
}

static void call_out(void *unused)
{
	pthread_t self;

	(void)unused;
	goro_lock_thread();
	self = pthread_self();
	goro_blocking(nap, NULL);
	goro_yield();
	must(pthread_equal(self, pthread_self()), "another thread");
	goro_unlock_thread();
	goro_mutex_lock(&m);
	n++;
	goro_mutex_unlock(&m);
}

static void blocking(void)
{
	for (int i = 0; i < 3; i++)
		goro_wg_go(&wg, call_out, NULL);
	goro_wg_wait(&wg);
	must(n == 3, "all three");
}

/* --------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*run)(void);
} programs[] = {
	{"pipeline", pipeline},   {"locks", locks},     {"queue", queue},
	{"polling", polling},     {"panics", panics},   {"group", group},
	{"semaphore", semaphore}, {"ticks", ticks},     {"sleeper", sleeper},
	{"mem_pipe", mem_pipe},   {"network", network}, {"blocking", blocking}};

enum { PROGRAMS = sizeof(programs) / sizeof(*programs) };

static void run(void *i)
{
	programs[*(size_t *)i].run();
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < PROGRAMS; i++) {
		if (argc == 1)
			puts(programs[i].name);
		else if (strcmp(argv[1], programs[i].name) == 0)
			return goro_run(run, &i);
	}
	return argc == 1 ? 0 : 2;
}

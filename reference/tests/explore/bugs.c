/*
 * bugs.c - small programs, each with a fault that one order of many shows.
 *
 *	bugs NAME		runs it once
 *	bugs NAME --plain N	runs it N times, each in a process of its own,
 *				and prints how many failed
 *	bugs			lists the names, and what each fault leads to
 */
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static goro_mutex a, b, c;
static goro_rwmutex rw;
static goro_cond cond;
static goro_waitgroup wg;
static goro_chan *ch, *done, *up;
static int n;

static void wrong(const char *what)
{
	goro_panic("%s", what);
}

/* Runs fn in k goroutines, and waits for them. */
static void in_group(int k, goro_fn fn, void *const *args)
{
	goro_wg_add(&wg, k);
	for (int i = 0; i < k; i++)
		goro_go(fn, args ? args[i] : NULL);
	goro_wg_wait(&wg);
}

/* Waits until another goroutine has begun, and a while for what it does then. */
static void wait_until_up(void)
{
	goro_recv(up, NULL);
	for (int i = 0; i < 3; i++)
		goro_yield();
}

/* ---- locks -------------------------------------------------------------------- */

static void lock_two(void *pair)
{
	goro_mutex **p = pair;

	goro_mutex_lock(p[0]);
	goro_mutex_lock(p[1]);
	goro_mutex_unlock(p[1]);
	goro_mutex_unlock(p[0]);
	goro_wg_done(&wg);
}

/* Three locks are taken in a circle. */
static void lock_order(void)
{
	goro_mutex *pairs[3][2] = {{&a, &b}, {&b, &c}, {&c, &a}};

	in_group(3, lock_two, (void *[]){pairs[0], pairs[1], pairs[2]});
}

static void read_twice(void *unused)
{
	(void)unused;
	goro_rwmutex_rlock(&rw);
	goro_rwmutex_rlock(&rw);
	goro_rwmutex_runlock(&rw);
	goro_rwmutex_runlock(&rw);
	goro_wg_done(&wg);
}

static void write_once(void *unused)
{
	(void)unused;
	goro_rwmutex_lock(&rw);
	goro_rwmutex_unlock(&rw);
	goro_wg_done(&wg);
}

/* A reader reads again while a writer waits. */
static void read_lock_twice(void)
{
	goro_wg_add(&wg, 2);
	goro_go(read_twice, NULL);
	goro_go(write_once, NULL);
	goro_wg_wait(&wg);
}

static void withdraw(void *unused)
{
	bool enough;

	(void)unused;
	goro_mutex_lock(&a);
	enough = n >= 60;
	goro_mutex_unlock(&a);
	if (enough) {
		goro_mutex_lock(&a);
		n -= 60;
		goro_mutex_unlock(&a);
	}
	goro_wg_done(&wg);
}

/* What was checked under the lock may be over at the next lock. */
static void check_then_act(void)
{
	n = 100;
	in_group(3, withdraw, NULL);
	if (n < -70)
		wrong("the account is overdrawn, twice");
}

/* ---- waking -------------------------------------------------------------------- */

static void announce(void *unused)
{
	(void)unused;
	goro_mutex_lock(&a);
	n = 1;
	goro_mutex_unlock(&a);
	goro_cond_signal(&cond);
}

static bool is_announced(void)
{
	bool yes;

	goro_mutex_lock(&a);
	yes = n != 0;
	goro_mutex_unlock(&a);
	return yes;
}

/* The check and the wait are not under one lock. */
static void lost_wakeup(void)
{
	goro_go(announce, NULL);
	if (is_announced())
		return;
	goro_mutex_lock(&a);
	goro_cond_wait(&cond, &a);
	goro_mutex_unlock(&a);
}

static void wait_for_signal(void *unused)
{
	(void)unused;
	goro_send(up, NULL);
	goro_mutex_lock(&a);
	goro_cond_wait(&cond, &a);
	goro_mutex_unlock(&a);
	goro_wg_done(&wg);
}

/* A signal to nobody is gone. */
static void missed_signal(void)
{
	goro_wg_add(&wg, 1);
	goro_go(wait_for_signal, NULL);
	wait_until_up();
	goro_cond_signal(&cond);
	goro_wg_wait(&wg);
}

static void late_add(void *unused)
{
	(void)unused;
	goro_wg_add(&wg, 1);
	goro_mutex_lock(&a);
	n++;
	goro_mutex_unlock(&a);
	goro_wg_done(&wg);
}

/* The goroutine adds itself, which may be after the wait. */
static void add_after_wait(void)
{
	for (int i = 0; i < 3; i++) {
		goro_go(late_add, NULL);
		goro_yield();
	}
	goro_wg_wait(&wg);
	goro_mutex_lock(&a);
	if (n < 2)
		wrong("waited for too few");
	goro_mutex_unlock(&a);
}

/* ---- channels ------------------------------------------------------------------ */

static void answer(void *unused)
{
	int v = 42;

	(void)unused;
	goro_mutex_lock(&a);
	goro_mutex_unlock(&a);
	goro_send(ch, &v);
}

/* Nobody receives the answer after the timeout. */
static void send_after_timeout(void)
{
	int v;
	struct goro_case cases[2];

	ch = goro_make(sizeof(int), 0);
	goro_go(answer, NULL);
	cases[0] = (struct goro_case){.c = ch, .dir = GORO_RECV, .recv = &v};
	cases[1] = (struct goro_case){.c = goro_after(GORO_SECOND),
				      .dir = GORO_RECV};
	goro_select(cases, 2, NULL);
}

static void close_if_open(void *unused)
{
	bool open;

	(void)unused;
	goro_mutex_lock(&a);
	open = n == 0;
	goro_mutex_unlock(&a);
	if (open) {
		goro_close(done);
		goro_mutex_lock(&a);
		n = 1;
		goro_mutex_unlock(&a);
	}
	goro_wg_done(&wg);
}

/* Two find the channel open, and close it. */
static void double_close(void)
{
	done = goro_make(0, 0);
	in_group(2, close_if_open, NULL);
}

static void consume(void *unused)
{
	int v;
	struct goro_case k[] = {{.c = ch, .dir = GORO_RECV, .recv = &v},
				{.c = done, .dir = GORO_RECV}};

	(void)unused;
	goro_send(up, NULL);
	if (goro_select(k, 2, NULL) == 0)
		n += v;
	goro_wg_done(&wg);
}

/* The value is there, but so is the end: it may be dropped. */
static void select_drops(void)
{
	int v = 1;

	ch = goro_make(sizeof(int), 1);
	done = goro_make(0, 0);
	goro_wg_add(&wg, 1);
	goro_go(consume, NULL);
	wait_until_up();
	goro_send(ch, &v);
	goro_close(done);
	goro_wg_wait(&wg);
	if (n != 1)
		wrong("the value is dropped");
}

static void stop_it(void *unused)
{
	(void)unused;
	goro_mutex_lock(&a);
	n = 1;
	goro_mutex_unlock(&a);
	goro_close(ch);
	goro_wg_done(&wg);
}

static void send_unless_stopped(void *unused)
{
	bool stopped;
	int v = 1;

	(void)unused;
	goro_mutex_lock(&a);
	stopped = n;
	goro_mutex_unlock(&a);
	if (!stopped)
		goro_send(ch, &v);
	goro_wg_done(&wg);
}

/* The channel is closed between the check and the send. */
static void send_on_closed(void)
{
	ch = goro_make(sizeof(int), 4);
	goro_wg_add(&wg, 2);
	goro_go(send_unless_stopped, NULL);
	goro_go(stop_it, NULL);
	goro_wg_wait(&wg);
}

/* ---- order --------------------------------------------------------------------- */

static int *config;

static void set_up(void *unused)
{
	static int value = 7;

	(void)unused;
	goro_send(up, NULL);
	goro_mutex_lock(&a);
	config = &value;
	goro_mutex_unlock(&a);
}

static void use_config(void *unused)
{
	(void)unused;
	goro_recv(up, NULL);
	wait_until_up();
	goro_mutex_lock(&a);
	if (!config)
		abort();
	goro_mutex_unlock(&a);
	goro_wg_done(&wg);
}

/* Two set it up, but nothing says that either is first. */
static void used_too_early(void)
{
	goro_go(set_up, NULL);
	goro_go(set_up, NULL);
	in_group(1, use_config, NULL);
}

static void count_slowly(void *unused)
{
	int v;

	(void)unused;
	goro_mutex_lock(&a);
	v = n;
	goro_mutex_unlock(&a);
	goro_mutex_lock(&a);
	n = v + 1;
	goro_mutex_unlock(&a);
	goro_wg_done(&wg);
}

/* Counts that are lost; the status says so. */
static void lost_update(void)
{
	in_group(4, count_slowly, NULL);
	if (n < 3)
		exit(3);
}

static void hold_place(void *unused)
{
	(void)unused;
	goro_send(up, NULL);
	goro_send(ch, NULL);
	goro_mutex_lock(&a);
	goro_mutex_unlock(&a);
	goro_recv(ch, NULL);
	goro_wg_done(&wg);
}

static void hold_lock(void *unused)
{
	(void)unused;
	goro_recv(up, NULL);
	wait_until_up();
	goro_mutex_lock(&a);
	goro_send(ch, NULL);
	goro_recv(ch, NULL);
	goro_mutex_unlock(&a);
	goro_wg_done(&wg);
}

/* A mutex and a channel that counts are taken in two orders. */
static void lock_and_channel(void)
{
	ch = goro_make(0, 2);
	goro_wg_add(&wg, 3);
	goro_go(hold_place, NULL);
	goro_go(hold_place, NULL);
	goro_go(hold_lock, NULL);
	goro_wg_wait(&wg);
}

/* ------------------------------------------------------------------------------- */

static const struct {
	const char *name, *leads_to;
	void (*run)(void);
} bugs[] = {
	{"lock_order", "deadlock", lock_order},
	{"read_lock_twice", "deadlock", read_lock_twice},
	{"lock_and_channel", "deadlock", lock_and_channel},
	{"lost_wakeup", "deadlock", lost_wakeup},
	{"missed_signal", "deadlock", missed_signal},
	{"send_after_timeout", "leak", send_after_timeout},
	{"add_after_wait", "panic", add_after_wait},
	{"check_then_act", "panic", check_then_act},
	{"double_close", "panic", double_close},
	{"select_drops", "panic", select_drops},
	{"send_on_closed", "panic", send_on_closed},
	{"used_too_early", "signal", used_too_early},
	{"lost_update", "exit status", lost_update},
};

enum { BUGS = sizeof(bugs) / sizeof(*bugs), SIDE_BY_SIDE = 4 };

static void run(void *bug)
{
	up = goro_make(0, 0);
	bugs[*(size_t *)bug].run();
}

static void start(size_t bug)
{
	pid_t pid = fork();

	if (pid < 0)
		exit(2);
	if (pid > 0)
		return;
	(void)!freopen("/dev/null", "w", stderr);
	_exit(goro_run(run, &bug));
}

/* Runs bug k times, SIDE_BY_SIDE at a time, and prints how often it failed. */
static int plain(size_t bug, int k)
{
	int failed = 0, status;

	for (int i = 0; i < k; i++) {
		start(bug);
		if (i < SIDE_BY_SIDE - 1)
			continue;
		wait(&status);
		failed += status != 0;
	}
	while (wait(&status) > 0)
		failed += status != 0;
	printf("%d\n", failed);
	return 0;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < BUGS; i++) {
		if (argc == 1)
			printf("%s %s\n", bugs[i].name, bugs[i].leads_to);
		else if (strcmp(argv[1], bugs[i].name) == 0)
			return argc > 3 ? plain(i, atoi(argv[3]))
					: goro_run(run, &i);
	}
	return argc == 1 ? 0 : 2;
}

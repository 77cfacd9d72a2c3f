/*
 * profile.c - a program whose profiles are known.
 *
 *	profile KIND DEBUG FILE
 *
 * writes the profile KIND of it to FILE.
 */
#include <fcntl.h>
#include <goro_debug.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static goro_chan *never;

#define NOINLINE __attribute__((noinline))
/* What is called before it is called, not jumped to. */
#define STAY() __asm__ volatile("")

/* Each is the one place where its goroutines wait. */
NOINLINE static void many_wait(void *unused)
{
	(void)unused;
	goro_recv(never, NULL);
}

NOINLINE static void some_wait(void *unused)
{
	(void)unused;
	goro_recv(never, NULL);
}

NOINLINE static void one_waits(void *unused)
{
	(void)unused;
	goro_recv(never, NULL);
}

static void start(int n, goro_fn fn)
{
	while (n-- > 0)
		goro_go(fn, NULL);
}

static void goroutines(void)
{
	never = goro_make(0, 0);
	goro_set_label("job", "load");
	start(1, one_waits);
	goro_set_label("job", NULL);
	start(90, many_wait);
	start(10, some_wait);
	while (goro_num_waiting() < 101)
		goro_sleep(GORO_MILLISECOND);
}

/* Nobody else has what it waits for. */
NOINLINE static void lost_wait(void *unused)
{
	(void)unused;
	goro_recv(goro_make(0, 0), NULL);
	STAY();
}

static void lose(void)
{
	never = goro_make(0, 0);
	start(7, lost_wait);
	start(10, some_wait);
	while (goro_num_waiting() < 17)
		goro_sleep(GORO_MILLISECOND);
}

/* ---- waits of 20 ms, each in a function of its own -------------------------- */

#define WAIT (20 * GORO_MILLISECOND)

static goro_chan *c;
static goro_mutex mutex;
static goro_rwmutex rw;
static goro_waitgroup wg;
static goro_cond cond;

/* clang-format off */
NOINLINE static void waits_recv(void) { goro_recv(c, NULL); STAY(); }
NOINLINE static void waits_send(void) { goro_send(c, NULL); STAY(); }
NOINLINE static void waits_close(void) { goro_chan_recv(c, NULL, GORO_FOREVER); STAY(); }
NOINLINE static void waits_mutex(void) { goro_mutex_lock(&mutex); STAY(); }
NOINLINE static void waits_lock(void) { goro_rwmutex_lock(&rw); STAY(); }
NOINLINE static void waits_rlock(void) { goro_rwmutex_rlock(&rw); STAY(); }
NOINLINE static void waits_group(void) { goro_wg_wait(&wg); STAY(); }
NOINLINE static void waits_cond(void) { goro_cond_wait(&cond, &mutex); STAY(); }
/* clang-format on */

NOINLINE static void waits_select(void)
{
	struct goro_case k[] = {{.c = c, .dir = GORO_RECV},
				{.c = never, .dir = GORO_RECV}};
	goro_select(k, 2, NULL);
	STAY();
}

static void then_recv(void *unused)
{
	(void)unused;
	goro_sleep(WAIT);
	goro_recv(c, NULL);
}

static void then_send(void *unused)
{
	(void)unused;
	goro_sleep(WAIT);
	goro_send(c, NULL);
}

static void then_close(void *ch)
{
	goro_sleep(WAIT);
	goro_close(ch);
}

NOINLINE static void then_unlock(void *unused)
{
	(void)unused;
	goro_sleep(WAIT);
	goro_mutex_unlock(&mutex);
}

static void then_rw_unlock(void *unused)
{
	(void)unused;
	goro_sleep(WAIT);
	goro_rwmutex_unlock(&rw);
}

static void then_done(void *unused)
{
	(void)unused;
	goro_sleep(WAIT);
	goro_wg_done(&wg);
}

static void then_signal(void *unused)
{
	(void)unused;
	goro_sleep(WAIT);
	goro_mutex_lock(&mutex);
	goro_cond_signal(&cond);
	goro_mutex_unlock(&mutex);
}

static void block(void)
{
	goro_chan *closed = goro_make(0, 0);

	goro_block_profile_rate(1);
	c = goro_make(0, 0);
	never = goro_make(0, 0);
	goro_go(then_send, NULL), waits_recv();
	goro_go(then_recv, NULL), waits_send();
	goro_go(then_send, NULL), waits_select();
	goro_mutex_lock(&mutex);
	goro_go(then_unlock, NULL), waits_mutex();
	goro_go(then_signal, NULL), waits_cond();
	goro_rwmutex_lock(&rw);
	goro_go(then_rw_unlock, NULL), waits_lock();
	goro_go(then_rw_unlock, NULL), waits_rlock();
	goro_wg_add(&wg, 1);
	goro_go(then_done, NULL), waits_group();
	c = closed;
	goro_go(then_close, c), waits_close();
}

/* ---- ten wait for a mutex --------------------------------------------------- */

static void take_turn(void *unused)
{
	(void)unused;
	goro_mutex_lock(&mutex);
	goro_mutex_unlock(&mutex);
	goro_wg_done(&wg);
}

NOINLINE static void holds_long(void)
{
	goro_mutex_lock(&mutex);
	for (int i = 0; i < 10; i++)
		goro_wg_go(&wg, take_turn, NULL);
	goro_sleep(6 * WAIT);
	goro_mutex_unlock(&mutex);
	STAY();
}

static void contention(void)
{
	goro_mutex_profile_fraction(1);
	goro_wg_add(&wg, 10);
	holds_long();
	goro_wg_wait(&wg);
}

/* ---- CPU time ------------------------------------------------------------------ */

static volatile unsigned long sink;

/* clang-format off */
NOINLINE static void burns_most(long n) { while (n-- > 0) sink += sink ^ 5; }
NOINLINE static void burns_some(long n) { while (n-- > 0) sink += sink ^ 3; }
/* clang-format on */

static void burn(void *done)
{
	while (clock() < CLOCKS_PER_SEC / 2) {
		burns_most(90000);
		burns_some(30000);
	}
	goro_send(done, NULL);
}

static void cpu(int fd)
{
	goro_chan *done = goro_make(0, 2);

	if (goro_cpu_profile_start(fd) != GORO_OK ||
	    goro_cpu_profile_start(fd) != GORO_EBUSY)
		puts("profile: of CPU time does not start, or twice");
	goro_set_label("job", "burn");
	goro_go(burn, done);
	goro_go(burn, done);
	goro_set_label("job", NULL);
	goro_recv(done, NULL);
	goro_recv(done, NULL);
	if (goro_cpu_profile_stop() != GORO_OK ||
	    goro_cpu_profile_stop() != GORO_OK)
		puts("profile: of CPU time does not stop");
}

static char **args;

static void app(void *unused)
{
	int fd = open(args[3], O_WRONLY | O_CREAT | O_TRUNC, 0600);

	(void)unused;
	if (strcmp(args[1], "goroutine") == 0)
		goroutines();
	else if (strcmp(args[1], "goroutineleak") == 0)
		lose();
	else if (strcmp(args[1], "block") == 0)
		block();
	else if (strcmp(args[1], "mutex") == 0)
		contention();
	if (strcmp(args[1], "cpu") == 0)
		cpu(fd);
	else if (strcmp(args[1], "burn") == 0)
		burn(goro_make(0, 1)); /* under GORO_CPUPROFILE */
	else if (goro_profile_write(args[1], atoi(args[2]), fd) != GORO_OK)
		printf("profile: %s was not written\n", args[1]);
	close(fd);
}

int main(int argc, char **argv)
{
	args = argv;
	return argc < 4 ? 2 : goro_run(app, NULL);
}

/*
 * dies.c - programs that end with a report: `dies MODE`.
 */
#define _GNU_SOURCE

#include <fcntl.h>
#include <goro_net.h>

#include "prog.h"

static goro_mutex mutex;

static void lock_twice(void *arg)
{
	(void)arg;
	goro_mutex_lock(&mutex);
	goro_mutex_lock(&mutex);
}

static void recv_forever(void *c)
{
	goro_recv(c, NULL);
}

static void dead_recv(void *arg)
{
	(void)arg;
	recv_forever(goro_make(0, 0));
}

static void dead_nil(void *arg)
{
	(void)arg;
	recv_forever(NULL);
}

static void dead_select(void *arg)
{
	(void)arg;
	goro_select(NULL, 0, NULL);
}

static void dead_group(void *arg)
{
	static goro_waitgroup wg;

	(void)arg;
	goro_wg_add(&wg, 1);
	goro_wg_wait(&wg);
}

/* Main waits in one way, another goroutine in a second. */
static void dead_two(void *arg)
{
	static int v;

	(void)arg;
	goro_go(lock_twice, NULL);
	goro_sleep(5 * MS);
	goro_send(goro_make(sizeof(v), 0), &v);
}

static void dead_after_exit(void *arg)
{
	(void)arg;
	goro_goexit();
}

/* A timer that nobody can receive from keeps nothing alive. */
static void dead_timer(void *arg)
{
	(void)arg;
	goro_timer_new(3600 * GORO_SECOND);
	recv_forever(goro_make(0, 0));
}

static void panics(void *arg)
{
	(void)arg;
	goro_panic("boom %d", 7);
}

static void panics_elsewhere(void *arg)
{
	(void)arg;
	goro_go(panics, NULL);
	recv_forever(goro_after(3600 * GORO_SECOND));
}

static void second_panic(void *arg)
{
	(void)arg;
	goro_panic("second");
}

static void panics_twice(void *arg)
{
	(void)arg;
	goro_defer(second_panic, NULL);
	goro_panic("first");
}

static void say_deferred(void *arg)
{
	(void)arg;
	printf("deferred\n");
	fflush(stdout);
}

static void panics_deferred(void *arg)
{
	(void)arg;
	goro_defer(say_deferred, NULL);
	goro_panic("boom");
}

static void long_panic(void *arg)
{
	char text[400];

	(void)arg;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	goro_panic("%s", text);
}

static void recover_it(void *arg)
{
	struct goro_panic_value v;

	(void)arg;
	if (goro_recover(&v))
		printf("recovered %s\n", v.text);
}

static void main_recovers(void *arg)
{
	(void)arg;
	goro_defer(recover_it, NULL);
	goro_panic("boom");
}

static void boom(void *arg)
{
	(void)arg;
	goro_panic("boom");
}

/* stderr becomes a full pipe, whose reader sleeps before it throws all away. */
static void slow_stderr(void)
{
	static char full[4096];
	int fd[2];

	if (pipe(fd) || fcntl(fd[1], F_SETPIPE_SZ, sizeof(full)) < 0 ||
	    write(fd[1], full, sizeof(full)) < 0)
		exit(3);
	if (fork() == 0) {
		close(fd[1]);
		usleep(300000);
		while (read(fd[0], full, sizeof(full)) > 0)
			;
		_exit(0);
	}
	dup2(fd[1], 2);
	close(fd[1]);
}

/* Two goroutines panic, and the report of the first takes a while. */
static void panic_slow(void *arg)
{
	(void)arg;
	slow_stderr();
	goro_go(boom, NULL);
	goro_go(boom, NULL);
	goro_sleep(100 * MS);
}

/* Main returned in the one above; here it waits, and here it exits. */
static void panic_slow_wait(void *arg)
{
	panic_slow(arg);
	goro_recv(goro_make(0, 0), NULL);
}

static void panic_slow_exit(void *arg)
{
	panic_slow(arg);
	exit(0);
}

/* Each panic is over when it is recovered: the stack does not grow. */
static void panic_many(void *arg)
{
	(void)arg;
	for (int i = 0; i < 10000; i++) {
		goro_defer(recover_it, NULL);
		goro_defer(boom, NULL);
	}
	goro_panic("first");
}

static void send_closed(void *arg)
{
	goro_chan *c = goro_make(0, 1);

	(void)arg;
	goro_close(c);
	goro_send(c, NULL);
}

static void close_nil(void *arg)
{
	(void)arg;
	goro_close(NULL);
}

static void go_nil(void *arg)
{
	(void)arg;
	goro_go(NULL, NULL);
}

static void negative_chan(void *arg)
{
	(void)arg;
	goro_make(1, -1);
}

static void huge_chan(void *arg)
{
	(void)arg;
	goro_make(SIZE_MAX / 2, 3);
}

/* ---- a channel that was freed ------------------------------------------- */

static goro_chan *freed(void)
{
	goro_chan *c = goro_make(sizeof(int), 1);

	goro_chan_free(c);
	return c;
}

static void freed_send(void *arg)
{
	int v = 1;

	(void)arg;
	goro_chan_send(freed(), &v, GORO_POLL);
}

static void freed_recv(void *arg)
{
	(void)arg;
	goro_recv(freed(), NULL);
}

static void freed_close(void *arg)
{
	(void)arg;
	goro_close(freed());
}

static void freed_select(void *arg)
{
	struct goro_case cases[2] = {{.c = freed(), .dir = GORO_RECV},
				     {.c = NULL, .dir = GORO_RECV}};

	(void)arg;
	goro_select(cases, 2, NULL);
}

static void freed_twice(void *arg)
{
	(void)arg;
	goro_chan_free(freed());
}

static goro_listener *freed_listener(void)
{
	goro_listener *l;

	if (goro_listen("tcp", "127.0.0.1:0", &l))
		abort();
	goro_listener_free(l);
	return l;
}

static goro_conn *freed_conn(void)
{
	goro_conn *ends[2];

	if (goro_mem_pipe(ends))
		abort();
	goro_conn_free(ends[0]);
	return ends[0];
}

static void freed_accept(void *arg)
{
	goro_conn *c;

	(void)arg;
	goro_accept(freed_listener(), &c);
}

static void freed_listener_twice(void *arg)
{
	(void)arg;
	goro_listener_free(freed_listener());
}

static void freed_conn_read(void *arg)
{
	char buf[1];

	(void)arg;
	goro_conn_read(freed_conn(), buf, 1, NULL);
}

static void freed_conn_twice(void *arg)
{
	(void)arg;
	goro_conn_free(freed_conn());
}

/* Freed, and written over by whoever has the memory now. */
static void overwritten(void *arg)
{
	goro_chan *c = goro_make(sizeof(int), 1);
	int v = 1;

	(void)arg;
	memset(c, 0xa5, 32);
	goro_send(c, &v);
}

/* ---- the sync types ----------------------------------------------------- */

static void unlock_unlocked(void *arg)
{
	(void)arg;
	goro_mutex_unlock(&mutex);
}

static void negative_group(void *arg)
{
	static goro_waitgroup wg;

	(void)arg;
	goro_wg_done(&wg);
}

static void exits(void *arg)
{
	(void)arg;
	goro_defer(say_deferred, NULL);
	goro_exit(7);
}

static const struct mode modes[] = {
	{"recv", dead_recv},
	{"nil", dead_nil},
	{"select", dead_select},
	{"group", dead_group},
	{"mutex", lock_twice},
	{"two", dead_two},
	{"goexit", dead_after_exit},
	{"timer", dead_timer},
	{"panic", panics},
	{"panic-elsewhere", panics_elsewhere},
	{"panic-twice", panics_twice},
	{"panic-deferred", panics_deferred},
	{"panic-long", long_panic},
	{"panic-main-recovers", main_recovers},
	{"panic-slow", panic_slow},
	{"panic-slow-wait", panic_slow_wait},
	{"panic-slow-exit", panic_slow_exit},
	{"panic-many", panic_many},
	{"send-closed", send_closed},
	{"close-nil", close_nil},
	{"go-nil", go_nil},
	{"chan-negative", negative_chan},
	{"chan-huge", huge_chan},
	{"freed-send", freed_send},
	{"freed-recv", freed_recv},
	{"freed-close", freed_close},
	{"freed-select", freed_select},
	{"freed-twice", freed_twice},
	{"freed-accept", freed_accept},
	{"freed-listener-twice", freed_listener_twice},
	{"freed-conn-read", freed_conn_read},
	{"freed-conn-twice", freed_conn_twice},
	{"overwritten", overwritten},
	{"unlock", unlock_unlocked},
	{"group-negative", negative_group},
	{"exit", exits},
	{NULL, NULL},
};

int main(int argc, char **argv)
{
	return goro_run(find_mode(modes, argc > 1 ? argv[1] : NULL), NULL);
}

/*
 * calls.c - every call of goro's headers from every place.
 *
 *	calls PLACE
 *
 * PLACE is one of those below.  Each call is made in a child process of its
 * own.  By the tables of the headers it works there, or ends the process with
 * status 2 and one line that names it and the place; a fault, silence or ten
 * seconds without an end are wrong.  names.inc has all names, so a call that
 * is declared and not in this file does not compile.
 */
#include <fcntl.h>
#include <goro_debug.h>
#include <goro_ext.h>
#include <goro_trace.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind { ANYWHERE, CALL, GOROUTINE };

/* ---- what the calls are made on ------------------------------------------- */

static goro_chan *room;  /* one value in it, and room for one */
static goro_chan *spare; /* to be closed, freed ... */
static goro_mutex free_mutex, held;
static goro_rwmutex free_rw, read_held, write_held;
static goro_waitgroup wg, none;
static goro_once once;
static goro_cond cond, cond_r;
static goro_pool *pool, *spare_pool;
static goro_timer *timer;
static goro_ticker *ticker;
static goro_context *ctx, *spare_ctx, *made;
static const struct goro_end_hooks end_hooks = {.add = NULL};
static goro_hook *hook;
static goro_group *group, *spare_group;
static goro_semaphore *sem;
static goro_flight *flight;
static goro_limiter *limiter;
static goro_reservation *reservation;
static goro_bucket *bucket;
static goro_sometimes *sometimes;
static goro_lazy *lazy;
static goro_map *map;
static goro_listener *listener;
static goro_conn *conn, *made_conn, *os_pipe[2], *mem_pipe[2];

static struct goro_panic_value value = {.text = "as it should"};

static const char *text_of(void *unused)
{
	(void)unused;
	return value.text;
}
static char text[256], listens_at[GORO_ADDR_MAX], is_at[GORO_ADDR_MAX];
static struct goro_bytes is_part = {"x", 1};
static size_t size;
static int status;
static struct goro_metric metric = {.name = "/sched/parks:parks"};
static double real;
static goro_debug *debug;
static int64_t number;
static int32_t int32;
static bool flag;
static void *pointer;

static void nothing(void *arg)
{
	(void)arg;
}

static bool is_done(void *arg, int fd)
{
	(void)arg;
	(void)fd;
	return true;
}

static int null_fd(void)
{
	return open("/dev/null", O_WRONLY | O_CLOEXEC);
}

static int no_error(void *arg)
{
	(void)arg;
	return 0;
}

static int give(void *arg, void **v)
{
	*v = arg;
	return 0;
}

static void *make(void *arg)
{
	(void)arg;
	return &status;
}

static bool stop_at_once(void *arg, uint64_t key, void *v)
{
	(void)arg, (void)key, (void)v;
	return false;
}

/* What needs no run. */
static void prepare(void)
{
	room = goro_make(sizeof(int32), 2);
	spare = goro_make(sizeof(int32), 1);
	pool = goro_pool_new(make, NULL);
	spare_pool = goro_pool_new(NULL, NULL);
	group = goro_group_new();
	spare_group = goro_group_new();
	sem = goro_semaphore_new(3);
	flight = goro_flight_new();
	limiter = goro_limiter_new(1e9, 10);
	bucket = goro_bucket_new(1000000000, 1, 0);
	sometimes = goro_sometimes_new(1, 0, 0);
	lazy = goro_lazy_new(make, NULL);
	map = goro_map_new();
}

/* What is made by calls that may not be made anywhere. */
static void prepare_more(void)
{
	goro_send(room, &int32);
	goro_mutex_lock(&held);
	goro_rwmutex_rlock(&read_held);
	goro_rwmutex_lock(&write_held);
	goro_wg_add(&wg, 1);
	timer = goro_timer_new(GORO_SECOND);
	ticker = goro_ticker_new(GORO_SECOND, NULL);
	goro_with_cancel(goro_background(), &ctx);
	goro_with_cancel(goro_background(), &spare_ctx);
	goro_context_after_func(ctx, nothing, NULL, &hook);
	reservation = goro_limiter_reserve(limiter, goro_now(), 1);
	goro_semaphore_acquire(sem, goro_background(), 1);
	goro_os_pipe(os_pipe);
	goro_mem_pipe(mem_pipe);
	goro_conn_write(os_pipe[1], "x", 1, NULL);
	goro_listen("tcp", "127.0.0.1:0", &listener);
	goro_listener_addr(listener, listens_at, sizeof(listens_at));
	goro_listener_deadline(listener, 1);
	goro_packet_listen("udp", "127.0.0.1:0", &conn);
	goro_conn_local_addr(conn, is_at, sizeof(is_at));
	goro_conn_read_deadline(conn, 1);
}

/* Wakes who waits for a cond. */
static void signal_conds(void *unused)
{
	(void)unused;
	for (;;) {
		goro_sleep(GORO_MILLISECOND);
		goro_cond_broadcast(&cond);
		goro_cond_broadcast(&cond_r);
	}
}

static void prepare_run(void)
{
	prepare_more();
	goro_go(signal_conds, NULL);
	goro_debug_open("127.0.0.1:0", 0, &debug);
}

static struct goro_case poll_room(void)
{
	return (struct goro_case){.c = room, .dir = GORO_RECV, .recv = &int32};
}

static int64_t soon(void)
{
	return goro_now() + 50 * GORO_MILLISECOND;
}

/* ---- the calls ------------------------------------------------------------ */

#define DO(name, ...)                                                          \
	static void do_##name(void)                                            \
	{                                                                      \
		__VA_ARGS__;                                                   \
	}
#include "calls.h"
#undef DO

/* clang-format off */
static const struct call {
	const char *name;
	enum kind kind;
	void (*fn)(void);
} calls[] = {
#define NAME(name, kind) {#name, kind, do_##name},
#include "names.inc"
#undef NAME
};
/* clang-format on */

static const struct call *call;

static void make_the_call(void)
{
	call->fn();
}

/* ---- the places ------------------------------------------------------------ */

static struct goro_config config = {.size = sizeof(config)};

static int in_run(goro_fn app)
{
	return goro_run_with(app, NULL, &config) == GORO_OK ? 0 : 9;
}

static void ended(void *arg)
{
	(void)arg;
	_exit(0);
}

static void on_goroutine(void *arg)
{
	(void)arg;
	prepare_run();
	if (call->kind == GOROUTINE)
		goro_defer(ended, NULL); /* goexit comes by here */
	make_the_call();
}

static void *in_thread(void *arg)
{
	make_the_call();
	return arg;
}

static void join(void *thread)
{
	pthread_join(*(pthread_t *)thread, NULL);
}

static void beside_thread(void *arg)
{
	pthread_t t;

	(void)arg;
	prepare_run();
	pthread_create(&t, NULL, in_thread, NULL);
	goro_blocking(join, &t);
}

static void block(void *arg)
{
	(void)arg;
	make_the_call();
}

static void blocking(void *arg)
{
	(void)arg;
	prepare_run();
	goro_blocking(block, NULL);
}

static void on_signal(int sig)
{
	(void)sig;
	make_the_call();
}

static void handling(void *arg)
{
	(void)arg;
	prepare_run();
	if (call->kind == GOROUTINE)
		goro_defer(ended, NULL);
	signal(SIGUSR1, on_signal);
	raise(SIGUSR1);
}

static void *raise_in_thread(void *arg)
{
	signal(SIGUSR1, on_signal);
	raise(SIGUSR1);
	return arg;
}

static void handling_in_thread(void *arg)
{
	pthread_t t;

	(void)arg;
	prepare_run();
	pthread_create(&t, NULL, raise_in_thread, NULL);
	goro_blocking(join, &t);
}

/* The status of a child that a goroutine forks. */
static void forking(void *arg)
{
	pid_t pid;
	int how = 0;

	(void)arg;
	prepare_run();
	pid = fork();
	if (pid == 0) {
		alarm(8);
		make_the_call();
		_exit(0);
	}
	waitpid(pid, &how, 0);
	_exit(WIFEXITED(how) ? WEXITSTATUS(how) : 99);
}

static void preparing(void *arg)
{
	(void)arg;
	prepare_run();
}

static int goroutine(void)
{
	return in_run(on_goroutine);
}

static int thread(void)
{
	return in_run(beside_thread);
}

static int embedded(void)
{
	config.embedded = true;
	return in_run(beside_thread);
}

static int in_blocking(void)
{
	return in_run(blocking);
}

static int embedded_blocking(void)
{
	config.embedded = true;
	return in_run(blocking);
}

static int before(void)
{
	prepare_more();
	make_the_call();
	return 0;
}

static int after(void)
{
	int failed = in_run(preparing);

	if (failed)
		return failed;
	make_the_call();
	return 0;
}

static int handler(void)
{
	return in_run(handling);
}

static int thread_handler(void)
{
	return in_run(handling_in_thread);
}

static int forked(void)
{
	return in_run(forking);
}

/* What becomes of a CALL there. */
enum rule { WORKS, REFUSED, MAY_WORK };

#define THREAD "on a thread that is no goroutine"
#define BLOCKING "inside goro_blocking()"

/* clang-format off */
static const struct place {
	const char *name;
	int (*fn)(void);
	enum rule rule;
	const char *words; /* of the line */
} places[] = {
	{"goroutine", goroutine, WORKS, NULL},
	{"handler", handler, WORKS, NULL},
	{"thread", thread, REFUSED, THREAD},
	{"thread-handler", thread_handler, REFUSED, THREAD},
	{"embedded", embedded, WORKS, THREAD},
	{"blocking", in_blocking, REFUSED, BLOCKING},
	{"embedded-blocking", embedded_blocking, WORKS, BLOCKING},
	{"before", before, MAY_WORK, "before goro_run()"},
	{"after", after, MAY_WORK, "after goro_run() has returned"},
	{"fork", forked, REFUSED, "in the child of a fork()"},
};
/* clang-format on */

/* ---- one child for each call ----------------------------------------------- */

struct outcome {
	int how;
	char text[4096]; /* of stderr */
};

static void child(const struct place *p, int fd)
{
	dup2(fd, STDERR_FILENO);
	close(fd);
	alarm(10);
	prepare();
	fclose(stdin);
	exit(p->fn());
}

static void run(const struct place *p, struct outcome *o)
{
	size_t n = 0;
	ssize_t got;
	int fd[2];
	pid_t pid;

	fflush(stdout);
	if (pipe(fd) || (pid = fork()) < 0)
		exit(3);
	if (pid == 0) {
		close(fd[0]);
		child(p, fd[1]);
	}
	close(fd[1]);
	while ((got = read(fd[0], o->text + n, sizeof(o->text) - 1 - n)) > 0)
		n += (size_t)got;
	o->text[n] = '\0';
	close(fd[0]);
	waitpid(pid, &o->how, 0);
}

/* Its own line, after the text of a panic. */
static bool refused(const struct place *p, const struct outcome *o)
{
	char line[256];

	snprintf(line, sizeof(line), "fatal error: %s: called %s", call->name,
		 p->words);
	return WIFEXITED(o->how) && WEXITSTATUS(o->how) == 2 &&
	       strstr(o->text, line);
}

static bool worked(const struct outcome *o)
{
	return WIFEXITED(o->how) && WEXITSTATUS(o->how) == 0 &&
	       o->text[0] == '\0';
}

/* A panic of the call itself is an end as Go has it. */
static bool did_it(const struct outcome *o)
{
	if (strncmp(call->name, "goro_panic", 10) != 0)
		return worked(o);
	return WIFEXITED(o->how) && WEXITSTATUS(o->how) == 2 &&
	       strncmp(o->text, "panic: as it should\n\n", 21) == 0;
}

static bool right(const struct place *p, const struct outcome *o)
{
	if (call->kind == ANYWHERE)
		return worked(o);
	if (call->kind == GOROUTINE)
		return p->words ? refused(p, o) : worked(o);
	return (p->rule != REFUSED && did_it(o)) ||
	       (p->rule != WORKS && refused(p, o));
}

int main(int argc, char **argv)
{
	int bad = 0, n = 0;
	struct outcome o;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const struct place *p = &places[i];

		if (argc < 2 || strcmp(argv[1], p->name) != 0)
			continue;
		for (size_t k = 0; k < sizeof(calls) / sizeof(calls[0]); k++) {
			call = &calls[k];
			if (argc > 2 && strcmp(argv[2], call->name) != 0)
				continue;
			run(p, &o);
			n++;
			if (right(p, &o))
				continue;
			bad++;
			printf("%s: %s: status 0x%x, \"%.200s\"\n", p->name,
			       call->name, (unsigned)o.how, o.text);
		}
	}
	printf("%d calls, %d wrong\n", n, bad);
	return bad || n == 0;
}

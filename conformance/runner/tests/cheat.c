/*
 * cheat.c - runtimes that want to pass without doing the work.
 *
 * CHEAT names the way, INSIDE a runtime whose tables are shown and that may do
 * the honest part.  The suite must pass none of its cases on any of them;
 * cheats.sh has the list.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "assay.h"
#include "assay_ext.h"

static const struct assay_runtime *inside;
static const struct assay_runtime_ext *inside_ext;
static struct assay_runtime table;
static struct assay_runtime_ext table_ext;
static struct assay_core_ops core;
static struct assay_time_ops times;

static assay_fn the_fn;
static void *the_arg;
static struct assay_run_options the_options;

static void quote(int fd, const char *text)
{
	(void)!write(fd, text, strlen(text));
}

static int honest(void)
{
	return inside->core->run(the_fn, the_arg, &the_options);
}

/* ---- what run() does ---------------------------------------------------- */

static int nothing(void)
{
	return ASSAY_OK;
}

static void *honest_thread(void *unused)
{
	honest();
	return unused;
}

static int async(void)
{
	pthread_t t;

	return pthread_create(&t, NULL, honest_thread, NULL);
}

static atomic_bool begun;

static void begin(void *arg)
{
	atomic_store(&begun, true);
	the_fn(arg);
}

static void *begin_thread(void *unused)
{
	inside->core->run(begin, the_arg, &the_options);
	return unused;
}

/* Returns as soon as main runs. */
static int early(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, begin_thread, NULL) != 0)
		return ASSAY_ENOMEM;
	while (!atomic_load(&begun))
		sched_yield();
	return ASSAY_OK;
}

static void run_at_exit(void)
{
	honest();
}

static int late(void)
{
	return atexit(run_at_exit);
}

static int in_a_child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(honest());
	waitpid(pid, NULL, 0);
	return ASSAY_OK;
}

/* The child goes on as if it were the process that was asked. */
static int from_a_child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		return honest();
	waitpid(pid, NULL, 0);
	_exit(0);
}

static int leave(void)
{
	_exit(0);
}

static int say_done(void)
{
	for (int fd = 3; fd < 16; fd++)
		quote(fd, "done\n");
	_exit(0);
}

static int say_skip(void)
{
	quote(3, "skip the moon is full\n");
	_exit(77);
}

/* The suite's own words, if they can be found by name. */
static int say_by_name(void)
{
	void (*line)(const char *, const char *);

	*(void **)&line = dlsym(RTLD_DEFAULT, "case_line");
	if (line != NULL)
		line("done", "");
	return ASSAY_OK;
}

static int say_deadlock(void)
{
	quote(2, "fatal error: all goroutines are asleep - deadlock!\n\n"
		 "goroutine 1 [chan receive]:\n");
	_exit(2);
}

static int refuse(void)
{
	return ASSAY_ENOTSUP;
}

static int refuse_afterwards(void)
{
	the_fn(the_arg);
	return ASSAY_ENOTSUP;
}

static int odd_status(void)
{
	the_fn(the_arg);
	return 7777;
}

static void main_twice(void *arg)
{
	inside->core->go(the_fn, arg, 0);
	for (int i = 0; i < 100; i++)
		inside->core->yield();
	the_fn(arg);
}

static int twice(void)
{
	return inside->core->run(main_twice, the_arg, &the_options);
}

static _Noreturn int for_ever(void)
{
	for (;;)
		pause();
}

static int on_this_thread(void)
{
	the_fn(the_arg);
	return ASSAY_OK;
}

/* No line of a failed check gets out, and the status is always 0. */
static int gag(void)
{
	int null = open("/dev/null", O_WRONLY);

	dup2(null, 3);
	close(null);
	atexit((void (*)(void))leave);
	return on_this_thread();
}

static sigjmp_buf back;

static int jump_over(void)
{
	if (sigsetjmp(back, 0) == 0)
		the_fn(the_arg);
	return ASSAY_OK;
}

/* ---- what every other function does: any arguments, any result ---------- */

static void *op_ok(void)
{
	return NULL;
}

static void *op_pointer(void)
{
	static char memory[1 << 16];

	return memory;
}

static void *op_exit(void)
{
	_exit(0);
}

static void *op_jump(void)
{
	siglongjmp(back, 1);
}

static _Noreturn void *op_hang(void)
{
	for (;;)
		pause();
}

static void *op_deadlock(void)
{
	say_deadlock();
	return NULL;
}

static void *op_panic(void)
{
	quote(2, "panic: test\n\ngoroutine 1 [running]:\n");
	_exit(2);
}

static const struct {
	const char *name;
	int (*run)(void);
	void *(*op)(void); /* NULL: those of the runtime inside */
} ways[] = {
	{"nothing", nothing, NULL},
	{"async", async, NULL},
	{"early", early, NULL},
	{"late", late, NULL},
	{"in_a_child", in_a_child, NULL},
	{"from_a_child", from_a_child, NULL},
	{"leave", leave, NULL},
	{"done", say_done, NULL},
	{"skip", say_skip, NULL},
	{"by_name", say_by_name, NULL},
	{"deadlock", say_deadlock, NULL},
	{"refuse", refuse, NULL},
	{"refuse_afterwards", refuse_afterwards, op_ok},
	{"odd_status", odd_status, op_ok},
	{"twice", twice, NULL},
	{"for_ever", for_ever, NULL},
	{"gag", gag, op_ok},
	{"ok", on_this_thread, op_ok},
	{"pointer", on_this_thread, op_pointer},
	{"clock", on_this_thread, op_ok},
	{"op_exit", on_this_thread, op_exit},
	{"op_jump", jump_over, op_jump},
	{"op_hang", on_this_thread, op_hang},
	{"op_deadlock", on_this_thread, op_deadlock},
	{"op_panic", on_this_thread, op_panic},
};

static int way = -1;

/* Of "clock" these two are honest. */
static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static void sleep_ns(int64_t ns)
{
	struct timespec ts = {ns / 1000000000, ns % 1000000000};

	if (ns > 0)
		nanosleep(&ts, NULL);
}

static int run(assay_fn fn, void *arg, const struct assay_run_options *options)
{
	the_fn = fn;
	the_arg = arg;
	if (options != NULL)
		the_options = *options;
	return ways[way].run();
}

/* ---- the tables --------------------------------------------------------- */

/* A group is a size, then nothing but pointers to functions. */
static void *bent(const void *group)
{
	size_t size;
	char *copy;

	if (group == NULL || ways[way].op == NULL)
		return (void *)(uintptr_t)group;
	memcpy(&size, group, sizeof(size));
	copy = malloc(size);
	memcpy(copy, &size, sizeof(size));
	for (size_t at = sizeof(size); at < size; at += sizeof(void *))
		memcpy(copy + at, &ways[way].op, sizeof(void *));
	return copy;
}

/* From the first group's pointer to the end there are nothing but groups. */
static void bend(void *tables, size_t first, size_t end)
{
	for (size_t at = first; at < end; at += sizeof(void *)) {
		void *group;

		memcpy(&group, (char *)tables + at, sizeof(group));
		group = bent(group);
		memcpy((char *)tables + at, &group, sizeof(group));
	}
}

__attribute__((constructor)) static void load(void)
{
	const char *name = getenv("CHEAT");
	void *lib = dlopen(getenv("INSIDE"), RTLD_NOW | RTLD_LOCAL);
	const struct assay_runtime *(*get)(void);
	const struct assay_runtime_ext *(*get_ext)(void);

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (name != NULL && strcmp(ways[i].name, name) == 0)
			way = (int)i;
	if (lib == NULL || way < 0) {
		fprintf(stderr, "cheat.c: wrong INSIDE or CHEAT\n");
		_exit(9);
	}
	*(void **)&get = dlsym(lib, "assay_runtime");
	*(void **)&get_ext = dlsym(lib, "assay_runtime_ext");
	inside = get();
	inside_ext = get_ext();
	table = *inside;
	table_ext = *inside_ext;
	bend(&table, offsetof(struct assay_runtime, core),
	     offsetof(struct assay_runtime, go_version));
	bend(&table_ext, offsetof(struct assay_runtime_ext, context),
	     sizeof(table_ext));
	if (strcmp(name, "clock") == 0) {
		times = *table.time;
		times.now = now;
		times.sleep = sleep_ns;
		table.time = &times;
	}
	core = *table.core;
	core.run = run;
	table.core = &core;
	table.name = "cheat";
}

#define SHOWN __attribute__((visibility("default")))

SHOWN const struct assay_runtime *assay_runtime(void);
SHOWN const struct assay_runtime_ext *assay_runtime_ext(void);

const struct assay_runtime *assay_runtime(void)
{
	return &table;
}

const struct assay_runtime_ext *assay_runtime_ext(void)
{
	return &table_ext;
}

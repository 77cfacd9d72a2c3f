/*
 * hard.c - traces that are hard to write.
 *
 *	hard full END       the pipe is full, and nobody reads; END as worker's
 *	hard stuck END      the same, and a goroutine is in goro_trace_stop()
 *	hard stop DIR       exit() while a goroutine is in goro_trace_stop()
 *	hard beside DIR     traces start and stop beside the recorder
 *	hard same DIR       two snapshots at once to one file
 *	hard starts DIR     two traces at once to one file
 *	hard procs DIR      GOMAXPROCS changes between and during traces
 *	hard fork           a child of fork() calls exit()
 *	hard limit DIR      the file may not become as long as that
 *
 * What is in DIR afterwards is to be whole.  Ends with 1 if something is wrong.
 */
#include <fcntl.h>
#include <goro.h>
#include <goro_trace.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MS GORO_MILLISECOND

static const char *dir;
static atomic_bool stop;
static goro_waitgroup group;
static int failed;

static void wrong(const char *text)
{
	fprintf(stderr, "hard: %s\n", text);
	failed = 1;
}

/* A region for each turn, so that a switch that is not in the trace shows. */
static void churn(void *unused)
{
	(void)unused;
	while (!atomic_load(&stop)) {
		uint64_t task = goro_trace_task_begin(0, "job");

		goro_trace_region_begin(task, "part");
		goro_yield();
		goro_trace_region_end(task, "part");
		goro_trace_task_end(task);
	}
}

static void start_churning(int n)
{
	while (n-- > 0)
		goro_wg_go(&group, churn, NULL);
}

static void churn_no_more(void)
{
	atomic_store(&stop, true);
	goro_wg_wait(&group);
}

static char *numbered(char *path, size_t n, int number)
{
	snprintf(path, n, "%s/%d.trace", dir, number);
	return path;
}

/* ---- a full pipe ------------------------------------------------------------ */

static void fill(int fd)
{
	static const char zeros[4096];
	int flags = fcntl(fd, F_GETFL);

	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	while (write(fd, zeros, sizeof(zeros)) > 0)
		;
	fcntl(fd, F_SETFL, flags);
}

static void stop_it(void *unused)
{
	(void)unused;
	goro_trace_stop();
}

static void full(const char *how, bool stopping)
{
	int ends[2];

	if (pipe(ends))
		exit(1);
	fill(ends[1]);
	if (goro_trace_start_fd(ends[1]))
		wrong("start");
	if (stopping)
		goro_go(stop_it, NULL);
	goro_sleep(20 * MS);
	if (strcmp(how, "panic") == 0)
		goro_panic("on purpose");
	if (strcmp(how, "exit") == 0)
		exit(0);
	if (strcmp(how, "deadlock") == 0)
		goro_recv(NULL, NULL);
}

/* ---- two at once -------------------------------------------------------------- */

static void exit_soon(void *unused)
{
	(void)unused;
	for (volatile int i = 0; i < getpid() * 7 % 5000; i++)
		;
	exit(0);
}

static void exit_in_stop(void)
{
	char path[256];

	start_churning(3);
	goro_trace_start(numbered(path, sizeof(path), 0));
	goro_sleep(5 * MS);
	goro_go(exit_soon, NULL);
	goro_trace_stop();
	goro_sleep(GORO_SECOND);
}

static void beside_recorder(void)
{
	char path[256];

	goro_recorder_start(NULL);
	start_churning(2);
	for (int i = 0; i < 100; i++) {
		if (goro_trace_start(numbered(path, sizeof(path), i % 4)))
			wrong("start");
		goro_sleep(2 * MS);
		goro_trace_stop();
	}
	churn_no_more();
}

static atomic_int gate, fine;
static int (*to_same)(const char *path);

static void at_the_gate(void *path)
{
	atomic_fetch_add(&gate, 1);
	while (atomic_load(&gate) < 2)
		goro_yield();
	if (to_same(path) == GORO_OK)
		atomic_fetch_add(&fine, 1);
}

static bool is_trace(const char *path)
{
	char head[8] = {0};
	int fd = open(path, O_RDONLY);
	bool is = read(fd, head, 7) == 7 && strcmp(head, "go 1.26") == 0;

	close(fd);
	return is;
}

static void two_at_once(int (*call)(const char *path), int rounds)
{
	char path[256];

	to_same = call;
	numbered(path, sizeof(path), 0);
	for (int i = 0; i < rounds; i++) {
		atomic_store(&gate, 0);
		goro_wg_go(&group, at_the_gate, path);
		goro_wg_go(&group, at_the_gate, path);
		goro_wg_wait(&group);
		goro_trace_stop();
		if (!is_trace(path))
			wrong("the one that came too late emptied the file");
	}
	if (atomic_load(&fine) < rounds)
		wrong("neither was written");
}

static void same(void)
{
	goro_recorder_start(NULL);
	for (int i = 0; i < 50000; i++)
		goro_trace_log(0, "a", "b");
	two_at_once(goro_recorder_write, 100);
}

/* ---- others ---------------------------------------------------------------------- */

static void change_procs(void *unused)
{
	(void)unused;
	for (int n = 1; !atomic_load(&stop); n++) {
		goro_gomaxprocs(1 + n % 8);
		goro_sleep(MS / 5);
	}
}

static void procs(void)
{
	char path[256];

	start_churning(4);
	goro_wg_go(&group, change_procs, NULL);
	for (int i = 0; i < 30; i++) {
		if (goro_trace_start(numbered(path, sizeof(path), i)))
			wrong("start");
		goro_sleep(i % 4 * MS);
		goro_trace_stop();
		goro_sleep(i % 3 * MS / 2);
	}
	churn_no_more();
}

static void fork_one(void)
{
	pid_t child = fork();

	if (child == 0)
		exit(0);
	waitpid(child, NULL, 0);
	goro_sleep(MS);
}

static void limit(void)
{
	struct rlimit most = {4096, RLIM_INFINITY};
	char path[256];

	setrlimit(RLIMIT_FSIZE, &most);
	goro_recorder_start(NULL);
	start_churning(2);
	goro_trace_start(numbered(path, sizeof(path), 0));
	goro_sleep(20 * MS);
	goro_trace_stop();
	if (goro_recorder_write(numbered(path, sizeof(path), 1)) != GORO_EINVAL)
		wrong("a snapshot that is too long");
	churn_no_more();
	unlink(path);
	unlink(numbered(path, sizeof(path), 0));
}

static void run(void *arg)
{
	char **argv = arg;
	const char *what = argv[1];

	dir = argv[2];
	if (strcmp(what, "full") == 0)
		full(argv[2], false);
	else if (strcmp(what, "stuck") == 0)
		full(argv[2], true);
	else if (strcmp(what, "stop") == 0)
		exit_in_stop();
	else if (strcmp(what, "beside") == 0)
		beside_recorder();
	else if (strcmp(what, "same") == 0)
		same();
	else if (strcmp(what, "starts") == 0)
		two_at_once(goro_trace_start, 100);
	else if (strcmp(what, "procs") == 0)
		procs();
	else if (strcmp(what, "fork") == 0)
		fork_one();
	else if (strcmp(what, "limit") == 0)
		limit();
	else
		wrong("what?");
}

int main(int argc, char **argv)
{
	if (argc < 2 || goro_run(run, argv))
		return 2;
	return failed;
}

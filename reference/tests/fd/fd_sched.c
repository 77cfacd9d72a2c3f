/*
 * fd_sched.c - `fd_sched MODE`: what the scheduler makes of goroutines that
 * wait for descriptors: threads, dumps, deadlocks, virtual time.
 */
#include <dirent.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "fd_test.h"

static struct fd f[2];
static int status;
static goro_waitgroup wg;

static void reader(void *unused)
{
	char buf[8];
	size_t n;

	(void)unused;
	status = goro__fd_read(&f[1], buf, sizeof(buf), &n);
	goro_wg_done(&wg);
}

static void start_reader(void)
{
	fd_pair(f);
	goro_wg_add(&wg, 1);
	goro_go(reader, NULL);
}

/* ---- threads ------------------------------------------------------------------ */

static int threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	int n = -2; /* . and .. */

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static int64_t cpu_ns(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * GORO_SECOND +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * GORO_MICROSECOND;
}

struct end {
	struct fd *f;
};

static void echo_one(void *arg)
{
	const struct end *e = arg;
	char byte;

	if (fd_read_all(e->f, &byte, 1) == GORO_OK)
		fd_write_all(e->f, &byte, 1);
	goro_wg_done(&wg);
}

/* A thousand wait with few threads and no CPU, and none for nothing. */
static void thousand(void *unused)
{
	enum { N = 1000 };
	static struct fd pairs[N][2];
	int64_t used;
	char byte;

	(void)unused;
	for (int i = 0; i < N; i++) {
		fd_pair(pairs[i]);
		goro_wg_add(&wg, 1);
		goro_go_copy(echo_one, &(struct end){&pairs[i][1]},
			     sizeof(struct end));
	}
	goro_sleep(50 * MS);
	CHECK(threads() < goro_gomaxprocs(0) + 10);
	used = cpu_ns();
	goro_sleep(500 * MS);
	CHECK(cpu_ns() - used < 100 * MS);
	for (int i = 0; i < N; i++)
		CHECK(fd_write_all(&pairs[i][0], "x", 1) == GORO_OK);
	for (int i = 0; i < N; i++)
		CHECK(fd_read_all(&pairs[i][0], &byte, 1) == GORO_OK);
	goro_wg_wait(&wg);
	CHECK(threads() < goro_gomaxprocs(0) + 10);
	for (int i = 0; i < N; i++)
		fd_close_pair(pairs[i]);
}

/* ---- dumps and deadlocks --------------------------------------------------------- */

static void dump(void *unused)
{
	char text[4096];

	(void)unused;
	start_reader();
	goro_sleep(10 * MS);
	goro_dump(text, sizeof(text));
	CHECK(strstr(text, "[IO wait]:") != NULL);
	CHECK(goro__fd_close(&f[1]) == GORO_OK);
	goro_wg_wait(&wg);
	CHECK(goro__fd_close(&f[0]) == GORO_OK);
}

static void *write_later(void *unused)
{
	(void)unused;
	usleep(300000);
	return write(f[0].sysfd, "x", 1) == 1 ? NULL : f;
}

/* A world outside, of which the runtime knows nothing, ends the wait. */
static void alive(void *unused)
{
	pthread_t thread;

	(void)unused;
	start_reader();
	CHECK(pthread_create(&thread, NULL, write_later, NULL) == 0);
	goro_wg_wait(&wg);
	CHECK(status == GORO_OK);
	pthread_join(thread, NULL);
	fd_close_pair(f);
}

/* Nobody waits for the network any more: dead, though a poller is open. */
static void dead(void *unused)
{
	(void)unused;
	start_reader();
	goro__fd_set_deadline(&f[1], FD_MODE_BOTH,
			      goro_now() + 1000 * GORO_SECOND);
	goro_sleep(5 * MS);
	CHECK(goro__fd_close(&f[1]) == GORO_OK);
	goro_wg_wait(&wg);
	CHECK(status == GORO_NET_CLOSED);
	goro_recv(NULL, NULL);
}

static void too_many(void *unused)
{
	char buf[8];
	size_t n;

	(void)unused;
	goro__fd_read(&f[1], buf, sizeof(buf), &n);
}

/* Panics, and the descriptor is as before. */
static void limit(void *unused)
{
	struct goro_panic_value v;

	(void)unused;
	fd_pair(f);
	f[1].mu.refs = (1u << 20) - 1;
	CHECK(goro_try(too_many, NULL, &v) == GORO_PANICKED);
	CHECK(strcmp(v.text, "too many concurrent operations on a single file "
			     "or socket (max 1048575)") == 0);
	f[1].mu.refs = 0;
	fd_close_pair(f);
}

/* ---- virtual time ------------------------------------------------------------------ */

static void sleeper(void *slept)
{
	goro_sleep(3600 * GORO_SECOND);
	*(bool *)slept = true;
	goro_wg_done(&wg);
}

static int64_t real_now(void)
{
	struct timeval t;

	gettimeofday(&t, NULL);
	return t.tv_sec * GORO_SECOND + t.tv_usec * GORO_MICROSECOND;
}

/* Time stands still while somebody waits for a descriptor. */
static void virtual_still(void *unused)
{
	int64_t start = goro_now(), real = real_now();
	pthread_t thread;
	bool slept = false;

	(void)unused;
	start_reader();
	goro_wg_add(&wg, 1);
	goro_go(sleeper, &slept);
	CHECK(pthread_create(&thread, NULL, write_later, NULL) == 0);
	goro_wg_wait(&wg); /* both: an hour after the byte */
	CHECK(status == GORO_OK && slept);
	CHECK(real_now() - real > 200 * MS);
	CHECK(goro_now() == start + 3600 * GORO_SECOND);
	pthread_join(thread, NULL);
	fd_close_pair(f);
}

/* A deadline of a descriptor is real. */
static void virtual_deadline(void *unused)
{
	int64_t start = goro_now(), real = real_now();

	(void)unused;
	start_reader();
	goro__fd_set_deadline(&f[1], FD_MODE_READ, start + 100 * MS);
	goro_wg_wait(&wg);
	CHECK(status == GORO_TIMEOUT);
	CHECK(goro_now() == start && real_now() - real >= 90 * MS);
	/* It also passes while nobody waits; and is moved while one does. */
	goro__fd_set_deadline(&f[1], FD_MODE_READ, start + 10 * GORO_SECOND);
	status = 0;
	goro_wg_add(&wg, 1);
	goro_go(reader, NULL);
	goro_yield();
	goro__fd_set_deadline(&f[1], FD_MODE_READ, start + 20 * MS);
	goro_wg_wait(&wg);
	CHECK(status == GORO_TIMEOUT);
	fd_close_pair(f);
}

static void virtual_dead(void *unused)
{
	(void)unused;
	start_reader();
	goro_yield();
	CHECK(goro__fd_close(&f[1]) == GORO_OK);
	goro_sleep(GORO_SECOND);
	goro_recv(NULL, NULL);
}

static const struct mode modes[] = {
	{"thousand", thousand},
	{"dump", dump},
	{"alive", alive},
	{"dead", dead},
	{"limit", limit},
	{"virtual-still", virtual_still},
	{"virtual-deadline", virtual_deadline},
	{"virtual-dead", virtual_dead},
	{NULL, NULL},
};

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	struct goro_config config = {
		.size = sizeof(config),
		.virtual_time = strncmp(name, "virtual", 7) == 0,
	};
	struct rlimit files = {4096, 4096};
	int run;

	setrlimit(RLIMIT_NOFILE, &files);
	run = goro_run_with(find_mode(modes, name), NULL, &config);
	return run ? run : check_failed;
}

/*
 * A signal does not end a call on the network (SY-016), and those of the
 * runtime end no call at all (SY-030).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kit/work.h"
#include "net/np.h"

static atomic_int calm, signals;

static void on_signal(int sig)
{
	(void)sig;
	atomic_fetch_add_explicit(&signals, 1, memory_order_relaxed);
}

/* Both signals to every thread, whatever it waits in. */
static void hit_all_threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *task;

	if (tasks == NULL)
		return;
	while ((task = readdir(tasks)) != NULL) {
		int tid = atoi(task->d_name);

		if (tid <= 0 || tid == (int)syscall(SYS_gettid))
			continue;
		syscall(SYS_tgkill, getpid(), tid, SIGUSR1);
		syscall(SYS_tgkill, getpid(), tid, SIGCHLD);
	}
	closedir(tasks);
}

static void *storm(void *arg)
{
	(void)arg;
	while (atomic_load_explicit(&calm, memory_order_relaxed) == 0) {
		hit_all_threads();
		kernel_sleep(MS / 5);
	}
	return NULL;
}

/* Calls of the kernel are interrupted, as there is no SA_RESTART. */
static void start_storm(void)
{
	struct sigaction act = {.sa_handler = on_signal,
				.sa_flags = SA_ONSTACK};

	REQUIRE_EQ(sigaction(SIGUSR1, &act, NULL), 0);
	REQUIRE_EQ(sigaction(SIGCHLD, &act, NULL), 0);
	outside(storm, NULL);
	REQUIRE(becomes(&signals, 1));
}

static void end_storm(void)
{
	atomic_store_explicit(&calm, 1, memory_order_relaxed);
}

static struct server server;

static void echo_until_eof(void *arg)
{
	char buf[4096];
	size_t got;
	int status;

	while ((status = read_some(arg, buf, sizeof(buf), &got)) == ASSAY_OK)
		write_all(arg, buf, got);
	CHECK_EQ(status, ASSAY_EOF);
	end_conn(arg);
	finish();
}

static void accept_all(void *arg)
{
	const int *n = arg;

	for (int i = 0; i < *n; i++)
		go(echo_until_eof, accept_one(&server));
	finish();
}

static void ask_echo(void *arg)
{
	int64_t end = in(120 * MS);
	assay_conn *c = dial_server(&server);

	(void)arg;
	for (int64_t i = 0; now() < end; i++) {
		int64_t v = 0;

		write_all(c, &i, sizeof(i));
		read_all(c, &v, sizeof(v));
		REQUIRE_EQ(v, i);
		if (i % 8 == 0)
			sleep_ns(MS / 2);
	}
	end_conn(c);
	finish();
}

CASE(SY_016, "signals end no accept, dial, read or write", NEEDS(NEED_PAIR))
{
	int n = 6;

	server = serve(TCP);
	start_storm();
	go_copy(accept_all, &n, sizeof(n));
	sleep_ns(10 * MS);
	for (int i = 0; i < n; i++)
		go(ask_echo, NULL);
	REQUIRE(becomes(&finished, 1 + 2 * n));
	end_storm();
	end_server(&server);
}

CASE_OF(SY_016, parked, "nor do they wake who waits", NEEDS(NEED_PAIR))
{
	struct pair p = pair_of(UNIX);
	static struct call reading, accepting;
	assay_conn *c;
	char byte;

	server = serve(TCP);
	start_read(&reading, p.r, &byte, 1);
	start_accept(&accepting, server.l);
	settle(2);
	start_storm();
	REQUIRE(becomes(&signals, 200));
	CHECK_EQ(atomic_load_explicit(&reading.over, memory_order_acquire), 0);
	CHECK_EQ(atomic_load_explicit(&accepting.over, memory_order_acquire),
		 0);
	write_all(p.w, "x", 1);
	c = dial_server(&server);
	REQUIRE(ends(&reading));
	REQUIRE(ends(&accepting));
	CHECK_EQ(reading.status, ASSAY_OK);
	CHECK_EQ(accepting.status, ASSAY_OK);
	end_storm();
	end_conn(accepting.accepted);
	end_conn(c);
	end_pair(&p);
	end_server(&server);
}

static void send_all(void *arg)
{
	write_stream(arg, rounds(4 << 20), 1 << 18);
	close_conn(arg);
	finish();
}

CASE_OF(SY_016, stream, "nor do they cut into a stream", .procs = {1, 4},
	NEEDS(NEED_PAIR, NEED(net, os_pipe)))
{
	enum net_kind kinds[] = {TCP, UNIX, OS_PIPE};
	int status;

	start_storm();
	for (int i = 0; i < 3; i++) {
		struct pair p = pair_of(kinds[i]);

		go(send_all, p.w);
		CHECK_EQ(read_stream(p.r, 0, 1 << 16, &status),
			 rounds(4 << 20));
		CHECK_EQ(status, ASSAY_EOF);
		REQUIRE(becomes(&finished, i + 1));
		end_conn(p.r);
	}
	end_storm();
}

/* ---- SY-030: the runtime's own signals ------------------------------------ */

static int fed[2];

static void *feed_later(void *arg)
{
	(void)arg;
	kernel_sleep(60 * MS);
	REQUIRE_EQ(write(fed[1], "x", 1), 1);
	return NULL;
}

static void wait_for_the_cpu(void *arg)
{
	while (count(arg) == 0)
		yield();
	finish();
}

/* The others want to run, so whoever sits in the kernel is asked to stop. */
CASE(SY_030, "a preemption does not end a system call of the goroutine's own",
     .procs = {1, 2, 4})
{
	static atomic_int over;
	enum { OTHERS = 4 };
	char byte;

	REQUIRE_EQ(pipe(fed), 0);
	for (int i = 0; i < OTHERS; i++)
		go(wait_for_the_cpu, &over);
	for (int i = 0; i < 4; i++) {
		outside(feed_later, NULL);
		CHECK_EQ(read(fed[0], &byte, 1), 1);
		yield();
	}
	mark(&over);
	REQUIRE(becomes(&finished, OTHERS));
	close(fed[0]);
	close(fed[1]);
}

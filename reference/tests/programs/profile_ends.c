/*
 * profile_ends.c - where profiles go: pipes without a reader and with one that
 * needs this thread, one profile right after another, and a SIGPROF handler
 * that hands on to goro's.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <goro.h>
#include <goro_debug.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "prog.h"

static goro_waitgroup group;

static const struct {
	const char *name;
	int debug;
} forms[] = {{"goroutine", 0}, {"goroutine", 1}, {"goroutine", 2}, {"block", 0},
	     {"block", 1},     {"mutex", 0},     {"mutex", 1}};

enum { FORMS = sizeof(forms) / sizeof(*forms) };

static void nobody_reads(void)
{
	int ends[2];

	CHECK(pipe(ends) == 0);
	close(ends[0]);
	for (int i = 0; i < FORMS; i++)
		CHECK(goro_profile_write(forms[i].name, forms[i].debug,
					 ends[1]) == GORO_NET_OTHER);
	CHECK(goro_cpu_profile_start(ends[1]) == GORO_OK);
	CHECK(goro_cpu_profile_stop() == GORO_NET_OTHER);
	close(ends[1]);
}

static void waits(void *c)
{
	goro_recv(c, NULL);
}

static void writes(void *ends)
{
	int fd = ((int *)ends)[1];

	CHECK(goro_profile_write("goroutine", 2, fd) == GORO_OK);
	close(fd);
}

/* One P, and more than the pipe takes. */
static void one_reads(void)
{
	goro_chan *c = goro_make(0, 0);
	char part[1000];
	size_t n = 0;
	ssize_t got;
	int ends[2];

	CHECK(pipe(ends) == 0);
	fcntl(ends[1], F_SETPIPE_SZ, 4096);
	goro_gomaxprocs(1);
	for (int i = 0; i < 1000; i++)
		goro_wg_go(&group, waits, c);
	goro_wg_go(&group, writes, ends);
	goro_yield();
	while ((got = read(ends[0], part, sizeof(part))) > 0) {
		n += (size_t)got;
		goro_yield();
	}
	CHECK(n > 65536);
	goro_close(c);
	goro_wg_wait(&group);
	goro_gomaxprocs(4);
	close(ends[0]);
}

static void profiles(void *unused)
{
	struct stat st;
	int fd, status;

	(void)unused;
	for (int i = 0; i < 40; i++) {
		fd = memfd_create("profile", 0);
		while ((status = goro_cpu_profile_start(fd)) == GORO_EBUSY)
			goro_yield();
		CHECK(status == GORO_OK);
		CHECK(goro_cpu_profile_stop() == GORO_OK);
		CHECK(fstat(fd, &st) == 0 && st.st_size > 0);
		close(fd);
	}
}

static void one_after_another(void)
{
	for (int i = 0; i < 4; i++)
		goro_wg_go(&group, profiles, NULL);
	goro_wg_wait(&group);
}

static struct sigaction older;
static atomic_int handled;

static void hand_on(int sig, siginfo_t *info, void *context)
{
	atomic_fetch_add(&handled, 1);
	older.sa_sigaction(sig, info, context);
}

/* The second profile takes the program's handler for the one before it. */
static void chain(void)
{
	struct sigaction act = {.sa_flags =
					SA_SIGINFO | SA_RESTART | SA_ONSTACK};
	int fd = memfd_create("profile", 0);

	CHECK(goro_cpu_profile_start(fd) == GORO_OK);
	act.sa_sigaction = hand_on;
	sigaction(SIGPROF, &act, &older);
	goro_cpu_profile_stop();
	CHECK(goro_cpu_profile_start(fd) == GORO_OK);
	raise(SIGPROF);
	CHECK(atomic_load(&handled) == 1);
	goro_cpu_profile_stop();
	close(fd);
}

static void labels(void)
{
	char text[4096] = "";
	int fd = memfd_create("profile", 0);

	CHECK(goro_set_label("a\"b", "\n\xff") == GORO_OK);
	CHECK(goro_profile_write("goroutine", 1, fd) == GORO_OK);
	CHECK(pread(fd, text, sizeof(text) - 1, 0) > 0);
	CHECK(strstr(text, "# labels: {\"a\\\"b\":\"\\n\\ufffd\"}\n"));
	close(fd);
}

static void run(void *unused)
{
	(void)unused;
	nobody_reads();
	one_reads();
	one_after_another();
	chain();
	labels();
}

int main(void)
{
	return goro_run(run, NULL) ? 1 : check_failed;
}

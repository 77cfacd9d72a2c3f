/*
 * main.c - a bit of everything, in which calls fail: FAULT=mmap:3.
 *
 *	0   all of it was done, or what was refused was refused with a status
 *	2   goro ended the process, with its reason on stderr
 *	3   goro_run() gave a status, printed, and ran nothing
 *
 * It prints how often each call was made.
 */
#include <errno.h>
#include <goro.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fault.h"
#include "io/fd.h"

#define MS GORO_MILLISECOND

enum { WORKERS = 40 };

static goro_chan *results;
static int refused;

static void fail(const char *what)
{
	fprintf(stderr, "not so: %s\n", what);
	_exit(1);
}

static void worker(void *arg)
{
	int64_t n = (int64_t)(intptr_t)arg;

	if (n % 8 == 0)
		goro_sleep(MS);
	else
		goro_yield();
	goro_send(results, &n);
}

static void nap(void *arg)
{
	(void)arg;
	usleep(2000);
}

static void blocker(void *arg)
{
	goro_blocking(nap, NULL);
	worker(arg);
}

/* Started: 1; refused for want of memory: 0. */
static int start(goro_fn fn, intptr_t n, size_t stack)
{
	int status = goro_go_stack(fn, (void *)n, stack);

	if (status == GORO_OK)
		return 1;
	if (status != GORO_ENOMEM)
		fail("a status other than GORO_ENOMEM");
	refused++;
	return 0;
}

static void collect(int n)
{
	int64_t v;

	while (n-- > 0)
		if (goro_chan_recv(results, &v, GORO_FOREVER) != GORO_OK)
			fail("a result of each goroutine");
}

static void workers(void)
{
	static const size_t stacks[] = {16 << 10, 256 << 10, 1 << 20};
	int started = 0;

	for (int i = 0; i < WORKERS; i++)
		started += start(worker, i, stacks[i % 3]);
	for (int i = 0; i < 4; i++)
		started += start(blocker, i, 64 << 10);
	collect(started);
}

/* More cases than a goroutine's stack has room for. */
static void large_select(void)
{
	struct goro_case cases[20];
	size_t chosen;
	int status;

	for (int i = 0; i < 20; i++)
		cases[i] = (struct goro_case){.c = i % 2 ? results : NULL,
					      .dir = GORO_RECV};
	status = goro_select_until(cases, 20, GORO_POLL, &chosen);
	if (status == GORO_ENOMEM)
		refused++;
	else if (status != GORO_AGAIN)
		fail("nothing to receive");
}

static void deferred(void *arg)
{
	++*(int *)arg;
}

static void defers(void *arg)
{
	if (goro_defer(deferred, arg) == GORO_ENOMEM) {
		refused++;
		++*(int *)arg;
	}
}

static void make_refused(void)
{
	int status;
	goro_chan *c = goro_chan_make(8, 100, &status);

	if (!c && status != GORO_ENOMEM)
		fail("a status other than GORO_ENOMEM");
	refused += !c;
	goro_chan_free(c);
}

/* ---- descriptors ----------------------------------------------------------- */

enum { STREAM = FD_SOCKET | FD_STREAM };

/* What was refused once is not refused again. */
static void begin(struct fd *f, int sysfd, unsigned flags)
{
	int status = goro__fd_init(f, sysfd, flags);

	if (status == GORO_OK)
		return;
	if (status != GORO_ENOMEM && !FD_IS_ERRNO(status))
		fail("a status of init");
	refused++;
	if (goro__fd_init(f, sysfd, flags) != GORO_OK)
		fail("a descriptor after one that was refused");
}

/* True if the number is another file's now, such as one that a dump reads. */
static bool is_other(int sysfd, const struct stat *before)
{
	struct stat now;

	return fstat(sysfd, &now) != 0 || now.st_ino != before->st_ino ||
	       now.st_dev != before->st_dev;
}

static void end(struct fd *f)
{
	struct stat before;
	int status;

	if (fstat(f->sysfd, &before) != 0)
		fail("it is open until it is closed");
	status = goro__fd_close(f);
	if (status == FD_ERRNO(EIO))
		refused++;
	else if (status != GORO_OK)
		fail("a status of close");
	if (!is_other(f->sysfd, &before))
		fail("it is closed");
}

static void echo(void *arg)
{
	struct fd *f = arg;
	char buf[16];
	size_t n, put;

	while (goro__fd_read(f, buf, sizeof(buf), &n) == GORO_OK)
		if (goro__fd_write(f, buf, n, &put) != GORO_OK || put != n)
			fail("an echo");
	goro_send(results, &(int64_t){1});
}

/* f[0] speaks, f[1] answers, in turn; then the time is up. */
static void talk(struct fd f[2])
{
	char buf[16];
	size_t n;

	goro_go(echo, &f[1]);
	for (int i = 0; i < 3; i++) {
		if (goro__fd_write(&f[0], "hello", 5, &n) != GORO_OK || n != 5)
			fail("5 bytes written");
		if (goro__fd_read(&f[0], buf, sizeof(buf), &n) != GORO_OK ||
		    n != 5)
			fail("5 bytes read");
		goro_sleep(MS / 4);
	}
	goro__fd_set_deadline(&f[0], FD_MODE_READ, goro_now() + MS);
	if (goro__fd_read(&f[0], buf, sizeof(buf), &n) != GORO_TIMEOUT)
		fail("a deadline");
	end(&f[0]);
	collect(1);
	end(&f[1]);
}

static void socket_talk(void)
{
	struct fd f[2];
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sv) != 0)
		fail("a socketpair");
	for (int i = 0; i < 2; i++)
		begin(&f[i], sv[i], STREAM);
	talk(f);
}

static void pipe_talk(void)
{
	struct fd f[2];
	char buf[16];
	size_t n;
	int p[2];

	if (pipe(p) != 0)
		fail("a pipe");
	for (int i = 0; i < 2; i++)
		begin(&f[i], p[i], FD_STREAM | FD_FILE);
	if (goro__fd_write(&f[1], "hello", 5, &n) != GORO_OK || n != 5)
		fail("5 bytes written to a pipe");
	if (goro__fd_read(&f[0], buf, 16, &n) != GORO_OK || n != 5)
		fail("5 bytes read from a pipe");
	end(&f[1]);
	if (goro__fd_read(&f[0], buf, 16, &n) != GORO_EOF)
		fail("the end of a pipe");
	end(&f[0]);
}

static void accept_one(struct fd *listener, int *sysfd)
{
	int status = goro__fd_accept(listener, sysfd, NULL, NULL);

	if (goro__fd_status(status) == GORO_NET_MFILE) {
		refused++;
		status = goro__fd_accept(listener, sysfd, NULL, NULL);
	}
	if (status != GORO_OK)
		fail("a connection");
}

static void listener_talk(void)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	socklen_t len = sizeof(sa_family_t); /* any abstract name */
	struct fd listener, f[2];
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int c = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int peer;

	if (bind(s, (struct sockaddr *)&addr, len) != 0 || listen(s, 1) != 0)
		fail("a listener");
	len = sizeof(addr);
	getsockname(s, (struct sockaddr *)&addr, &len);
	begin(&listener, s, FD_SOCKET);
	if (connect(c, (struct sockaddr *)&addr, len) != 0)
		fail("a connect");
	begin(&f[0], c, STREAM);
	accept_one(&listener, &peer);
	begin(&f[1], peer, STREAM);
	talk(f);
	end(&listener);
}

static void app(void *arg)
{
	int runs = 0;

	(void)arg;
	results = goro_make(sizeof(int64_t), 4);
	workers();
	make_refused();
	large_select();
	goro_try(defers, &runs, NULL);
	if (runs != 1)
		fail("a deferred call runs once");
	goro_gomaxprocs(4);
	workers();
	goro_gomaxprocs(1);
	workers();
	socket_talk();
	goro_gomaxprocs(2);
	socket_talk();
	pipe_talk();
	listener_talk();
	goro_sleep(2 * MS);
}

int main(void)
{
	const char *spec = getenv("FAULT");
	struct goro_config config = {.size = sizeof(config), .procs = 2};
	int status;

	if (!fault_init(spec)) {
		fprintf(stderr, "fault: FAULT=%s is not CALL:NUMBER,...\n",
			spec);
		return 64;
	}
	status = goro_run_with(app, NULL, &config);
	if (status) {
		printf("goro_run: %s\n", goro_status_text(status));
		return 3;
	}
	fault_print();
	printf("done, refused %d\n", refused);
	return 0;
}

/*
 * fd_basic.c - `fd_basic MODE`: what a descriptor does for one or two
 * goroutines.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>

#include "fd_test.h"

/* A call in another goroutine. */
struct call {
	struct fd *f;
	int status;
	size_t n;
	int64_t end;
	char buf[64];
	goro_waitgroup wg;
};

static void read_call(void *arg)
{
	struct call *c = arg;

	c->status = goro__fd_read(c->f, c->buf, sizeof(c->buf), &c->n);
	c->end = goro_now();
	goro_wg_done(&c->wg);
}

static void start_read(struct call *c, struct fd *f)
{
	memset(c, 0, sizeof(*c));
	c->f = f;
	goro_wg_add(&c->wg, 1);
	goro_go(read_call, c);
	goro_sleep(10 * MS);
}

static void echo(void *unused)
{
	struct fd f[2];
	struct call c;
	size_t n;
	char buf[8];

	(void)unused;
	fd_pair(f);
	start_read(&c, &f[1]);
	CHECK(fd_write_all(&f[0], "hello", 5) == GORO_OK);
	goro_wg_wait(&c.wg);
	CHECK(c.status == GORO_OK && c.n == 5);
	CHECK(memcmp(c.buf, "hello", 5) == 0);
	CHECK(goro__fd_read(&f[1], buf, 0, &n) == GORO_OK && n == 0);
	CHECK(goro__fd_close(&f[0]) == GORO_OK);
	CHECK(goro__fd_read(&f[1], buf, 8, &n) == GORO_EOF && n == 0);
	CHECK(goro__fd_write(&f[1], "x", 1, &n) == FD_ERRNO(EPIPE));
	CHECK(goro__fd_status(FD_ERRNO(EPIPE)) == GORO_NET_PIPE);
	CHECK(goro__fd_close(&f[1]) == GORO_OK);
}

/* ---- close ------------------------------------------------------------------ */

static void closed(void *unused)
{
	struct fd f[2];
	struct call c[3];
	size_t n;

	(void)unused;
	fd_pair(f);
	for (int i = 0; i < 3; i++) /* one in the poller, two for its lock */
		start_read(&c[i], &f[1]);
	CHECK(goro__fd_close(&f[1]) == GORO_OK);
	for (int i = 0; i < 3; i++) {
		goro_wg_wait(&c[i].wg);
		CHECK(c[i].status == GORO_NET_CLOSED && c[i].n == 0);
	}
	CHECK(fcntl(f[1].sysfd, F_GETFD) < 0); /* before close returned */
	CHECK(goro__fd_close(&f[1]) == GORO_NET_CLOSED);
	CHECK(goro__fd_read(&f[1], c[0].buf, 1, &n) == GORO_NET_CLOSED);
	CHECK(goro__fd_read(&f[1], c[0].buf, 0, &n) == GORO_NET_CLOSED);
	CHECK(goro__fd_write(&f[1], "x", 1, &n) == GORO_NET_CLOSED);
	CHECK(goro__fd_set_deadline(&f[1], FD_MODE_BOTH, GORO_FOREVER) ==
	      GORO_NET_CLOSED);
	CHECK(goro__fd_control(&f[1], NULL, NULL, NULL) == GORO_NET_CLOSED);
	CHECK(goro__fd_close(&f[0]) == GORO_OK);
}

/* ---- deadlines --------------------------------------------------------------- */

static void past(void *unused)
{
	struct fd f[2];
	char buf[8];
	size_t n;

	(void)unused;
	fd_pair(f);
	CHECK(fd_write_all(&f[0], "abc", 3) == GORO_OK);
	CHECK(goro__fd_set_deadline(&f[1], FD_MODE_READ, goro_now() - MS) ==
	      GORO_OK);
	for (int i = 0; i < 3; i++)
		CHECK(goro__fd_read(&f[1], buf, 8, &n) == GORO_TIMEOUT);
	CHECK(fd_write_all(&f[1], "x", 1) == GORO_OK); /* has none */
	CHECK(goro__fd_set_deadline(&f[1], FD_MODE_WRITE, 0) == GORO_OK);
	CHECK(goro__fd_write(&f[1], "x", 1, &n) == GORO_TIMEOUT);
	CHECK(goro__fd_set_deadline(&f[1], FD_MODE_READ, GORO_FOREVER) ==
	      GORO_OK);
	CHECK(goro__fd_read(&f[1], buf, 8, &n) == GORO_OK && n == 3);
	fd_close_pair(f);
}

static void future(void *unused)
{
	struct fd f[2];
	struct call c;
	int64_t start = goro_now();
	char buf[8];
	size_t n;

	(void)unused;
	fd_pair(f);
	for (int i = 0; i < 5; i++) {
		int64_t until = goro_now() + 5 * MS;

		goro__fd_set_deadline(&f[1], FD_MODE_BOTH, until);
		CHECK(goro__fd_read(&f[1], buf, 8, &n) == GORO_TIMEOUT);
		CHECK(goro_now() >= until);
	}
	CHECK(goro_now() - start < 5000 * MS);
	/* Set, moved later and moved earlier while a read waits. */
	goro__fd_set_deadline(&f[1], FD_MODE_READ, GORO_FOREVER);
	start_read(&c, &f[1]);
	start = goro_now();
	goro__fd_set_deadline(&f[1], FD_MODE_READ, start + 30 * MS);
	goro__fd_set_deadline(&f[1], FD_MODE_READ, start + 10000 * MS);
	goro_sleep(60 * MS);
	CHECK(c.end == 0);
	start = goro_now();
	goro__fd_set_deadline(&f[1], FD_MODE_READ, start + 20 * MS);
	goro_wg_wait(&c.wg);
	CHECK(c.status == GORO_TIMEOUT && c.end >= start + 20 * MS);
	CHECK(c.end < start + 5000 * MS);
	/* Cleared: nothing comes. */
	goro__fd_set_deadline(&f[1], FD_MODE_READ, goro_now() + 40 * MS);
	start_read(&c, &f[1]);
	goro__fd_set_deadline(&f[1], FD_MODE_READ, GORO_FOREVER);
	goro_sleep(80 * MS);
	CHECK(c.end == 0);
	CHECK(fd_write_all(&f[0], "x", 1) == GORO_OK);
	goro_wg_wait(&c.wg);
	CHECK(c.status == GORO_OK && c.n == 1);
	fd_close_pair(f);
}

/* ---- large writes ------------------------------------------------------------- */

enum { LARGE = 4 << 20 };

static void drain(void *arg)
{
	struct call *c = arg;
	unsigned char buf[5000];
	size_t got;

	while ((c->status = goro__fd_read(c->f, buf, sizeof(buf), &got)) ==
	       GORO_OK) {
		for (size_t i = 0; i < got; i++)
			CHECK(buf[i] == (unsigned char)((c->n + i) % 251));
		c->n += got;
	}
	goro_wg_done(&c->wg);
}

static void large(void *unused)
{
	struct fd f[2];
	struct call c = {.f = &f[1]};
	unsigned char *data = malloc(LARGE);
	size_t n;

	(void)unused;
	fd_pair(f);
	for (size_t i = 0; i < LARGE; i++)
		data[i] = (unsigned char)(i % 251);
	goro_wg_add(&c.wg, 1);
	goro_go(drain, &c);
	CHECK(goro__fd_write(&f[0], data, LARGE, &n) == GORO_OK);
	CHECK(n == LARGE);
	CHECK(goro__fd_close(&f[0]) == GORO_OK);
	goro_wg_wait(&c.wg);
	CHECK(c.status == GORO_EOF && c.n == LARGE);
	CHECK(goro__fd_close(&f[1]) == GORO_OK);
	/* Nobody reads: what fits is counted. */
	fd_pair(f);
	goro__fd_set_deadline(&f[0], FD_MODE_WRITE, goro_now() + 20 * MS);
	CHECK(goro__fd_write(&f[0], data, LARGE, &n) == GORO_TIMEOUT);
	CHECK(n > 0 && n < LARGE);
	fd_close_pair(f);
	free(data);
}

/* ---- other files ---------------------------------------------------------------- */

static void files(void *unused)
{
	char name[] = "/tmp/goro-fd-XXXXXX";
	struct fd f;
	char buf[8];
	size_t n;
	int fd = mkstemp(name);

	(void)unused;
	CHECK(fd >= 0 && unlink(name) == 0);
	CHECK(goro__fd_init(&f, fd, SOCKET) == FD_ERRNO(EPERM));
	CHECK(goro__fd_init(&f, fd, FD_STREAM | FD_FILE) == GORO_OK);
	CHECK(goro__fd_set_deadline(&f, FD_MODE_BOTH, 1) ==
	      GORO_NET_NO_DEADLINE);
	CHECK(fd_write_all(&f, "hello", 5) == GORO_OK);
	CHECK(lseek(fd, 1, SEEK_SET) == 1);
	CHECK(goro__fd_read(&f, buf, 8, &n) == GORO_OK && n == 4);
	CHECK(goro__fd_read(&f, buf, 8, &n) == GORO_EOF);
	CHECK(goro__fd_close(&f) == GORO_OK);
}

static void fd_pipe(struct fd f[2])
{
	int p[2];

	CHECK(pipe(p) == 0); /* blocking: init changes that */
	for (int i = 0; i < 2; i++)
		CHECK(goro__fd_init(&f[i], p[i], FD_STREAM | FD_FILE) ==
		      GORO_OK);
}

static void pipes(void *unused)
{
	struct fd f[2];
	struct call c;
	char buf[8];
	size_t n;

	(void)unused;
	fd_pipe(f);
	start_read(&c, &f[0]);
	CHECK(fd_write_all(&f[1], "abc", 3) == GORO_OK);
	goro_wg_wait(&c.wg);
	CHECK(c.status == GORO_OK && c.n == 3);
	goro__fd_set_deadline(&f[0], FD_MODE_READ, goro_now() + 5 * MS);
	CHECK(goro__fd_read(&f[0], buf, 8, &n) == GORO_TIMEOUT);
	goro__fd_set_deadline(&f[0], FD_MODE_READ, GORO_FOREVER);
	CHECK(goro__fd_close(&f[1]) == GORO_OK);
	CHECK(goro__fd_read(&f[0], buf, 8, &n) == GORO_EOF);
	CHECK(goro__fd_close(&f[0]) == GORO_OK);
	/* No SIGPIPE, of which the process would die. */
	fd_pipe(f);
	CHECK(goro__fd_close(&f[0]) == GORO_OK);
	CHECK(goro__fd_write(&f[1], "x", 1, &n) == FD_ERRNO(EPIPE));
	CHECK(goro__fd_close(&f[1]) == GORO_OK);
}

/* ---- TCP: a read that would fail is left out ------------------------------------- */

static void tcp_pair(struct fd f[2])
{
	struct sockaddr_in addr = {.sin_family = AF_INET};
	socklen_t len = sizeof(addr);
	int kind = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
	int s = socket(AF_INET, kind, 0), conn = socket(AF_INET, kind, 0);
	struct fd listener;
	int peer, e = -1;
	socklen_t e_len = sizeof(e);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(bind(s, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	CHECK(listen(s, 1) == 0);
	CHECK(getsockname(s, (struct sockaddr *)&addr, &len) == 0);
	CHECK(goro__fd_init(&listener, s, FD_SOCKET) == GORO_OK);
	/* It is under way, or done. */
	(void)!connect(conn, (struct sockaddr *)&addr, sizeof(addr));
	CHECK(goro__fd_init(&f[0], conn, SOCKET | FD_TCP) == GORO_OK);
	CHECK(goro__fd_wait_write(&f[0]) == GORO_OK);
	CHECK(getsockopt(conn, SOL_SOCKET, SO_ERROR, &e, &e_len) == 0);
	CHECK(e == 0);
	CHECK(goro__fd_accept(&listener, &peer, NULL, NULL) == GORO_OK);
	CHECK(goro__fd_init(&f[1], peer, SOCKET | FD_TCP) == GORO_OK);
	goro__fd_set_deadline(&listener, FD_MODE_READ, goro_now() + MS);
	CHECK(goro__fd_accept(&listener, &peer, NULL, NULL) == GORO_TIMEOUT);
	CHECK(goro__fd_close(&listener) == GORO_OK);
}

static void write_then_close(void *arg)
{
	struct fd *f = arg;

	fd_write_all(f, "abc", 3);
	CHECK(goro__fd_close(f) == GORO_OK);
}

/* Data, the end and what is urgent, together and apart, and never a hang. */
static void tcp(void *unused)
{
	struct fd f[2];
	char buf[8];
	size_t n;

	(void)unused;
	for (int i = 0; i < 200; i++) {
		tcp_pair(f);
		if (i % 3 == 0)
			write_then_close(&f[0]);
		else
			goro_go(write_then_close, &f[0]);
		if (i % 3 == 2)
			goro_sleep(MS / 10);
		CHECK(goro__fd_read(&f[1], buf, 8, &n) == GORO_OK && n == 3);
		CHECK(goro__fd_read(&f[1], buf, 8, &n) == GORO_EOF);
		CHECK(goro__fd_read(&f[1], buf, 8, &n) == GORO_EOF);
		CHECK(goro__fd_close(&f[1]) == GORO_OK);
	}
	tcp_pair(f);
	for (int i = 0; i < 20; i++) {
		CHECK(send(f[0].sysfd, "abc", 3, 0) == 3);
		CHECK(send(f[0].sysfd, "!", 1, MSG_OOB) == 1);
		CHECK(send(f[0].sysfd, "efg", 3, 0) == 3);
		if (i % 2)
			goro_sleep(MS);
		CHECK(fd_read_all(&f[1], buf, 6) == GORO_OK);
		CHECK(memcmp(buf, "abcefg", 6) == 0);
	}
	fd_close_pair(f);
}

/* ---- the poller ------------------------------------------------------------------- */

static bool is_poller(const char *name)
{
	char path[300], to[300];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%s", name);
	n = readlink(path, to, sizeof(to) - 1);
	to[n > 0 ? n : 0] = '\0';
	return strstr(to, "eventpoll") || strstr(to, "eventfd");
}

static int pollers(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *e;
	int n = 0;

	while ((e = readdir(dir)) != NULL)
		n += is_poller(e->d_name);
	closedir(dir);
	return n;
}

/* Opened by the first use, also while an M sleeps without it. */
static void lazy(void *unused)
{
	(void)unused;
	goro_sleep(MS);
	CHECK(pollers() == 0);
	echo(NULL);
	CHECK(pollers() == 2);
}

static _Atomic(bool) stop;

static void spin(void *unused)
{
	(void)unused;
	while (!stop)
		goro_checkpoint();
}

/* All Ps compute: sysmon polls. */
static void busy(void *unused)
{
	struct fd f[2];
	struct call c;
	int64_t start;

	(void)unused;
	fd_pair(f);
	start_read(&c, &f[1]);
	for (int i = 0; i < goro_gomaxprocs(0); i++)
		goro_go(spin, NULL);
	start = goro_now();
	CHECK(fd_write_all(&f[0], "x", 1) == GORO_OK);
	goro_wg_wait(&c.wg);
	CHECK(c.end - start < 2000 * MS);
	stop = true;
	fd_close_pair(f);
}

/* More than a batch, ready at once; a timer set while the poller sleeps. */
static void many(void *unused)
{
	enum { MANY = 300 };
	static struct fd f[MANY][2];
	static struct call c[MANY];
	int64_t start;

	(void)unused;
	for (int i = 0; i < MANY; i++) {
		fd_pair(f[i]);
		c[i] = (struct call){.f = &f[i][1]};
		goro_wg_add(&c[i].wg, 1);
		goro_go(read_call, &c[i]);
	}
	start = goro_now();
	goro_sleep(10 * MS);
	CHECK(goro_now() - start < 5000 * MS);
	for (int i = 0; i < MANY; i++)
		CHECK(write(f[i][0].sysfd, "x", 1) == 1);
	for (int i = 0; i < MANY; i++) {
		goro_wg_wait(&c[i].wg);
		CHECK(c[i].status == GORO_OK && c[i].n == 1);
		fd_close_pair(f[i]);
	}
}

static void nap(void *unused)
{
	(void)unused;
	usleep(100000);
}

/* The only goroutine that could go on is in a blocking call. */
static void blocking(void *unused)
{
	struct fd f[2];
	struct call c;
	int64_t start = goro_now();

	(void)unused;
	fd_pair(f);
	start_read(&c, &f[1]);
	goro__fd_set_deadline(&f[1], FD_MODE_READ, start + 20 * MS);
	goro_blocking(nap, NULL);
	goro_wg_wait(&c.wg);
	CHECK(c.status == GORO_TIMEOUT);
	CHECK(c.end - start < 90 * MS);
	fd_close_pair(f);
}

static const struct mode modes[] = {
	{"lazy", lazy},   {"echo", echo},     {"closed", closed},
	{"past", past},   {"future", future}, {"large", large},
	{"files", files}, {"pipes", pipes},   {"tcp", tcp},
	{"busy", busy},   {"many", many},     {"blocking", blocking},
	{NULL, NULL},
};

int main(int argc, char **argv)
{
	int status =
		goro_run(find_mode(modes, argc > 1 ? argv[1] : NULL), NULL);

	return status ? status : check_failed;
}

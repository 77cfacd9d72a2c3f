/*
 * net_storm.c - `net_storm SECONDS [DESCRIPTORS]`: a server and, in a process
 * of its own, clients that connect, send, half-close, reset, are late and
 * leave early, at random; on TCP and a unix socket.
 *
 * A polite client must get back every byte it sent; no client may get a wrong
 * one.  At the end the server must have as many goroutines and descriptors as
 * at the beginning.  With a limit of DESCRIPTORS, which is less than there are
 * clients, it has to do with EMFILE all the time.
 *
 * Prints "served N" and "polite P".
 */
#include <dirent.h>
#include <goro_net.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "prog.h"

enum { CLIENTS = 48, PIECE = 16 * 1024, LONGEST_BITS = 18 };

struct address {
	char tcp[GORO_ADDR_MAX], path[GORO_ADDR_MAX];
};

static int64_t seconds;
static bool starved;
static int to_client[2], to_server[2];

static uint32_t rnd(uint64_t *x, uint32_t n)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return (uint32_t)(((*x >> 32) * n) >> 32);
}

/* Short and long ones, each as often. */
static size_t length(uint64_t *x)
{
	return 1 + rnd(x, 1u << rnd(x, LONGEST_BITS + 1));
}

static int64_t soon(uint64_t *x)
{
	return goro_now() + rnd(x, 2000) * GORO_MICROSECOND;
}

/* ---- the server ----------------------------------------------------------- */

static atomic_long served;

/* Until the peer has sent all, or the first byte it sent allows worse. */
static void echo(goro_conn *c, uint64_t *x)
{
	static const size_t sizes[] = {500, 4000, PIECE};
	size_t size = sizes[rnd(x, 3)], n, done;
	char *buf = malloc(PIECE);
	bool polite = false, first = true;
	int status;

	while (goro_conn_read(c, buf, size, &n) == GORO_OK) {
		if (first)
			polite = buf[0] == 'p';
		first = false;
		if (!polite && rnd(x, 4) == 0)
			goro_conn_deadline(c, soon(x));
		if (!polite && rnd(x, 8) == 0)
			break;
		status = goro_conn_write(c, buf, n, &done);
		CHECK((status == GORO_OK) == (done == n));
		CHECK(!polite || status == GORO_OK);
		if (status != GORO_OK)
			break;
	}
	free(buf);
}

static void serve(void *arg)
{
	goro_conn *c = arg;
	uint64_t x = (uint64_t)goro_now() + (uint64_t)goro_id() * 97;

	echo(c, &x);
	if (rnd(&x, 2))
		goro_conn_shutdown(c, GORO_SHUT_WRITE);
	CHECK(goro_conn_close(c) == GORO_OK);
	goro_conn_free(c);
	/* relaxed: a count, read when all are done */
	atomic_fetch_add_explicit(&served, 1, memory_order_relaxed);
}

static void accept_all(void *listener)
{
	goro_conn *c;
	int status;

	while ((status = goro_accept(listener, &c)) != GORO_NET_CLOSED) {
		if (status == GORO_OK) {
			goro_go(serve, c);
			continue;
		}
		CHECK(status == GORO_NET_MFILE && starved);
		goro_sleep(MS);
	}
}

static int descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

static void wait_for_the_rest(int64_t goroutines, int fds)
{
	int64_t end = goro_now() + 20 * GORO_SECOND;

	while ((goro_num_goroutine() != goroutines || descriptors() != fds) &&
	       goro_now() < end)
		goro_sleep(10 * MS);
	CHECK(goro_num_goroutine() == goroutines);
	CHECK(descriptors() == fds);
}

static void server(void *arg)
{
	struct address a = {.path = "/tmp/goro-storm-XXXXXX/s"};
	goro_waitgroup acceptors = {{0}};
	goro_listener *tcp, *un;
	goro_conn *client;
	char *slash = strrchr(a.path, '/'), byte;
	int fds;

	(void)arg;
	*slash = '\0';
	CHECK(mkdtemp(a.path) != NULL);
	*slash = '/';
	CHECK(goro_conn_from_fd(to_server[0], &client) == GORO_OK);
	fds = descriptors();
	CHECK(goro_listen("tcp", "127.0.0.1:0", &tcp) == GORO_OK);
	CHECK(goro_listen("unix", a.path, &un) == GORO_OK);
	goro_listener_addr(tcp, a.tcp, sizeof(a.tcp));
	CHECK(write(to_client[1], &a, sizeof(a)) == sizeof(a));
	goro_wg_go(&acceptors, accept_all, tcp);
	goro_wg_go(&acceptors, accept_all, un);
	CHECK(goro_conn_read(client, &byte, 1, NULL) == GORO_EOF);
	goro_listener_close(tcp);
	goro_listener_close(un);
	goro_wg_wait(&acceptors);
	wait_for_the_rest(1, fds);
	goro_listener_free(tcp);
	goro_listener_free(un);
	goro_conn_free(client);
	*slash = '\0';
	CHECK(rmdir(a.path) == 0);
}

/* ---- the clients ---------------------------------------------------------- */

static struct address at;
static atomic_long polite_done;

/* The stream that a client sends; its first byte is its kind. */
struct stream {
	goro_conn *c;
	uint32_t seed;
	size_t n;
	char kind;
	size_t sent;
};

static char byte_at(const struct stream *s, size_t i)
{
	return i == 0 ? s->kind
		      : (char)(((s->seed + (uint32_t)i) * 0x9e3779b1u) >> 24);
}

static void send_stream(void *arg)
{
	struct stream *s = arg;
	char *buf = malloc(PIECE);
	int status = GORO_OK;
	size_t n, done;

	while (s->sent < s->n && status == GORO_OK) {
		n = s->n - s->sent < PIECE ? s->n - s->sent : PIECE;
		for (size_t i = 0; i < n; i++)
			buf[i] = byte_at(s, s->sent + i);
		status = goro_conn_write(s->c, buf, n, &done);
		s->sent += done;
	}
	if (status == GORO_OK)
		goro_conn_shutdown(s->c, GORO_SHUT_WRITE);
	free(buf);
}

/* How much came back; all of it as it was sent. */
static size_t receive_stream(const struct stream *s, int *status)
{
	char *buf = malloc(PIECE);
	size_t all = 0, n;
	bool right = true;

	while ((*status = goro_conn_read(s->c, buf, PIECE, &n)) == GORO_OK) {
		CHECK(all + n <= s->n);
		for (size_t i = 0; i < n; i++)
			right &= buf[i] == byte_at(s, all + i);
		all += n;
	}
	CHECK(right);
	free(buf);
	return all;
}

static void polite(goro_conn *c, uint64_t *x)
{
	struct stream s = {.c = c,
			   .seed = rnd(x, UINT32_MAX),
			   .n = length(x),
			   .kind = 'p'};
	goro_waitgroup wg = {{0}};
	int status;

	goro_wg_go(&wg, send_stream, &s);
	CHECK(receive_stream(&s, &status) == s.n);
	CHECK(status == GORO_EOF);
	goro_wg_wait(&wg);
	CHECK(s.sent == s.n);
	atomic_fetch_add_explicit(&polite_done, 1, memory_order_relaxed);
}

static void close_soon(void *arg)
{
	goro_sleep(500 * GORO_MICROSECOND);
	goro_conn_close(arg);
}

/* A late deadline, or a close, meets both directions at work. */
static void rude(goro_conn *c, uint64_t *x)
{
	struct stream s = {.c = c,
			   .seed = rnd(x, UINT32_MAX),
			   .n = length(x),
			   .kind = 'r'};
	goro_waitgroup wg = {{0}};
	int status;

	if (rnd(x, 2))
		goro_conn_deadline(c, soon(x));
	else
		goro_wg_go(&wg, close_soon, c);
	goro_wg_go(&wg, send_stream, &s);
	receive_stream(&s, &status);
	goro_conn_close(c);
	goro_wg_wait(&wg);
}

/* A connection whose close resets it, with data under way. */
static void reset(uint64_t *x)
{
	const struct linger linger = {.l_onoff = 1};
	struct sockaddr_in a = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	goro_conn *c;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t)number_arg(strrchr(at.tcp, ':') + 1));
	CHECK(connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	CHECK(goro_conn_from_fd(fd, &c) == GORO_OK);
	goro_conn_write(c, "rude", 1 + rnd(x, 4), NULL);
	if (rnd(x, 2))
		goro_sleep(rnd(x, 1000) * GORO_MICROSECOND);
	goro_conn_free(c);
}

static void connect_politely_or_not(uint64_t *x)
{
	bool tcp = rnd(x, 3) > 0;
	goro_conn *c;
	int status = goro_dial(tcp ? "tcp" : "unix", tcp ? at.tcp : at.path,
			       goro_now() + 30 * GORO_SECOND, &c);

	CHECK(status == GORO_OK);
	if (status != GORO_OK) {
		printf("%s\n", goro_net_error());
		return;
	}
	if (rnd(x, 2))
		polite(c, x);
	else if (rnd(x, 3))
		rude(c, x);
	goro_conn_free(c);
}

static void client(void *arg)
{
	uint64_t x = (*(uint64_t *)arg + 1) * UINT64_C(0x9e3779b97f4a7c15);
	int64_t end = goro_now() + seconds * GORO_SECOND;

	while (goro_now() < end && !check_failed)
		if (rnd(&x, 8))
			connect_politely_or_not(&x);
		else
			reset(&x);
}

/* Who has said that it is done may still be on its way out. */
static void all_ended(void)
{
	int64_t end = goro_now() + 10 * GORO_SECOND;

	while (goro_num_goroutine() > 1 && goro_now() < end)
		goro_sleep(MS);
	CHECK(goro_num_goroutine() == 1);
}

static void clients(void *arg)
{
	goro_waitgroup wg = {{0}};
	uint64_t numbers[CLIENTS];

	(void)arg;
	CHECK(read(to_client[0], &at, sizeof(at)) == sizeof(at));
	for (uint64_t i = 0; i < CLIENTS; i++) {
		numbers[i] = i;
		goro_wg_go(&wg, client, &numbers[i]);
	}
	goro_wg_wait(&wg);
	all_ended();
	printf("polite %ld\n", atomic_load(&polite_done));
}

/* ---- both ----------------------------------------------------------------- */

static void limit(long n)
{
	struct rlimit r;

	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = (rlim_t)n;
	setrlimit(RLIMIT_NOFILE, &r);
	starved = true;
}

int main(int argc, char **argv)
{
	int status = 1;
	pid_t pid;

	seconds = number_arg(argc > 1 ? argv[1] : "2");
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (pipe(to_client) < 0 || pipe(to_server) < 0)
		return 1;
	pid = fork();
	if (pid == 0) {
		close(to_server[0]);
		close(to_client[1]);
		return goro_run(clients, NULL) || check_failed;
	}
	close(to_server[1]);
	close(to_client[0]);
	if (argc > 2)
		limit(number_arg(argv[2]));
	if (goro_run(server, NULL))
		return 1;
	printf("served %ld\n", atomic_load(&served));
	return waitpid(pid, &status, 0) != pid || status || check_failed;
}

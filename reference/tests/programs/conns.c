/*
 * conns.c - `conns N`: N connections to one process, a goroutine each; all
 * echo at once, and so do those of the client, which is a process of its own.
 *
 * Prints "connections N", or as many as descriptors allow, and the threads of
 * both processes with all of them parked.
 */
#include <goro_net.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "prog.h"

enum { DIALS_AT_ONCE = 100, SPARE = 60 };

static int64_t wanted;
static int from_server[2], to_server[2]; /* pipes between the two */

static long threads(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[200];
	long n = -1;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Threads: %ld", &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}

static void check_threads(const char *who)
{
	long n = threads();

	printf("threads of the %s %ld\n", who, n);
	CHECK(n < goro_gomaxprocs(0) + 10);
}

/* All parked but main: for as long as it takes. */
static void settle(int64_t n)
{
	int64_t end = goro_now() + 60 * GORO_SECOND;

	while (goro_num_waiting() < n && goro_now() < end)
		goro_sleep(5 * MS);
	CHECK(goro_num_waiting() >= n);
}

/* ---- the server ----------------------------------------------------------- */

static void serve(void *arg)
{
	goro_conn *c = arg;
	char buf[64];
	size_t n;
	int status;

	while ((status = goro_conn_read(c, buf, sizeof(buf), &n)) == GORO_OK)
		CHECK(goro_conn_write(c, buf, n, NULL) == GORO_OK);
	CHECK(status == GORO_EOF);
	goro_conn_free(c);
}

static void accept_all(void *listener)
{
	goro_conn *c;

	while (goro_accept(listener, &c) == GORO_OK)
		goro_go(serve, c);
}

/* The client says by a byte that all are connected, and by its end the end. */
static void server(void *arg)
{
	char address[GORO_ADDR_MAX], byte;
	goro_listener *l;
	goro_conn *client;

	(void)arg;
	CHECK(goro_listen("tcp", "127.0.0.1:0", &l) == GORO_OK);
	goro_listener_addr(l, address, sizeof(address));
	CHECK(write(from_server[1], address, sizeof(address)) ==
	      sizeof(address));
	CHECK(goro_conn_from_fd(to_server[0], &client) == GORO_OK);
	goro_go(accept_all, l);
	CHECK(goro_conn_read(client, &byte, 1, NULL) == GORO_OK);
	settle(wanted + 1);
	check_threads("server");
	CHECK(write(from_server[1], "!", 1) == 1);
	CHECK(goro_conn_read(client, &byte, 1, NULL) == GORO_EOF);
	check_threads("server");
	goro_conn_free(client);
	goro_listener_free(l);
}

/* ---- the client ----------------------------------------------------------- */

static char address[GORO_ADDR_MAX];
static goro_chan *slots, *begin;
static goro_waitgroup connected, echoed;

static void echo(goro_conn *c, int64_t n)
{
	char text[32], answer[32] = "";
	size_t len, got, all = 0;

	len = (size_t)snprintf(text, sizeof(text), "this is %lld",
			       (long long)n);
	CHECK(goro_conn_write(c, text, len, NULL) == GORO_OK);
	while (all < len &&
	       goro_conn_read(c, answer + all, len - all, &got) == GORO_OK)
		all += got;
	CHECK(strcmp(text, answer) == 0);
}

static void one(void *arg)
{
	int64_t n = *(int64_t *)arg;
	goro_conn *c;
	int status;

	goro_send(slots, NULL);
	status = goro_dial("tcp", address, goro_now() + 60 * GORO_SECOND, &c);
	goro_recv(slots, NULL);
	CHECK(status == GORO_OK);
	goro_wg_done(&connected);
	if (status != GORO_OK) {
		printf("%s\n", goro_net_error());
		goro_wg_done(&echoed);
		return;
	}
	goro_recv(begin, NULL);
	echo(c, n);
	goro_wg_done(&echoed);
	goro_conn_free(c);
}

static void client(void *arg)
{
	char byte;

	(void)arg;
	CHECK(read(from_server[0], address, sizeof(address)) ==
	      sizeof(address));
	slots = goro_make(0, DIALS_AT_ONCE);
	begin = goro_make(0, 0);
	goro_wg_add(&connected, wanted);
	goro_wg_add(&echoed, wanted);
	for (int64_t i = 0; i < wanted; i++)
		CHECK(goro_go_copy(one, &i, sizeof(i)) == GORO_OK);
	goro_wg_wait(&connected);
	CHECK(write(to_server[1], "!", 1) == 1);
	CHECK(read(from_server[0], &byte, 1) == 1);
	check_threads("client");
	goro_close(begin);
	goro_wg_wait(&echoed);
	check_threads("client");
}

/* ---- both ----------------------------------------------------------------- */

/* As many connections as a process may have. */
static void raise_limit(void)
{
	struct rlimit r;

	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
	if (wanted > (int64_t)r.rlim_max - SPARE)
		wanted = (int64_t)r.rlim_max - SPARE;
}

int main(int argc, char **argv)
{
	int status = 1;
	pid_t pid;

	wanted = number_arg(argc > 1 ? argv[1] : "100");
	raise_limit();
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (pipe(from_server) < 0 || pipe(to_server) < 0)
		return 1;
	pid = fork();
	if (pid == 0) {
		close(to_server[0]);
		close(from_server[1]);
		return goro_run(client, NULL) || check_failed;
	}
	close(to_server[1]);
	close(from_server[0]);
	printf("connections %lld\n", (long long)wanted);
	if (goro_run(server, NULL))
		return 1;
	return waitpid(pid, &status, 0) != pid || status || check_failed;
}

/*
 * main.c - runs the tests of goro_net.h on goro.
 */
#include <dirent.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net_test.h"

int unit_main(void);

extern const struct unit_suite net_addr, net_text, net_conn, net_dial,
	net_listen, net_packet, net_pipe, net_file, net_nomem, net_fault;

const char unit_name[] = "net-tests";

const struct unit_suite *const unit_suites[] = {
	&net_addr, &net_text, &net_conn,  &net_dial,  &net_listen, &net_packet,
	&net_pipe, &net_file, &net_nomem, &net_fault, NULL,
};

const char *net_tail(const char *s, const char *want)
{
	size_t n = strlen(s), m = strlen(want);

	return n > m ? s + (n - m) : s;
}

/* ---- places --------------------------------------------------------------- */

static char dir[] = "/tmp/goro-net-XXXXXX";

const char *net_dir(void)
{
	return dir;
}

void net_path(char *buf, size_t n, const char *name)
{
	snprintf(buf, n, "%s/%s", dir, name);
}

bool net_have_ipv6(void)
{
	goro_listener *l;
	bool have = goro_listen("tcp6", "[::1]:0", &l) == GORO_OK;

	if (have)
		goro_listener_free(l);
	else
		printf(" (no IPv6 here) ");
	return have;
}

struct place net_place(const char *network)
{
	struct place p = {.network = network};
	char path[GORO_ADDR_MAX];

	net_path(path, sizeof(path), "socket");
	UNIT_EQ(goro_listen(network,
			    strncmp(network, "unix", 4) == 0 ? path
			    : strcmp(network, "tcp6") == 0   ? "[::1]:0"
							     : "127.0.0.1:0",
			    &p.l),
		GORO_OK);
	UNIT_EQ(goro_listener_addr(p.l, p.address, sizeof(p.address)), GORO_OK);
	return p;
}

void net_leave(struct place *p)
{
	UNIT_EQ(goro_listener_close(p->l), GORO_OK);
	goro_listener_free(p->l);
}

void net_connect(const struct place *p, goro_conn *c[2])
{
	UNIT_EQ(goro_dial(p->network, p->address, in(10 * GORO_SECOND), &c[0]),
		GORO_OK);
	UNIT_EQ(goro_accept(p->l, &c[1]), GORO_OK);
}

void net_pair(const char *network, goro_conn *c[2])
{
	struct place p = net_place(network);

	net_connect(&p, c);
	net_leave(&p);
}

void net_end_pair(goro_conn *c[2])
{
	goro_conn_free(c[0]);
	goro_conn_free(c[1]);
}

int net_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

/* ---- a dial that hangs ---------------------------------------------------- */

enum { BACKLOG_MAX = 8 };

static int hanging[BACKLOG_MAX + 1], nhanging;

/* A listener with the smallest backlog, and connections that fill it. */
void net_hang(char *address, size_t n)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t len = sizeof(a);
	int fd;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	hanging[0] = socket(AF_INET, SOCK_STREAM, 0);
	nhanging = 1;
	bind(hanging[0], (struct sockaddr *)&a, len);
	listen(hanging[0], 0);
	getsockname(hanging[0], (struct sockaddr *)&a, &len);
	while (nhanging <= BACKLOG_MAX) {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fd, (struct sockaddr *)&a, len);
		hanging[nhanging++] = fd;
	}
	snprintf(address, n, "127.0.0.1:%d", ntohs(a.sin_port));
}

void net_unhang(void)
{
	while (nhanging > 0)
		close(hanging[--nhanging]);
}

/* ---- calls ---------------------------------------------------------------- */

static void begin(struct net_call *call, goro_fn fn)
{
	call->over = goro_make(0, 0);
	goro_go(fn, call);
}

static void end(struct net_call *call)
{
	snprintf(call->text, sizeof(call->text), "%s", goro_net_error());
	goro_close(call->over);
}

static void do_read(void *arg)
{
	struct net_call *call = arg;

	call->status = goro_conn_read(call->c, call->buf, call->n, &call->done);
	end(call);
}

static void do_write(void *arg)
{
	struct net_call *call = arg;

	call->status =
		goro_conn_write(call->c, call->buf, call->n, &call->done);
	end(call);
}

static void do_accept(void *arg)
{
	struct net_call *call = arg;

	call->status = goro_accept(call->l, &call->accepted);
	end(call);
}

void net_start_read(struct net_call *call, goro_conn *c, size_t n)
{
	*call = (struct net_call){.c = c, .n = n};
	begin(call, do_read);
}

void net_start_write(struct net_call *call, goro_conn *c, const char *text)
{
	*call = (struct net_call){.c = c, .n = strlen(text)};
	memcpy(call->buf, text, call->n);
	begin(call, do_write);
}

void net_start_accept(struct net_call *call, goro_listener *l)
{
	*call = (struct net_call){.l = l};
	begin(call, do_accept);
}

bool net_ends(struct net_call *call)
{
	bool over = goro_chan_recv(call->over, NULL, in(10 * GORO_SECOND)) ==
		    GORO_CLOSED;

	if (over)
		goro_chan_free(call->over);
	return over;
}

bool net_waits(struct net_call *call)
{
	return goro_chan_recv(call->over, NULL, in(5 * MS)) == GORO_TIMEOUT;
}

/* ---- the run -------------------------------------------------------------- */

static int status;

static void run_all(void *arg)
{
	(void)arg;
	if (!mkdtemp(dir)) {
		status = 1;
		return;
	}
	status = unit_main();
	rmdir(dir);
}

int main(void)
{
	int started = goro_run(run_all, NULL);

	return started == GORO_OK ? status : 1;
}

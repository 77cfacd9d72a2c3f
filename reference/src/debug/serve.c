/*
 * serve.c - the debug server: the paths of Go's net/http/pprof, and /metrics.
 *
 * A goroutine accepts, and each connection has one of its own, for one request.
 * A server that listens on loopback answers only if it was asked for by a name
 * of this machine: a page in a browser, whose host's name was made to lead
 * here, gets nothing.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "debug/http.h"
#include "goro_debug.h"
#include "goro_trace.h"
#include "sched/outside.h"

enum { MOST_AT_ONCE = 32, STACK = 256 << 10 };

#define PATIENCE (10 * GORO_SECOND)

struct goro_debug {
	goro_listener *listener;
	bool local;
	atomic_int users; /* who accepts, its owner, each connection */
};

struct visit {
	goro_debug *server;
	goro_conn *conn;
};

#define TEXT "text/plain; charset=utf-8"

static void say(struct visit *v, const struct http_request *r, int status,
		const char *text)
{
	goro__http_text(v->conn, r, status, TEXT, text, strlen(text));
}

/* ---- what it serves -------------------------------------------------------- */

static void send_index(struct visit *v, const struct http_request *r)
{
	static const char page[] =
		"<!DOCTYPE html><html><head><title>/debug/pprof/</title></head>"
		"<body><h1>/debug/pprof/</h1><ul>"
		"<li><a href='goroutine?debug=1'>goroutine</a>, "
		"<a href='goroutine?debug=2'>each of them</a>"
		"<li><a href='goroutineleak?debug=1'>goroutineleak</a>, "
		"<a href='goroutineleak?debug=2'>each of them</a>"
		"<li><a href='block?debug=1'>block</a>"
		"<li><a href='mutex?debug=1'>mutex</a>"
		"<li><a href='profile?seconds=5'>profile</a>: CPU, 5 s"
		"<li><a href='trace?seconds=1'>trace</a>: 1 s"
		"<li><a href='cmdline'>cmdline</a>"
		"<li><a href='/metrics'>/metrics</a>"
		"</ul><p><code>go tool pprof http://" /* the host follows */;
	static const char end[] =
		"/debug/pprof/goroutine</code></body></html>\n";
	char text[sizeof(page) + sizeof(end) + HTTP_HOST_MAX];
	int n = snprintf(text, sizeof(text), "%s%s%s", page, r->host, end);

	goro__http_text(v->conn, r, 200, "text/html; charset=utf-8", text,
			(size_t)n);
}

static void move_to_index(struct visit *v, const struct http_request *r)
{
	say(v, r, 301, "/debug/pprof/\n");
}

static void send_metrics(struct visit *v, const struct http_request *r)
{
	size_t room = goro_metrics_text(NULL, 0) + 4096, n;
	char *text = malloc(room);

	if (!text) {
		say(v, r, 503, "no memory\n");
		return;
	}
	n = goro_metrics_text(text, room);
	goro__http_text(v->conn, r, 200,
			"text/plain; version=0.0.4; charset=utf-8", text,
			n < room ? n : room - 1);
	free(text);
}

/* The arguments with a NUL between them, as Go's. */
static void send_cmdline(struct visit *v, const struct http_request *r)
{
	char text[4096];
	FILE *f = fopen("/proc/self/cmdline", "re");
	size_t n = f ? fread(text, 1, sizeof(text), f) : 0;

	if (f)
		fclose(f);
	while (n > 0 && text[n - 1] == '\0')
		n--;
	goro__http_text(v->conn, r, 200, TEXT, text, n);
}

static void no_heap(struct visit *v, const struct http_request *r)
{
	say(v, r, 404,
	    "There is no heap profile: memory is that of the C library.  Use "
	    "its tools, or those of another allocator.\n");
}

/* Every profile has its functions' names: there is nothing to ask. */
static void send_symbol(struct visit *v, const struct http_request *r)
{
	say(v, r, 200, "num_symbols: 0\n");
}

/* What is recorded for a while; a function begins it, one ends it. */
struct recording {
	int (*begin)(int fd);
	int (*end)(void);
	long seconds; /* if it is not asked for another time */
};

enum { LONGEST = 3600 };

static int end_trace(void)
{
	goro_trace_stop();
	return GORO_OK;
}

static const struct recording cpu = {goro_cpu_profile_start,
				     goro_cpu_profile_stop, 30};
static const struct recording trace = {goro_trace_start_fd, end_trace, 1};

static void record(struct visit *v, const struct http_request *r,
		   const struct recording *what)
{
	long seconds = goro__http_number(r, "seconds", LONGEST, what->seconds);
	int fd, status;

	if (seconds <= 0) {
		say(v, r, 400, "seconds is a number from 1 to 3600\n");
		return;
	}
	fd = memfd_create("recording", MFD_CLOEXEC);
	status = fd < 0 ? GORO_ENOMEM : what->begin(fd);
	if (status == GORO_OK) {
		goro_sleep(seconds * GORO_SECOND);
		status = what->end();
	}
	goro_conn_write_deadline(v->conn, goro_now() + PATIENCE);
	if (status == GORO_OK) {
		goro__http_file(v->conn, r, "application/octet-stream", fd);
		return;
	}
	if (fd >= 0)
		close(fd);
	say(v, r, 503,
	    status == GORO_EBUSY ? "there is one under way\n" : "no memory\n");
}

static void send_cpu(struct visit *v, const struct http_request *r)
{
	record(v, r, &cpu);
}

static void send_trace(struct visit *v, const struct http_request *r)
{
	record(v, r, &trace);
}

static void send_profile(struct visit *v, const struct http_request *r,
			 const char *name)
{
	long debug = goro__http_number(r, "debug", 2, 0);
	int fd, status;

	if (debug < 0) {
		say(v, r, 400, "debug is 0, 1 or 2\n");
		return;
	}
	fd = memfd_create("profile", MFD_CLOEXEC);
	if (fd < 0) {
		say(v, r, 503, "no file\n");
		return;
	}
	status = goro_profile_write(name, (int)debug, fd);
	if (status == GORO_OK) {
		goro__http_file(v->conn, r,
				debug > 0 ? TEXT : "application/octet-stream",
				fd);
		return;
	}
	close(fd);
	if (status == GORO_EINVAL)
		say(v, r, 404, "unknown profile\n");
	else if (status == GORO_ENOTSUP)
		say(v, r, 503, "this process cannot be searched\n");
	else
		say(v, r, 503, "no memory\n");
}

struct path {
	const char *path;
	void (*send)(struct visit *v, const struct http_request *r);
};

static const struct path paths[] = {
	{"/", move_to_index},
	{"/debug/pprof", move_to_index},
	{"/debug/pprof/", send_index},
	{"/debug/pprof/cmdline", send_cmdline},
	{"/debug/pprof/profile", send_cpu},
	{"/debug/pprof/trace", send_trace},
	{"/debug/pprof/symbol", send_symbol},
	{"/debug/pprof/heap", no_heap},
	{"/debug/pprof/allocs", no_heap},
	{"/metrics", send_metrics},
};

static void answer(struct visit *v, const struct http_request *r)
{
	static const char profiles[] = "/debug/pprof/";

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (strcmp(r->path, paths[i].path) == 0) {
			paths[i].send(v, r);
			return;
		}
	if (strncmp(r->path, profiles, sizeof(profiles) - 1) == 0)
		send_profile(v, r, r->path + sizeof(profiles) - 1);
	else
		say(v, r, 404, "not found: see /debug/pprof/ and /metrics\n");
}

/* ---- connections ----------------------------------------------------------- */

/* True for localhost and for numbers of an address, with a port or without. */
static bool names_this_machine(const char *host)
{
	static const char name[] = "localhost";
	size_t n = sizeof(name) - 1;

	return !*host || *host == '[' ||
	       strspn(host, "0123456789.:") == strlen(host) ||
	       (strncasecmp(host, name, n) == 0 &&
		(!host[n] || host[n] == ':'));
}

static void leave(goro_debug *d)
{
	/* acq_rel: the last frees what the others have used */
	if (atomic_fetch_sub_explicit(&d->users, 1, memory_order_acq_rel) > 1)
		return;
	goro_listener_free(d->listener);
	free(d);
}

/*
 * Ends a connection.  What the peer still sends is read for a while: a close
 * that throws data away makes the peer lose the answer.
 */
static void hang_up(goro_conn *c)
{
	char rest[1024];
	size_t n, left = 64 * sizeof(rest);

	goro_conn_shutdown(c, GORO_SHUT_WRITE);
	goro_conn_read_deadline(c, goro_now() + GORO_SECOND);
	while (left > 0 && goro_conn_read(c, rest, sizeof(rest), &n) == GORO_OK)
		left -= n < left ? n : left;
	goro_conn_close(c);
	goro_conn_free(c);
}

static void visit(void *arg)
{
	struct visit v = *(struct visit *)arg;
	struct http_request r = {.head_only = false};
	int status = goro__http_read(v.conn, &r, goro_now() + PATIENCE);

	goro_conn_write_deadline(v.conn, goro_now() + PATIENCE);
	if (status == 0 && v.server->local && !names_this_machine(r.host))
		status = 403;
	if (status == 0)
		answer(&v, &r);
	else if (status > 0)
		say(&v, &r, status, "refused\n");
	hang_up(v.conn);
	leave(v.server);
}

/* Serves c in a goroutine; if there are too many, ends it. */
static void receive(goro_debug *d, goro_conn *c)
{
	struct visit v = {d, c};

	/* relaxed: the accepting goroutine, which adds, is a user itself */
	if (atomic_fetch_add_explicit(&d->users, 1, memory_order_relaxed) <
		    MOST_AT_ONCE + 2 &&
	    goro_go_copy(visit, &v, sizeof(v)) == GORO_OK)
		return;
	goro_conn_close(c);
	goro_conn_free(c);
	leave(d);
}

static void serve(void *server)
{
	goro_debug *d = server;
	goro_conn *c;
	int status;

	while ((status = goro_accept(d->listener, &c)) != GORO_NET_CLOSED) {
		if (status == GORO_OK)
			receive(d, c);
		else /* no more descriptors, most likely */
			goro_sleep(10 * GORO_MILLISECOND);
	}
	leave(d);
}

/* ---- the server ------------------------------------------------------------ */

static bool is_local(goro_listener *l)
{
	char at[GORO_ADDR_MAX] = "";

	goro_listener_addr(l, at, sizeof(at));
	return strncmp(at, "127.", 4) == 0 || strncmp(at, "[::1]:", 6) == 0;
}

int goro_debug_open(const char *address, unsigned flags, goro_debug **out)
{
	AS_GOROUTINE();
	goro_debug *d;
	int status;

	if (!address || !out || flags & ~(unsigned)GORO_DEBUG_ANY_ADDRESS)
		return GORO_EINVAL;
	d = calloc(1, sizeof(*d));
	if (!d)
		return GORO_ENOMEM;
	status = goro_listen("tcp", address, &d->listener);
	if (status != GORO_OK) {
		free(d);
		return status;
	}
	d->local = is_local(d->listener);
	atomic_init(&d->users, 2);
	if (!d->local && !(flags & GORO_DEBUG_ANY_ADDRESS))
		status = GORO_EINVAL;
	else
		status = goro_go_stack(serve, d, 0);
	if (status == GORO_OK) {
		*out = d;
	} else {
		goro_listener_free(d->listener);
		free(d);
	}
	return status;
}

int goro_debug_serve(const char *address)
{
	AS_GOROUTINE();
	goro_debug *d;

	return goro_debug_open(address, 0, &d);
}

int goro_debug_addr(goro_debug *d, char *buf, size_t n)
{
	AS_GOROUTINE();

	return d ? goro_listener_addr(d->listener, buf, n) : GORO_EINVAL;
}

void goro_debug_close(goro_debug *d)
{
	AS_GOROUTINE();

	if (!d)
		return;
	goro_listener_close(d->listener);
	leave(d);
}

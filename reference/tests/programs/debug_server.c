/*
 * debug_server.c - what the debug server answers, whatever it is asked.
 *
 *	debug_server            good requests, bad ones, and noise
 *	debug_server ADDRESS    serves there for two seconds, some goroutines
 *	                        waiting, and prints where
 */
#include <goro_debug.h>
#include <goro_net.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char at[GORO_ADDR_MAX];
static int failures;

static void wrong(const char *what, const char *asked)
{
	printf("debug_server: %s: %.60s\n", what, asked);
	failures++;
}

/* Sends n bytes; puts what comes back into reply, and returns its length. */
static size_t ask(const char *request, size_t n, char *reply, size_t room)
{
	goro_conn *c;
	size_t len = 0, got;

	if (goro_dial("tcp", at, goro_now() + 10 * GORO_SECOND, &c)) {
		wrong("no connection", goro_net_error());
		return 0;
	}
	goro_conn_deadline(c, goro_now() + 20 * GORO_SECOND);
	goro_conn_write(c, request, n, NULL);
	goro_conn_shutdown(c, GORO_SHUT_WRITE);
	while (len < room - 1 &&
	       goro_conn_read(c, reply + len, room - 1 - len, &got) == GORO_OK)
		len += got;
	reply[len] = '\0';
	goro_conn_close(c);
	goro_conn_free(c);
	return len;
}

#define HOST "Host: localhost\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" HOST "\r\n"

/* What is asked, the status (0: no answer), and what the answer has. */
struct expect {
	const char *request;
	int status;
	const char *has;
};

static const struct expect all[] = {
	{GET("/metrics"), 200, "\ngoro_sched_gomaxprocs_threads 2\n"},
	{"HEAD /metrics HTTP/1.1\r\n" HOST "\r\n", 200, "Content-Length: "},
	{"GET /metrics HTTP/1.0\r\n\r\n", 200, "goro_"},
	{GET("/debug/pprof/"), 200, "http://localhost/debug/pprof/goroutine"},
	{GET("/debug/pprof"), 301, "Location: /debug/pprof/\r\n"},
	{GET("/debug/pprof/goroutine?debug=1"), 200, "profile: total "},
	{GET("/debug/pprof/goroutine?x=1&debug=2"), 200, "\ngoroutine 1 ["},
	{GET("/debug/pprof/goroutine"), 200, "octet-stream"},
	{GET("/debug/pprof/cmdline"), 200, "debug_server"},
	{GET("/debug/pprof/profile?seconds=1"), 200, "nanoseconds"},
	{GET("/debug/pprof/profile?seconds=0"), 400, ""},
	{GET("/debug/pprof/trace?seconds=1"), 200, "go 1.26 trace"},
	{GET("/debug/pprof/trace?seconds=9999"), 400, ""},
	{GET("/debug/pprof/heap"), 404, "no heap profile"},
	{GET("/debug/pprof/none"), 404, "unknown profile"},
	{GET("/"), 301, ""},
	{GET("/etc/passwd"), 404, ""},
	{GET("/debug/pprof/goroutine?debug=3"), 400, ""},
	{GET("/debug/pprof/goroutine?debug="), 400, ""},
	{GET("/debug/pprof/goroutine?debug=99999999999999999999"), 400, ""},
	{GET("/debug/../metrics"), 404, ""},
	{GET("/%2e%2e"), 400, ""},
	{"GET /metrics HTTP/1.1\r\n\r\n", 400, ""},
	{"GET /metrics HTTP/1.1\r\n" HOST HOST "\r\n", 400, ""},
	{"GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403, ""},
	{"GET /metrics HTTP/1.1\r\nHost: localhost.evil\r\n\r\n", 403, ""},
	{"GET /metrics HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 200, ""},
	{"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:6060\r\n\r\n", 200, ""},
	{"GET /metrics HTTP/2.0\r\n" HOST "\r\n", 505, ""},
	{"GET /metrics\r\n\r\n", 400, ""},
	{"GET  /metrics HTTP/1.1\r\n" HOST "\r\n", 400, ""},
	{"GET metrics HTTP/1.1\r\n" HOST "\r\n", 400, ""},
	{"POST /debug/pprof/symbol HTTP/1.1\r\n" HOST "\r\n", 405,
	 "Allow: GET, HEAD\r\n"},
	{"get /metrics HTTP/1.1\r\n" HOST "\r\n", 405, ""},
	{"GET /metrics HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", 413,
	 ""},
	{"GET /metrics HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", 200, ""},
	{"GET /metrics HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n",
	 413, ""},
	{"GET /metrics HTTP/1.1\r\n" HOST " folded: x\r\n\r\n", 400, ""},
	{"GET /metrics HTTP/1.1\r\n" HOST "no colon\r\n\r\n", 400, ""},
	{"GET /metrics HTTP/1.1\r\n" HOST ": none\r\n\r\n", 400, ""},
	{"GET /metrics HTTP/1.1\n" HOST "\r\n\r\n", 400, ""},
	{"GET /metrics HTTP/1.1\r\nHost: a\x01\r\n\r\n", 400, ""},
	{"\r\n\r\n", 400, ""},
	{"GET /metrics HTTP/1.1\r\n" HOST, 0, ""},
	{"", 0, ""},
};

static void check(const struct expect *e)
{
	static char reply[1 << 17];
	size_t n = ask(e->request, strlen(e->request), reply, sizeof(reply));
	int status = 0;

	sscanf(reply, "HTTP/1.1 %d ", &status);
	if (status != e->status || (n > 0) != (e->status > 0)) {
		printf("status %d, not %d: ", status, e->status);
		wrong("status", e->request);
	}
	for (size_t i = 0; i < n; i++)
		if (reply[i] == '\0')
			reply[i] = ' ';
	if (n > 0 && !strstr(reply, e->has))
		wrong(e->has, e->request);
}

/* Under a sanitizer there is no search. */
static void check_leaks(void)
{
	bool can = goro_find_leaks() >= 0;
	struct expect text = {GET("/debug/pprof/goroutineleak?debug=1"), 200,
			      "goroutineleak profile: total "};
	struct expect pprof = {GET("/debug/pprof/goroutineleak"), 200,
			       "octet-stream"};
	struct expect none = {GET("/debug/pprof/goroutineleak"), 503,
			      "cannot be searched"};

	check(can ? &text : &none);
	check(can ? &pprof : &none);
}

/* As long as nobody may send, and one byte longer. */
static void check_long(void)
{
	static char request[10000];
	struct expect e = {request, 414, ""};

	memset(request, 'a', sizeof(request) - 1);
	memcpy(request, "GET /", 5);
	memcpy(request + 400, " HTTP/1.1\r\n" HOST "\r\n", 31);
	request[430] = '\0';
	check(&e);
	memset(request, 'a', sizeof(request) - 1);
	memcpy(request, "GET / HTTP/1.1\r\n" HOST "x: ", 36);
	e.status = 431;
	check(&e);
}

/* Good requests with bytes changed, cut off, or of anything. */
static void noise(unsigned rounds)
{
	static const char good[] = GET("/debug/pprof/goroutine?debug=1");
	static char reply[1 << 16];
	char request[sizeof(good)];

	srand(1);
	while (rounds-- > 0) {
		size_t n = sizeof(good) - 1;

		memcpy(request, good, sizeof(good));
		for (int k = rand() % 4; k >= 0; k--)
			request[(size_t)rand() % n] = (char)rand();
		if (rand() % 4 == 0)
			n = (size_t)rand() % n;
		ask(request, n, reply, sizeof(reply));
		if (*reply && strncmp(reply, "HTTP/1.1 ", 9) != 0)
			wrong("no answer of HTTP", reply);
	}
}

/* Peers that send nothing keep nobody out. */
static void check_idle_peers(void)
{
	enum { IDLE = 20 };
	goro_conn *c[IDLE];

	for (int i = 0; i < IDLE; i++)
		if (goro_dial("tcp", at, GORO_FOREVER, &c[i]))
			wrong("no connection", at);
	check(&all[0]);
	for (int i = 0; i < IDLE; i++) {
		goro_conn_close(c[i]);
		goro_conn_free(c[i]);
	}
}

static void check_addresses(void)
{
	goro_debug *d = NULL;

	if (goro_debug_serve("0.0.0.0:0") != GORO_EINVAL ||
	    goro_debug_open(":0", 0, &d) != GORO_EINVAL ||
	    goro_debug_open(NULL, 0, &d) != GORO_EINVAL ||
	    goro_debug_open("127.0.0.1:0", 8, &d) != GORO_EINVAL ||
	    goro_debug_open("127.0.0.1:99999", 0, &d) != GORO_NET_ADDR)
		wrong("an address is taken", "not loopback, or none");
	if (goro_debug_open(":0", GORO_DEBUG_ANY_ADDRESS, &d) != GORO_OK)
		wrong("an address is not taken", ":0 with the flag");
	goro_debug_close(d);
	goro_debug_close(NULL);
}

static void tests(void *unused)
{
	goro_debug *d;
	int64_t before;

	(void)unused;
	check_addresses();
	before = goro_num_goroutine();
	if (goro_debug_open("127.0.0.1:0", 0, &d) != GORO_OK)
		wrong("no server", goro_net_error());
	goro_debug_addr(d, at, sizeof(at));
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		check(&all[i]);
	check_leaks();
	check_long();
	check_idle_peers();
	noise(300);
	check(&all[0]);
	goro_debug_close(d);
	for (int i = 0; i < 5000 && goro_num_goroutine() > before; i++)
		goro_sleep(GORO_MILLISECOND);
	if (goro_num_goroutine() > before)
		wrong("goroutines are left", at);
}

static goro_chan *never;

__attribute__((noinline)) static void waits_here(void *unused)
{
	(void)unused;
	goro_recv(never, NULL);
}

static void serve(void *address)
{
	goro_debug *d;

	never = goro_make(0, 0);
	for (int i = 0; i < 50; i++)
		goro_go(waits_here, NULL);
	if (goro_debug_open(address, 0, &d) != GORO_OK)
		wrong("no server", goro_net_error());
	goro_debug_addr(d, at, sizeof(at));
	printf("%s\n", at);
	fflush(stdout);
	goro_sleep(10 * GORO_SECOND);
}

int main(int argc, char **argv)
{
	struct goro_config c = {.size = sizeof(c), .procs = 2};
	int status = argc > 1 ? goro_run_with(serve, argv[1], &c)
			      : goro_run_with(tests, NULL, &c);

	return status || failures;
}

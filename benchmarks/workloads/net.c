/* net.c - TCP echo: a goroutine for each end of each connection. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

enum { MOST_BYTES = 4096 };

#define PATIENCE_NS INT64_C(10000000000)

struct net {
	assay_waitgroup serving, calling;
	assay_listener *listener;
	assay_chan *gate; /* closed when all clients may start */
	char address[64];
	int port;
	int64_t conns, bytes;
	struct end {
		struct net *net;
		assay_conn *conn;
		int64_t messages, bad;
	} * server, *client;
};

/* ---- the ends ------------------------------------------------------------ */

static void echo(void *arg)
{
	struct end *e = arg;
	unsigned char buf[MOST_BYTES];
	int64_t total = 0;
	size_t got, done;

	while (rt.net.read(e->conn, buf, sizeof(buf), &got) == ASSAY_OK) {
		total += (int64_t)got;
		if (rt.net.write(e->conn, buf, got, &done) != ASSAY_OK)
			break;
	}
	e->messages = total / e->net->bytes;
	e->bad = total % e->net->bytes != 0;
	rt.net.close(e->conn);
	rt.sync.wg_add(&e->net->serving, -1);
}

static int read_all(assay_conn *c, unsigned char *buf, size_t n)
{
	size_t got;

	for (; n > 0; n -= got, buf += got)
		if (rt.net.read(c, buf, n, &got) != ASSAY_OK)
			return 1;
	return 0;
}

static int exchange(struct end *e, size_t bytes, int64_t number)
{
	unsigned char out[MOST_BYTES], in[MOST_BYTES];
	size_t done;

	memset(out, (int)(number & 0xff), bytes);
	if (rt.net.write(e->conn, out, bytes, &done) != ASSAY_OK ||
	    read_all(e->conn, in, bytes) != 0)
		return 1;
	return memcmp(in, out, bytes) != 0;
}

static void call(void *arg)
{
	struct end *e = arg;
	size_t bytes = (size_t)e->net->bytes;

	rt.chan.recv(e->net->gate, NULL, ASSAY_FOREVER);
	for (int64_t i = 0; i < e->messages && !e->bad; i++)
		e->bad = exchange(e, bytes, i);
	rt.net.close(e->conn);
	rt.sync.wg_add(&e->net->calling, -1);
}

/* ---- set up and down ----------------------------------------------------- */

static bool open_net(struct bench_state *s, struct net *n)
{
	int status;

	n->conns = size_of(s, 0, 100);
	n->bytes = bench_range(s, 1);
	status = rt.net.listen("tcp", "127.0.0.1:0", &n->listener);
	if (status != ASSAY_OK) {
		bench_error(s, "listen: %s", assay_status_text(status));
		return false;
	}
	/* The load may have failed. */
	rt.net.listener_deadline(n->listener, rt.time.now() + PATIENCE_NS);
	rt.net.listener_addr(n->listener, n->address, sizeof(n->address));
	n->port = (int)strtol(strrchr(n->address, ':') + 1, NULL, 10);
	n->server = zeroed((size_t)n->conns, sizeof(*n->server));
	n->client = zeroed((size_t)n->conns, sizeof(*n->client));
	return true;
}

static void accept_one(struct net *n, struct end *e)
{
	int status = rt.net.accept(n->listener, &e->conn);

	if (status != ASSAY_OK)
		die("accept: %s", assay_status_text(status));
	e->net = n;
	rt.sync.wg_add(&n->serving, 1);
	spawn(echo, e);
}

static void dial_one(struct net *n, struct end *e)
{
	int status = rt.net.dial("tcp", n->address, ASSAY_FOREVER, &e->conn);

	if (status != ASSAY_OK)
		die("dial: %s", assay_status_text(status));
	e->net = n;
	rt.sync.wg_add(&n->calling, 1);
	spawn(call, e);
}

static void free_ends(struct bench_state *s, struct end *ends, int64_t n,
		      int64_t messages)
{
	int64_t bad = 0;

	for (int64_t i = 0; i < n; i++) {
		messages -= ends[i].messages;
		bad += ends[i].bad;
		if (ends[i].conn)
			rt.net.free(ends[i].conn);
	}
	free(ends);
	expect(s, "number of connections with a wrong answer", bad, 0);
	expect(s, "number of messages missing", messages, 0);
}

static void close_net(struct net *n)
{
	rt.net.listener_close(n->listener);
	rt.net.listener_free(n->listener);
}

/* ---- measuring ----------------------------------------------------------- */

static void both_ends(struct bench_state *s)
{
	int64_t messages = bench_planned(s), cpu;
	struct net n = {0};

	if (!open_net(s, &n))
		return;
	n.gate = chan_of(0, 0);
	for (int64_t i = 0; i < n.conns; i++) {
		n.client[i].messages =
			messages / n.conns + (i < messages % n.conns);
		dial_one(&n, &n.client[i]);
		accept_one(&n, &n.server[i]);
	}
	cpu = process_cpu_ns();
	bench_begin(s);
	rt.chan.close(n.gate);
	rt.sync.wg_wait(&n.calling, ASSAY_FOREVER);
	rt.sync.wg_wait(&n.serving, ASSAY_FOREVER);
	bench_end(s);
	cpu = process_cpu_ns() - cpu;
	close_net(&n);
	rt.chan.free(n.gate);
	free_ends(s, n.client, n.conns, messages);
	free_ends(s, n.server, n.conns, messages);
	load_report(s, messages, 2 * n.conns, cpu);
}

static void server_only(struct bench_state *s)
{
	int64_t messages = bench_planned(s), cpu;
	struct net n = {0};
	pid_t pid;

	if (!open_net(s, &n))
		return;
	pid = load_start(s, n.port, messages);
	if (pid > 0) {
		bench_begin(s);
		cpu = process_cpu_ns();
		for (int64_t i = 0; i < n.conns; i++)
			accept_one(&n, &n.server[i]);
		rt.sync.wg_wait(&n.serving, ASSAY_FOREVER);
		cpu = process_cpu_ns() - cpu;
		bench_end(s);
		load_wait(s, pid);
		load_report(s, messages, n.conns, cpu);
	}
	close_net(&n);
	free_ends(s, n.server, n.conns, pid > 0 ? messages : 0);
	free(n.client);
}

#define NEED_SERVER                                                            \
	NEED_GO, NEED_CHAN, NEED(net, listen), NEED(net, accept),              \
		NEED(net, listener_addr), NEED(net, listener_close),           \
		NEED(net, listener_deadline), NEED(time, now),                 \
		NEED(net, listener_free), NEED(net, read), NEED(net, write),   \
		NEED(net, close), NEED(net, free)

const struct workload net_workloads[] = {
	{"net/echo/conns:100/bytes:64", both_ends,
	 NEEDS(NEED(net, dial), NEED_SERVER)},
	{"net/serve/conns:100/bytes:64", server_only, NEEDS(NEED_SERVER)},
	{0},
};

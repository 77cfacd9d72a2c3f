/* chan.c - channels between two, among several, and within one goroutine. */
#include <stdlib.h>
#include <string.h>

#include "workload.h"

enum { MOST_WORKERS = 16, MOST_BYTES = 4096 };

/* ---- there and back ------------------------------------------------------ */

struct pair {
	assay_chan *in, *out;
	int64_t n, bad;
	assay_waitgroup wg;
};

static void echo(void *arg)
{
	struct pair *p = arg;
	int64_t v, bad = 0;

	while (rt.chan.recv(p->in, &v, ASSAY_FOREVER) == ASSAY_OK) {
		v++;
		bad |= rt.chan.send(p->out, &v, ASSAY_FOREVER);
	}
	p->bad = bad;
	rt.chan.close(p->out);
	rt.sync.wg_add(&p->wg, -1);
}

static void pingpong(struct bench_state *s)
{
	struct pair p = {.in = chan_of(sizeof(int64_t), 0),
			 .out = chan_of(sizeof(int64_t), 0)};
	int64_t v = 0, bad = 0, n;

	rt.sync.wg_add(&p.wg, 1);
	spawn(echo, &p);
	n = bench_begin(s);
	for (int64_t i = 0; i < n; i++) {
		bad |= rt.chan.send(p.in, &v, ASSAY_FOREVER);
		bad |= rt.chan.recv(p.out, &v, ASSAY_FOREVER);
	}
	bench_end(s);
	rt.chan.close(p.in);
	expect(s, "last receive", rt.chan.recv(p.out, NULL, ASSAY_FOREVER),
	       ASSAY_CLOSED);
	rt.sync.wg_wait(&p.wg, ASSAY_FOREVER);
	rt.chan.free(p.in);
	rt.chan.free(p.out);
	expect(s, "sum of statuses", bad | p.bad, ASSAY_OK);
	expect(s, "number of turns", v, n);
	finish(s, n, 1, 2 * n);
}

/* ---- one producer, one consumer ------------------------------------------ */

static void produce(void *arg)
{
	struct pair *p = arg;
	int64_t n = p->n, bad = 0;

	for (int64_t i = 0; i < n; i++)
		bad |= rt.chan.send(p->out, &i, ASSAY_FOREVER);
	p->bad = bad;
	rt.chan.close(p->out);
	rt.sync.wg_add(&p->wg, -1);
}

static void buffered(struct bench_state *s)
{
	struct pair p = {.out = chan_of(sizeof(int64_t), bench_range(s, 0))};
	int64_t v, sum = 0;

	rt.sync.wg_add(&p.wg, 1);
	p.n = bench_begin(s);
	spawn(produce, &p);
	while (rt.chan.recv(p.out, &v, ASSAY_FOREVER) == ASSAY_OK)
		sum += v;
	bench_end(s);
	rt.sync.wg_wait(&p.wg, ASSAY_FOREVER);
	rt.chan.free(p.out);
	expect(s, "sum of statuses", p.bad, ASSAY_OK);
	expect(s, "sum", sum, sum_below(p.n));
	finish(s, p.n, 1, p.n);
}

/* ---- within one goroutine ------------------------------------------------ */

static void same_goroutine(struct bench_state *s)
{
	assay_chan *c = chan_of(sizeof(int64_t), bench_range(s, 0));
	int64_t v, sum = 0, bad = 0;
	int64_t n = bench_begin(s);

	for (int64_t i = 0; i < n; i++) {
		bad |= rt.chan.send(c, &i, ASSAY_FOREVER);
		bad |= rt.chan.recv(c, &v, ASSAY_FOREVER);
		sum += v;
	}
	bench_end(s);
	rt.chan.free(c);
	expect(s, "sum of statuses", bad, ASSAY_OK);
	expect(s, "sum", sum, sum_below(n));
	finish(s, n, 0, n);
}

static void elem(struct bench_state *s)
{
	size_t size = (size_t)bench_range(s, 0);
	assay_chan *c = chan_of(size, 16);
	unsigned char in[MOST_BYTES], out[MOST_BYTES] = {0};
	int64_t bad = 0, n;

	for (size_t i = 0; i < size; i++)
		in[i] = (unsigned char)(i * 7 + 1);
	n = bench_begin(s);
	for (int64_t i = 0; i < n; i++) {
		bad |= rt.chan.send(c, in, ASSAY_FOREVER);
		bad |= rt.chan.recv(c, out, ASSAY_FOREVER);
	}
	bench_end(s);
	rt.chan.free(c);
	expect(s, "sum of statuses", bad, ASSAY_OK);
	expect(s, "difference of what was sent and received",
	       memcmp(in, out, size), 0);
	bench_bytes(s, n * (int64_t)size);
	finish(s, n, 0, n);
}

/* ---- several on one channel ---------------------------------------------- */

/*
 * Of the values below n, producer number i sends those from first[i] up to
 * first[i + 1].  The last producer to end closes the channel.
 */
struct crowd {
	assay_chan *c;
	assay_waitgroup producing, consuming;
	int64_t first[MOST_WORKERS + 1];
	int64_t sum[MOST_WORKERS], bad[MOST_WORKERS];
	int64_t received[MOST_WORKERS];
};

struct member {
	struct crowd *crowd;
	int64_t number;
};

static void crowd_produce(void *arg)
{
	struct member *m = arg;
	struct crowd *c = m->crowd;
	int64_t end = c->first[m->number + 1], bad = 0;

	for (int64_t i = c->first[m->number]; i < end; i++)
		bad |= rt.chan.send(c->c, &i, ASSAY_FOREVER);
	c->bad[m->number] = bad;
	rt.sync.wg_add(&c->producing, -1);
}

static void crowd_consume(void *arg)
{
	struct member *m = arg;
	int64_t v, sum = 0, received = 0;

	while (rt.chan.recv(m->crowd->c, &v, ASSAY_FOREVER) == ASSAY_OK) {
		sum += v;
		received++;
	}
	m->crowd->sum[m->number] = sum;
	m->crowd->received[m->number] = received;
	rt.sync.wg_add(&m->crowd->consuming, -1);
}

static void share_out(struct crowd *c, int64_t n, int64_t producers)
{
	for (int64_t i = 0; i <= producers; i++)
		c->first[i] = n / producers * i;
	c->first[producers] = n;
}

static void crowd_check(struct bench_state *s, const struct crowd *c, int64_t n)
{
	int64_t sum = 0, bad = 0, received = 0;

	for (size_t i = 0; i < MOST_WORKERS; i++) {
		sum += c->sum[i];
		bad |= c->bad[i];
		received += c->received[i];
	}
	expect(s, "sum of statuses", bad, ASSAY_OK);
	expect(s, "number of values received", received, n);
	expect(s, "sum", sum, sum_below(n));
}

/* The consumers are goroutines, or, if there are none, main. */
static void run_crowd(struct bench_state *s, int64_t producers,
		      int64_t consumers, int64_t cap)
{
	struct crowd c = {.c = chan_of(sizeof(int64_t), cap)};
	struct member members[MOST_WORKERS];
	int64_t n = bench_begin(s), v;

	share_out(&c, n, producers);
	rt.sync.wg_add(&c.producing, producers);
	rt.sync.wg_add(&c.consuming, consumers);
	for (int64_t i = 0; i < MOST_WORKERS; i++)
		members[i] = (struct member){&c, i};
	for (int64_t i = 0; i < consumers; i++)
		spawn(crowd_consume, &members[i]);
	for (int64_t i = 0; i < producers; i++)
		spawn(crowd_produce, &members[i]);
	if (consumers == 0)
		for (; c.received[0] < n; c.received[0]++) {
			rt.chan.recv(c.c, &v, ASSAY_FOREVER);
			c.sum[0] += v;
		}
	rt.sync.wg_wait(&c.producing, ASSAY_FOREVER);
	rt.chan.close(c.c);
	rt.sync.wg_wait(&c.consuming, ASSAY_FOREVER);
	bench_end(s);
	rt.chan.free(c.c);
	crowd_check(s, &c, n);
	finish(s, n, producers + consumers, n);
}

static void mpmc(struct bench_state *s)
{
	run_crowd(s, bench_range(s, 0), bench_range(s, 1), bench_range(s, 2));
}

static void fanin(struct bench_state *s)
{
	run_crowd(s, bench_range(s, 0), 0, 0);
}

#define ELEM(bytes)                                                            \
	{                                                                      \
		"chan/elem/bytes:" #bytes, elem, NEEDS(NEED_CHAN)              \
	}

const struct workload chan_workloads[] = {
	{"chan/pingpong", pingpong, NEEDS(NEED_GO, NEED_CHAN)},
	{"chan/buffered/cap:128", buffered, NEEDS(NEED_GO, NEED_CHAN)},
	{"chan/same_goroutine/cap:128", same_goroutine, NEEDS(NEED_CHAN)},
	{"chan/mpmc/producers:4/consumers:4/cap:128", mpmc,
	 NEEDS(NEED_GO, NEED_CHAN)},
	ELEM(0),
	ELEM(8),
	ELEM(64),
	ELEM(256),
	ELEM(1024),
	ELEM(4096),
	{"chan/fanin/producers:8", fanin, NEEDS(NEED_GO, NEED_CHAN)},
	{0},
};

/* What a goroutine costs: figures, with soft bounds. */
#include "chan/ch.h"

static void wait_gate(void *arg)
{
	wait_for(arg);
}

CASE(GO_017, "resident bytes of a parked goroutine",
     .flags = CASE_PERF | CASE_NOT_SANITIZED | CASE_DEFAULT_PROCS,
     .timeout_ms = 30000)
{
	int64_t n = goroutines(100000), before, each;
	assay_chan *gate = chan_signal(0);

	before = resident_bytes();
	go_many(n, wait_gate, gate);
	settle(n);
	each = (resident_bytes() - before) / n;
	note("%" PRId64 " bytes each, %" PRId64 " parked", each, n);
	CHECK_LE(each, 16 * 1024);
	close_chan(gate);
}

struct pings {
	assay_chan *c;
	int64_t sum;
	assay_chan *done;
};

static void sum_pings(void *arg)
{
	struct pings *p = arg;
	int v;

	while (recv(p->c, &v))
		p->sum += v;
	send_signal(p->done);
}

#define PINGS 1000

CASE(GO_018, "nanoseconds of a value over an unbuffered channel", .procs = {1},
     .flags = CASE_PERF)
{
	struct pings p = {.c = chan_int(0), .done = chan_signal(0)};
	int64_t total = rounds(1000000), start = cpu_ns(), sent = 0, spent = 0;

	go(sum_pings, &p);
	while (sent < total && spent < 300 * MS) {
		for (int i = 0; i < PINGS; i++)
			send_int(p.c, i);
		sent += PINGS;
		spent = cpu_ns() - start;
	}
	close_chan(p.c);
	wait_for(p.done);
	CHECK_EQ(p.sum, sent / PINGS * (PINGS * (PINGS - 1) / 2));
	note("%.0f ns a value", (double)spent / (double)sent);
}

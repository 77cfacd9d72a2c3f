/* graph.c - many goroutines connected by channels without buffer. */
#include <stdlib.h>

#include "workload.h"

/* ---- the sieve ----------------------------------------------------------- */

/*
 * Goroutine 0 sends 2, 3 ... last and closes; goroutine i > 0 passes on what
 * is no multiple of prime number i.  All of it is known beforehand, so the
 * goroutines all end.
 */
struct sieve {
	assay_waitgroup wg;
	int64_t primes, last;
	struct stage {
		struct sieve *sieve;
		assay_chan *in, *out;
		int64_t prime, sent, bad;
	} * stages;
};

static int64_t prime_number(int64_t n)
{
	int64_t candidate = 1;

	while (n > 0) {
		int64_t d = 2;

		candidate++;
		while (d * d <= candidate && candidate % d != 0)
			d++;
		n -= d * d > candidate;
	}
	return candidate;
}

static void generate(void *arg)
{
	struct stage *st = arg;

	for (int64_t v = 2; v <= st->sieve->last; v++, st->sent++)
		st->bad |= rt.chan.send(st->out, &v, ASSAY_FOREVER);
	rt.chan.close(st->out);
	rt.sync.wg_add(&st->sieve->wg, -1);
}

static void filter(void *arg)
{
	struct stage *st = arg;
	int64_t prime = st->prime, v;

	while (rt.chan.recv(st->in, &v, ASSAY_FOREVER) == ASSAY_OK) {
		if (v % prime == 0)
			continue;
		st->bad |= rt.chan.send(st->out, &v, ASSAY_FOREVER);
		st->sent++;
	}
	rt.chan.close(st->out);
	rt.sync.wg_add(&st->sieve->wg, -1);
}

static struct sieve sieve;

/* The values 2 ... last that no prime before number i divides. */
static int64_t expected_messages(void)
{
	int64_t n = 0;

	for (int64_t v = 2; v <= sieve.last; v++) {
		n++;
		for (int64_t i = 1; i < sieve.primes; i++, n++)
			if (v % sieve.stages[i].prime == 0)
				break;
	}
	return n;
}

static void sieve_once(struct bench_state *s)
{
	struct stage *st = sieve.stages;
	int64_t prime = 0;

	rt.sync.wg_add(&sieve.wg, sieve.primes);
	for (int64_t i = 0; i < sieve.primes; i++) {
		st[i] = (struct stage){.sieve = &sieve, .prime = prime};
		st[i].in = i > 0 ? st[i - 1].out : NULL;
		st[i].out = chan_of(sizeof(int64_t), 0);
		spawn(i > 0 ? filter : generate, &st[i]);
		rt.chan.recv(st[i].out, &prime, ASSAY_FOREVER);
	}
	expect(s, "last prime", prime, sieve.last);
	expect(s, "receive after it",
	       rt.chan.recv(st[sieve.primes - 1].out, NULL, ASSAY_FOREVER),
	       ASSAY_CLOSED);
	rt.sync.wg_wait(&sieve.wg, ASSAY_FOREVER);
	for (int64_t i = 0; i < sieve.primes; i++)
		rt.chan.free(st[i].out);
}

static void measure_sieve(struct bench_state *s)
{
	int64_t n, sent = 0;

	sieve.primes = size_of(s, 0, 50);
	sieve.last = prime_number(sieve.primes);
	sieve.stages = zeroed((size_t)sieve.primes, sizeof(*sieve.stages));
	n = repeat(s, sieve_once);
	for (int64_t i = 0; i < sieve.primes; i++) {
		sent += sieve.stages[i].sent;
		expect(s, "sum of statuses", sieve.stages[i].bad, ASSAY_OK);
	}
	expect(s, "number of messages", sent, expected_messages());
	free(sieve.stages);
	finish(s, n, n * sieve.primes, n * sent);
}

/* ---- the ring ------------------------------------------------------------ */

struct ring {
	assay_waitgroup wg;
	int64_t nodes, rounds;
	struct node {
		struct ring *ring;
		assay_chan *in, *out;
		int64_t bad;
	} * node;
};

static struct ring ring;

/* Adds one to the token each time it comes by. */
static void pass_on(void *arg)
{
	struct node *n = arg;
	int64_t token, bad = 0;

	for (int64_t i = 0; i < n->ring->rounds; i++) {
		bad |= rt.chan.recv(n->in, &token, ASSAY_FOREVER);
		token++;
		bad |= rt.chan.send(n->out, &token, ASSAY_FOREVER);
	}
	n->bad |= bad;
	rt.sync.wg_add(&n->ring->wg, -1);
}

/* Main is what closes the ring: it sends the token on, round by round. */
static void ring_once(struct bench_state *s)
{
	struct node *n = ring.node;
	int64_t token = 0, bad = 0;

	rt.sync.wg_add(&ring.wg, ring.nodes);
	for (int64_t i = 0; i < ring.nodes; i++)
		spawn(pass_on, &n[i]);
	for (int64_t i = 0; i < ring.rounds; i++) {
		bad |= rt.chan.send(n[0].in, &token, ASSAY_FOREVER);
		bad |= rt.chan.recv(n[ring.nodes - 1].out, &token,
				    ASSAY_FOREVER);
	}
	rt.sync.wg_wait(&ring.wg, ASSAY_FOREVER);
	for (int64_t i = 0; i < ring.nodes; i++)
		bad |= n[i].bad;
	expect(s, "sum of statuses", bad, ASSAY_OK);
	expect(s, "token", token, ring.nodes * ring.rounds);
}

static void measure_ring(struct bench_state *s)
{
	int64_t n;

	ring.nodes = size_of(s, 0, 20);
	ring.rounds = size_of(s, 1, 20);
	ring.node = zeroed((size_t)ring.nodes + 1, sizeof(*ring.node));
	for (int64_t i = 0; i <= ring.nodes; i++) {
		ring.node[i].ring = &ring;
		ring.node[i].in = chan_of(sizeof(int64_t), 0);
		if (i > 0)
			ring.node[i - 1].out = ring.node[i].in;
	}
	n = repeat(s, ring_once);
	for (int64_t i = 0; i <= ring.nodes; i++)
		rt.chan.free(ring.node[i].in);
	free(ring.node);
	finish(s, n, n * ring.nodes, n * (ring.nodes + 1) * ring.rounds);
}

/* ---- skynet -------------------------------------------------------------- */

enum { CHILDREN = 10 };

/*
 * The channels of the parents, freed when all have ended: the receiver of the
 * last value cannot know that the sender's call has returned.  Parents number
 * themselves level by level.
 */
static struct {
	int64_t leaves, parents;
	assay_chan **chans;
	assay_waitgroup wg;
} skynet;

struct tree {
	assay_chan *up;
	int64_t first, size; /* the leaves first ... first + size - 1 */
	int64_t level_start; /* number of the first parent of this level */
};

static void grow(void *arg)
{
	struct tree *t = arg, child = {0};
	int64_t sum = 0, v;
	int64_t number = t->level_start + t->first / t->size;

	if (t->size == 1) {
		rt.chan.send(t->up, &t->first, ASSAY_FOREVER);
		return;
	}
	skynet.chans[number] = child.up = chan_of(sizeof(int64_t), 0);
	child.size = t->size / CHILDREN;
	child.level_start = t->level_start + skynet.leaves / t->size;
	for (int64_t i = 0; i < CHILDREN; i++) {
		child.first = t->first + i * child.size;
		if (rt.core.go(grow, &child, sizeof(child)) != ASSAY_OK)
			die("go: out of memory");
	}
	for (int64_t i = 0; i < CHILDREN; i++) {
		rt.chan.recv(child.up, &v, ASSAY_FOREVER);
		sum += v;
	}
	rt.chan.send(t->up, &sum, ASSAY_FOREVER);
}

static void skynet_once(struct bench_state *s)
{
	struct tree root = {.up = chan_of(sizeof(int64_t), 0),
			    .size = skynet.leaves};
	int64_t sum = -1;

	if (rt.core.go(grow, &root, sizeof(root)) != ASSAY_OK)
		die("go: out of memory");
	rt.chan.recv(root.up, &sum, ASSAY_FOREVER);
	expect(s, "sum", sum, sum_below(skynet.leaves));
	for (int64_t i = 0; i < skynet.parents; i++)
		rt.chan.free(skynet.chans[i]);
	rt.chan.free(root.up);
}

static void measure_skynet(struct bench_state *s)
{
	int64_t n, goroutines;

	skynet.leaves = size_of(s, 0, 1000);
	skynet.parents = (skynet.leaves - 1) / (CHILDREN - 1);
	skynet.chans = zeroed((size_t)skynet.parents, sizeof(*skynet.chans));
	goroutines = skynet.leaves + skynet.parents;
	n = repeat(s, skynet_once);
	free(skynet.chans);
	finish(s, n, n * goroutines, n * goroutines);
}

/* ---- the pipeline -------------------------------------------------------- */

enum { MOST_STAGES = 100 };

struct section {
	assay_chan *in, *out;
	int64_t bad;
	assay_waitgroup *wg;
};

static void add_one(void *arg)
{
	struct section *p = arg;
	int64_t v, bad = 0;

	while (rt.chan.recv(p->in, &v, ASSAY_FOREVER) == ASSAY_OK) {
		v++;
		bad |= rt.chan.send(p->out, &v, ASSAY_FOREVER);
	}
	p->bad = bad;
	rt.chan.close(p->out);
	rt.sync.wg_add(p->wg, -1);
}

struct source {
	assay_chan *out;
	int64_t n;
	assay_waitgroup *wg;
};

static void feed(void *arg)
{
	struct source *src = arg;

	for (int64_t i = 0; i < src->n; i++)
		rt.chan.send(src->out, &i, ASSAY_FOREVER);
	rt.chan.close(src->out);
	rt.sync.wg_add(src->wg, -1);
}

static void pipeline(struct bench_state *s)
{
	int64_t stages = bench_range(s, 0), v, sum = 0, n, bad = 0;
	assay_waitgroup wg = {0};
	struct section p[MOST_STAGES];
	struct source src = {.out = chan_of(sizeof(int64_t), 0), .wg = &wg};

	rt.sync.wg_add(&wg, stages + 1);
	for (int64_t i = 0; i < stages; i++) {
		p[i] = (struct section){.in = i > 0 ? p[i - 1].out : src.out,
					.out = chan_of(sizeof(int64_t), 0),
					.wg = &wg};
		spawn(add_one, &p[i]);
	}
	src.n = n = bench_begin(s);
	spawn(feed, &src);
	while (rt.chan.recv(p[stages - 1].out, &v, ASSAY_FOREVER) == ASSAY_OK)
		sum += v;
	bench_end(s);
	rt.sync.wg_wait(&wg, ASSAY_FOREVER);
	rt.chan.free(src.out);
	for (int64_t i = 0; i < stages; i++) {
		rt.chan.free(p[i].out);
		bad |= p[i].bad;
	}
	expect(s, "sum of statuses", bad, ASSAY_OK);
	expect(s, "sum", sum, sum_below(n) + n * stages);
	finish(s, n, stages + 1, n * (stages + 1));
}

const struct workload graph_workloads[] = {
	{"chan/pipeline/stages:10", pipeline, NEEDS(NEED_GO, NEED_CHAN)},
	{"chan/sieve/primes:2000", measure_sieve, NEEDS(NEED_GO, NEED_CHAN),
	 .goroutines = 2000, .bytes_each = 8192},
	{"chan/ring/nodes:1000/rounds:1000", measure_ring,
	 NEEDS(NEED_GO, NEED_CHAN)},
	{"chan/skynet/leaves:1000000", measure_skynet,
	 NEEDS(NEED_GO, NEED_CHAN), .goroutines = 1111111, .bytes_each = 8192},
	{0},
};

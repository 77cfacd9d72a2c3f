/* Whole programs made of channels. */
#include "ch.h"

/* ---- CH-043: workers that range over one queue -------------------------------- */

#define WORKERS 23
#define ITEMS 271828
#define PRIMES 10
#define LOT 1024 /* items between two looks at the clock */

static const int primes[PRIMES] = {2, 3, 7, 11, 13, 17, 19, 23, 27, 31};

struct consumers {
	assay_chan *queue, *results;
	assay_waitgroup wg;
	int64_t items, sum; /* of what was queued; read after results' close */
};

struct worker {
	struct consumers *all;
	int favourite; /* the value at which it lets others run */
};

static void work(void *arg)
{
	const struct worker *w = arg;
	int v;

	while (recv(w->all->queue, &v)) {
		if (v == w->favourite)
			yield();
		send_int(w->all->results, v);
	}
	wg_done(&w->all->wg);
}

/*
 * All the items, or as many as 300 ms of CPU time are enough for.  Then what
 * a Go program does: close the queue, wait for the workers, close results.
 */
static void feed(void *arg)
{
	struct consumers *all = arg;
	int64_t most = rounds(ITEMS), start = cpu_ns();

	for (; all->items < most; all->items++) {
		int v = primes[all->items % PRIMES];

		if (all->items % LOT == 0 && cpu_ns() - start > 300 * MS)
			break;
		all->sum += v;
		send_int(all->queue, v);
	}
	close_chan(all->queue);
	wg_wait(&all->wg);
	close_chan(all->results);
}

CASE(CH_043, "23 workers pass on all items of one queue, and all end",
     .timeout_ms = 30000, NEEDS(NEED(sync, wg_add), NEED(sync, wg_wait)))
{
	static struct consumers all;
	int64_t items = 0, sum = 0;
	int v;

	all.queue = chan_int(WORKERS * 3);
	all.results = chan_int(WORKERS * 3);
	wg_add(&all.wg, WORKERS);
	for (int i = 0; i < WORKERS; i++) {
		struct worker w = {&all, primes[i % PRIMES]};

		go_copy(work, &w, sizeof(w));
	}
	go(feed, &all);
	for (; recv(all.results, &v); items++)
		sum += v;
	CHECK_EQ(items, all.items);
	CHECK_EQ(sum, all.sum);
	note("%" PRId64 " items", items);
}

/* ---- CH-045: a semaphore ---------------------------------------------------------- */

#define PERMITS 3
#define TASKS 50

struct semaphore {
	assay_chan *permits, *done;
	atomic_int inside, high; /* holders now, and at most so far */
};

static void raise_high(struct semaphore *s, int inside)
{
	int high = count(&s->high);

	/* acq_rel pairs with count(); a failed exchange reloads high */
	while (high < inside &&
	       !atomic_compare_exchange_weak_explicit(&s->high, &high, inside,
						      memory_order_acq_rel,
						      memory_order_acquire))
		continue;
}

static void hold_permit(void *arg)
{
	struct semaphore *s = arg;

	send_signal(s->permits);
	raise_high(s, mark(&s->inside));
	/* The first holders stay until there are as many as there can be. */
	CHECK(becomes(&s->high, PERMITS));
	yield();
	atomic_fetch_sub_explicit(&s->inside, 1, memory_order_acq_rel);
	wait_for(s->permits);
	send_signal(s->done);
}

CASE(CH_045, "a buffer of three lets three tasks in, and no fourth")
{
	static struct semaphore s;

	s.permits = chan_signal(PERMITS);
	s.done = chan_signal(0);
	go_many(TASKS, hold_permit, &s);
	join(s.done, TASKS);
	CHECK_EQ(count(&s.high), PERMITS);
}

/* ---- CH-050: the prime sieve ---------------------------------------------------------- */

#define SIEVED 100

static void generate(void *arg)
{
	for (int i = 2;; i++)
		send_int(arg, i);
}

struct filter {
	assay_chan *from, *to;
	int prime;
};

static void pass_others(void *arg)
{
	const struct filter *f = arg;

	for (;;) {
		int v = recv_int(f->from);

		if (v % f->prime != 0)
			send_int(f->to, v);
	}
}

static bool is_prime(int n)
{
	for (int divisor = 2; divisor < n; divisor++)
		if (n % divisor == 0)
			return false;
	return true;
}

CASE(CH_050, "the sieve gives the first 100 primes", .flags = CASE_VALGRIND)
{
	struct filter f = {.to = chan_int(0)};
	int want = 1;

	go(generate, f.to);
	for (int64_t i = rounds(SIEVED); i > 0; i--) {
		do
			want++;
		while (!is_prime(want));
		f.from = f.to;
		f.prime = recv_int(f.from);
		REQUIRE_EQ(f.prime, want);
		f.to = chan_int(0);
		go_copy(pass_others, &f, sizeof(f));
	}
	if (rounds(SIEVED) == SIEVED)
		CHECK_EQ(want, 541);
}

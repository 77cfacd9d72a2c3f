/* How long goroutines live, how many there may be, and what ends them. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "chan/ch.h"

/* ---- GO-003, GO-004: the end of main ends the process ---------------------- */

static void print_late(void *arg)
{
	(void)arg;
	sleep_ns(3 * SEC);
	say("late\n");
}

CASE(GO_003, "main's return ends the process, not waiting for others",
     ENDS(.status = 0, .out = "", .max_ms = 2500))
{
	prove_alive();
	go(print_late, NULL);
}

static void say_and_print_late(void *arg)
{
	mark(arg);
	print_late(NULL);
}

CASE_OF(GO_003, asleep, "main's return ends the process with others asleep",
	ENDS(.status = 0, .out = "", .max_ms = 2500))
{
	static atomic_int started;

	go(say_and_print_late, &started);
	REQUIRE(becomes(&started, 1));
	sleep_ns(2 * MS);
}

/* Whether main gets a CPU again once another goroutine spins. */
static bool can_outlive_spinner(void)
{
	return (rt->traits & ASSAY_TRAIT_PREEMPTIVE) != 0 ||
	       ((rt->traits & ASSAY_TRAIT_PARALLEL) != 0 && case_procs() > 1 &&
		(rt->traits & ASSAY_TRAIT_CHILD_FIRST) == 0);
}

/* Elsewhere it gives way: a `go` that runs the child first would not return. */
static void spin(void *arg)
{
	atomic_int *spinning = arg;
	bool polite = !can_outlive_spinner();

	mark(spinning);
	while (count(spinning) > 0)
		if (polite)
			yield();
}

CASE(GO_004, "main's return ends the process under a spinning goroutine",
     ENDS(.status = 0, .max_ms = 2000), .flags = CASE_REAL_TIME)
{
	static atomic_int spinning;

	go(spin, &spinning);
	CHECK(becomes(&spinning, 1));
}

/* ---- GO-009, GO-015: what does not end a goroutine -------------------------- */

struct family {
	atomic_int parents, children; /* that have come to their end */
};

static void child(void *arg)
{
	struct family *f = arg;

	REQUIRE(becomes(&f->parents, 1));
	sleep_ns(20 * MS);
	mark(&f->children);
}

static void parent(void *arg)
{
	struct family *f = arg;

	go(child, f);
	mark(&f->parents);
}

CASE(GO_009, "a goroutine outlives the one that started it")
{
	static struct family f;

	go(parent, &f);
	CHECK(becomes(&f.children, 1));
}

struct stubborn {
	assay_chan *done;   /* it never looks at it */
	atomic_int laps;    /* how often it went round */
	atomic_int release; /* the only thing it obeys */
};

static void ignore_done(void *arg)
{
	struct stubborn *s = arg;

	while (count(&s->release) == 0) {
		sleep_ns(MS / 2);
		mark(&s->laps);
	}
	mark(&s->release);
}

CASE(GO_015, "no goroutine can end another: closing done only asks")
{
	static struct stubborn s;
	int laps;

	s.done = chan_signal(0);
	go(ignore_done, &s);
	REQUIRE(becomes(&s.laps, 1));
	close_chan(s.done);
	laps = count(&s.laps);
	CHECK(becomes(&s.laps, laps + 5));
	mark(&s.release);
	CHECK(becomes(&s.release, 2));
}

/* ---- GO-010: a chain ------------------------------------------------------- */

struct chain_link {
	assay_chan *left, *right;
	atomic_int *hops;
};

static void pass_left(void *arg)
{
	const struct chain_link *l = arg;
	int v = recv_int(l->right);

	mark(l->hops);
	send_int(l->left, v);
}

CASE(GO_010, "a chain of 10 000 goroutines passes a value to its end",
     .flags = CASE_VALGRIND, .timeout_ms = 30000)
{
	int64_t n = goroutines(10000);
	atomic_int hops = 0;
	assay_chan *leftmost = chan_int(0);
	struct chain_link l = {.right = leftmost, .hops = &hops};

	for (int64_t i = 0; i < n; i++) {
		l.left = l.right;
		l.right = chan_int(0);
		go_copy(pass_left, &l, sizeof(l));
	}
	send_int(l.right, 1);
	CHECK_EQ(recv_int(leftmost), 1);
	CHECK_EQ(count(&hops), n);
}

/* ---- GO-011: very many parked ------------------------------------------------ */

struct crowd {
	assay_chan *c;
	int n;
	atomic_int right; /* woken with the channel closed and a zero */
	atomic_int woken;
	assay_chan *all;
};

static void wait_for_close(void *arg)
{
	struct crowd *w = arg;
	int v = -1;

	if (rt->chan->recv(w->c, &v, ASSAY_FOREVER) == ASSAY_CLOSED && v == 0)
		mark(&w->right);
	if (mark(&w->woken) == w->n)
		send_signal(w->all);
}

CASE(GO_011, "100 000 parked goroutines are all woken by one close",
     .timeout_ms = 30000)
{
	static struct crowd w;

	w.c = chan_int(0);
	w.n = (int)goroutines(100000);
	w.all = chan_signal(0);
	go_many(w.n, wait_for_close, &w);
	settle(w.n);
	CHECK_EQ(count(&w.woken), 0);
	close_chan(w.c);
	wait_for(w.all);
	CHECK_EQ(count(&w.right), w.n);
	note("%d goroutines", w.n);
}

/* ---- GO-012, GO-024: the live count ------------------------------------------- */

/* Polls until n goroutines live, up to limit; the last number seen. */
static int64_t live_becomes(int64_t n, int64_t limit)
{
	int64_t end = in(upto(limit)), live;

	while ((live = rt->inspect->num_goroutine()) != n && now() < end)
		sleep_ns(MS / 5);
	return live;
}

static void wait_gate(void *arg)
{
	wait_for(arg);
}

CASE(GO_012, "the live count is 1, N + 1 while N are parked, then 1 again",
     NEEDS(NEED(inspect, num_goroutine)))
{
	int64_t n = goroutines(1000);
	assay_chan *gate = chan_signal(0);

	CHECK_EQ(rt->inspect->num_goroutine(), 1);
	go_many(n, wait_gate, gate);
	CHECK_EQ(rt->inspect->num_goroutine(), n + 1);
	settle(n);
	CHECK_EQ(rt->inspect->num_goroutine(), n + 1);
	close_chan(gate);
	CHECK_EQ(live_becomes(1, 5 * SEC), 1);
}

/* Takes values of any kind, as a print function does. */
static void format(char *out, size_t n, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void format(char *out, size_t n, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(out, n, fmt, ap);
	va_end(ap);
}

struct print {
	char text[128];
	atomic_int printed; /* text is valid */
};

static void print_many(void *arg)
{
	struct print *p = arg;

	format(p->text, sizeof(p->text), "%d %c %s %ld %.2f %u %lld %.1e %s", 1,
	       'x', "two", 3L, 4.5, 6u, 7LL, 8e9, "end");
	mark(&p->printed);
}

CASE(GO_024, "a call with values of any kind leaves no goroutine behind",
     .flags = CASE_VALGRIND, NEEDS(NEED(inspect, num_goroutine)))
{
	static struct print p;
	int64_t before = rt->inspect->num_goroutine();

	go(print_many, &p);
	REQUIRE(becomes(&p.printed, 1));
	CHECK_STR(p.text, "1 x two 3 4.50 6 7 8.0e+09 end");
	CHECK_EQ(live_becomes(before, 10 * SEC), before);
}

/* ---- GO-013: slots and stacks are used again ------------------------------------ */

#define BATCH 1000

struct batch {
	atomic_int left; /* goroutines of the batch that have not ended */
	assay_chan *gate, *done;
};

static void end_in_batch(struct batch *b)
{
	if (atomic_fetch_sub_explicit(&b->left, 1, memory_order_acq_rel) == 1)
		send_signal(b->done);
}

static void end_at_once(void *arg)
{
	end_in_batch(arg);
}

static void end_after_gate(void *arg)
{
	struct batch *b = arg;

	wait_for(b->gate);
	end_in_batch(b);
}

static void run_batch(struct batch *b, int n, assay_fn fn)
{
	atomic_store_explicit(&b->left, n, memory_order_release);
	go_many(n, fn, b);
	if (fn == end_after_gate) {
		settle(n);
		close_chan(b->gate);
	}
	wait_for(b->done);
}

/*
 * The bound of the row, 64 MiB for ten million, leaves no room for a leak of
 * 7 bytes each.  Fewer are started here, and fewer still where a start takes
 * long, so the bound is 16 MiB; a whole batch alive at once before the first
 * measurement takes the memory that batches need at most.
 */
CASE(GO_013, "goroutines that ended make room for others: no growth",
     .flags = CASE_NOT_SANITIZED, .timeout_ms = 30000)
{
	static struct batch b;
	int n = (int)goroutines(BATCH);
	int64_t made = 0, total = rounds(1000000), start = cpu_ns(), first;

	b.gate = chan_signal(0);
	b.done = chan_signal(0);
	run_batch(&b, n, end_after_gate);
	run_batch(&b, n, end_at_once);
	first = resident_bytes();
	for (int round = 0; made < total; round++, made += n) {
		if (round >= 8 && cpu_ns() - start > 300 * MS)
			break;
		run_batch(&b, n, end_at_once);
	}
	CHECK_LT(resident_bytes(), first + (INT64_C(16) << 20));
	note("%" PRId64 " goroutines, %" PRId64 " KiB more", made,
	     (resident_bytes() - first) / 1024);
}

/* ---- GO-023: one heap ------------------------------------------------------------- */

struct person {
	char name[32];
	struct person *friend;
	int *age;
};

/* Plain memory: go() alone orders the parent's writes, done the child's. */
struct visit {
	struct person *who;
	assay_chan *done;
	bool right;
};

static void read_heap(void *arg)
{
	struct visit *v = arg;
	struct person *p = v->who;

	v->right = strcmp(p->name, "ada") == 0 &&
		   strcmp(p->friend->name, "bob") == 0 && *p->age == 36 &&
		   p->friend->friend == p;
	*p->age = 37;
	send_signal(v->done);
}

static struct person *new_person(const char *name)
{
	struct person *p = calloc(1, sizeof(*p));

	REQUIRE(p != NULL);
	memcpy(p->name, name, strlen(name) + 1);
	return p;
}

CASE(GO_023, "goroutines share one heap and pointers stay valid",
     .flags = CASE_VALGRIND)
{
	assay_chan *done = chan_signal(0);

	for (int round = 0; round < 100; round++) {
		struct person *ada = new_person("ada");
		struct person *bob = new_person("bob");
		struct visit v = {.who = ada, .done = done};
		int age = 36;

		ada->friend = bob;
		bob->friend = ada;
		ada->age = &age;
		go(read_heap, &v);
		wait_for(done);
		CHECK(v.right);
		CHECK_EQ(age, 37);
		free(ada);
		free(bob);
	}
}

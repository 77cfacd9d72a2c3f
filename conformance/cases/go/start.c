/* Starting goroutines: what they get, when they run, how they are joined. */
#include "chan/ch.h"

/* ---- GO-001 -------------------------------------------------------------- */

struct meeting {
	atomic_int open, done;
	int marker; /* the starter's, written after go() returned */
	int saw;    /* the marker as the goroutine saw it */
};

static void meet(void *arg)
{
	struct meeting *m = arg;

	REQUIRE(becomes(&m->open, 1));
	m->saw = m->marker;
	mark(&m->done);
}

CASE(GO_001, "go returns at once and the function runs by itself",
     .flags = CASE_VALGRIND)
{
	static struct meeting m;

	go(meet, &m);
	m.marker = 42;
	mark(&m.open);
	REQUIRE(becomes(&m.done, 1));
	CHECK_EQ(m.saw, 42);
}

/* ---- GO-002 -------------------------------------------------------------- */

CASE(GO_002, "a program starts with the main goroutine alone",
     NEEDS(NEED(inspect, num_goroutine)))
{
	CHECK_EQ(rt->inspect->num_goroutine(), 1);
}

/* ---- GO-005 -------------------------------------------------------------- */

struct turns {
	atomic_int turn; /* who comes first draws 0: relaxed, order is free */
	int theirs;      /* handed back through done */
	assay_chan *done;
};

static int draw(struct turns *t)
{
	return atomic_fetch_add_explicit(&t->turn, 1, memory_order_relaxed);
}

static void draw_theirs(void *arg)
{
	struct turns *t = arg;

	t->theirs = draw(t);
	send_signal(t->done);
}

CASE(GO_005, "creator and goroutine may come first, and neither is lost",
     .procs = {4})
{
	struct turns t = {.done = chan_signal(0)};
	int64_t n = rounds(1000), creator_first = 0;

	for (int64_t i = 0; i < n; i++) {
		int mine;

		t.theirs = -1;
		atomic_store_explicit(&t.turn, 0, memory_order_relaxed);
		go(draw_theirs, &t);
		mine = draw(&t);
		wait_for(t.done);
		CHECK_EQ(mine + t.theirs, 1);
		creator_first += mine == 0;
	}
	note("the creator came first in %" PRId64 " of %" PRId64, creator_first,
	     n);
}

/* ---- GO-006 -------------------------------------------------------------- */

#define STARTS 100000
#define STARTERS 10

/*
 * Slot i counts the runs of goroutine i: a run lost and another made twice
 * would leave the sum right.
 */
static struct {
	atomic_int sum;
	atomic_int runs[STARTS];
	assay_waitgroup wg;
} starts;

struct span {
	int64_t from, to;
};

static void run_slot(void *arg)
{
	mark(arg);
	mark(&starts.sum);
	wg_done(&starts.wg);
}

static void start_span(void *arg)
{
	const struct span *s = arg;

	for (int64_t i = s->from; i < s->to; i++)
		go(run_slot, &starts.runs[i]);
}

/* Half are started by main, half by goroutines: both fill run queues. */
static void start_all(int64_t n)
{
	int64_t share = n / 2 / STARTERS;
	struct span rest = {.from = share * STARTERS, .to = n};

	for (int64_t i = 0; i < STARTERS; i++) {
		struct span s = {.from = i * share, .to = (i + 1) * share};

		go_copy(start_span, &s, sizeof(s));
	}
	start_span(&rest);
}

CASE(GO_006, "every goroutine that was started runs, and runs once",
     .timeout_ms = 30000, NEEDS(NEED(sync, wg_add), NEED(sync, wg_wait)))
{
	int64_t n = goroutines(STARTS), wrong = 0;

	wg_add(&starts.wg, n);
	start_all(n);
	wg_wait(&starts.wg);
	sleep_ns(1 * MS); /* a second run would show now */
	CHECK_EQ(count(&starts.sum), n);
	for (int64_t i = 0; i < n; i++)
		wrong += count(&starts.runs[i]) != 1;
	CHECK_EQ(wrong, 0);
}

/* ---- GO-007 -------------------------------------------------------------- */

#define ARG_SIZES 9
#define ARGS_PER_SIZE 6

static const size_t arg_sizes[ARG_SIZES] = {1, 4, 8, 12, 24, 40, 100, 255, 256};

/* What the goroutines of GO-007 share with main. */
static struct {
	atomic_int open, done;
	atomic_int seen[ARG_SIZES][ARGS_PER_SIZE];
} args;

/* Byte 0 names the size and the copy, the others follow from it. */
static void fill_arg(unsigned char *p, int size, int copy)
{
	p[0] = (unsigned char)(size * ARGS_PER_SIZE + copy);
	for (size_t i = 1; i < arg_sizes[size]; i++)
		p[i] = (unsigned char)(p[0] * 31u + i * 7u + 5u);
}

static void check_arg(const unsigned char *p, int size, int copy)
{
	unsigned char want[ASSAY_ARG_MAX];

	fill_arg(want, size, copy);
	CHECK_MSG(memcmp(p, want, arg_sizes[size]) == 0,
		  "copy %d of %zu bytes differs", copy, arg_sizes[size]);
}

/* The copy must be right at the start, and for the goroutine's whole life. */
static void keep_arg(void *arg)
{
	unsigned char *p = arg;
	int size = p[0] / ARGS_PER_SIZE, copy = p[0] % ARGS_PER_SIZE;

	if (CHECK_LT(size, ARG_SIZES)) {
		CHECK_EQ((uintptr_t)arg % 16, 0);
		mark(&args.seen[size][copy]);
		check_arg(p, size, copy);
		REQUIRE(becomes(&args.open, 1));
		check_arg(p, size, copy);
		memset(p, 0, arg_sizes[size]);
	}
	mark(&args.done);
}

CASE(GO_007, "arguments are copied at the go statement", .flags = CASE_VALGRIND)
{
	unsigned char buf[ASSAY_ARG_MAX];

	for (int copy = 0; copy < ARGS_PER_SIZE; copy++)
		for (int size = 0; size < ARG_SIZES; size++) {
			fill_arg(buf, size, copy);
			go_copy(keep_arg, buf, arg_sizes[size]);
			memset(buf, 0xff, sizeof(buf));
		}
	mark(&args.open);
	REQUIRE(becomes(&args.done, ARG_SIZES * ARGS_PER_SIZE));
	for (int copy = 0; copy < ARGS_PER_SIZE; copy++)
		for (int size = 0; size < ARG_SIZES; size++)
			CHECK_EQ(count(&args.seen[size][copy]), 1);
}

/* ---- GO-008 -------------------------------------------------------------- */

static atomic_int by_value[3], by_address[4], given;

static void give_value(void *arg)
{
	int i = *(const int *)arg;

	REQUIRE_CMP(i, >=, 0);
	REQUIRE_CMP(i, <, 3);
	mark(&by_value[i]);
	mark(&given);
}

/* The variable is shared on purpose: relaxed, any value in time is right. */
static void give_shared(void *arg)
{
	mark(&by_address[atomic_load_explicit((atomic_int *)arg,
					      memory_order_relaxed)]);
	mark(&given);
}

CASE(GO_008, "a loop variable passed by value is each goroutine's own")
{
	static atomic_int shared;

	for (int i = 0; i < 3; i++)
		go_copy(give_value, &i, sizeof(i));
	REQUIRE(becomes(&given, 3));
	for (int i = 0; i < 3; i++)
		CHECK_EQ(count(&by_value[i]), 1);

	for (int i = 0; i < 3; i++) {
		atomic_store_explicit(&shared, i, memory_order_relaxed);
		go(give_shared, &shared);
	}
	atomic_store_explicit(&shared, 3, memory_order_relaxed);
	REQUIRE(becomes(&given, 6));
	for (int i = 0; i < 4; i++)
		note("by address: %d saw %d", count(&by_address[i]), i);
}

/* ---- GO-014 -------------------------------------------------------------- */

/* The go statement gives back a status, and nothing to hold on to. */
_Static_assert(_Generic(((struct assay_core_ops *)0)->go,
			int (*)(assay_fn, const void *, size_t) : 1,
			default : 0),
	       "go has no handle");

struct square {
	assay_chan *out;
	int i;
};

static void give_square(void *arg)
{
	const struct square *s = arg;

	send_int(s->out, s->i * s->i);
}

CASE(GO_014, "goroutines have no handle: a channel joins them")
{
	struct square s = {.out = chan_int(0)};
	int64_t sum = 0;

	for (s.i = 1; s.i <= 100; s.i++)
		go_copy(give_square, &s, sizeof(s));
	for (int i = 0; i < 100; i++)
		sum += recv_int(s.out);
	CHECK_EQ(sum, 338350);
}

/* ---- GO-016 -------------------------------------------------------------- */

CASE(GO_016, "starting a nil function is fatal",
     ENDS(.status = 2, .first = "fatal error: go of nil func value"))
{
	due();
	(void)rt->core->go(NULL, NULL, 0);
}

/* ---- GO-022 -------------------------------------------------------------- */

/* Plain memory: the wait group alone orders the writes before the reads. */
struct child {
	assay_waitgroup *wg;
	int64_t nap;
	int ended;
};

static void nap_and_end(void *arg)
{
	struct child *c = arg;

	sleep_ns(c->nap);
	c->ended = 1;
	wg_done(c->wg);
}

CASE(GO_022, "fork and join: wait returns after all children ended",
     .flags = CASE_VALGRIND, NEEDS(NEED(sync, wg_add), NEED(sync, wg_wait)))
{
	for (int round = 0; round < 4; round++) {
		assay_waitgroup wg = {{0}};
		struct child child[5];

		for (int i = 0; i < 5; i++) {
			child[i] = (struct child){.wg = &wg,
						  .nap = rnd_below(3 * MS)};
			wg_add(&wg, 1);
			go(nap_and_end, &child[i]);
		}
		wg_wait(&wg);
		for (int i = 0; i < 5; i++)
			CHECK_EQ(child[i].ended, 1);
	}
}

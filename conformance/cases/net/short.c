/* Deadlines that are very short, and those that several goroutines change. */
#include "kit/work.h"
#include "np.h"

#define NEEDS_TCP NEEDS(NEED_PAIR, NEED_DEADLINES)

/* ---- NP-026: short ones --------------------------------------------------- */

static const int64_t lengths[] = {
	1,      2,       5,        50,       100,      200,    500,
	750,    1000,    5000,     25000,    250000,   500000, 1 * MS,
	5 * MS, 25 * MS, 100 * MS, 250 * MS, 500 * MS, 1 * SEC};

enum { LENGTHS = sizeof(lengths) / sizeof(lengths[0]) };

struct timed {
	struct pair p;
	int64_t length;
};

static void time_out_thrice(void *arg)
{
	const struct timed *t = arg;
	int times = t->length < 100 * MS ? 3 : 1;

	for (int i = 0; i < times; i++) {
		int64_t due = in(t->length);

		read_deadline(t->p.r, due);
		CHECK_EQ(read_fails(t->p.r), ASSAY_TIMEOUT);
		CHECK_GE(now(), due);
		CHECK_EQ(read_fails(t->p.r), ASSAY_TIMEOUT);
	}
	finish();
}

CASE(NP_026, "deadlines of 1 ns to 1 s all end in a timeout", .procs = {1, 4},
     NEEDS_TCP)
{
	struct server s = serve(TCP);
	static struct timed t[LENGTHS];
	int64_t begin = now();

	for (int i = 0; i < LENGTHS; i++) {
		t[i] = (struct timed){connect_to(&s), lengths[i]};
		go(time_out_thrice, &t[i]);
	}
	REQUIRE(becomes(&finished, LENGTHS));
	CHECK_GE(now() - begin, 1 * SEC);
	CHECK_LT(now() - begin, upto(5 * SEC));
	for (int i = 0; i < LENGTHS; i++)
		end_pair(&t[i].p);
	end_server(&s);
}

CASE_OF(NP_026, alone, "so they do with nothing else to run", NEEDS_TCP)
{
	struct timed t = {.p = pair_of(UNIX)};

	for (int i = 0; i < LENGTHS && lengths[i] <= 5 * MS; i++) {
		t.length = lengths[i];
		time_out_thrice(&t);
	}
	for (int64_t i = rounds(300); i > 0; i--) {
		t.length = 1 + rnd_below(100000);
		read_deadline(t.p.r, in(t.length));
		CHECK_EQ(read_fails(t.p.r), ASSAY_TIMEOUT);
	}
	end_pair(&t.p);
}

/* ---- NP-027: changed by many ---------------------------------------------- */

static void prolong_reads(void *arg)
{
	char byte;
	size_t got;

	do
		read_deadline(arg, in(HOUR));
	while (read_some(arg, &byte, 1, &got) == ASSAY_OK);
	finish();
}

static void prolong_writes(void *arg)
{
	size_t done;

	do
		write_deadline(arg, in(HOUR));
	while (write_some(arg, "x", 1, &done) == ASSAY_OK);
	finish();
}

CASE(NP_027, "deadlines that are prolonged at each call", NEEDS_TCP)
{
	struct pair p = pair_of(TCP);
	char byte;

	go(prolong_reads, p.r);
	go(prolong_writes, p.r);
	for (int64_t i = rounds(1000); i > 0; i--) {
		write_all(p.w, "y", 1);
		read_all(p.w, &byte, 1);
		CHECK_EQ(byte, 'x');
	}
	end_conn(p.w);
	REQUIRE(becomes(&finished, 2));
	end_conn(p.r);
}

static void set_short(void *arg)
{
	for (int64_t i = rounds(500); i > 0; i--) {
		read_deadline(arg, in(2000));
		write_deadline(arg, in(2000));
		if (i % 4 == 0)
			sleep_ns(2000);
		else
			yield();
	}
	finish();
}

static void read_often(void *arg)
{
	char byte;
	size_t got;

	for (int64_t i = rounds(500); i > 0; i--)
		CHECK_EITHER(read_some(arg, &byte, 1, &got), ASSAY_OK,
			     ASSAY_TIMEOUT);
	finish();
}

static void write_often(void *arg)
{
	size_t done;

	for (int64_t i = rounds(500); i > 0; i--)
		CHECK_EITHER(write_some(arg, "x", 1, &done), ASSAY_OK,
			     ASSAY_TIMEOUT);
	finish();
}

CASE_OF(NP_027, race, "deadlines that pass while others read and write",
	NEEDS_TCP)
{
	struct pair p[2] = {pair_of(TCP), pair_of(UNIX)};

	for (int i = 0; i < 2; i++) {
		/* none without a deadline, which might wait for ever */
		read_deadline(p[i].w, in(1 * MS));
		go(set_short, p[i].w);
		go(read_often, p[i].w);
		go(write_often, p[i].w);
	}
	REQUIRE(becomes(&finished, 6));
	for (int i = 0; i < 2; i++)
		end_pair(&p[i]);
}

enum { SETTERS = 8, SET_CONNS = 10, TRIES = 100 };

static struct pair set_pairs[SET_CONNS];
static int64_t set_begin;

/* Earlier and earlier, so that timers move about. */
static void set_steadily(void *arg)
{
	int me = *(const int *)arg;

	for (int j = (int)rounds(TRIES); j > 0; j--)
		for (int k = 0; k < SET_CONNS; k++) {
			int64_t more = (int64_t)me * j * k * SEC;

			read_deadline(set_pairs[k].r,
				      set_begin + 2 * HOUR + more);
			write_deadline(set_pairs[k].r, set_begin + HOUR + more);
		}
	finish();
}

/* Each of these counts, whatever was set before. */
static void check_deadlines(const struct pair *p)
{
	char byte;

	for (int i = 0; i < 5; i++) {
		read_deadline(p->r, in(MS / 2));
		CHECK_EQ(read_fails(p->r), ASSAY_TIMEOUT);
		read_deadline(p->r, in(HOUR));
		write_all(p->w, "x", 1);
		read_all(p->r, &byte, 1);
	}
}

CASE_OF(NP_027, setters, "eight set the deadlines of ten connections",
	NEEDS_TCP)
{
	struct server s = serve(TCP);

	set_begin = now();
	for (int i = 0; i < SET_CONNS; i++)
		set_pairs[i] = connect_to(&s);
	for (int i = 0; i < SETTERS; i++)
		go_copy(set_steadily, &i, sizeof(i));
	REQUIRE(becomes(&finished, SETTERS));
	for (int i = 0; i < SET_CONNS; i++) {
		check_deadlines(&set_pairs[i]);
		end_pair(&set_pairs[i]);
	}
	end_server(&s);
}

/* A deadline moved in the moment in which it fires. */
static atomic_int timeouts;

static void count_timeouts(void *arg)
{
	char byte;
	size_t got;
	int status;

	while ((status = read_some(arg, &byte, 1, &got)) == ASSAY_TIMEOUT) {
		atomic_fetch_add_explicit(&timeouts, 1, memory_order_relaxed);
		yield();
	}
	CHECK_EQ(status, ASSAY_OK);
	finish();
}

CASE_OF(NP_027, last, "the deadline that was set last is the one that counts",
	NEEDS_TCP)
{
	struct pair p = pair_of(TCP);
	int before;

	go(count_timeouts, p.r);
	for (int64_t i = rounds(300); i > 0; i--) {
		read_deadline(p.r, in(50000));
		sleep_ns(30000 + rnd_below(40000));
	}
	read_deadline(p.r, ASSAY_FOREVER);
	settle(1);
	before = atomic_load_explicit(&timeouts, memory_order_relaxed);
	sleep_ns(20 * MS);
	CHECK_EQ(atomic_load_explicit(&timeouts, memory_order_relaxed), before);
	CHECK_EQ(atomic_load_explicit(&finished, memory_order_acquire), 0);
	write_all(p.w, "x", 1);
	CHECK(becomes(&finished, 1));
	end_pair(&p);
}

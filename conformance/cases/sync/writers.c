/*
 * writers.c - writers that wait for a read-write lock: in which order, and how
 * many at once, they get it (MU-025, MU-026).
 */
#include "kit/attempt.h"
#include "kit/sync_kit.h"

/* ---- one after the other, in order -------------------------------------- */

#define WRITERS 5

struct line {
	assay_rwmutex m;
	atomic_int total;
	int order[WRITERS]; /* who came first, second ...; plain: m orders it */
	int in;
};

struct place {
	struct line *line;
	int i;
};

static void write_in_line(void *arg)
{
	const struct place *p = arg;
	struct line *l = p->line;

	wlock(&l->m);
	l->order[l->in++] = p->i;
	wunlock(&l->m);
	mark(&l->total);
}

static bool writers_in_order(bool behind_writer)
{
	static struct line l;
	bool right = true;

	l = (struct line){.in = 0};
	if (behind_writer)
		wlock(&l.m);
	else
		rlock(&l.m);
	for (int i = 0; i < WRITERS; i++) {
		struct place p = {&l, i};

		go_copy(write_in_line, &p, sizeof(p));
		settle(i + 1);
	}
	if (behind_writer)
		wunlock(&l.m);
	else
		runlock(&l.m);
	REQUIRE(becomes(&l.total, WRITERS));
	for (int i = 0; i < WRITERS; i++)
		right &= IS(l.order[i], ==, i);
	return right;
}

static bool behind_reader_in_order(void)
{
	return writers_in_order(false);
}

static bool behind_writer_in_order(void)
{
	return writers_in_order(true);
}

CASE(MU_025, "writers that wait get the lock first come, first served",
     NEEDS(NEED_RW))
{
	for (int i = 0; i < 3; i++) {
		CHECK_HOLDS(behind_reader_in_order);
		CHECK_HOLDS(behind_writer_in_order);
	}
}

/* ---- one at a time ------------------------------------------------------ */

struct room {
	assay_rwmutex m;
	assay_chan *done, *leave;
	atomic_int inside, crowded, entered, stop;
};

/* What runs inside gives others the time to come in, too. */
static void be_inside(struct room *r)
{
	if (mark(&r->inside) > 1)
		mark(&r->crowded);
	mark(&r->entered);
	for (int i = 0; i < 20; i++)
		yield();
	atomic_fetch_sub_explicit(&r->inside, 1, memory_order_acq_rel);
}

static void write_inside(void *arg)
{
	struct room *r = arg;

	wlock(&r->m);
	be_inside(r);
	wunlock(&r->m);
	send_signal(r->done);
}

static void read_until_left(void *arg)
{
	struct room *r = arg;

	rlock(&r->m);
	wait_for(r->leave);
	runlock(&r->m);
	send_signal(r->done);
}

/* The writers wait behind two readers, of which the last lets one in. */
static void last_reader_lets_in(int writers)
{
	struct room r = {.done = chan_signal(0), .leave = chan_signal(0)};

	go_many(2, read_until_left, &r);
	settle(2);
	go_many(writers, write_inside, &r);
	settle(2 + writers);
	send_signal(r.leave);
	wait_for(r.done);
	CHECK(stays(&r.entered, 0));
	send_signal(r.leave);
	join(r.done, 1 + writers);
	CHECK_EQ(count(&r.crowded), 0);
	CHECK_EQ(count(&r.entered), writers);
	CHECK_EQ(try_wlock(&r.m), ASSAY_OK);
	CHECK_EQ(try_rlock(&r.m), ASSAY_AGAIN);
	wunlock(&r.m);
	CHECK_EQ(try_rlock(&r.m), ASSAY_OK);
}

CASE(MU_026, "the last reader lets one writer in, however many wait",
     NEEDS(NEED_RW))
{
	for (int64_t i = rounds(5); i > 0; i--) {
		last_reader_lets_in(3);
		last_reader_lets_in(8);
	}
}

static void read_again_and_again(void *arg)
{
	struct room *r = arg;

	for (int64_t i = 0; steered(&r->stop) == 0; i++) {
		rlock(&r->m);
		if (count(&r->inside) > 0)
			mark(&r->crowded);
		yield();
		runlock(&r->m);
	}
	send_signal(r->done);
}

CASE_OF(MU_026, readers, "also if readers come and go all the time",
	NEEDS(NEED_RW))
{
	struct room r = {.done = chan_signal(0)};

	go_many(4, read_again_and_again, &r);
	for (int64_t i = rounds(20); i > 0; i--) {
		int before = count(&r.entered);

		go_many(6, write_inside, &r);
		REQUIRE(becomes(&r.entered, before + 6));
		join(r.done, 6);
	}
	steer(&r.stop, 1);
	join(r.done, 4);
	CHECK_EQ(count(&r.crowded), 0);
}

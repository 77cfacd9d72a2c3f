/*
 * rw.c - the read-write lock: who is inside together, who waits for whom
 * (MU-012 to MU-016, MU-019 to MU-021).
 */
#include "deadlock/dl.h"
#include "kit/sync_kit.h"

/* ---- readers together --------------------------------------------------- */

struct hall {
	assay_rwmutex m;
	assay_chan *done;
	assay_chan *leave;  /* a signal lets one go */
	atomic_int readers; /* that got in, ever */
	atomic_int writers;
	atomic_int mixed, activity; /* readers + 10000 * writers inside */
	int64_t each;
};

static void read_until_told(void *arg)
{
	struct hall *h = arg;

	rlock(&h->m);
	mark(&h->readers);
	wait_for(h->leave);
	runlock(&h->m);
	send_signal(h->done);
}

static void write_until_told(void *arg)
{
	struct hall *h = arg;

	wlock(&h->m);
	mark(&h->writers);
	wait_for(h->leave);
	wunlock(&h->m);
	send_signal(h->done);
}

static struct hall hall(void)
{
	return (struct hall){.done = chan_signal(0), .leave = chan_signal(0)};
}

static void let_go(struct hall *h, int64_t n)
{
	for (int64_t i = 0; i < n; i++)
		send_signal(h->leave);
	join(h->done, n);
}

CASE(MU_012, "readers hold the lock together", .flags = CASE_VALGRIND,
     NEEDS(NEED_RW))
{
	static const int readers[] = {1, 3, 4};

	for (int i = 0; i < 3; i++) {
		struct hall h = hall();

		go_many(readers[i], read_until_told, &h);
		REQUIRE(becomes(&h.readers, readers[i]));
		let_go(&h, readers[i]);
	}
}

/* ---- readers and writers ------------------------------------------------ */

static void hold(struct hall *h, int weight, int64_t i)
{
	int others = atomic_fetch_add_explicit(&h->activity, weight,
					       memory_order_relaxed);

	if (weight == 1 ? others >= 10000 : others != 0)
		mark(&h->mixed);
	if (i % 8 == 0)
		yield();
	atomic_fetch_sub_explicit(&h->activity, weight, memory_order_relaxed);
}

static void hammer_reader(void *arg)
{
	struct hall *h = arg;

	for (int64_t i = 0; i < h->each; i++) {
		rlock(&h->m);
		hold(h, 1, i);
		runlock(&h->m);
	}
	send_signal(h->done);
}

static void hammer_writer(void *arg)
{
	struct hall *h = arg;

	for (int64_t i = 0; i < h->each; i++) {
		wlock(&h->m);
		hold(h, 10000, i);
		wunlock(&h->m);
	}
	send_signal(h->done);
}

CASE(MU_013, "a writer is alone, readers are only with readers", NEEDS(NEED_RW))
{
	static const int readers[] = {1, 3, 5, 10};

	for (int i = 0; i < 4; i++) {
		struct hall h = hall();

		h.each = rounds(300);
		go(hammer_writer, &h);
		go_many(readers[i] / 2, hammer_reader, &h);
		go(hammer_writer, &h);
		go_many(readers[i] - readers[i] / 2, hammer_reader, &h);
		join(h.done, readers[i] + 2);
		CHECK_EQ(count(&h.mixed), 0);
	}
}

/* ---- order -------------------------------------------------------------- */

CASE(MU_014, "a waiting writer holds off new readers", .flags = CASE_VALGRIND,
     NEEDS(NEED_RW))
{
	struct hall h = hall();

	rlock(&h.m);
	CHECK_EQ(try_rlock(&h.m), ASSAY_OK);
	runlock(&h.m);
	go(write_until_told, &h);
	settle(1);
	CHECK_EQ(try_rlock(&h.m), ASSAY_AGAIN);
	CHECK_EQ(try_wlock(&h.m), ASSAY_AGAIN);
	go(read_until_told, &h);
	settle(2);
	CHECK(stays(&h.readers, 0));
	CHECK_EQ(count(&h.writers), 0);
	runlock(&h.m);
	REQUIRE(becomes(&h.writers, 1));
	CHECK(stays(&h.readers, 0));
	send_signal(h.leave);
	wait_for(h.done);
	REQUIRE(becomes(&h.readers, 1));
	let_go(&h, 1);
	CHECK_EQ(try_wlock(&h.m), ASSAY_OK);
}

static void write_once(void *m)
{
	wlock(m);
	say("wrote\n");
}

CASE(MU_015, "a read lock inside a read lock deadlocks on a waiting writer",
     NEEDS(NEED_RW), DEADLOCKS_IN("(semacquire|sync\\.RWMutex\\.RLock)"),
     .timeout_ms = 5000)
{
	static assay_rwmutex m;

	rlock(&m);
	go(write_once, &m);
	settle(1);
	rlock(&m);
	say("read twice\n");
}

/* Five readers and a writer wait behind a writer: the five are next. */
static void readers_next(bool writer_first)
{
	struct hall h = hall();

	wlock(&h.m);
	if (writer_first) {
		go(write_until_told, &h);
		settle(1);
	}
	go_many(5, read_until_told, &h);
	settle(5 + writer_first);
	if (!writer_first) {
		go(write_until_told, &h);
		settle(6);
	}
	wunlock(&h.m);
	CHECK(becomes(&h.readers, 5));
	CHECK(stays(&h.writers, 0));
	for (int i = 0; i < 5; i++)
		send_signal(h.leave);
	join(h.done, 5);
	REQUIRE(becomes(&h.writers, 1));
	let_go(&h, 1);
}

CASE(MU_016, "after a writer all waiting readers go before the next writer",
     NEEDS(NEED_RW))
{
	readers_next(false);
	readers_next(true);
}

CASE(MU_019, "the try forms of both sides", .flags = CASE_VALGRIND,
     NEEDS(NEED_RW))
{
	assay_rwmutex m = {{0}};

	wlock(&m);
	CHECK_EQ(try_wlock(&m), ASSAY_AGAIN);
	CHECK_EQ(try_rlock(&m), ASSAY_AGAIN);
	wunlock(&m);
	CHECK_EQ(try_wlock(&m), ASSAY_OK);
	CHECK_EQ(try_rlock(&m), ASSAY_AGAIN);
	wunlock(&m);
	CHECK_EQ(try_rlock(&m), ASSAY_OK);
	CHECK_EQ(try_rlock(&m), ASSAY_OK);
	CHECK_EQ(try_wlock(&m), ASSAY_AGAIN);
	runlock(&m);
	CHECK_EQ(try_wlock(&m), ASSAY_AGAIN);
	runlock(&m);
	CHECK_EQ(try_wlock(&m), ASSAY_OK);
	wunlock(&m);
}

#define ALTERNATIONS 10

struct alternate {
	assay_rwmutex m;
	assay_chan *read, *written;
};

/* Reads twice at once, then writes; others unlock. */
static void read_read_write(void *arg)
{
	struct alternate *a = arg;

	for (int i = 0; i < ALTERNATIONS; i++) {
		rlock(&a->m);
		rlock(&a->m);
		send_signal(a->read);
		wlock(&a->m);
		send_signal(a->written);
	}
}

CASE(MU_020, "read side and write side alternate, unlocked by another",
     NEEDS(NEED_RW))
{
	static struct alternate a;

	a.read = chan_signal(1);
	a.written = chan_signal(1);
	go(read_read_write, &a);
	for (int i = 0; i < ALTERNATIONS; i++) {
		wait_for(a.read);
		settle(1);
		runlock(&a.m);
		CHECK_EQ(try_recv(a.written, NULL), ASSAY_AGAIN);
		settle(1);
		CHECK_EQ(try_recv(a.written, NULL), ASSAY_AGAIN);
		runlock(&a.m);
		wait_for(a.written);
		CHECK_EQ(try_recv(a.read, NULL), ASSAY_AGAIN);
		wunlock(&a.m);
	}
}

CASE(MU_021, "the last reader wakes the writer though readers queue behind it",
     NEEDS(NEED_RW))
{
	for (int late = 1; late <= 3; late++) {
		struct hall h = hall();

		rlock(&h.m);
		rlock(&h.m);
		go(write_until_told, &h);
		settle(1);
		go_many(late, read_until_told, &h);
		settle(1 + late);
		runlock(&h.m);
		CHECK(stays(&h.writers, 0));
		runlock(&h.m);
		REQUIRE(becomes(&h.writers, 1));
		CHECK_EQ(count(&h.readers), 0);
		send_signal(h.leave);
		wait_for(h.done);
		REQUIRE(becomes(&h.readers, late));
		let_go(&h, late);
	}
}

/*
 * DL-024: two goroutines need two locks at a time.  With all four of
 * Coffman's conditions they stop for ever; each variant takes one away, and
 * then they end.  A goroutine always tells the other that it has its first
 * lock, so the dangerous moment comes in every round.
 */
#include "dl.h"

enum { ROUNDS = 20 };

struct party {
	int id;
	assay_chan *met; /* this party's first lock is taken */
	assay_chan *other;
};

static assay_mutex locks[2];
static assay_chan *tokens[2]; /* the same as locks, made of channels */
static assay_chan *finished;
static int64_t both_held; /* rounds done, guarded by both locks */

static void start_two(assay_fn fn)
{
	assay_chan *met[2] = {chan_signal(2 * ROUNDS), chan_signal(2 * ROUNDS)};

	finished = chan_signal(2);
	for (int i = 0; i < 2; i++) {
		struct party p = {i, met[i], met[1 - i]};

		go_copy(fn, &p, sizeof(p));
	}
}

static void both_end(void)
{
	wait_for(finished);
	wait_for(finished);
	CHECK_EQ(both_held, 2 * ROUNDS);
}

static void take_crossed(void *arg)
{
	const struct party *p = arg;

	lock(&locks[p->id]);
	send_signal(p->met);
	wait_for(p->other);
	lock(&locks[1 - p->id]);
	send_signal(finished);
}

CASE_OF(DL_024, all_four, "two locks in opposite order: a deadlock",
	ENDS(.status = 2, .first = DEADLOCK_TEXT,
	     .match = {MAIN_IN("chan receive"),
		       "goroutine [0-9]+ "
		       "\\[(semacquire|sync\\.Mutex\\.Lock)\\]:(.|\n)*"
		       "goroutine [0-9]+ "
		       "\\[(semacquire|sync\\.Mutex\\.Lock)\\]:"}),
	NEEDS(NEED(sync, mutex_lock)))
{
	start_two(take_crossed);
	wait_for(finished);
}

static void back_off(int id)
{
	for (;;) {
		lock(&locks[id]);
		yield();
		if (try_lock(&locks[1 - id]))
			return;
		unlock(&locks[id]);
		sleep_ns(rnd_below(20000));
	}
}

static void with_back_off(void *arg)
{
	const struct party *p = arg;

	for (int i = 0; i < ROUNDS; i++) {
		back_off(p->id);
		both_held++;
		unlock(&locks[1 - p->id]);
		unlock(&locks[p->id]);
	}
	send_signal(finished);
}

CASE_OF(DL_024, back_off, "not held while waiting: try-lock and back off",
	NEEDS(NEED(sync, mutex_lock), NEED(sync, mutex_unlock)))
{
	start_two(with_back_off);
	both_end();
}

static void in_order(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		lock(&locks[0]);
		yield();
		lock(&locks[1]);
		both_held++;
		unlock(&locks[1]);
		unlock(&locks[0]);
	}
	send_signal(finished);
}

CASE_OF(DL_024, order, "no cycle: both take the locks in one order",
	NEEDS(NEED(sync, mutex_lock), NEED(sync, mutex_unlock)))
{
	start_two(in_order);
	both_end();
}

/* Takes token i unless that lasts too long. */
static bool take_in_time(int i, int64_t ns)
{
	int status = rt->chan->recv(tokens[i], NULL, in(ns));

	CHECK_EITHER(status, ASSAY_OK, ASSAY_TIMEOUT);
	return status == ASSAY_OK;
}

static void with_timeout(void *arg)
{
	const struct party *p = arg;

	for (int i = 0; i < ROUNDS;) {
		wait_for(tokens[p->id]);
		yield();
		if (take_in_time(1 - p->id, 100000 + rnd_below(400000))) {
			both_held++;
			send_signal(tokens[1 - p->id]);
			i++;
		}
		send_signal(tokens[p->id]);
		yield();
	}
	send_signal(finished);
}

CASE_OF(DL_024, timeout, "taken back: a timeout gives the first lock up")
{
	for (int i = 0; i < 2; i++) {
		tokens[i] = chan_signal(1);
		send_signal(tokens[i]);
	}
	start_two(with_timeout);
	both_end();
}

static void with_one(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		lock(&locks[0]);
		yield();
		both_held++;
		unlock(&locks[0]);
	}
	send_signal(finished);
}

CASE_OF(DL_024, single, "nothing to wait for with the other: one lock",
	NEEDS(NEED(sync, mutex_lock), NEED(sync, mutex_unlock)))
{
	start_two(with_one);
	both_end();
}

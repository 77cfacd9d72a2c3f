/*
 * The flight recorder: a trace of the last moments, written when it is wanted.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "tr.h"

static assay_chan *done;
static atomic_int stop;

#define NEED_RECORDER                                                          \
	NEED(recorder, start), NEED(recorder, stop), NEED(recorder, enabled),  \
		NEED(recorder, write), NEED(trace, convert)

static struct tr recorded(void)
{
	struct tr t;
	int status;

	t = tr_read(tr_path(), &status);
	CHECK_EQ(status, ASSAY_OK);
	unlink(tr_path());
	return t;
}

static struct tr snapshot(void)
{
	uint64_t n = 0;

	REQUIRE_EQ(rt->recorder->write(tr_path(), &n), ASSAY_OK);
	CHECK_GT(n, 0);
	return recorded();
}

CASE(FLT_001, "a second start of a recorder fails", NEEDS(NEED_RECORDER))
{
	CHECK(!rt->recorder->enabled());
	CHECK_EQ(rt->recorder->start(0, 0), ASSAY_OK);
	CHECK(rt->recorder->enabled());
	CHECK_EQ(rt->recorder->start(0, 0), ASSAY_EBUSY);
	CHECK(rt->recorder->enabled());
	rt->recorder->stop();
	CHECK(!rt->recorder->enabled());
}

CASE(FLT_002, "a recorder that is off writes nothing", NEEDS(NEED_RECORDER))
{
	uint64_t n = 0;

	CHECK_EQ(rt->recorder->write(tr_path(), &n), ASSAY_EINVAL);
	CHECK_EQ(rt->recorder->start(0, 0), ASSAY_OK);
	rt->recorder->stop();
	CHECK_EQ(rt->recorder->write(tr_path(), &n), ASSAY_EINVAL);
	CHECK_EQ(n, 0);
	unlink(tr_path());
}

static atomic_int written, refused, turn;

static void writes(void *unused)
{
	char path[64];
	uint64_t n = 0;
	int status;

	(void)unused;
	snprintf(path, sizeof(path), "%s.%d", tr_path(), mark(&turn));
	while (!steered(&stop))
		yield();
	status = rt->recorder->write(path, &n);
	if (status == ASSAY_OK) {
		struct tr t = tr_read(path, &status);

		CHECK_EQ(status, ASSAY_OK);
		tr_check(t);
		tr_free(t);
		mark(&written);
	} else {
		CHECK_EQ(status, ASSAY_WRITING);
		CHECK_EQ(n, 0);
		mark(&refused);
	}
	unlink(path);
	send_signal(done);
}

CASE(FLT_003, "of snapshots at the same time at least one succeeds",
     NEEDS(NEED_RECORDER))
{
	done = chan_signal(8);
	(void)tr_path();
	CHECK_EQ(rt->recorder->start(0, 0), ASSAY_OK);
	go_many(8, writes, NULL);
	while (count(&turn) < 8)
		yield();
	steer(&stop, 1);
	join(done, 8);
	rt->recorder->stop();
	CHECK_GE(count(&written), 1);
	CHECK_EQ(count(&written) + count(&refused), 8);
	unlink(tr_path());
}

CASE(FLT_004, "a snapshot holds no more of the past than it is asked for",
     NEEDS(NEED_RECORDER), .procs = {1, 4}, .timeout_ms = 30000)
{
	struct tr t;

	CHECK_EQ(rt->recorder->start(MS, 16), ASSAY_OK);
	tr_work((void *)(intptr_t)(3 * SEC));
	t = snapshot();
	rt->recorder->stop();
	tr_check(t);
	CHECK_GE(tr_count(t, "clock", -1), 1);
	CHECK_LE(tr_count(t, "clock", -1), 3);
	REQUIRE(t.n > 0);
	CHECK_STR(t.e[0].ev, "clock");
	tr_free(t);
}

CASE(FLT_005, "what was logged just before is in the snapshot",
     NEEDS(NEED_RECORDER, NEED(trace, log)), .timeout_ms = 60000)
{
	CHECK_EQ(rt->recorder->start(0, 0), ASSAY_OK);
	for (int64_t i = 0; i < rounds(20); i++) {
		char text[40];
		struct tr t;
		int64_t at, last = -1;

		snprintf(text, sizeof(text), "message %" PRId64, i);
		rt->trace->log(0, "now", text);
		t = snapshot();
		for (at = 0; (at = tr_find(t, at, "log", -1)) >= 0; at++)
			last = at;
		REQUIRE(last >= 0);
		CHECK_STR(t.e[last].message, text);
		CHECK_STR(t.e[last].text, "now");
		tr_free(t);
	}
	rt->recorder->stop();
}

static void beside_a_trace(bool recorder_first)
{
	struct tr t;

	CHECK_EQ(rt->recorder->start(0, 0), ASSAY_OK);
	tr_start();
	tr_work((void *)(intptr_t)(50 * MS));
	if (recorder_first) {
		char path[64];
		uint64_t n;
		int status;

		snprintf(path, sizeof(path), "%s.r", tr_path());
		CHECK_EQ(rt->recorder->write(path, &n), ASSAY_OK);
		rt->recorder->stop();
		t = tr_read(path, &status);
		unlink(path);
		CHECK_EQ(status, ASSAY_OK);
		tr_check(t);
		tr_free(t);
	}
	t = tr_stop();
	tr_check(t);
	tr_free(t);
	if (!recorder_first) {
		t = snapshot();
		tr_check(t);
		tr_free(t);
		rt->recorder->stop();
	}
}

CASE(FLT_006, "a recorder works beside a trace",
     NEEDS(NEED_RECORDER, NEED_TRACE), .procs = {1, 4})
{
	beside_a_trace(true);
	beside_a_trace(false);
}

CASE(FLT_007, "a recorder can be started again and again", NEEDS(NEED_RECORDER),
     .procs = {1, 4})
{
	for (int i = 0; i < 5; i++) {
		struct tr t;

		CHECK_EQ(rt->recorder->start(0, 0), ASSAY_OK);
		tr_work((void *)(intptr_t)(10 * MS));
		t = snapshot();
		rt->recorder->stop();
		tr_check(t);
		CHECK_GE(tr_count(t, "go-create", -1), 8);
		tr_free(t);
	}
}

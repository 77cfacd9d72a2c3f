/*
 * Dumps of all goroutines: a block for each, "goroutine N [state]:", frames,
 * "created by ..."; SIGQUIT's, and that of a deadlock under the scheduler's
 * trace.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kit/sync_kit.h"
#include "kit/work.h"

enum { BLOCKED = 8, ROOM = 1 << 20 };

static char dump[ROOM];

static void receives(void *c)
{
	recv(c, NULL);
}

static const char *take_dump(void)
{
	size_t n = rt->inspect->dump(dump, sizeof(dump));

	REQUIRE_CMP(n, >, 0);
	REQUIRE_CMP(n, <, sizeof(dump));
	return dump;
}

/* The block after this one, or NULL: a blank line lies between. */
static const char *next_block(const char *block)
{
	const char *blank = strstr(block, "\n\n");

	return blank != NULL && blank[2] != '\0' ? blank + 2 : NULL;
}

/* A block's part of its text: up to the blank line or the end. */
static size_t length(const char *block)
{
	const char *blank = strstr(block, "\n\n");

	return blank != NULL ? (size_t)(blank - block) : strlen(block);
}

/* "goroutine N [state]:\n" and frames; N, or fails. */
static int64_t check_block(const char *block)
{
	int64_t id = 0;
	int at = 0;

	CHECK_MSG(sscanf(block, "goroutine %" SCNd64 " [%*[a-zA-Z]%n", &id,
			 &at) == 1 &&
			  at > 0 && id > 0,
		  "no header: %.60s", block);
	block = strchr(block + at, ']');
	CHECK(block != NULL && strncmp(block, "]:\n", 3) == 0 &&
	      block[3] != '\0' && block[3] != '\n');
	return id;
}

/* Blocks in the dump, each looked at. */
static int64_t check_blocks(const char *text)
{
	int64_t n = 0;

	for (const char *b = text; b != NULL; b = next_block(b), n++) {
		size_t len = length(b);
		const char *by = strstr(b, "\ncreated by ");

		if (check_block(b) != 1)
			CHECK(by != NULL && by < b + len);
		else
			CHECK(by == NULL || by > b + len);
	}
	return n;
}

/* True if no goroutine is still on a thread, so that its stack is not shown. */
static bool has_stacks(void)
{
	return strstr(dump, "stack unavailable") == NULL;
}

#define NEEDS_DUMP NEEDS(NEED(inspect, dump), NEED(inspect, num_goroutine))

CASE(OB_011, "a dump has a block for each goroutine, blank lines between",
     NEEDS_DUMP)
{
	int64_t n = 0, all = -1;

	for (int i = 0; i < BLOCKED; i++)
		go(receives, chan_signal(0));
	settle(BLOCKED);
	/* a thread that is still on its way somewhere may be in the middle */
	for (int tries = 0; tries < 10 && (n != all || !has_stacks());
	     tries++) {
		n = check_blocks(take_dump());
		all = rt->inspect->num_goroutine();
	}
	CHECK_EQ(n, all);
	CHECK_EQ(n, BLOCKED + 1);
	/* the caller comes first */
	CHECK_EQ(strncmp(dump, "goroutine 1 [running", 20), 0);
	CHECK(strstr(dump, " [chan receive") != NULL);
	/* a call is never the first instruction of its function */
	CHECK(!has_stacks() || strstr(dump, " +0x0\n") == NULL);
}

CASE_OF(OB_011, cut, "a dump is cut to the room there is; its length is not",
	NEEDS_DUMP)
{
	char small[20]; /* less than "goroutine 1 [running]:" */
	size_t n;

	memset(small, 'x', sizeof(small));
	n = rt->inspect->dump(small, sizeof(small) - 1);
	CHECK_GT(n, sizeof(small));
	CHECK_EQ(strlen(small), sizeof(small) - 2);
	CHECK_EQ(small[sizeof(small) - 1], 'x');
	CHECK_GT(rt->inspect->dump(NULL, 0), sizeof(small));
}

static void locked(void *c)
{
	rt->blocking->lock_thread();
	recv(c, NULL);
}

CASE_OF(OB_011, locked, "a dump says who is locked to its thread",
	NEEDS(NEED(inspect, dump), NEED(inspect, num_goroutine),
	      NEED(blocking, lock_thread)))
{
	go(locked, chan_signal(0));
	go(receives, chan_signal(0));
	settle(2);
	take_dump();
	CHECK(strstr(dump, " [chan receive, locked to thread]:\n") != NULL);
	CHECK(strstr(dump, " [chan receive]:\n") != NULL);
}

struct creator {
	assay_chan *never, *ids;
};

static void has_child(void *arg)
{
	struct creator *c = arg;
	int64_t id = rt->inspect->goid();

	go(receives, c->never);
	send(c->ids, &id);
}

/* True if the rules of this Go name it: since 1.21. */
static bool names_creators(void)
{
	int minor = 0;

	return rt->go_version == NULL ||
	       sscanf(rt->go_version, "1.%d", &minor) != 1 || minor >= 21;
}

CASE(OB_012, "a block names the goroutine that started it",
     NEEDS(NEED(inspect, dump), NEED(inspect, goid)))
{
	static struct creator c;
	const char *by;
	int64_t id, named = 0;

	c = (struct creator){chan_signal(0), chan(sizeof(int64_t), 0)};
	go(has_child, &c);
	REQUIRE(recv(c.ids, &id));
	settle(1);
	take_dump();
	by = strstr(dump, "[chan receive");
	REQUIRE(by != NULL);
	by = strstr(by, "\ncreated by ");
	REQUIRE(by != NULL);
	by = strstr(by, " in goroutine ");
	if (by == NULL && !names_creators()) {
		note("no \" in goroutine N\": as before Go 1.21");
		return;
	}
	REQUIRE(by != NULL);
	CHECK_EQ(sscanf(by, " in goroutine %" SCNd64, &named), 1);
	CHECK_EQ(named, id);
}

static void dumps_often(void *done)
{
	static const size_t room = 1 << 16;
	char *text = malloc(room);

	REQUIRE(text != NULL);
	for (int64_t i = rounds(200); i > 0; i--) {
		REQUIRE_CMP(rt->inspect->dump(text, room), >, 0);
		REQUIRE_EQ(strncmp(text, "goroutine ", 10), 0);
	}
	free(text);
	send_signal(done);
}

CASE(DMP_004,
     "dumps at once, each of the others and of one that computes, come",
     .traits = ASSAY_TRAIT_PREEMPTIVE, NEEDS(NEED(inspect, dump)))
{
	assay_chan *done = chan_signal(3);

	go(spin, NULL);
	for (int i = 0; i < 3; i++)
		go(dumps_often, done);
	join(done, 3);
	CHECK_ALL_STOP(1);
}

/* ---- the end of the process --------------------------------------------- */

static void quits(void *arg)
{
	(void)arg;
	settle(2);
	kill(getpid(), SIGQUIT);
	sleep_ns(10 * SEC);
}

CASE(SY_017, "SIGQUIT prints all goroutines and ends with status 2",
     .traits = ASSAY_TRAIT_QUIT_DUMP,
     ENDS(.status = 2, .first = "SIGQUIT: quit",
	  .match = {"\ngoroutine 1 [^\n]*\\[select \\(no cases\\)\\]:\n",
		    "\ngoroutine [0-9]+ [^\n]*\\[chan receive\\]:\n",
		    "\ncreated by "},
	  .out = "", .max_ms = 4000),
     NEEDS(NEED(chan, select), NEED(inspect, dump)), .flags = CASE_REAL_TIME)
{
	size_t chosen;

	go(receives, chan_signal(0));
	go(quits, NULL);
	rt->chan->select(NULL, 0, ASSAY_FOREVER, &chosen);
}

/*
 * The next line is far away: Go's own may stand in the middle of its report.
 */
CASE(DL_022, "a deadlock is reported under schedtrace",
     .env = {"GODEBUG=schedtrace=1000"}, .traits = ASSAY_TRAIT_GODEBUG,
     ENDS(.status = 2,
	  .match = {"SCHED 0ms: gomaxprocs=",
		    "\nfatal error: all goroutines are asleep - deadlock!\n",
		    "\n\ngoroutine 1 \\[chan receive\\]:\n"},
	  .min_ms = 50, .max_ms = 2000))
{
	sleep_ns(50 * MS);
	wait_for(chan_signal(0));
}

CASE_OF(DL_022, detail, "and under scheddetail",
	.env = {"GODEBUG=schedtrace=1000,scheddetail=1"},
	.traits = ASSAY_TRAIT_GODEBUG,
	ENDS(.status = 2,
	     .match = {"SCHED 0ms: gomaxprocs=", "\n  P0: status=",
		       "\nfatal error: all goroutines are asleep - deadlock!\n",
		       "\n\ngoroutine 1 \\[chan receive\\]:\n",
		       "\n  G1: status=4\\(chan receive\\)"},
	     .min_ms = 50, .max_ms = 2000))
{
	assay_chan *c = chan_signal(0);

	go(receives, c);
	sleep_ns(50 * MS);
	wait_for(c);
}

/*
 * Dumps of deep stacks: the two ends of them.
 */
#include <stdio.h>
#include <string.h>

#include "ob.h"

enum { ROOM = 1 << 18, END = 50, STEPS = 3 };

static char dump[ROOM];

/* What a dump shows of the goroutine that takes it. */
struct shown {
	int64_t frames, elided;
	int64_t before; /* frames above the line that tells how many are not */
};

/* Nested calls that the runtime makes: it may have frames of its own there. */
static void nested(void *arg)
{
	int64_t *left = arg;

	if (*left == 0) {
		rt->inspect->dump(dump, sizeof(dump));
		return;
	}
	--*left;
	CHECK_EQ(rt->core->try_(nested, left, NULL), ASSAY_OK);
}

/* Its unwind tables say once more that the caller's register 0 is where it was. */
static void nested_restored(void *arg)
{
	int64_t *left = arg;

	__asm__ volatile(".cfi_restore 0");
	if (*left == 0) {
		rt->inspect->dump(dump, sizeof(dump));
		return;
	}
	--*left;
	CHECK_EQ(rt->core->try_(nested_restored, left, NULL), ASSAY_OK);
}

struct count {
	assay_fn nested;
	int64_t depth;
	struct shown shown;
	assay_chan *done;
};

/* The first block, up to "created by": two lines for each frame. */
static struct shown count_frames(const char *at)
{
	struct shown s = {0, 0, -1};

	for (at = strchr(at, '\n'); at != NULL; at = strchr(at + 1, '\n')) {
		if (strncmp(at + 1, "created by ", 11) == 0)
			return s;
		if (sscanf(at + 1, "...%" SCNd64 " frames elided...",
			   &s.elided) == 1)
			s.before = s.frames;
		else if (at[1] == '\t')
			s.frames++;
	}
	CHECK_MSG(false, "nobody created it");
	return s;
}

static void counts(void *arg)
{
	struct count *c = arg;
	int64_t left = c->depth;

	c->nested(&left);
	c->shown = count_frames(dump);
	send_signal(c->done);
}

static struct shown shown_of(assay_fn fn, int64_t depth)
{
	struct count c = {fn, depth, .done = chan_signal(0)};

	go(counts, &c);
	wait_for(c.done);
	return c.shown;
}

static struct shown shown_at(int64_t depth)
{
	return shown_of(nested, depth);
}

CASE(DMP_002, "of a deep stack a dump has the first 50 and the last 50 frames",
     NEEDS(NEED(core, try_), NEED(inspect, dump)))
{
	struct shown few = shown_at(2), more = shown_at(3), s;
	int64_t each = more.frames - few.frames, depth, all;

	REQUIRE_CMP(each, >, 0);
	CHECK_EQ(few.elided, 0);
	/* from a little below the limit to a little above it */
	depth = 2 + (2 * END - few.frames) / each - STEPS / 2;
	for (int i = 0; i < 2 * STEPS; i++, depth++) {
		s = shown_at(depth);
		all = few.frames + each * (depth - 2);
		CHECK_EQ(s.frames, all < 2 * END ? all : 2 * END);
		CHECK_EQ(s.elided, all > 2 * END ? all - 2 * END : 0);
		CHECK_EQ(s.before, all > 2 * END ? END : -1);
	}
	depth = 2 + (3 * END) / each;
	s = shown_at(depth);
	CHECK_EQ(s.frames, 2 * END);
	CHECK_EQ(s.elided, few.frames + each * (depth - 2) - 2 * END);
}

CASE_OF(DMP_002, restored, "frames of functions that restore registers early",
	NEEDS(NEED(core, try_), NEED(inspect, dump)))
{
	for (int64_t depth = 0; depth < 6; depth++) {
		int64_t frames = shown_at(depth).frames;

		REQUIRE_CMP(frames, >, 0);
		CHECK_EQ(shown_of(nested_restored, depth).frames, frames);
	}
}

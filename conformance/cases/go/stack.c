/* Goroutine stacks: deep ones, exhausted ones, and slots in parked ones. */
#include "chan/ch.h"

#define NOINLINE __attribute__((noinline))

/* ---- GO-019 ---------------------------------------------------------------- */

#define DEPTH 100000

struct dive {
	assay_chan *done;
	bool intact; /* every frame's locals survived */
	uint64_t sum;
	uintptr_t top, bottom; /* addresses of the first and last frame */
};

/*
 * A frame of 128 bytes or so: eight words of locals, filled on the way down
 * and read on the way up.
 */
static NOINLINE uint64_t dive(struct dive *d, uint64_t depth)
{
	volatile uint64_t local[8];
	uint64_t sum = 0;

	for (uint64_t i = 0; i < 8; i++)
		local[i] = depth * 8 + i;
	if (depth > 0)
		sum = dive(d, depth - 1);
	else
		d->bottom = (uintptr_t)&local[0];
	for (uint64_t i = 0; i < 8; i++) {
		d->intact &= local[i] == depth * 8 + i;
		sum += local[i];
	}
	return sum;
}

static void dive_deep(void *arg)
{
	struct dive *d = arg;

	d->top = (uintptr_t)__builtin_frame_address(0);
	d->sum = dive(d, DEPTH - 1);
	send_signal(d->done);
}

CASE(GO_019, "a goroutine can recurse 100 000 deep",
     .traits = ASSAY_TRAIT_DEEP_STACKS, .flags = CASE_NOT_SANITIZED)
{
	struct dive d = {.done = chan_signal(0), .intact = true};
	uint64_t words = UINT64_C(8) * DEPTH;

	go(dive_deep, &d);
	wait_for(d.done);
	CHECK(d.intact);
	CHECK_EQ(d.sum, words * (words - 1) / 2);
	note("%.1f bytes a frame", (double)(d.top - d.bottom) / DEPTH);
}

/* ---- GO-020 ---------------------------------------------------------------- */

/* Never ends, which the compiler must not see. */
static NOINLINE uint64_t fall(volatile uint64_t *above)
{
	volatile uint64_t local[16];

	for (int i = 0; i < 16; i++)
		local[i] = *above + 1;
	if (local[3] == 0)
		return 0;
	return fall(&local[5]) + local[7];
}

static void fall_for_ever(void *arg)
{
	volatile uint64_t first = 1;

	(void)arg;
	(void)fall(&first);
}

CASE(GO_020, "stack overflow is a fatal error",
     .traits = ASSAY_TRAIT_STACK_FATAL, .flags = CASE_NOT_SANITIZED,
     ENDS(.status = 2,
	  .match = {"^runtime: goroutine stack exceeds [0-9]+-byte limit",
		    "fatal error: stack overflow"}))
{
	due();
	go(fall_for_ever, NULL);
	sleep_ns(20 * SEC);
}

/* ---- GO-021 ---------------------------------------------------------------- */

#define SLOTS 10
#define USED_BYTES 24576 /* less than a frame that valgrind believes in */

/* Touches the stack below the caller's frame, and no less than USED_BYTES. */
static NOINLINE uint64_t use_stack(uint64_t v)
{
	volatile unsigned char area[USED_BYTES];

	for (size_t i = 0; i < USED_BYTES; i += 64)
		area[i] = (unsigned char)(v + i);
	return area[(v % (USED_BYTES / 64)) * 64];
}

struct parcel {
	assay_chan *c, *done;
};

/* The slot lies on a stack that was deep before and is shallow when parked. */
static void recv_on_stack(void *arg)
{
	const struct parcel *p = arg;

	(void)use_stack(1);
	for (int i = 0; i < SLOTS; i++) {
		int slot[4] = {-1, -1, -1, -1};

		REQUIRE(recv(p->c, &slot[1]));
		CHECK_EQ(slot[1], i);
		CHECK_EQ(slot[0], -1);
		CHECK_EQ(slot[2], -1);
		(void)use_stack((uint64_t)slot[1]);
	}
	send_signal(p->done);
}

static void send_from_stack(void *arg)
{
	const struct parcel *p = arg;

	(void)use_stack(2);
	for (int i = 0; i < SLOTS; i++) {
		int slot[3] = {-1, i, -1};

		send(p->c, &slot[1]);
		CHECK_EQ(slot[1], i);
	}
	send_signal(p->done);
}

static void use_and_end(void *arg)
{
	(void)use_stack(3);
	send_signal(arg);
}

CASE(GO_021, "a slot on the stack of a parked goroutine is written right",
     .stack = 32768, .flags = CASE_VALGRIND)
{
	struct parcel p = {.c = chan_int(0), .done = chan_signal(2)};

	go(recv_on_stack, &p);
	for (int i = 0; i < SLOTS; i++) {
		settle(1);
		go(use_and_end, p.done);
		wait_for(p.done);
		send_int(p.c, i);
	}
	wait_for(p.done);
	go(send_from_stack, &p);
	for (int i = 0; i < SLOTS; i++) {
		settle(1);
		go(use_and_end, p.done);
		wait_for(p.done);
		CHECK_EQ(recv_int(p.c), i);
	}
	wait_for(p.done);
}

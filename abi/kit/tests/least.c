/*
 * least.c - the least N:1 library there can be, on ucontext, to judge the kit
 * on.  A coroutine is in the queue, asleep, parked for good, or runs.
 */
#include <stdlib.h>
#include <time.h>
#include <ucontext.h>

#include "kit/assay_kit.h"

#define STACK_SIZE (128 * 1024)

struct coroutine {
	ucontext_t context;
	struct coroutine *next; /* in the queue, or among the sleepers */
	int64_t deadline;       /* if it is asleep */
	enum { RUNS, QUEUED, ASLEEP, PARKED } state;
	bool in_park; /* that hook was called, and has not returned */
	char stack[];
};

static struct coroutine *queue, **queue_end = &queue;
static struct coroutine *sleepers;
static struct coroutine *current, *dead; /* dead: its stack is free to go */

static void enqueue(struct coroutine *c)
{
	c->state = QUEUED;
	c->next = NULL;
	*queue_end = c;
	queue_end = &c->next;
}

static void wake(struct coroutine *c)
{
	struct coroutine **link = &sleepers;

	while (c->state == ASLEEP && *link != c)
		link = &(*link)->next;
	if (c->state == ASLEEP)
		*link = c->next;
	if (c->state == ASLEEP || c->state == PARKED)
		enqueue(c);
}

/* Wakes who is due, and returns the time of the next. */
static int64_t wake_due(void)
{
	int64_t now = kit_clock(), least = ASSAY_FOREVER;

	for (struct coroutine *next, *c = sleepers; c; c = next) {
		next = c->next;
		if (c->deadline <= now)
			wake(c);
		else if (c->deadline < least)
			least = c->deadline;
	}
	return least;
}

static void sleep_until(int64_t when)
{
	struct timespec t = {when / 1000000000, when % 1000000000};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

/* Runs the next one; returns when it is the caller's turn again. */
static void give_way(void)
{
	struct coroutine *me = current;

	for (int64_t next = wake_due(); !queue; next = wake_due())
		sleep_until(next);
	current = queue;
	queue = current->next;
	if (!queue)
		queue_end = &queue;
	current->state = RUNS;
	if (current != me)
		swapcontext(&me->context, &current->context);
	free(dead);
	dead = NULL;
}

static void body(unsigned high, unsigned low)
{
	kit_body((void *)((uintptr_t)high << 32 | low));
	free(dead);
	dead = current;
	current->state = PARKED;
	give_way();
}

/* ---- the hooks -------------------------------------------------------------- */

static int spawn(struct kit_task *t)
{
	struct coroutine *c = malloc(sizeof(*c) + STACK_SIZE);

	if (!c)
		return ASSAY_ENOMEM;
	t->own.p = c;
	getcontext(&c->context);
	c->context.uc_stack.ss_sp = c->stack;
	c->context.uc_stack.ss_size = STACK_SIZE;
	makecontext(&c->context, (void (*)(void))(uintptr_t)body, 2,
		    (unsigned)((uintptr_t)t >> 32), (unsigned)(uintptr_t)t);
	enqueue(c);
	return ASSAY_OK;
}

static int run(struct kit_task *main)
{
	static struct coroutine first;

	main->own.p = current = &first;
	kit_body(main);
	return ASSAY_OK;
}

static void yield(void)
{
	enqueue(current);
	give_way();
}

static void park(struct kit_task *t, int64_t deadline)
{
	struct coroutine *c = t->own.p;

	c->in_park = true;
	c->state = PARKED;
	if (deadline != ASSAY_FOREVER) {
		c->state = ASLEEP;
		c->deadline = deadline;
		c->next = sleepers;
		sleepers = c;
	}
	give_way();
	c->in_park = false;
}

/* With READY_SWITCHES it is as rude as the rules allow. */
static void ready(struct kit_task *t)
{
	struct coroutine *c = t->own.p;

	if (!c->in_park)
		abort(); /* the kit has promised that it is */
	wake(c);
	if (READY_SWITCHES)
		yield();
}

const struct kit_hooks kit_hooks = {
	run, spawn, yield, park, ready, kit_clock, &kit_chan, READY_SWITCHES,
};

static const struct assay_runtime table = {
	.size = sizeof(table),
	.abi = ASSAY_ABI_VERSION,
	.traits = ASSAY_TRAIT_SYNC_TIMERS | ASSAY_TRAIT_BUFFERED |
		  ASSAY_TRAIT_SELECT_SEND,
	.name = "least",
	.version = "1.0",
	.model = "N:1",
	.max_goroutines = 1000,
	.core = &kit_core,
	.chan = &kit_chan,
	.time = &kit_time,
	.sync = &kit_sync,
	.inspect = &kit_inspect,
	.kit = "chan, sync, timers",
};

__attribute__((visibility("default"))) const struct assay_runtime *
assay_runtime(void)
{
	return &table;
}

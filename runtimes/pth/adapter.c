/* adapter.c - GNU Pth for Assay: its threads, under the kit's channels. */
#include <pth.h>

#include "kit/assay_kit.h"

#define STACK_SIZE (256 * 1024)
#define LOOK_AGAIN 3600 /* s; a parked thread looks at each dispatch anyway */

static pth_attr_t attributes;

static void *thread(void *t)
{
	kit_body(t);
	return NULL;
}

static int run(struct kit_task *main)
{
	if (!pth_init())
		return ASSAY_ENOMEM;
	attributes = pth_attr_new();
	pth_attr_set(attributes, PTH_ATTR_STACK_SIZE, STACK_SIZE);
	pth_attr_set(attributes, PTH_ATTR_JOINABLE, FALSE);
	thread(main);
	return ASSAY_OK;
}

static int spawn(struct kit_task *t)
{
	return pth_spawn(attributes, thread, t) ? ASSAY_OK : ASSAY_ENOMEM;
}

static void yield(void)
{
	pth_yield(NULL);
}

/* Pth calls it before each dispatch while the thread is parked. */
static int woken(void *t)
{
	return ((struct kit_task *)t)->own.n != 0;
}

/* Pth's times are those of gettimeofday(), in microseconds: rounded up. */
static pth_event_t alarm_at(int64_t deadline)
{
	static pth_key_t key = PTH_KEY_INIT;
	int64_t us = (deadline - kit_clock() + 999) / 1000;

	if (us < 0)
		us = 0;
	return pth_event(PTH_EVENT_TIME | PTH_MODE_STATIC, &key,
			 pth_timeout(us / 1000000, us % 1000000));
}

static void park(struct kit_task *t, int64_t deadline)
{
	static pth_key_t key = PTH_KEY_INIT;
	pth_event_t ev = pth_event(PTH_EVENT_FUNC | PTH_MODE_STATIC, &key,
				   woken, t, pth_time(LOOK_AGAIN, 0));

	if (deadline != ASSAY_FOREVER)
		pth_event_concat(ev, alarm_at(deadline), NULL);
	pth_wait(ev);
	pth_event_isolate(ev);
	t->own.n = 0;
}

static void ready(struct kit_task *t)
{
	t->own.n = 1;
}

const struct kit_hooks kit_hooks = {
	run, spawn, yield, park, ready, kit_clock, &kit_chan, false,
};

static const struct assay_runtime table = {
	.size = sizeof(table),
	.abi = ASSAY_ABI_VERSION,
	.traits = ASSAY_TRAIT_SYNC_TIMERS | ASSAY_TRAIT_BUFFERED |
		  ASSAY_TRAIT_SELECT_SEND,
	.name = "pth",
	.version = PTH_VERSION_STR,
	.model = "N:1",
	.max_goroutines = 250, /* a dispatch looks at all that are parked */
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

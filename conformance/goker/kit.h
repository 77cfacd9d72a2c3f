/* kit.h - words of the programs beside those of the cases. */
#ifndef ASSAY_GOKER_KIT_H
#define ASSAY_GOKER_KIT_H

#include "context/cx.h"
#include "goker.h"

#define NEED_COND NEED(sync, cond_wait), NEED(sync, cond_signal)
#define NEED_ONCE NEED(sync, once_do)
#define NEED_AFTER NEED(time, after)
#define NEED_SELECT NEED(chan, select)

/*
 * Memory that is all zero and is never freed: those who stay use it.  Not
 * static, so that only they can reach it.
 */
void *fresh(size_t size);
#define NEW(type) ((type *)fresh(sizeof(type)))

/* A writer waits for a reader, or for a writer, as the runtime calls it. */
#define WRITE_LOCK "[sync.RWMutex.Lock|sync.Mutex.Lock]"
#define READ_LOCK "[sync.RWMutex.RLock]"
#define MUTEX_LOCK "[sync.Mutex.Lock]"
#define GROUP_WAIT "[sync.WaitGroup.Wait]"
#define COND_WAIT "[sync.Cond.Wait]"

static inline void cond_wait(assay_cond *c, assay_mutex *m)
{
	REQUIRE_EQ(rt->sync->cond_wait(c, m), ASSAY_OK);
}

static inline void cond_signal(assay_cond *c)
{
	REQUIRE_EQ(rt->sync->cond_signal(c), ASSAY_OK);
}

static inline void once_do(assay_once *o, assay_fn fn, void *arg)
{
	rt->sync->once_do(o, fn, arg);
}

static inline assay_chan *after(int64_t ns)
{
	return rt->time->after(ns);
}

/* Select of two cases: the index of the one that was done. */
static inline size_t either(struct assay_case a, struct assay_case b)
{
	return select_cases((struct assay_case[]){a, b}, 2, NULL);
}

/* True if a channel that is only ever closed has been. */
static inline bool closed(assay_chan *c)
{
	return try_recv(c, NULL) == ASSAY_CLOSED;
}

/*
 * Lets others come first, or not.  So the order that a fault needs is one of
 * those that many copies see, on one P too.
 */
static inline void stir(void)
{
	for (int64_t n = rnd_below(4); n > 0; n--)
		yield();
}

/* Reads a number that others may write, and nothing else. */
static inline int look(const int *n)
{
	int v = *n;

	__asm__ volatile("" : : "r"(v));
	return v;
}

/* Sends as Go does: on a closed channel that is a panic. */
static inline void send_or_panic(assay_chan *c)
{
	int status = rt->chan->send(c, NULL, ASSAY_FOREVER);

	if (assay_status_is_panic(status))
		raise_status(status);
}

#define SEND_CLOSED "send on closed channel"
#define NEED_PANIC NEED(core, panic)

#endif

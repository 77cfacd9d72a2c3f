/*
 * sys.h - the twin of base/sys.h for the model checker: threads, sleeping and
 * the clock are the checker's, the rest is the real header's.
 *
 * Time stands still while anything can run, and jumps to the first end of a
 * sleep when nothing can.
 */
#ifndef MODEL_SYS_H
#define MODEL_SYS_H

#define sys_yield real_yield
#define sys_nanosleep real_nanosleep
#define sys_thread real_thread
#define sys_futex_wait real_futex_wait
#define sys_futex_wake real_futex_wake
#define sys_clock real_clock
#define sys_tgkill real_tgkill
#define sys_raise real_raise
#define sys_block_signals real_block_signals
#define sys_map real_map
#include "../../src/base/sys.h"
#undef sys_yield
#undef sys_nanosleep
#undef sys_thread
#undef sys_futex_wait
#undef sys_futex_wake
#undef sys_clock
#undef sys_tgkill
#undef sys_raise
#undef sys_block_signals
#undef sys_map

#include "model.h"

static inline void sys_yield(void)
{
	model_yield();
}

/* One that is as good as for ever ends the thread. */
static inline void sys_nanosleep(int64_t ns)
{
	if (ns >= INT64_C(1000000000000))
		model_halt();
	model_yield();
}

/* A signal comes where the model's goroutines let it. */
static inline int sys_tgkill(int tid, int sig)
{
	return model_tgkill(tid, sig);
}

static inline void sys_raise(int tid, int sig)
{
	model_tgkill(tid, sig);
}

static inline void sys_block_signals(void)
{
}

static inline void *sys_map(size_t size)
{
	return model_map(size);
}

/* Models have all the threads they need. */
static inline int sys_thread(pthread_t *t, const pthread_attr_t *attr,
			     void *(*fn)(void *), void *arg)
{
	(void)t, (void)attr, (void)fn, (void)arg;
	return EAGAIN;
}

static inline int sys_futex_wait(const void *word, uint32_t value, int64_t ns)
{
	return model_futex_wait(word, value, ns);
}

static inline int sys_futex_wake(const void *word, int n)
{
	return model_futex_wake(word, n);
}

static inline int64_t sys_clock(void)
{
	return model_clock();
}

#endif

/*
 * preempt.c - goroutines that are stopped by the signal, wherever they are,
 * against parking, other Ms, a stop of the world, and the end of the run.  preempt.c, resched.c,
 * lockthread.c, halt.c and the scheduler as they are; the signal comes where a
 * goroutine is in code of its own.
 *
 * One that was stopped goes on where it was, on one thread.
 */
#include "harness.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/forward.h"
#include "base/libc_text.h"
#include "sched/goroutine.h"
#include "sched/halt.h"
#include "sched/outside.h"
#include "sched/preempt.h"
#include "sched/resched.h"
#include "sched/stack.h"
#include "sched/switch.h"
#include "sched/world.h"

/* ---- the kernel ------------------------------------------------------------- */

static struct sigaction action;
static atomic_uint pending[HARNESS_MS];

int sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
	(void)sig;
	memset(old, 0, sizeof(*old));
	action = *act;
	return 0;
}

int model_tgkill(int tid, int sig)
{
	(void)sig;
	if (tid > 0)
		xchg_seq(&pending[tid - 1], 1u);
	return 0;
}

bool goro__in_runtime(uintptr_t pc)
{
	(void)pc;
	return false;
}

bool goro__text_known(void)
{
	return true;
}

bool goro__has_handler(const struct sigaction *act)
{
	(void)act;
	return false;
}

struct m *goro__blocking_m(void)
{
	return NULL;
}

bool goro__in_libc(uintptr_t pc)
{
	(void)pc;
	return false;
}

/* What it interrupts: code of the goroutine. */
static void user_code(void)
{
	siginfo_t info = {.si_code = SI_TKILL};
	ucontext_t uc = {0};
	uintptr_t sp = (uintptr_t)&uc;
	struct m *m = goro__m();

	if (!xchg_seq(&pending[m->id], 0u))
		return;
	info.si_pid = getpid();
	/* All registers, and so the one of the stack, point into it. */
	for (size_t i = 0; i < sizeof(uc.uc_mcontext) / sizeof(sp); i++)
		memcpy((char *)&uc.uc_mcontext + i * sizeof(sp), &sp,
		       sizeof(sp));
	action.sa_sigaction(PREEMPT_SIGNAL, &info, &uc);
}

/* ---- goroutines --------------------------------------------------------------- */

static int turns[HARNESS_GS]; /* plain: of one thread at a time */
static struct lock l;
static bool waits, told; /* l */

static int me(void)
{
	return (int)(goro__self() - harness_g);
}

static void computes(void *unused)
{
	int i = me();

	(void)unused;
	MODEL_CHECK(turns[i]++ == 0);
	user_code();
	MODEL_CHECK(turns[i]++ == 1);
	user_code();
	MODEL_CHECK(me() == i && turns[i]++ == 2);
}

static void parks(void *unused)
{
	(void)unused;
	user_code();
	lock(&l);
	if (told) {
		unlock(&l);
	} else {
		waits = true;
		goro__park(&l, WAIT_MUTEX);
	}
	user_code();
	turns[me()]++;
}

static void wakes(void *unused)
{
	bool wake;

	(void)unused;
	user_code();
	lock(&l);
	told = true;
	wake = waits;
	unlock(&l);
	if (wake)
		goro__ready(&harness_g[0]);
	user_code();
	turns[me()]++;
}

/* Main, at its end. */
static void returns(void *unused)
{
	(void)unused;
	goro__main_returned();
}

static void computes_less(void *unused)
{
	int i = me();

	(void)unused;
	turns[i]++;
	user_code();
	turns[i]++;
}

static void stops_itself(enum stopped how)
{
	goro__preempt(goro__m()->p, how);
	user_code();
	turns[me()]++;
}

static void is_stopped(void *unused)
{
	(void)unused;
	stops_itself(STOPPED);
}

/* Taken for asleep: who was stopped before it is to go on. */
static void is_taken_for_asleep(void *unused)
{
	(void)unused;
	stops_itself(STOPPED_ASLEEP);
}

static void stops_world(void *unused)
{
	(void)unused;
	goro__stop_world();
	turns[me()]++;
	goro__start_world();
}

/* ---- scenarios ---------------------------------------------------------------- */

static int32_t asked; /* Ps */

static void ask(void *unused)
{
	(void)unused;
	harness_be(HARNESS_MS - 1);
	for (int32_t i = 0; i < asked; i++)
		goro__preempt(goro__allp[i], STOPPED);
}

static void reset(int ps)
{
	harness_reset(ps, ps);
	asked = ps;
	memset(turns, 0, sizeof(turns));
	memset(pending, 0, sizeof(pending));
	l = (struct lock){0};
	waits = told = false;
	MODEL_CHECK(goro__preempt_init(false));
	for (int i = 0; i < ps + 1; i++)
		harness_m_thread(&"M0\0M1\0M2"[3 * i], i);
	model_thread("sysmon", ask, NULL);
}

/* On one P, so that whoever is stopped has to be handed it again. */
static void setup_stopped(void)
{
	reset(1);
	harness_go(0, &harness_p[0], computes);
	harness_go(1, &harness_p[0], computes);
}

static void setup_both(void)
{
	reset(2);
	harness_go(0, &harness_p[0], computes);
	harness_go(1, &harness_p[1], computes);
}

static void setup_parks(void)
{
	reset(2);
	harness_go(0, &harness_p[0], parks);
	harness_go(1, &harness_p[1], wakes);
}

/* A goroutine that was stopped before is woken by the end, or by an M. */
static void setup_end(void)
{
	reset(2);
	asked = 1;
	harness_go(0, &harness_p[0], computes_less);
	harness_go(1, &harness_p[1], returns);
}

static void setup_world(void)
{
	reset(2);
	asked = 0;
	harness_go(0, &harness_p[0], is_stopped);
	harness_go(1, &harness_p[0], is_taken_for_asleep);
	harness_go(2, &harness_p[1], stops_world);
}

static void check_all(void)
{
	for (int i = 0; i < HARNESS_GS; i++)
		if (harness_g[i].fn && harness_g[i].parent != 1)
			model_fail("a goroutine has not ended");
}

const struct scenario model_scenarios[] = {
	{"stopped", setup_stopped, check_all, 2, 0},
	{"both", setup_both, check_all, 1, 0},
	{"parks", setup_parks, check_all, 1, 0},
	{"end", setup_end, NULL, 2, 0},
	{"world", setup_world, check_all, 0, 0},
	{NULL, NULL, NULL, 0, 0},
};

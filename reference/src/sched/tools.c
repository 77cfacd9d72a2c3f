/*
 * tools.c - tells valgrind and AddressSanitizer of changes of stack.
 *
 * Valgrind takes a move of the stack pointer into another stack that it knows
 * for a change of stack, and any other move of less than 2 MB for a call or a
 * return.  It keeps one current stack for all threads.  So the first frame that
 * a thread makes on a known stack, after another thread has run, is taken for a
 * change of stack, and its memory for free.  Therefore a goroutine's stack is
 * known to it only while a thread moves there, and at no other time.  Where it
 * walks a stack that it does not know, it gives up above that of the thread;
 * so the stacks are mapped before the threads' (goro__stack_init()).
 *
 * AddressSanitizer wants to know the bounds of the current stack, and keeps the
 * frames that it puts elsewhere (use after return) apart for each stack.
 */
#include "sched/tools.h"

#include "base/nopreempt.h"
#include "base/text.h"
#include "sched/switch.h"

/* Of the program's sanitizer; NULL: it has none. */
__attribute__((weak)) void
__sanitizer_start_switch_fiber(void **fake, const void *lo, size_t n);
__attribute__((weak)) void
__sanitizer_finish_switch_fiber(void *fake, const void **lo, size_t *n);
__attribute__((weak)) void __asan_unpoison_memory_region(const volatile void *,
							 size_t n);
__attribute__((weak)) void __lsan_register_root_region(const void *lo,
						       size_t n);

/*
 * Valgrind's requests that are made here.  The last is for memcheck, the one
 * of its tools that must know of stacks: is this memory addressable?
 */
enum {
	VG_STACK_REGISTER = 0x1501,
	VG_STACK_DEREGISTER = 0x1502,
	VG_CHECK_MEM = ('M' << 24 | 'C' << 16) + 4
};

bool goro__tools;
static bool memcheck, asan;

static uint64_t ask_valgrind(uint64_t what, uint64_t a, uint64_t b)
{
	const uint64_t args[6] = {what, a, b};

	return arch_valgrind(args, 1);
}

void goro__tools_start(void)
{
	if (!SAN_TOOLS)
		return;
	memcheck = ask_valgrind(VG_CHECK_MEM, (uintptr_t)&goro__tools, 1) == 0;
	asan = __sanitizer_start_switch_fiber && __asan_unpoison_memory_region;
	goro__tools = memcheck || asan;
}

/* Frames with their red zones are larger. */
size_t goro__tools_stack_scale(void)
{
	return asan ? 4 : 1;
}

/* What only a parked goroutine points to is no leak. */
void goro__tools_stack(const void *lo, const void *hi)
{
	size_t n = (size_t)((const char *)hi - (const char *)lo);

	if (!__lsan_register_root_region)
		return;
	preempt_disable();
	__lsan_register_root_region(lo, n);
	preempt_enable();
}

/* ---- from one stack to another ------------------------------------------- */

/* Where AddressSanitizer's own stack of g is kept while g does not run. */
static void **fake_of(struct m *m, struct g *g)
{
	return g ? &g->stack->fake : &m->fake;
}

static void tell_leave(struct m *m, void **fake, struct g *to)
{
	const char *lo = to ? to->stack->lo : m->g0_lo;
	const char *hi = to ? (char *)to->stack : lo + m->g0_size;

	/* At its first turn a goroutine is one byte above hi. */
	if (memcheck && to)
		m->gate = ask_valgrind(VG_STACK_REGISTER, (uintptr_t)lo,
				       (uintptr_t)hi + 1);
	if (!asan)
		return;
	preempt_disable();
	__sanitizer_start_switch_fiber(fake, lo, (size_t)(hi - lo));
	preempt_enable();
}

static void tell_arrive(struct m *m, struct g *g)
{
	void **fake = fake_of(m, g);

	if (memcheck && g)
		ask_valgrind(VG_STACK_DEREGISTER, m->gate, 0);
	if (!asan)
		return;
	preempt_disable();
	__sanitizer_finish_switch_fiber(*fake, NULL, NULL);
	*fake = NULL;
	preempt_enable();
}

/* Runs on the new stack, in front of what was to be done there. */
static void arrived(struct m *m, struct g *prev, void *arg)
{
	after_fn fn = m->after_tools;

	m->after_tools = NULL;
	tell_arrive(m, m->curg);
	if (fn)
		fn(m, prev, arg);
}

static void switching(struct m *m, void **fake, struct g *to)
{
	m->after_tools = m->after;
	m->after = arrived;
	tell_leave(m, fake, to);
}

void goro__tools_switch(struct m *m, struct g *from, struct g *to)
{
	switching(m, fake_of(m, from), to);
}

/* Its frames do not return: their red zones would stay. */
void goro__tools_end(struct m *m, struct g *g)
{
	char *lo = g->stack->lo;

	if (asan)
		__asan_unpoison_memory_region(lo,
					      (size_t)((char *)g->stack - lo));
	switching(m, NULL, NULL);
}

void goro__tools_step(struct m *m, struct g *from, struct g *to)
{
	tell_leave(m, fake_of(m, from), to);
}

void goro__tools_stepped(struct m *m, struct g *to)
{
	tell_arrive(m, to);
}

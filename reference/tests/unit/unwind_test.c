/*
 * unwind_test.c - frames of this program, and of what is no stack.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "diag/names.h"
#include "diag/unwind.h"
#include "unit.h"

enum { MAX = 64, DEEP = 20 };

struct found {
	uintptr_t pcs[MAX];
	int n;
};

static __attribute__((noinline)) void here(void *to)
{
	struct found *f = to;

	f->n = goro__unwind(&(struct unwind_start){0}, f->pcs, MAX);
}

static __attribute__((noinline)) void deeper(int n, void (*fn)(void *),
					     void *arg)
{
	volatile int k = n;

	if (k == 0)
		fn(arg);
	else
		deeper(k - 1, fn, arg);
	k = 0;
}

/* True if pc is in this function; a compiler may have split it. */
static bool is_in(uintptr_t pc, const char *fn)
{
	struct place at;
	struct names n;
	bool same;

	goro__names_open(&n);
	goro__names_find(&n, pc, &at);
	same = at.name && strncmp(at.name, fn, strlen(fn)) == 0;
	goro__names_close(&n);
	return same;
}

static void check_deeper(const struct found *f, int from)
{
	for (int i = from; i <= from + DEEP; i++)
		CU_ASSERT(is_in(f->pcs[i], "deeper"));
	CU_ASSERT(!is_in(f->pcs[from + DEEP + 1], "deeper"));
	CU_ASSERT(f->n > from + DEEP + 3 && f->n < MAX); /* down to main */
}

static void from_here(void)
{
	struct found f;

	deeper(DEEP, here, &f);
	CU_ASSERT(is_in(f.pcs[0], "here"));
	check_deeper(&f, 1);
}

static void few(void)
{
	struct found f = {0};

	CU_ASSERT(goro__unwind(&(struct unwind_start){0}, f.pcs, 1) == 1);
	CU_ASSERT(is_in(f.pcs[0], "few"));
	CU_ASSERT(f.pcs[1] == 0);
	UNIT_EQ(goro__unwind(&(struct unwind_start){0}, f.pcs, 0), 0);
}

/* ---- signals ---------------------------------------------------------------- */

static struct found in_handler, of_context;

static void on_signal(int sig, siginfo_t *info, void *uc)
{
	struct found *f = &of_context;

	(void)sig, (void)info;
	deeper(DEEP, here, &in_handler);
	f->n = goro__unwind(&(struct unwind_start){.uc = uc}, f->pcs, MAX);
}

static void send(void *unused)
{
	(void)unused;
	raise(SIGUSR1);
}

/* The frames that the handler sees below itself are those of the context. */
static void signals(void)
{
	struct sigaction act = {.sa_sigaction = on_signal,
				.sa_flags = SA_SIGINFO};
	const struct found *f = &in_handler;
	int same = 0;

	sigaction(SIGUSR1, &act, NULL);
	deeper(DEEP, send, NULL);
	check_deeper(f, 1);
	CU_ASSERT(is_in(f->pcs[DEEP + 2], "on_signal"));
	CU_ASSERT(of_context.n > DEEP);
	UNIT_EQ(f->n, of_context.n + DEEP + 3);
	for (int i = 0; i < of_context.n; i++)
		same += f->pcs[DEEP + 3 + i] == of_context.pcs[i];
	UNIT_EQ(same, of_context.n);
}

/* ---- what is no stack ------------------------------------------------------- */

static uintptr_t some_address(char *stack, size_t n)
{
	switch (unit_rand(5)) {
	case 0:
		return unit_rand(1 << 20);
	case 1:
		return ~(uintptr_t)unit_rand(1 << 20);
	case 2:
		return (uintptr_t)deeper + unit_rand(60);
	default:
		return (uintptr_t)stack + 8u * unit_rand((uint32_t)n / 8);
	}
}

/* Registers and words of any kind; half of the memory is not there. */
static void no_stack(void)
{
	enum { SIZE = 1 << 14 };
	char *stack = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uintptr_t pcs[MAX];

	mprotect(stack + SIZE / 2, SIZE / 2, PROT_NONE);
	for (int n = 0; n < 20000; n++) {
		ucontext_t uc;
		uint64_t *word = (uint64_t *)(void *)stack;
		int got;

		for (int i = 0; i < SIZE / 2 / 8; i += 1 + (int)unit_rand(16))
			word[i] = some_address(stack, SIZE);
		memset(&uc, 0, sizeof(uc));
		word = (uint64_t *)(void *)&uc.uc_mcontext;
		for (size_t i = 0; i < 34 && i < sizeof(uc.uc_mcontext) / 8;
		     i++)
			word[i] = some_address(stack, SIZE);
		got = goro__unwind(&(struct unwind_start){.uc = &uc}, pcs, MAX);
		if (got < 0 || got > MAX)
			CU_FAIL("a wrong number of frames");
	}
	munmap(stack, SIZE);
}

static const struct unit_test tests[] = {
	{"from here", from_here}, {"few", few}, {"signals", signals},
	{"no stack", no_stack},   {NULL, NULL},
};

const struct unit_suite unwind_suite = {"unwind", tests};

/* EMB-005: a handler of the program's own for SIGSEGV. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kit/work.h"
#include "process.h"

enum { PAGE = 4096, USERS = 10 };

static char *pages; /* one for each user */
static struct sigaction before;
static atomic_int repaired;

/* Makes one of our pages usable; other faults go to the handler before. */
static void repair(int sig, siginfo_t *info, void *context)
{
	char *at = info->si_addr;

	if (at >= pages && at < pages + USERS * PAGE) {
		mprotect(pages + (at - pages) / PAGE * PAGE, PAGE,
			 PROT_READ | PROT_WRITE);
		/* relaxed: a counter that carries no data */
		atomic_fetch_add_explicit(&repaired, 1, memory_order_relaxed);
	} else if ((before.sa_flags & SA_SIGINFO) != 0) {
		before.sa_sigaction(sig, info, context);
	} else {
		sigaction(sig, &before, NULL);
	}
}

static void set_handler(void)
{
	struct sigaction own = {.sa_flags = SA_SIGINFO | SA_ONSTACK};

	own.sa_sigaction = repair;
	sigemptyset(&own.sa_mask);
	sigaction(SIGSEGV, &own, &before);
}

static bool map_pages(void)
{
	pages = mmap(NULL, USERS * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
		     -1, 0);
	return pages != MAP_FAILED;
}

static void use_page(void *arg)
{
	volatile char *page = *(char *const *)arg;

	for (int64_t i = 0; i < rounds(100); i++) {
		mprotect((void *)(uintptr_t)page, PAGE, PROT_NONE);
		page[i % PAGE] = 1;
		if (i % 8 == 0)
			yield();
	}
	finish();
}

static void repair_pages(void *unused)
{
	(void)unused;
	for (int i = 0; i < USERS; i++) {
		char *page = pages + i * PAGE;

		go_copy(use_page, &page, sizeof(page));
	}
	if (!becomes(&finished, USERS))
		_exit(3);
	if (atomic_load_explicit(&repaired, memory_order_relaxed) !=
	    USERS * rounds(100))
		_exit(4);
}

static __attribute__((noinline)) int deep(int n)
{
	volatile char frame[512];

	frame[0] = (char)n;
	return n == 0 ? 0 : deep(n - 1) + frame[0];
}

static void overflow(void *unused)
{
	(void)unused;
	deep(1 << 30);
}

static void repair_and_fall(void *unused)
{
	repair_pages(unused);
	go(overflow, NULL);
	wait_for(chan_signal(0));
}

static void repair_all(void *unused)
{
	repair_pages(unused);
}

static void set_and(void *fn)
{
	set_handler();
	(*(assay_fn *)fn)(NULL);
}

/* The handler is set before the start of the runtime, or by main. */
struct fault {
	bool early;
	assay_fn main;
};

static int fault(void *arg)
{
	struct fault *f = arg;

	if (!map_pages())
		return 5;
	if (!f->early)
		return run_main(set_and, &f->main);
	set_handler();
	return run_main(f->main, NULL);
}

static void check_fault(bool early)
{
	struct fault all = {early, repair_all}, fall = {early, repair_and_fall};
	struct process p = run_process(fault, &all, 10000);

	CHECK_MSG(process_exited(&p, 0), "wait status %#x: %.200s",
		  (unsigned)p.status, p.text);
	if ((rt->traits & ASSAY_TRAIT_STACK_FATAL) == 0)
		return;
	p = run_process(fault, &fall, 10000);
	CHECK_MSG(process_exited(&p, 2) &&
			  strstr(p.text, "fatal error: stack overflow") != NULL,
		  "wait status %#x: %.200s", (unsigned)p.status, p.text);
}

#define NEEDS_FAULT                                                            \
	.flags = CASE_OUTSIDE | CASE_NOT_SANITIZED, .timeout_ms = 30000,       \
	NEEDS(NEED(core, run))

CASE(EMB_005, "faults reach a handler that was set before the start",
     NEEDS_FAULT)
{
	check_fault(true);
}

CASE_OF(EMB_005, late, "and one that main sets", NEEDS_FAULT)
{
	check_fault(false);
}

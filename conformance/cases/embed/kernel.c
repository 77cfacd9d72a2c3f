/*
 * EMB-010, EMB-011: a runtime that is process 1 of a container, and one to
 * which the kernel refuses things.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit/work.h"
#include "process.h"

/* ---- EMB-010: ways to end ------------------------------------------------- */

static void end_by_panic(void *unused)
{
	(void)unused;
	raise_text("so it ends");
}

static void end_by_deadlock(void *unused)
{
	(void)unused;
	wait_for(chan_signal(0));
}

static void end_by_fault(void *unused)
{
	static int *volatile nowhere = (int *)8;

	(void)unused;
	*nowhere = 1;
}

static void end_by_quit(void *unused)
{
	(void)unused;
	kill(getpid(), SIGQUIT);
	sleep_ns(5 * SEC);
}

static void end_by_exit(void *unused)
{
	(void)unused;
	rt->core->exit(7);
}

/* Main has begun, in memory that the processes share with the case. */
static bool *begun;

static void end_now(void *fn)
{
	*begun = true;
	(*(assay_fn *)fn)(NULL);
}

static int run_end(void *fn)
{
	return run_main(end_now, fn);
}

/* The same as process 1: its end is told by that of the one above. */
static int run_end_as_first(void *fn)
{
	int status;
	pid_t pid;

	if (unshare(CLONE_NEWPID) != 0)
		return 99;
	pid = fork();
	if (pid == 0)
		_exit(run_end(fn));
	while (waitpid(pid, &status, 0) != pid)
		;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	/* dies alike */
	signal(WTERMSIG(status), SIG_DFL);
	kill(getpid(), WTERMSIG(status));
	return 98;
}

static void first_line(const struct process *p, char *line, size_t n)
{
	snprintf(line, n, "%.*s", (int)strcspn(p->text, "\n"), p->text);
}

static void ends_alike(assay_fn end)
{
	struct process usual, first;
	char a[200], b[200];

	begun = mmap(NULL, sizeof(*begun), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	REQUIRE(begun != MAP_FAILED);
	usual = run_process(run_end, &end, 4000);
	CHECK(*begun);
	*begun = false;
	first = run_process(run_end_as_first, &end, 4000);
	if (process_exited(&first, 99))
		skip("no process namespaces here");
	CHECK(*begun);
	CHECK(!process_exited(&usual, NOT_RUN));
	first_line(&usual, a, sizeof(a));
	first_line(&first, b, sizeof(b));
	CHECK_EQ(first.status, usual.status);
	CHECK_STR(b, a);
	CHECK_EQ(first.hung, usual.hung);
}

#define NEEDS_PROCESS                                                          \
	.flags = CASE_OUTSIDE | CASE_NOT_SANITIZED, .timeout_ms = 30000,       \
	NEEDS(NEED(core, run), NEED(core, panic), NEED(core, exit))

CASE(EMB_010, "process 1 of a container ends as any other", NEEDS_PROCESS)
{
	ends_alike(end_by_panic);
	ends_alike(end_by_deadlock);
	ends_alike(end_by_fault);
	ends_alike(end_by_exit);
}

CASE_OF(EMB_010, quit, "also by SIGQUIT", .traits = ASSAY_TRAIT_QUIT_DUMP,
	NEEDS_PROCESS)
{
	ends_alike(end_by_quit);
}

/* ---- EMB-011: refused calls ----------------------------------------------- */

struct refused {
	const char *name;
	int number;
};

/* From now on the call fails with EPERM. */
static bool refuse(int number)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	struct sock_fprog all = {sizeof(code) / sizeof(code[0]), code};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all) == 0;
}

static void send_one(void *c)
{
	send_int(c, 1);
}

/* Goroutines, channels, time, and a spinner if the runtime preempts. */
static void work(void *unused)
{
	assay_chan *c = chan_int(0);
	int sum = 0;

	(void)unused;
	for (int i = 0; i < 100; i++)
		go(send_one, c);
	for (int i = 0; i < 100; i++)
		sum += recv_int(c);
	if (sum != 100)
		_exit(3);
	sleep_ns(MS);
	if ((rt->traits & ASSAY_TRAIT_PREEMPTIVE) == 0)
		return;
	for (int i = 0; i < case_procs(); i++)
		go(spin, NULL);
	for (int i = 0; i < 3; i++)
		sleep_ns(MS);
	stop_all();
}

static int run_refused(void *arg)
{
	const struct refused *r = arg;

	if (!refuse(r->number))
		return 99;
	return run_main(work, NULL);
}

CASE(EMB_011, "what the kernel refuses is done without, or told", .procs = {2},
     NEEDS_PROCESS)
{
	static struct refused all[] = {
		{"nothing", -1},
		{"madvise", SYS_madvise},
		{"tgkill", SYS_tgkill},
		{"timer_create", SYS_timer_create},
		{"timer_settime", SYS_timer_settime},
		{"sched_getaffinity", SYS_sched_getaffinity},
		{"sched_setaffinity", SYS_sched_setaffinity},
		{"sigaltstack", SYS_sigaltstack},
		{"membarrier", SYS_membarrier},
		{"prctl", SYS_prctl},
		{"epoll_create1", SYS_epoll_create1},
		{"eventfd2", SYS_eventfd2},
		{"getrandom", SYS_getrandom},
		{"clock_nanosleep", SYS_clock_nanosleep},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct process p = run_process(run_refused, &all[i], 3000);

		if (process_exited(&p, 99))
			skip("no filter of system calls here");
		CHECK(i > 0 ? process_clear(&p, all[i].name)
			    : process_exited(&p, 0));
	}
}

/*
 * tasks.c - see tasks.h.
 *
 * A thread can be stopped without being disturbed only from outside, as by a
 * debugger: a signal would end its system calls with EINTR, and it may block
 * that signal.  So a helper, a process that shares the memory, attaches to the
 * threads (ptrace), reads their registers, and keeps them until the search is
 * over.  LeakSanitizer does the same.  A process has one tracer, so that fails
 * under gdb or strace.  Most programs have no such thread, and need no helper.
 *
 * The helper has the thread-local variables of the goroutine that made it, and
 * so its M.  It calls nothing but the kernel, not even by sys.h, which counts in
 * that M.
 */
#include "diag/tasks.h"

#include <elf.h>
#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "base/note.h"
#include "base/procfs.h"
#include "base/sys.h"
#include "base/text.h"
#include "sched/state.h"
#include "sched/thread.h"
#include "sched/types.h"

/* Who acts next, and what on; the helper goes from ATTACH to the other two. */
enum { IDLE, ATTACH, ATTACHED, REFUSED, LET_GO };

/* As the kernel's struct linux_dirent64. */
struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

/* ---- the helper ------------------------------------------------------------ */

static void become(atomic_uint *state, unsigned to)
{
	/* Pairs with the acquire in wait_while(). */
	store_release(state, to);
	syscall(SYS_futex, state, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static unsigned wait_while(atomic_uint *state, unsigned is)
{
	unsigned now;

	while ((now = load_acquire(state)) == is)
		syscall(SYS_futex, state, FUTEX_WAIT, is, NULL, NULL, 0);
	return now;
}

static bool read_regs(struct task *t)
{
	struct iovec regs = {t->regs, sizeof(t->regs)};
	struct iovec fp = {t->fp, sizeof(t->fp)};

	if (syscall(SYS_ptrace, PTRACE_GETREGSET, t->tid, NT_PRSTATUS, &regs))
		return false;
	syscall(SYS_ptrace, PTRACE_GETREGSET, t->tid, ARCH_REGSET_FP, &fp);
	t->sp = t->regs[ARCH_REGSET_SP];
	return true;
}

/* Stops t.  False if that is not permitted; a thread that has ended is. */
static bool attach(struct task *t)
{
	int status = 0;

	if (syscall(SYS_ptrace, PTRACE_SEIZE, t->tid, NULL, NULL)) {
		if (errno != ESRCH)
			return false;
		t->tid = 0;
		return true;
	}
	syscall(SYS_ptrace, PTRACE_INTERRUPT, t->tid, NULL, NULL);
	while (syscall(SYS_wait4, t->tid, &status, __WALL, NULL) < 0 &&
	       errno == EINTR)
		;
	if (!WIFSTOPPED(status)) {
		t->tid = 0;
		return true;
	}
	if (status >> 16 == 0)
		t->signal = WSTOPSIG(status);
	return read_regs(t);
}

static bool attach_new(struct tasks *t)
{
	while (t->stopped < t->n)
		if (!attach(&t->v[t->stopped++]))
			return false;
	return true;
}

static void detach_all(struct tasks *t)
{
	for (uint32_t i = 0; i < t->stopped; i++)
		if (t->v[i].tid)
			syscall(SYS_ptrace, PTRACE_DETACH, t->v[i].tid, NULL,
				(long)t->v[i].signal);
}

static int helper(void *arg)
{
	struct tasks *t = arg;
	unsigned state = IDLE;

	/* Ends with the caller, which may be killed at any time. */
	syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (syscall(SYS_getppid) != t->caller)
		syscall(SYS_exit, 1);
	while (wait_while(&t->state, state) == ATTACH) {
		state = attach_new(t) ? ATTACHED : REFUSED;
		become(&t->state, state);
	}
	detach_all(t);
	syscall(SYS_exit, 0);
	return 0;
}

/* ---- which threads --------------------------------------------------------- */

/*
 * True if an M runs nothing of the program: it sleeps on the scheduler's stack,
 * or in the handler that has stopped its goroutine.
 */
static bool m_at_rest(const struct m *m)
{
	return !m->curg || !g_is(m->curg, GSYSCALL);
}

/* The first thread stays in the list when it has ended before the others. */
static bool has_ended(int tid)
{
	return tid == getpid() && goro__thread_state(tid) == 'Z';
}

static bool at_rest(int tid)
{
	struct sched *s = &goro__sched;

	if (tid == sys_gettid() || goro__own_thread(tid) || has_ended(tid))
		return true;
	/* Pairs with wait_for_end(): its frames are known. */
	if (tid == load_acquire(&s->maker_tid))
		return !s->making;
	for (struct m *m = s->allm; m; m = m->alllink)
		if (load_relaxed(&m->tid) == tid)
			return m_at_rest(m);
	return false;
}

static bool have(const struct tasks *t, int tid)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (t->v[i].tid == tid)
			return true;
	return false;
}

/* Lists a thread that is not at rest.  False without room. */
static bool list(struct tasks *t, int tid)
{
	if (have(t, tid) || at_rest(tid))
		return true;
	if (t->n == TASKS_MOST)
		return false;
	t->v[t->n++].tid = tid;
	return true;
}

static int number_of(const char *name)
{
	int n = 0;

	for (; *name >= '0' && *name <= '9'; name++)
		n = n * 10 + (*name - '0');
	return n;
}

static bool list_entries(struct tasks *t, const char *buf, long n)
{
	const struct entry *e;

	for (long at = 0; at < n; at += e->length) {
		int tid;

		e = (const void *)(buf + at);
		tid = number_of(e->name);
		if (tid > 0 && !list(t, tid))
			return false;
	}
	return true;
}

/* Lists those that are not listed yet.  False if that cannot be done. */
static bool list_new(struct tasks *t)
{
	char buf[1024] __attribute__((aligned(8)));
	int fd = sys_open("/proc/self/task");
	bool ok = fd >= 0;
	long n = 0;

	while (ok && (n = sys_io(SYS_getdents64, fd, buf, sizeof(buf), 0)) > 0)
		ok = list_entries(t, buf, n);
	if (fd >= 0)
		sys_close(fd);
	return ok && n == 0;
}

/* ---- the caller ------------------------------------------------------------ */

/* Starts the helper, with all signals blocked.  False if that fails. */
static bool start_helper(struct tasks *t)
{
	sigset_t all, old;

	preempt_disable();
	t->caller = getpid();
	sigfillset(&all);
	sys_sigmask(SIG_SETMASK, &all, &old);
	t->helper =
		clone(helper, t->stack + sizeof(t->stack),
		      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_UNTRACED, t);
	sys_sigmask(SIG_SETMASK, &old, NULL);
	/* Where only a parent may attach (Yama), this one may, too. */
	prctl(PR_SET_PTRACER, t->helper, 0, 0, 0);
	preempt_enable();
	return t->helper > 0;
}

static bool stop_listed(struct tasks *t)
{
	if (!t->helper && !start_helper(t))
		return false;
	become(&t->state, ATTACH);
	return wait_while(&t->state, ATTACH) == ATTACHED;
}

int goro__tasks_stop(struct tasks *t)
{
	bool ok = list_new(t);

	/* One that is not stopped yet may start another. */
	while (ok && t->stopped < t->n)
		ok = stop_listed(t) && list_new(t);
	if (ok)
		return GORO_OK;
	goro__tasks_go_on(t);
	return GORO_ENOTSUP;
}

void goro__tasks_add(struct tasks *t, uintptr_t sp)
{
	if (t->n < TASKS_MOST)
		t->v[t->n++].sp = sp;
}

void goro__tasks_go_on(struct tasks *t)
{
	if (!t->helper)
		return;
	become(&t->state, LET_GO);
	while (syscall(SYS_wait4, t->helper, NULL, __WALL, NULL) < 0 &&
	       errno == EINTR)
		;
	prctl(PR_SET_PTRACER, 0, 0, 0, 0);
	t->helper = 0;
}

/*
 * owner.c - signals that the program owns, with goro in the same process.
 * `owner MODE [FLAGS]`: what its handler of SIGSEGV, set before goro_run(), is
 * like is told by the letters of FLAGS: i SA_SIGINFO, r SA_RESETHAND,
 * n SA_NODEFER, s SA_ONSTACK, I ignored, 0 no handler.  It ends as the shell
 * script that runs it expects.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#include "prog.h"

static const char *flags;
static char *page;
static volatile int faults, blocked_usr1, blocked_self;
static struct sigaction gorosegv;

static bool has(char letter)
{
	return flags && strchr(flags, letter);
}

static void handled(int sig)
{
	sigset_t now;

	pthread_sigmask(SIG_BLOCK, NULL, &now);
	blocked_usr1 = sigismember(&now, SIGUSR1);
	blocked_self = sigismember(&now, sig);
	faults++;
	mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

static void handled_info(int sig, siginfo_t *info, void *context)
{
	if (!info || !context || info->si_signo != sig)
		_exit(9);
	if (info->si_code > 0 && info->si_addr != page)
		_exit(7); /* not its own */
	handled(sig);
}

static void set_handler(void)
{
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	sigemptyset(&act.sa_mask);
	sigaddset(&act.sa_mask, SIGUSR1);
	act.sa_handler = handled;
	if (has('i')) {
		act.sa_flags |= SA_SIGINFO;
		act.sa_sigaction = handled_info;
	}
	if (has('I'))
		act.sa_handler = SIG_IGN;
	act.sa_flags |= has('r') ? (int)SA_RESETHAND : 0;
	act.sa_flags |= has('n') ? SA_NODEFER : 0;
	act.sa_flags |= has('s') ? SA_ONSTACK : 0;
	if (!has('0'))
		sigaction(SIGSEGV, &act, NULL);
}

static void protect(void)
{
	mprotect(page, 4096, PROT_NONE);
}

static void faulting(void)
{
	int before = faults;
	sigset_t now;

	protect();
	*(volatile char *)page = 1;
	CHECK(faults == before + 1);
	CHECK(blocked_usr1 && blocked_self == !has('n'));
	pthread_sigmask(SIG_BLOCK, NULL, &now);
	CHECK(!sigismember(&now, SIGUSR1) && !sigismember(&now, SIGSEGV));
}

static __attribute__((noinline)) int deep(int n)
{
	volatile char frame[512];

	frame[0] = (char)n;
	return n ? deep(n - 1) + frame[0] : 0;
}

static void overflowing(void *arg)
{
	(void)arg;
	deep(100000);
}

/* Faults that the program repairs, then an overflow, which is goro's. */
static void repair(void *arg)
{
	(void)arg;
	for (int i = 0; i < (has('r') ? 1 : 3); i++) {
		faulting();
		goro_yield();
	}
	fflush(stdout);
	if (check_failed)
		_exit(1);
	goro_go(overflowing, NULL);
	goro_sleep(GORO_SECOND);
}

/* Once more than a handler for one signal takes. */
static void again(void *arg)
{
	(void)arg;
	faulting();
	protect();
	*(volatile char *)page = 1;
}

static void sent(void *arg)
{
	(void)arg;
	raise(SIGSEGV);
	CHECK(faults == !has('I'));
	if (!has('r')) {
		kill(getpid(), SIGSEGV);
		for (int i = 0; i < 1000 && faults < 2 * !has('I'); i++)
			goro_sleep(MS);
		CHECK(faults == 2 * !has('I'));
	}
	puts("went on");
}

static void fault(void *arg)
{
	(void)arg;
	protect();
	*(volatile char *)page = 1;
}

static void kill_bus(void *arg)
{
	(void)arg;
	kill(getpid(), SIGBUS);
	goro_sleep(10 * GORO_SECOND);
}

/* Set after goro's, it passes on what is not its own. */
static void chained(int sig, siginfo_t *info, void *context)
{
	if (info->si_addr == page)
		handled(sig);
	else
		gorosegv.sa_sigaction(sig, info, context);
}

static void later(void *arg)
{
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	sigaddset(&act.sa_mask, SIGUSR1);
	act.sa_sigaction = chained;
	act.sa_flags = SA_SIGINFO | SA_ONSTACK;
	sigaction(SIGSEGV, &act, &gorosegv);
	repair(arg);
}

/* SIGURG is goro's to preempt with, but the program's if another sends it. */
static volatile int urgent;

static void on_urgent(int sig)
{
	(void)sig;
	urgent++;
}

static void urgently(void *arg)
{
	volatile bool *done = arg;

	kill(getpid(), SIGURG);
	for (int i = 0; i < 1000 && urgent == 0; i++)
		goro_sleep(MS);
	*done = true;
}

static void urg(void *arg)
{
	volatile bool done = false;

	(void)arg;
	goro_go(urgently, (void *)(uintptr_t)&done);
	while (!done) { /* until preempted, on one P */
	}
	CHECK(urgent == 1);
	puts("went on");
}

static const struct mode modes[] = {
	{"repair", repair}, {"again", again}, {"sent", sent}, {"fault", fault},
	{"bus", kill_bus},  {"later", later}, {"urg", urg},   {NULL, NULL},
};

int main(int argc, char **argv)
{
	goro_fn run = find_mode(modes, argc > 1 ? argv[1] : NULL);

	flags = argc > 2 ? argv[2] : NULL;
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	set_handler();
	signal(SIGURG, on_urgent);
	CHECK(goro_run(run, NULL) == GORO_OK);
	return check_failed;
}

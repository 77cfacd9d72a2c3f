/*
 * forward.c - hands a signal that is not goro's to the handler before goro's.
 */
#include "base/forward.h"

#include "base/sys.h"
#include "base/text.h"

bool goro__has_handler(const struct sigaction *act)
{
	return act->sa_handler != SIG_DFL && act->sa_handler != SIG_IGN;
}

/*
 * What this thread hands on.  A handler may leave by siglongjmp(), and the next
 * signal be at the same address; but that is not deeper on the stack.
 */
static _Thread_local struct {
	int sig;
	const siginfo_t *info;
	const char *frame;
} handed __attribute__((tls_model("initial-exec")));

static void call(const struct sigaction *act, int sig, siginfo_t *info,
		 void *context)
{
	sigset_t self;

	sys_sigmask(SIG_BLOCK, &act->sa_mask, NULL);
	if (act->sa_flags & SA_NODEFER && !sigismember(&act->sa_mask, sig)) {
		sigemptyset(&self);
		sigaddset(&self, sig);
		sys_sigmask(SIG_UNBLOCK, &self, NULL);
	}
	if (act->sa_flags & SA_SIGINFO)
		act->sa_sigaction(sig, info, context);
	else
		act->sa_handler(sig);
}

void goro__forward(const struct sigaction *act, int sig, siginfo_t *info,
		   void *context)
{
	const char *frame = __builtin_frame_address(0);
	__typeof__(handed) outer = handed;

	if (sig == outer.sig && info == outer.info && frame < outer.frame)
		return;
	handed.sig = sig;
	handed.info = info;
	handed.frame = frame;
	call(act, sig, info, context);
	handed = outer;
}

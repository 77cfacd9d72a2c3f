/*
 * quit.c - SIGQUIT shows all goroutines and ends the process.
 *
 * The handler prints the report itself, since every other thread may hang.  It
 * takes no lock (dump.c).  Under ThreadSanitizer that is not so: what it calls
 * may need a lock of the sanitizer's, and the code that the signal interrupts
 * may hold it.  There the handler wakes a thread, which prints the report, and
 * waits.  If that takes too long the thread may need such a lock: the handler
 * returns, and the code goes on until the process ends.
 */
#include <errno.h>
#include <signal.h>

#include "base/forked.h"
#include "base/note.h"
#include "base/print.h"
#include "base/sys.h"
#include "base/text.h"
#include "diag/dump.h"
#include "diag/quit.h"
#include "diag/schedtrace.h"
#include "sched/die.h"
#include "sched/outside.h"
#include "sched/thread.h"

enum { PATIENCE = 1000000000 }; /* ns */

static bool by_thread;                    /* set before the handler is */
static atomic_uint quit_note, ended_note; /* nobody wakes the second */

static _Noreturn void report(struct g *first)
{
	goro__schedtrace_stop();
	print_str("SIGQUIT: quit\n");
	if (goro__traceback() > TRACEBACK_NONE)
		goro__dump_all(first);
	goro__exit_dead();
}

static void quit_thread(void)
{
	goro__note_sleep(&quit_note, -1);
	report(NULL);
}

static void on_quit(int sig, siginfo_t *info, void *context)
{
	struct m *m;
	int e = errno;

	(void)sig, (void)info;
	if (by_thread && !goro__forked()) {
		goro__note_wake(&quit_note);
		goro__note_sleep(&ended_note, PATIENCE);
		errno = e;
		return;
	}
	m = goro__m() ? goro__m() : goro__explored_m();
	if (m)
		store_relaxed(&m->stopped_at, context);
	report(m ? m->curg : NULL);
}

void goro__quit_init(void)
{
	struct sigaction old;

	if (sigaction(SIGQUIT, NULL, &old) || old.sa_handler != SIG_DFL)
		return;
	by_thread = SAN_LOCKS && !goro__newm_thread(quit_thread);
	san_sigaction(SIGQUIT, on_quit);
}

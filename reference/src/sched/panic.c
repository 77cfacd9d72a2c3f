/*
 * panic.c - panic, recover, defer, goexit, and the end of the process.
 *
 * C has no frames to unwind, so the places a panic can stop at are the calls
 * of goro_try, and the bottom of the goroutine.  Deferred calls belong to the
 * innermost try that was open when they were registered.
 *
 * A panic runs the deferred calls of the innermost try, last first.  If one of
 * them recovers it, the try returns as if its function had; if none does, the
 * try returns GORO_PANICKED.  With no try open it ends the process.  A goexit
 * goes through all of them and ends the goroutine.
 */
#include "sched/panic.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/print.h"
#include "diag/schedtrace.h"
#include "sched/outside.h"
#include "base/sys.h"

/* clang-format off */
const char *goro_status_text(int status)
{
	switch (status) {
	case GORO_OK: return "ok";
	case GORO_CLOSED: return "channel closed";
	case GORO_AGAIN: return "not ready";
	case GORO_TIMEOUT: return "i/o timeout";
	case GORO_PANICKED: return "panicked";
	case GORO_EOF: return "EOF";
	case GORO_CANCELED: return "context canceled";
	case GORO_DEADLINE: return "context deadline exceeded";
	case GORO_SEND_CLOSED: return "send on closed channel";
	case GORO_CLOSE_CLOSED: return "close of closed channel";
	case GORO_CLOSE_NIL: return "close of nil channel";
	case GORO_CHAN_SIZE: return "makechan: size out of range";
	case GORO_WG_NEGATIVE: return "sync: negative WaitGroup counter";
	case GORO_WG_MISUSE:
		return "sync: WaitGroup misuse: Add called concurrently with "
		       "Wait";
	case GORO_WG_REUSED:
		return "sync: WaitGroup is reused before previous Wait has "
		       "returned";
	case GORO_COND_COPIED: return "sync.Cond is copied";
	case GORO_TICKER_NEW: return "non-positive interval for NewTicker";
	case GORO_TICKER_RESET:
		return "non-positive interval for Ticker.Reset";
	case GORO_TIMER_STOP:
		return "time: Stop called on uninitialized Timer";
	case GORO_TIMER_RESET:
		return "time: Reset called on uninitialized Timer";
	case GORO_CTX_NIL_PARENT:
		return "cannot create context from nil parent";
	case GORO_CTX_NIL_KEY: return "nil key";
	case GORO_CTX_BAD_KEY: return "key is not comparable";
	case GORO_SEM_RELEASED: return "semaphore: released more than held";
	case GORO_GROUP_LIMIT:
		return "errgroup: modify limit while goroutines in the group "
		       "are still active";
	case GORO_EINVAL: return "invalid argument";
	case GORO_ENOMEM: return "out of memory";
	case GORO_ENOTSUP: return "not supported";
	case GORO_NET_CLOSED: return "use of closed network connection";
	case GORO_NET_REFUSED: return "connect: connection refused";
	case GORO_NET_RESET: return "connection reset by peer";
	case GORO_NET_PIPE: return "broken pipe";
	case GORO_NET_ADDR: return "invalid port";
	case GORO_NET_NO_DEADLINE:
		return "file type does not support deadline";
	case GORO_NET_CANCELED: return "operation was canceled";
	case GORO_NET_PIPE_CLOSED: return "io: read/write on closed pipe";
	case GORO_NET_MFILE: return "too many open files";
	case GORO_NET_OTHER: return "network error";
	case GORO_RATE_BURST: return "rate: wait exceeds limiter's burst";
	case GORO_RATE_DEADLINE:
		return "rate: wait would exceed context deadline";
	case GORO_CTX_KIND: return "context has no such call";
	default: return "unknown status";
	}
}
/* clang-format on */

/*
 * Only one goroutine reports the end of the process; a second one that comes
 * to it meanwhile waits for the exit.
 */
void goro__enter_death(void)
{
	static atomic_uint dying;

	while (xchg_acquire(&dying, 1u))
		sys_nanosleep(1000000000);
	goro__schedtrace_stop();
}

static _Noreturn void die(const char *kind, const char *text)
{
	struct m *m = goro__m();

	print_str(kind);
	print_str(text);
	print_str("\n");
	goro__schedtrace_dying();
	goro__dump_all(m ? m->curg : NULL);
	_exit(2);
}

_Noreturn void goro__fatal_alone(const char *text)
{
	die("fatal error: ", text);
}

_Noreturn void goro__fatal(const char *text)
{
	goro__enter_death();
	goro__fatal_alone(text);
}

_Noreturn void goro__die_of_deadlock(const char *text)
{
	goro__enter_death();
	die("panic: ", text);
}

/* Older panics first, each on a line of its own, as Go prints them. */
static void print_panics(const struct panic *p)
{
	if (p->link) {
		print_panics(p->link);
		if (!p->link->goexit)
			print_str("\t");
	}
	if (p->goexit)
		return;
	print_str("panic: ");
	print_str(p->value->text);
	if (p->recovered)
		print_str(" [recovered]");
	print_str("\n");
}

static _Noreturn void die_of_panic(struct g *g)
{
	goro__enter_death();
	print_panics(g->stack->panics);
	goro__schedtrace_dying();
	print_str("\n");
	goro__dump_g(g, "running");
	_exit(2);
}

static void free_defer(struct g *g, struct defer *d)
{
	g->stack->defers = d->link;
	sys_free(d);
}

/*
 * Runs the deferred calls of frame f (NULL: of the goroutine) for p (NULL: for
 * a return).  True: one of them recovered p.
 */
static bool run_frame(struct g *g, const struct tryframe *f, struct panic *p)
{
	while (g->stack->defers && g->stack->defers->frame == f) {
		struct defer d = *g->stack->defers;

		free_defer(g, g->stack->defers);
		if (p)
			p->running = true;
		d.fn(d.arg);
		if (p)
			p->running = false;
		if (p && p->recovered && !p->goexit)
			return true;
	}
	return false;
}

void goro__run_defers(struct g *g, struct tryframe *until)
{
	run_frame(g, until, NULL);
}

/* Leaves for the try frame f, which ends with status. */
static _Noreturn void leave_to(struct g *g, struct tryframe *f, int status)
{
	g->stack->tries = f->link;
	_longjmp(f->env, status == GORO_OK ? 2 : 1);
}

static bool is_goexit_under_way(const struct g *g, const struct tryframe *f)
{
	for (const struct panic *p = g->stack->panics; p; p = p->link)
		if (p->goexit && p->frame == f)
			return true;
	return false;
}

static _Noreturn void do_goexit(struct g *g)
{
	struct panic p = {.link = NULL, .goexit = true};

	g->stack->panics = &p;
	for (;;) {
		p.frame = g->stack->tries;
		run_frame(g, g->stack->tries, &p);
		if (!g->stack->tries)
			break;
		g->stack->tries = g->stack->tries->link;
	}
	g->stack->panics = NULL;
	goro__goexit0();
}

/* The rest of the deferred calls of a frame whose panic is over. */
static _Noreturn void recovered(struct g *g, struct panic *p)
{
	struct tryframe *f = g->stack->tries;
	bool goexit = is_goexit_under_way(g, f);

	g->stack->panics = p->link;
	if (goexit)
		do_goexit(g);
	run_frame(g, f, NULL);
	if (!f) {
		g->stack->panics = NULL;
		goro__goexit0();
	}
	leave_to(g, f, GORO_OK);
}

void goro_panic_value(const struct goro_panic_value *v)
{
	struct g *g = goro__panicking(__func__, v->text);
	struct goro_panic_value copy = *v;
	struct panic p = {.link = g->stack->panics, .value = &copy};
	struct tryframe *f = g->stack->tries;

	p.frame = f;
	copy.text[sizeof(copy.text) - 1] = '\0';
	g->stack->panics = &p;
	if (run_frame(g, f, &p))
		recovered(g, &p);
	if (!f)
		die_of_panic(g);
	g->stack->panics = p.link;
	while (g->stack->panics && g->stack->panics->frame == f &&
	       !g->stack->panics->goexit)
		g->stack->panics = g->stack->panics->link;
	if (is_goexit_under_way(g, f))
		do_goexit(g);
	f->value = copy;
	leave_to(g, f, GORO_PANICKED);
}

void goro_panic(const char *fmt, ...)
{
	struct goro_panic_value v = {.kind = GORO_PANIC_STRING};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(v.text, sizeof(v.text), fmt, ap);
	va_end(ap);
	(void)goro__panicking(__func__, v.text);
	goro_panic_value(&v);
}

_Noreturn void goro__panic_status(int status)
{
	struct goro_panic_value v = {.kind = GORO_PANIC_RUNTIME,
				     .status = status};

	strncpy(v.text, goro_status_text(status), sizeof(v.text) - 1);
	goro_panic_value(&v);
}

int goro_try(goro_fn fn, void *arg, struct goro_panic_value *out)
{
	AS_GOROUTINE();
	struct g *g = goro__self();
	struct tryframe f = {.link = g->stack->tries};
	int how = _setjmp(f.env);

	if (how == 1) {
		if (out)
			*out = f.value;
		return GORO_PANICKED;
	}
	if (how == 2)
		return GORO_OK;
	g->stack->tries = &f;
	fn(arg);
	run_frame(g, &f, NULL);
	g->stack->tries = f.link;
	return GORO_OK;
}

int goro_defer(goro_fn fn, void *arg)
{
	struct g *g = goro__deferring(__func__);
	struct defer *d;

	if (!fn)
		return GORO_EINVAL;
	d = sys_malloc(sizeof(*d));
	if (!d)
		return GORO_ENOMEM;
	*d = (struct defer){.link = g->stack->defers,
			    .frame = g->stack->tries,
			    .fn = fn,
			    .arg = arg};
	g->stack->defers = d;
	return GORO_OK;
}

bool goro_recover(struct goro_panic_value *out)
{
	struct panic *p = goro__outside() ? NULL : goro__self()->stack->panics;

	if (!p || p->goexit || p->recovered || !p->running)
		return false;
	p->recovered = true;
	if (out)
		*out = *p->value;
	return true;
}

void goro_goexit(void)
{
	do_goexit(goro__goroutine(__func__));
}

void goro_exit(int status)
{
	exit(status);
}

/* core.c - faults of run, go, yield, goexit, exit and panics. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

/* ---- go ----------------------------------------------------------------- */

/* A goroutine to be started in a wrong way. */
struct start {
	assay_fn fn;
	const void *arg;
	size_t n;
	int times;
};

static struct start *start_of(assay_fn fn, const void *arg, size_t n)
{
	struct start *s = take(sizeof(*s) + n);

	*s = (struct start){.fn = fn, .arg = arg, .n = n, .times = 1};
	if (n > 0) {
		memcpy(s + 1, arg, n);
		s->arg = s + 1;
	}
	return s;
}

static void call(assay_fn fn, const void *arg)
{
	fn((void *)(uintptr_t)arg);
}

static int go_calls(assay_fn fn, const void *arg, size_t n)
{
	struct start *s = start_of(fn, arg, n);

	call(s->fn, s->arg);
	return ASSAY_OK;
}

FAULT(go_calls, "GO-001", "go calls the function instead of starting it")
{
	my.core.go = go_calls;
}

static int go_loses(assay_fn fn, const void *arg, size_t n)
{
	static atomic_uint starts;

	return every(&starts, 61) ? ASSAY_OK : was.core.go(fn, arg, n);
}

FAULT(go_loses, "GO-006", "each 61st goroutine is never run")
{
	my.core.go = go_loses;
}

static void run_some_times(void *arg)
{
	struct start *s = arg;

	for (int i = 0; i < s->times; i++)
		call(s->fn, s->arg);
}

static int go_twice(assay_fn fn, const void *arg, size_t n)
{
	static atomic_uint starts;
	struct start *s = start_of(fn, arg, n);

	s->times = every(&starts, 61) ? 2 : 1;
	return was.core.go(run_some_times, s, 0);
}

FAULT(go_twice, "SC-024", "each 61st goroutine is run twice")
{
	my.core.go = go_twice;
}

static int go_shares(assay_fn fn, const void *arg, size_t n)
{
	(void)n;
	return was.core.go(fn, arg, 0);
}

FAULT(go_shares, "GO-007", "the argument is not copied at all")
{
	my.core.go = go_shares;
}

static void copy_and_run(void *arg)
{
	struct start *s = arg;
	void *copy = take(s->n);

	memcpy(copy, s->arg, s->n);
	s->fn(copy);
}

static int go_copies_late(assay_fn fn, const void *arg, size_t n)
{
	struct start *s;

	if (n == 0)
		return was.core.go(fn, arg, 0);
	s = start_of(fn, NULL, 0);
	s->arg = arg;
	s->n = n;
	return was.core.go(copy_and_run, s, 0);
}

FAULT(go_copies_late, "GO-008", "the argument is copied when it first runs")
{
	my.core.go = go_copies_late;
}

static int go_nil_ok(assay_fn fn, const void *arg, size_t n)
{
	return fn == NULL ? ASSAY_OK : was.core.go(fn, arg, n);
}

FAULT(go_nil_ok, "GO-016", "starting a nil function does nothing")
{
	my.core.go = go_nil_ok;
}

static int go_runs_first(assay_fn fn, const void *arg, size_t n)
{
	int status = was.core.go(fn, arg, n);

	was.core.yield();
	return status;
}

FAULT(go_runs_first, "BT-002@1",
      "go lets the new goroutine run before it returns")
{
	my.core.go = go_runs_first;
}

static int go_leaks(assay_fn fn, const void *arg, size_t n)
{
	for (int i = 0; i < 4; i++)
		take(2000);
	return was.core.go(fn, arg, n);
}

FAULT(go_leaks, "GO-013", "8 kB are lost with each goroutine")
{
	my.core.go = go_leaks;
}

/* ---- run, exit ---------------------------------------------------------- */

static int run_fails(assay_fn fn, void *arg, const struct assay_run_options *o)
{
	int status = was.core.run(fn, arg, o);

	if (status == ASSAY_OK)
		_exit(1);
	return status;
}

FAULT(main_status, "GO-003", "the process ends with status 1 after main")
{
	my.core.run = run_fails;
}

static struct start main_body;

static void main_waits(void *unused)
{
	(void)unused;
	call(main_body.fn, main_body.arg);
	while (was.inspect.num_goroutine() > 1)
		was.time.sleep(1000000);
}

static int run_waits(assay_fn fn, void *arg, const struct assay_run_options *o)
{
	main_body = (struct start){.fn = fn, .arg = arg};
	return was.core.run(main_waits, NULL, o);
}

FAULT(main_waits, "GO-004", "main's end waits for the other goroutines")
{
	my.core.run = run_waits;
}

static int run_embedded(assay_fn fn, void *arg,
			const struct assay_run_options *o)
{
	struct assay_run_options c = options_of(o);

	c.flags |= ASSAY_RUN_EMBEDDED;
	return was.core.run(fn, arg, &c);
}

FAULT(no_deadlock, "DL-001", "a deadlock is never reported")
{
	my.core.run = run_embedded;
}

static int run_detecting(assay_fn fn, void *arg,
			 const struct assay_run_options *o)
{
	struct assay_run_options c = options_of(o);

	c.flags &= ~(uint32_t)ASSAY_RUN_EMBEDDED;
	return was.core.run(fn, arg, &c);
}

FAULT(embedded_deadlock, "DL-023", "a deadlock is reported when embedded too")
{
	my.core.run = run_detecting;
}

static void exit_plus_one(int status)
{
	was.core.exit(status + 1);
}

FAULT(exit_status, "PA-010", "exit(n) ends the process with n + 1")
{
	my.core.exit = exit_plus_one;
}

/* ---- yield, goexit ------------------------------------------------------ */

static void nothing(void)
{
}

FAULT(yield_stays, "SC-010@1", "yield does nothing")
{
	my.core.yield = nothing;
}

static void yield_loses(void)
{
	static atomic_uint yields;

	if (every(&yields, 500))
		block();
	was.core.yield();
}

FAULT(yield_loses, "SC-011", "each 500th yield does not come back")
{
	my.core.yield = yield_loses;
}

FAULT(goexit_returns, "PA-008", "goexit returns")
{
	my.core.goexit = nothing;
}

/* ---- panic, try, defer, recover ----------------------------------------- */

static void panic_ends_goroutine(const struct assay_panic *p)
{
	(void)p;
	was.core.goexit();
}

FAULT(panic_alone, "PA-001", "a panic ends only its goroutine")
{
	my.core.panic = panic_ends_goroutine;
}

static void panic_with_another(const struct assay_panic *p)
{
	struct assay_panic other = *p;

	if (p->kind == ASSAY_PANIC_INT) {
		other.value++;
		other.text[0] = '\0';
	}
	was.core.panic(&other);
}

FAULT(panic_int_text, "PA-004", "a panic with an integer prints another one")
{
	my.core.panic = panic_with_another;
}

static int try_says_ok(assay_fn fn, void *arg, struct assay_panic *out)
{
	was.core.try_(fn, arg, out);
	return ASSAY_OK;
}

FAULT(try_says_ok, "PA-005", "try hides that the function panicked")
{
	my.core.try_ = try_says_ok;
}

static int try_forgets_kind(assay_fn fn, void *arg, struct assay_panic *out)
{
	int status = was.core.try_(fn, arg, out);

	if (status == ASSAY_PANICKED && out != NULL)
		out->kind = ASSAY_PANIC_STRING;
	return status;
}

FAULT(panic_kind, "PA-013", "a panic of the runtime looks like one with a text")
{
	my.core.try_ = try_forgets_kind;
}

static int defer_at_once(assay_fn fn, void *arg)
{
	fn(arg);
	return ASSAY_OK;
}

FAULT(defer_at_once, "PA-005", "deferred calls run at once")
{
	my.core.defer = defer_at_once;
}

static bool recover_always(struct assay_panic *out)
{
	was.core.recover(out);
	return true;
}

FAULT(recover_always, "PA-008", "recover sees a panic in a goexit")
{
	my.core.recover = recover_always;
}

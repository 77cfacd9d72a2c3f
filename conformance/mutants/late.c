/*
 * late.c - faults of operations whose deadline has passed, and of functions
 * that the contract got late.
 */
#include <signal.h>
#include <unistd.h>

#include "fault.h"

static bool is_past(int64_t deadline)
{
	return deadline != ASSAY_POLL && deadline < was.time.now();
}

static int recv_gives_up(assay_chan *c, void *out, int64_t deadline)
{
	return is_past(deadline) ? ASSAY_TIMEOUT
				 : was.chan.recv(c, out, deadline);
}

FAULT(late_recv_gives_up, "CH-053", "a late receive takes nothing")
{
	my.chan.recv = recv_gives_up;
}

static int recv_polls(assay_chan *c, void *out, int64_t deadline)
{
	return was.chan.recv(c, out, is_past(deadline) ? ASSAY_POLL : deadline);
}

FAULT(late_recv_polls, "CH-053", "a late receive says that it is not ready")
{
	my.chan.recv = recv_polls;
}

static int send_gives_up(assay_chan *c, const void *v, int64_t deadline)
{
	return is_past(deadline) ? ASSAY_TIMEOUT
				 : was.chan.send(c, v, deadline);
}

FAULT(late_send_gives_up, "CH-054", "a late send uses no room")
{
	my.chan.send = send_gives_up;
}

static int select_gives_up(const struct assay_case *cases, size_t n,
			   int64_t deadline, size_t *chosen)
{
	return is_past(deadline) ? ASSAY_TIMEOUT
				 : was.chan.select(cases, n, deadline, chosen);
}

FAULT(late_select_gives_up, "SE-036", "a late select takes nothing")
{
	my.chan.select = select_gives_up;
}

/* Tries the cases one after the other, each by its own call. */
static int select_in_line(const struct assay_case *cases, size_t n,
			  int64_t deadline, size_t *chosen)
{
	size_t none;

	if (!is_past(deadline))
		return was.chan.select(cases, n, deadline, chosen);
	for (size_t i = 0; i < n; i++) {
		int status = was.chan.select(&cases[i], 1, ASSAY_POLL, &none);

		if (status == ASSAY_AGAIN)
			continue;
		*chosen = i;
		return status;
	}
	return ASSAY_TIMEOUT;
}

FAULT(late_select_in_line, "SE-036", "a late select takes the first")
{
	my.chan.select = select_in_line;
}

/* ---- the others ---------------------------------------------------------- */

static void leave(int sig)
{
	_exit(128 + sig);
}

static int run_and_leave(assay_fn fn, void *arg,
			 const struct assay_run_options *options)
{
	signal(SIGTERM, leave);
	return was.core.run(fn, arg, options);
}

FAULT(signal_is_status, "PA-021", "SIGTERM ends the process with status 143")
{
	my.core.run = run_and_leave;
}

struct get {
	assay_lazy *l;
	void *value;
};

static void get(void *arg)
{
	struct get *g = arg;

	g->value = was.lazy.get(g->l);
}

static void *get_or_null(assay_lazy *l)
{
	struct get g = {.l = l};
	struct assay_panic p = {.kind = ASSAY_PANIC_STRING};

	if (was.core.try_(get, &g, &p) == ASSAY_PANICKED &&
	    p.kind != ASSAY_PANIC_NIL)
		was.core.panic(&p);
	return g.value;
}

FAULT(lazy_nil_is_null, "WG-035", "a lazy value that raised nil is NULL")
{
	my.lazy.get = get_or_null;
}

static bool delete_even(void *m, uint64_t key, void *value)
{
	(void)value;
	if (key % 2 == 0)
		was.map.delete_(m, key);
	return true;
}

static void clear_half(assay_map *m)
{
	was.map.range(m, delete_even, m);
}

FAULT(clear_leaves_some, "WG-036", "clear leaves the odd keys")
{
	my.map.clear = clear_half;
}

static int round_of_its_own(assay_context *inner, assay_chan *done,
			    assay_context **out)
{
	if (inner && !done)
		done = was.context.done(inner);
	return was.context.foreign_round(inner, done, out);
}

FAULT(wrapper_is_foreign, "CX-033", "a child of any wrapper has a goroutine")
{
	my.context.foreign_round = round_of_its_own;
}

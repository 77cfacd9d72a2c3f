/* context.c - faults of contexts. */
#include <stdio.h>
#include <string.h>

#include "fault.h"

/* ---- trees -------------------------------------------------------------- */

/* Makes a child that has only the parent's values. */
static int with_cancel_alone(assay_context *parent, assay_context **out)
{
	assay_context *values = parent;

	if (parent != NULL)
		was.context.without_cancel(parent, &values);
	return was.context.with_cancel(values, out);
}

FAULT(child_not_cancelled, "CX-004",
      "a parent's cancel does not reach children")
{
	my.context.with_cancel = with_cancel_alone;
}

FAULT(child_of_ended_lives, "CX-006", "a child of an ended context is alive")
{
	my.context.with_cancel = with_cancel_alone;
}

/* Keeps the parent of a context, for the two functions below. */
static int with_cancel_kept(assay_context *parent, assay_context **out)
{
	int status = was.context.with_cancel(parent, out);

	if (status == ASSAY_OK)
		keep(*out, (int64_t)(intptr_t)parent);
	return status;
}

static int cancel_parent_too(assay_context *c, int cause)
{
	assay_context *parent = (assay_context *)(intptr_t)recall(c);

	if (parent != NULL)
		was.context.cancel(parent, cause);
	return was.context.cancel(c, cause);
}

FAULT(cancel_goes_up, "CX-005", "a child's cancel ends its parent")
{
	my.context.with_cancel = with_cancel_kept;
	my.context.cancel = cancel_parent_too;
}

static int with_cancel_siblings(assay_context *parent, assay_context **out)
{
	int64_t sibling = parent == NULL ? 0 : recall(parent);
	int status = was.context.with_cancel(parent, out);

	if (status != ASSAY_OK)
		return status;
	keep(*out, 0);
	if (sibling != 0)
		keep((void *)(intptr_t)sibling, (int64_t)(intptr_t)*out);
	keep(parent, (int64_t)(intptr_t)*out);
	return status;
}

static int cancel_sibling(assay_context *c, int cause)
{
	assay_context *sibling = (assay_context *)(intptr_t)recall(c);

	if (sibling != NULL)
		was.context.cancel(sibling, cause);
	return was.context.cancel(c, cause);
}

FAULT(sibling_cancelled, "CX-005/each", "a cancel ends a sibling, too")
{
	my.context.with_cancel = with_cancel_siblings;
	my.context.cancel = cancel_sibling;
}

static assay_chan *done_anew(assay_context *c)
{
	assay_chan *own = was.context.done(c), *copy;

	if (own == NULL || was.chan.recv(own, NULL, ASSAY_POLL) == ASSAY_AGAIN)
		return own;
	copy = was.chan.make(0, 0, NULL);
	was.chan.close(copy);
	return copy;
}

FAULT(done_changes, "CX-012", "done is another channel after the end")
{
	my.context.done = done_anew;
}

static assay_chan *done_of_root(assay_context *c)
{
	assay_chan *own = was.context.done(c);

	return own == NULL ? was.chan.make(0, 0, NULL) : own;
}

FAULT(root_has_done, "CX-001", "the done of a root is a channel")
{
	my.context.done = done_of_root;
}

static int err_later(assay_context *c)
{
	int err = was.context.err(c);

	if (err == 0 || recall(c) == 1)
		return err;
	keep(c, 1);
	return 0;
}

FAULT(err_set_late, "CX-013", "err is still nil when done has been closed")
{
	my.context.err = err_later;
}

/* ---- errors and causes -------------------------------------------------- */

static int cancel_without_cause(assay_context *c, int cause)
{
	(void)cause;
	return was.context.cancel(c, 0);
}

FAULT(cause_lost, "CX-025", "cancel forgets the cause")
{
	my.context.cancel = cancel_without_cause;
}

static int cancel_keeping(assay_context *c, int cause)
{
	int status = was.context.cancel(c, cause);

	if (status == ASSAY_OK)
		keep(c, cause);
	return status;
}

static int last_cause(assay_context *c)
{
	int cause = was.context.cause(c);

	return cause != 0 && recall(c) != 0 ? (int)recall(c) : cause;
}

FAULT(cause_overwritten, "CX-025", "the last cause wins")
{
	my.context.cancel = cancel_keeping;
	my.context.cause = last_cause;
}

FAULT(second_cancel_counts, "CX-003", "a later cancel changes the cause")
{
	my.context.cancel = cancel_keeping;
	my.context.cause = last_cause;
}

static int cancel_after_deadline(assay_context *c, int cause)
{
	if (was.context.err(c) == ASSAY_DEADLINE)
		keep(c, 1);
	return was.context.cancel(c, cause);
}

static int err_of_last(assay_context *c)
{
	return recall(c) == 1 ? ASSAY_CANCELED : was.context.err(c);
}

FAULT(cancel_beats_deadline, "CX-008", "cancel changes the err of a deadline")
{
	my.context.cancel = cancel_after_deadline;
	my.context.err = err_of_last;
}

static int timeout_without_cause(assay_context *parent, int64_t ns, int cause,
				 assay_context **out)
{
	(void)cause;
	return was.context.with_timeout(parent, ns, 0, out);
}

FAULT(deadline_cause_lost, "CX-028", "a timeout forgets its cause")
{
	my.context.with_timeout = timeout_without_cause;
}

static int timeout_keeping(assay_context *parent, int64_t ns, int cause,
			   assay_context **out)
{
	int status = was.context.with_timeout(parent, ns, cause, out);

	if (status == ASSAY_OK)
		keep(*out, cause);
	return status;
}

FAULT(deadline_cause_on_cancel, "CX-028", "a cancel gives the timeout's cause")
{
	my.context.with_timeout = timeout_keeping;
	my.context.cause = last_cause;
}

static bool never_temporary(int error)
{
	(void)error;
	return false;
}

FAULT(deadline_not_temporary, "CX-011", "the deadline's error is for good")
{
	my.context.is_temporary = never_temporary;
}

/* ---- time --------------------------------------------------------------- */

static int timeout_halved(assay_context *parent, int64_t ns, int cause,
			  assay_context **out)
{
	return was.context.with_timeout(parent, ns / 2, cause, out);
}

FAULT(timeout_early, "CX-007", "a timeout ends after half its time")
{
	my.context.with_timeout = timeout_halved;
}

static int timeout_positive(assay_context *parent, int64_t ns, int cause,
			    assay_context **out)
{
	return was.context.with_timeout(parent, ns > 0 ? ns : 1000000, cause,
					out);
}

FAULT(past_deadline_waits, "CX-008", "a deadline in the past ends a bit later")
{
	my.context.with_timeout = timeout_positive;
}

static int deadline_alone(assay_context *parent, int64_t at, int cause,
			  assay_context **out)
{
	assay_context *values = parent;

	if (parent != NULL)
		was.context.without_cancel(parent, &values);
	return was.context.with_deadline(values, at, cause, out);
}

FAULT(later_deadline_wins, "CX-009", "a child's later deadline counts")
{
	my.context.with_deadline = deadline_alone;
}

static int timeout_beside(assay_context *parent, int64_t ns, int cause,
			  assay_context **out)
{
	assay_context *unstopped;

	if (parent != NULL)
		was.context.with_timeout(was.context.background(), ns, cause,
					 &unstopped);
	return was.context.with_timeout(parent, ns, cause, out);
}

FAULT(timer_not_stopped, "CX-010/timer", "cancel leaves the timer running")
{
	my.context.with_timeout = timeout_beside;
}

FAULT(timer_keeps_memory, "CX-010/memory", "a cancelled timeout is kept")
{
	my.context.with_timeout = timeout_beside;
}

/* ---- values, names, wrong arguments ------------------------------------- */

static int value_by_number(assay_context *parent, struct assay_key key,
			   void *value, assay_context **out)
{
	if (key.type != ASSAY_KEY_NIL && key.type != ASSAY_KEY_INCOMPARABLE)
		key.type = 1;
	return was.context.with_value(parent, key, value, out);
}

static void *find_by_number(assay_context *c, struct assay_key key)
{
	key.type = 1;
	return was.context.value(c, key);
}

FAULT(key_type_ignored, "CX-014/types", "keys of two types collide")
{
	my.context.with_value = value_by_number;
	my.context.value = find_by_number;
}

static int value_any_key(assay_context *parent, struct assay_key key,
			 void *value, assay_context **out)
{
	if (key.type == ASSAY_KEY_NIL || key.type == ASSAY_KEY_INCOMPARABLE)
		key.type = 1;
	return was.context.with_value(parent, key, value, out);
}

FAULT(bad_keys_taken, "CX-015", "a nil key is a key like others")
{
	my.context.with_value = value_any_key;
}

static int with_cancel_of_nil(assay_context *parent, assay_context **out)
{
	return was.context.with_cancel(
		parent != NULL ? parent : was.context.background(), out);
}

FAULT(nil_parent_taken, "CX-016", "without a parent it is the background")
{
	my.context.with_cancel = with_cancel_of_nil;
}

static size_t name_short(assay_context *c, char *buf, size_t n)
{
	size_t whole = was.context.name(c, buf, n);

	return whole < n ? whole : n - 1;
}

FAULT(name_length_cut, "CX-017/cut", "a name's length is that of the buffer")
{
	my.context.name = name_short;
}

static int keep_cancel(assay_context *parent, assay_context **out)
{
	struct assay_key nobodys = {UINT64_MAX - 1, 0};

	return was.context.with_value(parent, nobodys, NULL, out);
}

FAULT(without_cancel_cancels, "CX-027", "without_cancel keeps the cancel")
{
	my.context.without_cancel = keep_cancel;
}

/* ---- what is left behind ------------------------------------------------ */

static int64_t children_ever(assay_context *c)
{
	int64_t n = was.context.children(c);

	if (n > recall(c))
		keep(c, n);
	return recall(c);
}

FAULT(children_only_grow, "CX-018", "an ended child stays in the list")
{
	my.context.children = children_ever;
}

static void cancel_not_free(assay_context *c)
{
	if (c != NULL)
		was.context.cancel(c, 0);
}

FAULT(contexts_leak, "CX-018/memory", "a context is never freed")
{
	my.context.free = cancel_not_free;
}

static void watch(void *done)
{
	was.chan.recv(done, NULL, ASSAY_FOREVER);
}

static int foreign_watched(assay_chan *done, assay_context **out)
{
	for (int i = 0; i < 2; i++)
		was.core.go(watch, done, 0);
	return was.context.foreign(done, out);
}

FAULT(foreign_two_goroutines, "CX-021/foreign", "a foreign context has two")
{
	my.context.foreign = foreign_watched;
}

/* ---- after_func --------------------------------------------------------- */

static int after_twice(assay_context *c, assay_fn fn, void *arg,
		       assay_after **out)
{
	assay_after *first;

	if (c != NULL && fn != NULL && out != NULL)
		was.context.after_func(c, fn, arg, &first);
	return was.context.after_func(c, fn, arg, out);
}

FAULT(after_runs_twice, "CX-026", "a function runs twice")
{
	my.context.after_func = after_twice;
}

static void nothing(void *arg)
{
	(void)arg;
}

static int after_here(assay_context *c, assay_fn fn, void *arg,
		      assay_after **out)
{
	if (c == NULL || fn == NULL || out == NULL || was.context.err(c) == 0)
		return was.context.after_func(c, fn, arg, out);
	fn(arg);
	return was.context.after_func(c, nothing, NULL, out);
}

FAULT(after_in_caller, "CX-026/own", "after the end it runs in the caller")
{
	my.context.after_func = after_here;
}

static bool stop_true(assay_after *a)
{
	was.context.after_stop(a);
	return true;
}

FAULT(stop_always_true, "CX-026", "stop is true though it ran")
{
	my.context.after_stop = stop_true;
}

static bool stop_false(assay_after *a)
{
	was.context.after_stop(a);
	return false;
}

FAULT(stop_always_false, "CX-026/stop", "stop is false though it stopped")
{
	my.context.after_stop = stop_false;
}

static bool stop_not(assay_after *a)
{
	(void)a;
	return true;
}

FAULT(stop_does_nothing, "CX-026/root", "stop says so and stops nothing")
{
	my.context.after_stop = stop_not;
}

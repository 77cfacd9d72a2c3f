/* deadline.c - faults of the deadlines of connections and listeners. */
#include "fault.h"

#define MS INT64_C(1000000)

static bool in_past(int64_t deadline)
{
	return deadline <= was.time.now();
}

static int set_early(assay_conn *c, int64_t deadline)
{
	if (deadline != ASSAY_FOREVER)
		deadline -= 3 * MS;
	return was.net.read_deadline(c, deadline);
}

FAULT(deadline_early, "NP-018", "a read deadline fires 3 ms early")
{
	my.net.read_deadline = set_early;
}

static int set_late(assay_conn *c, int64_t deadline)
{
	if (deadline != ASSAY_FOREVER && !in_past(deadline))
		deadline += (deadline - was.time.now()) / 2;
	return was.net.read_deadline(c, deadline);
}

FAULT(deadline_late, "NP-018", "a read deadline fires half as late again")
{
	my.net.read_deadline = set_late;
}

static int set_not_past(assay_conn *c, int64_t deadline)
{
	return was.net.read_deadline(
		c, in_past(deadline) ? was.time.now() + 20 * MS : deadline);
}

FAULT(past_reads_data, "NP-019", "a past deadline gives data that is there")
{
	my.net.read_deadline = set_not_past;
}

static int set_write_not_past(assay_conn *c, int64_t deadline)
{
	return was.net.write_deadline(
		c, in_past(deadline) ? was.time.now() + 20 * MS : deadline);
}

FAULT(past_writes, "NP-023", "a past deadline lets writes pass")
{
	my.net.write_deadline = set_write_not_past;
}

/* Reads; after the first failure the deadline is forgotten. */
static int read_forgets(assay_conn *c, void *buf, size_t n, size_t *got)
{
	int status = was.net.read(c, buf, n, got);

	if (status == ASSAY_TIMEOUT)
		was.net.read_deadline(c, ASSAY_FOREVER);
	return status;
}

FAULT(past_fails_once, "NP-019/unix", "a deadline ends one read only")
{
	my.net.read = read_forgets;
}

static int set_never_clear(assay_conn *c, int64_t deadline)
{
	return deadline == ASSAY_FOREVER ? ASSAY_OK
					 : was.net.read_deadline(c, deadline);
}

FAULT(deadline_uncleared, "NP-020", "a deadline cannot be cleared")
{
	my.net.read_deadline = set_never_clear;
}

static int read_counted(assay_conn *c, void *buf, size_t n, size_t *got)
{
	int status;

	keep(c, 1);
	status = was.net.read(c, buf, n, got);
	keep(c, 0);
	return status;
}

static int set_between(assay_conn *c, int64_t deadline)
{
	return recall(c) ? ASSAY_OK : was.net.read_deadline(c, deadline);
}

FAULT(deadline_next_read, "NP-021/unix",
      "a deadline set while a read waits is not that read's")
{
	my.net.read = read_counted;
	my.net.read_deadline = set_between;
}

/* Sets a deadline, but never a later one than before. */
static int set_sooner(assay_conn *c, int64_t deadline)
{
	int64_t before = recall(c);

	if (before != 0 && before < deadline && !in_past(before))
		deadline = before;
	keep(c, deadline);
	return was.net.read_deadline(c, deadline);
}

FAULT(old_deadline_fires, "NP-022", "a moved deadline fires at the old time")
{
	my.net.read_deadline = set_sooner;
}

static int set_later(assay_conn *c, int64_t deadline)
{
	int64_t before = recall(c);

	if (before > deadline && before != ASSAY_FOREVER && !in_past(deadline))
		deadline = before;
	keep(c, deadline);
	return was.net.read_deadline(c, deadline);
}

FAULT(deadline_not_earlier, "NP-021/earlier",
      "a deadline cannot be moved to an earlier time")
{
	my.net.read_deadline = set_later;
}

static int set_both(assay_conn *c, int64_t deadline)
{
	was.net.write_deadline(c, deadline);
	return was.net.read_deadline(c, deadline);
}

FAULT(deadlines_are_one, "NP-025", "reads and writes share one deadline")
{
	my.net.read_deadline = set_both;
	my.net.write_deadline = set_both;
}

static int set_of_one_ns(assay_conn *c, int64_t deadline)
{
	int64_t left = deadline - was.time.now();

	if (left > 0 && left < MS)
		deadline = ASSAY_FOREVER;
	return was.net.read_deadline(c, deadline);
}

FAULT(short_deadline_lost, "NP-026/alone", "a deadline of under 1 ms is none")
{
	my.net.read_deadline = set_of_one_ns;
}

static int set_loses(assay_conn *c, int64_t deadline)
{
	static atomic_uint sets;

	return every(&sets, 50) ? ASSAY_OK : was.net.read_deadline(c, deadline);
}

FAULT(deadline_lost, "NP-027", "each 50th change of a deadline is lost")
{
	my.net.read_deadline = set_loses;
}

static int accept_by(assay_listener *l, int64_t deadline)
{
	return was.net.listener_deadline(
		l, in_past(deadline) ? was.time.now() + 20 * MS : deadline);
}

FAULT(past_accepts, "NP-024", "a past deadline lets accept pass")
{
	my.net.listener_deadline = accept_by;
}

static int accept_never_clear(assay_listener *l, int64_t deadline)
{
	return deadline == ASSAY_FOREVER
		       ? ASSAY_OK
		       : was.net.listener_deadline(l, deadline);
}

FAULT(accept_uncleared, "NP-024", "a deadline of accept cannot be cleared")
{
	my.net.listener_deadline = accept_never_clear;
}

static int write_never_clear(assay_conn *c, int64_t deadline)
{
	return deadline == ASSAY_FOREVER ? ASSAY_OK
					 : was.net.write_deadline(c, deadline);
}

FAULT(write_uncleared, "NP-023", "a write deadline cannot be cleared")
{
	my.net.write_deadline = write_never_clear;
}

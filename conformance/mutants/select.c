/* select.c - faults of select. */
#include <stdlib.h>
#include <string.h>

#include "fault.h"

typedef const struct assay_case *cases_t;

static int one_by_one(cases_t cases, size_t n, size_t *chosen, bool last,
		      int dir)
{
	for (size_t i = 0; i < n; i++) {
		size_t k = last ? n - 1 - i : i, unused;
		int status;

		if (dir >= 0 && cases[k].dir != dir)
			continue;
		status = was.chan.select(&cases[k], 1, ASSAY_POLL, &unused);
		if (status == ASSAY_AGAIN)
			continue;
		*chosen = k;
		return status;
	}
	return ASSAY_AGAIN;
}

/* ---- the choice --------------------------------------------------------- */

static int select_first(cases_t cases, size_t n, int64_t deadline,
			size_t *chosen)
{
	int status = one_by_one(cases, n, chosen, false, -1);

	return status != ASSAY_AGAIN || deadline == ASSAY_POLL
		       ? status
		       : was.chan.select(cases, n, deadline, chosen);
}

FAULT(select_first, "SE-002", "select takes the first ready case")
{
	my.chan.select = select_first;
}

static int select_last(cases_t cases, size_t n, int64_t deadline,
		       size_t *chosen)
{
	int status = one_by_one(cases, n, chosen, true, -1);

	return status != ASSAY_AGAIN || deadline == ASSAY_POLL
		       ? status
		       : was.chan.select(cases, n, deadline, chosen);
}

FAULT(select_last, "SE-003", "select takes the last ready case")
{
	my.chan.select = select_last;
}

static int select_biased(cases_t cases, size_t n, int64_t deadline,
			 size_t *chosen)
{
	static atomic_uint turns;

	if (every(&turns, 6))
		return select_first(cases, n, deadline, chosen);
	return was.chan.select(cases, n, deadline, chosen);
}

FAULT(select_biased, "SE-002", "each 6th select takes the first ready case")
{
	my.chan.select = select_biased;
}

static int select_from_random(cases_t cases, size_t n, int64_t deadline,
			      size_t *chosen)
{
	static atomic_uint seed;
	unsigned x = (atomic_fetch_add(&seed, 1) + 1) * 2654435761u;
	size_t start = n > 0 ? (x >> 8) % n : 0;

	for (size_t i = 0; i < n; i++) {
		size_t k = (start + i) % n;
		int status = one_by_one(&cases[k], 1, chosen, false, -1);

		if (status == ASSAY_AGAIN)
			continue;
		*chosen = k;
		return status;
	}
	return deadline == ASSAY_POLL
		       ? ASSAY_AGAIN
		       : was.chan.select(cases, n, deadline, chosen);
}

FAULT(select_after_gap, "SE-003",
      "select takes the first ready case from a random place on")
{
	my.chan.select = select_from_random;
}

static int select_round_robin(cases_t cases, size_t n, int64_t deadline,
			      size_t *chosen)
{
	static atomic_uint turn;
	bool last = atomic_fetch_add(&turn, 1) % 2;

	return last ? select_last(cases, n, deadline, chosen)
		    : select_first(cases, n, deadline, chosen);
}

FAULT(select_in_turns, "SE-002/turns", "select takes the ready cases in turns")
{
	my.chan.select = select_round_robin;
}

static int select_first_send(cases_t cases, size_t n, int64_t deadline,
			     size_t *chosen)
{
	int status = one_by_one(cases, n, chosen, false, ASSAY_SEND);

	return status != ASSAY_AGAIN
		       ? status
		       : was.chan.select(cases, n, deadline, chosen);
}

FAULT(select_first_send, "SE-004", "select takes the first ready send")
{
	my.chan.select = select_first_send;
}

/* Ignores the channels of timers: those that the program did not make. */
static int select_no_timers(cases_t cases, size_t n, int64_t deadline,
			    size_t *chosen)
{
	struct assay_case *made = take((n + 1) * sizeof(*made));
	int status;

	for (size_t i = 0; i < n; i++) {
		made[i] = cases[i];
		if (info_of(cases[i].c)->c == NULL)
			made[i].c = NULL;
	}
	status = was.chan.select(made, n, deadline, chosen);
	free(made);
	return status;
}

FAULT(select_starves_timer, "SE-029", "a timer beside ready cases is not seen")
{
	track_channels();
	my.chan.select = select_no_timers;
}

/* ---- blocking, default -------------------------------------------------- */

static int select_returns(cases_t cases, size_t n, int64_t deadline,
			  size_t *chosen)
{
	if (n == 0 || deadline == ASSAY_POLL)
		return was.chan.select(cases, n, deadline, chosen);
	return was.chan.select(cases, n, was.time.now() + 5000000, chosen);
}

FAULT(select_gives_up, "SE-005", "a select without default gives up after 5 ms")
{
	my.chan.select = select_returns;
}

static int select_default(cases_t cases, size_t n, int64_t deadline,
			  size_t *chosen)
{
	static atomic_uint polls;

	if (deadline == ASSAY_POLL && every(&polls, 2))
		return ASSAY_AGAIN;
	return was.chan.select(cases, n, deadline, chosen);
}

FAULT(default_though_ready, "SE-006", "default is taken though a case is ready")
{
	my.chan.select = select_default;
}

/* Looks at the cases one after the other, not all at one moment. */
static int select_two_moments(cases_t cases, size_t n, int64_t deadline,
			      size_t *chosen)
{
	if (deadline != ASSAY_POLL)
		return was.chan.select(cases, n, deadline, chosen);
	for (size_t i = 0; i < n; i++) {
		int status = one_by_one(&cases[i], 1, chosen, false, -1);

		if (status != ASSAY_AGAIN) {
			*chosen = i;
			return status;
		}
		for (volatile int pause = 0; pause < 500; pause++)
			;
	}
	return ASSAY_AGAIN;
}

FAULT(select_two_moments, "SE-019",
      "select looks at each case at another moment")
{
	my.chan.select = select_two_moments;
}

FAULT(select_misses_close, "SE-020", "the same, with a close between")
{
	my.chan.select = select_two_moments;
}

static int select_empty(cases_t cases, size_t n, int64_t deadline,
			size_t *chosen)
{
	return n == 0 ? ASSAY_AGAIN
		      : was.chan.select(cases, n, deadline, chosen);
}

FAULT(empty_select_returns, "SE-007", "an empty select returns")
{
	my.chan.select = select_empty;
}

static int select_nil_ready(cases_t cases, size_t n, int64_t deadline,
			    size_t *chosen)
{
	for (size_t i = 0; i < n; i++)
		if (cases[i].c == NULL) {
			*chosen = i;
			return ASSAY_OK;
		}
	return was.chan.select(cases, n, deadline, chosen);
}

FAULT(nil_case_ready, "SE-008", "a case with a nil channel is ready")
{
	my.chan.select = select_nil_ready;
}

static int select_single(cases_t cases, size_t n, int64_t deadline,
			 size_t *chosen)
{
	return was.chan.select(cases, n, n == 1 ? ASSAY_FOREVER : deadline,
			       chosen);
}

FAULT(single_case_blocks, "SE-024", "one case with default blocks")
{
	my.chan.select = select_single;
}

/* ---- closed channels ---------------------------------------------------- */

static int close_marks(assay_chan *c)
{
	if (c != NULL)
		atomic_store(&info_of(c)->closed, true);
	return was.chan.close(c);
}

/* Selects among the cases without those on closed channels. */
static int select_open_only(cases_t cases, size_t n, int64_t deadline,
			    size_t *chosen)
{
	struct assay_case *open = take((n + 1) * sizeof(*open));
	int status;

	for (size_t i = 0; i < n; i++) {
		open[i] = cases[i];
		if (cases[i].c != NULL && cases[i].dir == ASSAY_RECV &&
		    atomic_load(&info_of(cases[i].c)->closed))
			open[i].c = NULL;
	}
	status = was.chan.select(open, n, deadline, chosen);
	free(open);
	return status;
}

FAULT(closed_never_ready, "SE-009",
      "a closed channel is never ready in a select")
{
	track_channels();
	my.chan.close = close_marks;
	my.chan.select = select_open_only;
}

FAULT(done_not_seen, "SE-030", "a try does not see that done is closed")
{
	track_channels();
	my.chan.close = close_marks;
	my.chan.select = select_open_only;
}

static int select_send_closed(cases_t cases, size_t n, int64_t deadline,
			      size_t *chosen)
{
	int status = was.chan.select(cases, n, deadline, chosen);

	return status == ASSAY_SEND_CLOSED ? ASSAY_OK : status;
}

FAULT(select_send_closed_ok, "SE-010",
      "a send case on a closed channel succeeds")
{
	my.chan.select = select_send_closed;
}

static int select_parked_closed(cases_t cases, size_t n, int64_t deadline,
				size_t *chosen)
{
	int status = was.chan.select(cases, n, ASSAY_POLL, chosen);

	if (status != ASSAY_AGAIN || deadline == ASSAY_POLL)
		return status;
	status = was.chan.select(cases, n, deadline, chosen);
	return status == ASSAY_SEND_CLOSED ? ASSAY_OK : status;
}

FAULT(parked_send_closed_ok, "SE-011",
      "a select parked to send survives the close")
{
	my.chan.select = select_parked_closed;
}

/* ---- which case, and its effects ---------------------------------------- */

static int select_also(cases_t cases, size_t n, int64_t deadline,
		       size_t *chosen)
{
	int status = was.chan.select(cases, n, deadline, chosen);

	if (status != ASSAY_OK)
		return status;
	for (size_t i = 0; i < n; i++)
		if (i != *chosen && cases[i].dir == ASSAY_RECV &&
		    cases[i].recv != NULL)
			memset(cases[i].recv, 0, elem_of(cases[i].c));
	return status;
}

FAULT(others_zeroed, "SE-014", "select clears the variables of the other cases")
{
	track_channels();
	my.chan.select = select_also;
}

static int select_wrong_index(cases_t cases, size_t n, int64_t deadline,
			      size_t *chosen)
{
	static atomic_uint turns;
	int status = was.chan.select(cases, n, deadline, chosen);

	if ((status == ASSAY_OK || status == ASSAY_CLOSED) && n > 1 &&
	    every(&turns, 4))
		*chosen = (*chosen + 1) % n;
	return status;
}

FAULT(wrong_case, "SE-001", "each 4th select says that another case was taken")
{
	my.chan.select = select_wrong_index;
}

FAULT(wrong_case_many, "SE-033", "of many cases another one is named")
{
	my.chan.select = select_wrong_index;
}

FAULT(wrong_case_random, "SE-031", "random selects: another case is named")
{
	my.chan.select = select_wrong_index;
}

static int select_twice(cases_t cases, size_t n, int64_t deadline,
			size_t *chosen)
{
	static atomic_uint turns;
	int status = was.chan.select(cases, n, deadline, chosen);

	if (status == ASSAY_OK && cases[*chosen].dir == ASSAY_SEND &&
	    every(&turns, 1000))
		was.chan.send(cases[*chosen].c, cases[*chosen].send,
			      ASSAY_POLL);
	return status;
}

FAULT(select_sends_twice, "SE-022", "each 1000th chosen send is done twice")
{
	my.chan.select = select_twice;
}

static int select_drops(cases_t cases, size_t n, int64_t deadline,
			size_t *chosen)
{
	static atomic_uint turns;
	size_t unused;
	int status = was.chan.select(cases, n, deadline, chosen);

	if (status == ASSAY_OK && cases[*chosen].dir == ASSAY_RECV &&
	    every(&turns, 5000))
		return was.chan.select(&cases[*chosen], 1, deadline, &unused);
	return status;
}

FAULT(select_drops, "SE-021", "each 5000th value that a select gets is lost")
{
	my.chan.select = select_drops;
}

static int select_distinct(cases_t cases, size_t n, int64_t deadline,
			   size_t *chosen)
{
	for (size_t i = 1; i < n; i++)
		if (cases[i].c != NULL && cases[i].c == cases[i - 1].c)
			return ASSAY_EINVAL;
	return was.chan.select(cases, n, deadline, chosen);
}

FAULT(no_channel_twice, "SE-016", "a channel may not stand in two cases")
{
	my.chan.select = select_distinct;
}

/* Lets a send and a receive of one select, on one channel, meet. */
static int select_self(cases_t cases, size_t n, int64_t deadline,
		       size_t *chosen)
{
	for (size_t i = 0; i + 1 < n; i++) {
		cases_t a = &cases[i], b = &cases[i + 1];

		if (a->c == NULL || a->c != b->c || a->dir == b->dir ||
		    was.chan.cap(a->c) > 0)
			continue;
		if (a->dir == ASSAY_RECV)
			a = b, b = &cases[i];
		if (b->recv != NULL)
			memcpy(b->recv, a->send, elem_of(a->c));
		*chosen = (size_t)(b - cases);
		return ASSAY_OK;
	}
	return was.chan.select(cases, n, deadline, chosen);
}

FAULT(self_match, "SE-017", "a select receives what it sends itself")
{
	track_channels();
	my.chan.select = select_self;
}

static int select_leaks(cases_t cases, size_t n, int64_t deadline,
			size_t *chosen)
{
	take(200);
	return was.chan.select(cases, n, deadline, chosen);
}

FAULT(select_leaks, "SE-025", "each select loses 200 bytes")
{
	my.chan.select = select_leaks;
}

static int select_few(cases_t cases, size_t n, int64_t deadline, size_t *chosen)
{
	return n > 1000 ? ASSAY_EINVAL
			: was.chan.select(cases, n, deadline, chosen);
}

FAULT(select_1000_cases, "SE-026", "a select has room for 1000 cases")
{
	my.chan.select = select_few;
}

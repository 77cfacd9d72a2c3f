/*
 * CH-049: the state table.  What each of six operations does on a channel in
 * each of six states, as one table; every cell is tried, side by side, each
 * in a goroutine and on a channel of its own, so that blocking shows.
 */
#include <stdio.h>

#include "ch.h"

#define CAP 3
#define FIRST 11 /* the value at the head of a buffer that holds one */

enum state { NIL, EMPTY, PARTLY, FULL, CLOSED_DATA, DRAINED, STATES };
enum action { SEND, RECV, CLOSE, TRY_SEND, TRY_RECV, SELECT, ACTIONS };

static const char *const state_names[STATES] = {
	"nil",       "open-empty",       "open-partly-full",
	"open-full", "closed-with-data", "closed-drained"};
static const char *const action_names[ACTIONS] = {
	"send", "recv", "close", "try_send", "try_recv", "select"};

enum result { BLOCKS, DONE, VALUE, ZERO, NOT_READY, PANICS, WRONG };

static const char *const result_names[] = {
	"blocks", "done", "value", "zero", "not ready", "panics", "wrong"};

/* select is a receive beside a case that is never ready. */
static const enum result expected[STATES][ACTIONS] = {
	[NIL] = {BLOCKS, BLOCKS, PANICS, NOT_READY, NOT_READY, BLOCKS},
	[EMPTY] = {DONE, BLOCKS, DONE, DONE, NOT_READY, BLOCKS},
	[PARTLY] = {DONE, VALUE, DONE, DONE, VALUE, VALUE},
	[FULL] = {BLOCKS, VALUE, DONE, NOT_READY, VALUE, VALUE},
	[CLOSED_DATA] = {PANICS, VALUE, PANICS, PANICS, VALUE, VALUE},
	[DRAINED] = {PANICS, ZERO, PANICS, PANICS, ZERO, ZERO},
};

/* The number of values that a channel holds in each state. */
static const int held[STATES] = {0, 0, 2, CAP, 2, 0};

struct cell {
	enum state state;
	enum action action;
	assay_chan *c;
	int v;          /* to send, or received */
	int status;     /* of the operation */
	atomic_int set; /* the operation returned; v and status are valid */
};

static struct cell table[STATES][ACTIONS];
static atomic_int begun; /* operations that are about to be tried */

static assay_chan *in_state(enum state state)
{
	assay_chan *c;

	if (state == NIL)
		return NULL;
	c = chan_int(CAP);
	for (int i = 0; i < held[state]; i++)
		send_int(c, FIRST + i);
	if (state == DRAINED) {
		send_int(c, 0);
		(void)recv_int(c);
	}
	if (state == CLOSED_DATA || state == DRAINED)
		close_chan(c);
	return c;
}

static int act(struct cell *x)
{
	struct assay_case cases[2] = {case_recv(NULL, NULL),
				      case_recv(x->c, &x->v)};
	size_t chosen = NO_CASE;
	int status;

	switch (x->action) {
	case SEND:
		return rt->chan->send(x->c, &x->v, ASSAY_FOREVER);
	case RECV:
		return rt->chan->recv(x->c, &x->v, ASSAY_FOREVER);
	case CLOSE:
		return rt->chan->close(x->c);
	case TRY_SEND:
		return try_send(x->c, &x->v);
	case TRY_RECV:
		return try_recv(x->c, &x->v);
	default:
		status = rt->chan->select(cases, 2, ASSAY_FOREVER, &chosen);
		CHECK_EQ(chosen, 1);
		return status;
	}
}

static void fill_cell(void *arg)
{
	struct cell *x = arg;

	mark(&begun);
	x->status = act(x);
	mark(&x->set);
}

/* ---- reading a cell ---------------------------------------------------------------- */

/* The one panic that the cell may give. */
static int panic_of(const struct cell *x)
{
	if (x->action != CLOSE)
		return ASSAY_SEND_CLOSED;
	return x->c == NULL ? ASSAY_CLOSE_NIL : ASSAY_CLOSE_CLOSED;
}

static bool receives(enum action action)
{
	return action == RECV || action == TRY_RECV || action == SELECT;
}

static enum result result_of(struct cell *x)
{
	if (count(&x->set) == 0)
		return BLOCKS;
	if (x->status == ASSAY_AGAIN)
		return NOT_READY;
	if (x->status == panic_of(x))
		return PANICS;
	if (receives(x->action) && x->status == ASSAY_CLOSED && x->v == 0)
		return ZERO;
	if (x->status != ASSAY_OK)
		return WRONG;
	if (!receives(x->action))
		return DONE;
	return x->v == FIRST ? VALUE : WRONG;
}

/* What the buffer must hold after the operation, done or not. */
static int held_after(const struct cell *x)
{
	enum result r = expected[x->state][x->action];

	if (r == VALUE)
		return held[x->state] - 1;
	if (r == DONE && x->action != CLOSE)
		return held[x->state] + 1;
	return held[x->state];
}

static void check_cell(struct cell *x)
{
	enum result got = result_of(x), want = expected[x->state][x->action];
	const char *action = action_names[x->action];
	const char *state = state_names[x->state];

	CHECK_MSG(got == want, "%s on %s: %s, not %s", action, state,
		  result_names[got], result_names[want]);
	CHECK_MSG(rt->chan->len(x->c) == held_after(x),
		  "%s on %s: len is %" PRId64 ", not %d", action, state,
		  rt->chan->len(x->c), held_after(x));
}

/* A row of the table, as the runner draws it: "| a | b |". */
static void note_row(const char *head, const char *const cells[ACTIONS])
{
	char line[160];
	int n = snprintf(line, sizeof(line), "| %-16s |", head);

	for (int a = 0; a < ACTIONS; a++)
		n += snprintf(line + n, sizeof(line) - (size_t)n, " %-9s |",
			      cells[a]);
	note("%s", line);
}

static void note_state(enum state state)
{
	const char *cells[ACTIONS];

	for (int a = 0; a < ACTIONS; a++)
		cells[a] = result_names[result_of(&table[state][a])];
	note_row(state_names[state], cells);
}

static void fill_table(void)
{
	for (int s = 0; s < STATES; s++)
		for (int a = 0; a < ACTIONS; a++) {
			struct cell *x = &table[s][a];

			x->state = (enum state)s;
			x->action = (enum action)a;
			x->c = in_state(x->state);
			x->v = receives(x->action) ? -1 : 99;
			go(fill_cell, x);
		}
	for (int s = 0; s < STATES; s++)
		for (int a = 0; a < ACTIONS; a++)
			if (expected[s][a] != BLOCKS)
				(void)becomes(&table[s][a].set, 1);
	REQUIRE(becomes(&begun, STATES * ACTIONS));
	sleep_ns(10 * MS);
}

CASE(CH_049, "the state table: six states by six operations",
     .flags = CASE_VALGRIND, .timeout_ms = 30000,
     NEEDS(NEED(chan, len), NEED(chan, select)))
{
	fill_table();
	note_row("", action_names);
	for (int s = 0; s < STATES; s++)
		note_state((enum state)s);
	for (int s = 0; s < STATES; s++)
		for (int a = 0; a < ACTIONS; a++)
			check_cell(&table[s][a]);
}

/* ---- the same for sends in a select --------------------------------------------------- */

static const enum result expected_send[STATES] = {
	[NIL] = NOT_READY,  [EMPTY] = DONE,         [PARTLY] = DONE,
	[FULL] = NOT_READY, [CLOSED_DATA] = PANICS, [DRAINED] = PANICS};

CASE_OF(CH_049, select_send, "the state table for a send in a select",
	NEEDS(NEED(chan, len), NEED(chan, select)))
{
	int v = 99;

	for (int s = 0; s < STATES; s++) {
		struct cell x = {.state = (enum state)s, .action = TRY_SEND};
		struct assay_case one;
		size_t chosen = NO_CASE;
		enum result got;

		x.c = in_state(x.state);
		one = case_send(x.c, &v);
		x.status = rt->chan->select(&one, 1, ASSAY_POLL, &chosen);
		mark(&x.set);
		got = result_of(&x);
		CHECK_MSG(got == expected_send[s], "%s: %s, not %s",
			  state_names[s], result_names[got],
			  result_names[expected_send[s]]);
		CHECK_EQ(chosen, got == NOT_READY ? NO_CASE : 0);
		CHECK_EQ(rt->chan->len(x.c), held_after(&x));
	}
}

/*
 * ST-015: what goroutines do to a channel at the same time is as if they had
 * done it one after another.
 *
 * Three goroutines do four operations each on one channel, and write down
 * when each began, when it ended, and what came of it.  A search then looks
 * for an order that a channel allows, in which no operation stands before
 * one that had ended when it began.  One that gave up has done nothing.
 */
#include <stdio.h>

#include "kit/sync_kit.h"

enum { WORKERS = 3, STEPS = 4, OPS = WORKERS * STEPS, CAP_MAX = 3 };

enum op { SEND, RECV, SELECT, CLOSE, OP_KINDS };

struct step {
	enum op op;
	int64_t patience; /* 0: it polls */
	int value;        /* what it sends, or has received */
	bool sent;        /* of a select: what it chose */
	int status;
	int64_t begin, end;
};

static struct {
	assay_chan *c;
	int cap;
	struct step steps[OPS]; /* those of a worker in a row */
} game;

/* ---- a program ---------------------------------------------------------- */

static enum op any_op(void)
{
	int64_t n = rnd_below(20);

	return n < 8 ? SEND : n < 16 ? RECV : n < 19 ? SELECT : CLOSE;
}

static void make_program(void)
{
	game.cap = (int)rnd_below(CAP_MAX + 1);
	for (int i = 0; i < OPS; i++)
		game.steps[i] = (struct step){
			.op = any_op(),
			.patience = rnd_below(2) * (1 + rnd_below(20000))};
}

/* ---- a run -------------------------------------------------------------- */

static atomic_int arrived;
static assay_chan *begin[WORKERS], *done;
static _Atomic(int64_t) clock_now;

/* seq_cst: who began after another's end has the higher number. */
static int64_t tick(void)
{
	return atomic_fetch_add_explicit(&clock_now, 1, memory_order_seq_cst);
}

static int do_select(struct step *s, const int *own, int64_t deadline)
{
	struct assay_case cases[] = {case_send(game.c, own),
				     case_recv(game.c, &s->value)};
	size_t chosen = 1;
	int status = rt->chan->select(cases, 2, deadline, &chosen);

	s->sent = chosen == 0;
	if (s->sent)
		s->value = *own;
	return status;
}

static void play(struct step *s, int own)
{
	int64_t deadline = s->patience == 0 ? ASSAY_POLL : in(s->patience);

	s->value = own;
	s->sent = s->op == SEND;
	s->begin = tick();
	if (s->op == SEND)
		s->status = rt->chan->send(game.c, &own, deadline);
	else if (s->op == RECV)
		s->status = rt->chan->recv(game.c, &s->value, deadline);
	else if (s->op == SELECT)
		s->status = do_select(s, &own, deadline);
	else
		s->status = rt->chan->close(game.c);
	s->end = tick();
}

/* Waits for the others of the round, but not for ever: one may have no CPU. */
static void meet(int round)
{
	mark(&arrived);
	for (int i = 0; i < 300 && count(&arrived) < round * WORKERS; i++)
		yield();
}

static void worker(void *arg)
{
	int self = *(const int *)arg;
	struct step *own = &game.steps[self * STEPS];

	for (int round = 1;; round++) {
		wait_for(begin[self]);
		meet(round);
		for (int i = 0; i < STEPS; i++)
			play(&own[i], self * STEPS + i + 1);
		send_signal(done);
	}
}

static void run_program(void)
{
	game.c = chan_int(game.cap);
	for (int i = 0; i < WORKERS; i++)
		send_signal(begin[i]);
	join(done, WORKERS);
	drop(game.c);
}

/* ---- the search --------------------------------------------------------- */

struct state {
	uint32_t done; /* a bit for each step */
	bool closed;
	int n, queue[CAP_MAX];
};

static bool gave_up(const struct step *s)
{
	return s->status == ASSAY_AGAIN || s->status == ASSAY_TIMEOUT;
}

static bool is_send(const struct step *s)
{
	return s->op == SEND || (s->op == SELECT && s->sent);
}

/* True if every step that had ended before it began is done. */
static bool may_be_next(const struct state *st, int i)
{
	if ((st->done >> i & 1) != 0)
		return false;
	for (int k = 0; k < OPS; k++)
		if ((st->done >> k & 1) == 0 &&
		    game.steps[k].end < game.steps[i].begin)
			return false;
	return true;
}

static bool full(const struct state *st)
{
	return st->n == game.cap;
}

/* A step that gave up had found no room, or no value, whichever it needs. */
static bool apply_give_up(const struct state *st, const struct step *s)
{
	bool no_room = full(st), no_value = st->n == 0;

	if (st->closed)
		return false;
	if (s->op == SELECT)
		return no_room && no_value;
	return s->op == SEND ? no_room : no_value;
}

static bool apply_send(struct state *st, const struct step *s)
{
	if (s->status == ASSAY_SEND_CLOSED)
		return st->closed;
	if (st->closed || full(st))
		return false;
	st->queue[st->n++] = s->value;
	return true;
}

static bool apply_recv(struct state *st, const struct step *s)
{
	if (s->status == ASSAY_CLOSED)
		return st->closed && st->n == 0 && s->value == 0;
	if (st->n == 0 || st->queue[0] != s->value)
		return false;
	memmove(st->queue, st->queue + 1, (size_t)--st->n * sizeof(int));
	return true;
}

static bool apply_close(struct state *st, const struct step *s)
{
	bool was = st->closed;

	st->closed = true;
	return s->status == (was ? ASSAY_CLOSE_CLOSED : ASSAY_OK);
}

static bool apply(struct state *st, const struct step *s)
{
	if (s->op == CLOSE)
		return apply_close(st, s);
	if (gave_up(s))
		return apply_give_up(st, s);
	return is_send(s) ? apply_send(st, s) : apply_recv(st, s);
}

static bool search(struct state st);

/* Without a buffer a value goes from hand to hand. */
static bool try_pair(struct state st, int sender, int receiver)
{
	const struct step *s = &game.steps[sender], *r = &game.steps[receiver];

	if (sender == receiver || !may_be_next(&st, receiver) || st.closed ||
	    s->status != ASSAY_OK || r->status != ASSAY_OK || !is_send(s) ||
	    is_send(r) || r->op == CLOSE || s->value != r->value)
		return false;
	st.done |= 1u << sender | 1u << receiver;
	return search(st);
}

static bool try_one(struct state st, int i)
{
	if (!apply(&st, &game.steps[i]))
		return false;
	st.done |= 1u << i;
	return search(st);
}

static bool search(struct state st)
{
	if (st.done == (1u << OPS) - 1)
		return true;
	for (int i = 0; i < OPS; i++) {
		if (!may_be_next(&st, i))
			continue;
		if (try_one(st, i))
			return true;
		for (int k = 0; k < OPS && game.cap == 0; k++)
			if (try_pair(st, i, k))
				return true;
	}
	return false;
}

/* ---- the case ----------------------------------------------------------- */

static void tell_history(void)
{
	static const char *const names[] = {"send", "receive", "select",
					    "close"};

	note("capacity %d", game.cap);
	for (int i = 0; i < OPS; i++) {
		const struct step *s = &game.steps[i];

		note("goroutine %d, %" PRId64 " to %" PRId64
		     ": %s of %d%s, patience %" PRId64 ": %s",
		     i / STEPS + 1, s->begin, s->end, names[s->op], s->value,
		     s->op != SELECT ? ""
		     : s->sent       ? ", sent"
				     : ", received",
		     s->patience, assay_status_text(s->status));
	}
}

static bool explained(void)
{
	struct state empty = {0};

	if (search(empty))
		return true;
	tell_history();
	return false;
}

CASE(ST_015, "what happens to a channel can be told one after another",
     .procs = {2, 4}, .timeout_ms = 20000, NEEDS(NEED(chan, select)))
{
	int programs = (int)rounds(50), runs = (int)rounds(40), played = 0;

	done = chan_signal(WORKERS);
	for (int i = 0; i < WORKERS; i++) {
		begin[i] = chan_signal(1);
		go_copy(worker, &i, sizeof(i));
	}
	for (int p = 0; p < programs; p++) {
		make_program();
		for (int i = 0; i < runs; i++, played++) {
			run_program();
			REQUIRE(explained());
		}
	}
	CHECK_EQ(played, programs * runs);
}

/*
 * model.c - selects held against something that knows better: the plain
 * operation (SE-024) and a model of the channels (SE-031).
 */
#include "kit/sync_kit.h"

/* ---- one case against the plain operation ------------------------------- */

#define STATES(X)                                                              \
	X(NIL)                                                                 \
	X(SYNC)                                                                \
	X(SYNC_SENDER)                                                         \
	X(SYNC_RECEIVER)                                                       \
	X(EMPTY)                                                               \
	X(EMPTY_RECEIVER)                                                      \
	X(PARTIAL)                                                             \
	X(FULL)                                                                \
	X(FULL_SENDER)                                                         \
	X(CLOSED)                                                              \
	X(CLOSED_VALUES)

#define STATE_ENUM(name) name,
enum state { STATES(STATE_ENUM) STATE_COUNT };
#undef STATE_ENUM
#define STATE_NAME(name) #name,
static const char *const state_names[] = {STATES(STATE_NAME)};
#undef STATE_NAME

/* A channel in a state; the partner is the goroutine parked on it. */
struct subject {
	assay_chan *c;
	int32_t partner; /* assay_dir or -1 */
	int v;           /* the partner's */
	atomic_int partner_done;
};

static void be_partner(void *arg)
{
	struct subject *s = arg;

	if (s->partner == ASSAY_SEND)
		send_int(s->c, s->v);
	else
		s->v = recv_int(s->c);
	mark(&s->partner_done);
}

static int32_t partner_of(enum state state)
{
	switch (state) {
	case SYNC_SENDER:
	case FULL_SENDER:
		return ASSAY_SEND;
	case SYNC_RECEIVER:
	case EMPTY_RECEIVER:
		return ASSAY_RECV;
	default:
		return -1;
	}
}

static int values_of(enum state state)
{
	if (state == FULL || state == FULL_SENDER)
		return 2;
	return state == PARTIAL || state == CLOSED_VALUES;
}

static void build(struct subject *s, enum state state)
{
	*s = (struct subject){.partner = partner_of(state), .v = 40};
	if (state == NIL)
		return;
	s->c = chan_int(state <= SYNC_RECEIVER ? 0 : 2);
	for (int i = 0; i < values_of(state); i++)
		send_int(s->c, 31 + i);
	if (state >= CLOSED)
		close_chan(s->c);
	if (s->partner < 0)
		return;
	go(be_partner, s);
	settle(1);
}

/* Lets a partner go that the operation has not. */
static void release(struct subject *s)
{
	while (s->partner >= 0 && count(&s->partner_done) == 0) {
		if (s->partner == ASSAY_SEND)
			(void)try_recv(s->c, NULL);
		else
			(void)try_send(s->c, &(int){0});
		yield();
	}
}

/* What can be seen of an operation. */
struct seen {
	int status, v, partner_v;
	int64_t len;
};

static struct seen operate(enum state state, int32_t dir, int64_t wait,
			   bool by_select)
{
	struct subject s;
	int v = dir == ASSAY_SEND ? 50 : -1;
	size_t chosen = NO_CASE;
	struct seen seen;

	build(&s, state);
	int64_t deadline = wait == ASSAY_POLL ? ASSAY_POLL : in(wait);
	struct assay_case one =
		dir == ASSAY_SEND ? case_send(s.c, &v) : case_recv(s.c, &v);

	if (by_select)
		seen.status = rt->chan->select(&one, 1, deadline, &chosen);
	else if (dir == ASSAY_SEND)
		seen.status = rt->chan->send(s.c, &v, deadline);
	else
		seen.status = rt->chan->recv(s.c, &v, deadline);
	seen.v = v;
	seen.len = rt->chan->len(s.c);
	if (by_select && seen.status != ASSAY_AGAIN &&
	    seen.status != ASSAY_TIMEOUT)
		CHECK_EQ(chosen, 0);
	else
		CHECK_EQ(chosen, NO_CASE);
	release(&s);
	seen.partner_v = s.v;
	return seen;
}

static void compare(enum state state, int32_t dir, int64_t wait)
{
	struct seen plain = operate(state, dir, wait, false);
	struct seen select = operate(state, dir, wait, true);

	CHECK_MSG(plain.status == select.status && plain.v == select.v &&
			  plain.len == select.len &&
			  plain.partner_v == select.partner_v,
		  "%s, %s, %s: select gives %s, %d, len %" PRId64
		  ", not %s, %d, len %" PRId64,
		  state_names[state], dir == ASSAY_SEND ? "send" : "receive",
		  wait == ASSAY_POLL ? "poll" : "wait",
		  assay_status_text(select.status), select.v, select.len,
		  assay_status_text(plain.status), plain.v, plain.len);
}

CASE(SE_024, "a select of one case is the plain operation, in every state",
     .flags = CASE_VALGRIND, NEEDS(NEED(chan, select), NEED(chan, len)))
{
	for (int state = NIL; state < STATE_COUNT; state++) {
		for (int32_t dir = ASSAY_SEND; dir <= ASSAY_RECV; dir++) {
			compare((enum state)state, dir, ASSAY_POLL);
			compare((enum state)state, dir, 2 * MS);
		}
	}
}

static void wait_one(enum state state, int32_t dir)
{
	struct subject s;
	int v = 50;
	struct assay_case one = {.dir = dir, .send = &v, .recv = &v};

	build(&s, state);
	one.c = s.c;
	CHECK_EQ(select_cases(&one, 1, NULL), 0);
	REQUIRE(becomes(&s.partner_done, 1));
	CHECK_EQ(dir == ASSAY_SEND ? s.v : v, dir == ASSAY_SEND ? 50 : 40);
}

CASE_OF(SE_024, blocking, "a select of one case hands over as plain ends do",
	NEEDS(NEED(chan, select)))
{
	wait_one(SYNC_SENDER, ASSAY_RECV);
	wait_one(SYNC_RECEIVER, ASSAY_SEND);
	wait_one(EMPTY_RECEIVER, ASSAY_SEND);
}

/* ---- random selects against a model ------------------------------------- */

#define MODELS 6
#define CASES 8
#define ROOM 3

/* What a channel must hold. */
struct model {
	assay_chan *c; /* NULL: nil */
	int cap, len;
	int v[ROOM];
	bool closed;
};

static void renew(struct model *m)
{
	if (m->c != NULL)
		drop(m->c);
	*m = (struct model){.cap = (int)rnd_below(ROOM + 1)};
	if (rnd_below(5) != 0)
		m->c = chan_int(m->cap);
}

static void change(struct model *m)
{
	if (m->c == NULL || m->closed) {
		renew(m);
	} else if (rnd_below(3) == 0) {
		close_chan(m->c);
		m->closed = true;
	}
}

static bool legal(const struct model *m, int32_t dir)
{
	if (m->c == NULL)
		return false;
	if (m->closed)
		return true;
	return dir == ASSAY_SEND ? m->len < m->cap : m->len > 0;
}

/* Takes the oldest value; a closed and drained channel gives 0. */
static int model_receive(struct model *m, int *status)
{
	int v = m->v[0];

	*status = m->len > 0 ? ASSAY_OK : ASSAY_CLOSED;
	if (m->len == 0)
		return 0;
	m->len--;
	memmove(&m->v[0], &m->v[1], sizeof(m->v) - sizeof(m->v[0]));
	return v;
}

static int model_send(struct model *m, int v)
{
	if (m->closed)
		return ASSAY_SEND_CLOSED;
	m->v[m->len++] = v;
	return ASSAY_OK;
}

struct draw {
	struct assay_case cases[CASES];
	struct model *of[CASES];
	int out[CASES], got[CASES];
	size_t n;
	bool any; /* a case is legal */
};

static void draw_cases(struct draw *d, struct model *models)
{
	d->n = (size_t)rnd_below(CASES + 1);
	d->any = false;
	for (size_t i = 0; i < d->n; i++) {
		struct model *m = &models[rnd_below(MODELS)];

		d->of[i] = m;
		d->out[i] = (int)rnd_below(1000);
		d->got[i] = -1;
		d->cases[i] = rnd_below(2) ? case_send(m->c, &d->out[i])
					   : case_recv(m->c, &d->got[i]);
		d->any = d->any || legal(m, d->cases[i].dir);
	}
}

/* The case taken did what the model says, the others nothing. */
static bool agrees(struct draw *d, size_t taken, int status)
{
	int expected = -1, value = -1;
	bool good;

	if (d->cases[taken].dir == ASSAY_SEND)
		expected = model_send(d->of[taken], d->out[taken]);
	else
		value = model_receive(d->of[taken], &expected);
	good = status == expected;
	for (size_t i = 0; i < d->n; i++)
		good = good && d->got[i] == (i == taken ? value : -1) &&
		       rt->chan->len(d->of[i]->c) == d->of[i]->len;
	return good;
}

static bool random_select(struct model *models)
{
	struct draw d;
	size_t taken = NO_CASE;
	int status;

	draw_cases(&d, models);
	/* blocks only if it need not */
	status = rt->chan->select(
		d.cases, d.n,
		d.any && rnd_below(2) ? ASSAY_FOREVER : ASSAY_POLL, &taken);
	if (!d.any)
		return status == ASSAY_AGAIN && taken == NO_CASE;
	return taken < d.n && legal(d.of[taken], d.cases[taken].dir) &&
	       agrees(&d, taken, status);
}

CASE(SE_031, "random selects take a legal case and do what it says",
     NEEDS(NEED(chan, select), NEED(chan, len)))
{
	struct model models[MODELS] = {{.c = NULL}};
	int64_t n = rounds(5000), wrong = 0;

	for (int i = 0; i < MODELS; i++)
		renew(&models[i]);
	for (int64_t i = 0; i < n; i++) {
		wrong += !random_select(models);
		if (i % 8 == 0)
			change(&models[rnd_below(MODELS)]);
	}
	CHECK_EQ(wrong, 0);
}

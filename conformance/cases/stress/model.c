/*
 * model.c - a sequential model of channels, timers, a mutex and a wait
 * group, and a search for an order of a history's operations in which each
 * has the outcome that the model gives it (linearizability).
 *
 * An operation may be ordered before another only if it did not begin after
 * the other's end.  A hand-over on an unbuffered channel is one step of two
 * operations, of which one at least can wait.  States that were seen are not
 * looked at again, which keeps the search small.
 */
#include "st.h"
#include "kit/kit.h"

struct chan_state {
	int len;
	bool closed;
	int v[ST_ROOM];
	/* TIMER: armed, to fire at this time at the earliest; 0: not armed */
	int64_t when;
};

struct state {
	int done[ST_ACTORS]; /* operations ordered so far */
	struct chan_state chans[ST_CHANS];
	bool locked;
	int group; /* the wait group's counter */
};

enum { SEEN = 1 << 16, SEEN_MAX = SEEN / 2 };

struct search {
	const struct st_history *h;
	bool (*goal)(const struct search *s, const struct state *state);
	int nseen;
};

/*
 * The sums of the states seen, an open hash table.  Of the only search under
 * way: programs are judged by one goroutine.
 */
static uint64_t seen[SEEN];
static uint16_t seen_at[SEEN_MAX];

static void forget(const struct search *s)
{
	for (int i = 0; i < s->nseen; i++)
		seen[seen_at[i]] = 0;
}

/* False if the state was there. */
static bool remember(struct search *s, const struct state *state)
{
	uint64_t sum = checksum(state, sizeof(*state)) | 1;
	size_t i = (size_t)(sum >> 20) % SEEN;

	for (; seen[i] != 0; i = (i + 1) % SEEN)
		if (seen[i] == sum)
			return false;
	seen[i] = sum;
	seen_at[s->nseen++] = (uint16_t)i;
	return true;
}

static const struct st_record *next_of(const struct search *s,
				       const struct state *state, int actor)
{
	const struct st_record *r = &s->h->records[actor][state->done[actor]];

	if (state->done[actor] == s->h->n[actor] || r->end == 0)
		return NULL;
	return r;
}

/* ---- one operation ------------------------------------------------------ */

/* The arm that an operation took, or NULL. */
static const struct st_arm *taken(const struct st_record *r)
{
	return r->chosen < 0 ? NULL : &r->op.arms[r->chosen];
}

static bool push(struct chan_state *c, int cap, int v)
{
	if (c->closed || c->len == cap)
		return false;
	c->v[c->len++] = v;
	return true;
}

static bool pop(struct chan_state *c, int64_t v)
{
	if (c->len == 0 || c->v[0] != v)
		return false;
	c->len--;
	memmove(&c->v[0], &c->v[1], sizeof(c->v) - sizeof(c->v[0]));
	c->v[c->len] = 0;
	return true;
}

static bool fire(struct chan_state *c, const struct st_record *r)
{
	if (c->when == 0 || r->to < c->when)
		return false;
	c->when = 0;
	return true;
}

/* The arm's end of a channel that is a timer's or has a buffer. */
static bool move(const struct st_chan *chan, struct chan_state *c,
		 const struct st_arm *arm, const struct st_record *r)
{
	if (chan->kind == ST_TIMER)
		return fire(c, r);
	if (arm->dir == ASSAY_SEND)
		return push(c, chan->cap, arm->v);
	return pop(c, r->v);
}

/*
 * Whether a poll may find the arm not ready.  The goroutine at the other
 * end of an unbuffered channel may not wait yet, and a timer may be late.
 */
static bool may_be_unready(const struct st_chan *chan,
			   const struct chan_state *c, const struct st_arm *arm)
{
	if (chan->kind != ST_PLAIN)
		return true;
	if (c->closed)
		return false;
	return arm->dir == ASSAY_SEND ? c->len == chan->cap : c->len == 0;
}

static bool none_ready(const struct st_program *p, const struct state *state,
		       const struct st_op *op)
{
	for (int i = 0; i < op->narms; i++) {
		int c = op->arms[i].chan;

		if (!may_be_unready(&p->chans[c], &state->chans[c],
				    &op->arms[i]))
			return false;
	}
	return true;
}

static bool communicate(const struct st_program *p, struct state *state,
			const struct st_record *r)
{
	const struct st_arm *arm = taken(r);
	struct chan_state *c;

	if (r->status == ASSAY_TIMEOUT)
		return r->op.wait == ST_TIMED && arm == NULL &&
		       r->to - r->from >= r->op.ns;
	if (r->status == ASSAY_AGAIN)
		return r->op.wait == ST_POLL && arm == NULL &&
		       none_ready(p, state, &r->op);
	if (arm == NULL || p->chans[arm->chan].kind == ST_NIL)
		return false;
	c = &state->chans[arm->chan];
	if (r->status == ASSAY_OK)
		return move(&p->chans[arm->chan], c, arm, r);
	if (r->status == ASSAY_CLOSED)
		return arm->dir == ASSAY_RECV && c->closed && c->len == 0 &&
		       r->v == 0;
	return r->status == ASSAY_SEND_CLOSED && arm->dir == ASSAY_SEND &&
	       c->closed;
}

static bool close_once(const struct st_chan *chan, struct chan_state *c,
		       const struct st_record *r)
{
	int expected = chan->kind == ST_NIL ? ASSAY_CLOSE_NIL
		       : c->closed          ? ASSAY_CLOSE_CLOSED
					    : ASSAY_OK;

	if (chan->kind == ST_PLAIN)
		c->closed = true;
	return r->status == expected;
}

/* Stop and reset say whether the timer was armed. */
static bool rearm(struct chan_state *c, const struct st_record *r)
{
	bool was = c->when != 0;

	c->when = r->op.kind == ST_RESET ? r->from + r->op.ns : 0;
	return r->v == was;
}

static bool overlaps_lock(const struct st_history *h, const struct st_record *r)
{
	for (int a = 0; a < h->program->nactors; a++) {
		for (int i = 0; i < h->n[a]; i++) {
			const struct st_record *o = &h->records[a][i];

			if (o != r && o->op.kind >= ST_LOCK &&
			    o->op.kind <= ST_UNLOCK && o->begin < r->end &&
			    (o->end == 0 || o->end > r->begin))
				return true;
		}
	}
	return false;
}

/* A try may give up on a mutex that another is at; no other may. */
static bool lock_it(const struct st_history *h, struct state *state,
		    const struct st_record *r)
{
	if (r->status == ASSAY_AGAIN)
		return r->op.kind == ST_TRY_LOCK &&
		       (state->locked || overlaps_lock(h, r));
	if (r->status != ASSAY_OK || state->locked)
		return false;
	state->locked = true;
	return true;
}

static bool unlock_it(struct state *state)
{
	bool was = state->locked;

	state->locked = false;
	return was;
}

/* Does what the record says; false if the model has another outcome. */
static bool step(const struct search *s, struct state *state,
		 const struct st_record *r)
{
	const struct st_program *p = s->h->program;
	struct chan_state *c = &state->chans[r->op.target];

	switch (r->op.kind) {
	case ST_SEND:
	case ST_RECV:
	case ST_SELECT:
		return communicate(p, state, r);
	case ST_CLOSE:
		return close_once(&p->chans[r->op.target], c, r);
	case ST_LEN:
		return r->v == c->len;
	case ST_CAP:
		return r->v == p->chans[r->op.target].cap;
	case ST_STOP:
	case ST_RESET:
		return rearm(c, r);
	case ST_LOCK:
	case ST_TRY_LOCK:
		return lock_it(s->h, state, r);
	case ST_UNLOCK:
		return unlock_it(state);
	case ST_DONE:
		return r->status == ASSAY_OK && --state->group >= 0;
	case ST_WAIT:
		return r->status == ASSAY_OK && state->group == 0;
	default:
		return false;
	}
}

/* A hand-over: a sends what b receives, on a channel without a buffer. */
static bool hand_over(const struct search *s, const struct state *state,
		      const struct st_record *a, const struct st_record *b)
{
	const struct st_arm *from = taken(a), *to = taken(b);

	if (from == NULL || to == NULL || from->chan != to->chan ||
	    from->dir != ASSAY_SEND || to->dir != ASSAY_RECV)
		return false;
	if (a->status != ASSAY_OK || b->status != ASSAY_OK)
		return false;
	return s->h->program->chans[from->chan].kind == ST_PLAIN &&
	       s->h->program->chans[from->chan].cap == 0 &&
	       !state->chans[from->chan].closed && from->v == b->v &&
	       (a->op.wait != ST_POLL || b->op.wait != ST_POLL);
}

/* ---- the search --------------------------------------------------------- */

static bool explore(struct search *s, const struct state *state);

static bool after_hand_over(struct search *s, const struct state *state, int a,
			    int b)
{
	struct state then = *state;

	then.done[a]++;
	then.done[b]++;
	return explore(s, &then);
}

static bool after_step(struct search *s, const struct state *state, int a,
		       const struct st_record *r)
{
	struct state then = *state;

	then.done[a]++;
	return step(s, &then, r) && explore(s, &then);
}

/* Actors whose next operation may come next: none has ended before it began. */
static int candidates(const struct search *s, const struct state *state,
		      const struct st_record *next[ST_ACTORS])
{
	int64_t first_end = INT64_MAX;
	int n = 0;

	for (int a = 0; a < s->h->program->nactors; a++) {
		next[a] = next_of(s, state, a);
		if (next[a] != NULL && next[a]->end < first_end)
			first_end = next[a]->end;
	}
	for (int a = 0; a < s->h->program->nactors; a++) {
		if (next[a] != NULL && next[a]->begin > first_end)
			next[a] = NULL;
		n += next[a] != NULL;
	}
	return n;
}

static bool explore(struct search *s, const struct state *state)
{
	const struct st_record *next[ST_ACTORS];
	int n = s->h->program->nactors;

	if (s->nseen == SEEN_MAX || !remember(s, state))
		return false;
	if (candidates(s, state, next) == 0)
		return s->goal(s, state);
	for (int a = 0; a < n; a++) {
		if (next[a] == NULL)
			continue;
		if (after_step(s, state, a, next[a]))
			return true;
		for (int b = 0; b < n; b++)
			if (b != a && next[b] != NULL &&
			    hand_over(s, state, next[a], next[b]) &&
			    after_hand_over(s, state, a, b))
				return true;
	}
	return false;
}

static enum st_verdict search(const struct st_history *h,
			      bool (*goal)(const struct search *,
					   const struct state *))
{
	struct search s = {.h = h, .goal = goal};
	struct state start;

	/* padding too, since a state is known by the sum of its bytes */
	memset(&start, 0, sizeof(start));
	start.group = h->program->dones;
	for (int c = 0; c < h->program->nchans; c++)
		if (h->program->chans[c].kind == ST_TIMER)
			start.chans[c].when = h->made + h->program->chans[c].ns;
	bool found = explore(&s, &start);

	forget(&s);
	if (found)
		return ST_RIGHT;
	return s.nseen == SEEN_MAX ? ST_UNKNOWN : ST_WRONG;
}

/* ---- goals -------------------------------------------------------------- */

static bool any_end(const struct search *s, const struct state *state)
{
	(void)s;
	(void)state;
	return true;
}

enum st_verdict st_judge(const struct st_history *h)
{
	return search(h, any_end);
}

bool st_waits_on(const struct st_op *op, int chan, int dir)
{
	if (op->kind > ST_SELECT || op->wait == ST_POLL)
		return false;
	for (int i = 0; i < op->narms; i++)
		if (op->arms[i].chan == chan && op->arms[i].dir == dir)
			return true;
	return false;
}

bool st_ends_alone(const struct st_op *op)
{
	if (op->kind <= ST_SELECT)
		return op->wait != ST_FOREVER;
	return op->kind != ST_LOCK && op->kind != ST_WAIT;
}

static const struct st_record *pending_of(const struct st_history *h, int a)
{
	const struct st_record *r = h->records[a] + h->n[a];

	return h->n[a] > 0 && r[-1].end == 0 ? r - 1 : NULL;
}

/* Somebody else waits at the other end. */
static bool partner_waits(const struct search *s, int me,
			  const struct st_arm *arm)
{
	int other = arm->dir == ASSAY_SEND ? ASSAY_RECV : ASSAY_SEND;

	for (int a = 0; a < s->h->program->nactors; a++) {
		const struct st_record *r = pending_of(s->h, a);

		if (a != me && r != NULL &&
		    st_waits_on(&r->op, arm->chan, other))
			return true;
	}
	return false;
}

static bool arm_stuck(const struct search *s, const struct state *state,
		      int actor, const struct st_arm *arm)
{
	const struct st_chan *chan = &s->h->program->chans[arm->chan];
	const struct chan_state *c = &state->chans[arm->chan];

	if (chan->kind != ST_PLAIN)
		return c->when == 0;
	return may_be_unready(chan, c, arm) && !partner_waits(s, actor, arm);
}

static bool is_stuck(const struct search *s, const struct state *state,
		     int actor, const struct st_op *op)
{
	if (st_ends_alone(op))
		return false;
	if (op->kind == ST_LOCK)
		return state->locked;
	if (op->kind == ST_WAIT)
		return state->group > 0;
	for (int i = 0; i < op->narms; i++)
		if (!arm_stuck(s, state, actor, &op->arms[i]))
			return false;
	return true;
}

static bool all_stuck(const struct search *s, const struct state *state)
{
	for (int a = 0; a < s->h->program->nactors; a++) {
		const struct st_record *r = pending_of(s->h, a);

		if (r != NULL && !is_stuck(s, state, a, &r->op))
			return false;
	}
	return true;
}

enum st_verdict st_judge_rest(const struct st_history *h)
{
	return search(h, all_stuck);
}

/*
 * play.c - the actors of a program: what an operation does to the runtime,
 * and what is written down of it.
 */
#include "play.h"

/* ---- doing what an operation says --------------------------------------- */

static int64_t ticket(struct st_play *p)
{
	/* one order of all tickets that agrees with what really came first */
	return atomic_fetch_add_explicit(&p->tickets, 1, memory_order_seq_cst) +
	       1;
}

static int64_t deadline_of(const struct st_op *op, int64_t from)
{
	if (op->wait == ST_FOREVER)
		return ASSAY_FOREVER;
	return op->wait == ST_POLL ? ASSAY_POLL : from + op->ns;
}

/* Where the arms of one operation put and find their values. */
struct arms {
	int64_t send[ST_ARMS], got[ST_ARMS];
	struct assay_case cases[ST_ARMS];
};

#define UNTOUCHED INT64_C(-77)

static void fill_arms(struct st_play *p, const struct st_op *op, struct arms *m)
{
	for (int i = 0; i < op->narms; i++) {
		const struct st_arm *arm = &op->arms[i];
		assay_chan *c = p->chans[arm->chan];

		m->send[i] = arm->v;
		m->got[i] = UNTOUCHED;
		m->cases[i] = arm->dir == ASSAY_SEND ? case_send(c, &m->send[i])
						     : case_recv(c, &m->got[i]);
	}
}

static int communicate(struct st_record *rec, struct arms *m)
{
	int64_t deadline = deadline_of(&rec->op, rec->from);
	size_t chosen = NO_CASE;
	int status;

	if (rec->op.kind == ST_SELECT)
		status = rt->chan->select(m->cases, (size_t)rec->op.narms,
					  deadline, &chosen);
	else if (rec->op.kind == ST_SEND)
		status = rt->chan->send(m->cases[0].c, &m->send[0], deadline);
	else
		status = rt->chan->recv(m->cases[0].c, &m->got[0], deadline);
	if (rec->op.kind != ST_SELECT && status != ASSAY_AGAIN &&
	    status != ASSAY_TIMEOUT)
		chosen = 0;
	rec->chosen = chosen == NO_CASE ? -1 : (int)chosen;
	return status;
}

/* A value came where one was taken, and nowhere else. */
static void take_values(struct st_record *rec, const struct arms *m)
{
	for (int i = 0; i < rec->op.narms; i++) {
		bool received =
			i == rec->chosen && rec->op.arms[i].dir == ASSAY_RECV;

		CHECK_MSG(received == (m->got[i] != UNTOUCHED),
			  "a value %s in case %d",
			  received ? "is missing" : "was put", i);
		if (received)
			rec->v = m->got[i];
	}
}

static void do_arms(struct st_play *p, struct st_record *rec)
{
	struct arms m;

	fill_arms(p, &rec->op, &m);
	rec->status = communicate(rec, &m);
	take_values(rec, &m);
}

static void perform(struct st_play *p, struct st_record *rec)
{
	int c = rec->op.target;

	switch (rec->op.kind) {
	case ST_SEND:
	case ST_RECV:
	case ST_SELECT:
		do_arms(p, rec);
		return;
	case ST_CLOSE:
		rec->status = rt->chan->close(p->chans[c]);
		return;
	case ST_LEN:
		rec->v = rt->chan->len(p->chans[c]);
		return;
	case ST_CAP:
		rec->v = rt->chan->cap(p->chans[c]);
		return;
	case ST_STOP:
		rec->v = rt->time->timer_stop(p->timers[c]);
		return;
	case ST_RESET:
		rec->v = rt->time->timer_reset(p->timers[c], rec->op.ns);
		return;
	case ST_LOCK:
		rec->status = rt->sync->mutex_lock(&p->mutex, ASSAY_FOREVER);
		return;
	case ST_TRY_LOCK:
		rec->status = rt->sync->mutex_lock(&p->mutex, ASSAY_POLL);
		return;
	case ST_UNLOCK:
		rt->sync->mutex_unlock(&p->mutex);
		return;
	case ST_DONE:
		rec->status = rt->sync->wg_add(&p->group, -1);
		return;
	case ST_WAIT:
		rec->status = rt->sync->wg_wait(&p->group, ASSAY_FOREVER);
		return;
	default:
		return;
	}
}

int st_play_record(struct st_play *p, int actor, const struct st_op *op)
{
	struct st_progress *mine = &p->progress[actor];
	/* relaxed: of this goroutine itself */
	int n = atomic_load_explicit(&mine->ended, memory_order_relaxed);
	struct st_record *in_log = &p->log[actor][n];
	struct st_record rec = {.op = *op, .chosen = -1};

	REQUIRE_CMP(n, <, ST_OPS);
	rec.from = now();
	rec.begin = ticket(p);
	*in_log = rec;
	atomic_store_explicit(&mine->begun, n + 1, memory_order_release);
	perform(p, &rec);
	/* from here on only what begun does not publish is written */
	in_log->end = ticket(p);
	in_log->to = now();
	in_log->status = rec.status;
	in_log->chosen = rec.chosen;
	in_log->v = rec.v;
	atomic_store_explicit(&mine->ended, n + 1, memory_order_release);
	return rec.status;
}

/* ---- actors ------------------------------------------------------------- */

struct actor {
	struct st_play *play;
	int number;
};

static void act(void *arg);

static void start_actor(struct st_play *p, int number)
{
	struct actor a = {p, number};

	/* relaxed: read by the main goroutine, which needs no order here */
	atomic_store_explicit(&p->progress[number].started, true,
			      memory_order_relaxed);
	go_copy(act, &a, sizeof(a));
}

static void act_lock(struct actor *a, struct st_op op, bool *holds)
{
	int status;

	/* who holds the mutex may try to lock it again, no more */
	if (*holds && op.kind == ST_LOCK)
		op.kind = ST_UNLOCK;
	if (!*holds && op.kind == ST_UNLOCK)
		return;
	status = st_play_record(a->play, a->number, &op);
	if (op.kind == ST_UNLOCK)
		*holds = false;
	else if (!*holds)
		*holds = status == ASSAY_OK;
}

static void act_once(struct actor *a, const struct st_op *op, bool *holds)
{
	switch (op->kind) {
	case ST_GO:
		start_actor(a->play, op->target);
		return;
	case ST_YIELD:
		yield();
		return;
	case ST_SLEEP:
		sleep_ns(op->ns);
		return;
	case ST_LOCK:
	case ST_TRY_LOCK:
	case ST_UNLOCK:
		act_lock(a, *op, holds);
		return;
	default:
		(void)st_play_record(a->play, a->number, op);
	}
}

/*
 * Those that start a program wait for each other, in every other program, to
 * be at it at the same time.  Relaxed: it orders nothing.
 */
static void start_together(struct st_play *p)
{
	atomic_fetch_add_explicit(&p->here, 1, memory_order_relaxed);
	while (atomic_load_explicit(&p->here, memory_order_relaxed) <
	       p->waits_for)
		yield();
}

static void act(void *arg)
{
	struct actor *a = arg;
	const struct st_program *p = &a->play->program;
	bool holds = false;

	start_together(a->play);
	/* acquire: who was let go by what followed the store must see it */
	for (int i = 0;
	     i < p->nops[a->number] &&
	     !atomic_load_explicit(&a->play->stop, memory_order_acquire);
	     i++)
		act_once(a, &p->ops[a->number][i], &holds);
	if (holds)
		act_once(a, &(struct st_op){.kind = ST_UNLOCK}, &holds);
	atomic_store_explicit(&a->play->progress[a->number].left, true,
			      memory_order_release);
}

/* ---- from the first actor to the last ----------------------------------- */

static void make_chans(struct st_play *p)
{
	for (int c = 0; c < p->program.nchans; c++) {
		const struct st_chan *made = &p->program.chans[c];

		if (made->kind == ST_PLAIN)
			p->chans[c] = chan(sizeof(int64_t), made->cap);
		if (made->kind != ST_TIMER)
			continue;
		p->timers[c] = rt->time->timer_new(made->ns);
		REQUIRE(p->timers[c] != NULL);
		p->chans[c] = rt->time->timer_chan(p->timers[c]);
	}
}

void st_play_begin(struct st_play *p)
{
	const struct st_program *program = &p->program;

	make_chans(p);
	if (program->dones > 0)
		wg_add(&p->group, program->dones);
	for (int a = 1; a < program->nactors; a++)
		p->waits_for += program->seed % 2 == 0 && program->started[a];
	for (int a = 1; a < program->nactors; a++)
		if (program->started[a])
			start_actor(p, a);
}

void st_play_free(struct st_play *p)
{
	for (int c = 0; c < p->program.nchans; c++) {
		if (p->timers[c] != NULL)
			rt->time->timer_free(p->timers[c]);
		else if (p->chans[c] != NULL)
			drop(p->chans[c]);
	}
}

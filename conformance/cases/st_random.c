/*
 * st_random.c - random programs run on the runtime, several at a time, and
 * what they did held against the model (ST-001).
 *
 * A program is at rest when its actors have left or, by the model, none of
 * them can go on; one that never comes to rest, since a goroutine waits that
 * could go on, has failed after 10 s.  At rest actor 0, the main goroutine,
 * does what somebody waits for, and the program goes on.  After some of that
 * it closes all channels and lets all actors leave, looks at what the channels
 * hold and asks the model about everything together.
 *
 * A failure names the program and prints it to stderr.  To run one program
 * again, many times: ASSAY_PROGRAM=SEED in the environment.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "kit.h"
#include "st.h"

#define PATIENCE (10 * SEC)

enum {
	RUNS = 16, /* programs at a time */
	HELPS = 12 /* of the main goroutine for one program */
};

enum phase { IDLE, PLAYING, OVER };

/* How far an actor is; written by itself but for `started`. */
struct progress {
	/* set by who starts it, before it does */
	atomic_bool started;
	/*
	 * Records begun and ended: stored with release after the record was
	 * written, loaded with acquire by who looks at the history.
	 */
	atomic_int begun, ended;
	atomic_bool left; /* release: after its last record */
};

struct run {
	struct st_program program;
	struct progress progress[ST_ACTORS];
	/* What the actors write down, each its own, for the history. */
	struct st_record log[ST_ACTORS][ST_OPS];
	assay_chan *chans[ST_CHANS];
	assay_timer *timers[ST_CHANS];
	assay_mutex mutex;
	assay_waitgroup group;
	atomic_int_least64_t tickets;
	atomic_int here;  /* actors that have come to the start */
	int waits_for;    /* so many actors start together */
	atomic_bool stop; /* actors leave after the operation they are in */
	/* of the main goroutine: */
	struct st_history history;
	enum phase phase;
	int last_look;     /* records begun and ended at the last look */
	int64_t last_move; /* the time when that changed */
	int helps;
	bool wound_up;
};

static struct run runs[RUNS];

struct actor {
	struct run *run;
	int number;
};

/* ---- doing what an operation says --------------------------------------- */

static int64_t ticket(struct run *r)
{
	/* one order of all tickets that agrees with what really came first */
	return atomic_fetch_add_explicit(&r->tickets, 1, memory_order_seq_cst) +
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

static void fill_arms(struct run *r, const struct st_op *op, struct arms *m)
{
	for (int i = 0; i < op->narms; i++) {
		const struct st_arm *arm = &op->arms[i];
		assay_chan *c = r->chans[arm->chan];

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

static void do_arms(struct run *r, struct st_record *rec)
{
	struct arms m;

	fill_arms(r, &rec->op, &m);
	rec->status = communicate(rec, &m);
	take_values(rec, &m);
}

static void perform(struct run *r, struct st_record *rec)
{
	int c = rec->op.target;

	switch (rec->op.kind) {
	case ST_SEND:
	case ST_RECV:
	case ST_SELECT:
		do_arms(r, rec);
		return;
	case ST_CLOSE:
		rec->status = rt->chan->close(r->chans[c]);
		return;
	case ST_LEN:
		rec->v = rt->chan->len(r->chans[c]);
		return;
	case ST_CAP:
		rec->v = rt->chan->cap(r->chans[c]);
		return;
	case ST_STOP:
		rec->v = rt->time->timer_stop(r->timers[c]);
		return;
	case ST_RESET:
		rec->v = rt->time->timer_reset(r->timers[c], rec->op.ns);
		return;
	case ST_LOCK:
		rec->status = rt->sync->mutex_lock(&r->mutex, ASSAY_FOREVER);
		return;
	case ST_TRY_LOCK:
		rec->status = rt->sync->mutex_lock(&r->mutex, ASSAY_POLL);
		return;
	case ST_UNLOCK:
		rt->sync->mutex_unlock(&r->mutex);
		return;
	case ST_DONE:
		rec->status = rt->sync->wg_add(&r->group, -1);
		return;
	case ST_WAIT:
		rec->status = rt->sync->wg_wait(&r->group, ASSAY_FOREVER);
		return;
	default:
		return;
	}
}

/* Does the operation and writes it down; its status. */
static int record(struct run *r, int actor, const struct st_op *op)
{
	struct progress *p = &r->progress[actor];
	/* relaxed: of this goroutine itself */
	int n = atomic_load_explicit(&p->ended, memory_order_relaxed);
	struct st_record *in_log = &r->log[actor][n];
	struct st_record rec = {.op = *op, .chosen = -1};

	REQUIRE(n < ST_OPS);
	rec.from = now();
	rec.begin = ticket(r);
	*in_log = rec;
	atomic_store_explicit(&p->begun, n + 1, memory_order_release);
	perform(r, &rec);
	/* from here on only what begun does not publish is written */
	in_log->end = ticket(r);
	in_log->to = now();
	in_log->status = rec.status;
	in_log->chosen = rec.chosen;
	in_log->v = rec.v;
	atomic_store_explicit(&p->ended, n + 1, memory_order_release);
	return rec.status;
}

/* ---- actors ------------------------------------------------------------- */

static void act(void *arg);

static void start_actor(struct run *r, int number)
{
	struct actor a = {r, number};

	/* relaxed: read by the main goroutine, which needs no order here */
	atomic_store_explicit(&r->progress[number].started, true,
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
	status = record(a->run, a->number, &op);
	if (op.kind == ST_UNLOCK)
		*holds = false;
	else if (!*holds)
		*holds = status == ASSAY_OK;
}

static void act_once(struct actor *a, const struct st_op *op, bool *holds)
{
	switch (op->kind) {
	case ST_GO:
		start_actor(a->run, op->target);
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
		(void)record(a->run, a->number, op);
	}
}

/*
 * Those that start a program wait for each other, in every other program, to
 * be at it at the same time.  Relaxed: it orders nothing.
 */
static void start_together(struct run *r)
{
	atomic_fetch_add_explicit(&r->here, 1, memory_order_relaxed);
	while (atomic_load_explicit(&r->here, memory_order_relaxed) <
	       r->waits_for)
		yield();
}

static void act(void *arg)
{
	struct actor *a = arg;
	const struct st_program *p = &a->run->program;
	bool holds = false;

	start_together(a->run);
	/* acquire: pairs with wind_up; who was let go by it must see it */
	for (int i = 0;
	     i < p->nops[a->number] &&
	     !atomic_load_explicit(&a->run->stop, memory_order_acquire);
	     i++)
		act_once(a, &p->ops[a->number][i], &holds);
	if (holds)
		act_once(a, &(struct st_op){.kind = ST_UNLOCK}, &holds);
	atomic_store_explicit(&a->run->progress[a->number].left, true,
			      memory_order_release);
}

/* ---- looking at a run --------------------------------------------------- */

/* Copies what is new of an actor's log; `ended` of its records have ended. */
static void copy_log(struct run *r, int actor, int begun, int ended)
{
	struct st_history *h = &r->history;
	int i = h->n[actor] > 0 ? h->n[actor] - 1 : 0;

	for (; i < begun; i++) {
		const struct st_record *from = &r->log[actor][i];
		struct st_record *to = &h->records[actor][i];

		if (i < ended)
			*to = *from;
		else
			*to = (struct st_record){.op = from->op,
						 .begin = from->begin,
						 .from = from->from};
	}
	h->n[actor] = begun;
}

/*
 * Brings the history up to date.  True if every actor that was started has
 * left or is in an operation; *left says that all of them have left.
 */
static bool look(struct run *r, int *moves, bool *left)
{
	bool settled = true;

	*moves = 0;
	*left = true;
	for (int a = 0; a < r->program.nactors; a++) {
		struct progress *p = &r->progress[a];
		bool gone =
			atomic_load_explicit(&p->left, memory_order_acquire);
		int begun =
			atomic_load_explicit(&p->begun, memory_order_acquire);
		int ended =
			atomic_load_explicit(&p->ended, memory_order_acquire);

		/* it may have gone on in between */
		ended = ended < begun ? ended : begun;
		copy_log(r, a, begun, ended);
		*moves += begun + ended;
		if (a == 0 ||
		    !atomic_load_explicit(&p->started, memory_order_relaxed))
			continue;
		settled = settled && (gone || begun > ended);
		*left = *left && gone;
	}
	return settled;
}

static const struct st_op *pending(const struct run *r, int actor)
{
	int n = r->history.n[actor];
	const struct st_record *next = r->history.records[actor] + n;

	return n > 0 && next[-1].end == 0 ? &next[-1].op : NULL;
}

/* ---- the end of a run --------------------------------------------------- */

static char text[ST_TEXT];

static void print_run(const struct run *r)
{
	st_print(text, sizeof(text), &r->program, &r->history);
	(void)!write(STDERR_FILENO, text, strlen(text));
}

static void fail_run(struct run *r, const char *what)
{
	print_run(r);
	CHECK_MSG(false, "%s: run it again with ASSAY_PROGRAM=%" PRIu64, what,
		  r->program.seed);
	check_stop();
}

static void main_op(struct run *r, struct st_op op)
{
	(void)record(r, 0, &op);
}

static void main_op_on(struct run *r, enum st_kind kind, int c)
{
	main_op(r, (struct st_op){.kind = kind, .target = c});
}

/*
 * Meets an actor that is blocked, at a channel that is no timer's: that must
 * be possible at once.
 */
static bool meet(struct run *r, int actor)
{
	const struct st_op *op = pending(r, actor);

	for (int i = 0; op != NULL && i < op->narms; i++) {
		int c = op->arms[i].chan;
		struct st_op mine = {.kind = ST_RECV, .narms = 1};
		bool receives = op->arms[i].dir == ASSAY_RECV;

		if (r->program.chans[c].kind != ST_PLAIN)
			continue;
		mine.arms[0] = (struct st_arm){.chan = c, .dir = ASSAY_RECV};
		if (receives) {
			mine.kind = ST_SEND;
			mine.arms[0] = (struct st_arm){.chan = c,
						       .dir = ASSAY_SEND,
						       .v = 1000 + r->helps};
		}
		main_op(r, mine);
		return true;
	}
	return false;
}

/* What actors have not done of the wait group's count. */
static void finish_group(struct run *r)
{
	int done = 0;

	for (int a = 0; a < r->program.nactors; a++)
		for (int i = 0; i < r->history.n[a]; i++)
			done += r->history.records[a][i].op.kind == ST_DONE;
	for (; done < r->program.dones; done++)
		main_op_on(r, ST_DONE, 0);
}

/* Sets a timer that the actor waits for. */
static bool fire(struct run *r, int actor)
{
	const struct st_op *op = pending(r, actor);

	for (int c = 0; op != NULL && c < r->program.nchans; c++) {
		if (r->program.chans[c].kind != ST_TIMER ||
		    !st_waits_on(op, c, ASSAY_RECV))
			continue;
		main_op_on(r, ST_RESET, c);
		return true;
	}
	return false;
}

/* Does something that an actor waits for; false if none waits for any. */
static bool help(struct run *r)
{
	int n = r->program.nactors;

	for (int i = 0; i < n; i++) {
		int a = (r->helps + i) % n;

		if (meet(r, a) || fire(r, a)) {
			r->helps++;
			return true;
		}
	}
	return false;
}

/* Ends it: all channels closed, nothing to wait for, actors leave. */
static void wind_up(struct run *r)
{
	/* release: pairs with the load in act */
	atomic_store_explicit(&r->stop, true, memory_order_release);
	r->wound_up = true;
	finish_group(r);
	for (int c = 0; c < r->program.nchans; c++)
		if (r->program.chans[c].kind == ST_PLAIN)
			main_op_on(r, ST_CLOSE, c);
}

static void at_rest(struct run *r)
{
	if (r->wound_up)
		(void)help(r); /* with a timer: channels are closed */
	else if (r->helps == HELPS || !help(r))
		wind_up(r);
}

/* What channels hold at last: all that was sent and nobody took. */
static void take_stock(struct run *r)
{
	for (int c = 0; c < r->program.nchans; c++) {
		struct st_op take = {.kind = ST_RECV,
				     .wait = ST_POLL,
				     .narms = 1,
				     .arms = {{c, ASSAY_RECV, 0}}};

		if (r->program.chans[c].kind != ST_PLAIN)
			continue;
		main_op_on(r, ST_LEN, c);
		for (int i = 0; i <= r->program.chans[c].cap; i++)
			main_op(r, take);
	}
}

static void free_run(struct run *r)
{
	for (int c = 0; c < r->program.nchans; c++) {
		if (r->timers[c] != NULL)
			rt->time->timer_free(r->timers[c]);
		else if (r->chans[c] != NULL)
			drop(r->chans[c]);
	}
}

struct tally {
	int64_t programs, operations, unknown, helped, wound_up;
};

static void end_run(struct run *r, struct tally *t)
{
	int moves;
	bool left;
	enum st_verdict verdict;

	take_stock(r);
	(void)look(r, &moves, &left);
	verdict = st_judge(&r->history);
	if (verdict == ST_WRONG)
		fail_run(r,
			 "no order of the operations explains what they did");
	t->programs++;
	t->operations += moves / 2;
	t->unknown += verdict == ST_UNKNOWN;
	t->helped += r->helps > 0;
	t->wound_up += r->wound_up;
	free_run(r);
	r->phase = OVER;
}

/* ---- running ------------------------------------------------------------ */

static void make_chans(struct run *r)
{
	for (int c = 0; c < r->program.nchans; c++) {
		const struct st_chan *made = &r->program.chans[c];

		if (made->kind == ST_PLAIN)
			r->chans[c] = chan(sizeof(int64_t), made->cap);
		if (made->kind != ST_TIMER)
			continue;
		r->timers[c] = rt->time->timer_new(made->ns);
		REQUIRE(r->timers[c] != NULL);
		r->chans[c] = rt->time->timer_chan(r->timers[c]);
	}
}

static void start_run(struct run *r, uint64_t seed, unsigned features)
{
	memset(r, 0, sizeof(*r));
	st_draw(&r->program, seed, features);
	r->history.program = &r->program;
	r->history.made = now();
	make_chans(r);
	if (r->program.dones > 0)
		wg_add(&r->group, r->program.dones);
	r->phase = PLAYING;
	for (int a = 1; a < r->program.nactors; a++)
		r->waits_for += seed % 2 == 0 && r->program.started[a];
	r->last_move = now();
	for (int a = 1; a < r->program.nactors; a++)
		if (r->program.started[a])
			start_actor(r, a);
}

static void advance(struct run *r, struct tally *t)
{
	int moves;
	bool left, settled = look(r, &moves, &left);

	if (moves != r->last_look) {
		r->last_look = moves;
		r->last_move = now();
	} else if (settled && left) {
		end_run(r, t);
	} else if (settled && st_judge_rest(&r->history) == ST_RIGHT) {
		at_rest(r);
	} else if (now() - r->last_move > upto(PATIENCE)) {
		fail_run(r, "goroutines that could go on do not");
	}
}

/* ---- when even the main goroutine does not come back -------------------- */

static atomic_int beats;

static void fail_all(void)
{
	for (int i = 0; i < RUNS; i++) {
		if (runs[i].phase != PLAYING)
			continue;
		st_print(text, sizeof(text), &runs[i].program, NULL);
		(void)!write(STDERR_FILENO, text, strlen(text));
	}
	CHECK_MSG(false, "the main goroutine is stuck, with these programs");
	check_stop();
}

/* A thread of its own, that the runtime knows nothing of. */
static void *watch(void *arg)
{
	int last = -1, quiet = 0;

	(void)arg;
	for (;; quiet++) {
		/* relaxed: it only has to change now and then */
		int beat = atomic_load_explicit(&beats, memory_order_relaxed);

		if (beat != last)
			quiet = 0;
		last = beat;
		if (quiet * 100 * MS > upto(PATIENCE))
			fail_all();
		nanosleep(&(struct timespec){.tv_nsec = 100 * MS}, NULL);
	}
	return NULL;
}

static void start_watch(void)
{
	pthread_t thread;

	REQUIRE_EQ(pthread_create(&thread, NULL, watch, NULL), 0);
	REQUIRE_EQ(pthread_detach(thread), 0);
}

/* ---- the cases ---------------------------------------------------------- */

/* ASSAY_PROGRAM or the next of this run's. */
static uint64_t next_seed(void)
{
	const char *given = getenv("ASSAY_PROGRAM");

	return given != NULL ? strtoull(given, NULL, 10) : rnd();
}

static void run_programs(int64_t n, unsigned features)
{
	struct tally t = {0};
	int64_t started = 0;

	start_watch();
	while (t.programs < n) {
		atomic_fetch_add_explicit(&beats, 1, memory_order_relaxed);
		for (int i = 0; i < RUNS; i++) {
			if (runs[i].phase == PLAYING)
				advance(&runs[i], &t);
			else if (started++ < n)
				start_run(&runs[i], next_seed(), features);
		}
		sleep_ns(MS / 20);
	}
	note("%" PRId64 " programs, %" PRId64 " operations; %" PRId64
	     " programs were helped, %" PRId64 " ended",
	     t.programs, t.operations, t.helped, t.wound_up);
	CHECK_LE(t.unknown, n / 100);
}

#define NEED_CHANS                                                             \
	NEED(core, yield), NEED(chan, select), NEED(chan, len),                \
		NEED(chan, cap), NEED(time, now), NEED(time, sleep)

CASE(ST_001, "random programs do what a model of channels does",
     .timeout_ms = 60000, NEEDS(NEED_CHANS))
{
	run_programs(rounds(10000), 0);
}

CASE_OF(ST_001, locks, "random programs with a mutex and a wait group",
	.timeout_ms = 60000,
	NEEDS(NEED_CHANS, NEED(sync, mutex_lock), NEED(sync, mutex_unlock),
	      NEED(sync, wg_add), NEED(sync, wg_wait)))
{
	run_programs(rounds(3000), ST_LOCKS);
}

CASE_OF(ST_001, timers, "random programs with timers and deadlines",
	.timeout_ms = 60000,
	NEEDS(NEED_CHANS, NEED(time, timer_new), NEED(time, timer_chan),
	      NEED(time, timer_stop), NEED(time, timer_reset),
	      NEED(time, timer_free)))
{
	unsigned stop =
		(rt->traits & ASSAY_TRAIT_SYNC_TIMERS) != 0 ? ST_TIMER_STOP : 0;

	run_programs(rounds(3000), ST_TIMERS | stop);
}

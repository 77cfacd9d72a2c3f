/*
 * random.c - random programs run on the runtime, several at a time, and
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
#include <unistd.h>

#include "play.h"

#define PATIENCE (10 * SEC)

enum {
	RUNS = 16, /* programs at a time */
	HELPS = 12 /* of the main goroutine for one program */
};

enum phase { IDLE, PLAYING, OVER };

struct run {
	struct st_play play;
	/* of the main goroutine: */
	struct st_history history;
	enum phase phase;
	int last_look;     /* records begun and ended at the last look */
	int64_t last_move; /* the time when that changed */
	int helps;
	bool wound_up;
};

static struct run runs[RUNS];

/* ---- looking at a run --------------------------------------------------- */

/* Copies what is new of an actor's log; `ended` of its records have ended. */
static void copy_log(struct run *r, int actor, int begun, int ended)
{
	struct st_history *h = &r->history;
	int i = h->n[actor] > 0 ? h->n[actor] - 1 : 0;

	for (; i < begun; i++) {
		const struct st_record *from = &r->play.log[actor][i];
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
	for (int a = 0; a < r->play.program.nactors; a++) {
		struct st_progress *p = &r->play.progress[a];
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
	st_print(text, sizeof(text), &r->play.program, &r->history);
	(void)!write(STDERR_FILENO, text, strlen(text));
}

static void fail_run(struct run *r, const char *what)
{
	print_run(r);
	CHECK_MSG(false, "%s: run it again with ASSAY_PROGRAM=%" PRIu64, what,
		  r->play.program.seed);
	check_stop();
}

static void main_op(struct run *r, struct st_op op)
{
	(void)st_play_record(&r->play, 0, &op);
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

		if (r->play.program.chans[c].kind != ST_PLAIN)
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

	for (int a = 0; a < r->play.program.nactors; a++)
		for (int i = 0; i < r->history.n[a]; i++)
			done += r->history.records[a][i].op.kind == ST_DONE;
	for (; done < r->play.program.dones; done++)
		main_op_on(r, ST_DONE, 0);
}

/* Sets a timer that the actor waits for. */
static bool fire(struct run *r, int actor)
{
	const struct st_op *op = pending(r, actor);

	for (int c = 0; op != NULL && c < r->play.program.nchans; c++) {
		if (r->play.program.chans[c].kind != ST_TIMER ||
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
	int n = r->play.program.nactors;

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
	/* release: pairs with the load in play.c */
	atomic_store_explicit(&r->play.stop, true, memory_order_release);
	r->wound_up = true;
	finish_group(r);
	for (int c = 0; c < r->play.program.nchans; c++)
		if (r->play.program.chans[c].kind == ST_PLAIN)
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
	for (int c = 0; c < r->play.program.nchans; c++) {
		struct st_op take = {.kind = ST_RECV,
				     .wait = ST_POLL,
				     .narms = 1,
				     .arms = {{c, ASSAY_RECV, 0}}};

		if (r->play.program.chans[c].kind != ST_PLAIN)
			continue;
		main_op_on(r, ST_LEN, c);
		for (int i = 0; i <= r->play.program.chans[c].cap; i++)
			main_op(r, take);
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
	st_play_free(&r->play);
	r->phase = OVER;
}

/* ---- running ------------------------------------------------------------ */

static void start_run(struct run *r, uint64_t seed, unsigned features)
{
	memset(r, 0, sizeof(*r));
	st_draw(&r->play.program, seed, features);
	r->history.program = &r->play.program;
	r->history.made = now();
	r->phase = PLAYING;
	r->last_move = r->history.made;
	st_play_begin(&r->play);
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
		st_print(text, sizeof(text), &runs[i].play.program, NULL);
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
		kernel_sleep(100 * MS);
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

#define NEED_CHANS NEED(chan, select), NEED(chan, len), NEED(chan, cap)

CASE(ST_001, "random programs do what a model of channels does",
     .procs = {1, 4}, .timeout_ms = 60000, NEEDS(NEED_CHANS))
{
	run_programs(rounds(10000), 0);
}

CASE_OF(ST_001, locks, "random programs with a mutex and a wait group",
	.procs = {1, 4}, .timeout_ms = 60000,
	NEEDS(NEED_CHANS, NEED(sync, mutex_lock), NEED(sync, mutex_unlock),
	      NEED(sync, wg_add), NEED(sync, wg_wait)))
{
	run_programs(rounds(3000), ST_LOCKS);
}

CASE_OF(ST_001, timers, "random programs with timers and deadlines",
	.procs = {1, 4}, .timeout_ms = 60000,
	NEEDS(NEED_CHANS, NEED(time, timer_new), NEED(time, timer_chan),
	      NEED(time, timer_stop), NEED(time, timer_reset),
	      NEED(time, timer_free)))
{
	unsigned stop =
		(rt->traits & ASSAY_TRAIT_SYNC_TIMERS) != 0 ? ST_TIMER_STOP : 0;

	run_programs(rounds(3000), ST_TIMERS | stop);
}

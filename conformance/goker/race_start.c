/*
 * race_start.c - a goroutine uses what the one that has started it writes, or
 * the other way about, and nothing orders the two.
 */
#include "kit.h"

/* ---- cockroach/35501, moby/27037, moby/22941 ------------------------------ */

/*
 * A loop starts a goroutine in each turn, and all of them share the loop's one
 * variable, which the loop goes on to write.
 */
struct loop {
	int i;
	assay_waitgroup turns;
};

static void use_variable(void *loop)
{
	struct loop *l = loop;

	look(&l->i);
	wg_done(&l->turns);
}

static void share_variable(int from, int to)
{
	struct loop *l = NEW(struct loop);

	wg_add(&l->turns, to - from);
	for (l->i = from; l->i < to; l->i++)
		go(use_variable, l);
	wg_wait(&l->turns);
}

GOKER(cockroach, 35501, "race: loop variable", LEFT(0, 0), USES(NEED_WG),
      .race = true)
{
	share_variable(0, 10);
}

GOKER(moby, 27037, "race: loop variable", LEFT(0, 0), USES(NEED_WG),
      .race = true)
{
	share_variable(17, 22);
}

/* The variable is a pair here, and it is used with a lock held. */
struct pairs {
	assay_mutex pipe;
	assay_waitgroup writers;
	struct {
		int request, expected;
	} pair;
};

static void write_request(void *pairs)
{
	struct pairs *p = pairs;

	lock(&p->pipe);
	look(&p->pair.request);
	unlock(&p->pipe);
	wg_done(&p->writers);
}

GOKER(moby, 22941, "race: loop variable", LEFT(0, 0), USES(NEED_WG, NEED_MUTEX),
      .race = true)
{
	struct pairs *p = NEW(struct pairs);

	wg_add(&p->writers, 2);
	for (int i = 0; i < 2; i++) {
		p->pair.request = i;
		p->pair.expected = i;
		go(write_request, p);
	}
	wg_wait(&p->writers);
}

/* ---- etcd/4876, etcd/8194, grpc/1748 -------------------------------------- */

/*
 * A test sets a global of the program, to be quick, while what another test has
 * started reads it.
 */
static int interval = 10, revoke_rate = 1000, least_timeout = 20;

static void send_progress(void *unused)
{
	(void)unused;
	look(&interval);
}

GOKER(etcd, 4876, "race: global", LEFT(0, 0), USES(), .race = true)
{
	go(send_progress, NULL);
	interval = 3;
}

/* This one sets it back, too. */
static void revoke_leases(void *over)
{
	for (int i = 0; i < 10; i++) {
		look(&revoke_rate);
		yield();
	}
	close_chan(over);
}

GOKER(etcd, 8194, "race: global", LEFT(0, 0), USES(), .race = true)
{
	assay_chan *over = chan_signal(0);

	go(revoke_leases, over);
	revoke_rate = 10;
	yield();
	revoke_rate = 1000;
	wait_for(over);
}

/* Here it comes back when the test is over, and the dialer is not. */
static void dial_with_timeout(void *unused)
{
	(void)unused;
	yield();
	look(&least_timeout);
}

static void watch_dials(void *unused)
{
	for (int i = 0; i < 3; i++)
		go(dial_with_timeout, unused);
}

GOKER(grpc, 1748, "race: global", LEFT(0, 0), USES(), .race = true)
{
	go(watch_dials, NULL);
	sleep_ns(MS);
	least_timeout = 10;
}

/* ---- etcd/3077, istio/8967 ------------------------------------------------ */

/*
 * A node makes its channels when it runs, and the one who has started it looks
 * at them after a while.
 */
struct node {
	assay_chan *stopped, *done;
};

static void run_raft(void *node)
{
	struct node *n = node;

	n->done = chan_signal(0);
	n->stopped = chan_signal(0);
	wait_for(n->stopped);
	close_chan(n->done);
}

GOKER(etcd, 3077, "race: start", LEFT(0, 0), USES(), .race = true)
{
	struct node *n = NEW(struct node);

	go(run_raft, n);
	sleep_ns(10 * MS);
	send_signal(n->stopped);
	wait_for(n->done);
}

/* Who stops a source closes its channel and forgets it; the source reads it. */
static void run_source(void *stop)
{
	assay_chan **s = stop;

	yield();
	if (*s != NULL)
		wait_for(*s);
}

GOKER(istio, 8967, "race: stop", LEFT(0, 0), USES(), .race = true)
{
	assay_chan **stop = NEW(assay_chan *);

	*stop = chan_signal(0);
	go(run_source, stop);
	close_chan(*stop);
	*stop = NULL;
}

/* ---- istio/8144, serving/6472, kubernetes/49404 --------------------------- */

/* A cache counts its evictions in a goroutine, and a test reads the count. */
static void evict(void *evictions)
{
	++*(int *)evictions;
}

GOKER(istio, 8144, "race: counter", LEFT(0, 0), USES(), .race = true)
{
	int *evictions = NEW(int);

	go(evict, evictions);
	look(evictions);
}

/* A prober queues its work, which counts down, before it sets the count. */
static void probe_address(void *pending)
{
	__atomic_sub_fetch((int32_t *)pending, 1, __ATOMIC_SEQ_CST);
}

GOKER(serving, 6472, "race: half atomic", LEFT(0, 0), USES(), .race = true)
{
	int32_t *pending = NEW(int32_t);

	go(probe_address, pending);
	*pending += 1;
}

/* A handler notes that it was called, and the test looks after a while. */
static void handle_call(void *called)
{
	*(int *)called = 1;
}

GOKER(kubernetes, 49404, "race: flag", LEFT(0, 0), USES(), .race = true)
{
	int *called = NEW(int);

	go(handle_call, called);
	sleep_ns(10 * MS);
	look(called);
}

/* ---- moby/18412, serving/3148, grpc/3090 ---------------------------------- */

/*
 * A command is waited for in a goroutine.  When the time is over its output is
 * read, and its exit status, though it has not ended.
 */
struct command {
	int output, status;
	assay_chan *ended;
};

static void run_command(void *command)
{
	struct command *c = command;

	for (int i = 0; i < 3; i++) {
		c->output++;
		sleep_ns(MS);
	}
	c->status = 1;
	send_signal(c->ended);
}

GOKER(moby, 18412, "race: results", LEFT(0, 1),
      SITES("run_command [chan send]"), USES(NEED_SELECT, NEED_AFTER),
      .race = true)
{
	struct command *c = NEW(struct command);

	c->ended = chan_signal(0);
	go(run_command, c);
	either(case_recv(after(MS), NULL), case_recv(c->ended, NULL));
	look(&c->output);
	look(&c->status);
}

/* A hook is added to a list that a controller, already started, goes through. */
static void control(void *hooks)
{
	look(hooks);
}

GOKER(serving, 3148, "race: start", LEFT(0, 0), USES(), .race = true)
{
	int *hooks = NEW(int);

	go(control, hooks);
	*hooks = 1;
}

/*
 * A resolver is kept by the one who builds it, when the build is over.  The
 * build has started a goroutine that uses what was kept.
 */
struct wrapper {
	assay_mutex mu;
	int resolver;
};

static void resolve_now(void *wrapper)
{
	struct wrapper *w = wrapper;

	lock(&w->mu);
	look(&w->resolver);
	unlock(&w->mu);
}

static int build_resolver(struct wrapper *w)
{
	lock(&w->mu);
	go(resolve_now, w);
	unlock(&w->mu);
	return 1;
}

GOKER(grpc, 3090, "race: start", LEFT(0, 0), USES(NEED_MUTEX), .race = true)
{
	struct wrapper *w = NEW(struct wrapper);

	w->resolver = build_resolver(w);
}

/* ---- serving/4908, serving/6171 ------------------------------------------- */

/*
 * A test ends while a goroutine that it has started still writes to the test's
 * log.
 */
struct log {
	int lines, ended;
};

static void log_error(void *log)
{
	struct log *l = log;

	if (!look(&l->ended))
		l->lines++;
}

GOKER(serving, 4908, "race: use after end", LEFT(0, 0), USES(), .race = true)
{
	struct log *l = NEW(struct log);

	go(log_error, l);
	l->ended = 1;
}

/* Here it is the goroutine of a goroutine. */
static void watch_revision(void *log)
{
	go(log_error, log);
}

GOKER(serving, 6171, "race: use after end", LEFT(0, 0), USES(), .race = true)
{
	struct log *l = NEW(struct log);

	go(watch_revision, l);
	yield();
	l->ended = 1;
}

/* ---- cockroach/4407 ------------------------------------------------------- */

/*
 * A stopper waits for its workers, and one of those to come is added to the
 * group after that.  The stopper believes then that all is over.
 */
struct stopper {
	assay_mutex mu;
	assay_waitgroup workers;
	int sent;
};

static void send_gossip(void *stopper)
{
	struct stopper *s = stopper;

	lock(&s->mu);
	s->sent++;
	unlock(&s->mu);
	wg_done(&s->workers);
}

static void start_gossip(void *stopper)
{
	struct stopper *s = stopper;

	sleep_ns(MS);
	lock(&s->mu);
	wg_add(&s->workers, 1);
	go(send_gossip, s);
	unlock(&s->mu);
}

GOKER(cockroach, 4407, "race: group", LEFT(0, 0), USES(NEED_MUTEX, NEED_WG),
      .race = true)
{
	struct stopper *s = NEW(struct stopper);

	go_many(2, start_gossip, s);
	sleep_ns(MS);
	/* Go may notice, and panics then. */
	(void)rt->sync->wg_wait(&s->workers, ASSAY_FOREVER);
	look(&s->sent);
}

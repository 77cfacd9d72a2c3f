/*
 * beat.c - heartbeats, by time and by unit of work (PT-019 to PT-021), and
 * the steward that restarts a ward whose heart stopped (PT-024, PT-025).
 */
#include "pt.h"

/* ---- PT-019: by time ------------------------------------------------------ */

struct beating {
	assay_chan *done, *heartbeat, *results; /* results: of int64_t */
	int64_t interval;
};

/* Nobody needs to listen. */
static void send_pulse(assay_chan *heartbeat)
{
	(void)try_send(heartbeat, NULL);
}

/* Sends the result, with the heart beating meanwhile; false if done. */
static bool send_result(const struct beating *b, assay_chan *pulse, int64_t r)
{
	struct assay_case cases[] = {case_recv(b->done, NULL),
				     case_recv(pulse, NULL),
				     case_send(b->results, &r)};

	for (;;) {
		size_t chosen = select_cases(cases, 3, NULL);

		if (chosen != 1)
			return chosen == 2;
		send_pulse(b->heartbeat);
	}
}

static void run_beating(void *arg)
{
	const struct beating *b = arg;
	assay_chan *pulse = rt->time->tick(b->interval);
	int64_t r;
	struct assay_case cases[] = {
		case_recv(b->done, NULL), case_recv(pulse, NULL),
		case_recv(rt->time->tick(2 * b->interval), &r)};
	size_t chosen;

	while ((chosen = select_cases(cases, 3, NULL)) != 0) {
		if (chosen == 1)
			send_pulse(b->heartbeat);
		else if (!send_result(b, pulse, r))
			break;
	}
	close_chan(b->results);
	close_chan(b->heartbeat);
}

static struct beating start_beating(int64_t interval)
{
	struct beating b = {chan_signal(0), chan_signal(0),
			    chan(sizeof(int64_t), 0), interval};

	SPAWN(run_beating, b);
	return b;
}

#define BEATS 10

/* Listens until done closes after BEATS intervals; false if it timed out. */
static bool listen_to(const struct beating *b, int *pulses, int *results)
{
	*pulses = *results = 0;
	for (;;) {
		int status;
		struct assay_case cases[] = {
			case_recv(b->heartbeat, NULL),
			case_recv(b->results, NULL),
			case_recv(rt->time->after(2 * b->interval), NULL)};
		size_t chosen = select_cases(cases, 3, &status);

		if (chosen == 2)
			return false;
		if (status == ASSAY_CLOSED)
			return true;
		++*(chosen == 0 ? pulses : results);
	}
}

#define NEEDS_TICK NEEDS(NEED_AFTER, NEED(time, tick), NEED(time, after_func))

CASE_SOME_UNIT(PT_019, beats_in_time, 5 * MS,
	       "a heart beats at its interval while results come at twice it",
	       .timeout_ms = 20000, NEEDS_TICK)
{
	int64_t begin = now();
	struct beating b = start_beating(unit);
	int pulses, results;
	bool heard;

	rt->time->after_func(BEATS * unit, close_it, b.done);
	heard = listen_to(&b, &pulses, &results);
	if (heard)
		CHECK_GE(now() - begin, BEATS * unit);
	CHECK(all_ended());
	CHECK_LE(pulses, 1 + (now() - begin) / unit);
	CHECK_LE(results, 1 + (now() - begin) / (2 * unit));
	return heard && IS(pulses, >=, BEATS * 7 / 10) &&
	       IS(pulses, <=, BEATS * 13 / 10) &&
	       IS(results, >=, BEATS / 2 - 2) && IS(results, <=, BEATS / 2 + 1);
}

CASE_OF(PT_019, unheard, "work goes on when nobody listens to the heart",
	NEEDS_TICK)
{
	int64_t begin = now(), t, last = 0;
	struct beating b = start_beating(2 * MS);

	for (int i = 1; i <= 3; i++) {
		REQUIRE(recv(b.results, &t));
		CHECK_GT(t, last);
		last = t;
		CHECK_GE(now() - begin, 2 * i * b.interval);
	}
	close_chan(b.done);
	CHECK(all_ended());
	CHECK_EQ(try_recv(b.heartbeat, NULL), ASSAY_CLOSED);
	CHECK_EQ(try_recv(b.results, NULL), ASSAY_CLOSED);
}

/* ---- PT-020: a worker that dies ------------------------------------------- */

static void beat_twice(void *arg)
{
	const struct beating *b = arg;

	for (int i = 0; i < 2; i++) {
		sleep_ns(b->interval);
		send_signal(b->heartbeat);
	}
}

CASE_SOME_UNIT(PT_020, dead_is_noticed, 3 * MS,
	       "two beats and then silence time out, not early",
	       NEEDS(NEED_AFTER))
{
	struct beating b = {.heartbeat = chan_signal(2), .interval = unit};
	const int64_t timeout = 6 * unit;
	int pulses = 0;
	int64_t last;

	SPAWN(beat_twice, b);
	for (;; pulses++) {
		struct assay_case cases[2] = {case_recv(b.heartbeat, NULL)};

		last = now();
		cases[1] = case_recv(rt->time->after(timeout), NULL);
		if (select_cases(cases, 2, NULL) == 1)
			break;
	}
	CHECK_GE(now() - last, timeout);
	CHECK(all_ended());
	return IS(pulses, ==, 2) && IS(now() - last, <, 3 * timeout);
}

/* ---- PT-021: by unit of work ---------------------------------------------- */

struct units {
	assay_chan *done, *heartbeat, *work;
	const int *values;
	int n;
};

static void run_units(void *arg)
{
	const struct units *u = arg;

	/* what makes a test without heartbeat guess how long to wait */
	sleep_ns(5 * MS);
	for (int i = 0; i < u->n; i++) {
		(void)try_send(u->heartbeat, NULL);
		if (!put(u->done, u->work, u->values[i]))
			break;
	}
	close_chan(u->heartbeat);
	close_chan(u->work);
}

static const int fibonacci[] = {0, 1, 2, 3, 5};

static struct units do_units(assay_chan *done)
{
	struct units u = {done, chan_signal(1), chan_int(0), fibonacci, 5};

	SPAWN(run_units, u);
	return u;
}

CASE(PT_021, "after the first beat a test reads all work without a clock",
     NEEDS(NEED_SELECT))
{
	struct units u = do_units(chan_signal(0));

	CHECK(recv(u.heartbeat, NULL));
	expect_stream(u.work, fibonacci, 5);
	CHECK(all_ended());
}

CASE_OF(PT_021, kept, "the beat before the work waits for its listener",
	NEEDS(NEED_SELECT))
{
	assay_chan *done = chan_signal(0);
	struct units u = do_units(done);

	CHECK_EQ(recv_int(u.work), 0);
	CHECK_EQ(try_recv(u.heartbeat, NULL), ASSAY_OK);
	close_chan(done);
	CHECK(all_ended());
	while (recv(u.heartbeat, NULL))
		continue;
	CHECK_EQ(try_recv(u.work, NULL), ASSAY_CLOSED);
}

/* ---- PT-024: steward and ward --------------------------------------------- */

/* Starts a ward that ends by done; its heartbeat. */
struct ward {
	assay_chan *(*start)(void *env, assay_chan *done, int64_t interval);
	void *env;
};

struct steward {
	assay_chan *done, *heartbeat;
	int64_t interval; /* of its own pulse */
	int64_t timeout;  /* of the ward's */
	struct ward ward;
	atomic_int *restarts; /* "steward: ward unhealthy; restarting" */
};

struct guarded {
	assay_chan *done, *heartbeat;
};

static struct guarded start_ward(const struct steward *s)
{
	struct guarded g = {.done = chan_signal(0)};
	assay_chan *both[] = {g.done, s->done};

	g.heartbeat =
		s->ward.start(s->ward.env, or_channel(both, 2), s->timeout / 2);
	return g;
}

enum watched { WARD_ALIVE, WARD_SILENT, WARD_DONE };

static enum watched watch(const struct steward *s, assay_chan *pulse,
			  assay_chan *heartbeat)
{
	struct assay_case cases[] = {
		case_recv(pulse, NULL), case_recv(heartbeat, NULL),
		case_recv(rt->time->after(s->timeout), NULL),
		case_recv(s->done, NULL)};

	for (;;)
		switch (select_cases(cases, 4, NULL)) {
		case 0:
			send_pulse(s->heartbeat);
			break;
		case 1:
			return WARD_ALIVE;
		case 2:
			return WARD_SILENT;
		default:
			return WARD_DONE;
		}
}

static void run_steward(void *arg)
{
	const struct steward *s = arg;
	struct guarded g = start_ward(s);
	assay_chan *pulse = rt->time->tick(s->interval);
	enum watched seen;

	while ((seen = watch(s, pulse, g.heartbeat)) != WARD_DONE) {
		if (seen == WARD_ALIVE)
			continue;
		mark(s->restarts);
		close_chan(g.done);
		g = start_ward(s);
	}
	close_chan(s->heartbeat);
}

static assay_chan *start_steward(struct steward s)
{
	s.heartbeat = chan_signal(0);
	SPAWN(run_steward, s);
	return s.heartbeat;
}

/* A ward that pulses or never does; both wait for done. */
struct patient {
	bool pulses;
	atomic_int starts, ends;
};

struct patient_run {
	struct patient *p;
	assay_chan *done, *heartbeat;
	int64_t interval;
};

static void run_patient(void *arg)
{
	const struct patient_run *r = arg;

	while (r->p->pulses && pause_for(r->done, r->interval))
		send_pulse(r->heartbeat);
	wait_for(r->done);
	mark(&r->p->ends);
}

static assay_chan *start_patient(void *env, assay_chan *done, int64_t interval)
{
	/* With room for one beat, none is lost while the steward beats. */
	struct patient_run r = {env, done, chan_signal(1), interval};

	mark(&r.p->starts);
	SPAWN(run_patient, r);
	return r.heartbeat;
}

/* Its own pulse is heard by nobody. */
CASE_OF(PT_024, silent, "a steward restarts a silent ward each timeout",
	NEEDS_TICK)
{
	static struct patient p;
	static atomic_int restarts;
	struct steward s = {.done = chan_signal(0),
			    .interval = 3 * MS,
			    .timeout = 8 * MS,
			    .ward = {start_patient, &p},
			    .restarts = &restarts};
	int64_t begin = now();
	assay_chan *heartbeat = start_steward(s);

	CHECK(becomes(&p.starts, 4));
	CHECK_LE(count(&restarts), (now() - begin) / s.timeout);
	CHECK_GE(now() - begin, 3 * s.timeout);
	CHECK(becomes(&p.ends, 3));
	close_chan(s.done);
	CHECK(all_ended());
	CHECK_EQ(try_recv(heartbeat, NULL), ASSAY_CLOSED);
	CHECK_EQ(count(&p.starts), count(&restarts) + 1);
	CHECK_EQ(count(&p.ends), count(&p.starts));
}

CASE_SOME_UNIT_OF(PT_024, healthy, healthy_is_left_alone, 2 * MS,
		  "a steward leaves a ward alone that pulses",
		  .timeout_ms = 20000, NEEDS_TICK)
{
	struct patient p = {.pulses = true};
	atomic_int restarts = 0;
	struct steward s = {.done = chan_signal(0),
			    .interval = unit,
			    .timeout = 8 * unit,
			    .ward = {start_patient, &p},
			    .restarts = &restarts};
	assay_chan *heartbeat = start_steward(s);
	int beats = 0;

	for (int64_t end = in(24 * unit); now() < end; beats++)
		wait_for(heartbeat);
	close_chan(s.done);
	CHECK(all_ended());
	CHECK_EQ(count(&p.ends), count(&p.starts));
	CHECK_EQ(count(&p.starts), count(&restarts) + 1);
	return IS(beats, >, 4) && IS(count(&restarts), ==, 0);
}

/* ---- PT-025: steward and bridge ------------------------------------------- */

/* A ward sends the values on a stream of its own until a negative one. */
struct doer {
	assay_chan *done;    /* of all */
	assay_chan *streams; /* to the bridge */
};

struct doing {
	struct doer *doer;
	assay_chan *done, *heartbeat;
	int64_t interval;
};

/* Sends v with the heart beating meanwhile; false if done. */
static bool send_value(const struct doing *d, assay_chan *pulse,
		       assay_chan *out, int v)
{
	struct assay_case cases[] = {case_recv(pulse, NULL), case_send(out, &v),
				     case_recv(d->done, NULL)};
	size_t chosen;

	while ((chosen = select_cases(cases, 3, NULL)) == 0)
		send_pulse(d->heartbeat);
	return chosen == 1;
}

static void run_doing(void *arg)
{
	static const int values[] = {1, 2, -1, 3, 4, 5};
	const struct doing *d = arg;
	assay_chan *out = chan_int(0);
	assay_chan *pulse = rt->time->tick(d->interval);

	if (put_to(d->done, d->doer->streams, &out))
		for (int i = 0; values[i] >= 0; i++)
			if (!send_value(d, pulse, out, values[i]))
				break;
	close_chan(out);
	/* for the or-channel that its done is: it must not be left behind */
	wait_for(d->done);
}

static assay_chan *start_doing(void *env, assay_chan *done, int64_t interval)
{
	struct doing d = {env, done, chan_signal(0), interval};

	SPAWN(run_doing, d);
	return d.heartbeat;
}

CASE_SOME_UNIT(PT_025, heals, 3 * MS,
	       "a ward that dies at a negative value is healed: 1 2 1 2 1 2",
	       .timeout_ms = 20000, NEEDS_TICK)
{
	assay_chan *done = chan_signal(0);
	struct doer doer = {done, chan_of_chan(0)};
	atomic_int restarts = 0;
	struct steward s = {.done = done,
			    .interval = 3600 * SEC,
			    .timeout = 4 * unit,
			    .ward = {start_doing, &doer},
			    .restarts = &restarts};
	int64_t begin = now();
	bool right = true;
	assay_chan *six;
	int v, n = 0;

	start_steward(s);
	six = take(done, bridge(done, doer.streams), 6);
	for (; recv(six, &v); n++)
		right = right && IS(v, ==, 1 + n % 2);
	CHECK_GE(now() - begin, count(&restarts) * s.timeout);
	close_chan(done);
	CHECK(all_ended());
	CHECK_EQ(n, 6);
	return right && IS(count(&restarts), ==, 2);
}

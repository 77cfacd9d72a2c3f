/*
 * limit.c - how much at a time and how often: timeouts around loops,
 * semaphore, leaky bucket, token bucket, several limits at once (PT-026 to
 * PT-028, PT-035, PT-036).
 */
#include "pt.h"

/* ---- PT-026: timeouts ----------------------------------------------------- */

struct talker {
	assay_chan *done, *words;
	int n; /* words it has to say; then it is silent until done */
	int64_t pause;
};

static void talk(void *arg)
{
	const struct talker *t = arg;

	for (int i = 0; i < t->n; i++)
		if (!pause_for(t->done, t->pause) || !put(t->done, t->words, i))
			return;
	wait_for(t->done);
}

#define NEEDS_TIMER                                                            \
	NEEDS(NEED_AFTER, NEED(time, timer_new), NEED(time, timer_stop),       \
	      NEED(time, timer_chan))

CASE_SOME_UNIT_OF(PT_026, turn, silence_times_out, 2 * MS,
		  "a timer per turn ends the loop after a silence", NEEDS_TIMER)
{
	struct talker t = {chan_signal(0), chan_int(0), 4, unit};
	int heard = 0, stopped = 0;
	int64_t since;
	bool timed_out = false;

	SPAWN(talk, t);
	while (!timed_out) {
		assay_timer *timer;
		struct assay_case cases[2] = {case_recv(t.words, NULL)};

		since = now();
		timer = rt->time->timer_new(6 * unit);
		cases[1] = case_recv(rt->time->timer_chan(timer), NULL);
		timed_out = select_cases(cases, 2, NULL) == 1;
		if (timed_out)
			CHECK_GE(now() - since, 6 * unit);
		else
			heard++;
		stopped += rt->time->timer_stop(timer);
	}
	close_chan(t.done);
	CHECK(all_ended());
	CHECK_LE(stopped, heard);
	return IS(heard, ==, t.n) && IS(stopped, ==, heard);
}

CASE_OF(PT_026, loop, "a timer around the loop ends it, however much is said",
	NEEDS_TIMER)
{
	struct talker t = {chan_signal(0), chan_int(0), INT32_MAX, MS};
	int64_t begin = now();
	assay_timer *timer = rt->time->timer_new(30 * MS);
	struct assay_case cases[] = {
		case_recv(t.words, NULL),
		case_recv(rt->time->timer_chan(timer), NULL)};
	int heard = 0;

	SPAWN(talk, t);
	while (select_cases(cases, 2, NULL) == 0)
		heard++;
	CHECK_GE(now() - begin, 30 * MS);
	CHECK_LT(now() - begin, upto(2 * SEC));
	CHECK_LE(heard, (now() - begin) / t.pause);
	CHECK_EQ(rt->time->timer_stop(timer), 0);
	close_chan(t.done);
	CHECK(all_ended());
}

/* ---- PT-027: semaphore ---------------------------------------------------- */

#define OUTSTANDING 5
#define REQUESTS 1000

struct server {
	assay_chan *queue, *sem;
	atomic_int inside, most, handled[REQUESTS];
};

static void raise_most(struct server *s, int inside)
{
	int most = count(&s->most);

	/* acq_rel pairs with count(); a failed exchange reloads most */
	while (most < inside &&
	       !atomic_compare_exchange_weak_explicit(&s->most, &most, inside,
						      memory_order_acq_rel,
						      memory_order_acquire))
		continue;
}

struct request {
	struct server *server;
	int id;
};

static void handle(void *arg)
{
	const struct request *r = arg;
	struct server *s = r->server;

	send_signal(s->sem);
	raise_most(s, mark(&s->inside));
	/* The first ones stay until there are as many as may be. */
	CHECK(becomes(&s->most, OUTSTANDING));
	mark(&s->handled[r->id]);
	yield();
	atomic_fetch_sub_explicit(&s->inside, 1, memory_order_acq_rel);
	wait_for(s->sem);
}

static void serve(void *arg)
{
	struct server *s = *(struct server **)arg;
	struct request r = {.server = s};

	while (recv(s->queue, &r.id))
		SPAWN(handle, r);
}

CASE(PT_027, "a server of a long queue handles five requests at a time")
{
	static struct server s;
	struct server *p = &s;
	int n = (int)goroutines(REQUESTS);

	n = n < OUTSTANDING ? OUTSTANDING : n;
	s.queue = chan_int(0);
	s.sem = chan_signal(OUTSTANDING);
	SPAWN(serve, p);
	for (int i = 0; i < n; i++)
		send_int(s.queue, i);
	close_chan(s.queue);
	CHECK(all_ended());
	CHECK_EQ(count(&s.most), OUTSTANDING);
	for (int i = 0; i < n; i++)
		CHECK_EQ(count(&s.handled[i]), 1);
}

/* ---- PT-028: leaky bucket ------------------------------------------------- */

struct buffer {
	int owner; /* 0: nobody */
	int text;
};

struct bucket {
	assay_chan *free; /* of struct buffer * */
	int made, reused, kept, dropped;
};

static struct buffer *bucket_get(struct bucket *b)
{
	struct buffer *buf = NULL;
	struct assay_case get = case_recv(b->free, &buf);

	if (select_default(&get, 1, NULL) == 0) {
		b->reused++;
		return buf;
	}
	b->made++;
	buf = calloc(1, sizeof(*buf));
	REQUIRE(buf != NULL);
	return buf;
}

static void bucket_put(struct bucket *b, struct buffer *buf)
{
	struct assay_case put_back = case_send(b->free, &buf);

	if (select_default(&put_back, 1, NULL) == 0) {
		b->kept++;
		return;
	}
	b->dropped++;
	free(buf);
}

static struct bucket bucket_of(int64_t cap)
{
	return (struct bucket){.free = chan(sizeof(struct buffer *), cap)};
}

CASE_OF(PT_028, counts, "a bucket of three makes when empty, drops when full",
	NEEDS(NEED_SELECT))
{
	struct bucket b = bucket_of(3);
	struct buffer *held[5];

	for (int i = 0; i < 5; i++)
		held[i] = bucket_get(&b);
	for (int i = 0; i < 5; i++)
		bucket_put(&b, held[i]);
	CHECK_EQ(b.made, 5);
	CHECK_EQ(b.reused, 0);
	CHECK_EQ(b.kept, 3);
	CHECK_EQ(b.dropped, 2);
	for (int i = 0; i < 4; i++)
		held[i] = bucket_get(&b);
	CHECK_EQ(b.made, 6);
	CHECK_EQ(b.reused, 3);
	for (int i = 0; i < 4; i++)
		free(held[i]);
}

struct client {
	struct bucket *bucket;
	assay_chan *server;
	int n;
};

static void fill_buffers(void *arg)
{
	const struct client *c = arg;

	for (int i = 0; i < c->n; i++) {
		struct buffer *buf = bucket_get(c->bucket);

		CHECK_EQ(buf->owner, 0);
		buf->owner = 1;
		buf->text = i;
		send(c->server, &buf);
	}
	close_chan(c->server);
}

/* Client and server count in buckets of their own on one free list. */
CASE_OF(PT_028, server, "buffers go round between client and server",
	NEEDS(NEED_SELECT))
{
	static struct bucket to, back;
	struct client c = {&to, chan(sizeof(struct buffer *), 4),
			   (int)rounds(1000)};
	struct buffer *buf;
	int n = 0;

	to = back = bucket_of(8);
	SPAWN(fill_buffers, c);
	for (; recv(c.server, &buf); n++) {
		CHECK_EQ(buf->text, n);
		CHECK_EQ(buf->owner, 1);
		buf->owner = 0;
		bucket_put(&back, buf);
	}
	CHECK(all_ended());
	CHECK_EQ(to.made + to.reused, n);
	CHECK_EQ(n, c.n);
	/* At once: one filled, four sent, one worked on, and they all fit. */
	CHECK_LE(to.made, 6);
	CHECK_EQ(back.dropped, 0);
}

/* ---- PT-035: token bucket ------------------------------------------------- */

struct tokens {
	assay_chan *done, *bucket;
	int64_t interval;
	atomic_int *added; /* by the refill, those that found room */
};

static void refill(void *arg)
{
	const struct tokens *t = arg;
	struct assay_case cases[] = {
		case_recv(t->done, NULL),
		case_recv(rt->time->tick(t->interval), NULL)};

	while (select_cases(cases, 2, NULL) == 1)
		if (try_send(t->bucket, NULL) == ASSAY_OK)
			mark(t->added);
}

/* A full bucket of that depth, filled up at each interval until done. */
static struct tokens tokens_new(int depth, int64_t interval, atomic_int *added)
{
	struct tokens t = {chan_signal(0), chan_signal(depth), interval, added};

	for (int i = 0; i < depth; i++)
		send_signal(t.bucket);
	SPAWN(refill, t);
	return t;
}

/* Takes a token; false if done first. */
static bool take_token(const struct tokens *t, assay_chan *done)
{
	return get_from(done, t->bucket, NULL);
}

#define NEEDS_TOKENS NEEDS(NEED_SELECT, NEED(chan, len), NEED(time, tick))
#define DEPTH 3

CASE_SOME_UNIT_OF(PT_035, rate, tokens_come_in_time, 4 * MS,
		  "a bucket gives its depth at once, then at its rate",
		  NEEDS_TOKENS)
{
	atomic_int added = 0;
	int64_t begin = now(), burst = 0, elapsed;
	struct tokens t = tokens_new(DEPTH, unit, &added);

	for (int i = 1; i <= DEPTH + 6; i++) {
		CHECK(take_token(&t, NULL));
		CHECK_GE(now() - begin, (i - DEPTH) * unit);
		if (i == DEPTH)
			burst = now() - begin;
	}
	elapsed = now() - begin;
	close_chan(t.done);
	CHECK(all_ended());
	return IS(burst, <, unit) && IS(elapsed, <, 8 * unit);
}

CASE_OF(PT_035, full, "an idle bucket holds no more than its depth",
	NEEDS_TOKENS)
{
	static atomic_int added;
	struct tokens t = tokens_new(DEPTH, MS, &added);

	sleep_ns(10 * MS);
	close_chan(t.done);
	CHECK(all_ended());
	CHECK_EQ(count(&added), 0);
	for (int i = 0; i < DEPTH; i++)
		CHECK_EQ(try_recv(t.bucket, NULL), ASSAY_OK);
	CHECK_EQ(try_recv(t.bucket, NULL), ASSAY_AGAIN);
}

struct waiter {
	struct tokens tokens;
	assay_chan *cancel;
	atomic_int *granted, *cancelled;
};

static void wait_token(void *arg)
{
	const struct waiter *w = arg;

	mark(take_token(&w->tokens, w->cancel) ? w->granted : w->cancelled);
}

/* Every other group has heard of its cancellation when it finds tokens. */
CASE_OF(PT_035, cancelled, "cancelled waiters take no token with them",
	NEEDS_TOKENS)
{
	static atomic_int added, granted, cancelled;
	struct waiter w = {tokens_new(DEPTH, MS / 2, &added), NULL, &granted,
			   &cancelled};
	const int waiters = 8, groups = 8;

	for (int g = 0; g < groups; g++) {
		bool early = g % 2 == 1;

		w.cancel = chan_signal(0);
		sleep_ns(2 * MS);
		if (early)
			close_chan(w.cancel);
		for (int i = 0; i < waiters; i++)
			SPAWN(wait_token, w);
		sleep_ns(MS + rnd_below(MS));
		if (!early)
			close_chan(w.cancel);
		CHECK(ended_but(1));
	}
	close_chan(w.tokens.done);
	CHECK(all_ended());
	CHECK_EQ(count(&granted) + count(&cancelled), groups * waiters);
	CHECK_GE(count(&granted), DEPTH);
	CHECK_EQ(count(&granted) + rt->chan->len(w.tokens.bucket),
		 DEPTH + count(&added));
}

/* ---- PT-036: several limits ----------------------------------------------- */

static atomic_int uncounted;

/* One token of each, in turn. */
static void take_all(const struct tokens *const *limits, int n)
{
	for (int i = 0; i < n; i++)
		CHECK(take_token(limits[i], NULL));
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Short: 1 per unit.  Long: 4 at once, then 1 per 4 units. */
CASE_SOME_UNIT_OF(PT_036, tiers, strictest_governs, 3 * MS,
		  "of a short and a long limit the stricter governs",
		  .timeout_ms = 20000, NEEDS_TOKENS)
{
	int64_t begin = now(), elapsed;
	struct tokens shortly = tokens_new(1, unit, &uncounted);
	struct tokens longer = tokens_new(4, 4 * unit, &uncounted);
	const struct tokens *both[] = {&longer, &shortly};
	int64_t fourth = 0;

	for (int i = 1; i <= 6; i++) {
		take_all(both, 2);
		elapsed = now() - begin;
		CHECK_GE(elapsed, most((i - 1) * unit, (i - 4) * 4 * unit));
		if (i == 4)
			fourth = elapsed;
	}
	close_chan(shortly.done);
	close_chan(longer.done);
	CHECK(all_ended());
	return IS(fourth, <, 5 * unit) && IS(elapsed, <, 11 * unit);
}

/* Every call costs a token of the API, and one of what it uses. */
CASE_OF(PT_036, resources,
	"limits of resources are separate beside a common one", NEEDS_TOKENS)
{
	int64_t begin = now();
	struct tokens api = tokens_new(4, 3600 * SEC, &uncounted);
	struct tokens disk = tokens_new(1, 20 * MS, &uncounted);
	struct tokens net = tokens_new(3, 3600 * SEC, &uncounted);
	const struct tokens *file[] = {&api, &disk}, *address[] = {&api, &net};

	take_all(file, 2);
	take_all(address, 2);
	take_all(address, 2);
	CHECK_EQ(rt->chan->len(net.bucket), 1);
	take_all(file, 2);
	CHECK_GE(now() - begin, 20 * MS);
	CHECK_EQ(rt->chan->len(api.bucket), 0);
	/* No call goes through any more, although the network has room. */
	CHECK_EQ(try_recv(api.bucket, NULL), ASSAY_AGAIN);
	CHECK_EQ(rt->chan->len(net.bucket), 1);
	close_chan(api.done);
	close_chan(disk.done);
	close_chan(net.done);
	CHECK(all_ended());
}

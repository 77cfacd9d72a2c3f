/*
 * request.c - asking others: errors beside results, the first of many
 * answers, a search over several back ends (PT-009, PT-022, PT-023, PT-037).
 */
#include "pt.h"

/* ---- PT-009: results that carry errors ------------------------------------ */

struct result {
	const char *url;
	const char *error; /* NULL: none */
	int status;
};

static struct result fetch(const char *url)
{
	struct result r = {.url = url};

	if (strcmp(url, "https://badhost") == 0)
		r.error = "no such host";
	else
		r.status = 200;
	return r;
}

static const char *const urls[] = {"https://a.example", "https://badhost",
				   "https://b.example"};

struct checker {
	assay_chan *done, *results;
};

static void run_check_status(void *arg)
{
	const struct checker *c = arg;

	for (size_t i = 0; i < 3; i++) {
		struct result r = fetch(urls[i]);

		if (!put_to(c->done, c->results, &r))
			break;
	}
	close_chan(c->results);
}

static assay_chan *check_status(assay_chan *done)
{
	struct checker c = {done, chan(sizeof(struct result), 0)};

	SPAWN(run_check_status, c);
	return c.results;
}

CASE_OF(PT_009, all, "one bad host is one error, and the stream goes on",
	NEEDS(NEED_SELECT))
{
	assay_chan *results = check_status(chan_signal(0));
	struct result r;
	int n = 0, errors = 0;

	for (; recv(results, &r); n++) {
		REQUIRE_CMP(n, <, 3);
		CHECK_STR(r.url, urls[n]);
		if (r.error != NULL)
			errors++;
		else
			CHECK_EQ(r.status, 200);
		CHECK_EQ(r.error != NULL, n == 1);
	}
	CHECK_EQ(n, 3);
	CHECK_EQ(errors, 1);
	CHECK(all_ended());
}

CASE_OF(PT_009, enough, "who sees the error decides to have no more",
	NEEDS(NEED_SELECT))
{
	assay_chan *done = chan_signal(0);
	assay_chan *results = check_status(done);
	struct result r = {0};

	while (r.error == NULL)
		REQUIRE(recv(results, &r));
	CHECK_STR(r.error, "no such host");
	close_chan(done);
	CHECK(all_ended());
}

/* ---- PT-022: replicated requests ------------------------------------------ */

#define HANDLERS 10

struct handler {
	assay_chan *done, *result;
	int id;
	int64_t time;
	atomic_int *cut_short;
};

static void handle(void *arg)
{
	const struct handler *h = arg;

	if (!pause_for(h->done, h->time))
		mark(h->cut_short);
	else
		put(h->done, h->result, h->id);
}

/* One of the handlers takes 2 units, the others 20, or hours. */
CASE_SOME_UNIT(PT_022, first_of_ten, 2 * MS,
	       "the first answer wins, the other handlers are cut short",
	       NEEDS(NEED_AFTER))
{
	atomic_int cut_short = 0;
	assay_chan *done = chan_signal(0), *result = chan_int(0);
	int64_t begin = now(), elapsed;
	int fastest = (int)rnd_below(HANDLERS), first;

	for (int i = 0; i < HANDLERS; i++) {
		struct handler h = {done, result, i,
				    i == fastest ? 2 * unit
				    : i % 2      ? 20 * unit
						 : 3600 * SEC,
				    &cut_short};

		SPAWN(handle, h);
	}
	first = recv_int(result);
	elapsed = now() - begin;
	close_chan(done);
	CHECK(all_ended());
	CHECK_GE(elapsed, 2 * unit);
	CHECK_GE(count(&cut_short), HANDLERS / 2 - 1);
	return IS(first, ==, fastest) && IS(elapsed, <, 20 * unit);
}

/* ---- PT-023: moving on ---------------------------------------------------- */

#define CONNS 3

struct conn {
	assay_chan *answers;
	int answer;
};

static void do_query(void *arg)
{
	const struct conn *c = arg;
	struct assay_case offer = case_send(c->answers, &c->answer);

	if (rnd_below(4) == 0)
		yield();
	(void)select_default(&offer, 1, NULL);
}

static int query(int64_t cap, int base)
{
	assay_chan *answers = chan_int(cap);

	for (int i = 0; i < CONNS; i++) {
		struct conn c = {answers, base + i};

		SPAWN(do_query, c);
	}
	return recv_int(answers);
}

/* With room for one answer, the losers drop theirs. */
CASE(PT_023, "losers of a query neither block nor stay", NEEDS(NEED_SELECT))
{
	int64_t n = rounds(1000);

	for (int i = 0; i < n; i++) {
		int base = i * CONNS;
		int answer = query(i % 2 == 0 ? CONNS : 1, base);

		CHECK_GE(answer, base);
		CHECK_LT(answer, base + CONNS);
		if (i % 50 == 0)
			CHECK(all_ended());
	}
	CHECK(all_ended());
}

/* ---- PT-037: a search over three back ends -------------------------------- */

enum { WEB, IMAGE, VIDEO, KINDS };

struct back_end {
	assay_chan *found;
	int answer;
	int64_t time;
};

static void search(void *arg)
{
	const struct back_end *b = arg;

	sleep_ns(b->time);
	send_int(b->found, b->answer);
}

static void start_search(assay_chan *found, int answer, int64_t ns)
{
	struct back_end b = {found, answer, ns};

	SPAWN(search, b);
}

static int64_t random_time(int64_t unit)
{
	return unit / 2 + rnd_below(unit / 2);
}

CASE_SOME_UNIT_OF(PT_037, sum, search_all, 8 * MS,
		  "searched in turn it takes the sum, at once the longest",
		  NEEDS(NEED_SELECT))
{
	int64_t time[KINDS], sum = 0, most = 0;
	int64_t begin, one_by_one, at_once;
	assay_chan *found = chan_int(KINDS);
	int seen = 0;

	for (int i = 0; i < KINDS; i++) {
		time[i] = random_time(unit);
		sum += time[i];
		most = time[i] > most ? time[i] : most;
	}
	begin = now();
	for (int i = 0; i < KINDS; i++) {
		start_search(found, i, time[i]);
		CHECK_EQ(recv_int(found), i);
	}
	one_by_one = now() - begin;
	begin = now();
	for (int i = 0; i < KINDS; i++)
		start_search(found, i, time[i]);
	for (int i = 0; i < KINDS; i++)
		seen |= 1 << recv_int(found);
	at_once = now() - begin;
	CHECK_EQ(seen, (1 << KINDS) - 1);
	CHECK_GE(one_by_one, sum);
	CHECK_GE(at_once, most);
	CHECK(all_ended());
	return IS(one_by_one, <, sum + unit) && IS(at_once, <, most + unit / 2);
}

/* Searches at once, for at most 8 units; the back ends of bit i set. */
static int search_until(int64_t unit, const int64_t times[KINDS])
{
	assay_chan *found = chan_int(KINDS);
	assay_chan *timeout;
	int seen = 0, v;

	for (int i = 0; i < KINDS; i++)
		start_search(found, i, times[i]);
	timeout = rt->time->after(8 * unit);
	for (int i = 0; i < KINDS; i++) {
		struct assay_case cases[] = {case_recv(found, &v),
					     case_recv(timeout, NULL)};

		if (select_cases(cases, 2, NULL) == 1)
			break;
		seen |= 1 << v;
	}
	return seen;
}

CASE_SOME_UNIT_OF(PT_037, timeout, slow_is_dropped, 2 * MS,
		  "a slow back end is dropped at the timeout",
		  NEEDS(NEED_AFTER))
{
	const int64_t times[KINDS] = {unit, 100 * unit, unit};
	int64_t begin = now();
	int seen = search_until(unit, times);
	int64_t elapsed = now() - begin;

	if ((seen & 1 << IMAGE) == 0)
		CHECK_GE(elapsed, 8 * unit);
	return IS(seen, ==, (1 << WEB | 1 << VIDEO)) &&
	       IS(elapsed, <, 50 * unit);
}

struct replicated {
	assay_chan *found;
	int kind;
	int64_t unit;
};

/* Of the three replicas, the second is the fastest. */
static void search_replicas(void *arg)
{
	const struct replicated *r = arg;
	static const int times[] = {20, 1, 40};
	assay_chan *first = chan_int(3);

	for (int i = 0; i < 3; i++)
		start_search(first, r->kind * 3 + i, times[i] * r->unit);
	send_int(r->found, recv_int(first));
}

CASE_SOME_UNIT_OF(PT_037, replicas, fastest_replicas_win, 2 * MS,
		  "of replicas the fastest of each kind answers",
		  NEEDS(NEED_SELECT))
{
	struct replicated r = {chan_int(KINDS), WEB, unit};
	int64_t begin = now();
	int fastest = 0;

	for (; r.kind < KINDS; r.kind++)
		SPAWN(search_replicas, r);
	for (int i = 0; i < KINDS; i++)
		fastest += recv_int(r.found) % 3 == 1;
	CHECK_GE(now() - begin, unit);
	return IS(fastest, ==, KINDS) && IS(now() - begin, <, 20 * unit);
}

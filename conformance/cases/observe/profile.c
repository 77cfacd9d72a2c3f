/*
 * Profiles, read in their text form.  The functions whose names are looked for
 * are not static, so that any runtime can find them.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kit/sync_kit.h"

#define SHOWN __attribute__((noinline, visibility("default")))
/* What stands before it is called, not jumped to. */
#define STAY() __asm__ volatile("")

#define NEED_PROFILE NEED(profile, write)

/* ---- reading --------------------------------------------------------------- */

/* The text of a profile; to be freed. */
static char *take(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	char *text;
	off_t n;

	REQUIRE_CMP(fd, >=, 0);
	REQUIRE_EQ(rt->profile->write(name, 1, fd), ASSAY_OK);
	n = lseek(fd, 0, SEEK_END);
	text = calloc(1, (size_t)n + 1);
	REQUIRE(text != NULL);
	REQUIRE_EQ(pread(fd, text, (size_t)n, 0), n);
	close(fd);
	return text;
}

struct entry {
	int64_t time, count; /* time in ns */
	int depth;           /* of the function looked for; -1: not there */
	int place;           /* of the entry, from 0 on */
};

/* True, and *e filled, if the line begins an entry. */
static bool begins_entry(const char *line, double ns, struct entry *e)
{
	char *end;
	int64_t n = strtoll(line, &end, 10);

	if (end == line || *end != ' ')
		return false;
	e->time = 0;
	if (end[1] != '@') {
		e->time = (int64_t)((double)n * ns);
		n = strtoll(end + 1, &end, 10);
	}
	e->count = n;
	return strncmp(end, " @", 2) == 0;
}

/* The frame's function, NULL if the line is none: "#\t0x1f\tname+0x4 ...". */
static const char *function_of(const char *line)
{
	const char *tab;

	if (strncmp(line, "#\t", 2) != 0 ||
	    (tab = strchr(line + 2, '\t')) == NULL)
		return NULL;
	return tab + 1;
}

static bool is_named(const char *function, const char *name)
{
	size_t n = strlen(name);

	return strncmp(function, name, n) == 0 &&
	       strchr("+ \t\n", function[n]) != NULL;
}

static const char *next_line(const char *at)
{
	const char *end = strchr(at, '\n');

	return end ? end + 1 : at + strlen(at);
}

/*
 * Adds up the entries that have the function, and says in *n how many there
 * are.  depth and place are those of the first.
 */
static struct entry find(const char *text, const char *name, int *n)
{
	struct entry sum = {.depth = -1}, e = {.depth = -1};
	const char *per = strstr(text, "cycles/second=");
	double ns = per ? 1e9 / strtod(strchr(per, '=') + 1, NULL) : 1;
	int place = -1, depth = 0;
	bool counted = true;

	*n = 0;
	for (const char *at = text; *at; at = next_line(at)) {
		const char *function = function_of(at);

		if (begins_entry(at, ns, &e)) {
			place++;
			depth = 0;
			counted = false;
		}
		if (!function)
			continue;
		if (!counted && is_named(function, name)) {
			counted = true;
			sum.time += e.time;
			sum.count += e.count;
			if (++*n == 1) {
				sum.depth = depth;
				sum.place = place;
			}
		}
		depth++;
	}
	return sum;
}

/* ---- goroutines ------------------------------------------------------------- */

static assay_chan *never;

SHOWN void prf_many(void *unused);
SHOWN void prf_some(void *unused);
SHOWN void prf_one(void *unused);
SHOWN void prf_fixed(void *unused);

void prf_many(void *unused)
{
	(void)unused;
	wait_for(never);
	STAY();
}

void prf_some(void *unused)
{
	wait_for(never);
	(void)unused;
	STAY();
}

void prf_one(void *unused)
{
	wait_for(never);
	wait_for(never);
	(void)unused;
	STAY();
}

void prf_fixed(void *unused)
{
	(void)unused;
	wait_for(never);
	wait_for(never);
	wait_for(never);
	STAY();
}

/* The one entry with the function has that count. */
static struct entry check_entry(const char *text, const char *name,
				int64_t count)
{
	int n;
	struct entry e = find(text, name, &n);

	if (!CHECK_MSG(n == 1 && e.count == count,
		       "%s: %d entries, count %" PRId64 ", not %" PRId64, name,
		       n, e.count, count))
		note("%.400s", text);
	return e;
}

CASE(PRF_002, "equal stacks are one entry, the most frequent first",
     NEEDS(NEED_PROFILE))
{
	struct entry many, some, one;
	char *text;

	never = chan_signal(0);
	go_many(1, prf_one, NULL);
	go_many(90, prf_many, NULL);
	go_many(10, prf_some, NULL);
	settle(101);
	text = take("goroutine");
	many = check_entry(text, "prf_many", 90);
	some = check_entry(text, "prf_some", 10);
	one = check_entry(text, "prf_one", 1);
	CHECK_LT(many.place, some.place);
	CHECK_LT(some.place, one.place);
	CHECK_EQ(many.place, 0);
	free(text);
	close_chan(never);
}

SHOWN void prf_lost_many(void *unused);
SHOWN void prf_lost_some(void *unused);

/* Nobody else ever has these channels. */
void prf_lost_many(void *unused)
{
	(void)unused;
	wait_for(chan_signal(0));
	STAY();
}

void prf_lost_some(void *unused)
{
	(void)unused;
	wait_for(chan_signal(0));
	STAY();
}

/* True if the runtime can say which goroutines are leaked. */
static bool has_leak_profile(void)
{
	int fd = memfd_create("leaks", MFD_CLOEXEC);
	int status = rt->profile->write("goroutineleak", 1, fd);

	close(fd);
	return status == ASSAY_OK;
}

CASE(PRF_005, "the leak profile groups those that can never run again",
     .flags = CASE_NOT_SANITIZED, NEEDS(NEED_PROFILE, NEED(inspect, leaks)))
{
	struct entry many, some;
	char *text;
	int n;

	if (!has_leak_profile())
		skip("the runtime has no profile of leaks");
	never = chan_signal(0);
	go_many(2, prf_lost_some, NULL);
	go_many(9, prf_lost_many, NULL);
	go_many(20, prf_fixed, NULL);
	settle(31);
	text = take("goroutineleak");
	many = check_entry(text, "prf_lost_many", 9);
	some = check_entry(text, "prf_lost_some", 2);
	CHECK_LT(many.place, some.place);
	CHECK_EQ(many.place, 0);
	find(text, "prf_fixed", &n);
	CHECK_EQ(n, 0);
	CHECK(strstr(text, "total 11\n") != NULL);
	free(text);
	close_chan(never);
}

enum { FIXED = 50, TAKERS = 4, PROFILES = 10 };

static atomic_bool over;

static void end(void *unused)
{
	(void)unused;
}

/* 100 goroutines a ms, which end at once. */
static void churn(void *done)
{
	/* pairs with the store below */
	while (!atomic_load_explicit(&over, memory_order_acquire)) {
		go_many(100, end, NULL);
		sleep_ns(MS);
	}
	send_signal(done);
}

static void take_profiles(void *done)
{
	for (int i = 0; i < PROFILES; i++) {
		char *text = take("goroutine");

		check_entry(text, "prf_fixed", FIXED);
		free(text);
		yield();
	}
	send_signal(done);
}

CASE(PRF_001, "a profile is of one instant, while others start and end",
     NEEDS(NEED_PROFILE), .timeout_ms = 30000)
{
	assay_chan *done = chan_signal(0);

	never = chan_signal(0);
	go_many(FIXED, prf_fixed, NULL);
	settle(FIXED);
	go(churn, done);
	go_many(TAKERS, take_profiles, done);
	join(done, TAKERS);
	atomic_store_explicit(&over, true, memory_order_release);
	wait_for(done);
	close_chan(never);
}

CASE_OF(PRF_001, pprof, "a profile has a form for pprof; others are refused",
	NEEDS(NEED_PROFILE))
{
	int fd = memfd_create("profile", MFD_CLOEXEC);
	unsigned char head[2];

	REQUIRE_CMP(fd, >=, 0);
	CHECK_EQ(rt->profile->write("goroutine", 0, fd), ASSAY_OK);
	REQUIRE_EQ(pread(fd, head, sizeof(head), 0), 2);
	/* gzip, or the message's first field: a number or a message */
	CHECK((head[0] == 0x1f && head[1] == 0x8b) ||
	      ((head[0] & 7) == 2 || (head[0] & 7) == 0));
	CHECK_EQ(rt->profile->write("no such profile", 1, fd), ASSAY_EINVAL);
	close(fd);
}

/* ---- waits ------------------------------------------------------------------ */

#define WAIT (20 * MS)

static assay_chan *queue;
static assay_mutex mutex;
static assay_cond cond;
static assay_waitgroup group;

SHOWN void prf_recv(void);
SHOWN void prf_send(void);
SHOWN void prf_closed(void);
SHOWN void prf_select_recv(void);
SHOWN void prf_select_send(void);
SHOWN void prf_mutex(void);
SHOWN void prf_cond(void);
SHOWN void prf_group(void);

void prf_recv(void)
{
	wait_for(queue);
	STAY();
}

void prf_send(void)
{
	send_signal(queue);
	STAY();
}

void prf_closed(void)
{
	CHECK(!recv(queue, NULL));
	STAY();
}

static void select_on(int32_t dir)
{
	struct assay_case k[] = {{.c = queue, .dir = dir},
				 case_recv(never, NULL)};

	CHECK_EQ((int64_t)select_cases(k, 2, NULL), 0);
}

void prf_select_recv(void)
{
	select_on(ASSAY_RECV);
	STAY();
}

void prf_select_send(void)
{
	select_on(ASSAY_SEND);
	STAY();
}

void prf_mutex(void)
{
	lock(&mutex);
	STAY();
}

void prf_cond(void)
{
	CHECK_EQ(rt->sync->cond_wait(&cond, &mutex), ASSAY_OK);
	STAY();
}

void prf_group(void)
{
	wg_wait(&group);
	STAY();
}

static void then_send(void *unused)
{
	(void)unused;
	sleep_ns(WAIT);
	send_signal(queue);
}

static void then_recv(void *unused)
{
	(void)unused;
	sleep_ns(WAIT);
	wait_for(queue);
}

static void then_watch(void *unused)
{
	(void)unused;
	sleep_ns(WAIT);
	rt->profile->block_rate(1);
	send_signal(queue);
}

static void then_close(void *unused)
{
	(void)unused;
	sleep_ns(WAIT);
	close_chan(queue);
}

static void then_unlock(void *unused)
{
	(void)unused;
	sleep_ns(WAIT);
	unlock(&mutex);
}

/* Who is woken finds the mutex free: it waits once. */
static void then_signal(void *unused)
{
	(void)unused;
	sleep_ns(WAIT);
	lock(&mutex);
	unlock(&mutex);
	CHECK_EQ(rt->sync->cond_signal(&cond), ASSAY_OK);
}

static void then_done(void *unused)
{
	(void)unused;
	sleep_ns(WAIT);
	wg_done(&group);
}

static void check_wait(const char *text, const char *name)
{
	struct entry e = check_entry(text, name, 1);

	CHECK_MSG(e.time >= WAIT * 9 / 10, "%s: %" PRId64 " ns", name, e.time);
}

CASE(PRF_003, "the block profile has each kind of wait, with its stack",
     NEEDS(NEED_PROFILE, NEED(profile, block_rate), NEED(sync, cond_wait),
	   NEED(sync, cond_signal), NEED(sync, mutex_lock),
	   NEED(sync, mutex_unlock), NEED_WG, NEED(chan, select)),
     .flags = CASE_REAL_TIME)
{
	static const char *const names[] = {
		"prf_recv",        "prf_send",  "prf_closed", "prf_select_recv",
		"prf_select_send", "prf_mutex", "prf_cond",   "prf_group"};
	char *text;

	queue = chan_signal(0);
	never = chan_signal(0);
	go(then_watch, NULL), prf_recv(); /* is not counted yet */
	go(then_send, NULL), prf_recv();
	go(then_recv, NULL), prf_send();
	go(then_send, NULL), prf_select_recv();
	go(then_recv, NULL), prf_select_send();
	lock(&mutex);
	go(then_unlock, NULL), prf_mutex();
	go(then_signal, NULL), prf_cond();
	wg_add(&group, 1);
	go(then_done, NULL), prf_group();
	go(then_close, NULL), prf_closed();
	rt->profile->block_rate(0);
	queue = chan_signal(0);
	go(then_send, NULL), prf_recv(); /* is not counted any more */
	text = take("block");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		check_wait(text, names[i]);
	free(text);
}

/* ---- mutexes ----------------------------------------------------------------- */

enum { WAITERS = 10 };

SHOWN void prf_holder(assay_chan *ready);
SHOWN void prf_turn(void *done);

void prf_turn(void *done)
{
	lock(&mutex);
	unlock(&mutex);
	send_signal(done);
}

void prf_holder(assay_chan *done)
{
	lock(&mutex);
	go_many(WAITERS, prf_turn, done);
	settle(WAITERS);
	sleep_ns(100 * MS);
	unlock(&mutex);
	STAY();
}

CASE(PRF_004, "the mutex profile has the unlock that others waited for",
     NEEDS(NEED_PROFILE, NEED(profile, mutex_fraction), NEED(sync, mutex_lock),
	   NEED(sync, mutex_unlock)),
     .flags = CASE_REAL_TIME)
{
	assay_chan *done = chan_signal(WAITERS);
	struct entry holder;
	char *text;

	rt->profile->mutex_fraction(1);
	prf_holder(done);
	join(done, WAITERS);
	text = take("mutex");
	holder = check_entry(text, "prf_holder", 1);
	CHECK_GE(holder.time, WAITERS * 100 * MS);
	CHECK_EQ(holder.place, 0);
	free(text);
}

static assay_rwmutex shared;

SHOWN void prf_writer(assay_chan *done);
SHOWN void prf_reader(assay_chan *done);
SHOWN void prf_read(void *done);
SHOWN void prf_write(void *done);

void prf_read(void *done)
{
	rlock(&shared);
	runlock(&shared);
	send_signal(done);
}

void prf_write(void *done)
{
	wlock(&shared);
	wunlock(&shared);
	send_signal(done);
}

void prf_writer(assay_chan *done)
{
	wlock(&shared);
	go_many(WAITERS, prf_read, done);
	settle(WAITERS);
	sleep_ns(100 * MS);
	wunlock(&shared);
	STAY();
}

void prf_reader(assay_chan *done)
{
	rlock(&shared);
	go(prf_write, done);
	settle(1);
	sleep_ns(100 * MS);
	runlock(&shared);
	STAY();
}

/* n have waited for 100 ms each. */
static void check_time(const char *name, const struct entry *e, int64_t n)
{
	CHECK_MSG(e->time >= n * 90 * MS, "%s: %" PRId64 " ns", name, e->time);
}

/* The unlock is counted once, or as in Go for each whom it wakes. */
static void check_unlock(const char *text, const char *name, int64_t n)
{
	int found;
	struct entry e = find(text, name, &found);

	CHECK_EQ(found, 1);
	CHECK_MSG(e.count == 1 || e.count == n, "%s: %" PRId64, name, e.count);
	check_time(name, &e, n);
}

static void check_lock(const char *text, const char *name, int64_t n)
{
	struct entry e = check_entry(text, name, n);

	check_time(name, &e, n);
}

CASE_OF(PRF_004, rwmutex, "it has those of a writer and of the last reader",
	NEEDS(NEED_PROFILE, NEED(profile, mutex_fraction),
	      NEED(profile, block_rate), NEED_RW),
	.flags = CASE_REAL_TIME)
{
	assay_chan *done = chan_signal(WAITERS);
	char *text;

	prf_writer(done); /* is not counted yet */
	join(done, WAITERS);
	rt->profile->mutex_fraction(1);
	rt->profile->block_rate(1);
	prf_writer(done);
	join(done, WAITERS);
	prf_reader(done);
	wait_for(done);
	rt->profile->mutex_fraction(0);
	rt->profile->block_rate(0);
	prf_reader(done); /* is not counted any more */
	wait_for(done);
	text = take("mutex");
	check_unlock(text, "prf_writer", WAITERS);
	check_unlock(text, "prf_reader", 1);
	free(text);
	text = take("block");
	check_lock(text, "prf_read", WAITERS);
	check_lock(text, "prf_write", 1);
	free(text);
}

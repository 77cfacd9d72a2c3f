/*
 * many.c - a great many of everything at once, and what happens when
 * there is no memory for more (ST-006, ST-007).
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kit/sync_kit.h"

/* ---- many --------------------------------------------------------------- */

/* Bytes that a program may take here without harm. */
static int64_t memory_available(void)
{
	FILE *f = fopen("/proc/meminfo", "re");
	int64_t kb = 0;
	char line[128];

	if (f == NULL)
		return INT64_C(1) << 30;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "MemAvailable: %" SCNd64, &kb) == 1)
			break;
	fclose(f);
	return kb * 1024;
}

/* n, or what fits into a quarter of the memory at so many bytes each. */
static int64_t that_fit(int64_t n, int64_t bytes)
{
	int64_t most = memory_available() / 4 / bytes;

	return n < most ? n : most;
}

struct figure {
	int64_t n, began, before;
};

static struct figure begin(int64_t n)
{
	return (struct figure){n, now(), resident_bytes()};
}

static void say_figure(struct figure f, const char *what)
{
	note("%" PRId64 " %s: %" PRId64 " ns and %" PRId64 " bytes each", f.n,
	     what, (now() - f.began) / f.n,
	     (resident_bytes() - f.before) / f.n);
}

static assay_chan **make_chans(int64_t n)
{
	assay_chan **c = calloc((size_t)n, sizeof(c[0]));
	struct figure f = begin(n);

	REQUIRE(c != NULL);
	for (int64_t i = 0; i < n; i++) {
		c[i] = chan_int(1);
		send_int(c[i], (int)i);
	}
	say_figure(f, "channels");
	return c;
}

static assay_timer **make_timers(int64_t n)
{
	assay_timer **t = calloc((size_t)n, sizeof(t[0]));
	struct figure f = begin(n);

	REQUIRE(t != NULL);
	/* in an order that is neither rising nor falling */
	for (int64_t i = 0; i < n; i++) {
		t[i] = rt->time->timer_new(3600 * SEC + i * 7919 % n * MS);
		REQUIRE(t[i] != NULL);
	}
	say_figure(f, "timers");
	return t;
}

struct crowd {
	assay_chan *gate, *done;
	atomic_int_least64_t here; /* relaxed: read when all are done */
};

static void stand(void *arg)
{
	struct crowd *c = arg;

	wait_for(c->gate);
	atomic_fetch_add_explicit(&c->here, 1, memory_order_relaxed);
	send_signal(c->done);
}

static void start_crowd(struct crowd *c, int64_t n)
{
	struct figure f = begin(n);

	*c = (struct crowd){.gate = chan_signal(0), .done = chan_signal(100)};
	go_many(n, stand, c);
	settle(n);
	say_figure(f, "goroutines");
}

/* All values are still there, all timers still set. */
static void take_down(assay_chan **c, assay_timer **t, int64_t n)
{
	int64_t wrong = 0, fired = 0;

	for (int64_t i = 0; i < n; i++) {
		wrong += recv_int(c[i]) != (int)i;
		fired += rt->time->timer_stop(t[i]) != 1;
		drop(c[i]);
		rt->time->timer_free(t[i]);
	}
	CHECK_EQ(wrong, 0);
	CHECK_EQ(fired, 0);
}

CASE(ST_006, "a million channels, a million timers, 100 000 goroutines",
     .timeout_ms = 60000, .flags = CASE_ALONE | CASE_PERF | CASE_DEFAULT_PROCS,
     NEEDS(NEED(time, timer_new), NEED(time, timer_stop),
	   NEED(time, timer_free)))
{
	int64_t n = that_fit(rounds(1000000), 1000);
	int64_t g = that_fit(goroutines(100000), 16384);
	assay_chan **chans = make_chans(n);
	assay_timer **timers = make_timers(n);
	struct crowd crowd;

	start_crowd(&crowd, g);
	sleep_ns(1 * MS);
	close_chan(crowd.gate);
	join(crowd.done, g);
	CHECK_EQ(atomic_load_explicit(&crowd.here, memory_order_relaxed), g);
	take_down(chans, timers, n);
	free(chans);
	free(timers);
}

/* ---- too many ----------------------------------------------------------- */

static int64_t address_space(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	int64_t pages = 0;

	REQUIRE(f != NULL);
	REQUIRE_EQ(fscanf(f, "%" SCNd64, &pages), 1);
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

/* Leaves the process `bytes` more of address space. */
static void limit_memory(int64_t bytes)
{
	struct rlimit limit;

	REQUIRE_EQ(getrlimit(RLIMIT_AS, &limit), 0);
	limit.rlim_cur = (rlim_t)(address_space() + bytes);
	REQUIRE_EQ(setrlimit(RLIMIT_AS, &limit), 0);
}

/*
 * A runtime may die by a clear text, as Go does, or say ASSAY_ENOMEM: then
 * what there was must still work, and the case says the text.
 */
#define DIES_CLEARLY                                                           \
	ENDS(.status = 2, .match = {"fatal error:", "memory|allocate|thread"})

static _Noreturn void said_enomem(int status)
{
	static const char line[] =
		"fatal error: out of memory, and it said so\n";

	CHECK_EQ(status, ASSAY_ENOMEM);
	if (status == ASSAY_ENOMEM)
		(void)!write(STDERR_FILENO, line, sizeof(line) - 1);
	_exit(status == ASSAY_ENOMEM ? 2 : 1);
}

CASE(ST_007, "no memory for another goroutine: an error or a clear end",
     .procs = {2}, .timeout_ms = 30000, .flags = CASE_NOT_SANITIZED,
     DIES_CLEARLY)
{
	static struct crowd c;
	int64_t n = 0;
	int status;

	c = (struct crowd){.gate = chan_signal(0), .done = chan_signal(100)};
	limit_memory(256 << 20);
	while (n < 1000000 && (status = rt->core->go(stand, &c, 0)) == ASSAY_OK)
		n++;
	/* those that there are must all come */
	close_chan(c.gate);
	join(c.done, n);
	said_enomem(status);
}

CASE_OF(ST_007, make, "no memory for another channel: an error or a clear end",
	.procs = {1}, .flags = CASE_NOT_SANITIZED, DIES_CLEARLY)
{
	int status = ASSAY_OK, n = 0;
	assay_chan *last = NULL, *c;

	limit_memory(256 << 20);
	for (; n < 1000; n++) {
		c = rt->chan->make(1 << 20, 4, &status);
		if (c == NULL)
			break;
		last = c;
	}
	REQUIRE(c == NULL && last != NULL);
	CHECK_EQ(try_recv(last, NULL), ASSAY_AGAIN);
	said_enomem(status);
}

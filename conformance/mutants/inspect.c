/* inspect.c - faults of GOMAXPROCS, of the counts, and of idle threads. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "fault.h"

static int64_t one_more(void)
{
	return was.inspect.num_goroutine() + 1;
}

FAULT(count_one_more, "GO-002", "num_goroutine counts one too many")
{
	my.inspect.num_goroutine = one_more;
}

static int64_t ever_started(void)
{
	static _Atomic(int64_t) most;
	int64_t n = was.inspect.num_goroutine();
	int64_t m = atomic_load(&most);

	while (n > m && !atomic_compare_exchange_weak(&most, &m, n))
		;
	return n > m ? n : m;
}

FAULT(count_never_falls, "GO-012", "num_goroutine never falls")
{
	my.inspect.num_goroutine = ever_started;
}

static int32_t procs_read_only(int32_t n)
{
	(void)n;
	return was.inspect.gomaxprocs(0);
}

FAULT(procs_ignored, "SC-001", "gomaxprocs(n) changes nothing")
{
	my.inspect.gomaxprocs = procs_read_only;
}

static int32_t procs_new(int32_t n)
{
	int32_t old = was.inspect.gomaxprocs(n);

	return n > 0 ? n : old;
}

FAULT(procs_returns_new, "SC-001", "gomaxprocs(n) returns n")
{
	my.inspect.gomaxprocs = procs_new;
}

static int32_t procs_at_most_cpus(int32_t n)
{
	int32_t most = was.inspect.num_cpu();

	return was.inspect.gomaxprocs(n > most ? most : n);
}

FAULT(procs_cut, "SC-003", "gomaxprocs is cut to the number of CPUs")
{
	my.inspect.gomaxprocs = procs_at_most_cpus;
}

/*
 * Runs with `more` Ps than it was told (fewer if negative), and reports what it
 * was told.
 */
static int32_t told;
static int32_t more;

static int32_t procs_lie(int32_t n)
{
	int32_t old = told;

	if (n > 0) {
		told = n;
		was.inspect.gomaxprocs(n + more > 0 ? n + more : 1);
	}
	return old;
}

static int run_other(assay_fn fn, void *arg, const struct assay_run_options *o)
{
	struct assay_run_options c = options_of(o);

	told = c.procs > 0 ? c.procs : was.inspect.num_cpu();
	c.procs = told + more > 0 ? told + more : 1;
	return was.core.run(fn, arg, &c);
}

static void plant_other_procs(int32_t n)
{
	more = n;
	my.inspect.gomaxprocs = procs_lie;
	my.core.run = run_other;
}

FAULT(procs_too_many, "SC-005@1",
      "twelve Ps more than GOMAXPROCS run goroutines")
{
	plant_other_procs(12);
}

FAULT(procs_one, "SC-006", "one goroutine runs at a time, whatever GOMAXPROCS")
{
	plant_other_procs(-1000);
}

static int32_t env_is_cpus(int32_t n)
{
	return n > 0 ? was.inspect.gomaxprocs(n) : was.inspect.num_cpu();
}

FAULT(env_ignored, "SC-002", "the default of GOMAXPROCS is the number of CPUs")
{
	my.inspect.gomaxprocs = env_is_cpus;
}

static int state_receive(int64_t goid, char *buf, size_t n)
{
	int status = was.inspect.state(goid, buf, n);

	if (status == ASSAY_OK && n > 0 && strncmp(buf, "select", 6) == 0)
		snprintf(buf, n, "%s", "chan receive");
	return status;
}

FAULT(state_word, "DL-004", "a select shows as a receive")
{
	my.inspect.state = state_receive;
}

/* ---- a thread that burns the CPU ---------------------------------------- */

static void *burn(void *unused)
{
	for (volatile unsigned n = 0;; n++)
		;
	return unused;
}

static int run_burning(assay_fn fn, void *arg,
		       const struct assay_run_options *o)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, burn, NULL) != 0)
		return ASSAY_ENOMEM;
	return was.core.run(fn, arg, o);
}

FAULT(idle_burns, "SC-028", "an idle thread looks for work for ever")
{
	my.core.run = run_burning;
}

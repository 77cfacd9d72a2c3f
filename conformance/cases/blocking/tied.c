/*
 * SY-028: a goroutine that is tied to its thread comes back to it from
 * whatever it waits for, and from preemption.
 */
#include <unistd.h>

#include "kit/work.h"
#include "net/np.h"

static int64_t home;

/* True as long as it is at home. */
static bool at_home(const char *after)
{
	return CHECK_MSG(thread_id() == home, "moved to another thread by %s",
			 after);
}

static void yields(void *arg)
{
	(void)arg;
	while (!stopped())
		yield();
	finish();
}

static void echo(void *arg)
{
	assay_chan *c = arg;
	int v;

	while (recv(c, &v))
		;
}

static void short_call(void *arg)
{
	(void)arg;
	kernel_sleep(MS / 10);
}

struct places {
	assay_chan *c;
	assay_conn *pipe[2];
};

static void wait_at_all(struct places *p, int round)
{
	char byte = 'x';
	size_t n;

	yield();
	at_home("yield");
	sleep_ns(20000);
	at_home("sleep");
	send_int(p->c, round);
	at_home("send");
	wait_for(rt->time->after(20000));
	at_home("after");
	rt->blocking->call(short_call, NULL);
	at_home("a blocking call");
	rt->net->read_deadline(p->pipe[0], in(20000));
	rt->net->read(p->pipe[0], &byte, 1, &n);
	at_home("a read");
	rt->inspect->gomaxprocs(1 + round % 4);
	at_home("gomaxprocs");
}

#define NEEDS_PLACES                                                           \
	NEEDS(NEED(blocking, lock_thread), NEED(blocking, call),               \
	      NEED(time, after), NEED_PIPE, NEED(net, read_deadline),          \
	      NEED(inspect, gomaxprocs))

static struct places make_places(void)
{
	struct places p = {.c = chan_int(0)};

	REQUIRE_EQ(rt->net->os_pipe(p.pipe), ASSAY_OK);
	go(echo, p.c);
	return p;
}

static void tie(void)
{
	rt->blocking->lock_thread();
	home = thread_id();
}

CASE(SY_028, "a tied goroutine is on its thread after every wait", NEEDS_PLACES)
{
	struct places p = make_places();

	for (int i = 0; i < 2 * case_procs(); i++)
		go(yields, NULL);
	tie();
	for (int64_t i = rounds(200); i > 0; i--)
		wait_at_all(&p, (int)i);
	stop_all();
	CHECK(becomes(&finished, 2 * case_procs()));
}

/*
 * Spinners that never give way: it is preempted while it computes, as the
 * time shows that passes without it, and waits for its turn after each wait.
 */
static bool compute_and_be_stopped(void)
{
	int64_t last = kernel_now(), end = last + 30 * MS, most = 0;

	while (last < end) {
		int64_t t = kernel_now();

		most = t - last > most ? t - last : most;
		last = t;
	}
	return at_home("preemption") && most > 4 * MS;
}

CASE_OF(SY_028, preempted, "and after preemption", .procs = {1, 2},
	.traits = ASSAY_TRAIT_PREEMPTIVE, .flags = CASE_NOT_SANITIZED,
	NEEDS_PLACES)
{
	struct places p = make_places();
	int stops = 0;

	for (int i = 0; i < case_procs(); i++)
		go(spin, NULL);
	tie();
	for (int i = 0; i < 6; i++)
		stops += compute_and_be_stopped();
	for (int i = 0; i < 3; i++)
		wait_at_all(&p, i);
	stop_all();
	CHECK(becomes(&finished, case_procs()));
	note("stopped in %d of 6 computations", stops);
}

/*
 * SC-041: waiting for the network costs no CPU time.
 */
#include "np.h"

enum { READERS = 100 };

static atomic_int ended;

static void read_one(void *c)
{
	char byte;
	size_t n;

	rt->net->read(c, &byte, 1, &n);
	mark(&ended);
}

static void accept_none(void *arg)
{
	const struct server *s = arg;
	assay_conn *c;

	rt->net->accept(s->l, &c);
	mark(&ended);
}

static void sleep_long(void *arg)
{
	(void)arg;
	sleep_ns(HOUR);
}

static void check_idle(const char *what)
{
	int64_t used;

	sleep_ns(20 * MS);
	used = cpu_ns();
	sleep_ns(300 * MS);
	used = cpu_ns() - used;
	CHECK_LT(used, upto(8 * MS));
	note("CPU time of 300 ms, %s: %" PRId64 " us", what, used / 1000);
}

CASE(SC_041, "goroutines that wait for the network use no CPU time",
     .procs = {1, 4}, .flags = CASE_NOT_SANITIZED,
     NEEDS(NEED_SERVER, NEED(net, os_pipe), NEED(net, read_deadline)))
{
	struct server s = serve(TCP);
	assay_conn *pipes[READERS][2];

	go(accept_none, &s);
	for (int i = 0; i < READERS; i++) {
		REQUIRE_EQ(rt->net->os_pipe(pipes[i]), ASSAY_OK);
		go(read_one, pipes[i][0]);
	}
	settle(READERS + 1);
	check_idle("readers and an accept");
	go(sleep_long, NULL);
	read_deadline(pipes[0][0], in(HOUR));
	settle(READERS + 2);
	check_idle("beside a sleeper and a deadline");
	for (int i = 0; i < READERS; i++)
		end_conn(pipes[i][1]);
	close_server(&s);
	CHECK(becomes(&ended, READERS + 1));
}

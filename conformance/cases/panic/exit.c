/*
 * exit ends the process at once; and the ordinary way to hand on an error,
 * which is a value.
 */
#include "kit/kit.h"

#define EXITS(n) ENDS(.status = (n), .silent = true, .out = "before\n")
#define NEEDS_EXIT NEEDS(NEED(core, exit))

static void say_deferred(void *arg)
{
	(void)arg;
	say("deferred\n");
}

static void say_after_sleep(void *arg)
{
	(void)arg;
	sleep_ns(1000 * MS);
	say("other\n");
}

/* Deferred calls and other goroutines must not be heard of any more. */
static void leave_traces(void)
{
	if (rt->core->defer != NULL)
		rt->core->defer(say_deferred, NULL);
	if (rt->time != NULL)
		go(say_after_sleep, NULL);
	say("before\n");
}

CASE_TABLE(PA_010, exit_with, (int status),
	   ROW1((3), "exit ends the process with its status", EXITS(3),
		NEEDS_EXIT),
	   ROW(zero, (0), "exit with status 0", EXITS(0), NEEDS_EXIT),
	   ROW(high, (255), "exit with status 255", EXITS(255), NEEDS_EXIT))
{
	leave_traces();
	rt->core->exit(status);
	say("after\n");
}

static void exit_four(void *arg)
{
	(void)arg;
	leave_traces();
	rt->core->exit(4);
	say("after\n");
}

CASE_OF(PA_010, goroutine, "exit from another goroutine, main being blocked",
	EXITS(4), NEEDS_EXIT)
{
	go(exit_four, NULL);
	recv_int(chan_int(0));
	say("main\n");
}

static void yield_forever(void *arg)
{
	(void)arg;
	for (;;)
		yield();
}

CASE_OF(PA_010, busy, "exit while others run", EXITS(5), NEEDS_EXIT)
{
	go_many(3, yield_forever, NULL);
	for (int i = 0; i < 10; i++)
		yield();
	leave_traces();
	rt->core->exit(5);
}

/*
 * PA-014: the notes' checkStatus.  A worker fetches and hands on what came
 * out of it, value or error; whoever reads decides what an error means.
 */
struct result {
	int value;
	const char *error; /* NULL: value is good */
};

struct fetch {
	const char *const *urls;
	assay_chan *results, *done;
};

static struct result fetch(const char *url)
{
	if (strncmp(url, "http://", 7) != 0)
		return (struct result){0, "unsupported protocol"};
	return (struct result){200, NULL};
}

static void check_status(void *arg)
{
	const struct fetch *f = arg;

	for (int i = 0; f->urls[i] != NULL; i++) {
		struct result r = fetch(f->urls[i]);
		struct assay_case cases[] = {case_recv(f->done, NULL),
					     case_send(f->results, &r)};

		if (select_cases(cases, 2, NULL) == 0)
			break;
	}
	close_chan(f->results);
}

/* Reads until the end or the limit of errors; writes down what it saw. */
static void read_results(const char *const *urls, int limit, char *seen)
{
	struct fetch f = {urls, chan(sizeof(struct result), 0), chan_signal(0)};
	struct result r;
	int errors = 0;

	go_copy(check_status, &f, sizeof(f));
	while (errors < limit && recv(f.results, &r)) {
		if (r.error == NULL) {
			CHECK_EQ(r.value, 200);
			strcat(seen, "ok,");
			continue;
		}
		CHECK_STR(r.error, "unsupported protocol");
		strcat(seen, "error,");
		errors++;
	}
	close_chan(f.done);
	while (recv(f.results, &r))
		;
}

CASE(PA_014, "an error is a value: the reader decides and goes on",
     .flags = CASE_VALGRIND, NEEDS(NEED(chan, select)))
{
	static const char *const urls[] = {"http://a", "bad", "http://b", NULL};
	char seen[64] = "";

	read_results(urls, 3, seen);
	CHECK_STR(seen, "ok,error,ok,");
}

CASE_OF(PA_014, limit, "the third error stops the run",
	NEEDS(NEED(chan, select)))
{
	static const char *const urls[] = {
		"a", "http://b", "c", "d", "http://e", "f", "http://g", NULL};
	char seen[64] = "";

	read_results(urls, 3, seen);
	CHECK_STR(seen, "error,ok,error,error,");
}

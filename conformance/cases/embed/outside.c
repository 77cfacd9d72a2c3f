/* EMB-007: calls of the runtime from where no goroutine is. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kit/kit.h"
#include "process.h"

enum place { BEFORE, AFTER, ON_THREAD, IN_CALL, PLACES };
enum what { SEND, GO, YIELD, LOCK, NOW, RECV, SLEEP, WHATS };

static const char *const places[] = {"before run", "after run", "on a thread",
				     "in a blocking call"};
static const char *const whats[] = {"send", "go",   "yield", "mutex_lock",
				    "now",  "recv", "sleep"};

/* What the process has come to, in memory that it shares with the case. */
static struct {
	bool begun; /* the call */
	bool made;  /* it returned */
	bool ended; /* so did run() */
} * seen;

static assay_chan *room;
static assay_mutex mutex;

static void nothing(void *arg)
{
	(void)arg;
}

/* No call here would block. */
static void make_call(void *arg)
{
	int v = 7;

	seen->begun = true;
	switch (*(const enum what *)arg) {
	case SEND:
		rt->chan->send(room, &v, ASSAY_FOREVER);
		break;
	case GO:
		rt->core->go(nothing, NULL, 0);
		break;
	case YIELD:
		rt->core->yield();
		break;
	case LOCK:
		rt->sync->mutex_lock(&mutex, ASSAY_FOREVER);
		break;
	case NOW:
		rt->time->now();
		break;
	case RECV:
		rt->chan->recv(room, &v, ASSAY_POLL);
		break;
	case SLEEP:
		rt->time->sleep(MS);
		break;
	default:
		break;
	}
	seen->made = true;
}

static void *thread(void *what)
{
	make_call(what);
	return NULL;
}

static void main_of_thread(void *what)
{
	pthread_t t;

	room = rt->chan->make(sizeof(int), 1, NULL);
	if (pthread_create(&t, NULL, thread, what) == 0)
		pthread_join(t, NULL);
}

static void main_of_call(void *what)
{
	room = rt->chan->make(sizeof(int), 1, NULL);
	rt->blocking->call(make_call, what);
}

static void main_before_return(void *unused)
{
	(void)unused;
	room = rt->chan->make(sizeof(int), 1, NULL);
}

struct outside {
	enum place place;
	enum what what;
};

static int run_there(const struct outside *o)
{
	enum what what = o->what;

	switch (o->place) {
	case BEFORE:
		make_call(&what);
		return run_main(nothing, NULL);
	case AFTER:
		if (run_main(main_before_return, NULL) != ASSAY_OK)
			return NOT_RUN;
		make_call(&what);
		return 0;
	case ON_THREAD:
		return run_main(main_of_thread, &what);
	default:
		return run_main(main_of_call, &what);
	}
}

static int call_there(void *o)
{
	int status = run_there(o);

	seen->ended = true;
	return status;
}

/* It went on to the end; or the call, and nothing else, ended it by a line. */
static bool well_ended(const struct process *p, const char *what)
{
	return process_clear(p, what) && seen->begun &&
	       (process_exited(p, 0) ? seen->made && seen->ended : !seen->made);
}

static void check_place(enum place place)
{
	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	REQUIRE(seen != MAP_FAILED);
	for (int what = 0; what < WHATS; what++) {
		struct outside o = {place, (enum what)what};
		struct process p;
		char text[64];

		memset(seen, 0, sizeof(*seen));
		p = run_process(call_there, &o, 3000);
		snprintf(text, sizeof(text), "%s %s", whats[what],
			 places[place]);
		CHECK(well_ended(&p, text));
	}
}

#define NEEDS_OUTSIDE(...)                                                     \
	.flags = CASE_OUTSIDE | CASE_NOT_SANITIZED,                            \
	NEEDS(NEED(core, run), NEED(sync, mutex_lock), __VA_ARGS__)

CASE_OF(EMB_007, thread,
	"a call from a thread that is no goroutine: works, or one line",
	NEEDS_OUTSIDE(NEED(core, run)))
{
	check_place(ON_THREAD);
}

CASE_OF(EMB_007, before, "a call before run", NEEDS_OUTSIDE(NEED(core, run)))
{
	check_place(BEFORE);
}

CASE_OF(EMB_007, after, "a call after run", NEEDS_OUTSIDE(NEED(core, run)))
{
	check_place(AFTER);
}

CASE_OF(EMB_007, call, "a call inside of a blocking call",
	NEEDS_OUTSIDE(NEED(blocking, call)))
{
	check_place(IN_CALL);
}

/* EMB-007: calls of the runtime from where no goroutine is. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "kit/kit.h"
#include "process.h"

enum place { BEFORE, AFTER, ON_THREAD, IN_CALL, PLACES };
enum what { SEND, GO, YIELD, LOCK, NOW, RECV, SLEEP, WHATS };

static const char *const places[] = {"before run", "after run", "on a thread",
				     "in a blocking call"};
static const char *const whats[] = {"send", "go",   "yield", "mutex_lock",
				    "now",  "recv", "sleep"};

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

static int call_there(void *arg)
{
	struct outside *o = arg;

	switch (o->place) {
	case BEFORE:
		make_call(&o->what);
		return run_main(nothing, NULL);
	case AFTER:
		run_main(main_before_return, NULL);
		make_call(&o->what);
		return 0;
	case ON_THREAD:
		return run_main(main_of_thread, &o->what);
	default:
		return run_main(main_of_call, &o->what);
	}
}

static void check_place(enum place place)
{
	for (int what = 0; what < WHATS; what++) {
		struct outside o = {place, (enum what)what};
		struct process p = run_process(call_there, &o, 3000);
		char text[64];

		snprintf(text, sizeof(text), "%s %s", whats[what],
			 places[place]);
		CHECK(process_clear(&p, text));
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

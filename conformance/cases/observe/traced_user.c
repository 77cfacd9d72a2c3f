/*
 * What a program says itself is in the trace: regions, tasks and logs.
 */
#include <string.h>

#include "tr.h"

static void regions(void *unused)
{
	(void)unused;
	rt->trace->region_begin(0, "outer");
	rt->trace->region_begin(0, "inner");
	rt->trace->region_begin(0, "innermost");
	yield();
	rt->trace->region_end(0, "innermost");
	rt->trace->region_end(0, "inner");
	rt->trace->region_end(0, "outer");
}

CASE(OB_017, "regions of a goroutine nest",
     NEEDS(NEED_TRACE, NEED(trace, region_begin), NEED(trace, region_end)))
{
	static const char *const order[] = {"outer",     "inner", "innermost",
					    "innermost", "inner", "outer"};
	struct tr t = tr_of(regions, NULL);
	int64_t at = 0, g = -1;

	tr_check(t);
	for (int i = 0; i < 6; i++) {
		at = tr_find(t, at, i < 3 ? "region" : "region-end", -1);
		REQUIRE(at >= 0);
		CHECK_STR(t.e[at].text, order[i]);
		if (g < 0)
			g = t.e[at].g;
		CHECK_EQ(t.e[at].g, g);
		at++;
	}
	tr_free(t);
}

static assay_chan *done;
static uint64_t task, sub;

static void works(void *unused)
{
	(void)unused;
	rt->trace->region_begin(task, "part");
	sleep_ns(MS);
	rt->trace->region_end(task, "part");
	send_signal(done);
}

static void a_task(void *unused)
{
	(void)unused;
	done = chan_signal(5);
	task = rt->trace->task_begin(0, "task");
	sub = rt->trace->task_begin(task, "sub");
	go_many(5, works, NULL);
	join(done, 5);
	rt->trace->task_end(sub);
	rt->trace->task_end(task);
	rt->trace->task_end(task);
}

CASE(OB_018, "a task goes over goroutines and knows its parent",
     NEEDS(NEED_TRACE, NEED(trace, region_begin), NEED(trace, task_begin),
	   NEED(trace, task_end), NEED(trace, region_end)),
     .flags = CASE_REAL_TIME)
{
	struct tr t = tr_of(a_task, NULL);
	int64_t first, second, parts = 0, ended = 0;

	tr_check(t);
	first = tr_find(t, 0, "task", -1);
	second = tr_find(t, first + 1, "task", -1);
	REQUIRE(first >= 0 && second > first);
	CHECK_STR(t.e[first].text, "task");
	CHECK_STR(t.e[second].text, "sub");
	CHECK_EQ(t.e[second].parent, t.e[first].task);
	for (int64_t i = first; i < t.n; i++) {
		parts += strcmp(t.e[i].ev, "region") == 0 &&
			 t.e[i].task == t.e[first].task;
		if (strcmp(t.e[i].ev, "task-end") == 0 &&
		    t.e[i].task == t.e[first].task && ended == 0)
			ended = t.e[i].t;
	}
	CHECK_EQ(parts, 5);
	CHECK_GE(ended - t.e[first].t, MS);
	CHECK_EQ(tr_count(t, "task", -1), 2);
	tr_free(t);
}

static void logs(void *unused)
{
	(void)unused;
	task = rt->trace->task_begin(0, "job");
	rt->trace->log(task, "category", "message");
	rt->trace->log(0, "other", "no task");
	rt->trace->task_end(task);
}

CASE(OB_019, "a log has its task, category and message",
     NEEDS(NEED_TRACE, NEED(trace, log), NEED(trace, task_begin),
	   NEED(trace, task_end)))
{
	struct tr t = tr_of(logs, NULL);
	int64_t job = tr_find(t, 0, "task", -1);
	int64_t one = tr_find(t, 0, "log", -1);
	int64_t two = tr_find(t, one + 1, "log", -1);

	tr_check(t);
	REQUIRE(job >= 0 && one >= 0 && two >= 0);
	CHECK_EQ(t.e[one].task, t.e[job].task);
	CHECK_STR(t.e[one].text, "category");
	CHECK_STR(t.e[one].message, "message");
	CHECK_EQ(t.e[two].task, 0);
	CHECK_STR(t.e[two].text, "other");
	CHECK_STR(t.e[two].message, "no task");
	tr_free(t);
}

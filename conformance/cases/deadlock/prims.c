/*
 * Deadlock detection over every blocking primitive: main blocks for ever in
 * each of them, alone, and the process must die with the report.  DL-003
 * looks at the report, DL-004 at the word that says where main waits.
 */
#include "dl.h"

CASE(DL_001, "when all are blocked for ever the process says so and dies",
     DEADLOCKS_IN("chan receive"))
{
	recv_int(chan_int(0));
}

CASE(DL_002, "a deadlock is reported at once",
     DEADLOCKS_IN(ANY_STATE, .max_ms = 1000))
{
	recv_int(chan_int(0));
}

/*
 * Both rows for a function that blocks.  words: the states that Go gives, by
 * version, as a regex.
 */
#define PRIMITIVE(name, title, words, ...)                                     \
	CASE_OF(DL_003, name, title ": the deadlock is found",                 \
		DEADLOCKS_IN(ANY_STATE), ##__VA_ARGS__)                        \
	{                                                                      \
		name();                                                        \
	}                                                                      \
	CASE_OF(DL_004, name, title ": the state is named", .procs = {2},      \
		DEADLOCKS_IN(words), ##__VA_ARGS__)                            \
	{                                                                      \
		name();                                                        \
	}                                                                      \
	_Static_assert(1, "")

#define ON_SELECT NEEDS(NEED(chan, select))
#define ON_SYNC(f) NEEDS(NEED(sync, f))
#define ON_SYNC_2(f, g) NEEDS(NEED(sync, f), NEED(sync, g))

static void send_alone(void)
{
	send_int(chan_int(0), 1);
}
PRIMITIVE(send_alone, "a send with no receiver", "chan send");

static void recv_alone(void)
{
	recv_int(chan_int(0));
}
PRIMITIVE(recv_alone, "a receive with no sender", "chan receive");

static void nil_send(void)
{
	int v = 1;

	due();
	rt->chan->send(NULL, &v, ASSAY_FOREVER);
}
PRIMITIVE(nil_send, "a send on a nil channel", "chan send \\(nil chan\\)");

static void nil_recv(void)
{
	due();
	rt->chan->recv(NULL, NULL, ASSAY_FOREVER);
}
PRIMITIVE(nil_recv, "a receive from a nil channel",
	  "chan receive \\(nil chan\\)");

static void full_buffer(void)
{
	assay_chan *c = chan_int(2);

	for (int i = 0; i < 3; i++)
		send_int(c, i);
}
PRIMITIVE(full_buffer, "a send to a full buffer", "chan send");

static void send_two(void *c)
{
	send_int(c, 1);
	send_int(c, 2);
}

static void range(void)
{
	assay_chan *c = chan_int(0);
	int v = 0;

	go(send_two, c);
	while (recv(c, &v))
		;
}
PRIMITIVE(range, "a range over a channel that nobody closes", "chan receive");

static void select_two(void)
{
	assay_chan *a = chan_int(0), *b = chan_int(0);
	int v = 1;
	struct assay_case cases[] = {case_recv(a, NULL), case_send(b, &v)};

	select_cases(cases, 2, NULL);
}
PRIMITIVE(select_two, "a select with no ready case", "select", ON_SELECT);

static void select_none(void)
{
	size_t chosen = NO_CASE;

	due();
	rt->chan->select(NULL, 0, ASSAY_FOREVER, &chosen);
}
PRIMITIVE(select_none, "a select without cases", "select \\(no cases\\)",
	  ON_SELECT);

static void mutex(void)
{
	static assay_mutex m;

	lock(&m);
	lock(&m);
}
PRIMITIVE(mutex, "locking a mutex twice", "(semacquire|sync\\.Mutex\\.Lock)",
	  ON_SYNC(mutex_lock));

static void rw_write(void)
{
	static assay_rwmutex m;

	rt->sync->rw_rlock(&m, ASSAY_FOREVER);
	due();
	rt->sync->rw_lock(&m, ASSAY_FOREVER);
}
PRIMITIVE(rw_write, "a write lock over one's own read lock",
	  "(semacquire|sync\\.RWMutex\\.Lock)", ON_SYNC_2(rw_lock, rw_rlock));

static void rw_read(void)
{
	static assay_rwmutex m;

	rt->sync->rw_lock(&m, ASSAY_FOREVER);
	due();
	rt->sync->rw_rlock(&m, ASSAY_FOREVER);
}
PRIMITIVE(rw_read, "a read lock over one's own write lock",
	  "(semacquire|sync\\.RWMutex\\.RLock)", ON_SYNC_2(rw_lock, rw_rlock));

static void waitgroup(void)
{
	static assay_waitgroup wg;

	wg_add(&wg, 1);
	wg_wait(&wg);
}
PRIMITIVE(waitgroup, "waiting for a group that is never done",
	  "(semacquire|sync\\.WaitGroup\\.Wait)", ON_SYNC_2(wg_add, wg_wait));

static void cond(void)
{
	static assay_mutex m;
	static assay_cond c;

	lock(&m);
	rt->sync->cond_wait(&c, &m);
}
PRIMITIVE(cond, "a condition that nobody signals", "sync\\.Cond\\.Wait",
	  ON_SYNC_2(mutex_lock, cond_wait));

static void never(void *arg)
{
	(void)arg;
}

static void again(void *once)
{
	rt->sync->once_do(once, never, NULL);
}

static void once_in_once(void)
{
	static assay_once o;

	due();
	rt->sync->once_do(&o, again, &o);
}
PRIMITIVE(once_in_once, "once inside the same once",
	  "(semacquire|sync\\.Mutex\\.Lock)", ON_SYNC(once_do));

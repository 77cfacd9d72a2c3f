/*
 * Where the leak search has to look: one that something alive can reach is no
 * leak (OB-027).
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "leaks.h"

static assay_chan *volatile global;

static void by_global(void)
{
	global = chan_signal(0);
	go(recv_it, global);
}

/* In the last of a list of blocks whose first a variable has. */
static void by_list(void)
{
	static struct node {
		struct node *next;
		char filler[100];
		assay_chan *c;
	} * first;

	for (int i = 0; i < 100; i++) {
		struct node *n = room_for(sizeof(*n));

		n->next = first;
		n->c = chan_signal(0);
		first = n;
		if (i == 0)
			go(recv_it, n->c);
	}
}

static void lock_it(void *m)
{
	lock(m);
}

static void by_mutex(void)
{
	static assay_mutex m;

	lock(&m);
	go(lock_it, &m);
}

static void sleeps(void *c)
{
	sleep_ns(3600 * SEC);
	close_chan(c);
}

static void by_sleeper(void)
{
	assay_chan *c = chan_signal(0);

	go(recv_it, c);
	go(sleeps, c);
}

static void by_timer(void)
{
	assay_chan *c = chan_signal(0);

	go(recv_it, c);
	REQUIRE(rt->time->after_func(3600 * SEC, close_it, c) != NULL);
	sleep_ns(MS);
}

static void recv_late(void *unused)
{
	int64_t v;

	(void)unused;
	recv(rt->time->after(3600 * SEC), &v);
}

static void by_after(void)
{
	go(recv_late, NULL);
}

static void recv_until(void *unused)
{
	(void)unused;
	CHECK_EQ(rt->chan->recv(chan_signal(0), NULL, in(3600 * SEC)),
		 ASSAY_TIMEOUT);
}

static void by_deadline(void)
{
	go(recv_until, NULL);
}

/* In the buffer of a channel, which is in the buffer of one that is kept. */
static void by_buffer(void)
{
	assay_chan *c = chan_signal(0);
	assay_chan *inner = chan(sizeof(c), 3);

	global = chan(sizeof(inner), 1);
	send(inner, &c);
	send(global, &inner);
	go(recv_it, c);
}

/* By a waiter that is itself reached. */
static void by_waiter(void)
{
	assay_chan *c[2] = {global = chan_signal(0), chan_signal(0)};

	go_copy(forwards, c, sizeof(c));
	go(recv_it, c[1]);
}

/* A channel that nothing has but the frame or the register of who takes it. */
static uintptr_t hidden;

static void hide_one(void)
{
	assay_chan *c = chan_signal(0);

	hidden = ~(uintptr_t)c;
	go(recv_it, c);
}

static atomic_int has_it, let_go;

static void call_with(void *out)
{
	assay_chan *volatile c = (assay_chan *)~hidden;

	mark(&has_it);
	while (count(&let_go) == 0)
		kernel_sleep(MS);
	*(assay_chan **)out = c;
}

#ifdef __x86_64__
#define IN_VECTOR "+x"
#else
#define IN_VECTOR "+w"
#endif

/* In one that floating point has, too. */
static void call_with_vector(void *out)
{
	uintptr_t c = ~hidden;
	double d;

	memcpy(&d, &c, sizeof(d));
	c = 0;
	mark(&has_it);
	while (count(&let_go) == 0)
		__asm__ volatile("" : IN_VECTOR(d), "+r"(c));
	memcpy(out, &d, sizeof(d));
}

static void calls_with_vector(void *unused)
{
	assay_chan *c = NULL;

	(void)unused;
	rt->blocking->call(call_with_vector, &c);
	close_chan(c);
}

static void calls(void *unused)
{
	assay_chan *c = NULL;

	(void)unused;
	rt->blocking->call(call_with, &c);
	close_chan(c);
}

static void spins(void *unused)
{
	uintptr_t c = ~hidden;

	(void)unused;
	mark(&has_it);
	while (count(&let_go) == 0)
		__asm__ volatile("" : "+r"(c));
	close_chan((assay_chan *)c);
}

static void sleeper(void *unused)
{
	(void)unused;
	sleep_ns(3600 * SEC);
}

static void asleep(void)
{
	go(sleeper, NULL);
}

static void set_up(void *fn)
{
	(*(void (**)(void))fn)();
}

CASE_TABLE(OB_027, no_leak, (void (*fn)(void), int64_t n),
	   ROW(global, (by_global, 1), "no leak: a variable has the channel",
	       NEEDS_LEAKS()),
	   ROW(list, (by_list, 1), "no leak: the end of a list has the channel",
	       NEEDS_LEAKS()),
	   ROW(mutex, (by_mutex, 1), "no leak: a mutex that is a variable",
	       NEEDS_LEAKS(NEED_MU)),
	   ROW(sleeper, (by_sleeper, 2),
	       "no leak: a goroutine that sleeps has the channel",
	       NEEDS_LEAKS()),
	   ROW(timer, (by_timer, 1),
	       "no leak: the function of a timer gets the channel",
	       NEEDS_LEAKS(NEED(time, after_func))),
	   ROW(after, (by_after, 1), "no leak: the channel of a timer",
	       NEEDS_LEAKS(NEED(time, after))),
	   ROW(deadline, (by_deadline, 1), "no leak: a receive with a deadline",
	       NEEDS_LEAKS()),
	   ROW(buffer, (by_buffer, 1),
	       "no leak: the channel is a value in another one's buffer",
	       NEEDS_LEAKS()),
	   ROW(waiter, (by_waiter, 2),
	       "no leak: a waiter that can be woken has the channel",
	       NEEDS_LEAKS()),
	   ROW(asleep, (asleep, 1), "no leak: a goroutine that sleeps",
	       NEEDS_LEAKS()))
{
	go_copy(set_up, &fn, sizeof(fn));
	settle(n);
	CHECK_EQ(reported(), 0);
}

CASE_OF(OB_027, local, "no leak: main has the channel and will use it",
	NEEDS_LEAKS())
{
	assay_chan *c = chan_int(0);

	go(recv_it, c);
	settle(1);
	CHECK_EQ(reported(), 0);
	send_int(c, 7);
}

static void hide(void *unused)
{
	(void)unused;
	hide_one();
}

CASE_TABLE(OB_027, no_leak_of, (assay_fn fn),
	   ROW(call, (calls), "no leak: a call of C has the channel",
	       NEEDS_LEAKS(NEED(blocking, call))),
	   ROW(vector, (calls_with_vector),
	       "no leak: a call of C has it in a vector",
	       NEEDS_LEAKS(NEED(blocking, call))),
	   ROW(spinner, (spins),
	       "no leak: one that computes has it in a register",
	       .traits = ASSAY_TRAIT_PREEMPTIVE, NEEDS_LEAKS()))
{
	go(hide, NULL);
	settle(1);
	go(fn, NULL);
	REQUIRE(becomes(&has_it, 1));
	for (int i = 0; i < 10; i++)
		CHECK_EQ(reported(), 0);
	mark(&let_go);
	settle(0);
}

/* From before the run: of another heap than that of goroutines. */
static assay_chan **early;

static void keep_in_early(void *unused)
{
	(void)unused;
	*early = chan_signal(0);
	go(recv_it, *early);
}

static void search_early(void *unused)
{
	(void)unused;
	go(keep_in_early, NULL);
	settle(1);
	CHECK_EQ(reported(), 0);
}

CASE_OF(OB_027, early, "no leak: memory from before the run has the channel",
	.flags = CASE_NOT_SANITIZED | CASE_OUTSIDE,
	NEEDS(NEED(inspect, leaks), NEED(inspect, num_waiting)))
{
	early = room_for(sizeof(*early));
	CHECK_EQ(run_main(search_early, NULL), ASSAY_OK);
}

/* A name that no buffer of a usual size holds. */
static void map_long_name(void)
{
	char path[700] = "/tmp/assay-leak-XXXXXX";
	size_t made[3], n = strlen(path);
	void *at;
	int fd;

	REQUIRE(mkdtemp(path) != NULL);
	for (int i = 0; i < 3; i++) {
		made[i] = n;
		path[n++] = '/';
		memset(path + n, 'a', 200);
		path[n += 200] = '\0';
		if (i < 2)
			REQUIRE_EQ(mkdir(path, 0700), 0);
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	REQUIRE_CMP(fd, >=, 0);
	REQUIRE_EQ(ftruncate(fd, 1 << 16), 0);
	at = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	REQUIRE(at != MAP_FAILED);
	close(fd);
	unlink(path);
	for (int i = 2; i >= 0; i--) {
		path[made[i]] = '\0';
		rmdir(path);
	}
}

CASE_OF(OB_027, mapped, "no leak beside a mapped file of a long name",
	NEEDS_LEAKS())
{
	map_long_name();
	by_global();
	settle(1);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(reported(), 0);
}

/*
 * leaks.c - which goroutines goro_find_leaks() finds.
 *
 *	leaks KIND
 */
#include <goro_debug.h>
#include <pthread.h>
#include <sys/mman.h>

#include "prog.h"

static char text[1 << 16];

static void recv_it(void *c)
{
	goro_recv(c, NULL);
	goro_sleep(0); /* no tail call */
}

static void *in_thread(void *fn)
{
	(*(void (**)(void))fn)();
	return NULL;
}

/* Makes fn's frames those of a goroutine that is gone. */
static void set_up(void *fn)
{
	in_thread(fn);
}

static void wait_for_waiters(int64_t n)
{
	while (goro_num_waiting() < n)
		goro_sleep(MS);
}

/* fn leaves n goroutines that wait; so many of them are found. */
static void expect(void (*fn)(void), int64_t n, int64_t leaks)
{
	int64_t before = goro_num_goroutine();

	goro_go_copy(set_up, &fn, sizeof(fn));
	wait_for_waiters(n);
	while (goro_num_goroutine() > before + n)
		goro_sleep(MS); /* fn is still there, and knows them */
	CHECK(goro_find_leaks() == leaks);
}

/* ---- by a thread of the program -------------------------------------------- */

static _Atomic(int) thread_is_up, thread_may_end;
static _Thread_local goro_chan *of_thread __attribute__((used));
static goro_chan *volatile handed_over;

static void make_one(void)
{
	goro_chan *c = goro_make(0, 0);

	handed_over = c;
	goro_go(recv_it, c);
}

/* Takes the only pointer, and keeps it in a register or on its stack. */
static void *keep_it(void *unused)
{
	goro_chan *c = handed_over;

	(void)unused;
	handed_over = NULL;
	thread_is_up = 1;
	while (!thread_may_end)
		__asm__ volatile("" : "+r"(c));
	handed_over = c;
	return NULL;
}

static void *keep_it_asleep(void *unused)
{
	goro_chan *c = handed_over;

	(void)unused;
	handed_over = NULL;
	thread_is_up = 1;
	while (!thread_may_end) {
		__asm__ volatile("" : "+r"(c));
		usleep(100000);
		__asm__ volatile("" : "+r"(c));
	}
	handed_over = c;
	return NULL;
}

static void *keep_it_thread_local(void *unused)
{
	of_thread = handed_over;
	(void)unused;
	handed_over = NULL;
	thread_is_up = 1;
	while (!thread_may_end)
		usleep(1000);
	handed_over = of_thread;
	of_thread = NULL; /* libc keeps the memory */
	return NULL;
}

static void by_thread(void *(*fn)(void *))
{
	pthread_t thread;

	expect(make_one, 1, 0);
	CHECK(pthread_create(&thread, NULL, fn, NULL) == 0);
	while (!thread_is_up)
		goro_sleep(MS);
	CHECK(goro_find_leaks() == 0);
	thread_may_end = 1;
	pthread_join(thread, NULL);
	CHECK(goro_find_leaks() == 0);
	handed_over = NULL;
	CHECK(goro_find_leaks() == 1);
}

static void thread(void *unused)
{
	(void)unused;
	by_thread(keep_it);
}

static void asleep(void *unused)
{
	(void)unused;
	by_thread(keep_it_asleep);
}

static void local(void *unused)
{
	(void)unused;
	by_thread(keep_it_thread_local);
}

static void in_call(void *unused)
{
	keep_it_asleep(unused);
}

static void calls(void *unused)
{
	goro_blocking(in_call, unused);
	goro_sleep(0);
}

/* In goro_blocking(). */
static void blocking(void *unused)
{
	expect(make_one, 1, 0);
	goro_go(calls, unused);
	while (!thread_is_up)
		goro_sleep(MS);
	CHECK(goro_find_leaks() == 0);
	thread_may_end = 1;
	while (!handed_over)
		goro_sleep(MS);
	handed_over = NULL;
	CHECK(goro_find_leaks() == 1);
}

/* ---- by a goroutine that is stopped in the middle -------------------------- */

static void spin(void *unused)
{
	keep_it(unused);
	goro_sleep(0);
}

static void stopped(void *unused)
{
	goro_gomaxprocs(2);
	expect(make_one, 1, 0);
	goro_go(spin, unused);
	while (!thread_is_up)
		goro_yield();
	for (int i = 0; i < 20; i++)
		CHECK(goro_find_leaks() == 0);
	thread_may_end = 1;
	while (!handed_over)
		goro_sleep(MS);
}

/* ---- by memory --------------------------------------------------------------- */

struct node {
	struct node *next;
	char filler[40];
	goro_chan *c;
};

static struct node *volatile list;

static void make_list(void)
{
	struct node *last = NULL;

	for (int i = 0; i < 10000; i++) {
		struct node *n = calloc(1, sizeof(*n));

		n->next = last;
		last = n;
		if (i % 100)
			continue;
		n->c = goro_make(0, 0);
		goro_go(recv_it, n->c);
	}
	list = last;
}

static void lists(void *unused)
{
	(void)unused;
	expect(make_list, 100, 0);
	list = NULL;
	CHECK(goro_find_leaks() >= 99); /* an old value may hold one end */
}

static char *volatile mapped;

static void make_mapped(void)
{
	goro_chan *c = goro_make(0, 0);

	mapped = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memcpy(mapped + 100003, &c, sizeof(c)); /* at an odd address */
	goro_go(recv_it, c);
}

/* In memory of the program's own making, and in a block that is a mapping. */
static void mappings(void *unused)
{
	(void)unused;
	expect(make_mapped, 1, 0);
	memset(mapped, 0, 1 << 20);
	CHECK(goro_find_leaks() == 1);
}

static volatile uintptr_t tagged;

/* As programs do that swap a pointer with its version at once. */
static void make_tagged(void)
{
	goro_chan *c = goro_make(0, 0);

	tagged = ((uintptr_t)c | 5) + ((uintptr_t)0x1234 << 48);
	goro_go(recv_it, c);
}

static void tags(void *unused)
{
	(void)unused;
	expect(make_tagged, 1, 0);
	tagged = 0;
	CHECK(goro_find_leaks() == 1);
}

static char *volatile large;

static void make_large(void)
{
	goro_chan *c = goro_make(0, 0);

	large = calloc(1, 4 << 20);
	memcpy(large + (4 << 20) - sizeof(c), &c, sizeof(c));
	goro_go(recv_it, c);
}

static void large_block(void *unused)
{
	(void)unused;
	expect(make_large, 1, 0);
	large = NULL;
	CHECK(goro_find_leaks() == 1);
}

static void make_freed(void)
{
	goro_chan *c = goro_make(0, 0);

	goro_go(recv_it, c);
	goro_yield();
	wait_for_waiters(1);
	goro_chan_free(c);
}

static void freed(void *unused)
{
	(void)unused;
	expect(make_freed, 1, 1);
	CHECK(goro_leaks(text, sizeof(text)) > 0);
	CHECK(strstr(text, "[chan receive (leaked)]:\nrecv_it") ||
	      strstr(text, "[chan receive (leaked)]:\ngoro_recv"));
}

/* ---- many ---------------------------------------------------------------------- */

enum { MANY = 10000 };

static goro_chan *volatile of_all;

static void make_many(void)
{
	goro_chan *c = goro_make(0, 0);

	for (int i = 0; i < MANY; i++)
		goro_go(recv_it, c);
	of_all = c;
}

static void many(void *unused)
{
	int64_t start;

	(void)unused;
	expect(make_many, MANY, 0);
	of_all = NULL;
	start = goro_now();
	CHECK(goro_find_leaks() == MANY);
	printf("%d goroutines: %.1f ms\n", MANY,
	       (double)(goro_now() - start) / 1e6);
}

/* ---- none, while everything moves ------------------------------------------- */

enum { NODES = 12, STEPS = 300 };

/* A node knows its neighbours by blocks alone, and hands itself round. */
struct peer {
	goro_mutex lock;
	goro_rwmutex shared;
	goro_chan *in, *wide[10];
	struct peer *next;
	int left;
};

static _Atomic(int) finished;

static void pass_on(struct peer *p)
{
	struct peer *next = p->next;

	goro_send(next->in, &p);
}

static void in_a_call(void *peer)
{
	struct peer *p = peer;

	usleep(100);
	p->left++;
	p->left--;
}

/* Takes one of many, of which a helper sends the last. */
static void send_last(void *c)
{
	int v = 7;

	goro_sleep(rand() % 100000);
	goro_send(c, &v);
}

static void select_wide(struct peer *p)
{
	struct goro_case cases[10];
	int v;

	for (int i = 0; i < 10; i++)
		cases[i] = (struct goro_case){
			.c = p->wide[i], .dir = GORO_RECV, .recv = &v};
	goro_go(send_last, p->wide[9]);
	CHECK(goro_select(cases, 10, NULL) == 9 && v == 7);
}

static void step(struct peer *p)
{
	struct peer *got;

	switch (rand() % 6) {
	case 0:
		goro_mutex_lock(&p->lock);
		goro_yield();
		goro_mutex_unlock(&p->lock);
		break;
	case 1:
		goro_rwmutex_rlock(&p->next->shared);
		goro_yield();
		goro_rwmutex_runlock(&p->next->shared);
		break;
	case 2:
		goro_rwmutex_lock(&p->shared);
		goro_sleep(rand() % 20000);
		goro_rwmutex_unlock(&p->shared);
		break;
	case 3:
		select_wide(p);
		break;
	case 4:
		goro_blocking(in_a_call, p);
		break;
	default:
		free(malloc((size_t)(rand() % 5000)));
	}
	pass_on(p);
	goro_recv(p->in, &got);
	CHECK(got->next == p);
}

static void live(void *peer)
{
	struct peer *p = peer;

	while (--p->left > 0)
		step(p);
	finished++;
}

/* All come to their end, so at no time is one of them lost. */
static void nobody(void *unused)
{
	struct peer *first = NULL, *last = NULL;
	int searches = 0;

	(void)unused;
	for (int i = 0; i < NODES; i++) {
		struct peer *p = calloc(1, sizeof(*p));

		p->in = goro_make(sizeof(p), 2);
		for (int j = 0; j < 10; j++)
			p->wide[j] = goro_make(sizeof(int), 0);
		p->left = STEPS;
		p->next = last;
		last = p;
		first = first ? first : p;
	}
	first->next = last;
	for (int i = 0; i < NODES; i++, last = last->next)
		goro_go(live, last);
	first = last = NULL;
	for (; finished < NODES; searches++) {
		int64_t found = goro_find_leaks();

		CHECK(found == 0);
		if (found > 0) {
			goro_leaks(text, sizeof(text));
			puts(text);
			exit(1);
		}
		goro_sleep(rand() % 1000000);
	}
	CHECK(searches > 5);
}

/* ---- at the end ------------------------------------------------------------- */

static void leave(void *unused)
{
	(void)unused;
	make_one();
	handed_over = NULL;
	goro_sleep(5 * MS);
	puts("left");
}

struct locks {
	goro_mutex m[2];
	goro_waitgroup first; /* until both are taken */
};

static void take_both(struct locks *l, int first)
{
	goro_mutex_lock(&l->m[first]);
	goro_wg_done(&l->first);
	goro_wg_wait(&l->first);
	goro_mutex_lock(&l->m[!first]);
	goro_sleep(0); /* no tail call */
}

static void take_01(void *l)
{
	take_both(l, 0);
	goro_sleep(0);
}

static void take_10(void *l)
{
	take_both(l, 1);
	goro_sleep(0);
}

/* Stands in nobody's way, and waits for one that stands in a circle. */
static void take_0(void *l)
{
	struct locks *locks = l;

	goro_wg_wait(&locks->first);
	goro_mutex_lock(&locks->m[0]);
	goro_sleep(0);
}

static void take_twice(void *l)
{
	struct locks *locks = l;

	goro_mutex_lock(&locks->m[0]);
	goro_mutex_lock(&locks->m[0]);
	goro_sleep(0);
}

static void make_circle(void)
{
	struct locks *l = calloc(1, sizeof(*l));

	goro_wg_add(&l->first, 2);
	goro_go(take_01, l);
	goro_go(take_10, l);
	goro_go(take_0, l);
}

static void make_self(void)
{
	goro_go(take_twice, calloc(1, sizeof(struct locks)));
}

static void leave_those(void (*make)(void), int n)
{
	goro_go_copy(set_up, &make, sizeof(make));
	wait_stuck(n);
}

static void leave_circle(void *unused)
{
	(void)unused;
	leave_those(make_circle, 3);
}

static void leave_self(void *unused)
{
	(void)unused;
	leave_those(make_self, 1);
}

/* The same as text, while the program goes on. */
static void tell_circle(void *unused)
{
	leave_circle(unused);
	goro_leaks(text, sizeof(text));
	puts(text);
}

static void leave_by_exit(void *unused)
{
	leave(unused);
	goro_exit(3);
}

static void leave_nothing(void *unused)
{
	(void)unused;
	make_one();
	goro_sleep(5 * MS);
}

static const struct mode modes[] = {{"thread", thread},
				    {"asleep", asleep},
				    {"local", local},
				    {"blocking", blocking},
				    {"stopped", stopped},
				    {"lists", lists},
				    {"mappings", mappings},
				    {"large", large_block},
				    {"tags", tags},
				    {"freed", freed},
				    {"many", many},
				    {"nobody", nobody},
				    {"leave", leave},
				    {"exit", leave_by_exit},
				    {"circle", leave_circle},
				    {"self", leave_self},
				    {"tell", tell_circle},
				    {"nothing", leave_nothing},
				    {NULL, NULL}};

int main(int argc, char **argv)
{
	goro_fn fn = find_mode(modes, argc > 1 ? argv[1] : NULL);

	return goro_run(fn, NULL) || check_failed;
}

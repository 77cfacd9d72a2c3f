/*
 * What is done again and again leaves no memory behind (ST-009 to ST-012).
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/group.h"
#include "net/np.h"
#include "stress/grow.h"

/* mallinfo2() and resident memory of a sanitizer are its own affair. */
#define GROWTH .procs = {2}, .flags = CASE_NOT_SANITIZED, .timeout_ms = 30000

static void grow(const char *name, void (*op)(void *arg), void *arg, int64_t n)
{
	check_no_growth(&(struct growth){name, op, arg, rounds(n)});
}

/* ---- ST-009: selects ---------------------------------------------------- */

enum { CASES_MAX = 100 };

struct wait {
	struct assay_case cases[CASES_MAX];
	size_t n;
};

static void select_in_vain(void *arg)
{
	const struct wait *w = arg;
	size_t chosen;

	REQUIRE_EQ(rt->chan->select(w->cases, w->n, in(1000), &chosen),
		   ASSAY_TIMEOUT);
}

static struct wait wait_of(size_t n)
{
	struct wait w = {.n = n};

	for (size_t i = 0; i < n; i++)
		w.cases[i] = i % 2 == 0 ? case_recv(chan_int(0), NULL)
					: case_send(chan_int(0), &(int){1});
	return w;
}

CASE(ST_009, "selects that time out leave nothing behind", GROWTH,
     NEEDS(NEED(chan, select)))
{
	static const size_t sizes[] = {1, 2, 9, 100};

	for (int i = 0; i < 4; i++) {
		struct wait w = wait_of(sizes[i]);

		grow("select", select_in_vain, &w, i < 3 ? 3000 : 1000);
	}
}

/* ---- ST-010: deadlines, deferred calls, panics -------------------------- */

static void receive_in_vain(void *c)
{
	REQUIRE_EQ(rt->chan->recv(c, NULL, in(1000)), ASSAY_TIMEOUT);
}

static void send_in_vain(void *c)
{
	REQUIRE_EQ(rt->chan->send(c, &(int){1}, in(1000)), ASSAY_TIMEOUT);
}

CASE(ST_010, "neither do receives and sends that time out", GROWTH)
{
	grow("receive", receive_in_vain, chan_int(0), 3000);
	grow("send", send_in_vain, chan_int(0), 3000);
}

static void nothing(void *arg)
{
	(void)arg;
}

static void make_and_free(void *arg)
{
	(void)arg;
	drop(chan_int(0));
	drop(chan_int(1));
	drop(chan_int(100));
}

CASE_OF(ST_010, channels, "nor do channels that are freed", GROWTH)
{
	grow("channels", make_and_free, NULL, 3000);
}

/* Each of them for the first time, in memory that is there already. */
struct locks {
	struct {
		assay_mutex m;
		assay_rwmutex rw;
	} * at;
	int64_t next, n;
};

static void use_new_locks(void *arg)
{
	struct locks *l = arg;
	int64_t i = l->next++;

	REQUIRE_CMP(i, <, l->n);
	lock(&l->at[i].m);
	unlock(&l->at[i].m);
	rlock(&l->at[i].rw);
	runlock(&l->at[i].rw);
	wlock(&l->at[i].rw);
	wunlock(&l->at[i].rw);
}

CASE_OF(ST_010, locks, "nor locks that were used once", GROWTH,
	NEEDS(NEED_MUTEX, NEED_RW))
{
	struct locks l = {.n = rounds(1000) * 64};
	size_t size = (size_t)l.n * sizeof(*l.at);

	l.at = malloc(size);
	REQUIRE(l.at != NULL);
	memset(l.at, 1, size); /* all of it resident */
	memset(l.at, 0, size);
	grow("locks", use_new_locks, &l, 1000);
	free(l.at);
}

static void free_timers(void *arg)
{
	assay_timer *t = rt->time->timer_new(HOUR);

	rt->time->timer_free(t);
	t = rt->time->timer_new(1000);
	recv(rt->time->timer_chan(t), NULL);
	rt->time->timer_free(t);
	rt->time->timer_free(rt->time->after_func(HOUR, nothing, arg));
	rt->time->ticker_free(rt->time->ticker_new(HOUR, NULL));
}

CASE_OF(ST_010, timers, "nor timers and tickers that are freed", GROWTH,
	NEEDS(NEED(time, timer_new), NEED(time, timer_chan),
	      NEED(time, timer_free), NEED(time, after_func),
	      NEED(time, ticker_new), NEED(time, ticker_free)))
{
	grow("timers", free_timers, NULL, 3000);
}

static void defer_some(void *arg)
{
	for (int i = 0; i < 10; i++)
		rt->core->defer(nothing, arg);
}

static void try_defers(void *arg)
{
	REQUIRE_EQ(rt->core->try_(defer_some, arg, NULL), ASSAY_OK);
}

static void boom(void *arg)
{
	defer_some(arg);
	raise_text("boom");
}

static void try_panic(void *arg)
{
	struct assay_panic p;

	REQUIRE_EQ(rt->core->try_(boom, arg, &p), ASSAY_PANICKED);
}

static void recover_it(void *arg)
{
	struct assay_panic p;

	(void)arg;
	REQUIRE(rt->core->recover(&p));
}

static void boom_recovered(void *arg)
{
	rt->core->defer(recover_it, arg);
	boom(arg);
}

static void try_recover(void *arg)
{
	REQUIRE_EQ(rt->core->try_(boom_recovered, arg, NULL), ASSAY_OK);
}

CASE_OF(ST_010, panics, "nor deferred calls, nor panics that are caught",
	GROWTH,
	NEEDS(NEED(core, try_), NEED(core, defer), NEED(core, recover),
	      NEED(core, panic)))
{
	grow("deferred calls", try_defers, NULL, 5000);
	grow("panics", try_panic, NULL, 3000);
	grow("panics recovered", try_recover, NULL, 3000);
}

/* ---- ST-011: contexts --------------------------------------------------- */

/* A chain of every kind below the parent, freed in the order asked for. */
struct family {
	assay_context *c[5];
	assay_after *after;
};

static struct family make_family(assay_context *parent)
{
	struct family f;

	f.c[0] = with_cancel(parent);
	f.c[1] = with_timeout(f.c[0], HOUR, 0);
	f.c[2] = with_value(f.c[1], 1, 1, &f);
	REQUIRE_EQ(ext->context->without_cancel(f.c[2], &f.c[3]), ASSAY_OK);
	f.c[4] = with_cancel(f.c[2]);
	(void)done_of(f.c[4]);
	REQUIRE_EQ(ext->context->after_func(f.c[4], nothing, NULL, &f.after),
		   ASSAY_OK);
	return f;
}

static void free_family(struct family *f, bool parent_first)
{
	REQUIRE(ext->context->after_stop(f->after));
	ext->context->after_free(f->after);
	for (int i = 0; i < 5; i++)
		free_context(f->c[parent_first ? i : 4 - i]);
}

static void children_first(void *parent)
{
	struct family f = make_family(parent);

	free_family(&f, false);
}

static void parents_first(void *parent)
{
	struct family f = make_family(parent);

	free_family(&f, true);
}

/* Its end runs what was to run after the end of the youngest. */
static void with_own_parent(void *arg)
{
	assay_context *parent = with_cancel(background());
	struct family f = make_family(parent);

	(void)arg;
	free_context(parent);
	ext->context->after_free(f.after);
	for (int i = 0; i < 5; i++)
		free_context(f.c[i]);
}

CASE(ST_011, "nor contexts, in whatever order they are freed", GROWTH,
     NEEDS(NEED_CX, NEED_TIMEOUT, NEED_EXT(context, with_value),
	   NEED_EXT(context, without_cancel), NEED_EXT(context, after_func),
	   NEED_EXT(context, after_stop), NEED_EXT(context, after_free)))
{
	assay_context *parent = with_cancel(background());

	grow("children first", children_first, parent, 3000);
	grow("parents first", parents_first, parent, 3000);
	grow("a parent each", with_own_parent, NULL, 3000);
	free_context(parent);
}

static void time_out(void *arg)
{
	assay_context *c = with_timeout(background(), 1000, 0);

	(void)arg;
	wait_done(c);
	free_context(c);
}

CASE_OF(ST_011, ended, "nor contexts that have ended by their deadline", GROWTH,
	NEEDS(NEED_CX, NEED_TIMEOUT))
{
	grow("timeouts", time_out, NULL, 3000);
}

/* ---- ST-012: groups, semaphores, flights, maps, connections ------------- */

static int task(void *arg)
{
	(void)arg;
	return 0;
}

static void group_of_tasks(void *arg)
{
	assay_group *g = limited(4);

	for (int i = 0; i < 8; i++)
		start(g, task, arg);
	REQUIRE_EQ(wait_all(g), 0);
	free_group(g);
}

static void group_with_context(void *arg)
{
	assay_group *g;
	assay_context *c;

	REQUIRE_EQ(ext->group->with_context(arg, &g, &c), ASSAY_OK);
	start(g, task, arg);
	REQUIRE_EQ(wait_all(g), 0);
	free_group(g);
	free_context(c);
}

CASE(ST_012, "nor tasks of an errgroup", GROWTH,
     NEEDS(NEED_LIMIT, NEED_CX, NEED_EXT(group, with_context)))
{
	assay_context *parent = with_cancel(background());

	grow("tasks", group_of_tasks, NULL, 2000);
	grow("groups with a context", group_with_context, parent, 2000);
	free_context(parent);
}

struct toll {
	assay_semaphore *s;
	assay_chan *turn;
};

static void take_toll(void *arg)
{
	struct toll *t = arg;

	while (recv(t->turn, NULL)) {
		REQUIRE_EQ(ext->semaphore->release(t->s, 1), ASSAY_OK);
		yield();
	}
}

static void pay_toll(void *arg)
{
	struct toll *t = arg;

	send_signal(t->turn);
	REQUIRE_EQ(ext->semaphore->acquire(t->s, background(), 1), ASSAY_OK);
}

static void wait_in_vain(void *arg)
{
	struct toll *t = arg;
	assay_context *c = with_timeout(background(), 1000, 0);

	REQUIRE_EQ(ext->semaphore->acquire(t->s, c, 1), ASSAY_DEADLINE);
	free_context(c);
}

CASE_OF(ST_012, semaphore, "nor waits for a semaphore", GROWTH,
	NEEDS(NEED_CX, NEED_TIMEOUT, NEED_EXT(semaphore, make),
	      NEED_EXT(semaphore, acquire), NEED_EXT(semaphore, release)))
{
	struct toll t = {ext->semaphore->make(1), chan_signal(0)};

	REQUIRE_EQ(ext->semaphore->acquire(t.s, background(), 1), ASSAY_OK);
	go(take_toll, &t);
	grow("waits", pay_toll, &t, 3000);
	grow("waits in vain", wait_in_vain, &t, 3000);
	close_chan(t.turn);
}

static int fly(void *arg, void **value)
{
	*value = arg;
	return 0;
}

static void flight(void *f)
{
	static int64_t number;
	char key[24];
	void *value;
	assay_chan *c;

	snprintf(key, sizeof(key), "%" PRId64, number++);
	REQUIRE_EQ(ext->flight->do_(f, key, fly, f, &value, NULL), 0);
	c = ext->flight->do_chan(f, key, fly, f);
	wait_for(c);
	drop(c);
	ext->flight->forget(f, key);
}

CASE_OF(ST_012, flight, "nor flights", GROWTH,
	NEEDS(NEED_EXT(flight, make), NEED_EXT(flight, do_),
	      NEED_EXT(flight, do_chan), NEED_EXT(flight, forget)))
{
	grow("flights", flight, ext->flight->make(), 3000);
}

static assay_chan *flown;

static int fly_away(void *arg, void **value)
{
	*value = arg;
	send_signal(flown);
	rt->core->goexit();
	return 0;
}

static void passenger(void *f)
{
	static atomic_int number;
	char key[24];
	void *value;

	snprintf(key, sizeof(key), "%d", mark(&number));
	ext->flight->do_(f, key, fly_away, f, &value, NULL);
}

static void flight_away(void *f)
{
	go(passenger, f);
	wait_for(flown);
	yield();
}

static void flights_of_their_own(void *arg)
{
	assay_flight *f = ext->flight->make();
	void *value;

	REQUIRE_EQ(ext->flight->do_(f, "own", fly, arg, &value, NULL), 0);
	ext->flight->free(f);
}

CASE_OF(ST_012, flown_away, "nor flights whose function ends its goroutine",
	GROWTH,
	NEEDS(NEED_EXT(flight, make), NEED_EXT(flight, do_),
	      NEED_EXT(flight, free), NEED(core, goexit)))
{
	flown = chan_signal(0);
	grow("flights away", flight_away, ext->flight->make(), 2000);
	grow("groups of flights", flights_of_their_own, NULL, 2000);
}

static void store_and_delete(void *m)
{
	static uint64_t key;

	for (int i = 0; i < 10; i++)
		REQUIRE_EQ(ext->map->store(m, key + (uint64_t)i, m), ASSAY_OK);
	for (int i = 0; i < 10; i++)
		ext->map->delete_(m, key + (uint64_t)i);
	key += 10;
}

CASE_OF(ST_012, map, "nor keys that are stored and deleted", GROWTH,
	NEEDS(NEED_EXT(map, make), NEED_EXT(map, store),
	      NEED_EXT(map, delete_)))
{
	grow("keys", store_and_delete, ext->map->make(), 3000);
}

static void store_and_clear(void *m)
{
	for (uint64_t i = 1; i <= 100; i++)
		ext->map->store(m, i, m);
	ext->map->clear(m);
}

CASE_OF(ST_012, cleared, "nor maps that are cleared", GROWTH,
	NEEDS(NEED_EXT(map, make), NEED_EXT(map, store), NEED_EXT(map, clear)))
{
	grow("clears", store_and_clear, ext->map->make(), 2000);
}

/* It grows on the way. */
static void fill_and_free(void *unused)
{
	assay_map *m = ext->map->make();

	(void)unused;
	REQUIRE(m != NULL);
	for (uint64_t i = 1; i <= 2000; i++)
		REQUIRE_EQ(ext->map->store(m, i, m), ASSAY_OK);
	ext->map->free(m);
}

CASE_OF(ST_012, freed, "nor maps that are freed", GROWTH,
	NEEDS(NEED_EXT(map, make), NEED_EXT(map, store), NEED_EXT(map, free)))
{
	grow("maps", fill_and_free, NULL, 20);
}

static void one_pipe(void *arg)
{
	assay_conn *c[2];
	char byte = 'x';
	size_t n;

	(void)arg;
	REQUIRE_EQ(rt->net->os_pipe(c), ASSAY_OK);
	REQUIRE_EQ(rt->net->write(c[1], &byte, 1, &n), ASSAY_OK);
	REQUIRE_EQ(rt->net->read(c[0], &byte, 1, &n), ASSAY_OK);
	end_conn(c[0]);
	end_conn(c[1]);
}

static void time_out_read(void *arg)
{
	char byte;
	size_t n;

	REQUIRE_EQ(rt->net->read_deadline(arg, in(1000)), ASSAY_OK);
	REQUIRE_EQ(rt->net->read(arg, &byte, 1, &n), ASSAY_TIMEOUT);
}

CASE_OF(ST_012, pipes, "nor pipes, nor reads that time out", GROWTH,
	NEEDS(NEED_PIPE, NEED(net, read_deadline)))
{
	assay_conn *c[2];

	grow("pipes", one_pipe, NULL, 2000);
	REQUIRE_EQ(rt->net->os_pipe(c), ASSAY_OK);
	grow("reads in vain", time_out_read, c[0], 3000);
}

static void late_in_memory(void *arg)
{
	assay_conn *c[2];
	char byte;
	size_t n;

	(void)arg;
	REQUIRE_EQ(rt->net->mem_pipe(c), ASSAY_OK);
	REQUIRE_EQ(rt->net->read_deadline(c[0], in(HOUR)), ASSAY_OK);
	REQUIRE_EQ(rt->net->write_deadline(c[0], in(HOUR)), ASSAY_OK);
	REQUIRE_EQ(rt->net->read_deadline(c[1], in(1000)), ASSAY_OK);
	REQUIRE_EQ(rt->net->read(c[1], &byte, 1, &n), ASSAY_TIMEOUT);
	end_conn(c[0]);
	end_conn(c[1]);
}

CASE_OF(ST_012, in_memory, "nor pipes in memory with deadlines", GROWTH,
	NEEDS(NEED_MEM, NEED_DEADLINES))
{
	grow("pipes in memory", late_in_memory, NULL, 1000);
}

struct door {
	assay_listener *l;
	char address[64];
};

static void greet_all(void *arg)
{
	struct door *s = arg;
	assay_conn *c;

	while (rt->net->accept(s->l, &c) == ASSAY_OK)
		end_conn(c);
}

static void visit(void *arg)
{
	struct door *s = arg;
	assay_conn *c;
	char byte;
	size_t n;

	REQUIRE_EQ(rt->net->dial("tcp", s->address, ASSAY_FOREVER, &c),
		   ASSAY_OK);
	REQUIRE_EQ(rt->net->read(c, &byte, 1, &n), ASSAY_EOF);
	end_conn(c);
}

CASE_OF(ST_012, connections, "nor connections", GROWTH, NEEDS(NEED_PAIR))
{
	static struct door s; /* greet_all() may outlive the body */

	REQUIRE_EQ(rt->net->listen("tcp", "127.0.0.1:0", &s.l), ASSAY_OK);
	REQUIRE_EQ(rt->net->listener_addr(s.l, s.address, sizeof(s.address)),
		   ASSAY_OK);
	go(greet_all, &s);
	grow("connections", visit, &s, 1000);
	rt->net->listener_close(s.l);
}

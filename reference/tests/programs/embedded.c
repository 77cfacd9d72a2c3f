/*
 * embedded.c - threads of the program beside goroutines, in an embedded run.
 *
 *	embedded WHAT [ROUNDS]
 *
 * Each WHAT is a stress of one kind of call from several threads and several
 * goroutines at once; what they count must come out exactly.  It ends with
 * status 0 and the line "ok", or with what was wrong.
 */
#include <goro.h>
#include <goro_ext.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, GOROUTINES = 4 };

static int rounds = 2000;

/* ---- threads beside goroutines ------------------------------------------- */

struct crew {
	pthread_t thread[THREADS];
	goro_waitgroup wg;
};

static void wrong(const char *what, int64_t got, int64_t want)
{
	printf("%s: %lld, not %lld\n", what, (long long)got, (long long)want);
	fflush(stdout);
	_Exit(1);
}

static void check(const char *what, int64_t got, int64_t want)
{
	if (got != want)
		wrong(what, got, want);
}

/* Runs work in THREADS threads and in GOROUTINES goroutines. */
static void begin(struct crew *c, void *(*work)(void *), goro_fn same)
{
	memset(c, 0, sizeof(*c));
	for (int i = 0; i < GOROUTINES && same; i++)
		goro_wg_go(&c->wg, same, NULL);
	for (int i = 0; i < THREADS && work; i++)
		pthread_create(&c->thread[i], NULL, work, NULL);
}

static void join_threads(void *arg)
{
	struct crew *c = arg;

	for (int i = 0; i < THREADS; i++)
		pthread_join(c->thread[i], NULL);
}

static void end(struct crew *c)
{
	goro_blocking(join_threads, c);
	goro_wg_wait(&c->wg);
}

/* ---- channels ------------------------------------------------------------ */

static goro_chan *room, *direct;
static _Atomic(int64_t) sum, count;

static void send_all(void *unused)
{
	(void)unused;
	for (int i = 1; i <= rounds; i++)
		goro_send(i % 2 ? room : direct, &i);
}

static void receive_all(void *unused)
{
	int v;

	(void)unused;
	while (goro_recv(room, &v)) {
		atomic_fetch_add(&sum, v);
		atomic_fetch_add(&count, 1);
		if (!goro_recv(direct, &v))
			break;
		atomic_fetch_add(&sum, v);
		atomic_fetch_add(&count, 1);
	}
}

static void *send_in_thread(void *unused)
{
	send_all(unused);
	return unused;
}

static void *receive_in_thread(void *unused)
{
	receive_all(unused);
	return unused;
}

/* Each sender alternates, so each receiver may. */
static void channels(void)
{
	int64_t n = (int64_t)rounds * (THREADS + GOROUTINES);
	struct crew senders, receivers;

	room = goro_make(sizeof(int), 3);
	direct = goro_make(sizeof(int), 0);
	begin(&receivers, receive_in_thread, receive_all);
	begin(&senders, send_in_thread, send_all);
	end(&senders);
	goro_close(room);
	goro_close(direct);
	end(&receivers);
	check("received", count, n);
	check("sum", sum,
	      (int64_t)rounds * (rounds + 1) / 2 * (THREADS + GOROUTINES));
}

/* ---- select --------------------------------------------------------------- */

static void select_all(void *unused)
{
	int v = 1, got;
	int left_to_send = rounds, left_to_get = rounds;

	(void)unused;
	while (left_to_send + left_to_get > 0) {
		struct goro_case cases[] = {
			{.c = left_to_send ? direct : NULL,
			 .dir = GORO_SEND,
			 .send = &v},
			{.c = left_to_get ? direct : NULL,
			 .dir = GORO_RECV,
			 .recv = &got},
			{.c = room, .dir = GORO_RECV, .recv = &got},
		};
		size_t i = goro_select(cases, 3, NULL);

		if (i == 0)
			left_to_send--;
		else if (i == 1)
			left_to_get--;
		else
			wrong("an empty channel was ready", (int64_t)i, 0);
		atomic_fetch_add(&count, 1);
	}
}

static void *select_in_thread(void *unused)
{
	select_all(unused);
	return unused;
}

/* All send as many as they get, to and from whom it may be. */
static void selects(void)
{
	struct crew c;
	goro_chan *drain;

	room = goro_make(sizeof(int), 0);
	direct = drain = goro_make(sizeof(int), THREADS + GOROUTINES);
	begin(&c, select_in_thread, select_all);
	end(&c);
	check("operations", count,
	      2 * (int64_t)rounds * (THREADS + GOROUTINES));
	check("left", goro_len(drain), 0);
}

/* ---- close, deadlines ------------------------------------------------------ */

static void until_closed(void *unused)
{
	struct goro_case c[] = {{.c = room, .dir = GORO_RECV},
				{.c = direct, .dir = GORO_RECV}};

	(void)unused;
	while (goro_chan_recv(room, NULL, goro_now() + 1000) != GORO_CLOSED)
		atomic_fetch_add(&count, 1);
	goro_select(c, 2, NULL);
	goro_recv(direct, NULL);
}

static void *until_closed_in_thread(void *unused)
{
	until_closed(unused);
	return unused;
}

static void closes(void)
{
	for (int i = 0; i < rounds / 100 + 1; i++) {
		struct crew c;

		room = goro_make(0, 0);
		direct = goro_make(0, 0);
		begin(&c, until_closed_in_thread, until_closed);
		goro_sleep(GORO_MILLISECOND);
		goro_close(room);
		goro_close(direct);
		end(&c);
	}
}

/* ---- locks ----------------------------------------------------------------- */

static goro_mutex mutex;
static goro_rwmutex rw;
static int64_t guarded, shared, turns;
static goro_once once;

static void count_once(void *unused)
{
	(void)unused;
	goro_yield();
	turns++;
}

static void lock_all(void *unused)
{
	(void)unused;
	for (int i = 0; i < rounds; i++) {
		goro_mutex_lock(&mutex);
		guarded++;
		if (i % 64 == 0)
			goro_yield();
		goro_mutex_unlock(&mutex);
		goro_rwmutex_rlock(&rw);
		if (shared < 0)
			wrong("shared", shared, 0);
		goro_rwmutex_runlock(&rw);
		goro_rwmutex_lock(&rw);
		shared++;
		goro_rwmutex_unlock(&rw);
		goro_once_do(&once, count_once, NULL);
	}
}

static void *lock_in_thread(void *unused)
{
	lock_all(unused);
	return unused;
}

static void locks(void)
{
	struct crew c;

	begin(&c, lock_in_thread, lock_all);
	end(&c);
	check("guarded", guarded, (int64_t)rounds * (THREADS + GOROUTINES));
	check("shared", shared, guarded);
	check("once", turns, 1);
}

/* A buffer of three places, by hand. */
static goro_cond not_full, not_empty;

static void put_all(void)
{
	for (int i = 0; i < rounds; i++) {
		goro_mutex_lock(&mutex);
		while (guarded == 3)
			goro_cond_wait(&not_full, &mutex);
		guarded++;
		goro_mutex_unlock(&mutex);
		goro_cond_signal(&not_empty);
	}
}

static void get_all(void)
{
	for (int i = 0; i < rounds; i++) {
		goro_mutex_lock(&mutex);
		while (guarded == 0)
			goro_cond_wait(&not_empty, &mutex);
		guarded--;
		turns++;
		goro_mutex_unlock(&mutex);
		goro_cond_signal(&not_full);
	}
}

static void put_and_get(void *unused)
{
	(void)unused;
	if (atomic_fetch_add(&count, 1) % 2)
		put_all();
	else
		get_all();
}

static void *put_and_get_in_thread(void *unused)
{
	put_and_get(unused);
	return unused;
}

static void conds(void)
{
	struct crew c;

	begin(&c, put_and_get_in_thread, put_and_get);
	end(&c);
	check("left", guarded, 0);
	check("got", turns, (int64_t)rounds * (THREADS + GOROUTINES) / 2);
}

/* ---- goroutines, contexts, timers ------------------------------------------ */

static void one(void *wg)
{
	atomic_fetch_add(&count, 1);
	goro_wg_done(wg);
}

static void start_all(void *unused)
{
	goro_context *ctx;
	goro_waitgroup wg = {0};

	(void)unused;
	for (int i = 0; i < rounds; i++) {
		goro_wg_add(&wg, 1);
		goro_go(one, &wg);
		if (i % 100 == 0)
			goro_wg_wait(&wg);
	}
	goro_wg_wait(&wg);
	for (int i = 0; i < rounds / 100; i++) {
		if (goro_with_timeout(goro_background(), GORO_MICROSECOND * 100,
				      0, &ctx))
			wrong("context", 1, 0);
		goro_recv(goro_context_done(ctx), NULL);
		check("err", goro_context_err(ctx), GORO_DEADLINE);
		goro_context_free(ctx);
		goro_sleep(1000);
	}
}

static void *start_in_thread(void *unused)
{
	start_all(unused);
	return unused;
}

static void starts(void)
{
	struct crew c;

	begin(&c, start_in_thread, start_all);
	end(&c);
	check("ran", count, (int64_t)rounds * (THREADS + GOROUTINES));
}

/* ---- panics, and threads that come and go ---------------------------------- */

static void closed_send(void *unused)
{
	(void)unused;
	goro_send(room, &(int){1});
}

static void deferred(void *n)
{
	++*(int64_t *)n;
}

static void defers(void *n)
{
	goro_defer(deferred, n);
	goro_panic("as it should");
}

static void *short_life(void *unused)
{
	struct goro_panic_value v;
	int64_t n = 0;

	check("try", goro_try(closed_send, NULL, &v), GORO_PANICKED);
	check("text", strcmp(v.text, "send on closed channel"), 0);
	check("try", goro_try(defers, &n, NULL), GORO_PANICKED);
	check("deferred", n, 1);
	atomic_fetch_add(&count, 1);
	return unused;
}

static void lives(void)
{
	room = goro_make(sizeof(int), 0);
	goro_close(room);
	for (int i = 0; i < rounds / 20; i++) {
		struct crew c;

		begin(&c, short_life, NULL);
		end(&c);
	}
	check("lives", count, (int64_t)(rounds / 20) * THREADS);
}

/* ---- the world stops ------------------------------------------------------- */

static void *set_procs(void *unused)
{
	for (int i = 0; i < rounds / 20; i++) {
		goro_gomaxprocs(1 + i % 4);
		goro_yield();
	}
	return unused;
}

static void count_up(void *unused)
{
	(void)unused;
	for (int i = 0; i < rounds; i++) {
		goro_mutex_lock(&mutex);
		guarded++;
		goro_mutex_unlock(&mutex);
		goro_yield();
	}
}

static void worlds(void)
{
	struct crew c;

	begin(&c, set_procs, count_up);
	end(&c);
	check("guarded", guarded, (int64_t)rounds * GOROUTINES);
}

static const struct {
	const char *name;
	void (*fn)(void);
} kinds[] = {
	{"channels", channels}, {"selects", selects}, {"closes", closes},
	{"locks", locks},       {"conds", conds},     {"starts", starts},
	{"lives", lives},       {"worlds", worlds},
};

static void app(void *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(name, kinds[i].name) != 0)
			continue;
		kinds[i].fn();
		printf("ok\n");
		return;
	}
	printf("no such kind: %s\n", (char *)name);
}

int main(int argc, char **argv)
{
	struct goro_config config = {.size = sizeof(config), .embedded = true};

	if (argc > 2)
		rounds = atoi(argv[2]);
	return goro_run_with(app, argc > 1 ? argv[1] : "", &config);
}

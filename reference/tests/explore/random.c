/*
 * random.c - a small program drawn by a seed, which prints how it has ended:
 * what each step of its goroutines gave.  One that stays somewhere gave nothing.
 *
 *	random SEED [STEPS ...]
 *
 * STEPS are those of one goroutine, if they are not to be drawn, a letter each.
 * Main sleeps until all others have ended or wait: time goes on only then.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "goro.h"

enum { MOST = 3, STEPS = 3, CHANS = 2, NOTHING = -999 };

enum op {
	SEND,
	RECV,
	TRY_SEND,
	TRY_RECV,
	CLOSE,
	SELECT,
	SELECT_DEFAULT,
	COUNT, /* reads and writes a number under the mutex */
	READ,  /* another one, under the rwmutex */
	WRITE,
	ONCE,
	LOCK, /* and keeps it */
	DONE,
	WAIT,
	TRY_WAIT,
	COND_WAIT,
	TRY_LOCK, /* the condition's */
	SIGNAL,
	BROADCAST,
	NAP,
	OPS
};

static const char letters[] = "srSRcxXngwoldaAvtibz"; /* of each op */

struct worker {
	int n; /* steps */
	enum op op[STEPS];
	int c[STEPS];
	int got[STEPS];
};

static struct worker workers[MOST];
static goro_chan *chans[CHANS];
static goro_mutex mutex, cond_mutex;
static goro_rwmutex rwmutex;
static goro_waitgroup group;
static goro_cond cond;
static goro_once once;
static int number, written, signals, maker;
static uint64_t dice;

static int below(int n)
{
	dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (int)((dice >> 33) % (uint64_t)n);
}

static int by_select(int c, int64_t deadline)
{
	int v = 7, in = 0, status;
	size_t i = 9;
	struct goro_case cases[] = {
		{.c = chans[c], .dir = GORO_RECV, .recv = &in},
		{.c = chans[1 - c], .dir = GORO_SEND, .send = &v}};

	status = goro_select_until(cases, 2, deadline, &i);
	return status * 1000 + (int)i * 100 + in;
}

static int by_recv(int c, int64_t deadline)
{
	int v = 0, status = goro_chan_recv(chans[c], &v, deadline);

	return status * 100 + v;
}

static int count(void)
{
	int n;

	goro_mutex_lock(&mutex);
	n = ++number;
	goro_mutex_unlock(&mutex);
	return n;
}

static int read_or_write(bool writes)
{
	int n;

	if (writes) {
		goro_rwmutex_lock(&rwmutex);
		n = ++written;
		goro_rwmutex_unlock(&rwmutex);
		return n;
	}
	goro_rwmutex_rlock(&rwmutex);
	n = written;
	goro_rwmutex_runlock(&rwmutex);
	return n;
}

static int wait_for_signal(void)
{
	int n;

	goro_mutex_lock(&cond_mutex);
	goro_cond_wait(&cond, &cond_mutex);
	n = ++signals;
	goro_mutex_unlock(&cond_mutex);
	return n;
}

static int try_lock(void)
{
	if (!goro_mutex_trylock(&cond_mutex))
		return 0;
	goro_mutex_unlock(&cond_mutex);
	return 1;
}

static void make_once(void *who)
{
	goro_yield();
	maker = *(int *)who;
}

static int do_once(int who)
{
	goro_once_do(&once, make_once, &who);
	return maker;
}

static int step(enum op op, int c, int who)
{
	switch (op) {
	case SEND:
		return goro_chan_send(chans[c], &who, GORO_FOREVER);
	case RECV:
		return by_recv(c, GORO_FOREVER);
	case TRY_SEND:
		return goro_chan_send(chans[c], &who, GORO_POLL);
	case TRY_RECV:
		return by_recv(c, GORO_POLL);
	case CLOSE:
		return goro_chan_close(chans[c]);
	case SELECT:
		return by_select(c, GORO_FOREVER);
	case SELECT_DEFAULT:
		return by_select(c, GORO_POLL);
	case COUNT:
		return count();
	case LOCK:
		goro_mutex_lock(&mutex);
		return 1;
	case READ:
	case WRITE:
		return read_or_write(op == WRITE);
	case DONE:
		return goro_wg_add_status(&group, -1);
	case WAIT:
		goro_wg_wait(&group);
		return 1;
	case TRY_WAIT:
		return goro_wg_trywait(&group);
	case TRY_LOCK:
		return try_lock();
	case COND_WAIT:
		return wait_for_signal();
	case SIGNAL:
		return goro_cond_signal(&cond);
	case BROADCAST:
		return goro_cond_broadcast(&cond);
	case ONCE:
		return do_once(who);
	default:
		goro_sleep(1000000);
		return 1;
	}
}

static void work(void *arg)
{
	struct worker *w = arg;
	int who = (int)(w - workers) + 1;

	for (int i = 0; i < w->n; i++)
		w->got[i] = step(w->op[i], w->c[i], who);
}

/* Steps that have to do with each other: the first and how many. */
static const struct theme {
	enum op first;
	int n;
} themes[] = {{SEND, 7}, {SEND, 7}, {COUNT, 4}, {DONE, 7}, {SEND, OPS}};

static int draw(void)
{
	const struct theme *t = &themes[below(5)];
	int n = 2 + below(2), apart = below(2);

	for (int c = 0; c < CHANS; c++)
		chans[c] = goro_chan_make(sizeof(int), below(3), NULL);
	for (int i = 0; i < n; i++) {
		struct worker *w = &workers[i];

		w->n = 1 + below(n == 2 ? STEPS : 2);
		for (int k = 0; k < STEPS; k++) {
			w->op[k] = (enum op)((int)t->first + below(t->n));
			w->c[k] = apart ? below(CHANS) : 0;
			w->got[k] = NOTHING;
		}
	}
	return n;
}

/* Takes the steps of all goroutines.  Returns how many there are. */
static int take(char **steps)
{
	int n = 0;

	for (; steps[n]; n++) {
		struct worker *w = &workers[n];

		for (w->n = 0; steps[n][w->n]; w->n++) {
			w->op[w->n] = (enum op)(
				strchr(letters, steps[n][w->n]) - letters);
			w->c[w->n] = 0;
		}
	}
	return n;
}

static void run(void *arg)
{
	char **steps = arg;
	int n = draw();

	if (*steps)
		n = take(steps);
	goro_wg_add(&group, 1 + below(2));
	for (int i = 0; i < n; i++)
		if (below(2))
			goro_go(work, &workers[i]);
		else
			goro_wg_go(&group, work, &workers[i]);
	goro_sleep(INT64_C(1000000000));
	for (int i = 0; i < n; i++)
		for (int k = 0; k < workers[i].n; k++)
			printf("%d ", workers[i].got[k]);
	printf("| %d %d\n", number, written);
	exit(0);
}

int main(int argc, char **argv)
{
	dice = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
	for (int i = 0; i < 8; i++)
		below(2);
	return goro_run(run, argv + (argc > 1 ? 2 : 1));
}

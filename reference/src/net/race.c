/*
 * race.c - "happy eyeballs": two goroutines dial a name that has addresses of
 * both families, one each, and the first connection wins.
 */
#include "sock.h"
#include "sched/outside.h"

/* The dial of one family.  Lives until both goroutines have ended. */
struct racer {
	struct attempts a;
	struct until p;
	goro_chan *ended; /* gets the index of each that has ended */
	int index, status;
};

static int try_in_turn(struct racer *r)
{
	AS_GOROUTINE(); /* if the run is explored it calls as the program does */

	return goro__try_in_turn(&r->a, &r->p);
}

static void run(void *arg)
{
	struct racer *r = arg;

	r->status = try_in_turn(r);
	goro_send(r->ended, &r->index);
}

/* Copies the addresses of the first one's family, or all others. */
static void pick(const struct netaddrs *all, bool others, struct netaddrs *out)
{
	bool ipv4 = goro__netaddr_is_ipv4(&all->at[0]);

	out->n = 0;
	for (size_t i = 0; i < all->n; i++)
		if ((goro__netaddr_is_ipv4(&all->at[i]) == ipv4) != others)
			out->at[out->n++] = all->at[i];
}

struct race {
	struct racer racer[2];
	goro_chan *ended, *stop;
	int started, running;
	int winner; /* or -1 */
	bool stopped, canceled;
};

static void start(struct race *r)
{
	r->running++;
	goro_go(run, &r->racer[r->started++]);
}

static void stop(struct race *r)
{
	if (!r->stopped)
		goro_close(r->stop);
	r->stopped = true;
}

/* Takes a dial's result: a failure starts the second, a connection stops all. */
static void has_ended(struct race *r, int index)
{
	r->running--;
	if (r->racer[index].status != GORO_OK) {
		if (r->started == 1 && !r->stopped)
			start(r);
		return;
	}
	if (r->winner < 0)
		r->winner = index;
	else
		goro__sock_drop(r->racer[index].a.made);
	stop(r);
}

/* Waits until all dials that were started have ended. */
static void watch(struct race *r, int64_t second, goro_chan *cancel)
{
	int index;
	struct goro_case cases[] = {
		{.c = r->ended, .dir = GORO_RECV, .recv = &index},
		{.c = cancel, .dir = GORO_RECV}};

	start(r);
	while (r->running > 0) {
		bool waits = r->started == 1 && !r->stopped;
		size_t chosen;
		int status = goro_select_until(cases, r->stopped ? 1 : 2,
					       waits ? second : GORO_FOREVER,
					       &chosen);

		if (status == GORO_TIMEOUT) {
			start(r);
		} else if (chosen == 0) {
			has_ended(r, index);
		} else {
			r->canceled = true;
			stop(r);
		}
	}
}

static int result(struct race *r, struct attempts *a)
{
	const struct racer *first = &r->racer[0];

	if (r->winner >= 0 && !r->canceled) {
		a->made = r->racer[r->winner].a.made;
		return GORO_OK;
	}
	if (r->winner >= 0)
		goro__sock_drop(r->racer[r->winner].a.made);
	a->about = &a->as.at[0];
	if (r->canceled)
		return goro__neterr(&a->error, GORO_NET_CANCELED,
				    "operation was canceled");
	a->error = first->a.error;
	return first->status;
}

int goro__race(struct attempts *a, int64_t delay, const struct until *p)
{
	struct race r = {.winner = -1};
	int status;

	r.ended = goro_chan_make(sizeof(int), 2, NULL);
	r.stop = goro_chan_make(0, 0, NULL);
	if (!r.ended || !r.stop) {
		status = goro__neterr(&a->error, GORO_ENOMEM, "out of memory");
		a->about = &a->as.at[0];
	} else {
		for (int i = 0; i < 2; i++) {
			r.racer[i].a.net = a->net;
			r.racer[i].a.keepalive = a->keepalive;
			pick(&a->as, i == 1, &r.racer[i].a.as);
			r.racer[i].p = (struct until){.deadline = p->deadline,
						      .cancel = r.stop};
			r.racer[i].ended = r.ended;
			r.racer[i].index = i;
		}
		watch(&r, goro_now() + delay, p->cancel);
		status = result(&r, a);
	}
	goro_chan_free(r.ended);
	goro_chan_free(r.stop);
	return status;
}

/*
 * misuse.c - an order of steps that breaks a rule of the language: a send after
 * the close, a counter below zero, a pointer to nothing.
 */
#include "kit.h"

#define NIL_POINTER                                                            \
	"runtime error: invalid memory address or nil pointer dereference"

/* ---- grpc/1687 ------------------------------------------------------------ */

/*
 * A handler writes its status, which closes the channel of writes, and writes
 * once more.
 */
static void write_stream(void *writes)
{
	send_or_panic(writes);
	close_chan(writes);
	send_or_panic(writes);
}

GOKER(grpc, 1687, "send after close", LEFT(0, 0), USES(NEED_PANIC),
      .panic = SEND_CLOSED)
{
	assay_chan *writes = chan_signal(0);

	go(write_stream, writes);
	while (recv(writes, NULL))
		yield();
}

/* ---- serving/5865 --------------------------------------------------------- */

/*
 * A watcher closes its channel when it ends, which it does at once, and the
 * manager sends it news.
 */
static void run_watcher(void *news)
{
	close_chan(news);
}

GOKER(serving, 5865, "send after close", LEFT(0, 0), USES(NEED_PANIC),
      .panic = SEND_CLOSED)
{
	assay_chan *news = chan_signal(0);

	go(run_watcher, news);
	send_or_panic(news);
}

/* ---- serving/3068 --------------------------------------------------------- */

/*
 * A pool closes its queue when somebody waits for it, and work is given to it
 * after that.
 */
static void give_work(void *queue)
{
	for (int i = 0; i < 5; i++) {
		send_or_panic(queue);
		sleep_ns(MS);
	}
}

static void do_work(void *queue)
{
	while (recv(queue, NULL))
		yield();
}

GOKER(serving, 3068, "send after close", LEFT(0, 0), USES(NEED_PANIC),
      .panic = SEND_CLOSED)
{
	assay_chan *queue = chan_signal(5);

	go(do_work, queue);
	go(give_work, queue);
	yield();
	close_chan(queue);
}

/* ---- grpc/2371 ------------------------------------------------------------ */

/*
 * A connection is closed, which forgets its balancer, and a watcher that comes
 * later hands the balancer new addresses.
 */
struct connection {
	assay_mutex mu;
	assay_chan **balancer;
};

static void watch_config(void *connection)
{
	struct connection *c = connection;

	lock(&c->mu);
	if (c->balancer == NULL)
		raise_text(NIL_POINTER);
	try_recv(*c->balancer, NULL);
	send_signal(*c->balancer);
	unlock(&c->mu);
}

static void close_connection(void *connection)
{
	struct connection *c = connection;

	lock(&c->mu);
	c->balancer = NULL;
	unlock(&c->mu);
}

GOKER(grpc, 2371, "use after close", LEFT(0, 0), USES(NEED_MUTEX, NEED_PANIC),
      .panic = NIL_POINTER, .copies = 10)
{
	struct connection *c = NEW(struct connection);

	c->balancer = NEW(assay_chan *);
	*c->balancer = chan_signal(1);
	go(watch_config, c);
	go(close_connection, c);
}

/* ---- kubernetes/13058 ----------------------------------------------------- */

/*
 * A controller calls done for each object that it deletes, and it runs until it
 * is stopped: more often than the group counts.
 */
struct deletions {
	assay_waitgroup all;
	assay_chan *stop;
};

static void run_controller(void *deletions)
{
	struct deletions *d = deletions;

	while (!closed(d->stop)) {
		int status = rt->sync->wg_add(&d->all, -1);

		if (assay_status_is_panic(status))
			raise_status(status);
		sleep_ns(MS);
	}
}

GOKER(kubernetes, 13058, "group below zero", LEFT(0, 0),
      USES(NEED_WG, NEED_PANIC), .panic = "sync: negative WaitGroup counter",
      .copies = 10)
{
	struct deletions *d = NEW(struct deletions);

	d->stop = chan_signal(0);
	go(run_controller, d);
	yield();
	wg_add(&d->all, 3);
	wg_wait(&d->all);
	close_chan(d->stop);
}

/*
 * dial.c - more of a dial that ends with its context: contexts that have
 * ended, parents, what is left open (NP-030, see also net/dial.c).
 */
#include <stdio.h>

#include "cx.h"
#include "net/outside.h"

#define NEED_DIAL NEED_CX, NEED_EXT(context, dial)

/* The status of a dial that gives no connection. */
static int dial_fails(assay_context *c, const char *address)
{
	assay_conn *conn = NULL;
	int status = ext->context->dial(c, "tcp", address, &conn);

	CHECK_PTR(conn, ==, NULL);
	return status;
}

/* The error is that of a dial to the address. */
static void check_said(const char *address, const char *what)
{
	char text[160];

	snprintf(text, sizeof(text), "dial tcp %s: %s", address, what);
	CHECK_STR(rt->net->error(), text);
}

CASE_OF(NP_030, ended, "dial with an ended context fails at once",
	NEEDS(NEED_DIAL, NEED_TIMEOUT, NEED(net, error)))
{
	char there[64], full[64];
	assay_context *c = with_cancel(background());
	assay_context *past = with_timeout(background(), -1, 0);
	int64_t begin;

	(void)listen_fd(16, there, sizeof(there));
	full_address(full, sizeof(full));
	cancel(c);
	begin = now();
	CHECK_EQ(dial_fails(c, there), ASSAY_NET_CANCELED);
	check_said(there, "operation was canceled");
	CHECK_EQ(dial_fails(c, full), ASSAY_NET_CANCELED);
	CHECK_EQ(dial_fails(past, there), ASSAY_TIMEOUT);
	check_said(there, "i/o timeout");
	CHECK_EQ(dial_fails(past, full), ASSAY_TIMEOUT);
	CHECK_LT(now() - begin, upto(SEC));
	free_context(c);
	free_context(past);
}

struct canceller {
	assay_context *c;
	assay_chan *ended;
	int64_t after;
};

static void cancel_later(void *arg)
{
	struct canceller *s = arg;

	sleep_ns(s->after);
	cancel(s->c);
	send_signal(s->ended);
}

CASE_OF(NP_030, leaves, "a dial that is cancelled leaves nothing open",
	NEEDS(NEED_DIAL))
{
	char full[64];
	int64_t open = 0;

	full_address(full, sizeof(full));
	for (int i = 0; i < 4; i++) {
		assay_context *parent = with_cancel(background());
		assay_context *c = with_cancel(parent);
		struct canceller s = {i % 2 == 0 ? c : parent, chan_signal(0),
				      10 * MS};
		int64_t begin = now();

		go(cancel_later, &s);
		CHECK_EQ(dial_fails(c, full), ASSAY_NET_CANCELED);
		CHECK_GE(now() - begin, 10 * MS);
		CHECK_LT(now() - begin, upto(SEC));
		wait_for(s.ended);
		free_context(c);
		free_context(parent);
		if (i == 0)
			open = descriptors(); /* the poller's own are there */
	}
	CHECK_LE(descriptors(), open);
}

CASE_OF(NP_030, input, "dial wants a context, an address and out",
	NEEDS(NEED_DIAL))
{
	char there[64];
	assay_conn *conn = NULL;

	(void)listen_fd(16, there, sizeof(there));
	CHECK_EQ(ext->context->dial(NULL, "tcp", there, &conn), ASSAY_EINVAL);
	CHECK_EQ(ext->context->dial(background(), "tcp", there, NULL),
		 ASSAY_EINVAL);
	CHECK_EQ(ext->context->dial(background(), "tcp", NULL, &conn),
		 ASSAY_EINVAL);
	CHECK_PTR(conn, ==, NULL);
}

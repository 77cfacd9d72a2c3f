/*
 * context_dial.c - dial until a context ends.
 */
#include <goro_ext.h>

#include "context.h"
#include "sched/errtext.h"
#include "sched/outside.h"

static int ended(int err, const char *network, const char *address)
{
	int status = err == GORO_DEADLINE ? GORO_TIMEOUT : GORO_NET_CANCELED;

	goro__set_error_text(ERRTEXT_NET, "dial %s %s: %s", network, address,
			     goro_status_text(status));
	return status;
}

int goro_context_dial(goro_context *c, const char *network, const char *address,
		      goro_conn **out)
{
	AS_GOROUTINE();
	int64_t deadline = GORO_FOREVER;
	int status, err;

	if (!c || !network || !address || !out)
		return GORO_EINVAL;
	err = goro_context_err(c);
	if (err)
		return ended(err, network, address);
	goro__context_deadline(c, &deadline);
	status = goro_dial_cancel(network, address, deadline,
				  goro_context_done(c), out);
	/* c's deadline may close its channel before it ends the dial. */
	if (status == GORO_NET_CANCELED && goro_context_err(c) == GORO_DEADLINE)
		return ended(GORO_DEADLINE, network, address);
	return status;
}

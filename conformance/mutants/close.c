/* close.c - faults of closed and of nil channels. */
#include <stdlib.h>
#include <string.h>

#include "fault.h"

static int close_marks(assay_chan *c)
{
	if (c != NULL)
		atomic_store(&info_of(c)->closed, true);
	return was.chan.close(c);
}

static void track_closes(void)
{
	track_channels();
	my.chan.close = close_marks;
}

static bool is_closed(assay_chan *c)
{
	return c != NULL && atomic_load(&info_of(c)->closed);
}

/* ---- what close does ---------------------------------------------------- */

/* Of the goroutines that waited before the close, only some return. */
static int let_go;

static int recv_few_come_back(assay_chan *c, void *out, int64_t deadline)
{
	bool before = !is_closed(c);
	int status = was.chan.recv(c, out, deadline);

	if (status == ASSAY_CLOSED && before && c != NULL &&
	    atomic_fetch_add(&info_of(c)->woken, 1) >= let_go)
		block();
	return status;
}

static void plant_let_go(int n)
{
	let_go = n;
	track_closes();
	my.chan.recv = recv_few_come_back;
}

FAULT(close_wakes_one, "CH-011", "close wakes one of the receivers")
{
	plant_let_go(1);
}

FAULT(close_wakes_65536, "GO-011", "close wakes at most 65 536 receivers")
{
	plant_let_go(65536);
}

FAULT(close_wakes_no_receiver, "CH-032", "close wakes no receiver")
{
	plant_let_go(0);
}

static int close_drains(assay_chan *c)
{
	size_t n = elem_of(c);
	void *old = take(n + 1);

	if (c != NULL && was.chan.len(c) > 0)
		while (was.chan.recv(c, old, ASSAY_POLL) == ASSAY_OK)
			;
	free(old);
	return was.chan.close(c);
}

FAULT(close_drops, "CH-010", "close throws away what the buffer holds")
{
	track_channels();
	my.chan.close = close_drains;
}

static int close_twice(assay_chan *c)
{
	int status = was.chan.close(c);

	return status == ASSAY_CLOSE_CLOSED ? ASSAY_OK : status;
}

FAULT(close_twice_ok, "CH-014", "closing twice is no panic")
{
	my.chan.close = close_twice;
}

static int close_nil(assay_chan *c)
{
	return c == NULL ? ASSAY_OK : was.chan.close(c);
}

FAULT(close_nil_ok, "CH-015", "closing a nil channel is no panic")
{
	my.chan.close = close_nil;
}

/* ---- what a closed channel does ----------------------------------------- */

static int send_ok_if_closed(assay_chan *c, const void *v, int64_t deadline)
{
	int status = was.chan.send(c, v, deadline);

	return status == ASSAY_SEND_CLOSED ? ASSAY_OK : status;
}

FAULT(send_closed_ok, "CH-012", "sending on a closed channel is no panic")
{
	my.chan.send = send_ok_if_closed;
}

static int send_room_if_closed(assay_chan *c, const void *v, int64_t deadline)
{
	bool room = c != NULL && was.chan.cap(c) > was.chan.len(c);
	int status = was.chan.send(c, v, deadline);

	return room && status == ASSAY_SEND_CLOSED ? ASSAY_OK : status;
}

FAULT(send_closed_room, "CH-012", "a closed channel with room takes values")
{
	my.chan.send = send_room_if_closed;
}

static int send_blocked_ok(assay_chan *c, const void *v, int64_t deadline)
{
	bool before = !is_closed(c);
	int status = was.chan.send(c, v, deadline);

	return before && status == ASSAY_SEND_CLOSED ? ASSAY_OK : status;
}

FAULT(blocked_send_ok, "CH-013", "a sender that waits at the close succeeds")
{
	track_closes();
	my.chan.send = send_blocked_ok;
}

static int recv_keeps(assay_chan *c, void *out, int64_t deadline)
{
	size_t n = elem_of(c);
	void *old = out == NULL ? NULL : take(n + 1);
	int status;

	if (out != NULL)
		memcpy(old, out, n);
	status = was.chan.recv(c, out, deadline);
	if (status == ASSAY_CLOSED && out != NULL)
		memcpy(out, old, n);
	free(old);
	return status;
}

FAULT(closed_not_zeroed, "CH-009",
      "a closed channel leaves the place as it was")
{
	track_channels();
	my.chan.recv = recv_keeps;
}

static int recv_ok_if_closed(assay_chan *c, void *out, int64_t deadline)
{
	static atomic_uint n;
	int status = was.chan.recv(c, out, deadline);

	return status == ASSAY_CLOSED && every(&n, 2) ? ASSAY_OK : status;
}

FAULT(range_one_more, "CH-037", "a closed channel gives a last zero with ok")
{
	my.chan.recv = recv_ok_if_closed;
}

/* ---- nil ---------------------------------------------------------------- */

static int send_nil(assay_chan *c, const void *v, int64_t deadline)
{
	return c == NULL ? ASSAY_OK : was.chan.send(c, v, deadline);
}

FAULT(send_nil_ok, "CH-016", "sending on a nil channel returns")
{
	my.chan.send = send_nil;
}

static int recv_nil(assay_chan *c, void *out, int64_t deadline)
{
	return c == NULL && deadline == ASSAY_FOREVER
		       ? ASSAY_CLOSED
		       : was.chan.recv(c, out, deadline);
}

FAULT(recv_nil_closed, "CH-017", "receiving from a nil channel returns")
{
	my.chan.recv = recv_nil;
}

FAULT(range_nil_ends, "CH-038", "a range over a nil channel ends")
{
	my.chan.recv = recv_nil;
}

static int poll_nil(assay_chan *c, void *out, int64_t deadline)
{
	return c == NULL && deadline == ASSAY_POLL
		       ? ASSAY_CLOSED
		       : was.chan.recv(c, out, deadline);
}

FAULT(try_recv_nil_closed, "CH-049", "a try finds a nil channel closed")
{
	my.chan.recv = poll_nil;
}

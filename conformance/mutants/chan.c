/* chan.c - faults of channels that concern values and waiters. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

/* ---- blocking and room -------------------------------------------------- */

static assay_chan *make_roomy(size_t elem, int64_t cap, int *status)
{
	return was.chan.make(elem, cap == 0 ? 1 : cap, status);
}

FAULT(unbuffered_has_room, "CH-001", "an unbuffered channel holds one value")
{
	my.chan.make = make_roomy;
}

FAULT(no_rendezvous, "CH-044", "an unbuffered send does not wait for a receive")
{
	my.chan.make = make_roomy;
}

static int recv_never_blocks(assay_chan *c, void *out, int64_t deadline)
{
	int status = was.chan.recv(c, out, ASSAY_POLL);

	if (status != ASSAY_AGAIN || deadline == ASSAY_POLL)
		return status;
	if (out != NULL)
		memset(out, 0, elem_of(c));
	return ASSAY_OK;
}

FAULT(recv_never_blocks, "CH-002", "a receive from an empty channel gets zero")
{
	track_channels();
	my.chan.recv = recv_never_blocks;
}

static int recv_buffered_never_blocks(assay_chan *c, void *out,
				      int64_t deadline)
{
	if (was.chan.cap(c) > 0)
		return recv_never_blocks(c, out, deadline);
	return was.chan.recv(c, out, deadline);
}

FAULT(empty_buffer_gives_zero, "CH-005", "an empty buffer gives zeroes")
{
	track_channels();
	my.chan.recv = recv_buffered_never_blocks;
}

static assay_chan *make_short(size_t elem, int64_t cap, int *status)
{
	return was.chan.make(elem, cap > 0 ? cap - 1 : cap, status);
}

FAULT(ring_one_short, "CH-003", "a buffer has one slot less than was asked for")
{
	my.chan.make = make_short;
}

static assay_chan *make_long(size_t elem, int64_t cap, int *status)
{
	return was.chan.make(elem, cap > 0 ? cap + 1 : cap, status);
}

FAULT(ring_one_long, "CH-004", "a buffer has one slot more than was asked for")
{
	my.chan.make = make_long;
}

FAULT(semaphore_one_more, "CH-045", "a semaphore of N lets N + 1 in")
{
	my.chan.make = make_long;
}

static assay_chan *make_negative(size_t elem, int64_t cap, int *status)
{
	return was.chan.make(elem, cap < 0 ? 0 : cap, status);
}

FAULT(negative_size_ok, "CH-026", "a negative size makes an unbuffered channel")
{
	my.chan.make = make_negative;
}

static assay_chan *make_same(size_t elem, int64_t cap, int *status)
{
	static _Atomic(assay_chan *) one;
	assay_chan *c = elem == 4 && cap == 0 ? atomic_load(&one) : NULL;

	if (c == NULL)
		c = was.chan.make(elem, cap, status);
	else if (status != NULL)
		*status = ASSAY_OK;
	if (elem == 4 && cap == 0)
		atomic_store(&one, c);
	return c;
}

FAULT(make_same, "CH-036", "all unbuffered channels of int are one")
{
	my.chan.make = make_same;
}

/* ---- values lost, doubled, torn, out of order --------------------------- */

static int send_drops(assay_chan *c, const void *v, int64_t deadline)
{
	static atomic_uint sends;

	if (was.chan.cap(c) > 0 && every(&sends, 257))
		return ASSAY_OK;
	return was.chan.send(c, v, deadline);
}

FAULT(ring_drops_257th, "CH-006", "the ring drops each 257th value")
{
	my.chan.send = send_drops;
}

static int send_drops_rarely(assay_chan *c, const void *v, int64_t deadline)
{
	static atomic_uint sends;

	if (every(&sends, 100000))
		return ASSAY_OK;
	return was.chan.send(c, v, deadline);
}

FAULT(one_in_100000_lost, "CH-043", "each 100 000th value is lost")
{
	my.chan.send = send_drops_rarely;
}

static int send_doubles(assay_chan *c, const void *v, int64_t deadline)
{
	static atomic_uint sends;
	int status = was.chan.send(c, v, deadline);

	if (status == ASSAY_OK && every(&sends, 1000))
		was.chan.send(c, v, ASSAY_POLL);
	return status;
}

FAULT(value_twice, "CH-008", "each 1000th value is sent twice")
{
	my.chan.send = send_doubles;
}

/* Receives the newest value of the buffer; puts the others back. */
static int recv_newest(assay_chan *c, void *out, int64_t deadline)
{
	int64_t n = was.chan.len(c);
	int status = was.chan.recv(c, out, deadline);

	for (int64_t i = 1; i < n && status == ASSAY_OK; i++) {
		was.chan.send(c, out, ASSAY_POLL);
		was.chan.recv(c, out, ASSAY_POLL);
	}
	return status;
}

FAULT(lifo, "CH-007", "a buffer gives its newest value first")
{
	my.chan.recv = recv_newest;
}

static int recv_last_byte_lost(assay_chan *c, void *out, int64_t deadline)
{
	int status = was.chan.recv(c, out, deadline);
	size_t n = elem_of(c);

	if (status == ASSAY_OK && out != NULL && n > 128)
		((unsigned char *)out)[n - 1] = 0;
	return status;
}

FAULT(large_value_cut, "CH-033", "the last byte of a large value is lost")
{
	track_channels();
	my.chan.recv = recv_last_byte_lost;
}

static int recv_torn(assay_chan *c, void *out, int64_t deadline)
{
	static _Atomic(uint64_t) second;
	int status = was.chan.recv(c, out, deadline);
	uint64_t word;

	if (status != ASSAY_OK || out == NULL || elem_of(c) != 16)
		return status;
	memcpy(&word, (char *)out + 8, sizeof(word));
	word = atomic_exchange(&second, word);
	memcpy((char *)out + 8, &word, sizeof(word));
	return status;
}

FAULT(value_torn, "CH-046", "the second word is that of the value before")
{
	track_channels();
	my.chan.recv = recv_torn;
}

static int recv_peeks(assay_chan *c, void *out, int64_t deadline)
{
	if (out == NULL && was.chan.len(c) > 0)
		return ASSAY_OK;
	return was.chan.recv(c, out, deadline);
}

FAULT(discard_keeps, "CH-041", "a receive without a place leaves the value")
{
	my.chan.recv = recv_peeks;
}

static int recv_zero_is_closed(assay_chan *c, void *out, int64_t deadline)
{
	int status = was.chan.recv(c, out, deadline);
	size_t n = elem_of(c);

	if (status != ASSAY_OK || out == NULL || n == 0)
		return status;
	for (size_t i = 0; i < n; i++)
		if (((unsigned char *)out)[i] != 0)
			return ASSAY_OK;
	return ASSAY_CLOSED;
}

FAULT(zero_is_closed, "CH-040", "a value of zeroes looks like a closed channel")
{
	track_channels();
	my.chan.recv = recv_zero_is_closed;
}

static int recv_spurious(assay_chan *c, void *out, int64_t deadline)
{
	int status;

	if (deadline != ASSAY_FOREVER)
		return was.chan.recv(c, out, deadline);
	status = was.chan.recv(c, out, was.time.now() + 5000000);
	return status == ASSAY_TIMEOUT ? ASSAY_CLOSED : status;
}

FAULT(spurious_wake, "CH-042", "a receive gives up after 5 ms")
{
	my.chan.recv = recv_spurious;
}

static int recv_holds_thread(assay_chan *c, void *out, int64_t deadline)
{
	int status = was.chan.recv(c, out, ASSAY_POLL);

	while (status == ASSAY_AGAIN && deadline == ASSAY_FOREVER) {
		usleep(100);
		status = was.chan.recv(c, out, ASSAY_POLL);
	}
	return status;
}

FAULT(recv_holds_thread, "SC-030@1", "a blocked receive keeps its thread")
{
	my.chan.recv = recv_holds_thread;
}

/* ---- without blocking --------------------------------------------------- */

static int poll_empty_is_closed(assay_chan *c, void *out, int64_t deadline)
{
	int status = was.chan.recv(c, out, deadline);

	return status == ASSAY_AGAIN ? ASSAY_CLOSED : status;
}

FAULT(try_recv_empty_closed, "CH-018",
      "a try on an empty channel finds it closed")
{
	my.chan.recv = poll_empty_is_closed;
}

static int poll_full_is_ok(assay_chan *c, const void *v, int64_t deadline)
{
	int status = was.chan.send(c, v, deadline);

	return status == ASSAY_AGAIN ? ASSAY_OK : status;
}

FAULT(try_send_full_ok, "CH-019", "a try on a full channel claims to have sent")
{
	my.chan.send = poll_full_is_ok;
}

static int poll_send_unbuffered(assay_chan *c, const void *v, int64_t deadline)
{
	if (deadline == ASSAY_POLL && was.chan.cap(c) == 0)
		return ASSAY_AGAIN;
	return was.chan.send(c, v, deadline);
}

FAULT(try_send_no_receiver, "CH-020", "a try to send sees no parked receiver")
{
	my.chan.send = poll_send_unbuffered;
}

static int poll_recv_unbuffered(assay_chan *c, void *out, int64_t deadline)
{
	if (deadline == ASSAY_POLL && was.chan.cap(c) == 0)
		return ASSAY_AGAIN;
	return was.chan.recv(c, out, deadline);
}

FAULT(try_recv_no_sender, "CH-021", "a try to receive sees no parked sender")
{
	my.chan.recv = poll_recv_unbuffered;
}

static int poll_closed_again(assay_chan *c, void *out, int64_t deadline)
{
	int status = was.chan.recv(c, out, deadline);

	return status == ASSAY_CLOSED && deadline == ASSAY_POLL ? ASSAY_AGAIN
								: status;
}

FAULT(try_recv_closed_again, "CH-022", "a try finds a closed channel not ready")
{
	my.chan.recv = poll_closed_again;
}

static int poll_misses(assay_chan *c, void *out, int64_t deadline)
{
	static atomic_uint polls;

	if (deadline == ASSAY_POLL && every(&polls, 300))
		return ASSAY_AGAIN;
	return was.chan.recv(c, out, deadline);
}

static int poll_select_misses(const struct assay_case *cases, size_t n,
			      int64_t deadline, size_t *chosen)
{
	static atomic_uint polls;

	if (deadline == ASSAY_POLL && every(&polls, 300))
		return ASSAY_AGAIN;
	return was.chan.select(cases, n, deadline, chosen);
}

FAULT(try_recv_misses, "CH-023", "each 300th try misses what is there")
{
	my.chan.recv = poll_misses;
	my.chan.select = poll_select_misses;
}

/* ---- len, cap, zero-size ------------------------------------------------ */

static int64_t len_one_less(assay_chan *c)
{
	int64_t n = was.chan.len(c);

	return n > 0 ? n - 1 : 0;
}

FAULT(len_one_less, "CH-024", "len is one too small")
{
	my.chan.len = len_one_less;
}

static int64_t cap_next_power(assay_chan *c)
{
	int64_t n = was.chan.cap(c), p = 1;

	while (p < n)
		p *= 2;
	return n > 0 ? p : 0;
}

FAULT(cap_rounded, "CH-024", "cap is the next power of two")
{
	my.chan.cap = cap_next_power;
}

static int send_counted(assay_chan *c, const void *v, int64_t deadline)
{
	int status;

	atomic_fetch_add(&info_of(c)->sending, 1);
	status = was.chan.send(c, v, deadline);
	atomic_fetch_sub(&info_of(c)->sending, 1);
	return status;
}

static int64_t len_with_senders(assay_chan *c)
{
	return was.chan.len(c) + atomic_load(&info_of(c)->sending);
}

FAULT(len_counts_senders, "CH-025", "len counts the senders that wait")
{
	track_channels();
	my.chan.send = send_counted;
	my.chan.len = len_with_senders;
}

static int64_t len_of_something(assay_chan *c)
{
	return elem_of(c) == 0 ? 0 : was.chan.len(c);
}

FAULT(len_of_nothing, "CH-034", "len does not count values of no size")
{
	track_channels();
	my.chan.len = len_of_something;
}

/* net.c - faults of connections: data, ends, errors, addresses. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

#define MS INT64_C(1000000)

/* ---- reads ---------------------------------------------------------------- */

static int read_eof_early(assay_conn *c, void *buf, size_t n, size_t *got)
{
	static atomic_uint reads;

	*got = 0;
	if (n > 0 && every(&reads, 3))
		return ASSAY_EOF;
	return was.net.read(c, buf, n, got);
}

FAULT(eof_early, "NP-009", "EOF comes before all data has been read")
{
	my.net.read = read_eof_early;
}

static int read_once_eof(assay_conn *c, void *buf, size_t n, size_t *got)
{
	int status = was.net.read(c, buf, n, got);

	if (status == ASSAY_EOF)
		was.net.close(c);
	return status;
}

FAULT(eof_once, "NP-009", "EOF comes once, then an error")
{
	my.net.read = read_once_eof;
}

static int read_for_a_while(assay_conn *c, void *buf, size_t n, size_t *got)
{
	int status;

	was.net.read_deadline(c, was.time.now() + 30 * MS);
	status = was.net.read(c, buf, n, got);
	was.net.read_deadline(c, ASSAY_FOREVER);
	return status == ASSAY_TIMEOUT ? ASSAY_OK : status;
}

FAULT(read_returns_nothing, "NP-040", "a read may return with no byte")
{
	my.net.read = read_for_a_while;
}

static int read_empty_eof(assay_conn *c, void *buf, size_t n, size_t *got)
{
	int status = was.net.read(c, buf, n, got);

	return n == 0 && status == ASSAY_OK ? ASSAY_EOF : status;
}

FAULT(read_of_nothing_eof, "NP-031", "a read of no bytes is EOF")
{
	my.net.read = read_empty_eof;
}

static void nap(void *arg)
{
	(void)arg;
	usleep(2000);
}

static int read_holds_thread(assay_conn *c, void *buf, size_t n, size_t *got)
{
	int status;

	do {
		was.net.read_deadline(c, was.time.now() + 1000);
		status = was.net.read(c, buf, n, got);
		if (status == ASSAY_TIMEOUT)
			was.blocking.call(nap, NULL);
	} while (status == ASSAY_TIMEOUT);
	return status;
}

FAULT(read_holds_thread, "NP-042/threads@4", "a blocked read keeps a thread")
{
	my.net.read = read_holds_thread;
}

static int read_changes(assay_conn *c, void *buf, size_t n, size_t *got)
{
	static atomic_uint reads;
	int status = was.net.read(c, buf, n, got);

	if (status == ASSAY_OK && *got > 1 && every(&reads, 100))
		((unsigned char *)buf)[*got - 1] ^= 1;
	return status;
}

FAULT(byte_changed, "NP-006", "a byte in a hundred reads is another one")
{
	my.net.read = read_changes;
}

static int read_twice(assay_conn *c, void *buf, size_t n, size_t *got)
{
	static atomic_uint reads;
	static _Atomic unsigned char last;
	int status;

	if (n > 0 && every(&reads, 50)) {
		*(unsigned char *)buf = atomic_load(&last);
		*got = 1;
		return ASSAY_OK;
	}
	status = was.net.read(c, buf, n, got);
	if (status == ASSAY_OK && *got > 0)
		atomic_store(&last, ((unsigned char *)buf)[*got - 1]);
	return status;
}

FAULT(byte_read_twice, "NP-016", "a byte goes to two readers")
{
	my.net.read = read_twice;
}

/* ---- writes --------------------------------------------------------------- */

static int write_part(assay_conn *c, const void *buf, size_t n, size_t *done)
{
	return was.net.write(c, buf, n > 65536 ? 65536 : n, done);
}

FAULT(write_returns_early, "NP-008", "a write returns after its first part")
{
	my.net.write = write_part;
}

static int write_claims(assay_conn *c, const void *buf, size_t n, size_t *done)
{
	int status = was.net.write(c, buf, n > 65536 ? 65536 : n, done);

	if (status == ASSAY_OK)
		*done = n;
	return status;
}

FAULT(write_drops_rest, "NP-007/unix", "a write reports as whole what it cut")
{
	my.net.write = write_claims;
}

static int write_late_whole(assay_conn *c, const void *buf, size_t n,
			    size_t *done)
{
	int status = was.net.write(c, buf, n, done);

	if (status != ASSAY_OK && *done > 0)
		*done = n;
	return status;
}

FAULT(partial_is_whole, "NP-008", "a write that was cut short counts as whole")
{
	my.net.write = write_late_whole;
}

static int write_late_none(assay_conn *c, const void *buf, size_t n,
			   size_t *done)
{
	int status = was.net.write(c, buf, n, done);

	if (status != ASSAY_OK)
		*done = 0;
	return status;
}

FAULT(partial_is_none, "NP-023", "a write that was cut short counts nothing")
{
	my.net.write = write_late_none;
}

static int write_halves(assay_conn *c, const void *buf, size_t n, size_t *done)
{
	size_t more = 0;
	int status = was.net.write(c, buf, n / 2, done);

	if (status != ASSAY_OK)
		return status;
	status = was.net.write(c, (const char *)buf + n / 2, n - n / 2, &more);
	*done += more;
	return status;
}

FAULT(writes_mix, "NP-017", "two writes may be cut into each other")
{
	my.net.write = write_halves;
}

/* ---- close and shutdown --------------------------------------------------- */

/* Counts the reads or accepts of a handle that are under way. */
static void add_waiting(const void *handle, int64_t n)
{
	keep(handle, recall(handle) + n);
}

static int read_counted(assay_conn *c, void *buf, size_t n, size_t *got)
{
	int status;

	add_waiting(c, 1);
	status = was.net.read(c, buf, n, got);
	add_waiting(c, -1);
	return status;
}

static int close_unless_read(assay_conn *c)
{
	return recall(c) > 0 ? ASSAY_OK : was.net.close(c);
}

FAULT(close_leaves_reader, "NP-011/unix", "close does not end a blocked read")
{
	my.net.read = read_counted;
	my.net.close = close_unless_read;
}

static int accept_counted(assay_listener *l, assay_conn **out)
{
	int status;

	add_waiting(l, 1);
	status = was.net.accept(l, out);
	add_waiting(l, -1);
	return status;
}

static int close_unless_accept(assay_listener *l)
{
	return recall(l) > 0 ? ASSAY_OK : was.net.listener_close(l);
}

FAULT(close_leaves_accept, "NP-012/unix", "close does not end a blocked accept")
{
	my.net.accept = accept_counted;
	my.net.listener_close = close_unless_accept;
}

static int write_counted(assay_conn *c, const void *buf, size_t n, size_t *done)
{
	int status;

	add_waiting(c, 1);
	status = was.net.write(c, buf, n, done);
	add_waiting(c, -1);
	return status;
}

FAULT(close_leaves_writer, "NP-011/write", "close does not end a blocked write")
{
	my.net.write = write_counted;
	my.net.close = close_unless_read;
}

static int read_closed_late(assay_conn *c, void *buf, size_t n, size_t *got)
{
	int status = was.net.read(c, buf, n, got);

	return status == ASSAY_NET_CLOSED ? ASSAY_TIMEOUT : status;
}

FAULT(closed_is_timeout, "NP-011", "a read that close has ended is a timeout")
{
	my.net.read = read_closed_late;
}

static int close_again(assay_conn *c)
{
	int status = was.net.close(c);

	return status == ASSAY_NET_CLOSED ? ASSAY_OK : status;
}

FAULT(close_twice, "NP-013", "a second close is fine")
{
	my.net.close = close_again;
}

static int deadline_of_closed(assay_conn *c, int64_t deadline)
{
	int status = was.net.read_deadline(c, deadline);

	return status == ASSAY_NET_CLOSED ? ASSAY_OK : status;
}

FAULT(deadline_of_closed, "NP-013", "a closed connection takes a deadline")
{
	my.net.read_deadline = deadline_of_closed;
}

static int shut_both(assay_conn *c, int how)
{
	(void)how;
	return was.net.shutdown(c, ASSAY_SHUT_READ | ASSAY_SHUT_WRITE);
}

FAULT(shutdown_ends_both, "NP-010", "half a close is a whole one")
{
	my.net.shutdown = shut_both;
}

static int shut_nothing(assay_conn *c, int how)
{
	return how == ASSAY_SHUT_WRITE ? ASSAY_OK : was.net.shutdown(c, how);
}

FAULT(shutdown_unsent, "NP-010/unix", "the peer is not told of half a close")
{
	my.net.shutdown = shut_nothing;
}

static int write_pipe_other(assay_conn *c, const void *buf, size_t n,
			    size_t *done)
{
	int status = was.net.write(c, buf, n, done);

	return status == ASSAY_NET_PIPE ? ASSAY_NET_OTHER : status;
}

FAULT(broken_pipe_other, "NP-033", "a broken pipe is some error or other")
{
	my.net.write = write_pipe_other;
}

/* ---- dial and accept ------------------------------------------------------ */

static int dial_other(const char *network, const char *address,
		      int64_t deadline, assay_conn **out)
{
	int status = was.net.dial(network, address, deadline, out);

	return status == ASSAY_NET_REFUSED ? ASSAY_NET_OTHER : status;
}

FAULT(refused_is_other, "NP-029", "connection refused is some error or other")
{
	my.net.dial = dial_other;
}

static int dial_any_port(const char *network, const char *address,
			 int64_t deadline, assay_conn **out)
{
	const char *port = strrchr(address, ':');
	char wrapped[64];

	if (port == NULL || atoi(port + 1) <= 65535)
		return was.net.dial(network, address, deadline, out);
	strcpy(wrapped, "127.0.0.1:1");
	return was.net.dial(network, wrapped, deadline, out);
}

FAULT(port_wraps, "NP-029", "a number too large for a port is one anyway")
{
	my.net.dial = dial_any_port;
}

static int dial_anyhow(const char *network, const char *address,
		       int64_t deadline, assay_conn **out)
{
	if (deadline <= was.time.now())
		deadline = was.time.now() + 1000 * MS;
	return was.net.dial(network, address, deadline, out);
}

FAULT(dial_past_connects, "NP-028", "a dial after its deadline connects")
{
	my.net.dial = dial_anyhow;
}

static int dial_late(const char *network, const char *address, int64_t deadline,
		     assay_conn **out)
{
	if (deadline != ASSAY_FOREVER)
		deadline += (deadline - was.time.now()) * 3;
	return was.net.dial(network, address, deadline, out);
}

FAULT(dial_waits_long, "NP-028/hangs", "a dial waits four times as long")
{
	my.net.dial = dial_late;
}

static int dial_for_good(const char *network, const char *address,
			 int64_t deadline, assay_conn **out)
{
	int status = was.net.dial(network, address, deadline, out);

	if (status == ASSAY_OK && strcmp(network, "udp") != 0)
		was.net.read_deadline(*out, deadline);
	return status;
}

FAULT(dial_deadline_stays, "NP-028/over",
      "the deadline of the dial stays that of reads")
{
	my.net.dial = dial_for_good;
}

static int accept_loses(assay_listener *l, assay_conn **out)
{
	static atomic_uint accepts;
	int status = was.net.accept(l, out);

	if (status != ASSAY_OK || !every(&accepts, 50))
		return status;
	was.net.close(*out);
	return was.net.accept(l, out);
}

FAULT(accept_loses, "NP-041", "each 50th connection is accepted by nobody")
{
	my.net.accept = accept_loses;
}

static int addr_of_peer(assay_conn *c, char *buf, size_t n)
{
	return was.net.local_addr(c, buf, n);
}

FAULT(remote_is_local, "NP-005", "the peer's address is the own one")
{
	my.net.remote_addr = addr_of_peer;
}

/* ---- datagrams, pipes, files ---------------------------------------------- */

static int read_from_merges(assay_conn *c, void *buf, size_t n, size_t *got,
			    char *from, size_t from_n)
{
	int status = was.net.read_from(c, buf, n, got, from, from_n);
	size_t more = 0;

	if (status != ASSAY_OK)
		return status;
	was.net.read_deadline(c, was.time.now() + MS);
	if (was.net.read_from(c, (char *)buf + *got, n - *got, &more, from,
			      from_n) == ASSAY_OK)
		*got += more;
	was.net.read_deadline(c, ASSAY_FOREVER);
	return ASSAY_OK;
}

FAULT(datagrams_merge, "NP-032", "two datagrams are read as one")
{
	my.net.read_from = read_from_merges;
}

static int file_deadline(assay_conn *c, int64_t deadline)
{
	int status = was.net.read_deadline(c, deadline);

	return status == ASSAY_NET_NO_DEADLINE ? ASSAY_OK : status;
}

FAULT(file_has_deadline, "NP-034", "a regular file takes a deadline")
{
	my.net.read_deadline = file_deadline;
}

struct later {
	assay_conn *c;
	void *buf;
	size_t n;
};

static void write_now(void *arg)
{
	struct later *l = arg;
	size_t done;

	was.net.write(l->c, l->buf, l->n, &done);
}

static int write_later(assay_conn *c, const void *buf, size_t n, size_t *done)
{
	struct later l = {.c = c, .buf = take(n), .n = n};

	memcpy(l.buf, buf, n);
	*done = n;
	return was.core.go(write_now, &l, sizeof(l));
}

FAULT(pipe_has_buffer, "NP-036", "a pipe in memory does not wait for the read")
{
	my.net.write = write_later;
}

static int read_pipe_eof(assay_conn *c, void *buf, size_t n, size_t *got)
{
	int status = was.net.read(c, buf, n, got);

	return status == ASSAY_NET_PIPE_CLOSED ? ASSAY_EOF : status;
}

FAULT(own_pipe_end_eof, "NP-036/closed", "one's own closed pipe gives EOF")
{
	my.net.read = read_pipe_eof;
}

/* ---- the poller ----------------------------------------------------------- */

static assay_fn main_fn;

static void open_poller_first(void *arg)
{
	assay_conn *ends[2];

	was.net.os_pipe(ends);
	main_fn(arg);
}

static int run_with_poller(assay_fn fn, void *arg,
			   const struct assay_run_options *options)
{
	main_fn = fn;
	return was.core.run(fn == NULL ? fn : open_poller_first, arg, options);
}

FAULT(poller_at_start, "NP-037", "the poller is there before its first use")
{
	my.core.run = run_with_poller;
}

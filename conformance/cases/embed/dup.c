/* EMB-008: two connections on duplicates of one open file. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>

#include "net/np.h"

#define NEEDS_DUP NEEDS(NEED_CONN, NEED(net, from_fd), NEED_DEADLINES)

/* The number that is free next is given to another file. */
static int take_number(void)
{
	int fds[2];

	socket_pair(fds);
	close(fds[1]);
	return fds[0];
}

/* `left` reads, times out and is woken although its twin is closed. */
static void close_twin(assay_conn *twin, assay_conn *left, int peer)
{
	static struct call waits;
	char byte = 0;
	int other;

	start_read(&waits, left, &byte, 1);
	settle(1);
	close_conn(twin);
	other = take_number();
	CHECK_EQ(atomic_load_explicit(&waits.over, memory_order_acquire), 0);
	REQUIRE_EQ(write(peer, "x", 1), 1);
	REQUIRE(ends(&waits));
	CHECK_EQ(waits.status, ASSAY_OK);
	CHECK_EQ(byte, 'x');
	read_deadline(left, in(MS));
	CHECK_EQ(read_fails(left), ASSAY_TIMEOUT);
	read_deadline(left, ASSAY_FOREVER);
	close(other);
	rt->net->free(twin);
}

CASE(EMB_008, "of two duplicates the close of one leaves the other as it is",
     NEEDS_DUP)
{
	for (int64_t i = 0; i < rounds(300); i++) {
		assay_conn *a, *b;
		int fds[2];

		socket_pair(fds);
		b = conn_of(fcntl(fds[0], F_DUPFD_CLOEXEC, 0));
		a = conn_of(fds[0]);
		if (i % 2 == 0)
			close_twin(a, b, fds[1]);
		else
			close_twin(b, a, fds[1]);
		end_conn(i % 2 == 0 ? b : a);
		close(fds[1]);
	}
}

CASE_OF(EMB_008, idle, "what is there for the closed one keeps no poller busy",
	.flags = CASE_ALONE, NEEDS_DUP)
{
	assay_conn *a, *b;
	int fds[2];
	int64_t used;

	socket_pair(fds);
	b = conn_of(fcntl(fds[0], F_DUPFD_CLOEXEC, 0));
	a = conn_of(fds[0]);
	read_deadline(a, in(MS));
	CHECK_EQ(read_fails(a), ASSAY_TIMEOUT);
	end_conn(a);
	REQUIRE_EQ(write(fds[1], "xyz", 3), 3);
	used = cpu_ns();
	sleep_ns(300 * MS);
	CHECK_LT(cpu_ns() - used, upto(100 * MS));
	end_conn(b);
}

/* FIL-004: the mode of an open file that others have, too. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/np.h"

static bool is_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	REQUIRE_CMP(flags, >=, 0);
	return (flags & O_NONBLOCK) != 0;
}

/* Wraps fd, and looks at a duplicate: both are one open file. */
static void check_mode(int fd, bool during, bool after)
{
	int dup = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	assay_conn *c = conn_of(fd);

	REQUIRE_CMP(dup, >=, 0);
	CHECK_EQ(is_nonblocking(dup), during);
	end_conn(c);
	CHECK_EQ(is_nonblocking(dup), after);
	close(dup);
}

CASE(FIL_004, "what the poller waits for stays non-blocking, as from_fd says",
     NEEDS(NEED(net, from_fd), NEED(net, close), NEED(net, free)))
{
	int fds[2];

	REQUIRE_EQ(pipe2(fds, O_CLOEXEC), 0);
	check_mode(fds[0], true, true);
	check_mode(fds[1], true, true);
	REQUIRE_EQ(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	check_mode(fds[0], true, true);
	check_mode(fds[1], true, true);
}

CASE_OF(FIL_004, regular, "a regular file keeps its mode",
	NEEDS(NEED(net, from_fd), NEED(net, close), NEED(net, free)))
{
	char path[64] = "/tmp/assay-fil-XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	REQUIRE_CMP(fd, >=, 0);
	unlink(path);
	check_mode(fd, false, false);
}

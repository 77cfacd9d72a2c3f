/* NP-043: a peer that gives up before it is accepted harms nobody. */
#include <unistd.h>

#include "np.h"

/* Connects and sends a byte. */
static int greet(const struct server *s)
{
	int fd = connect_fd(s->address);

	REQUIRE_EQ(write(fd, "x", 1), 1);
	return fd;
}

/* The next whose first byte comes; any before have been reset. */
static assay_conn *accept_greeted(const struct server *s, int64_t most)
{
	for (int64_t i = 0; i <= most; i++) {
		assay_conn *c = accept_one(s);
		char byte;
		size_t got;
		int status = read_some(c, &byte, 1, &got);

		if (status == ASSAY_OK)
			return c;
		CHECK_EQ(status, ASSAY_NET_RESET);
		end_conn(c);
	}
	CHECK_MSG(false, "more connections than were made");
	check_stop();
}

CASE(NP_043, "connections that were aborted in the queue end no accept",
     NEEDS(NEED_SERVER))
{
	struct server s = serve(TCP);
	int64_t n = rounds(100);
	int fd;

	for (int64_t i = 0; i < n; i++)
		reset_fd(connect_fd(s.address));
	fd = greet(&s);
	end_conn(accept_greeted(&s, n));
	close(fd);
	end_server(&s);
}

static struct server waiting;

static void *abort_and_greet(void *arg)
{
	int64_t n = *(const int64_t *)arg;

	for (int64_t i = 0; i < n; i++)
		reset_fd(connect_fd(waiting.address));
	greet(&waiting);
	return NULL;
}

CASE_OF(NP_043, waiting, "nor those that come while somebody waits",
	NEEDS(NEED_SERVER))
{
	int64_t n = rounds(100);

	waiting = serve(TCP);
	outside(abort_and_greet, &n);
	end_conn(accept_greeted(&waiting, n));
	end_server(&waiting);
}

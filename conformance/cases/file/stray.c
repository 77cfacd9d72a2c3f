/*
 * FIL-003: a descriptor that was closed in the middle of its use.  Its number
 * is given to another file at once, which nobody may touch.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/np.h"

#define NEEDS_FD                                                               \
	NEEDS(NEED_CONN, NEED_PIPE, NEED(net, from_fd), NEED(net, conn_fd))

enum { VICTIMS = 4, USERS = 3 };

/* A connection under three users, whom the close ends. */
struct race {
	assay_conn *c;
	bool writes;
	int fd; /* of the connection */
	atomic_int ready, over;
};

static void is_over(struct race *r)
{
	/* release: pairs with the acquire load in becomes() */
	atomic_fetch_add_explicit(&r->over, 1, memory_order_release);
}

static void move_bytes(void *arg)
{
	struct race *r = arg;
	char byte = '!';
	size_t n;
	int status;

	mark(&r->ready);
	do {
		status = r->writes ? write_some(r->c, &byte, 1, &n)
				   : read_some(r->c, &byte, 1, &n);
		yield();
	} while (status == ASSAY_OK || status == ASSAY_EOF);
	CHECK_EQ(status, ASSAY_NET_CLOSED);
	is_over(r);
}

static void ask_number(void *arg)
{
	struct race *r = arg;
	int fd = -1;

	mark(&r->ready);
	while (rt->net->conn_fd(r->c, &fd) == ASSAY_OK) {
		CHECK_EQ(fd, r->fd);
		yield();
	}
	is_over(r);
}

static int victim(void)
{
	int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	REQUIRE_CMP(fd, >=, 0);
	return fd;
}

/* Nobody has written to it, or read what the case then puts in. */
static void check_victim(int fd)
{
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 0);
	CHECK_EQ(lseek(fd, 0, SEEK_END), 0);
	close(fd);
}

static void one_race(assay_conn *c, bool writes)
{
	static struct race r;
	int victims[VICTIMS];

	r = (struct race){.c = c, .writes = writes};
	REQUIRE_EQ(rt->net->conn_fd(c, &r.fd), ASSAY_OK);
	go(move_bytes, &r);
	go(move_bytes, &r);
	go(ask_number, &r);
	if (rnd_below(2) == 0)
		REQUIRE(becomes(&r.ready, USERS));
	for (int64_t i = rnd_below(4); i > 0; i--)
		yield();
	close_conn(c);
	for (int i = 0; i < VICTIMS; i++)
		victims[i] = victim();
	REQUIRE(becomes(&r.over, USERS));
	CHECK_EQ(rt->net->conn_fd(c, &r.fd), ASSAY_NET_CLOSED);
	for (int i = 0; i < VICTIMS; i++)
		check_victim(victims[i]);
	rt->net->free(c);
}

CASE(FIL_003, "of a pipe that is closed in use no stray descriptor is touched",
     NEEDS_FD)
{
	int64_t n = rounds(150);

	for (int64_t i = 0; i < n; i++) {
		struct pair p = pair_of(OS_PIPE);
		bool writes = i % 2 == 0;

		one_race(writes ? p.w : p.r, writes);
		end_conn(writes ? p.r : p.w);
	}
}

CASE_OF(FIL_003, regular, "nor of a regular file", NEEDS_FD)
{
	int64_t n = rounds(150);

	for (int64_t i = 0; i < n; i++)
		one_race(conn_of(victim()), i % 2 == 0);
}

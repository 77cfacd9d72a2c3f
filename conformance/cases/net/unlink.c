/* What a unix socket leaves in the file system, and brings along. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "np.h"

/* ---- NP-048: the path of a listener --------------------------------------- */

#define NEEDS_UNLINK                                                           \
	NEEDS(NEED_PAIR, NEED(net, listener_from_fd),                          \
	      NEED(net, unlink_on_close))

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* change: 0 and 1 are told to the listener, -1 is nothing. */
static void check_path(int change, bool stays)
{
	struct server s = serve(UNIX);

	if (change >= 0)
		CHECK_EQ(rt->net->unlink_on_close(s.l, change == 1), ASSAY_OK);
	end_conn(dial_server(&s));
	CHECK(is_there(s.address));
	close_server(&s);
	CHECK_EQ(is_there(s.address), stays);
	free_server(&s);
}

CASE(NP_048, "the close of a listener removes its path, unless told otherwise",
     NEEDS_UNLINK)
{
	struct server s = serve(UNIX);

	check_path(-1, false);
	check_path(0, true);
	check_path(1, false);
	CHECK_EQ(rt->net->unlink_on_close(s.l, false), ASSAY_OK);
	CHECK_EQ(rt->net->unlink_on_close(s.l, true), ASSAY_OK);
	close_server(&s);
	CHECK(!is_there(s.address));
	free_server(&s);
}

CASE_OF(NP_048, descriptor, "one from a descriptor does not remove",
	NEEDS_UNLINK)
{
	for (int change = -1; change < 2; change++) {
		struct server s = {.network = "unix"};
		char dir[64] = "/tmp/assay-np-XXXXXX";
		struct pair p;

		REQUIRE(mkdtemp(dir) != NULL);
		snprintf(s.address, sizeof(s.address), "%s/s", dir);
		memcpy(s.dir, dir, sizeof(dir));
		REQUIRE_EQ(rt->net->listener_from_fd(listen_path_fd(s.address),
						     &s.l),
			   ASSAY_OK);
		if (change >= 0)
			CHECK_EQ(rt->net->unlink_on_close(s.l, change == 1),
				 ASSAY_OK);
		p = connect_to(&s);
		write_all(p.w, "x", 1);
		read_all(p.r, &(char){0}, 1);
		end_pair(&p);
		close_server(&s);
		CHECK_EQ(is_there(s.address), change != 1);
		free_server(&s);
	}
}

/* ---- NP-049: descriptors that come ---------------------------------------- */

#define NEEDS_RIGHTS NEEDS(NEED_SERVER, NEED(net, read_msg))

/* A message of one byte; the descriptors that came with it. */
static size_t take_descriptors(assay_conn *c, int *fds, size_t room)
{
	size_t got = SIZE_MAX, n = SIZE_MAX;
	char byte = 0;

	REQUIRE_EQ(rt->net->read_msg(c, &byte, 1, &got, fds, room, &n),
		   ASSAY_OK);
	CHECK_EQ(got, 1);
	CHECK_EQ(byte, 'x');
	REQUIRE_CMP(n, <=, room);
	return n;
}

CASE(NP_049, "descriptors that come over a unix socket are close-on-exec",
     NEEDS_RIGHTS)
{
	struct server s = serve(UNIX);
	struct half h = half_of(&s);
	int sent[2], came[4];
	char byte = 0;

	REQUIRE_EQ(pipe(sent), 0);
	send_descriptors(h.fd, sent, 2);
	REQUIRE_EQ(take_descriptors(h.c, came, 4), 2);
	for (int i = 0; i < 2; i++) {
		int flags = fcntl(came[i], F_GETFD);

		REQUIRE_CMP(flags, >=, 0);
		CHECK((flags & FD_CLOEXEC) != 0);
	}
	/* they are the pipe's */
	REQUIRE_EQ(write(came[1], "p", 1), 1);
	REQUIRE_EQ(read(sent[0], &byte, 1), 1);
	CHECK_EQ(byte, 'p');
	close(h.fd);
	end_conn(h.c);
	end_server(&s);
}

CASE_OF(NP_049, alone, "they can be taken without a byte",
	NEEDS(NEED_CONN, NEED(net, from_fd), NEED(net, read_msg)))
{
	int ends[2], came[2];
	size_t got = SIZE_MAX, n = SIZE_MAX;
	assay_conn *c;

	datagram_pair(ends);
	c = conn_of(ends[0]);
	send_descriptors(ends[1], &ends[1], 1);
	REQUIRE_EQ(rt->net->read_msg(c, NULL, 0, &got, came, 2, &n), ASSAY_OK);
	CHECK_EQ(got, 0);
	REQUIRE_EQ(n, 1);
	close(came[0]);
	close(ends[1]);
	end_conn(c);
}

CASE_OF(NP_049, room, "those for which there is no room are closed",
	NEEDS_RIGHTS)
{
	struct server s = serve(UNIX);
	struct half h = half_of(&s);
	int sent[4] = {0, 0, 0, 0}, came[2];
	int64_t before = descriptors();
	size_t got, n;
	char byte;

	send_descriptors(h.fd, sent, 4);
	REQUIRE_EQ(take_descriptors(h.c, came, 2), 2);
	CHECK_EQ(descriptors(), before + 2);
	close(came[0]);
	close(came[1]);
	send_descriptors(h.fd, sent, 4);
	CHECK_EQ(take_descriptors(h.c, NULL, 0), 0);
	send_descriptors(h.fd, sent, 4);
	read_all(h.c, &byte, 1);
	CHECK_EQ(byte, 'x');
	CHECK_EQ(descriptors(), before);
	close(h.fd);
	CHECK_EQ(rt->net->read_msg(h.c, &byte, 1, &got, came, 2, &n),
		 ASSAY_EOF);
	CHECK_EQ(got, 0);
	CHECK_EQ(n, 0);
	end_conn(h.c);
	end_server(&s);
}

/*
 * file_test.c - pipes of the system, and descriptors of all kinds.
 */
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net_test.h"

static void os_pipe(void)
{
	goro_conn *c[2];
	struct net_call r;
	char buf[8];

	UNIT_EQ(goro_os_pipe(c), GORO_OK);
	net_start_read(&r, c[0], 8);
	CU_ASSERT_TRUE(net_waits(&r));
	UNIT_EQ(goro_conn_write(c[1], "abc", 3, NULL), GORO_OK);
	CU_ASSERT_TRUE(net_ends(&r));
	UNIT_EQ(r.done, 3);
	UNIT_EQ(goro_conn_read_deadline(c[0], 1), GORO_OK);
	UNIT_EQ(goro_conn_read(c[0], buf, 8, NULL), GORO_TIMEOUT);
	UNIT_STR(goro_net_error(), "read |0: i/o timeout");
	UNIT_EQ(goro_conn_local_addr(c[0], buf, 8), GORO_ENOTSUP);
	UNIT_EQ(goro_conn_shutdown(c[0], GORO_SHUT_READ), GORO_ENOTSUP);
	UNIT_EQ(goro_conn_close(c[0]), GORO_OK);
	UNIT_EQ(goro_conn_close(c[0]), GORO_NET_CLOSED);
	UNIT_STR(goro_net_error(), "close |0: file already closed");
	UNIT_EQ(goro_conn_deadline(c[0], 1), GORO_NET_CLOSED);
	UNIT_STR(goro_net_error(), "use of closed file");
	UNIT_EQ(goro_conn_write(c[1], "x", 1, NULL), GORO_NET_PIPE);
	UNIT_STR(goro_net_error(), "write |1: broken pipe");
	net_end_pair(c);

	UNIT_EQ(goro_os_pipe(c), GORO_OK);
	goro_conn_close(c[1]);
	UNIT_EQ(goro_conn_read(c[0], buf, 8, NULL), GORO_EOF);
	net_end_pair(c);
}

static void regular(void)
{
	char path[GORO_ADDR_MAX], buf[8];
	goro_conn *c = NULL;
	size_t n;

	net_path(path, sizeof(path), "file");
	UNIT_EQ(goro_conn_from_fd(open(path, O_RDWR | O_CREAT, 0600), &c),
		GORO_OK);
	UNIT_EQ(goro_conn_write(c, "hello", 5, &n), GORO_OK);
	UNIT_EQ(n, 5);
	UNIT_EQ(goro_conn_read_deadline(c, 1), GORO_NET_NO_DEADLINE);
	UNIT_STR(goro_net_error(), "file type does not support deadline");
	UNIT_EQ(goro_conn_read(c, buf, 8, &n), GORO_EOF);
	UNIT_EQ(goro_conn_close(c), GORO_OK);
	UNIT_EQ(goro_conn_read(c, buf, 8, &n), GORO_NET_CLOSED);
	goro_conn_free(c);
	UNIT_EQ(goro_conn_from_fd(open(path, O_RDONLY), &c), GORO_OK);
	UNIT_EQ(goro_conn_read(c, buf, 8, &n), GORO_OK);
	UNIT_EQ(n, 5);
	UNIT_EQ(goro_conn_write(c, "x", 1, &n), GORO_NET_OTHER);
	UNIT_STR(goro_net_error(), "write fd: bad file descriptor");
	goro_conn_free(c);
	unlink(path);
}

static void sockets(void)
{
	int type[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
	char text[GORO_ADDR_MAX];
	goro_conn *c[2];
	int sv[2];

	for (size_t i = 0; i < 3; i++) {
		UNIT_EQ(socketpair(AF_UNIX, type[i], 0, sv), 0);
		UNIT_EQ(goro_conn_from_fd(sv[0], &c[0]), GORO_OK);
		UNIT_EQ(goro_conn_from_fd(sv[1], &c[1]), GORO_OK);
		UNIT_EQ(goro_conn_write(c[0], "x", 1, NULL), GORO_OK);
		UNIT_EQ(goro_conn_read(c[1], text, 8, NULL), GORO_OK);
		UNIT_EQ(goro_conn_read_deadline(c[1], in(MS)), GORO_OK);
		UNIT_EQ(goro_conn_read(c[1], text, 8, NULL), GORO_TIMEOUT);
		UNIT_EQ(goro_conn_local_addr(c[0], text, sizeof(text)),
			GORO_OK);
		UNIT_STR(text, "@");
		net_end_pair(c);
	}
}

static void no_descriptor(void)
{
	int fd = dup(0);
	goro_conn *c = NULL;

	close(fd);
	CU_ASSERT_NOT_EQUAL(goro_conn_from_fd(fd, &c), GORO_OK);
	CU_ASSERT_PTR_NULL(c);
}

static const struct unit_test tests[] = {
	{"a pipe of the system", os_pipe},
	{"a regular file", regular},
	{"sockets made elsewhere", sockets},
	{"no descriptor", no_descriptor},
	{NULL, NULL},
};

const struct unit_suite net_file = {"descriptors", tests};

/* FIL-002: what no poller takes works all the same, also many at once. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kit/work.h"
#include "net/np.h"

enum { EACH = 64 };

static assay_conn *conn_at(const char *path, int flags)
{
	return conn_of(open(path, flags | O_CLOEXEC));
}

static void use_null(void *arg)
{
	assay_conn *c = conn_at("/dev/null", O_RDWR);

	(void)arg;
	write_all(c, "gone", 4);
	CHECK_EQ(read_fails(c), ASSAY_EOF);
	end_conn(c);
	finish();
}

static void use_zero(void *arg)
{
	static const char zeros[512];
	assay_conn *c = conn_at("/dev/zero", O_RDWR);
	char buf[512];

	(void)arg;
	memset(buf, 1, sizeof(buf));
	write_all(c, buf, sizeof(buf));
	read_all(c, buf, sizeof(buf));
	CHECK(memcmp(buf, zeros, sizeof(buf)) == 0);
	end_conn(c);
	finish();
}

static void use_regular(void *arg)
{
	char path[64] = "/tmp/assay-fil-XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC), status;
	assay_conn *c;

	(void)arg;
	REQUIRE_CMP(fd, >=, 0);
	close(fd);
	c = conn_at(path, O_WRONLY);
	write_stream(c, 10000, 3000);
	end_conn(c);
	c = conn_at(path, O_RDONLY);
	CHECK_EQ(read_stream(c, 0, 3000, &status), 10000);
	CHECK_EQ(status, ASSAY_EOF);
	end_conn(c);
	unlink(path);
	finish();
}

CASE(FIL_002, "regular files, /dev/null and /dev/zero, 64 of each at once",
     NEEDS(NEED_CONN, NEED(net, from_fd)))
{
	for (int i = 0; i < EACH; i++) {
		go(use_null, NULL);
		go(use_zero, NULL);
		go(use_regular, NULL);
	}
	CHECK(becomes(&finished, 3 * EACH));
}

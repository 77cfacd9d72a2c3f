/*
 * SY-026: a write that nobody reads ends the process only on descriptors 1 and
 * 2, and not if it has asked for SIGPIPE.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit/run.h"
#include "np.h"

static struct {
	int fd;
	bool asks;
} way;

static void write_to_nobody(void *arg)
{
	assay_chan *c = chan(sizeof(int32_t), 1);
	assay_conn *conn;
	size_t n;

	(void)arg;
	if (way.asks)
		REQUIRE_EQ(rt->blocking->signal_notify(c, SIGPIPE), ASSAY_OK);
	REQUIRE_EQ(rt->net->from_fd(way.fd, &conn), ASSAY_OK);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(rt->net->write(conn, "x", 1, &n), ASSAY_NET_PIPE);
}

/* A pipe without a reader stands at the descriptor. */
static void run_at(int fd)
{
	int ends[2], status;

	if (pipe(ends) != 0 || dup2(ends[1], fd) != fd)
		_exit(9);
	close(ends[0]);
	if (ends[1] != fd)
		close(ends[1]);
	status = run_main(write_to_nobody, NULL);
	_exit(case_failures() ? 1 : status == ASSAY_OK ? 0 : NOT_RUN);
}

/* The signal that ends it, 0: none; -1: a check has failed. */
static int end_of(int fd, bool asks)
{
	int status = 0;
	pid_t pid;

	way.fd = fd;
	way.asks = asks;
	pid = fork();
	REQUIRE_CMP(pid, >=, 0);
	if (pid == 0)
		run_at(fd);
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return WTERMSIG(status);
	return status == 0 ? 0 : -1;
}

CASE(SY_026, "a broken pipe kills on descriptors 1 and 2, unless asked for",
     .flags = CASE_OUTSIDE,
     NEEDS(NEED(net, from_fd), NEED(net, write), NEED(blocking, signal_notify)))
{
	CHECK_EQ(end_of(1, false), SIGPIPE);
	CHECK_EQ(end_of(2, false), SIGPIPE);
	CHECK_EQ(end_of(40, false), 0);
	CHECK_EQ(end_of(1, true), 0);
	CHECK_EQ(end_of(2, true), 0);
	CHECK_EQ(end_of(40, true), 0);
}

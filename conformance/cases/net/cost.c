/* What the network leaves behind, or takes each time: nothing. */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "deadlock/dl.h"
#include "kit/allocs.h"
#include "np.h"

/* ---- NP-057: memory ------------------------------------------------------- */

static void echo(void *arg)
{
	char buf[64];
	size_t got;

	while (read_some(arg, buf, sizeof(buf), &got) == ASSAY_OK)
		write_all(arg, buf, got);
}

static void round_trips(assay_conn *c, int64_t n)
{
	char buf[16] = "fifteen letters";

	for (int64_t i = 0; i < n; i++) {
		write_all(c, buf, sizeof(buf));
		read_all(c, buf, sizeof(buf));
	}
}

/* A thread that the runtime starts meanwhile may have its own. */
CASE(NP_057, "reads and writes ask for no memory", .procs = {1, 4},
     NEEDS(NEED_PAIR))
{
	struct pair p = pair_of(TCP);
	int64_t before, trips = rounds(10000);

	go(echo, p.r);
	round_trips(p.w, 100);
	allocs_begin();
	before = allocs();
	round_trips(p.w, trips);
	CHECK_LE(allocs() - before, trips / 10);
}

/* ---- NP-058: who waits is counted, and not for longer --------------------- */

enum { WAITS = 100 };

enum wait_end { BY_DATA, BY_DEADLINE, BY_CLOSE, WAIT_ENDS };

static void wait_and_end(enum net_kind kind, enum wait_end by)
{
	static struct call calls[WAITS];
	static char bytes[WAITS];
	static const int status[] = {ASSAY_OK, ASSAY_TIMEOUT, ASSAY_NET_CLOSED};
	struct pair pairs[WAITS];

	for (int i = 0; i < WAITS; i++) {
		pairs[i] = pair_of(kind);
		start_read(&calls[i], pairs[i].r, &bytes[i], 1);
	}
	settle(WAITS);
	for (int i = 0; i < WAITS; i++)
		if (by == BY_DATA)
			write_all(pairs[i].w, "x", 1);
		else if (by == BY_DEADLINE)
			read_deadline(pairs[i].r, in(1 * MS));
		else
			close_conn(pairs[i].r);
	for (int i = 0; i < WAITS; i++) {
		REQUIRE(ends(&calls[i]));
		CHECK_EQ(calls[i].status, status[by]);
	}
	for (int i = 0; i < WAITS; i++) {
		close_conn(pairs[i].w);
		if (by != BY_CLOSE)
			read_deadline(pairs[i].r, ASSAY_FOREVER);
	}
}

CASE(NP_058, "once nobody waits for the network a deadlock is found",
     DEADLOCKS_IN("chan receive"), NEEDS(NEED_PAIR, NEED_DEADLINES))
{
	for (int by = 0; by < WAIT_ENDS; by++)
		wait_and_end(TCP, (enum wait_end)by);
	recv_int(chan_int(0));
}

CASE_OF(NP_058, os_pipe, "so it is with pipes of the system",
	DEADLOCKS_IN("chan receive"), NEEDS(NEED_PIPE, NEED_DEADLINES))
{
	for (int by = 0; by < WAIT_ENDS; by++)
		wait_and_end(OS_PIPE, (enum wait_end)by);
	recv_int(chan_int(0));
}

/* ---- NP-059: programs that are started ------------------------------------ */

extern char **environ;

/* What the command writes, as a string. */
static void output_of(char *const argv[], char *buf, size_t room)
{
	posix_spawn_file_actions_t actions;
	int ends[2], status;
	size_t n = 0;
	ssize_t got;
	pid_t pid;

	REQUIRE_EQ(pipe(ends), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	REQUIRE_EQ(posix_spawn(&pid, argv[0], &actions, NULL, argv, environ),
		   0);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	while (n < room - 1 &&
	       (got = read(ends[0], buf + n, room - 1 - n)) != 0)
		n += got > 0 ? (size_t)got : 0;
	buf[n] = '\0';
	close(ends[0]);
	while (waitpid(pid, &status, 0) != pid)
		;
	REQUIRE_EQ(status, 0);
}

/* The runner gives a child 0, 1, 2 and 3; ls opens the folder it lists. */
static void check_line(const char *line)
{
	const char *to = strstr(line, " -> "), *number = to;

	if (to == NULL)
		return;
	while (number[-1] >= '0' && number[-1] <= '9')
		number--;
	CHECK_MSG(atoi(number) <= 3 || strncmp(to, " -> /proc/", 10) == 0,
		  "inherited: %s", number);
}

static void check_inherited(void)
{
	char *const ls[] = {"/bin/ls", "-l", "/proc/self/fd", NULL};
	static char buf[65536];
	char *rest = buf;

	output_of(ls, buf, sizeof(buf));
	REQUIRE(strstr(buf, " 1 -> ") != NULL);
	while (rest != NULL)
		check_line(strsep(&rest, "\n"));
}

CASE(NP_059, "a program that is started gets no descriptor of the runtime's",
     NEEDS(NEED_PAIR, NEED(net, packet_listen), NEED(net, os_pipe)))
{
	static const enum net_kind kinds[] = {TCP, UNIX, OS_PIPE};
	struct server tcp = serve(TCP), local = serve(UNIX);
	static struct call calls[3];
	static char bytes[3];
	assay_conn *datagrams;

	REQUIRE_EQ(rt->net->packet_listen("udp", "127.0.0.1:0", &datagrams),
		   ASSAY_OK);
	for (int i = 0; i < 3; i++) {
		struct pair p = pair_of(kinds[i]);

		start_read(&calls[i], p.r, &bytes[i], 1);
	}
	settle(3);
	check_inherited();
	end_server(&local);
	end_server(&tcp);
	rt->net->free(datagrams);
}

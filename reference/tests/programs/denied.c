/*
 * denied.c - goro under a filter of system calls: `denied ERRNO NUMBER ...`
 * makes each of these calls fail.  Says whether main woke up beside a goroutine
 * that computes on the only P.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <time.h>

#include "prog.h"

static volatile int ended;

static int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * GORO_SECOND + t.tv_nsec;
}

static void computes(void *arg)
{
	int64_t end = clock_ns() + 500 * MS;

	(void)arg;
	while (clock_ns() < end) {
	}
	ended = 1;
}

static void app(void *arg)
{
	(void)arg;
	goro_go(computes, NULL);
	goro_sleep(20 * MS);
	puts(ended ? "waited" : "preempted");
}

/* One call fails with that errno from now on, in threads to come too. */
static void deny(unsigned number, unsigned error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {sizeof(code) / sizeof(code[0]), code};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		_exit(77);
}

int main(int argc, char **argv)
{
	for (int i = 2; i < argc; i++)
		deny((unsigned)atoi(argv[i]), (unsigned)atoi(argv[1]));
	CHECK(goro_run(app, NULL) == GORO_OK);
	return check_failed;
}

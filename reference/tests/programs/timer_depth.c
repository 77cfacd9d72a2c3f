/*
 * timer_depth.c - `timer_depth MODE N`: N timers at once.
 *
 *	live   N function timers and N with a channel that is waited on are
 *	       armed for hours, then stopped and freed; and again.  Prints
 *	       "bytes B" a timer, "kept B" after the second time.
 *	quiet  N timers are made, reset, stopped and freed by a thread that may
 *	       make no system call: it would be killed.  Prints "quiet".
 *	due    N function timers that are all due at once run, each once.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "prog.h"

#define HOUR (3600 * GORO_SECOND)

static int64_t n;
static goro_timer **timers;
static atomic_llong ran;

static void count(void *unused)
{
	(void)unused;
	/* release: pairs with the acquire in due() */
	atomic_fetch_add_explicit(&ran, 1, memory_order_release);
}

static goro_timer *a_timer(int64_t i)
{
	int64_t ns = HOUR + i % 1000 * MS;

	return i % 2 ? goro_timer_new(ns) : goro_after_func(ns, count, NULL);
}

static uint64_t in_heaps(void)
{
	struct goro_stats s;

	goro_read_stats(&s);
	return s.timers;
}

static void all_live(void)
{
	for (int64_t i = 0; i < n; i++)
		CHECK((timers[i] = a_timer(i)) != NULL);
	CHECK(in_heaps() == (uint64_t)(n + 1) / 2);
}

static void all_gone(void)
{
	for (int64_t i = 0; i < n; i++) {
		CHECK(goro_timer_stop(timers[i]) == 1);
		goro_timer_free(timers[i]);
	}
	CHECK(in_heaps() == 0);
}

static void live(void *unused)
{
	int64_t before = resident();

	(void)unused;
	all_live();
	printf("bytes %lld\n", (long long)(resident() - before) / n);
	all_gone();
	all_live();
	all_gone();
	malloc_trim(0); /* what free() keeps for itself is no leak */
	printf("kept %lld\n", (long long)(resident() - before));
	CHECK(atomic_load_explicit(&ran, memory_order_acquire) == 0);
}

static void make_and_drop(void)
{
	for (int64_t i = 0; i < n; i++) {
		goro_timer *t = a_timer(i);

		CHECK(goro_timer_reset(t, 2 * HOUR) == 1);
		CHECK(goro_timer_stop(t) == 1);
		goro_timer_free(t);
	}
}

#define ALLOW(nr)                                                              \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),                         \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* From here on this thread has write, the end, and to come back from signals. */
static bool no_more_calls(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		ALLOW(SYS_write), ALLOW(SYS_exit_group),
		ALLOW(SYS_rt_sigreturn),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* The first turn warms up malloc. */
static void quiet(void *unused)
{
	static const char word[] = "quiet\n", cannot[] = "cannot\n";

	(void)unused;
	make_and_drop();
	if (!no_more_calls()) {
		(void)!write(1, cannot, sizeof(cannot) - 1);
		return;
	}
	make_and_drop();
	(void)!write(1, word, sizeof(word) - 1);
	_exit(0);
}

static void due(void *unused)
{
	int64_t begin = goro_now();

	(void)unused;
	for (int64_t i = 0; i < n; i++)
		timers[i] = goro_after_func(50 * MS - i, count, NULL);
	while (atomic_load_explicit(&ran, memory_order_acquire) < n)
		goro_sleep(MS);
	CHECK(goro_now() - begin >= 50 * MS - n);
	for (int64_t i = 0; i < n; i++)
		CHECK(goro_timer_stop(timers[i]) == 0);
	CHECK(atomic_load_explicit(&ran, memory_order_acquire) == n);
}

static const struct mode modes[] = {
	{"live", live}, {"quiet", quiet}, {"due", due}, {NULL, NULL}};

int main(int argc, char **argv)
{
	goro_fn fn = find_mode(modes, argc > 1 ? argv[1] : NULL);

	n = number_arg(argc > 2 ? argv[2] : "1000");
	setvbuf(stdout, NULL, _IONBF, 0); /* no buffer above the timers */
	timers = calloc((size_t)n, sizeof(*timers));
	CHECK(timers && goro_run(fn, NULL) == GORO_OK);
	return check_failed;
}

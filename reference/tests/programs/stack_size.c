/*
 * stack_size.c - a stack of n bytes can be used to n bytes, from the frame of
 * the goroutine's function down: `stack_size`.  A page more is an overflow:
 * `stack_size BYTES`.
 */
#include "prog.h"

enum { PAGE = 4096 };

static const size_t sizes[] = {1,      65536,   65537,   262144,
			       300000, 1048576, 8388608, 0};

static goro_chan *done;
static size_t want;

/* Writes down to `bytes` below top, over nobody's frames. */
static __attribute__((noinline)) void use(char *top, size_t bytes)
{
	volatile char *p = top - bytes;
	char *here = __builtin_frame_address(0);

	for (; p < here - 1024; p += 64)
		*p = 1;
}

static void to_the_end(void *arg)
{
	(void)arg;
	use(__builtin_frame_address(0), want);
	goro_send(done, NULL);
}

static void beyond(void *arg)
{
	(void)arg;
	use(__builtin_frame_address(0), want + PAGE);
	goro_send(done, NULL);
}

static void all_sizes(void *arg)
{
	(void)arg;
	done = goro_make(0, 0);
	for (const size_t *n = sizes; *n; n++) {
		want = *n;
		CHECK(goro_go_stack(to_the_end, NULL, want) == GORO_OK);
		goro_recv(done, NULL);
	}
	CHECK(goro_go_stack(to_the_end, NULL, GORO_STACK_MAX + 1) ==
	      GORO_EINVAL);
	want = 65536;
	goro_go(to_the_end, NULL);
	goro_recv(done, NULL);
	CHECK(goro_go_copy(to_the_end, sizes, sizeof(sizes)) == GORO_OK);
	goro_recv(done, NULL);
}

static void too_much(void *arg)
{
	(void)arg;
	done = goro_make(0, 0);
	CHECK(goro_go_stack(beyond, NULL, want) == GORO_OK);
	goro_recv(done, NULL);
}

static void refuses_bad_configs(void)
{
	struct goro_config large = {.size = sizeof(large),
				    .stack = GORO_STACK_MAX + 1};
	struct goro_config no_size = {.procs = 3};

	CHECK(goro_run_with(all_sizes, NULL, &large) == GORO_EINVAL);
	CHECK(goro_run_with(all_sizes, NULL, &no_size) == GORO_EINVAL);
}

int main(int argc, char **argv)
{
	want = (size_t)number_arg(argc > 1 ? argv[1] : NULL);
	refuses_bad_configs();
	if (goro_run(want ? too_much : all_sizes, NULL) != GORO_OK)
		return 1;
	return check_failed;
}

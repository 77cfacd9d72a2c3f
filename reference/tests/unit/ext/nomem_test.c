/*
 * nomem_test.c - each allocation of a call fails once: the call says so and
 * leaves nothing behind.
 *
 * The linker sends the library's calls of libc's allocator here (build.mk).
 */
#include "ext.h"

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_aligned_alloc(size_t align, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t n);

/* The goroutine whose allocations fail once `left` are done; 0: nobody's. */
static _Atomic(int64_t) victim;
static int left;

static bool fails(void)
{
	int64_t id = atomic_load_explicit(&victim, memory_order_relaxed);

	return id && goro_id() == id && left-- <= 0;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_aligned_alloc(size_t align, size_t n)
{
	return fails() ? NULL : __real_aligned_alloc(align, n);
}

/* Calls fn with 0, 1, 2 ... allocations until it has had enough of them. */
static void starve(int (*fn)(void))
{
	int status = GORO_ENOMEM;

	for (int n = 0; n < 20 && status == GORO_ENOMEM; n++) {
		left = n;
		atomic_store(&victim, goro_id());
		status = fn();
		atomic_store(&victim, 0);
		CU_ASSERT(n > 0 || status == GORO_ENOMEM);
	}
	UNIT_EQ(status, GORO_OK);
}

static goro_context *parent;

static int made(void *p)
{
	return p ? GORO_OK : GORO_ENOMEM;
}

static int cancel(void)
{
	goro_context *c = NULL;
	int status = goro_with_cancel(parent, &c);

	goro_context_free(c);
	return status;
}

static int timeout(void)
{
	goro_context *c = NULL;
	int status = goro_with_timeout(parent, GORO_SECOND, 0, &c);

	goro_context_free(c);
	return status;
}

static int hook(void)
{
	goro_hook *h = NULL;
	int status = goro_context_after_func(parent, ext_count, NULL, &h);

	goro_hook_stop(h);
	goro_hook_free(h);
	return status;
}

static void contexts(void)
{
	goro_with_cancel(goro_background(), &parent);
	starve(cancel);
	starve(timeout);
	starve(hook);
	UNIT_EQ(goro_context_children(parent), 0);
	goro_context_free(parent);
}

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

static goro_group *group;

static int start(void)
{
	return goro_group_go(group, nothing, NULL, GORO_FOREVER);
}

static void groups(void)
{
	group = goro_group_new();
	goro_group_set_limit(group, 1);
	starve(start);
	UNIT_EQ(goro_group_wait(group), 0);
	UNIT_EQ(goro_group_set_limit(group, 1), GORO_OK);
	goro_group_free(group);
}

static int answer(void *arg, void **value)
{
	*value = arg;
	return 0;
}

static goro_flight *flight;

static int fly(void)
{
	return goro_flight_do(flight, "key", answer, NULL, NULL, NULL);
}

static int fly_by_channel(void)
{
	goro_chan *c = goro_flight_do_chan(flight, "key", answer, NULL);

	if (c)
		goro_recv(c, NULL);
	goro_chan_free(c);
	return made(c);
}

static void flights(void)
{
	flight = goro_flight_new();
	starve(fly);
	starve(fly_by_channel);
	goro_flight_free(flight);
}

static int map(void)
{
	goro_map *m = goro_map_new();
	int status = made(m);

	if (m)
		status = goro_map_store(m, 1, m);
	goro_map_free(m);
	return status;
}

static int reservation(void)
{
	goro_limiter *l = goro_limiter_new(1, 1);
	goro_reservation *r = l ? goro_limiter_reserve(l, 0, 1) : NULL;
	int status = made(r);

	goro_reservation_free(r);
	goro_limiter_free(l);
	return status;
}

static void others(void)
{
	starve(map);
	starve(reservation);
}

static const struct unit_test tests[] = {
	{"contexts", contexts},
	{"errgroup", groups},
	{"singleflight", flights},
	{"map, reservation", others},
	{NULL, NULL},
};

const struct unit_suite ext_nomem = {"out of memory", tests};

/*
 * nomem_test.c - each allocation of a call fails once: the call says so and
 * leaves no descriptor behind; memory is for AddressSanitizer to see.
 *
 * The linker sends the library's calls of libc's allocator here (build.mk).
 */
#include "net_test.h"

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);

/* Allocations that still succeed, for one goroutine; 0: all do. */
static int64_t victim;
static int left;

static bool fails(void)
{
	return victim && goro_id() == victim && left-- <= 0;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

static struct place place;

/* Calls fn with 0, 1, 2 ... allocations until it has had enough of them. */
static void starve(int (*fn)(void))
{
	int before = net_descriptors(), status = GORO_ENOMEM;

	for (int n = 0; n < 40 && status == GORO_ENOMEM; n++) {
		left = n;
		victim = goro_id();
		status = fn();
		victim = 0;
		CU_ASSERT(n > 0 || status == GORO_ENOMEM);
	}
	UNIT_EQ(status, GORO_OK);
	UNIT_EQ(net_descriptors(), before);
}

static int freed(int status, goro_conn *const *c)
{
	if (status == GORO_OK)
		goro_conn_free(*c);
	return status;
}

static int dial(void)
{
	goro_conn *c;
	int status = goro_dial("tcp", place.address, GORO_FOREVER, &c);

	return freed(status, &c);
}

static int dial_name(void)
{
	char address[GORO_ADDR_MAX];
	goro_conn *c;

	snprintf(address, sizeof(address), "localhost%s",
		 strrchr(place.address, ':'));
	return freed(goro_dial("tcp4", address, GORO_FOREVER, &c), &c);
}

static int dial_cancel(void)
{
	goro_chan *cancel = goro_chan_make(0, 0, NULL);
	goro_conn *c;
	int status;

	if (!cancel)
		return GORO_ENOMEM;
	status = goro_dial_cancel("tcp", place.address, GORO_FOREVER, cancel,
				  &c);
	goro_chan_free(cancel);
	return freed(status, &c);
}

static int accept_one(void)
{
	goro_conn *c;

	return freed(goro_accept(place.l, &c), &c);
}

static int listen_at(void)
{
	goro_listener *l;
	int status = goro_listen("tcp", "127.0.0.1:0", &l);

	if (status == GORO_OK)
		goro_listener_free(l);
	return status;
}

static int packet(void)
{
	goro_conn *c;

	return freed(goro_packet_listen("udp", "127.0.0.1:0", &c), &c);
}

static int os_pipe(void)
{
	goro_conn *c[2];
	int status = goro_os_pipe(c);

	if (status == GORO_OK)
		net_end_pair(c);
	return status;
}

static int mem_pipe(void)
{
	goro_conn *c[2];
	int status = goro_mem_pipe(c);

	if (status == GORO_OK)
		status = goro_conn_read_deadline(c[0], in(GORO_SECOND));
	else
		return status;
	if (status == GORO_OK)
		status = goro_conn_read_deadline(c[0], 1);
	if (status == GORO_OK)
		status = goro_conn_read_deadline(c[0], GORO_FOREVER);
	net_end_pair(c);
	return status;
}

static void all(void)
{
	static int (*const calls[])(void) = {listen_at, packet, os_pipe,
					     mem_pipe};
	goro_conn *waiting[16];

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		starve(calls[i]);
	place = net_place("tcp");
	starve(dial);
	starve(dial_name);
	starve(dial_cancel);
	for (int i = 0; i < 16; i++)
		UNIT_EQ(goro_dial("tcp", place.address, GORO_FOREVER,
				  &waiting[i]),
			GORO_OK);
	starve(accept_one);
	for (int i = 0; i < 16; i++)
		goro_conn_free(waiting[i]);
	net_leave(&place);
}

static const struct unit_test tests[] = {
	{"calls that cannot get memory", all},
	{NULL, NULL},
};

const struct unit_suite net_nomem = {"no memory", tests};

/*
 * fault_test.c - each system call of a call fails once: the call says so or
 * does without, and leaves no descriptor behind.
 *
 * The linker sends the library's calls of syscall() here (build.mk).
 */
#include <errno.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "io/fd.h"
#include "net_test.h"

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

/* The goroutine whose system call number `left` from now on fails. */
static _Atomic int64_t victim;
static int left, error;

static bool of_sockets(long number)
{
	static const long all[] = {
		SYS_socket,      SYS_bind,        SYS_listen,     SYS_connect,
		SYS_accept4,     SYS_setsockopt,  SYS_getsockopt, SYS_pipe2,
		SYS_getsockname, SYS_getpeername, SYS_epoll_ctl,  SYS_sendto,
		SYS_recvfrom,    SYS_shutdown,    SYS_read,       SYS_write,
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] == number)
			return true;
	return false;
}

/* The eventfd that ends a wait in the poller has no error that it may give. */
static bool of_poller(long number, long size)
{
	return number == SYS_write && size == sizeof(uint64_t);
}

/* Looks at the thread's M, as only the runtime does: not instrumented either. */
__attribute__((no_sanitize_thread)) static bool fails(long number, long size)
{
	const struct m *m = goro__m();

	return victim && m && m->curg && m->curg->goid == victim &&
	       of_sockets(number) && !of_poller(number, size) && left-- == 0;
}

/* More arguments are read than there may be; and errno is the thread's. */
__attribute__((no_sanitize_address, no_sanitize_thread)) long
__wrap_syscall(long number, ...)
{
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (fails(number, a[2])) {
		errno = error;
		return -1;
	}
	return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static struct place place;

/* fn once for each of its system calls, with that one failing. */
static void fail_each(int (*fn)(void))
{
	int before, status = fn();

	UNIT_EQ(status, GORO_OK);
	before = net_descriptors();
	for (int n = 0; n < 60; n++) {
		left = n;
		victim = goro_id();
		status = fn();
		victim = 0;
		if (left >= 0 && status == GORO_OK)
			break;
		CU_ASSERT(status == GORO_OK ||
			  status == goro__fd_status(FD_ERRNO(error)) ||
			  status == GORO_TIMEOUT);
		CU_ASSERT(status == GORO_OK || *goro_net_error());
	}
	CU_ASSERT(left >= 0 && status == GORO_OK);
	UNIT_EQ(net_descriptors(), before);
}

static int ends(int status, goro_conn *c)
{
	goro_conn_free(c);
	return status;
}

/* The deadline is for a failure of getpeername(), which means: not yet. */
static int dial_and_accept(void)
{
	goro_conn *c = NULL, *peer = NULL;
	int status = goro_dial(place.network, place.address, in(100 * MS), &c);

	goro_listener_deadline(place.l, in(10 * MS));
	while (goro_accept(place.l, &peer) == GORO_OK)
		goro_conn_free(peer);
	return ends(status, c);
}

static int accept_one(void)
{
	goro_conn *c = NULL, *peer = NULL;
	int64_t me = victim;
	int status;

	victim = 0;
	goro_listener_deadline(place.l, GORO_FOREVER);
	UNIT_EQ(goro_dial(place.network, place.address, GORO_FOREVER, &c),
		GORO_OK);
	victim = me;
	status = goro_accept(place.l, &peer);
	victim = 0;
	if (status != GORO_OK) {
		goro_listener_deadline(place.l, in(10 * MS));
		(void)goro_accept(place.l, &peer);
	}
	goro_conn_free(peer);
	return ends(status, c);
}

static int listen_at(void)
{
	goro_listener *l = NULL;
	int status = goro_listen("tcp", "127.0.0.1:0", &l);

	goro_listener_free(l);
	return status;
}

static int packet(void)
{
	goro_conn *c = NULL;
	char to[GORO_ADDR_MAX], buf[4];
	int status = goro_packet_listen("udp", "127.0.0.1:0", &c);

	if (status == GORO_OK)
		status = goro_conn_local_addr(c, to, sizeof(to));
	if (status == GORO_ENOTSUP)
		return ends(GORO_OK, c);
	if (status == GORO_OK)
		status = goro_conn_write_to(c, "x", 1, to);
	if (status == GORO_OK)
		status = goro_conn_read_from(c, buf, 4, NULL, to, sizeof(to));
	return ends(status, c);
}

static int os_pipe(void)
{
	goro_conn *c[2] = {NULL, NULL};
	char buf[4];
	int status = goro_os_pipe(c);

	if (status == GORO_OK)
		status = goro_conn_write(c[1], "x", 1, NULL);
	if (status == GORO_OK)
		status = goro_conn_read(c[0], buf, 4, NULL);
	goro_conn_free(c[1]);
	return ends(status, c[0]);
}

static void all(void)
{
	static int (*const calls[])(void) = {dial_and_accept, accept_one,
					     listen_at, packet, os_pipe};

	place = net_place("tcp");
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		fail_each(calls[i]);
	net_leave(&place);
	place = net_place("unix");
	fail_each(dial_and_accept);
	fail_each(accept_one);
	net_leave(&place);
}

static void no_buffers(void)
{
	error = ENOBUFS;
	all();
}

static void too_many_files(void)
{
	error = EMFILE;
	all();
}

static const struct unit_test tests[] = {
	{"no buffers", no_buffers},
	{"too many open files", too_many_files},
	{NULL, NULL},
};

const struct unit_suite net_fault = {"failing system calls", tests};

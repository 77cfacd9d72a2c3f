/*
 * outside.c - sockets and threads of the kernel's: outside.h.
 *
 * errno is not looked at: goroutines that share a thread share it, in no order
 * that a race detector could know of.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "outside.h"

/* ---- sockets -------------------------------------------------------------- */

static int socket_of(int family, int type)
{
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	REQUIRE_CMP(fd, >=, 0);
	return fd;
}

static int stream_socket(int family)
{
	return socket_of(family, SOCK_STREAM);
}

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons((uint16_t)port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static struct sockaddr_un unix_address(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	REQUIRE_CMP(strlen(path), <, sizeof(a.sun_path));
	memcpy(a.sun_path, path, strlen(path) + 1);
	return a;
}

bool have_ipv6(void)
{
	struct sockaddr_in6 a = {.sin6_family = AF_INET6,
				 .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool have;

	if (fd < 0)
		return false;
	have = bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0;
	close(fd);
	return have;
}

/* An interrupted connect goes on by itself. */
static void connect_whole(int fd, const void *to, socklen_t len)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	struct sockaddr_storage peer;
	socklen_t room = sizeof(peer);

	if (connect(fd, to, len) == 0)
		return;
	while (poll(&p, 1, -1) != 1)
		;
	REQUIRE_EQ(getpeername(fd, (struct sockaddr *)&peer, &room), 0);
}

bool have_localhost(void)
{
	struct addrinfo want = {.ai_family = AF_INET};
	struct addrinfo *found = NULL;
	bool ok = getaddrinfo("localhost", NULL, &want, &found) == 0;

	if (ok)
		freeaddrinfo(found);
	return ok;
}

int connect_fd(const char *address)
{
	const char *colon = strrchr(address, ':');
	int fd = stream_socket(address[0] == '/' ? AF_UNIX : AF_INET);

	if (address[0] == '/') {
		struct sockaddr_un to = unix_address(address);

		connect_whole(fd, &to, sizeof(to));
	} else {
		struct sockaddr_in to;

		REQUIRE(colon != NULL);
		to = loopback(atoi(colon + 1));
		connect_whole(fd, &to, sizeof(to));
	}
	return fd;
}

static int port_of(int fd)
{
	struct sockaddr_in a = {0};
	socklen_t len = sizeof(a);

	REQUIRE_EQ(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	return ntohs(a.sin_port);
}

static int bound_fd(int type, char *address, size_t n)
{
	struct sockaddr_in a = loopback(0);
	int fd = socket_of(AF_INET, type);

	REQUIRE_EQ(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	snprintf(address, n, "127.0.0.1:%d", port_of(fd));
	return fd;
}

int listen_fd(int backlog, char *address, size_t n)
{
	int fd = bound_fd(SOCK_STREAM, address, n);

	REQUIRE_EQ(listen(fd, backlog), 0);
	return fd;
}

/* Bound and left open, it is nobody else's, and yet nobody listens. */
void nobody_address(char *address, size_t n)
{
	(void)bound_fd(SOCK_STREAM, address, n);
}

/* It listens to one peer alone, which is nobody. */
void nobody_for_datagrams(char *address, size_t n)
{
	int fd = bound_fd(SOCK_DGRAM, address, n);
	struct sockaddr_in peer = loopback(9);

	REQUIRE_EQ(connect(fd, (struct sockaddr *)&peer, sizeof(peer)), 0);
}

void stale_path(const char *path)
{
	struct sockaddr_un a = unix_address(path);
	int fd = stream_socket(AF_UNIX);

	REQUIRE_EQ(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	close(fd);
}

void reset_fd(int fd)
{
	struct linger now = {.l_onoff = 1, .l_linger = 0};

	REQUIRE_EQ(setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
	close(fd);
}

void socket_pair(int fds[2])
{
	int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

	REQUIRE_EQ(socketpair(AF_UNIX, type, 0, fds), 0);
}

int listen_path_fd(const char *path)
{
	struct sockaddr_un a = unix_address(path);
	int fd = stream_socket(AF_UNIX);

	REQUIRE_EQ(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	REQUIRE_EQ(listen(fd, 16), 0);
	return fd;
}

void datagram_pair(int ends[2])
{
	REQUIRE_EQ(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends), 0);
}

void send_descriptors(int fd, const int *fds, size_t n)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(8 * sizeof(int))];
	} control = {.head = {.cmsg_level = SOL_SOCKET,
			      .cmsg_type = SCM_RIGHTS,
			      .cmsg_len = CMSG_LEN(n * sizeof(int))}};
	char byte = 'x';
	struct iovec part = {&byte, 1};
	struct msghdr m = {.msg_iov = &part,
			   .msg_iovlen = 1,
			   .msg_control = &control,
			   .msg_controllen = CMSG_SPACE(n * sizeof(int))};

	REQUIRE_CMP(n, <=, 8);
	memcpy(CMSG_DATA(&control.head), fds, n * sizeof(int));
	REQUIRE_EQ(sendmsg(fd, &m, 0), 1);
}

/* ---- ports that answer in one way or another ------------------------------ */

union ip_address {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t ip_address(union ip_address *a, const char *ip, int port)
{
	*a = (union ip_address){.v4 = {.sin_family = AF_INET,
				       .sin_port = htons((uint16_t)port)}};
	if (inet_pton(AF_INET, ip, &a->v4.sin_addr) == 1)
		return sizeof(a->v4);
	a->v6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
				      .sin6_port = htons((uint16_t)port)};
	REQUIRE_EQ(inet_pton(AF_INET6, ip, &a->v6.sin6_addr), 1);
	return sizeof(a->v6);
}

/* Whether one more connection is let in within 30 ms. */
static bool connects_to(const union ip_address *a, socklen_t len)
{
	int fd = stream_socket(a->sa.sa_family);
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	REQUIRE_EQ(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return connect(fd, &a->sa, len) == 0 || poll(&p, 1, 30) == 1;
}

static void fill_queue(const union ip_address *a, socklen_t len)
{
	for (int i = 0; i < 16; i++)
		if (!connects_to(a, len))
			return;
	skip("the kernel lets in more than a listener's queue holds");
}

int answer_at(const char *ip, int port, enum answer how)
{
	union ip_address a;
	socklen_t len = ip_address(&a, ip, port);
	int fd = stream_socket(a.sa.sa_family);

	if (bind(fd, &a.sa, len) != 0) {
		close(fd);
		return -1;
	}
	REQUIRE_EQ(getsockname(fd, &a.sa, &len), 0);
	if (how != REFUSING)
		REQUIRE_EQ(listen(fd, how == SILENT ? 0 : 64), 0);
	if (how == SILENT)
		fill_queue(&a, len);
	/* the port stands at one place in both kinds */
	return ntohs(a.v4.sin_port);
}

void full_address(char *address, size_t n)
{
	snprintf(address, n, "127.0.0.1:%d", answer_at("127.0.0.1", 0, SILENT));
}

/* ---- TCP sockets of the runtime ------------------------------------------- */

static bool has_name(const char *want,
		     int (*get)(int, struct sockaddr *restrict,
				socklen_t *restrict),
		     int fd)
{
	struct sockaddr_in a = {0};
	socklen_t len = sizeof(a);
	char text[64], ip[INET_ADDRSTRLEN];

	if (get(fd, (struct sockaddr *)&a, &len) != 0 ||
	    a.sin_family != AF_INET)
		return false;
	inet_ntop(AF_INET, &a.sin_addr, ip, sizeof(ip));
	snprintf(text, sizeof(text), "%s:%d", ip, ntohs(a.sin_port));
	return strcmp(text, want) == 0;
}

int tcp_descriptor(const char *local, const char *remote)
{
	for (int fd = 0; fd < 1024; fd++)
		if (has_name(local, getsockname, fd) &&
		    has_name(remote, getpeername, fd))
			return fd;
	return -1;
}

int tcp_option(int fd, enum tcp_option option)
{
	static const int names[][2] = {
		[TCP_OPTION_NO_DELAY] = {IPPROTO_TCP, TCP_NODELAY},
		[TCP_OPTION_KEEP_ALIVE] = {SOL_SOCKET, SO_KEEPALIVE},
		[TCP_OPTION_IDLE] = {IPPROTO_TCP, TCP_KEEPIDLE},
		[TCP_OPTION_INTERVAL] = {IPPROTO_TCP, TCP_KEEPINTVL},
		[TCP_OPTION_COUNT] = {IPPROTO_TCP, TCP_KEEPCNT}};
	int value = -1;
	socklen_t len = sizeof(value);

	REQUIRE_EQ(getsockopt(fd, names[option][0], names[option][1], &value,
			      &len),
		   0);
	return value;
}

/* ---- a network of one's own ----------------------------------------------- */

static void loopback_up(void)
{
	struct ifreq lo = {.ifr_name = "lo"};
	int fd = socket_of(AF_INET, SOCK_DGRAM);

	REQUIRE_EQ(ioctl(fd, SIOCGIFFLAGS, &lo), 0);
	lo.ifr_flags = (short)(lo.ifr_flags | IFF_UP);
	REQUIRE_EQ(ioctl(fd, SIOCSIFFLAGS, &lo), 0);
	close(fd);
}

void own_network(int first, int last)
{
	FILE *range;

	if (unshare(CLONE_NEWNET) != 0)
		skip("no network namespace here");
	loopback_up();
	range = fopen("/proc/sys/net/ipv4/ip_local_port_range", "we");
	if (range == NULL || fprintf(range, "%d %d\n", first, last) < 0 ||
	    fclose(range) != 0)
		skip("the range of ports cannot be set here");
}

/* ---- threads and time ----------------------------------------------------- */

/* The runtime's signals are for its own threads. */
void outside(void *(*fn)(void *), void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setsigmask_np(&attr, &all);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	REQUIRE_EQ(pthread_create(&thread, &attr, fn, arg), 0);
	pthread_attr_destroy(&attr);
}

/* ---- descriptors ---------------------------------------------------------- */

int64_t descriptor_limit(void)
{
	struct rlimit limit;

	REQUIRE_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		REQUIRE_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
	return limit.rlim_cur > INT32_MAX ? INT32_MAX : (int64_t)limit.rlim_cur;
}

/* Those whose link holds. */
static int64_t count_descriptors(bool (*holds)(const char *to))
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	int64_t n = 0;

	REQUIRE(dir != NULL);
	while ((entry = readdir(dir)) != NULL) {
		char to[64] = "";

		if (entry->d_name[0] == '.' ||
		    atoi(entry->d_name) == dirfd(dir))
			continue;
		if (readlinkat(dirfd(dir), entry->d_name, to, sizeof(to) - 1) >
		    0)
			n += holds(to);
	}
	closedir(dir);
	return n;
}

/* libc reads these for a moment, when malloc meets a new thread. */
static bool stays_open(const char *to)
{
	return strncmp(to, "/sys/", 5) != 0 && strncmp(to, "/proc/", 6) != 0;
}

static bool is_poller(const char *to)
{
	return strstr(to, "eventpoll") != NULL;
}

int64_t descriptors(void)
{
	return count_descriptors(stays_open);
}

int64_t pollers(void)
{
	return count_descriptors(is_poller);
}

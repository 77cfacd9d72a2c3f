/* epoll.c - see epoll.h. */
#define _GNU_SOURCE
#include "epoll.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 64, BUFFER = 65536, PATIENCE_MS = 10000 };

static int complain(const char *what)
{
	fprintf(stderr, "echo: %s: %s\n", what, strerror(errno));
	return -1;
}

static struct sockaddr_in loopback(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
				.sin_port = htons((uint16_t)port)};

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

static int watch(int poller, int fd, uint32_t tag)
{
	struct epoll_event e = {.events = EPOLLIN, .data.u32 = tag};
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return epoll_ctl(poller, EPOLL_CTL_ADD, fd, &e);
}

/* Waits for events; interrupted is no error. */
static int wait_for(int poller, struct epoll_event *events)
{
	int n;

	do
		n = epoll_wait(poller, events, EVENTS, -1);
	while (n < 0 && errno == EINTR);
	return n;
}

/* ---- the server ---------------------------------------------------------- */

int epoll_listen(int *port)
{
	struct sockaddr_in a = loopback(0);
	socklen_t size = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(fd, SOMAXCONN) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &size) != 0) {
		complain("listen");
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*port = ntohs(a.sin_port);
	return fd;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The load may have failed: not for ever.  Signals interrupt poll. */
static int accept_one(int listener)
{
	struct pollfd p = {.fd = listener, .events = POLLIN};
	int64_t end = now_ms() + PATIENCE_MS, left = PATIENCE_MS;

	while (poll(&p, 1, (int)left) < 1) {
		left = end - now_ms();
		if (left > 0)
			continue;
		errno = ETIMEDOUT;
		return -1;
	}
	return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

static int accept_all(int poller, int listener, int conns)
{
	for (int i = 0; i < conns; i++) {
		int fd = accept_one(listener);

		if (fd < 0 || watch(poller, fd, (uint32_t)fd) != 0)
			return complain("accept");
	}
	return 0;
}

/* Bytes echoed; 0 when the peer has closed. */
static int64_t echo(int fd)
{
	static _Thread_local char buf[BUFFER];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n < 0 || (n > 0 && write(fd, buf, (size_t)n) != n))
		return complain("echo");
	if (n == 0)
		close(fd);
	return n;
}

int64_t epoll_serve(int listener, int conns)
{
	struct epoll_event events[EVENTS];
	int poller = epoll_create1(EPOLL_CLOEXEC);
	int64_t total = 0;

	if (poller < 0 || accept_all(poller, listener, conns) != 0)
		return -1;
	while (conns > 0) {
		int n = wait_for(poller, events);

		if (n < 0)
			return complain("epoll_wait");
		for (int i = 0; i < n; i++) {
			int64_t got = echo((int)events[i].data.u32);

			if (got < 0)
				return -1;
			total += got;
			conns -= got == 0;
		}
	}
	close(poller);
	return total;
}

/* ---- the load ------------------------------------------------------------ */

struct client {
	int fd;
	int64_t left; /* requests not yet answered */
	int got;      /* bytes of the answer so far */
	unsigned char first;
};

/* Byte i of a message that starts with `first`. */
static unsigned char pattern(unsigned char first, int i)
{
	return (unsigned char)(first + 7 * i);
}

static int send_request(struct client *c, int bytes)
{
	unsigned char out[EPOLL_MOST_BYTES];

	c->got = 0;
	c->first++;
	for (int i = 0; i < bytes; i++)
		out[i] = pattern(c->first, i);
	if (write(c->fd, out, (size_t)bytes) != bytes)
		return complain("write");
	return 0;
}

/* 1 when an answer is complete. */
static int take_answer(struct client *c, int bytes)
{
	unsigned char in[EPOLL_MOST_BYTES];
	ssize_t n = read(c->fd, in, (size_t)(bytes - c->got));

	if (n <= 0)
		return complain("read");
	for (ssize_t i = 0; i < n; i++)
		if (in[i] != pattern(c->first, c->got + (int)i)) {
			fprintf(stderr, "echo: a wrong byte came back\n");
			return -1;
		}
	c->got += (int)n;
	return c->got == bytes;
}

static int connect_one(struct client *c, int poller, int port, uint32_t tag)
{
	struct sockaddr_in a = loopback(port);

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 ||
	    connect(c->fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    watch(poller, c->fd, tag) != 0)
		return complain("connect");
	return 0;
}

static int answer(struct client *c, int bytes, int64_t *open)
{
	int done = take_answer(c, bytes);

	if (done <= 0)
		return done;
	if (--c->left > 0)
		return send_request(c, bytes);
	--*open;
	return 0;
}

static int drive(int poller, struct client *clients, int bytes, int64_t open)
{
	struct epoll_event events[EVENTS];

	while (open > 0) {
		int n = wait_for(poller, events);

		if (n < 0)
			return complain("epoll_wait");
		for (int i = 0; i < n; i++)
			if (answer(&clients[events[i].data.u32], bytes,
				   &open) != 0)
				return -1;
	}
	return 0;
}

int epoll_load(int port, int conns, int bytes, int64_t requests)
{
	struct client *c = calloc((size_t)conns, sizeof(*c));
	int poller = epoll_create1(EPOLL_CLOEXEC), bad = !c || poller < 0;
	int64_t open = 0;

	for (int i = 0; i < conns && !bad; i++)
		bad = connect_one(&c[i], poller, port, (uint32_t)i);
	for (int i = 0; i < conns && !bad; i++) {
		c[i].left = requests / conns + (i < requests % conns);
		open += c[i].left > 0;
		if (c[i].left > 0)
			bad = send_request(&c[i], bytes);
	}
	bad = bad || drive(poller, c, bytes, open);
	for (int i = 0; c && i < conns; i++)
		if (c[i].fd > 0)
			close(c[i].fd);
	if (poller >= 0)
		close(poller);
	free(c);
	return bad ? -1 : 0;
}

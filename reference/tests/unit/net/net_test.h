/*
 * net_test.h - what the tests of goro_net.h share.
 *
 * All tests run on goroutine 1 of one run of goro; only that one may use
 * CUnit's assertions.  Nothing leaves this machine.
 */
#ifndef GORO_TEST_NET_H
#define GORO_TEST_NET_H

#include <goro_net.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "net/net.h"

#define MS GORO_MILLISECOND

static inline int64_t in(int64_t ns)
{
	return goro_now() + ns;
}

/* The status, and the end of the text that goes with it. */
#define FAILS(call, status, text)                                              \
	do {                                                                   \
		UNIT_EQ(call, status);                                         \
		UNIT_STR(net_tail(goro_net_error(), text), text);              \
	} while (0)

/* As much of the end of s as want is long. */
const char *net_tail(const char *s, const char *want);

/* A listener on a loopback address or in net_dir(), and where it is. */
struct place {
	const char *network;
	goro_listener *l;
	char address[GORO_ADDR_MAX];
};

/* False, with a word on stdout: this machine has no IPv6. */
bool net_have_ipv6(void);
struct place net_place(const char *network);
void net_leave(struct place *p);
/* c[0] has dialed, c[1] was accepted. */
void net_connect(const struct place *p, goro_conn *c[2]);
void net_pair(const char *network, goro_conn *c[2]);
void net_end_pair(goro_conn *c[2]);

/* A folder that is removed at the end; a path in it. */
const char *net_dir(void);
void net_path(char *buf, size_t n, const char *name);

/* Open descriptors. */
int net_descriptors(void);

/* A loopback address at which a dial hangs, until net_unhang(). */
void net_hang(char *address, size_t n);
void net_unhang(void);

/* A call in a goroutine of its own. */
struct net_call {
	goro_conn *c;
	goro_listener *l;
	goro_conn *accepted;
	char buf[64];
	size_t n, done;
	int status;
	char text[200];
	goro_chan *over;
};

void net_start_read(struct net_call *call, goro_conn *c, size_t n);
void net_start_write(struct net_call *call, goro_conn *c, const char *text);
void net_start_accept(struct net_call *call, goro_listener *l);
/* Waits for its end, 10 s at most. */
bool net_ends(struct net_call *call);
/* It still waits after a while. */
bool net_waits(struct net_call *call);

#endif

/*
 * np.h - network cases: connections of a runtime, their peers outside it, and
 * operations that block in goroutines of their own.
 *
 * Everything stays on this machine: loopback, port 0, and unix sockets in
 * directories that are removed again.
 */
#ifndef ASSAY_CASES_NP_H
#define ASSAY_CASES_NP_H

#include "outside.h"
#include "time/tm.h"

#define NEED_CONN                                                              \
	NEED(net, read), NEED(net, write), NEED(net, close), NEED(net, free)
#define NEED_SERVER                                                            \
	NEED(net, listen), NEED(net, accept), NEED(net, listener_addr),        \
		NEED(net, listener_close), NEED(net, listener_free), NEED_CONN
#define NEED_PAIR NEED(net, dial), NEED_SERVER
#define NEED_PIPE NEED(net, os_pipe), NEED_CONN
#define NEED_MEM NEED(net, mem_pipe), NEED_CONN
#define NEED_DEADLINES NEED(net, read_deadline), NEED(net, write_deadline)
#define NEED_TEXT NEED(net, error)

#define CLOSED_TEXT "use of closed network connection"
#define TIMEOUT_TEXT "i/o timeout"
#define HOUR (3600 * SEC)

/* ---- statuses and texts --------------------------------------------------- */

/* What the last net call of this goroutine said has the text in it. */
static inline bool said(const char *text)
{
	const char *full = rt->net->error();

	return full != NULL && strstr(full, text) != NULL;
}

/* The text is that of Go. */
#define CHECK_SAID(text)                                                       \
	CHECK_MSG(said(text), "\"%s\" lacks \"%s\"", rt->net->error(), text)

/* ---- one call, with what holds for every call ----------------------------- */

/* Data, at least a byte and no more than asked for; or else nothing. */
int read_some(assay_conn *c, void *buf, size_t n, size_t *got);
/* All of it; or else no more than that. */
int write_some(assay_conn *c, const void *buf, size_t n, size_t *done);

/* n bytes that come; n bytes that go. */
void read_all(assay_conn *c, void *buf, size_t n);
void write_all(assay_conn *c, const void *buf, size_t n);

/* The status of a read of one byte that gives none. */
int read_fails(assay_conn *c);
/* The status of a write of one byte that fails. */
int write_fails(assay_conn *c);

void read_deadline(assay_conn *c, int64_t deadline);
void write_deadline(assay_conn *c, int64_t deadline);
void close_conn(assay_conn *c);
/* Closes and frees: nobody uses it. */
void end_conn(assay_conn *c);

/* ---- bytes that tell their place ------------------------------------------ */

/* The bytes of one endless stream from `at` on. */
void stream_bytes(void *buf, size_t n, int64_t at);
/* How many of the n bytes are those of the stream from `at` on. */
size_t stream_equal(const void *buf, size_t n, int64_t at);

/* Writes the stream's first n bytes in pieces of 1 to most, then checks. */
void write_stream(assay_conn *c, int64_t n, size_t most);
/* Reads on to EOF or an error; the count, if all were right. */
int64_t read_stream(assay_conn *c, int64_t at, size_t most, int *status);

/* ---- where connections come from ------------------------------------------ */

enum net_kind { TCP, TCP6, UNIX, OS_PIPE, MEM_PIPE, UDP };

/* What w writes is read from r.  Of an OS pipe that is all; w was dialed. */
struct pair {
	assay_conn *w, *r;
};

struct server {
	assay_listener *l;
	const char *network;
	char address[160];
	char dir[64]; /* of a unix socket; or empty */
};

/* Skips the case where there is no IPv6. */
struct server serve(enum net_kind kind);
struct server serve_at(const char *network, const char *address);
assay_conn *dial_server(const struct server *s);
assay_conn *accept_one(const struct server *s);
void close_server(struct server *s);
/* Frees, and removes what there is in the file system; end: closes before. */
void free_server(struct server *s);
void end_server(struct server *s);

/* A connection from a descriptor, which it owns; needs net->from_fd. */
assay_conn *conn_of(int fd);

struct pair connect_to(const struct server *s);
struct pair pair_of(enum net_kind kind);
void end_pair(struct pair *p);

/* ---- peers outside the runtime -------------------------------------------- */

/* A connection of which the runtime knows one end. */
struct half {
	assay_conn *c;
	int fd; /* blocking */
};

struct half half_of(const struct server *s);

/*
 * n, or as many connections as goroutines and descriptors allow, each with
 * both ends in this process.
 */
int64_t connections(int64_t n);

/* ---- calls that block, in goroutines of their own ------------------------- */

struct call {
	assay_conn *c;
	assay_listener *l;
	void *buf;
	size_t n;

	/* valid once over is set */
	int status;
	size_t got;
	assay_conn *accepted;
	int64_t begin, end;
	char text[160];
	atomic_int over;
};

void start_read(struct call *call, assay_conn *c, void *buf, size_t n);
void start_write(struct call *call, assay_conn *c, const void *buf, size_t n);
void start_accept(struct call *call, assay_listener *l);
/* Whether it is parked, along with n - 1 other goroutines. */
bool stays_blocked(struct call *call, int64_t n);
/* Starts a read of one byte; whether it alone is parked. */
bool read_blocks(struct call *call, assay_conn *c);
/* Whether it ends within 10 s. */
bool ends(struct call *call);
/* It ends with that status and has moved nothing. */
void check_ends(struct call *call, int status);

/*
 * Writes of the stream so much that a further write blocks; the count.  Of a
 * unix socket or a pipe: TCP sends what is left of a window by and by.  For
 * one goroutine at a time, as is take_bytes: reads n bytes of it from `at` on.
 */
int64_t fill(assay_conn *c);
void take_bytes(assay_conn *c, int64_t at, int64_t n);

/* The stream's first bytes, more of them than the kernel buffers. */
enum { LARGE = 16 << 20 };
unsigned char *large(void);

#endif

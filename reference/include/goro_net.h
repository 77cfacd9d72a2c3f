/*
 * goro_net.h - Go's net on goro.h: connections, listeners, datagrams, pipes.
 *
 *	static void serve(void *conn)
 *	{
 *		char buf[512];
 *		size_t n;
 *
 *		while (goro_conn_read(conn, buf, sizeof(buf), &n) == GORO_OK)
 *			goro_conn_write(conn, buf, n, NULL);
 *		goro_conn_close(conn);
 *		goro_conn_free(conn);
 *	}
 *
 *	goro_listener *l;
 *	goro_conn *c;
 *
 *	goro_listen("tcp", "127.0.0.1:7000", &l);
 *	while (goro_accept(l, &c) == GORO_OK)
 *		goro_go(serve, c);
 *
 * Many goroutines may make these calls at once, unless the description says
 * otherwise.  A call that waits parks its goroutine and holds no thread, except
 * on a regular file, which blocks one.
 *
 * Every function returns GORO_OK or another status of goro.h: GORO_EOF,
 * GORO_TIMEOUT, one of GORO_NET_...; GORO_EINVAL for a NULL where something is
 * needed, GORO_ENOMEM, and GORO_ENOTSUP for a call that this kind of connection
 * does not have.  goro_net_error() returns the full text.
 *
 * Networks and addresses are Go's:
 *
 *	"tcp" "tcp4" "tcp6"   "host:port", "[::1]:80", "[fe80::1%eth0]:80".  No
 *	"udp" "udp4" "udp6"   host: this machine; to listen, all addresses.  The
 *	                      host may be a name, the port a service's name, or
 *	                      0 for any free port.
 *	"unix" "unixpacket"   the path of a socket, or '@' and an abstract name;
 *	"unixgram"            to listen on "": a free name
 *
 * A connection or listener is closed and then freed.  close ends all calls on
 * it: those that wait return GORO_NET_CLOSED.  Free it when they have returned
 * and there will be no more.  To free NULL does nothing; to free an open one
 * closes it.
 *
 * Who may call what: the kinds are those of goro.h.
 *
 *	anywhere:  goro_net_error
 *	call:      goro_dial goro_dial_cancel goro_listen goro_accept
 *	           goro_listener_addr goro_listener_deadline goro_listener_close
 *	           goro_listener_free goro_conn_read goro_conn_write
 *	           goro_conn_read_deadline goro_conn_write_deadline
 *	           goro_conn_deadline goro_conn_shutdown goro_conn_local_addr
 *	           goro_conn_remote_addr goro_conn_close goro_conn_free
 *	           goro_packet_listen goro_conn_read_from goro_conn_write_to
 *	           goro_os_pipe goro_mem_pipe goro_conn_from_fd
 *	           goro_dial_any goro_dial_keepalive goro_listen_keepalive
 *	           goro_listener_from_fd goro_unlink_on_close
 *	           goro_conn_keepalive goro_conn_read_msg goro_conn_writev
 *	           goro_conn_copy goro_conn_raw_read goro_conn_raw_write
 *	           goro_conn_fd
 */
#ifndef GORO_NET_H
#define GORO_NET_H

#include "goro.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct goro_conn goro_conn;
typedef struct goro_listener goro_listener;

/* Room for any address as text, with its NUL. */
#define GORO_ADDR_MAX 128

/*
 * Returns the text of the last error that a function of this header returned to
 * the calling goroutine, as Go prints it: "dial tcp 127.0.0.1:1: connect:
 * connection refused".  Valid until its next error; "" if there was none.
 */
GORO_API const char *goro_net_error(void);

/* ---- connect ------------------------------------------------------------ */

/*
 * Connects to address and puts the connection into *out.  Blocks, at most until
 * the deadline, which covers the look-up of a name too.  If a name has several
 * addresses, tries them as goro_dial_any() does.
 * GORO_TIMEOUT; GORO_NET_ADDR for an address that cannot be read, GORO_ENOTSUP
 * for an unknown network, GORO_NET_REFUSED, GORO_NET_MFILE, GORO_NET_OTHER (no
 * such host ...).
 */
GORO_API int goro_dial(const char *network, const char *address,
		       int64_t deadline, goro_conn **out);

/*
 * As goro_dial(), but gives up with GORO_NET_CANCELED once a receive from
 * cancel would not block: best close it for that.  NULL: never.
 */
GORO_API int goro_dial_cancel(const char *network, const char *address,
			      int64_t deadline, goro_chan *cancel,
			      goro_conn **out);

/*
 * Connects by "tcp" to one of n addresses (1 to 16, such as "127.0.0.1", "::1")
 * at one port.  Tries the addresses of the first one's family one after the
 * other.  At the same time tries those of the other family in turn, but begins
 * `delay` ns later, or once the first family has failed.  A delay of 0 is
 * 300 ms; with a negative delay all addresses are tried in turn.  The first
 * connection counts, any other is closed.  Each address has an equal share of
 * the time that is left to its family, but at least 2 s if there is so much.
 */
GORO_API int goro_dial_any(const char *const *addresses, size_t n, int32_t port,
			   int64_t delay, int64_t deadline, goro_conn **out);

/*
 * How TCP finds out that an idle peer is gone.  Times are in nanoseconds and
 * rounded up to seconds.  0 is the default, which all connections begin with:
 * 15 s, 15 s, 9.  A negative value leaves the system's.
 */
struct goro_keepalive {
	int64_t idle;     /* before the first probe */
	int64_t interval; /* between two probes */
	int32_t count;    /* probes without an answer that end it */
	int32_t reserved; /* 0 */
};

/* As goro_dial(), with keep-alive *k for TCP, or none if k is NULL. */
GORO_API int goro_dial_keepalive(const char *network, const char *address,
				 int64_t deadline,
				 const struct goro_keepalive *k,
				 goro_conn **out);

/* ---- listen ------------------------------------------------------------- */

/*
 * Listens for streams; a wildcard on "tcp" takes IPv6 and IPv4.  Blocks only to
 * look up a name.  A unix socket's file must not exist; the close removes it.
 */
GORO_API int goro_listen(const char *network, const char *address,
			 goro_listener **out);

/* As goro_listen(), with keep-alive *k for TCP connections; NULL: none. */
GORO_API int goro_listen_keepalive(const char *network, const char *address,
				   const struct goro_keepalive *k,
				   goro_listener **out);

/*
 * Makes a listener of a socket that listens, which it then owns and closes.  On
 * an error the caller keeps fd.  Makes fd non-blocking.  GORO_ENOTSUP: fd is no
 * listening socket, or its network is unknown.
 */
GORO_API int goro_listener_from_fd(int fd, goro_listener **out);

/*
 * Sets whether the close of a listener on a unix socket removes its file.  It
 * does unless the listener was made of a descriptor.  GORO_ENOTSUP for other
 * networks.
 */
GORO_API int goro_unlink_on_close(goro_listener *l, bool on);

/* Accepts the next connection.  Blocks. */
GORO_API int goro_accept(goro_listener *l, goro_conn **out);

/* Writes l's address as text, cut to fit. */
GORO_API int goro_listener_addr(goro_listener *l, char *buf, size_t n);

/* As goro_conn_read_deadline(), for accept. */
GORO_API int goro_listener_deadline(goro_listener *l, int64_t deadline);

/* Ends accept with GORO_NET_CLOSED.  A second close returns that itself. */
GORO_API int goro_listener_close(goro_listener *l);

/* Frees l, which no call uses any more. */
GORO_API void goro_listener_free(goro_listener *l);

/* ---- streams ------------------------------------------------------------ */

/*
 * Reads 1 to n bytes.  *got (may be NULL) is their number, 0 on any error.
 * GORO_EOF: the peer will send no more, and all that it sent was read.  With
 * n == 0 it returns at once.  Of datagrams it reads one, of any length, and
 * drops the part that does not fit.  Blocks.
 */
GORO_API int goro_conn_read(goro_conn *c, void *buf, size_t n, size_t *got);

/*
 * Writes all n bytes, or returns an error.  *done (may be NULL) is the number
 * written, in either case.  Writes of several goroutines do not mix.
 * GORO_NET_PIPE, GORO_NET_RESET: the peer reads no more.  SIGPIPE is sent only
 * for descriptors 1 and 2, so that a program ends if its output has no reader.
 * Blocks.
 */
GORO_API int goro_conn_write(goro_conn *c, const void *buf, size_t n,
			     size_t *done);

/*
 * Makes reads (writes) fail with GORO_TIMEOUT from that time of goro_now() on,
 * also those that wait now, and even if there are data.  GORO_FOREVER: no
 * deadline.  GORO_NET_NO_DEADLINE for a regular file.  A write that times out
 * may have written some bytes.
 */
GORO_API int goro_conn_read_deadline(goro_conn *c, int64_t deadline);
GORO_API int goro_conn_write_deadline(goro_conn *c, int64_t deadline);
GORO_API int goro_conn_deadline(goro_conn *c, int64_t deadline); /* both */

/* Directions of a TCP or unix connection; a bitwise or. */
enum goro_shut { GORO_SHUT_READ = 1, GORO_SHUT_WRITE = 2 };

/* Shuts directions down.  After GORO_SHUT_WRITE the peer will read EOF. */
GORO_API int goro_conn_shutdown(goro_conn *c, int how);

/*
 * Write one of the two addresses as text, cut to fit, also after close.  "@" is
 * a unix socket without a name.  GORO_ENOTSUP for a file, and for the peer of a
 * socket without one.
 */
GORO_API int goro_conn_local_addr(goro_conn *c, char *buf, size_t n);
GORO_API int goro_conn_remote_addr(goro_conn *c, char *buf, size_t n);

/*
 * Ends all calls on c with GORO_NET_CLOSED.  A second close returns that
 * itself; for an in-memory pipe it returns GORO_OK.
 */
GORO_API int goro_conn_close(goro_conn *c);

/* Frees c, which no call uses any more. */
GORO_API void goro_conn_free(goro_conn *c);

/* ---- streams: more ------------------------------------------------------ */

/* A part of a vectored write. */
struct goro_bytes {
	const void *at;
	size_t n;
};

/*
 * As goro_conn_write() of all parts in their order, without a copy if the
 * system can do so.  Takes the bytes that went out off the parts, so that each
 * part has its rest.  All parts together are one datagram; if they have no
 * byte, none.  Blocks.
 */
GORO_API int goro_conn_writev(goro_conn *c, struct goro_bytes *parts, size_t n,
			      size_t *done);

/*
 * Reads from one connection and writes to the other: `most` bytes or, if that
 * is negative, all until the end.  From a file to a socket and between sockets
 * the bytes stay in the kernel.  *done (may be NULL) is the number written, in
 * any case; if a write fails, more may have been read.  GORO_EOF: the end came
 * before `most` bytes.  Blocks.
 */
GORO_API int goro_conn_copy(goro_conn *to, goro_conn *from, int64_t most,
			    int64_t *done);

/* Sets keep-alive of a TCP connection; k == NULL turns it off. */
GORO_API int goro_conn_keepalive(goro_conn *c, const struct goro_keepalive *k);

/*
 * As goro_conn_read() from a unix socket, and takes at most fds_n of the
 * descriptors that come with the bytes; others are closed.  They are
 * close-on-exec and belong to the caller.  *fds_got (may be NULL) is their
 * number.  Blocks.
 */
GORO_API int goro_conn_read_msg(goro_conn *c, void *buf, size_t n, size_t *got,
				int *fds, size_t fds_n, size_t *fds_got);

/*
 * Calls fn(arg, fd) with the descriptor of c, and again each time fd becomes
 * readable (writable), until fn returns true.  The call counts as a read
 * (write): it excludes others, and a deadline or a close ends it.  fn must not
 * block, call goro or keep fd.  GORO_ENOTSUP for an in-memory pipe.  Blocks.
 */
GORO_API int goro_conn_raw_read(goro_conn *c, bool (*fn)(void *arg, int fd),
				void *arg);
GORO_API int goro_conn_raw_write(goro_conn *c, bool (*fn)(void *arg, int fd),
				 void *arg);

/*
 * Sets *fd to the descriptor of c, which c keeps.  Once c is closed the number
 * may be another file's.  GORO_NET_CLOSED; GORO_ENOTSUP for an in-memory pipe.
 */
GORO_API int goro_conn_fd(goro_conn *c, int *fd);

/* ---- datagrams ---------------------------------------------------------- */

/* Makes a socket for datagrams from and to anywhere: "udp...", "unixgram". */
GORO_API int goro_packet_listen(const char *network, const char *address,
				goro_conn **out);

/*
 * Reads one datagram, at most n bytes of it.  Writes its sender as text, cut to
 * fit, into from, which has room for from_n bytes (0: not wanted).  Blocks.
 */
GORO_API int goro_conn_read_from(goro_conn *c, void *buf, size_t n, size_t *got,
				 char *from, size_t from_n);

/*
 * Sends one datagram to an address.  GORO_NET_ADDR if that cannot be parsed or
 * has the wrong family; GORO_NET_OTHER also for a connected socket.  Blocks.
 * Each call looks a name up anew.
 */
GORO_API int goro_conn_write_to(goro_conn *c, const void *buf, size_t n,
				const char *to);

/* ---- pipes and files ---------------------------------------------------- */

/* Makes a pipe of the operating system: out[0] reads, out[1] writes. */
GORO_API int goro_os_pipe(goro_conn *out[2]);

/*
 * Makes the two ends of a connection in memory, without a buffer: a write
 * blocks until reads at the other end have taken all of it.  After a close all
 * calls at that end give GORO_NET_PIPE_CLOSED; at the other end a read gives
 * GORO_EOF and a write GORO_NET_PIPE_CLOSED.
 */
GORO_API int goro_mem_pipe(goro_conn *out[2]);

/*
 * Makes a connection of a descriptor of any kind, which it then owns and
 * closes.  On an error the caller keeps fd.  If the poller can wait for fd,
 * makes it non-blocking.  It stays so after the close, since others may wait
 * for the same open file; programs that share it (a shell its terminal) see
 * that.
 */
GORO_API int goro_conn_from_fd(int fd, goro_conn **out);

#ifdef __cplusplus
}
#endif

#endif

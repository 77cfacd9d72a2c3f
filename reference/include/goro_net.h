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
 * All of it may be called from many goroutines at once unless its description
 * says otherwise.  A call that waits parks its goroutine and holds
 * no thread, except for regular files, which block one.
 *
 * Every function returns GORO_OK or another status of goro.h: GORO_EOF,
 * GORO_TIMEOUT, one of GORO_NET_...; GORO_EINVAL for a NULL where something is
 * needed, GORO_ENOMEM, and GORO_ENOTSUP for a call that this kind of connection
 * does not have.  goro_net_error() has the whole story.
 *
 * Networks and addresses are Go's:
 *
 *	"tcp" "tcp4" "tcp6"   "host:port", "[::1]:80", "[fe80::1%eth0]:80".  No
 *	"udp" "udp4" "udp6"   host: this machine; to listen, all addresses.  The
 *	                      host may be a name, the port one of a service, or
 *	                      0 for any that is free.
 *	"unix" "unixpacket"   the path of a socket, or '@' and an abstract name;
 *	"unixgram"            to listen on "": a name that is free
 *
 * Close and free are two steps: close ends all calls on a connection or
 * listener, those that wait give GORO_NET_CLOSED; free it when they have
 * returned and there will be no more.  Freeing NULL does nothing; freeing
 * what is open closes it.
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
 * The text of the last error that a function of this header gave to the
 * calling goroutine, as Go prints it: "dial tcp 127.0.0.1:1: connect:
 * connection refused".  Good until its next one; "" if there was none.
 */
GORO_API const char *goro_net_error(void);

/* ---- connect ------------------------------------------------------------ */

/*
 * Connects to address and puts the connection into *out.  Blocks, at most
 * until the deadline, which covers the look-up of a name, too.  If a name has
 * several addresses they are tried as by goro_dial_any().
 * GORO_TIMEOUT; GORO_NET_ADDR for an address that cannot be read, GORO_ENOTSUP
 * for an unknown network, GORO_NET_REFUSED, GORO_NET_MFILE, GORO_NET_OTHER (no
 * such host ...).
 */
GORO_API int goro_dial(const char *network, const char *address,
		       int64_t deadline, goro_conn **out);

/*
 * The same, but gives up with GORO_NET_CANCELED once a receive from cancel
 * would not block; it is best closed for that.  NULL: never.
 */
GORO_API int goro_dial_cancel(const char *network, const char *address,
			      int64_t deadline, goro_chan *cancel,
			      goro_conn **out);

/*
 * The same on "tcp" for a name that is known to stand for n addresses, 1 to 16:
 * "127.0.0.1", "::1"; all with one port.  Those of the first one's family are
 * tried one after the other.  Those of the other family are, too, at the same
 * time, but begin `delay` ns later, or once the former have failed; 0 is 300
 * ms, a negative delay puts all into one row.  The first connection that is
 * made counts, any other is closed.  Each address has an equal share of the
 * time that is left to its row, but 2 s at least if there is so much.
 */
GORO_API int goro_dial_any(const char *const *addresses, size_t n, int32_t port,
			   int64_t delay, int64_t deadline, goro_conn **out);

/*
 * How TCP finds out that an idle peer is gone; times in nanoseconds, rounded
 * up to seconds.  0 is the default, which connections have if nobody asks for
 * another: 15 s, 15 s, 9.  What is negative is left as the system has it.
 */
struct goro_keepalive {
	int64_t idle;     /* before the first probe */
	int64_t interval; /* between two */
	int32_t count;    /* of probes without an answer */
	int32_t reserved; /* 0 */
};

/* As goro_dial(); TCP gets that keep-alive, or none at all: k == NULL. */
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

/* The same; TCP connections get that keep-alive, or none at all: k == NULL. */
GORO_API int goro_listen_keepalive(const char *network, const char *address,
				   const struct goro_keepalive *k,
				   goro_listener **out);

/*
 * A listener from a socket that listens, which it owns and closes from then on;
 * if this fails the descriptor stays the caller's.  It is made non-blocking.
 * GORO_ENOTSUP: it is none, or of no network that is known here.
 */
GORO_API int goro_listener_from_fd(int fd, goro_listener **out);

/*
 * Whether the close of a listener on a unix socket removes the file: true
 * unless it came from a descriptor.  GORO_ENOTSUP for other networks.
 */
GORO_API int goro_unlink_on_close(goro_listener *l, bool on);

/* The next connection.  Blocks. */
GORO_API int goro_accept(goro_listener *l, goro_conn **out);

/* Its address as text, cut to fit. */
GORO_API int goro_listener_addr(goro_listener *l, char *buf, size_t n);

/* As goro_conn_read_deadline(), for accept. */
GORO_API int goro_listener_deadline(goro_listener *l, int64_t deadline);

/* Ends accept with GORO_NET_CLOSED.  A second close gives that itself. */
GORO_API int goro_listener_close(goro_listener *l);

/* Nobody may use it any more. */
GORO_API void goro_listener_free(goro_listener *l);

/* ---- streams ------------------------------------------------------------ */

/*
 * Reads 1 to n bytes; *got (may be NULL) says how many, 0 on any error.
 * GORO_EOF: the peer will send no more, and all it sent was read.  n == 0 reads
 * nothing, at once.  Of datagrams it reads one, of any length, and drops what
 * does not fit.  Blocks.
 */
GORO_API int goro_conn_read(goro_conn *c, void *buf, size_t n, size_t *got);

/*
 * Writes all n bytes, or gives an error; *done (may be NULL) says how many
 * went out in either case.  Writes of several goroutines do not mix.
 * GORO_NET_PIPE, GORO_NET_RESET: the peer reads no more.  SIGPIPE is sent
 * for descriptors 1 and 2 alone, so that a program ends whose output nobody
 * reads.  Blocks.
 */
GORO_API int goro_conn_write(goro_conn *c, const void *buf, size_t n,
			     size_t *done);

/*
 * From that time of goro_now() on reads (writes) give GORO_TIMEOUT, also those
 * that wait now; even if there are data.  GORO_FOREVER: no more of that.
 * GORO_NET_NO_DEADLINE for a regular file.  A write that times out may have
 * written some.
 */
GORO_API int goro_conn_read_deadline(goro_conn *c, int64_t deadline);
GORO_API int goro_conn_write_deadline(goro_conn *c, int64_t deadline);
GORO_API int goro_conn_deadline(goro_conn *c, int64_t deadline); /* both */

/* Which directions of a TCP or unix connection to shut down; an or. */
enum goro_shut { GORO_SHUT_READ = 1, GORO_SHUT_WRITE = 2 };

/* SHUT_WRITE: the peer will read EOF; the other direction goes on. */
GORO_API int goro_conn_shutdown(goro_conn *c, int how);

/*
 * The two addresses as text, cut to fit; also after close.  "@" is a unix
 * socket without a name.  GORO_ENOTSUP for a file, and for the peer of a
 * socket that has none.
 */
GORO_API int goro_conn_local_addr(goro_conn *c, char *buf, size_t n);
GORO_API int goro_conn_remote_addr(goro_conn *c, char *buf, size_t n);

/*
 * Ends all calls on it with GORO_NET_CLOSED.  A second close gives that itself,
 * but for an in-memory pipe, where it is GORO_OK.
 */
GORO_API int goro_conn_close(goro_conn *c);

/* Nobody may use it any more. */
GORO_API void goro_conn_free(goro_conn *c);

/* ---- streams: more ------------------------------------------------------ */

/* A part of a vectored write. */
struct goro_bytes {
	const void *at;
	size_t n;
};

/*
 * As goro_conn_write() of all parts in their order, without a copy where the
 * system can.  What went out is taken off the parts: afterwards each has what
 * is left of it.  To a socket of datagrams they are one.  Blocks.
 */
GORO_API int goro_conn_writev(goro_conn *c, struct goro_bytes *parts, size_t n,
			      size_t *done);

/*
 * Reads from one connection and writes to the other: `most` bytes or, if it is
 * negative, all until the end.  From a file to a socket and between sockets the
 * bytes stay in the kernel.  *done (may be NULL) says how many went out, in any
 * case; when a write fails, more than that may have been read.  GORO_EOF: the
 * end came before `most`.  Blocks.
 */
GORO_API int goro_conn_copy(goro_conn *to, goro_conn *from, int64_t most,
			    int64_t *done);

/* Keep-alive of a TCP connection; k == NULL turns it off. */
GORO_API int goro_conn_keepalive(goro_conn *c, const struct goro_keepalive *k);

/*
 * As goro_conn_read() from a unix socket, and takes the descriptors that come
 * with the bytes: at most fds_n of them (more are closed), which are
 * close-on-exec and the caller's; *fds_got (may be NULL) says how many.
 * Blocks.
 */
GORO_API int goro_conn_read_msg(goro_conn *c, void *buf, size_t n, size_t *got,
				int *fds, size_t fds_n, size_t *fds_got);

/*
 * Calls fn(arg, fd) with the descriptor of c, and again each time that may be
 * read (written), until it returns true.  It has the same place among readers
 * (writers), the same deadlines and the same end by a close as a read (write).
 * fn must not block, call goro or keep fd.  GORO_ENOTSUP for an in-memory
 * pipe.  Blocks.
 */
GORO_API int goro_conn_raw_read(goro_conn *c, bool (*fn)(void *arg, int fd),
				void *arg);
GORO_API int goro_conn_raw_write(goro_conn *c, bool (*fn)(void *arg, int fd),
				 void *arg);

/*
 * The descriptor of c.  It stays c's; once c is closed the number may be
 * another file's.  GORO_NET_CLOSED; GORO_ENOTSUP for an in-memory pipe.
 */
GORO_API int goro_conn_fd(goro_conn *c, int *fd);

/* ---- datagrams ---------------------------------------------------------- */

/* A socket for datagrams from and to anywhere: "udp...", "unixgram". */
GORO_API int goro_packet_listen(const char *network, const char *address,
				goro_conn **out);

/*
 * Reads one datagram, at most n bytes of it; its sender as text into from,
 * which has room for from_n bytes (0: not wanted), cut to fit.  Blocks.
 */
GORO_API int goro_conn_read_from(goro_conn *c, void *buf, size_t n, size_t *got,
				 char *from, size_t from_n);

/*
 * Sends one datagram to an address.  GORO_NET_ADDR for one that cannot be read
 * or is of the wrong family; GORO_NET_OTHER also for a connected socket.
 * Blocks, also to look up a name, which is done anew each time.
 */
GORO_API int goro_conn_write_to(goro_conn *c, const void *buf, size_t n,
				const char *to);

/* ---- pipes and files ---------------------------------------------------- */

/* A pipe of the operating system: out[0] reads, out[1] writes. */
GORO_API int goro_os_pipe(goro_conn *out[2]);

/*
 * Two ends of a connection in memory, without a buffer: a write lasts until
 * reads at the other end have taken all of it, or either end is closed.  At
 * its own end all calls give GORO_NET_PIPE_CLOSED then; at the other one
 * GORO_EOF to a read, GORO_NET_PIPE_CLOSED to a write.
 */
GORO_API int goro_mem_pipe(goro_conn *out[2]);

/*
 * A connection from a descriptor of any kind, which it owns and closes from
 * then on; if this fails the descriptor stays the caller's.  What the poller
 * can wait for is made non-blocking, and stays so when it is closed, as others
 * may wait for the same open file: who shares it (a shell its terminal) sees
 * that.
 */
GORO_API int goro_conn_from_fd(int fd, goro_conn **out);

#ifdef __cplusplus
}
#endif

#endif

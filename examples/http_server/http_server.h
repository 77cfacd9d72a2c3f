/*
 * http_server.h - an HTTP/1.1 server, one goroutine for each connection.
 *
 *	routes.c    what it answers: start here to make it yours
 *	main.c      options, signals, the way out
 *	server.c    which connections there are, and how they are told to end
 *	conn.c      one connection: requests in, responses out
 *	request.c   what the parser finds, gathered into a request
 *	response.c  a response as bytes
 *
 * The parser is http_parser (Debian package libhttp-parser-dev).
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <goro_net.h>
#include <http_parser.h>

/* All set by the command line before the first connection. */
struct options {
	const char *host;
	int64_t port;       /* 0: any that is free */
	int64_t timeout;    /* ns: of a request, a response, and between them */
	int64_t grace;      /* ns: that requests have left at the end */
	int64_t max_header; /* bytes: the request line and all headers */
	int64_t max_body;   /* bytes */
};

extern struct options options;

/* ---- request -------------------------------------------------------------- */

/* Bytes that become more. */
struct text {
	char *at;
	size_t n, room;
};

/* Where in the head the next byte is. */
enum place { AT_START, AT_REQUEST, AT_LINE, AT_NAME, AT_VALUE, AT_DONE };

enum stage { STAGE_HEAD, STAGE_BODY, STAGE_COMPLETE };

/* What is told to the client by a status is in `refused`; then stop reading. */
struct request {
	const char *method; /* "GET" */
	char *path;         /* without the query */
	char *query;        /* what follows '?', or "" */
	struct text body;
	bool keep_alive; /* more requests may follow on the connection */
	bool wants_100;  /* its body waits for "100 Continue" */
	int refused;     /* 0, or the status to answer with */

	enum stage stage;
	int last; /* which kind of string is at the end of head */
	struct text
		head;   /* the URL, a name, a value, a name ... each with NUL */
	size_t headers; /* where in it the first name is */
	enum place at;
	bool after_cr; /* the last byte of the head was a CR */
	http_parser parser;
};

/* Once for each connection; free what it took at the end. */
void request_init(struct request *r);
void request_free(struct request *r);

/* Forgets the request, for the next on the same connection. */
void request_reset(struct request *r);

/*
 * Takes n bytes, at most those that belong to the request, and returns how
 * many.  It is over when `stage` is STAGE_COMPLETE or `refused` is set.
 */
size_t request_parse(struct request *r, const char *bytes, size_t n);

/* The value of a header, whatever the case of its name; NULL: there is none. */
const char *request_header(const struct request *r, const char *name);

/* ---- response ------------------------------------------------------------- */

/* Filled in by a handler.  All zero is an empty "200 OK". */
struct response {
	int status;        /* 0: 200 */
	const char *type;  /* of the body; NULL: text/plain */
	const char *allow; /* of a 405: the methods that there are */
	const char *body;  /* static, of the request, or text */
	size_t n;          /* its bytes */
	bool close;        /* the last on this connection */
	char text[200];    /* room for a short body */
};

/* A body that is the name of the status. */
void response_status(struct response *a, int status);

/* Writes it, but for the body if the method is HEAD.  A status of goro.h. */
int response_write(const struct response *a, const struct request *r,
		   goro_conn *conn);

/* What this server does: calls the handler of the request's path. */
void route(const struct request *r, struct response *a);

/* ---- connections ---------------------------------------------------------- */

struct conn {
	goro_conn *conn;
	struct request request;
	struct conn *prev, *next; /* in the server's list */
	bool idle;                /* waits for a request; the server's */
	size_t begin, end;        /* of what is in buf and not parsed */
	char buf[8192];
};

/* Serves one connection; in a goroutine of its own.  Owns the struct conn. */
void conn_serve(void *conn);

/* Accepts until the listener is closed. */
void server_accept(void *listener);

/* The connection begins to wait for a request; false: it is to end instead. */
bool server_idle(struct conn *c);

/* It waits no more. */
void server_busy(struct conn *c);

/* It has ended; c is freed. */
void server_forget(struct conn *c);

/* True once server_stop() was called. */
bool server_stopping(void);

/*
 * Ends all connections: the idle ones now, the others with their request, or
 * when the time of grace is over.  Blocks until there are none.  Returns how
 * many had to be cut off.
 */
int server_stop(void);

#endif

/* main.c - options, signals, the way out. */
#include "http_server.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOST = 1, HELP }; /* what getopt_long() gives for them */

struct options options = {
	.host = "127.0.0.1",
	.port = 8080,
	.timeout = 30,
	.grace = 10,
	.max_header = 16384,
	.max_body = 8 << 20,
};

static const char usage[] =
	"usage: http_server [options]\n"
	"\n"
	"GET /             a greeting\n"
	"POST /echo        the body that was sent\n"
	"GET /sleep?ms=N   an answer after that time\n"
	"\n"
	"  --host ADDRESS       where to listen: 127.0.0.1; \"\" is "
	"everywhere\n"
	"  --port N             8080; 0: any that is free, it is printed\n"
	"  --timeout SECONDS    of a request, a response, and between them: "
	"30\n"
	"  --grace SECONDS      that requests have left at the end: 10\n"
	"  --max-header BYTES   of the request line and all headers: 16384\n"
	"  --max-body BYTES     8388608\n"
	"  --help\n"
	"\n"
	"SIGINT and SIGTERM: requests under way are served, then it ends with\n"
	"status 0, or 1 if some had to be cut off.  A second one ends it at "
	"once.\n";

/* ---- the command line ----------------------------------------------------- */

static int64_t number(const char *name, int64_t least, int64_t most)
{
	long long n;
	char *end;

	errno = 0;
	n = strtoll(optarg, &end, 10);
	if (!errno && end != optarg && !*end && n >= least && n <= most)
		return n;
	fprintf(stderr,
		"http_server: --%s wants a number from %lld to %lld, not "
		"'%s'\n",
		name, (long long)least, (long long)most, optarg);
	exit(2);
}

static void take_options(int argc, char **argv)
{
	static const struct {
		int64_t *to, least, most;
	} numbers[] = {
		{&options.port, 0, 65535},
		{&options.timeout, 1, 86400},
		{&options.grace, 0, 86400},
		{&options.max_header, 256, 1 << 20},
		{&options.max_body, 0, 1 << 30},
	};
	static const struct option known[] = {
		{"port", required_argument, NULL, 0},
		{"timeout", required_argument, NULL, 0},
		{"grace", required_argument, NULL, 0},
		{"max-header", required_argument, NULL, 0},
		{"max-body", required_argument, NULL, 0},
		{"host", required_argument, NULL, HOST},
		{"help", no_argument, NULL, HELP},
		{0},
	};
	int which, c;

	while ((c = getopt_long(argc, argv, "", known, &which)) != -1) {
		if (c == 0) {
			*numbers[which].to =
				number(known[which].name, numbers[which].least,
				       numbers[which].most);
		} else if (c == HOST) {
			options.host = optarg;
		} else if (c == HELP) {
			fputs(usage, stdout);
			exit(0);
		} else {
			exit(2); /* getopt has said why */
		}
	}
	if (optind < argc) {
		fprintf(stderr, "http_server: what is '%s'? See --help\n",
			argv[optind]);
		exit(2);
	}
	options.timeout *= GORO_SECOND;
	options.grace *= GORO_SECOND;
	http_parser_set_max_header_size((uint32_t)options.max_header);
}

/* ---- the server ----------------------------------------------------------- */

static goro_listener *open_listener(void)
{
	bool colons = strchr(options.host, ':') != NULL;
	char address[GORO_ADDR_MAX];
	goro_listener *l;

	snprintf(address, sizeof(address), colons ? "[%s]:%d" : "%s:%d",
		 options.host, (int)options.port);
	if (goro_listen("tcp", address, &l) != GORO_OK) {
		fprintf(stderr, "http_server: %s\n", goro_net_error());
		return NULL;
	}
	return l;
}

static void announce(goro_listener *l)
{
	char address[GORO_ADDR_MAX];

	goro_listener_addr(l, address, sizeof(address));
	printf("listening on %s\n", address);
	fflush(stdout);
}

/* From before the announcement, so that no signal comes too early. */
static goro_chan *catch_signals(void)
{
	goro_chan *signals = goro_make(sizeof(int32_t), 1);

	goro_signal_notify(signals, SIGINT);
	goro_signal_notify(signals, SIGTERM);
	return signals;
}

/* Blocks until the first signal; the next one has its usual effect. */
static void await_signal(goro_chan *signals)
{
	goro_recv(signals, NULL);
	goro_signal_stop(signals);
	goro_chan_free(signals);
}

static void serve(void *status)
{
	goro_listener *l = open_listener();
	goro_waitgroup accepting = {0};
	goro_chan *signals;
	int cut;

	if (!l)
		return;
	signals = catch_signals();
	announce(l);
	goro_wg_go(&accepting, server_accept, l);
	await_signal(signals);
	goro_listener_close(l);
	goro_wg_wait(&accepting);
	goro_listener_free(l);
	cut = server_stop();
	if (cut > 0)
		fprintf(stderr, "http_server: %d requests cut off\n", cut);
	*(int *)status = cut > 0;
}

int main(int argc, char **argv)
{
	int status = 1;

	take_options(argc, argv);
	return goro_run(serve, &status) ? 1 : status;
}

/*
 * echo_load.c - the load of an echo server, a process of its own:
 *
 *	echo-load PORT CONNS BYTES REQUESTS
 *
 * Status 0: every request was answered with the bytes that were sent; 1: not;
 * 2: wrong usage.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../workloads/epoll.h"

/* A number from least to most; -1 if it is none. */
static long long number(const char *text, long long least, long long most)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	return errno || end == text || *end || n < least || n > most ? -1 : n;
}

int main(int argc, char **argv)
{
	static const long long most[] = {65535, EPOLL_MOST_CONNS,
					 EPOLL_MOST_BYTES, 1000000000000};
	long long n[4];

	for (int i = 0; i < 4; i++) {
		n[i] = argc == 5 ? number(argv[i + 1], i < 3, most[i]) : -1;
		if (n[i] < 0) {
			fputs("usage: echo-load PORT CONNS BYTES REQUESTS\n",
			      stderr);
			return 2;
		}
	}
	return epoll_load((int)n[0], (int)n[1], (int)n[2], n[3]) == 0 ? 0 : 1;
}

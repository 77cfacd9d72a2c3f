/* NP-039: a goroutine for each of a thousand clients that take their time. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "np.h"

/* All clients, on one thread outside: each asks in two parts. */
struct clients {
	int *fds;
	int64_t n, pause, took;
	bool right;
	atomic_int over;
};

static unsigned char part(int64_t client, int i)
{
	return (unsigned char)(client * 3 + i * 101);
}

static bool ask_all(struct clients *all, int i)
{
	for (int64_t k = 0; k < all->n; k++) {
		unsigned char byte = part(k, i);

		if (write(all->fds[k], &byte, 1) != 1)
			return false;
	}
	return true;
}

/* The slowest comes after the pause, the others spread before. */
static bool ask_slowly(struct clients *all)
{
	for (int64_t k = 0; k < all->n; k++) {
		unsigned char byte = part(k, 1);

		if (k % 50 == 0)
			kernel_sleep(all->pause * 50 / all->n);
		if (write(all->fds[k], &byte, 1) != 1)
			return false;
	}
	return true;
}

static bool all_answered(struct clients *all)
{
	for (int64_t k = 0; k < all->n; k++) {
		unsigned char sum = (unsigned char)(part(k, 0) + part(k, 1));
		unsigned char byte = 0;

		if (read(all->fds[k], &byte, 1) != 1 || byte != sum)
			return false;
	}
	return true;
}

static void *run_clients(void *arg)
{
	struct clients *all = arg;
	int64_t begin = kernel_now();

	all->right = ask_all(all, 0) && ask_slowly(all) && all_answered(all);
	all->took = kernel_now() - begin;
	/* release: pairs with the acquire load in becomes() */
	atomic_store_explicit(&all->over, 1, memory_order_release);
	return NULL;
}

static atomic_int served;

static void serve_client(void *arg)
{
	unsigned char asked[2], sum;

	read_all(arg, &asked[0], 1);
	read_all(arg, &asked[1], 1);
	sum = (unsigned char)(asked[0] + asked[1]);
	write_all(arg, &sum, 1);
	end_conn(arg);
	/* release: pairs with the acquire load in becomes() */
	atomic_fetch_add_explicit(&served, 1, memory_order_release);
}

CASE_SOME_UNIT(NP_039, serves_all, 200 * MS,
	       "a thousand slow clients take as long as the slowest",
	       .procs = {1, 4}, .timeout_ms = 30000, NEEDS(NEED_SERVER))
{
	struct server s = serve(TCP);
	static struct clients all;

	all = (struct clients){.n = connections(1000), .pause = unit};
	atomic_store_explicit(&served, 0, memory_order_relaxed);
	all.fds = calloc((size_t)all.n, sizeof(*all.fds));
	REQUIRE(all.fds != NULL);
	for (int64_t i = 0; i < all.n; i++) {
		struct half h = half_of(&s);

		all.fds[i] = h.fd;
		go(serve_client, h.c);
	}
	outside(run_clients, &all);
	REQUIRE(becomes(&all.over, 1));
	REQUIRE(all.right);
	REQUIRE(becomes(&served, (int)all.n));
	CHECK_GE(all.took, unit);
	for (int64_t i = 0; i < all.n; i++)
		close(all.fds[i]);
	free(all.fds);
	end_server(&s);
	note("%" PRId64 " clients of up to %" PRId64 " ms: %" PRId64 " ms",
	     all.n, unit / MS, all.took / MS);
	return IS(all.took, <, 2 * unit);
}

/* ---- NP-061: connections that nobody accepts yet -------------------------- */

/* How many a listener's queue may hold on this machine. */
static int64_t longest_queue(void)
{
	FILE *f = fopen("/proc/sys/net/core/somaxconn", "re");
	int n = 0;

	if (f == NULL || fscanf(f, "%d", &n) != 1)
		skip("the system does not tell its somaxconn");
	fclose(f);
	return n;
}

CASE(NP_061, "as many as the system allows wait in a listener's queue",
     NEEDS(NEED_PAIR))
{
	enum { MOST = 400, USUAL = 128 };
	static assay_conn *dialed[MOST];
	struct server s = serve(TCP);
	int64_t n = longest_queue();

	if (n <= USUAL)
		skip("somaxconn is the usual one");
	n = n < MOST ? n : MOST;
	if (descriptor_limit() < n + 64)
		skip("too few descriptors");
	for (int64_t i = 0; i < n; i++)
		REQUIRE_EQ(rt->net->dial(s.network, s.address,
					 in(upto(2 * SEC)), &dialed[i]),
			   ASSAY_OK);
	for (int64_t i = 0; i < n; i++)
		end_conn(dialed[i]);
	end_server(&s);
}

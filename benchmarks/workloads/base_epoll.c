/* base_epoll.c - TCP echo without a runtime, the floor for net.c. */
#include <pthread.h>
#include <unistd.h>

#include "epoll.h"
#include "load.h"

struct server {
	int listener, conns;
	int64_t bytes; /* echoed; read after the join */
};

static void *serve(void *arg)
{
	struct server *sv = arg;

	sv->bytes = epoll_serve(sv->listener, sv->conns);
	return NULL;
}

/* Both ends are threads of this process. */
static void both(struct bench_state *s)
{
	struct server sv = {.conns = (int)bench_range(s, 0)};
	int bytes = (int)bench_range(s, 1), port, bad = -1;
	int64_t n = bench_planned(s), cpu;
	pthread_t thread;

	sv.listener = epoll_listen(&port);
	if (sv.listener < 0 || pthread_create(&thread, NULL, serve, &sv) != 0) {
		bench_error(s, "no server");
		return;
	}
	cpu = process_cpu_ns();
	bench_begin(s);
	bad = epoll_load(port, sv.conns, bytes, n);
	pthread_join(thread, NULL);
	bench_end(s);
	cpu = process_cpu_ns() - cpu;
	close(sv.listener);
	expect(s, "status of the load", bad, 0);
	expect(s, "number of bytes", sv.bytes, n * bytes);
	load_report(s, n, 0, cpu);
}

static void server_only(struct bench_state *s)
{
	int conns = (int)bench_range(s, 0), port;
	int64_t n = bench_planned(s), cpu, bytes;
	int listener = epoll_listen(&port);
	pid_t pid = listener < 0 ? -1 : load_start(s, port, n);

	if (pid < 0) {
		bench_error(s, "no listener");
		return;
	}
	bench_begin(s);
	cpu = process_cpu_ns();
	bytes = epoll_serve(listener, conns);
	cpu = process_cpu_ns() - cpu;
	bench_end(s);
	close(listener);
	load_wait(s, pid);
	expect(s, "number of bytes", bytes, n * bench_range(s, 1));
	load_report(s, n, 0, cpu);
}

const struct workload base_epoll_workloads[] = {
	{.name = "base/epoll_echo/conns:100/bytes:64", .measure = both},
	{.name = "base/epoll_serve/conns:100/bytes:64", .measure = server_only},
	{0},
};

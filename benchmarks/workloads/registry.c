/* registry.c - the list of all workloads, in the order of workloads.tsv. */
#include "workload.h"

static const struct workload *const families[] = {
	base_workloads,  base_epoll_workloads, core_workloads,
	chan_workloads,  graph_workloads,      select_workloads,
	time_workloads,  sync_workloads,       memory_workloads,
	sched_workloads, fair_workloads,       latency_workloads,
	idle_workloads,  net_workloads,
};

enum { FAMILIES = sizeof(families) / sizeof(*families), MOST = 200 };

const struct workload *const *workload_list(void)
{
	static const struct workload *list[MOST + 1];
	size_t n = 0;

	for (size_t i = 0; i < FAMILIES; i++)
		for (const struct workload *w = families[i]; w->name; w++) {
			if (n == MOST)
				die("more than %d workloads", MOST);
			list[n++] = w;
		}
	list[n] = NULL;
	return list;
}

/*
 * child_table.c - reads the table of a runtime that may be older, newer,
 * truncated or no runtime at all.
 *
 * Sizes are believed only within reason: a group is copied up to the smaller
 * of its own size and ours, so nothing beyond either is ever read.  Pointers
 * cannot be judged; a wild one crashes this child and the runner says so.
 */
#include <string.h>

#include "caselist.h"
#include "child_internal.h"

#define SIZE_ABSURD ((size_t)1 << 16)

/*
 * Where a group's pointer lies in the table and where its full-size copy goes.
 * Every group starts with its size, then has nothing but function pointers.
 */
struct group {
	const char *name;
	size_t offset;
	size_t size;
	void *copy;
};

static struct assay_runtime table;
static struct assay_core_ops core;
static struct assay_chan_ops chan;
static struct assay_time_ops time_ops;
static struct assay_sync_ops sync_ops;
static struct assay_blocking_ops blocking;
static struct assay_inspect_ops inspect;
static struct assay_net_ops net;
static struct assay_trace_ops trace;

#define GROUP(g, copy)                                                         \
	{                                                                      \
#g, offsetof(struct assay_runtime, g), sizeof(copy), &(copy)   \
	}

static const struct group groups[] = {
	GROUP(core, core),         GROUP(chan, chan),
	GROUP(time, time_ops),     GROUP(sync, sync_ops),
	GROUP(blocking, blocking), GROUP(inspect, inspect),
	GROUP(net, net),           GROUP(trace, trace),
};

static bool usable_size(size_t size, size_t least)
{
	return size >= least && size <= SIZE_ABSURD &&
	       size % sizeof(void *) == 0;
}

static bool check_head(const struct assay_runtime *own)
{
	size_t least = offsetof(struct assay_runtime, core) + sizeof(void *);

	if (own == NULL) {
		child_complain("assay_runtime() returned NULL");
		return false;
	}
	if (own->size < offsetof(struct assay_runtime, traits)) {
		child_complain("the table is truncated: %zu bytes, %zu needed",
			       own->size, least);
		return false;
	}
	if (own->abi != ASSAY_ABI_VERSION) {
		child_complain("it has ABI version %u, this suite needs %u",
			       own->abi, ASSAY_ABI_VERSION);
		return false;
	}
	if (own->size < least) {
		child_complain("the table is truncated: %zu bytes, %zu needed",
			       own->size, least);
		return false;
	}
	if (!usable_size(own->size, least)) {
		child_complain("the table has an absurd size: %zu bytes",
			       own->size);
		return false;
	}
	return true;
}

static bool take_group(const struct group *g)
{
	const void *own;
	size_t size;

	memcpy(&own, (char *)&table + g->offset, sizeof(own));
	if (own == NULL)
		return true;
	memcpy(&size, own, sizeof(size));
	if (!usable_size(size, sizeof(size))) {
		child_complain("its group %s has an absurd size: %zu bytes",
			       g->name, size);
		return false;
	}
	memcpy(g->copy, own, size < g->size ? size : g->size);
	memcpy((char *)&table + g->offset, &g->copy, sizeof(g->copy));
	return true;
}

static bool check_core(void)
{
	const char *missing = table.core == NULL        ? "group core"
			      : table.core->run == NULL ? "core->run"
			      : table.core->go == NULL  ? "core->go"
							: NULL;

	if (missing == NULL)
		return true;
	child_complain("it lacks %s, without which nothing runs", missing);
	return false;
}

const struct assay_runtime *table_normalise(const struct assay_runtime *own)
{
	if (!check_head(own))
		return NULL;
	memset(&table, 0, sizeof(table));
	memcpy(&table, own,
	       own->size < sizeof(table) ? own->size : sizeof(table));
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (!take_group(&groups[i]))
			return NULL;
	return check_core() ? &table : NULL;
}

/* ---- what one case sees ------------------------------------------------- */

/* What the child and the kit use if it is there, and cases if they ask. */
static const struct need optional[] = {NEED(core, run),
				       NEED(core, panic),
				       NEED(core, defer),
				       NEED(chan, free),
				       NEED(inspect, num_waiting),
				       NEED(inspect, num_goroutine),
				       NEED(inspect, gomaxprocs),
				       NEED(inspect, goid),
				       {0, 0, NULL}};

static bool named(const struct need *list, size_t group, size_t fn)
{
	for (; list != NULL && list->name != NULL; list++)
		if (list->group == group && list->fn == fn)
			return true;
	return false;
}

static void hide_unnamed(const struct group *g, const struct testcase *tc)
{
	for (size_t fn = sizeof(size_t); fn < g->size; fn += sizeof(void *))
		if (!named(case_base, g->offset, fn) &&
		    !named(optional, g->offset, fn) &&
		    !named(tc->needs, g->offset, fn))
			memset((char *)g->copy + fn, 0, sizeof(void *));
}

void table_show_only_needs(const struct testcase *tc)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		hide_unnamed(&groups[i], tc);
}

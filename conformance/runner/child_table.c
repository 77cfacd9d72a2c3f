/*
 * child_table.c - reads the tables of a runtime that may be older, newer,
 * truncated or no runtime at all.
 *
 * A group is copied up to the smaller of its own size and ours, so nothing
 * beyond either is read; an absurd size is refused.  Pointers cannot be
 * checked: a wild one crashes this child, and the runner reports that.
 */
#include <string.h>

#include "caselist.h"
#include "child_internal.h"

#define SIZE_ABSURD ((size_t)1 << 16)

/*
 * Where a group's pointer is in the tables, and where its full-size copy goes.
 * A group is its size, followed by function pointers only.
 */
struct group {
	const char *name;
	size_t offset;
	size_t size;
	void *copy;
};

static struct tables tables;
static struct full_groups full;

/* clang-format off */
#define GROUP(table, g)                                                        \
	{#g, offsetof(struct tables, table.g), sizeof(full.g), &full.g},
/* clang-format on */
#define RT(g, LIST) GROUP(rt, g)
#define EXT(g, LIST) GROUP(ext, g)

static const struct group groups[] = {ASSAY_GROUPS(RT) ASSAY_EXT_GROUPS(EXT)};

static bool usable_size(size_t size, size_t least)
{
	return size >= least && size <= SIZE_ABSURD &&
	       size % sizeof(void *) == 0;
}

/* Both tables start alike: a size_t size, a uint32_t abi. */
#define ABI_AT offsetof(struct assay_runtime, abi)

_Static_assert(ABI_AT == offsetof(struct assay_runtime_ext, abi),
	       "the heads of both tables are alike");

/*
 * True if a table's head can be used. name is for messages; least is the size
 * up to and including the first group's pointer.
 */
static bool check_head(const void *own, const char *name, uint32_t version,
		       size_t least)
{
	size_t size;
	uint32_t abi = version;

	memcpy(&size, own, sizeof(size));
	if (size >= ABI_AT + sizeof(abi))
		memcpy(&abi, (const char *)own + ABI_AT, sizeof(abi));
	if (abi != version) {
		child_complain("%s has ABI version %u, this suite needs %u",
			       name, abi, version);
		return false;
	}
	if (size < least) {
		child_complain("%s is truncated: %zu bytes, %zu needed", name,
			       size, least);
		return false;
	}
	if (!usable_size(size, least)) {
		child_complain("%s has an absurd size: %zu bytes", name, size);
		return false;
	}
	return true;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool take_group(const struct group *g)
{
	const void *own;
	size_t size;

	memcpy(&own, (char *)&tables + g->offset, sizeof(own));
	if (own == NULL)
		return true;
	memcpy(&size, own, sizeof(size));
	if (!usable_size(size, sizeof(size))) {
		child_complain("its group %s has an absurd size: %zu bytes",
			       g->name, size);
		return false;
	}
	memcpy(g->copy, own, smaller(size, g->size));
	memcpy((char *)&tables + g->offset, &g->copy, sizeof(g->copy));
	return true;
}

static bool check_core(void)
{
	const struct assay_core_ops *own = tables.rt.core;
	const char *missing = own == NULL        ? "group core"
			      : own->run == NULL ? "core->run"
			      : own->go == NULL  ? "core->go"
						 : NULL;

	if (missing == NULL)
		return true;
	child_complain("it lacks %s, without which nothing runs", missing);
	return false;
}

static bool check_heads(const struct assay_runtime *own,
			const struct assay_runtime_ext *own_ext)
{
	if (own == NULL) {
		child_complain("assay_runtime() returned NULL");
		return false;
	}
	if (!check_head(own, "the table", ASSAY_ABI_VERSION,
			offsetof(struct assay_runtime, core) + sizeof(void *)))
		return false;
	return own_ext == NULL ||
	       check_head(own_ext, "the second table", ASSAY_EXT_ABI_VERSION,
			  offsetof(struct assay_runtime_ext, context) +
				  sizeof(void *));
}

/*
 * Gives a table from before stack_bytes the traits that it cannot know of, so
 * that it is judged as it was.
 */
static void add_traits(const struct assay_runtime *own)
{
	const char *model = tables.rt.model;

	if (own->size > offsetof(struct assay_runtime, stack_bytes))
		return;
	tables.rt.traits |= ASSAY_TRAITS_OF_OLDER;
	if (model != NULL && strcmp(model, "N:1") == 0)
		tables.rt.traits &= ~(uint32_t)ASSAY_TRAIT_SEVERAL_PS;
}

const struct tables *table_normalise(const struct assay_runtime *own,
				     const struct assay_runtime_ext *own_ext)
{
	if (!check_heads(own, own_ext))
		return NULL;
	memset(&tables, 0, sizeof(tables));
	memcpy(&tables.rt, own, smaller(own->size, sizeof(tables.rt)));
	add_traits(own);
	if (own_ext != NULL)
		memcpy(&tables.ext, own_ext,
		       smaller(own_ext->size, sizeof(tables.ext)));
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (!take_group(&groups[i]))
			return NULL;
	return check_core() ? &tables : NULL;
}

/* ---- what one case sees ------------------------------------------------- */

/*
 * The functions that the child and the kit use if the runtime has them.  A case
 * may use them too, after a check for NULL.
 */
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

void table_watch(const struct testcase *tc)
{
	watch_functions(&full, tc);
	tables.rt.chan = &full.chan;
	tables.rt.time = &full.time;
}

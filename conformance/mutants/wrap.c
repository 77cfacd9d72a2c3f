/*
 * wrap.c - a runtime that wraps another and has one fault.
 *
 * Two variables of the environment choose: MUTANT_OF is the shared object
 * underneath, MUTANT the fault.  "none" plants nothing.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"

#define EXPORT __attribute__((visibility("default")))

struct groups was, my;

static _Noreturn void complain(const char *what, const char *which)
{
	fprintf(stderr, "mutant: %s: %s\n", what, which);
	_Exit(2);
}

static const char *setting(const char *name)
{
	const char *v = getenv(name);

	if (v == NULL || *v == '\0')
		complain("not set in the environment", name);
	return v;
}

/*
 * Calls the object's function of that name and returns its result; NULL if
 * there is no such function.
 */
static const void *call(void *so, const char *name)
{
	const void *(*get)(void);
	void *symbol = dlsym(so, name);

	if (symbol == NULL)
		return NULL;
	memcpy(&get, &symbol, sizeof(get));
	return get();
}

static void plant(const char *name)
{
	const struct fault *const *f = __start_assay_faults;

	if (strcmp(name, "none") == 0)
		return;
	for (; f < __stop_assay_faults; f++)
		if (strcmp((*f)->name, name) == 0) {
			(*f)->plant();
			return;
		}
	complain("no such fault", name);
}

/*
 * Copies a group to full size.  A group starts with its size, and an older one
 * is shorter than ours.
 */
static void take_group(void *copy, const void *own, size_t n)
{
	size_t size;

	if (own == NULL)
		return;
	memcpy(&size, own, sizeof(size));
	memcpy(copy, own, size < n ? size : n);
	memcpy(copy, &n, sizeof(n));
}

/*
 * Returns the group for the table.  Functions that the runtime underneath lacks
 * are NULL, even if a fault has replaced them.
 */
static const void *give_group(void *copy, const void *own, size_t n)
{
	const char *before = (const char *)&was + ((char *)copy - (char *)&my);
	static const char none[sizeof(void (*)(void))];

	for (size_t at = sizeof(size_t); at < n; at += sizeof(none))
		if (memcmp(before + at, none, sizeof(none)) == 0)
			memcpy((char *)copy + at, none, sizeof(none));
	return own == NULL ? NULL : copy;
}

static struct assay_runtime table;
static struct assay_runtime_ext ext;

#define TAKE(from, g) take_group(&was.g, from.g, sizeof(was.g));
#define TAKE_RT(g, LIST) TAKE(table, g)
#define TAKE_EXT(g, LIST) TAKE(ext, g)
#define GIVE(in, g) in.g = give_group(&my.g, in.g, sizeof(my.g));
#define GIVE_RT(g, LIST) GIVE(table, g)
#define GIVE_EXT(g, LIST) GIVE(ext, g)

static void take_tables(const char *path)
{
	void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const struct assay_runtime *own =
		so == NULL ? NULL : call(so, "assay_runtime");
	const struct assay_runtime_ext *own_ext;

	if (own == NULL)
		complain("no runtime to break", path);
	memcpy(&table, own,
	       own->size < sizeof(table) ? own->size : sizeof(table));
	own_ext = call(so, "assay_runtime_ext");
	if (own_ext != NULL)
		memcpy(&ext, own_ext,
		       own_ext->size < sizeof(ext) ? own_ext->size
						   : sizeof(ext));
	/* what an older table cannot know stays unknown */
	table.size = own->size < sizeof(table) ? own->size : sizeof(table);
	table.name = "mutant";
	ext.size = sizeof(ext);
	ext.abi = ASSAY_EXT_ABI_VERSION;
}

/* Fills both tables, once: they belong together. */
static void break_runtime(void)
{
	if (table.size != 0)
		return;
	take_tables(setting("MUTANT_OF"));
	ASSAY_GROUPS(TAKE_RT)
	ASSAY_EXT_GROUPS(TAKE_EXT)
	my = was;
	plant(setting("MUTANT"));
	ASSAY_GROUPS(GIVE_RT)
	ASSAY_EXT_GROUPS(GIVE_EXT)
}

EXPORT const struct assay_runtime *assay_runtime(void)
{
	break_runtime();
	return &table;
}

EXPORT const struct assay_runtime_ext *assay_runtime_ext(void)
{
	break_runtime();
	return &ext;
}

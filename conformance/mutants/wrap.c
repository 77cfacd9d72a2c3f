/*
 * wrap.c - a runtime round another, with one fault.
 *
 * The environment names both: MUTANT_OF the shared object underneath, MUTANT
 * the fault; "none" plants nothing.
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

static const struct assay_runtime *load(const char *path)
{
	const struct assay_runtime *(*get)(void);
	void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void *symbol = so == NULL ? NULL : dlsym(so, "assay_runtime");

	if (symbol == NULL)
		complain("no runtime to break", dlerror());
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

/* A group starts with its size; an older one is shorter than ours. */
static void take_group(void *copy, const void *own, size_t n)
{
	size_t size;

	if (own == NULL)
		return;
	memcpy(&size, own, sizeof(size));
	memcpy(copy, own, size < n ? size : n);
	memcpy(copy, &n, sizeof(n));
}

/* NULL for what the runtime underneath lacks, though a fault was planted. */
static const void *give_group(void *copy, const void *own, size_t n)
{
	const char *before = (const char *)&was + ((char *)copy - (char *)&my);
	static const char none[sizeof(void (*)(void))];

	for (size_t at = sizeof(size_t); at < n; at += sizeof(none))
		if (memcmp(before + at, none, sizeof(none)) == 0)
			memcpy((char *)copy + at, none, sizeof(none));
	return own == NULL ? NULL : copy;
}

#define TAKE(g) take_group(&was.g, own->g, sizeof(was.g))
#define GIVE(g) table.g = give_group(&my.g, own->g, sizeof(my.g))

EXPORT const struct assay_runtime *assay_runtime(void)
{
	static struct assay_runtime table;
	const struct assay_runtime *own;

	if (table.size != 0)
		return &table;
	own = load(setting("MUTANT_OF"));
	memcpy(&table, own,
	       own->size < sizeof(table) ? own->size : sizeof(table));
	table.size = sizeof(table);
	table.name = "mutant";
	TAKE(core), TAKE(chan), TAKE(time), TAKE(sync), TAKE(blocking);
	TAKE(inspect);
	my = was;
	plant(setting("MUTANT"));
	GIVE(core), GIVE(chan), GIVE(time), GIVE(sync), GIVE(blocking);
	GIVE(inspect);
	return &table;
}

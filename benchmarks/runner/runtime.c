/* runtime.c - see runtime.h. */
#define _GNU_SOURCE
#include "runtime.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../workloads/workload.h"
#include "options.h"

#define SIZE_ABSURD ((size_t)1 << 16)

char *beside(const char *directory, const char *name, const char *suffix)
{
	char own[PATH_MAX], *path;
	ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);

	if (n <= 0)
		refuse("cannot read /proc/self/exe");
	own[n] = '\0';
	*strrchr(own, '/') = '\0';
	if (asprintf(&path, "%s/%s%s%s", own, directory, name, suffix) < 0)
		refuse("out of memory");
	return path;
}

static void *open_object(const char *name)
{
	char *path = strchr(name, '/') ? strdup(name)
				       : beside("runtimes/", name, ".so");
	void *object;

	if (!path || access(path, R_OK) != 0)
		refuse("no runtime %s", path ? path : name);
	object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!object)
		refuse("%s", dlerror());
	free(path);
	return object;
}

/*
 * A group is copied up to the smaller of its own size and ours: what an older
 * runtime lacks stays NULL.  own may be NULL: it lacks all.
 */
static void copy_group(const char *name, void *to, const void *own, size_t size)
{
	size_t n;

	if (!own)
		return;
	memcpy(&n, own, sizeof(n));
	if (n < sizeof(n) || n > SIZE_ABSURD || n % sizeof(void *) != 0)
		refuse("its group %s has an absurd size: %zu bytes", name, n);
	memcpy(to, own, n < size ? n : size);
}

#define COPY_GROUP(g, LIST) copy_group(#g, &rt.g, t.g, sizeof(rt.g));

/* A table from before stack_bytes has the traits that it cannot know of. */
static uint32_t traits_of(const struct assay_runtime *own, const char *model)
{
	uint32_t traits = own->traits;

	if (own->size > offsetof(struct assay_runtime, stack_bytes))
		return traits;
	traits |= ASSAY_TRAITS_OF_OLDER;
	if (strcmp(model, "N:1") == 0)
		traits &= ~(uint32_t)ASSAY_TRAIT_SEVERAL_PS;
	return traits;
}

static void take_table(const struct assay_runtime *own)
{
	struct assay_runtime t = {0};

	if (!own)
		refuse("assay_runtime() returned NULL");
	if (own->abi != ASSAY_ABI_VERSION)
		refuse("the table has ABI version %u, this program needs %u",
		       own->abi, ASSAY_ABI_VERSION);
	if (own->size < offsetof(struct assay_runtime, core) + sizeof(void *) ||
	    own->size > SIZE_ABSURD)
		refuse("the table has an absurd size: %zu bytes", own->size);
	memcpy(&t, own, own->size < sizeof(t) ? own->size : sizeof(t));
	ASSAY_GROUPS(COPY_GROUP)
	rt.max_goroutines = t.max_goroutines;
	rt.name = t.name ? t.name : "";
	rt.version = t.version ? t.version : "";
	rt.model = t.model ? t.model : "";
	rt.kit = t.kit ? t.kit : "";
	rt.traits = traits_of(own, rt.model);
}

runtime_run runtime_load(const char *name)
{
	const struct assay_runtime *(*get)(void);
	void *symbol = dlsym(open_object(name), "assay_runtime");

	if (!symbol)
		refuse("%s exports no symbol assay_runtime", name);
	memcpy(&get, &symbol, sizeof(get));
	take_table(get());
	if (!rt.core.run || !rt.core.go)
		refuse("%s lacks core->run or core->go", name);
	return rt.core.run;
}

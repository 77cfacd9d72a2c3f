/* child_describe.c - prints what a runtime is and has, as child.h defines. */
#include <stdio.h>
#include <string.h>

#include "assay_fn.h"
#include "child_internal.h"

#define NEED_OF_RT(g, f) NEED(g, f),
#define NEED_OF_EXT(g, f) NEED_EXT(g, f),
#define RT(g, LIST) LIST(NEED_OF_RT)
#define EXT(g, LIST) LIST(NEED_OF_EXT)

static const struct need all[] = {ASSAY_GROUPS(RT) ASSAY_EXT_GROUPS(EXT)};

static bool has(const struct tables *tables, const struct need *n)
{
	const char *group;
	void (*fn)(void);

	memcpy(&group, (const char *)tables + n->group, sizeof(group));
	if (group == NULL)
		return false;
	memcpy(&fn, group + n->fn, sizeof(fn));
	return fn != NULL;
}

static const char *text(const char *s)
{
	return s == NULL || *s == '\0' ? "?" : s;
}

void describe(const struct tables *tables)
{
	const struct assay_runtime *r = &tables->rt;

	printf("name %s\nversion %s\nmodel %s\n", text(r->name),
	       text(r->version), text(r->model));
	printf("abi %u\ntraits %x\nmax_goroutines %llu\n", r->abi, r->traits,
	       (unsigned long long)r->max_goroutines);
	if (r->go_version != NULL)
		printf("go %s\n", r->go_version);
	if (tables->ext.size != 0)
		printf("ext %u\n", tables->ext.abi);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (has(tables, &all[i]))
			printf("has %s\n", all[i].name);
	/* a host may exit in a way that does not flush C's stdout */
	fflush(stdout);
}

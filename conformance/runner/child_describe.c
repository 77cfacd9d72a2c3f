/*
 * child_describe.c - prints what a runtime is and has, and what programs of
 * GoKer there are, as child.h defines.
 */
#include <stdio.h>
#include <string.h>

#include "assay_fn.h"
#include "caselist.h"
#include "child_internal.h"

#define NEED_OF_RT(g, f) NEED(g, f),
#define NEED_OF_EXT(g, f) NEED_EXT(g, f),
#define RT(g, LIST) LIST(NEED_OF_RT)
#define EXT(g, LIST) LIST(NEED_OF_EXT)

static const struct need all[] = {ASSAY_GROUPS(RT) ASSAY_EXT_GROUPS(EXT)};

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
	if (r->stack_bytes != 0)
		printf("stack_bytes %llu\n",
		       (unsigned long long)r->stack_bytes);
	if (r->kit != NULL && *r->kit != '\0')
		printf("kit %s\n", r->kit);
	if (r->go_version != NULL)
		printf("go %s\n", r->go_version);
	if (tables->ext.size != 0)
		printf("ext %u\n", tables->ext.abi);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (tables_have(tables, &all[i]))
			printf("has %s\n", all[i].name);
	/* a host may exit in a way that does not flush C's stdout */
	fflush(stdout);
}

static void describe_program(const struct goker *g)
{
	static const char *const locks[] = {
		[NO_CIRCLE] = "-", [SELF] = "self", [CIRCLE] = "circle"};
	char id[CASE_ID_MAX];

	case_id(&g->tc, id);
	printf("%s\t%s\t%s\t%d\t%d\t%d\t%s\t%s%s", id, g->tc.file, g->tc.title,
	       g->least, g->most, g->copies > 0 ? g->copies : 1,
	       locks[g->locks],
	       g->panic != NULL ? "panic: "
	       : g->race        ? "race"
				: "-",
	       g->panic != NULL ? g->panic : "");
	for (int i = 0; i < GOKER_SITES && g->sites[i] != NULL; i++)
		printf("\t%s", g->sites[i]);
	printf("\n");
}

void describe_goker(void)
{
	for (size_t i = 0; i < goker_count(); i++)
		describe_program(goker_at(i));
	fflush(stdout);
}

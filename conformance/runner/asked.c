/*
 * asked.c - prints conformance/cases.tsv, from which those who read results
 * know what cases there are, and what the runner does with each: see plan.c
 * and runtime_lacks().
 */
#include "runner.h"

static void put_procs(const struct testcase *tc)
{
	if ((tc->flags & CASE_DEFAULT_PROCS) != 0)
		fputs("default", stdout);
	else if (tc->procs[0] == 0)
		fputs("any", stdout);
	else
		for (size_t i = 0; i < sizeof(tc->procs) / sizeof(int); i++)
			if (tc->procs[i] > 0)
				printf("%s%d", i == 0 ? "" : " ", tc->procs[i]);
}

static void put_needs(const struct need *needs)
{
	if (needs == NULL)
		putchar('-');
	for (const struct need *n = needs; n != NULL && n->name != NULL; n++)
		printf("%s%s", n == needs ? "" : " ", n->name);
}

static void put_case(const struct entry *e)
{
	const struct testcase *tc = e->tc;

	printf("%s\t", e->id);
	put_procs(tc);
	printf("\t%u\t%u\t%zu\t", traits_asked(tc), tc->not_traits,
	       stack_asked(tc));
	put_needs(tc->needs);
	putchar('\n');
}

int print_asked(void)
{
	puts("# By make cases.tsv: id, procs, traits that it needs, those "
	     "that\n"
	     "# rule it out, bytes of stack, functions that it needs.");
	for (size_t i = 0; i < registry.nentries; i++)
		put_case(&registry.entries[i]);
	return EXIT_OK;
}

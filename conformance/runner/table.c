/* table.c - see table.h. */
#include "table.h"

#include "escape.h"

bool table_is_row(const char *note)
{
	return note[0] == '|' && note[1] == ' ';
}

static void print_rule(const char *head)
{
	for (; *head != '\0'; head++)
		putchar(*head == '|' ? '+' : '-');
	putchar('\n');
}

static void print_rows(const struct strings *notes)
{
	bool head = true;

	for (size_t i = 0; i < notes->n; i++) {
		if (!table_is_row(notes->v[i]))
			continue;
		escape_line(stdout, notes->v[i]);
		putchar('\n');
		if (head)
			print_rule(notes->v[i]);
		head = false;
	}
	putchar('\n');
}

static bool has_rows(const struct run *run)
{
	for (size_t i = 0; i < run->notes.n; i++)
		if (table_is_row(run->notes.v[i]))
			return true;
	return false;
}

/*
 * Prints the table of the most telling run: the first that failed, else the
 * first.
 */
static void print_table(const struct result *r)
{
	const struct run *run = r->nruns == 0      ? NULL
				: r->worst != NULL ? r->worst
						   : r->runs[0];

	if (run == NULL || !has_rows(run))
		return;
	printf("%s %s [%s", r->entry->id, r->entry->tc->title,
	       r->runtime->label);
	if (run->procs > 0)
		printf(", procs %d", run->procs);
	puts("]");
	print_rows(&run->notes);
}

void tables_print(const struct results *rs)
{
	for (size_t k = 0; k < rs->nentries; k++)
		for (size_t i = 0; i < rs->nruntimes; i++)
			print_table(result_at(rs, i, k));
}

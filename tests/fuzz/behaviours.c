/*
 * behaviours.c - the tables of the suite: behaviours.tsv and uncovered.tsv.
 */
#include "../../conformance/runner/registry.h"

#include "fuzz.h"
#include "registry.h"

/* Whole texts in every column. */
static void check_row(const struct row *row)
{
	const char *columns[] = {row->id,     row->area,      row->level,
				 row->source, row->behaviour, row->how,
				 row->since,  row->until};

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		must(columns[i]);
		must(!strpbrk(columns[i], "\t\n"));
	}
	must(row_find(row->id));
	must(!row->uncovered || *row->uncovered);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_registry_load(data, size);
	for (size_t i = 0; i < registry.nrows; i++)
		check_row(&registry.rows[i]);
	must(registry.nentries == 1);
	must(registry.entries[0].row == row_find("CH-001"));
	fuzz_registry_free();
	return 0;
}

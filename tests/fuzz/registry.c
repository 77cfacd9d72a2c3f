/* registry.c - see registry.h. */
#include "../../conformance/runner/registry.h"

#include "fuzz.h"
#include "registry.h"

enum { TABLE_MAX = 1 << 16 };

/* The registry's own names for what the runner has linked in. */
char behaviours_tsv[TABLE_MAX], uncovered_tsv[TABLE_MAX], kills_tsv[1];

static const struct testcase made_up;

size_t case_count(void)
{
	return 1;
}

const struct testcase *case_at(size_t i)
{
	must(i == 0);
	return &made_up;
}

void case_row(const struct testcase *tc, char out[CASE_ID_MAX])
{
	must(tc == &made_up);
	snprintf(out, CASE_ID_MAX, "CH-001");
}

void case_id(const struct testcase *tc, char out[CASE_ID_MAX])
{
	must(tc == &made_up);
	snprintf(out, CASE_ID_MAX, "CH-001/made_up");
}

static void fill(char *table, const uint8_t *data, size_t size)
{
	if (size > TABLE_MAX - 1)
		size = TABLE_MAX - 1;
	if (size > 0)
		memcpy(table, data, size);
	table[size] = '\0';
}

void fuzz_registry_load(const uint8_t *data, size_t size)
{
	const uint8_t *end = size > 0 ? memchr(data, '\0', size) : NULL;
	size_t n = end ? (size_t)(end - data) : size;

	fill(behaviours_tsv, data, n);
	fill(uncovered_tsv, end ? end + 1 : data, end ? size - n - 1 : 0);
	registry_load();
}

void fuzz_registry_free(void)
{
	for (size_t i = 0; i < registry.texts.n; i++)
		free((void *)registry.texts.v[i]);
	for (size_t i = 0; i < registry.problems.n; i++)
		free((void *)registry.problems.v[i]);
	free(registry.texts.v);
	free(registry.problems.v);
	free(registry.rows);
	free(registry.entries);
	registry = (struct registry){0};
}

/* caselist.c - see caselist.h. */
#include "caselist.h"

#include <stdio.h>

/*
 * The linker sets these to the ends of the sections; NULL if there is no case,
 * or no program.
 */
extern const struct testcase *const __start_assay_cases[]
	__attribute__((weak, visibility("hidden")));
extern const struct testcase *const __stop_assay_cases[]
	__attribute__((weak, visibility("hidden")));
extern const struct goker *const __start_assay_goker[]
	__attribute__((weak, visibility("hidden")));
extern const struct goker *const __stop_assay_goker[]
	__attribute__((weak, visibility("hidden")));

const struct need case_base[] = {
	NEED(core, go),   NEED(core, yield), NEED(chan, make),
	NEED(chan, send), NEED(chan, recv),  NEED(chan, close),
	NEED(time, now),  NEED(time, sleep), {0, 0, NULL}};

static bool in_base(const struct need *n)
{
	for (const struct need *b = case_base; b->name != NULL; b++)
		if (strcmp(b->name, n->name) == 0)
			return true;
	return false;
}

bool tables_have(const struct tables *tables, const struct need *n)
{
	const char *group;
	void (*fn)(void);

	memcpy(&group, (const char *)tables + n->group, sizeof(group));
	if (group == NULL)
		return false;
	memcpy(&fn, group + n->fn, sizeof(fn));
	return fn != NULL;
}

const char *case_spare_need(const struct testcase *tc)
{
	for (const struct need *n = tc->needs; n && n->name != NULL; n++)
		if (in_base(n))
			return n->name;
	return NULL;
}

size_t case_count(void)
{
	return (size_t)(__stop_assay_cases - __start_assay_cases);
}

const struct testcase *case_at(size_t i)
{
	return __start_assay_cases[i];
}

void case_row(const struct testcase *tc, char out[CASE_ID_MAX])
{
	snprintf(out, CASE_ID_MAX, "%s", tc->row);
	for (char *c = out; *c != '\0'; c++)
		if (*c == '_')
			*c = '-';
}

void case_id(const struct testcase *tc, char out[CASE_ID_MAX])
{
	char row[CASE_ID_MAX];

	case_row(tc, row);
	if (tc->variant == NULL)
		snprintf(out, CASE_ID_MAX, "%.40s", row);
	else
		snprintf(out, CASE_ID_MAX, "%.40s/%.50s", row, tc->variant);
}

static bool has_id(const struct testcase *tc, const char *id)
{
	char own[CASE_ID_MAX];

	case_id(tc, own);
	return strcmp(own, id) == 0;
}

const struct testcase *case_find(const char *id)
{
	for (size_t i = 0; i < case_count(); i++)
		if (has_id(case_at(i), id))
			return case_at(i);
	for (size_t i = 0; i < goker_count(); i++)
		if (has_id(&goker_at(i)->tc, id))
			return &goker_at(i)->tc;
	return NULL;
}

size_t goker_count(void)
{
	return (size_t)(__stop_assay_goker - __start_assay_goker);
}

const struct goker *goker_at(size_t i)
{
	return __start_assay_goker[i];
}

bool is_goker(const struct testcase *tc)
{
	for (size_t i = 0; i < goker_count(); i++)
		if (&goker_at(i)->tc == tc)
			return true;
	return false;
}

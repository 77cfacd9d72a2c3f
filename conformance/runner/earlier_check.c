/*
 * earlier_check.c - see earlier.h.  Knows what the writers of reports write, and
 * holds a report against that.  A member that is not in these lists may be
 * anything: nobody reads it, and a later suite may have more of them.
 */
#include <string.h>

#include "earlier.h"

enum {
	TEXT = 1 << 0,
	NUMBER = 1 << 1,
	WHOLE = 1 << 2, /* at least 0, and no fraction */
	BOOLEAN = 1 << 3,
	LIST = 1 << 4,
	OBJECT = 1 << 5,
	NOTHING = 1 << 6, /* null */
	ALWAYS = 1 << 7   /* it must be there */
};

/* Beyond this, sums of seconds would no longer be numbers. */
#define SECONDS_MAX 1e12

struct member {
	const char *name;
	unsigned kinds;
};

static const struct member of_report[] = {
	{"suite", TEXT | ALWAYS},
	{"suite_version", TEXT},
	{"suite_digest", TEXT},
	{"abi", WHOLE},
	{"complete", BOOLEAN},
	{"seconds", NUMBER},
	{"shard", OBJECT | NOTHING},
	{"runtimes", LIST | ALWAYS},
	{"options", OBJECT | ALWAYS},
	{"totals", OBJECT},
	{"failed_before", LIST},
	{"results", LIST | ALWAYS},
	{NULL, 0},
};

static const struct member of_shard[] = {
	{"k", WHOLE | ALWAYS},
	{"of", WHOLE | ALWAYS},
	{"cases", WHOLE | ALWAYS},
	{NULL, 0},
};

static const struct member of_options[] = {
	{"jobs", WHOLE | NOTHING},
	{"procs", LIST},
	{"rerun", LIST},
	{NULL, 0},
};

static const struct member of_totals[] = {
	{"passed", WHOLE}, {"failed", WHOLE}, {"skipped", WHOLE},
	{"known", WHOLE},  {NULL, 0},
};

static const struct member of_runtime[] = {
	{"label", TEXT | ALWAYS},
	{"name", TEXT | ALWAYS},
	{"version", TEXT | NOTHING},
	{"model", TEXT | NOTHING},
	{"kit", TEXT | NOTHING},
	{"go_version", TEXT | NOTHING},
	{"traits", WHOLE},
	{"stack_bytes", WHOLE},
	{"host", BOOLEAN},
	{"path", TEXT},
	{"digest", TEXT | NOTHING},
	{"expectations", TEXT | NOTHING},
	{"expectations_digest", TEXT | NOTHING},
	{"has", LIST},
	{"twins", LIST},
	{"totals", OBJECT},
	{NULL, 0},
};

static const struct member of_result[] = {
	{"id", TEXT | ALWAYS},
	{"verdict", TEXT | ALWAYS},
	{"title", TEXT | NOTHING},
	{"variant", TEXT | NOTHING},
	{"area", TEXT | NOTHING},
	{"level", TEXT | NOTHING},
	{"since", TEXT | NOTHING},
	{"until", TEXT | NOTHING},
	{"stochastic", BOOLEAN},
	{"file", TEXT},
	{"line", WHOLE},
	{"traits", WHOLE},
	{"not_traits", WHOLE},
	{"needs", LIST},
	{"row", TEXT},
	{"runtime", TEXT},
	{"reason", TEXT | NOTHING},
	{"expected_failure", TEXT | NOTHING},
	{"repeat_with", TEXT},
	{"seconds", NUMBER},
	{"rounds", WHOLE},
	{"outcomes", LIST},
	{"runs", LIST},
	{NULL, 0},
};

/* A result of a case, unlike one of litmus, says of which row it is. */
static const struct member of_case[] = {
	{"row", TEXT | ALWAYS},
	{"runtime", TEXT | ALWAYS},
	{NULL, 0},
};

static const struct member of_run[] = {
	{"procs", WHOLE},
	{"repetition", WHOLE},
	{"seed", WHOLE},
	{"seconds", NUMBER},
	{"verdict", TEXT | ALWAYS},
	{"reason", TEXT | NOTHING},
	{"ended", TEXT | NOTHING},
	{"fails", LIST},
	{"notes", LIST},
	{"stdout", TEXT | NOTHING},
	{"stderr", TEXT | NOTHING},
	{NULL, 0},
};

/* What a report of --last keeps of an earlier one. */
static const struct member of_failure[] = {
	{"id", TEXT | ALWAYS},
	{"runtime", TEXT | ALWAYS},
	{"path", TEXT | ALWAYS},
	{NULL, 0},
};

const char *earlier_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "" : text;
}

bool earlier_failed(const char *verdict)
{
	static const char *const words[] = {"fail", "timeout", "crash",
					    "unexpected pass"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(verdict, words[i]) == 0)
			return true;
	return false;
}

bool earlier_of_cases(const json_t *run)
{
	return strcmp(earlier_text(run, "suite"), "assay") == 0;
}

/* A part of a report, for messages: its file, and "results[3]" or "". */
struct part {
	const char *path;
	const json_t *v;
	char where[80];
};

static struct part member_of(const struct part *p, const char *name)
{
	struct part part = {.path = p->path, .v = json_object_get(p->v, name)};

	snprintf(part.where, sizeof(part.where), "%.40s%s%s", p->where,
		 *p->where == '\0' ? "" : ".", name);
	return part;
}

static struct part nth_of(const struct part *list, size_t i)
{
	struct part part = {.path = list->path,
			    .v = json_array_get(list->v, i)};

	snprintf(part.where, sizeof(part.where), "%.50s[%zu]", list->where, i);
	return part;
}

static _Noreturn void refuse(const struct part *p, const char *what)
{
	die("%s: %s %s: not the report of a run", p->path,
	    *p->where == '\0' ? "it" : p->where, what);
}

static unsigned kind_of(const json_t *v)
{
	double number = json_number_value(v);

	switch (json_typeof(v)) {
	case JSON_STRING:
		return TEXT;
	case JSON_INTEGER:
		return number < 0 ? 0 : WHOLE | NUMBER;
	case JSON_REAL:
		return number >= 0 && number <= SECONDS_MAX ? NUMBER : 0;
	case JSON_TRUE:
	case JSON_FALSE:
		return BOOLEAN;
	case JSON_ARRAY:
		return LIST;
	case JSON_OBJECT:
		return OBJECT;
	case JSON_NULL:
		return NOTHING;
	}
	return 0;
}

/* Dies unless the part is an object with these members. */
static void need(const struct part *p, const struct member *members)
{
	if (!json_is_object(p->v))
		refuse(p, "is no object");
	for (const struct member *m = members; m->name != NULL; m++) {
		struct part own = member_of(p, m->name);

		if (own.v == NULL && (m->kinds & ALWAYS) != 0)
			refuse(&own, "is not there");
		if (own.v != NULL && (kind_of(own.v) & m->kinds) == 0)
			refuse(&own, "is of the wrong kind");
	}
}

/* As need(), for a member that may be missing or null. */
static void need_in(const struct part *p, const char *name,
		    const struct member *members)
{
	struct part own = member_of(p, name);

	if (own.v != NULL && !json_is_null(own.v))
		need(&own, members);
}

/* Dies unless the verdict is a word of result_word(). */
static void need_verdict(const struct part *p)
{
	const char *word = earlier_text(p->v, "verdict");

	if (!earlier_failed(word) && strcmp(word, "pass") != 0 &&
	    strcmp(word, "skip") != 0 && strcmp(word, "known") != 0)
		die("%s: %s.verdict is '%s', which is no verdict", p->path,
		    p->where, word);
}

static void check_runtimes(const struct part *list, json_t *labels)
{
	for (size_t i = 0; i < json_array_size(list->v); i++) {
		struct part p = nth_of(list, i);

		need(&p, of_runtime);
		need_in(&p, "totals", of_totals);
		json_object_set_new(labels, earlier_text(p.v, "label"),
				    json_true());
	}
	if (json_array_size(list->v) == 0)
		refuse(list, "is empty");
}

static void check_result(const struct part *p, bool of_cases,
			 const json_t *labels)
{
	const json_t *label = json_object_get(p->v, "runtime");
	struct part runs = member_of(p, "runs");

	need(p, of_result);
	if (of_cases)
		need(p, of_case);
	need_verdict(p);
	if (label != NULL &&
	    json_object_get(labels, json_string_value(label)) == NULL)
		die("%s: %s.runtime is '%s', which is none of its runtimes",
		    p->path, p->where, json_string_value(label));
	for (size_t i = 0; i < json_array_size(runs.v); i++) {
		struct part run = nth_of(&runs, i);

		need(&run, of_run);
		need_verdict(&run);
	}
}

static void check_failures(const struct part *list)
{
	for (size_t i = 0; i < json_array_size(list->v); i++) {
		struct part p = nth_of(list, i);

		need(&p, of_failure);
	}
}

void earlier_check(const char *path, const json_t *run)
{
	struct part whole = {.path = path, .v = run}, list;
	json_t *labels = json_object();

	need(&whole, of_report);
	if (!earlier_of_cases(run) &&
	    strcmp(earlier_text(run, "suite"), "assay litmus") != 0)
		die("%s: not the report of a run", path);
	need_in(&whole, "shard", of_shard);
	need_in(&whole, "options", of_options);
	need_in(&whole, "totals", of_totals);
	list = member_of(&whole, "runtimes");
	check_runtimes(&list, labels);
	list = member_of(&whole, "failed_before");
	check_failures(&list);
	list = member_of(&whole, "results");
	for (size_t i = 0; i < json_array_size(list.v); i++) {
		struct part p = nth_of(&list, i);

		check_result(&p, earlier_of_cases(run), labels);
	}
	json_decref(labels);
}

/* earlier.c - see earlier.h. */
#include "earlier.h"

#include <string.h>

json_t *earlier_read(const char *path)
{
	json_error_t error;
	json_t *run = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

	if (run == NULL && error.line > 0)
		die("%s:%d: %s", path, error.line, error.text);
	if (run == NULL)
		die("%s", error.text);
	earlier_check(path, run);
	return run;
}

static void add(struct failures *list, const json_t *failure, const char *path)
{
	list->v = grow(list->v, list->n + 1, sizeof(*list->v));
	list->v[list->n++] = (struct failure){
		.id = copy_text(earlier_text(failure, "id")),
		.label = copy_text(earlier_text(failure, "runtime")),
		.path = copy_text(path)};
}

/* Returns the path of the runtime that the report calls so. */
static const char *path_of(const json_t *run, const char *label)
{
	const json_t *list = json_object_get(run, "runtimes");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *r = json_array_get(list, i);

		if (strcmp(earlier_text(r, "label"), label) == 0)
			return earlier_text(r, "path");
	}
	return "";
}

struct failures earlier_failures(const char *path)
{
	json_t *run = earlier_read(path);
	json_t *results = json_object_get(run, "results");
	json_t *before = json_object_get(run, "failed_before");
	struct failures list = {0};

	if (!earlier_of_cases(run))
		die("%s: it is of litmus programs, not of cases", path);
	for (size_t i = 0; i < json_array_size(results); i++) {
		const json_t *r = json_array_get(results, i);

		if (earlier_failed(earlier_text(r, "verdict")))
			add(&list, r, path_of(run, earlier_text(r, "runtime")));
	}
	for (size_t i = 0; i < json_array_size(before); i++) {
		const json_t *r = json_array_get(before, i);

		add(&list, r, earlier_text(r, "path"));
	}
	json_decref(run);
	return list;
}

bool failures_have(const struct failures *list, const char *id)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i].id, id) == 0)
			return true;
	return false;
}

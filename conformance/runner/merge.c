/*
 * merge.c - see runner.h.  Makes one report of those of all shards.
 *
 * Shard k of n has every n-th case, from the k-th, so the order of the whole is
 * known.  The whole says what an undivided run would have said, apart from
 * times; its jobs are null if the shards had different ones.
 */
#include "runner.h"

#include <stdlib.h>
#include <string.h>

#include "earlier.h"
#include "human.h"
#include "options.h"
#include "outfile.h"

struct shards {
	const char *const *paths;
	json_t **v;        /* v[k - 1] is the report of shard k */
	const char **from; /* its file */
	size_t of, cases;
};

/* Returns a member of the report's member "shard"; dies if it is no shard. */
static size_t of_shard(const char *path, const json_t *run, const char *name)
{
	const json_t *shard = json_object_get(run, "shard");
	const json_t *number = json_object_get(shard, name);

	if (number == NULL || json_integer_value(number) > INT32_MAX)
		die("%s: not the report of a shard", path);
	return (size_t)json_integer_value(number);
}

/* Returns a copy of an object without the members, names ended by NULL. */
static json_t *without(const json_t *object, const char *const *names)
{
	json_t *copy = json_copy((json_t *)(uintptr_t)object);

	for (; *names != NULL; names++)
		json_object_del(copy, *names);
	return copy;
}

/* True if two objects agree in all but these members. */
static bool agree(const json_t *a, const json_t *b, const char *const *names)
{
	json_t *x = without(a, names), *y = without(b, names);
	bool same = json_equal(x, y);

	json_decref(x);
	json_decref(y);
	return same;
}

static bool same_runtimes(const json_t *a, const json_t *b)
{
	static const char *const own[] = {"path", "expectations", "totals",
					  NULL};
	size_t n = json_array_size(a);

	if (json_array_size(b) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!agree(json_array_get(a, i), json_array_get(b, i), own))
			return false;
	return true;
}

/* Dies if the report is of another suite, runtime or command than the first. */
static void need_same(const json_t *first, const json_t *run, const char *path)
{
	static const char *const own[] = {"jobs", NULL};
	static const char *const rest[] = {
		"complete", "seconds", "runtimes",      "options", "totals",
		"shard",    "results", "failed_before", NULL};

	if (!agree(first, run, rest))
		die("%s: of another suite than the first", path);
	if (!agree(json_object_get(first, "options"),
		   json_object_get(run, "options"), own))
		die("%s: run with other options than the first", path);
	if (!same_runtimes(json_object_get(first, "runtimes"),
			   json_object_get(run, "runtimes")))
		die("%s: run on another runtime than the first, or with other "
		    "expectations",
		    path);
}

/* Returns how many of the cases are in the shard, from 0. */
static size_t share(const struct shards *s, size_t shard)
{
	return (s->cases + s->of - 1 - shard) / s->of;
}

static void take(struct shards *s, const char *path)
{
	json_t *run = earlier_read(path);
	size_t k = of_shard(path, run, "k"), of = of_shard(path, run, "of");
	size_t cases = of_shard(path, run, "cases");
	size_t n = json_array_size(json_object_get(run, "runtimes"));

	if (s->v == NULL) {
		if (of < 1 || of > SHARDS_MAX)
			die("%s: not the report of a shard", path);
		s->of = of;
		s->cases = cases;
		s->v = take_zeroed(of, sizeof(*s->v));
		s->from = take_zeroed(of, sizeof(*s->from));
	}
	if (of != s->of || cases != s->cases || k < 1 || k > of)
		die("%s: a shard of %zu and %zu cases, not of %zu and %zu",
		    path, of, cases, s->of, s->cases);
	if (s->v[k - 1] != NULL)
		die("%s: shard %zu of %zu, as is %s", path, k, of,
		    s->from[k - 1]);
	if (json_array_size(json_object_get(run, "results")) !=
	    n * share(s, k - 1))
		die("%s: it has not the %zu results of shard %zu", path,
		    n * share(s, k - 1), k);
	s->v[k - 1] = run;
	s->from[k - 1] = path;
}

static void need_all(const struct shards *s)
{
	for (size_t k = 0; k < s->of; k++)
		if (s->v[k] == NULL)
			die("shard %zu of %zu is missing", k + 1, s->of);
	for (size_t k = 1; k < s->of; k++)
		need_same(s->v[0], s->v[k], s->from[k]);
}

/* Counts one result in totals, or in an object of the same members. */
static void count(struct totals *t, const char *verdict)
{
	t->passed += strcmp(verdict, "pass") == 0;
	t->failed += earlier_failed(verdict);
	t->known += strcmp(verdict, "known") == 0;
	t->skipped +=
		strcmp(verdict, "known") == 0 || strcmp(verdict, "skip") == 0;
}

static json_t *as_json(struct totals t)
{
	return json_pack("{s:I,s:I,s:I,s:I}", "passed", (json_int_t)t.passed,
			 "failed", (json_int_t)t.failed, "skipped",
			 (json_int_t)t.skipped, "known", (json_int_t)t.known);
}

/* True if the result is of this runtime.  Those of litmus name none. */
static bool is_of(const json_t *result, const char *label)
{
	const json_t *own = json_object_get(result, "runtime");

	return own == NULL || strcmp(json_string_value(own), label) == 0;
}

/*
 * Adds the results of a runtime to the whole, in their order, and returns their
 * totals.  Dies if one is of another runtime or there twice.
 */
static struct totals interleave(const struct shards *s, size_t runtime,
				const char *label, json_t *whole)
{
	struct totals t = {0};
	json_t *seen = json_object();

	for (size_t i = 0; i < s->cases; i++) {
		size_t k = i % s->of;
		json_t *r = json_array_get(json_object_get(s->v[k], "results"),
					   runtime * share(s, k) + i / s->of);
		const char *id = earlier_text(r, "id");

		if (!is_of(r, label) || json_object_get(seen, id) != NULL)
			die("%s: %s does not belong where it stands",
			    s->from[k], id);
		json_object_set_new(seen, id, json_true());
		count(&t, earlier_text(r, "verdict"));
		json_array_append(whole, r);
	}
	json_decref(seen);
	return t;
}

static void add(struct totals *sum, struct totals t)
{
	sum->passed += t.passed;
	sum->failed += t.failed;
	sum->skipped += t.skipped;
	sum->known += t.known;
}

/* Fills the whole's results, and the totals of its runtimes and of all. */
static struct totals join_results(const struct shards *s, json_t *whole)
{
	json_t *results = json_array();
	json_t *runtimes = json_object_get(whole, "runtimes");
	struct totals sum = {0};

	for (size_t i = 0; i < json_array_size(runtimes); i++) {
		json_t *r = json_array_get(runtimes, i);
		struct totals t =
			interleave(s, i, earlier_text(r, "label"), results);

		json_object_set_new(r, "totals", as_json(t));
		add(&sum, t);
	}
	json_object_set_new(whole, "totals", as_json(sum));
	json_object_set_new(whole, "results", results);
	return sum;
}

/* True if the runs had as many jobs; those of litmus have none. */
static bool same_jobs(const json_t *a, const json_t *b)
{
	a = json_object_get(json_object_get(a, "options"), "jobs");
	b = json_object_get(json_object_get(b, "options"), "jobs");
	return a == b || json_equal(a, b);
}

/* Sets what the shards may differ in. */
static void join_rest(const struct shards *s, json_t *whole)
{
	json_t *asked = json_object_get(whole, "options");
	double seconds = 0;

	for (size_t k = 0; k < s->of; k++) {
		json_t *run = s->v[k];

		seconds += json_number_value(json_object_get(run, "seconds"));
		if (!json_is_true(json_object_get(run, "complete")))
			json_object_set_new(whole, "complete", json_false());
		if (!same_jobs(run, s->v[0]))
			json_object_set_new(asked, "jobs", json_null());
	}
	json_object_set_new(whole, "seconds", json_real(seconds));
	json_object_set_new(whole, "shard", json_null());
	json_object_del(whole, "failed_before");
}

/* Returns what an undivided run would have ended with. */
static int status_of(const json_t *whole, struct totals t)
{
	const json_t *asked = json_object_get(whole, "options");
	bool stops = json_is_true(json_object_get(asked, "fail_fast"));

	if (json_is_false(json_object_get(whole, "complete")) &&
	    !(stops && t.failed > 0))
		return EXIT_INTERRUPTED;
	if (t.failed > 0)
		return EXIT_SOME_FAILED;
	if (t.passed + t.known > 0)
		return EXIT_OK;
	complain("nothing was judged: all cases were skipped");
	return EXIT_NOTHING;
}

int merge_reports(const char *out, const struct strings *in)
{
	struct shards s = {0};
	struct outfile file = outfile_open(out);
	struct totals t;
	json_t *whole;
	char *data;

	for (size_t i = 0; i < in->n; i++)
		take(&s, in->v[i]);
	need_all(&s);
	whole = json_deep_copy(s.v[0]);
	t = join_results(&s, whole);
	join_rest(&s, whole);
	data = json_dumps(whole, JSON_COMPACT | JSON_REAL_PRECISION(12));
	if (data == NULL)
		die("out of memory");
	outfile_commit(&file, data, strlen(data));
	print_totals(stdout, "conformance", t);
	putchar('\n');
	return status_of(whole, t);
}

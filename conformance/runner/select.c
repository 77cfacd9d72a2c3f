/* select.c - see runner.h.  Which cases the options ask for. */
#include "runner.h"

#include <string.h>

#include "earlier.h"
#include "options.h"
#include "profiles.h"

static bool in_list(const struct entry *e, const struct strings *patterns)
{
	for (size_t i = 0; i < patterns->n; i++)
		if (entry_matches(e, patterns->v[i]))
			return true;
	return false;
}

/* Complains of each pattern that matches no case.  True if there is one. */
static bool tell_idle(const struct strings *patterns, const char *option)
{
	bool any = false;

	for (size_t i = 0; i < patterns->n; i++) {
		const char *pattern = patterns->v[i];
		struct strings one = {&pattern, 1};
		bool used = false;

		for (size_t k = 0; k < registry.nentries && !used; k++)
			used = in_list(&registry.entries[k], &one);
		if (!used)
			complain("no case matches %s%s%s", option, pattern,
				 row_find(pattern) == NULL
					 ? ""
					 : ": this behaviour has none yet");
		any |= !used;
	}
	return any;
}

/* True if a row's level is the one asked for; "ext" is every ext:CAP. */
static bool level_is(const char *own, const char *asked)
{
	return strcmp(own, asked) == 0 ||
	       (strcmp(asked, "ext") == 0 && strncmp(own, "ext:", 4) == 0);
}

static bool level_exists(const char *level)
{
	for (size_t i = 0; i < registry.nrows; i++)
		if (level_is(registry.rows[i].level, level))
			return true;
	return false;
}

static bool at_level(const struct entry *e)
{
	const char *own = e->row == NULL ? "" : e->row->level;

	for (size_t i = 0; i < options.levels.n; i++)
		if (level_is(own, options.levels.v[i]))
			return true;
	return options.levels.n == 0;
}

static bool in_profile(const struct entry *e)
{
	for (size_t i = 0; i < options.profiles.n; i++)
		if (profile_has(options.profiles.v[i], e->row_id))
			return true;
	return options.profiles.n == 0;
}

static bool asked_for(const struct entry *e, const struct failures *failed)
{
	return (options.run.n == 0 || in_list(e, &options.run)) &&
	       !in_list(e, &options.skip) && at_level(e) && in_profile(e) &&
	       (options.rerun == NULL || failures_have(failed, e->id)) &&
	       (!options.valgrind || (e->tc->flags & CASE_VALGRIND) != 0);
}

/* Dies if a level is in no row; reads the cases that failed. */
static void read_filters(struct failures *failed)
{
	for (size_t i = 0; i < options.levels.n; i++)
		if (!level_exists(options.levels.v[i]))
			die("--level: no row is of '%s'; there are core, ext, "
			    "ext:CAP and C-only",
			    options.levels.v[i]);
	for (size_t i = 0; i < options.profiles.n; i++)
		profile_need(options.profiles.v[i]);
	if (options.rerun == NULL)
		return;
	*failed = earlier_failures(options.rerun);
	if (failed->n == 0)
		complain("no case has failed in %s", options.rerun);
}

/* Keeps every of-th entry, from the k-th.  Returns how many those are. */
static size_t keep_shard(const struct entry **v, size_t n)
{
	size_t k = (size_t)options.shard - 1, kept = 0;

	for (size_t i = k; i < n; i += (size_t)options.shards)
		v[kept++] = v[i];
	return kept;
}

size_t select_entries(const struct entry ***out, size_t *n,
		      struct failures *failed)
{
	size_t all = 0;

	read_filters(failed);
	*out = take_zeroed(registry.nentries, sizeof(**out));
	for (size_t i = 0; i < registry.nentries; i++)
		if (asked_for(&registry.entries[i], failed))
			(*out)[all++] = &registry.entries[i];
	if (!tell_idle(&options.run, "") && all == 0 &&
	    (options.rerun == NULL || failed->n > 0))
		complain("no case matches: none is left");
	tell_idle(&options.skip, "--skip ");
	*n = options.shards == 0 ? all : keep_shard(*out, all);
	return all;
}

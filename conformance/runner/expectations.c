/* expectations.c - see expectations.h. */
#include "expectations.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "escape.h"

#define BLANKS " \t\r\n\v\f"

static char *trim(char *s)
{
	size_t len;

	while (isspace((unsigned char)*s))
		s++;
	for (len = strlen(s); len > 0 && isspace((unsigned char)s[len - 1]);)
		s[--len] = '\0';
	return s;
}

static enum expected kind_of(const char *word)
{
	if (strcmp(word, "fail") == 0)
		return EXPECT_FAIL;
	if (strcmp(word, "flaky") == 0)
		return EXPECT_FLAKY;
	if (strcmp(word, "skip") == 0)
		return EXPECT_SKIP;
	return EXPECT_PASS;
}

static bool matches_some(const char *pattern)
{
	for (size_t i = 0; i < registry.nentries; i++)
		if (entry_matches(&registry.entries[i], pattern))
			return true;
	return false;
}

static void take_line(struct expectations *out, char *line, const char *path,
		      int number)
{
	char *reason = strchr(line, '#');
	char *id, *word, *rest = NULL;
	struct expectation e;

	if (reason != NULL)
		*reason++ = '\0';
	line = trim(line);
	if (*line == '\0')
		return; /* an empty line or a line that is only a comment */
	id = strtok_r(line, BLANKS, &rest);
	word = strtok_r(NULL, BLANKS, &rest);
	if (word == NULL || strtok_r(NULL, BLANKS, &rest) != NULL ||
	    kind_of(word) == EXPECT_PASS)
		die("%s:%d: not of the form 'ID fail|flaky|skip # reason'",
		    path, number);
	if (reason == NULL || *(reason = trim(reason)) == '\0')
		die("%s:%d: %s has no '# reason'", path, number, id);
	if (!matches_some(id))
		die("%s:%d: %s matches no case", path, number, id);
	e = (struct expectation){.pattern = copy_text(id),
				 .what = kind_of(word),
				 .reason = escape_text(reason)};
	out->v = grow(out->v, out->n + 1, sizeof(e));
	out->v[out->n++] = e;
}

void expectations_read(struct expectations *out, const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	int number = 0;

	if (f == NULL)
		die("expectations %s: %s", path, strerror(errno));
	errno = 0;
	out->digest = DIGEST_NONE;
	while ((n = getline(&line, &room, f)) >= 0) {
		out->digest = digest_add(out->digest, line, (size_t)n);
		line[strcspn(line, "\n")] = '\0';
		strings_add(&out->lines, copy_text(line));
		take_line(out, line, path, ++number);
	}
	if (ferror(f))
		die("expectations %s: %s", path, strerror(errno));
	free(line);
	fclose(f);
}

const struct expectation *expectation_of(const struct expectations *list,
					 const struct entry *e)
{
	for (size_t i = 0; i < list->n; i++)
		if (entry_matches(e, list->v[i].pattern))
			return &list->v[i];
	return NULL;
}

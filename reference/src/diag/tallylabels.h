/*
 * tallylabels.h - a goroutine's labels, as words behind its stack in a tally:
 * key, NUL, value, NUL, and so on, and zeroes up to the end of a word.
 */
#ifndef GORO_TALLYLABELS_H
#define GORO_TALLYLABELS_H

#include <string.h>

#include "sched/labels.h"

enum { LABEL_WORDS = 32, LABEL_BYTES = LABEL_WORDS * sizeof(uintptr_t) };

/*
 * Writes the labels that fit, and returns how many words that are.  For a
 * goroutine that keeps them meanwhile.
 */
static inline uint32_t label_words(const struct labels *l,
				   uintptr_t words[LABEL_WORDS])
{
	char *text = (char *)words;
	const char *key, *value;
	size_t at = 0, n = 0;

	if (!l)
		return 0;
	memset(words, 0, LABEL_BYTES);
	while (goro__labels_next(l, &at, &key, &value)) {
		size_t k = strlen(key) + 1, v = strlen(value) + 1;

		if (n + k + v > LABEL_BYTES)
			break;
		memcpy(text + n, key, k);
		memcpy(text + n + k, value, v);
		n += k + v;
	}
	return (uint32_t)((n + sizeof(*words) - 1) / sizeof(*words));
}

/* Finds the label at *at, 0 at first, in n words, and moves on. */
static inline bool label_next(const uintptr_t *words, uint32_t n, size_t *at,
			      const char **key, const char **value)
{
	const char *text = (const char *)words;

	if (*at >= n * sizeof(*words) || !text[*at])
		return false;
	*key = text + *at;
	*value = *key + strlen(*key) + 1;
	*at = (size_t)(*value - text) + strlen(*value) + 1;
	return true;
}

#endif

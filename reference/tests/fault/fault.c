/*
 * fault.c - counts the calls of the twin, and makes one fail.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "fault.h"
#include "sys.h"

static const struct {
	const char *name;
	int error;
} kinds[] = {
#define FAULT_ENTRY(name, error) {#name, error},
	FAULT_MAP(FAULT_ENTRY)
#undef FAULT_ENTRY
};

static atomic_long calls[FAULTS];
static long fails[FAULTS]; /* the number of the call, 0: none */

bool fault(enum fault which)
{
	long n = atomic_fetch_add_explicit(&calls[which], 1,
					   memory_order_relaxed) +
		 1;

	if (n != fails[which])
		return false;
	errno = kinds[which].error;
	return true;
}

/* CALL:NUMBER; where it ends, or NULL. */
static const char *read_one(const char *spec)
{
	size_t n = strcspn(spec, ":");
	char *end;

	for (int i = 0; i < FAULTS; i++) {
		if (strlen(kinds[i].name) != n || !spec[n] ||
		    strncmp(kinds[i].name, spec, n) != 0)
			continue;
		fails[i] = strtol(spec + n + 1, &end, 10);
		return fails[i] > 0 ? end : NULL;
	}
	return NULL;
}

bool fault_init(const char *spec)
{
	while (spec && *spec) {
		spec = read_one(spec);
		if (!spec || (*spec && *spec++ != ','))
			return false;
	}
	return true;
}

void fault_print(void)
{
	for (int i = 0; i < FAULTS; i++)
		printf("%s %ld\n", kinds[i].name,
		       atomic_load_explicit(&calls[i], memory_order_relaxed));
}

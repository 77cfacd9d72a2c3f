/*
 * godebug.c - the environment's GODEBUG: whatever stands before it, the last
 * word with a name and a number counts.
 */
#include "base/godebug.h"

#include "fuzz.h"

static const char *const names[] = {"schedtrace", "asyncpreemptoff", "a"};

/* Its number in that GODEBUG.  putenv() keeps no copies, as setenv() does. */
static int64_t number(char *text, const char *name)
{
	putenv(text);
	return goro__godebug(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	size_t room = strlen(text) + 64;
	char *env = malloc(room);

	must(env);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(env, room, "GODEBUG=%s", text);
		number(env, names[i]);
		snprintf(env, room, "GODEBUG=%s,%s=-42", text, names[i]);
		must(number(env, names[i]) == -42);
		snprintf(env, room, "GODEBUG=%s,%s=7,%sx=8,x%s=9", text,
			 names[i], names[i], names[i]);
		must(number(env, names[i]) == 7);
	}
	unsetenv("GODEBUG");
	free(env);
	free(text);
	return 0;
}

/*
 * expectations.c - the files of known failures: a file is read whole, or the
 * runner dies with one line.
 */
#include "../../conformance/runner/expectations.h"

#include <setjmp.h>
#include <stdarg.h>

#include "fuzz.h"
#include "registry.h"

static jmp_buf dead;
static FILE *file;
static char *line; /* what getline() has allocated */
static const uint8_t *bytes;
static size_t nbytes;

/* The runner's die(): back to the harness. */
_Noreturn void fuzz_die(const char *fmt, ...);
_Noreturn void fuzz_die(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	must(!strchr(text, '\n'));
	longjmp(dead, 1);
}

/* The file has the bytes. */
FILE *fuzz_fopen(const char *path, const char *mode);
FILE *fuzz_fopen(const char *path, const char *mode)
{
	(void)path;
	(void)mode;
	file = fmemopen((void *)bytes, nbytes, "r");
	return file;
}

/* Closed here in any case, as nobody does once die() has jumped. */
int fuzz_fclose(FILE *f);
int fuzz_fclose(FILE *f)
{
	must(f == file);
	return 0;
}

/* libc's headers may make the one of the other. */
ssize_t fuzz_getline(char **at, size_t *room, FILE *f);
ssize_t fuzz_getline(char **at, size_t *room, FILE *f)
{
	ssize_t n = getline(at, room, f);

	line = *at;
	return n;
}

ssize_t fuzz___getdelim(char **at, size_t *room, int end, FILE *f);
ssize_t fuzz___getdelim(char **at, size_t *room, int end, FILE *f)
{
	ssize_t n = getdelim(at, room, end, f);

	line = *at;
	return n;
}

static void free_all(struct expectations *e)
{
	for (size_t i = 0; i < e->n; i++) {
		free(e->v[i].pattern);
		free(e->v[i].reason);
	}
	free(e->v);
	for (size_t i = 0; i < e->lines.n; i++)
		free((char *)e->lines.v[i]);
	free(e->lines.v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct expectations found;

	if (size == 0)
		return 0;
	bytes = data;
	nbytes = size;
	found = (struct expectations){0};
	fuzz_registry_load(NULL, 0);
	if (!setjmp(dead)) {
		expectations_read(&found, "made up");
		for (size_t i = 0; i < found.n; i++)
			must(*found.v[i].reason && *found.v[i].pattern &&
			     found.v[i].what != EXPECT_PASS);
		must((found.n > 0) ==
		     !!expectation_of(&found, &registry.entries[0]));
	} else {
		free(line);
	}
	fclose(file);
	free_all(&found);
	fuzz_registry_free();
	return 0;
}

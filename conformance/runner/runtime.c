/*
 * runtime.c - see runtime.h.  Finds a runtime and tells what it lacks for a
 * case.
 */
#define _GNU_SOURCE
#include "runtime.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "escape.h"
#include "options.h"
#include "runner.h"

static const struct {
	uint32_t bit;
	const char *name;
} trait_names[] = {
	{ASSAY_TRAIT_PARALLEL, "parallel"},
	{ASSAY_TRAIT_PREEMPTIVE, "preemptive"},
	{ASSAY_TRAIT_SYNC_TIMERS, "sync timers"},
	{ASSAY_TRAIT_STACK_FATAL, "stack overflow is fatal"},
	{ASSAY_TRAIT_DEEP_STACKS, "deep stacks"},
	{ASSAY_TRAIT_RESTART, "restart"},
	{ASSAY_TRAIT_GODEBUG, "GODEBUG"},
	{ASSAY_TRAIT_PROC_LIMIT, "limit of procs"},
	{ASSAY_TRAIT_EXPLORES, "explores"},
	{ASSAY_TRAIT_DEADLOCK, "reports deadlock"},
	{ASSAY_TRAIT_QUIT_DUMP, "dumps on SIGQUIT"},
	{ASSAY_TRAIT_SEVERAL_PS, "several Ps"},
	{ASSAY_TRAIT_BUFFERED, "buffered channels"},
	{ASSAY_TRAIT_SELECT_SEND, "select with sends"},
	{ASSAY_TRAIT_CHILD_FIRST, "child first"},
};

/* Returns the directory of this executable; runtimes are built beside it. */
static const char *own_directory(void)
{
	static char path[PATH_MAX];
	ssize_t n;
	char *slash;

	if (path[0] != '\0')
		return path;
	n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	if (n <= 0)
		die("cannot read /proc/self/exe");
	path[n] = '\0';
	slash = strrchr(path, '/');
	*slash = '\0';
	return path;
}

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static char *real_path(const char *path)
{
	char *real = realpath(path, NULL);

	return real == NULL ? copy_text(path) : real;
}

static bool is_elf_object(const char *path)
{
	/* the name decides: a host may be ET_DYN (a PIE) too */
	const char *dot = strstr(path, ".so");

	return dot != NULL && (dot[3] == '\0' || dot[3] == '.');
}

/*
 * Finds the file of a runtime.  Looks for a name without a slash beside the
 * runner first, then in the current directory.
 */
static char *locate(const char *arg)
{
	char *object, *host;

	if (strchr(arg, '/') != NULL)
		return is_file(arg) ? real_path(arg) : NULL;
	object = text_of("%s/runtimes/%s.so", own_directory(), arg);
	if (is_file(object))
		return object;
	host = text_of("%s/runtimes/%s", own_directory(), arg);
	if (is_file(host))
		return host;
	if (is_file(arg))
		return real_path(arg);
	die("runtime %s: neither %s nor %s is there", arg, object, host);
}

/* Returns the name of a runtime that was built beside the runner, else NULL. */
static char *own_name(const char *path)
{
	char *here = text_of("%s/runtimes/", own_directory());
	char *name = NULL;
	size_t n = strlen(here);

	if (strncmp(path, here, n) == 0 && strchr(path + n, '/') == NULL) {
		name = copy_text(path + n);
		*strchrnul(name, '.') = '\0';
	}
	free(here);
	return name;
}

/*
 * Returns the path of a runtime's own expectations, or NULL. They are in the
 * source tree, two levels above build/CONFIG.
 */
static char *own_expectations(const char *path)
{
	char *name = own_name(path);
	char *file;

	if (name == NULL)
		return NULL;
	file = text_of("%s/../../runtimes/%s/expectations", own_directory(),
		       name);
	free(name);
	return is_file(file) ? file : NULL;
}

/* Reads the runtime's own, or takes those that were given for all. */
static void take_expectations(struct runtime *r,
			      const struct expectations *given)
{
	if (options.expectations != NULL) {
		r->expectations_path = copy_text(options.expectations);
		r->expectations = *given;
		return;
	}
	r->expectations_path = own_expectations(r->path);
	if (r->expectations_path != NULL)
		expectations_read(&r->expectations, r->expectations_path);
}

static void open_one(struct runtime *r, const char *arg)
{
	size_t n;
	char **argv;

	r->arg = arg;
	r->path = locate(arg);
	if (r->path == NULL)
		die("runtime %s: there is no such file", arg);
	r->host = !is_elf_object(r->path);
	if (r->host && access(r->path, X_OK) != 0)
		die("runtime %s: neither a shared object (.so) nor executable",
		    arg);
	argv = runtime_argv(r, 1, &n);
	argv[n] = copy_text("--assay-describe");
	probe(r, argv);
}

/* Returns how many of the n runtimes are named as the one after them. */
static size_t alike(const struct runtime *list, size_t n)
{
	size_t same = 0;

	for (size_t i = 0; i < n; i++)
		same += strcmp(list[i].arg, list[n].arg) == 0;
	return same;
}

static void label_all(struct runtime *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t before = alike(list, i);
		char *own = escape_text(list[i].arg);
		bool twice = false;

		for (size_t k = 0; k < n; k++)
			twice |= k != i &&
				 strcmp(list[i].name, list[k].name) == 0;
		list[i].label = !twice ? escape_text(list[i].name)
				: before > 0
					? text_of("%s (%zu)", own, before + 1)
					: copy_text(own);
		free(own);
	}
}

void runtimes_open(struct runtime **out, size_t *n)
{
	struct expectations given = {0};

	if (options.expectations != NULL)
		expectations_read(&given, options.expectations);
	if (options.runtimes.n == 0)
		strings_add(&options.runtimes, "goro");
	*n = options.runtimes.n;
	*out = take_zeroed(*n, sizeof(**out));
	for (size_t i = 0; i < *n; i++) {
		open_one(&(*out)[i], options.runtimes.v[i]);
		take_expectations(&(*out)[i], &given);
	}
	label_all(*out, *n);
}

static void push(char **argv, size_t *n, const char *s)
{
	argv[(*n)++] = copy_text(s);
}

/*
 * Valgrind takes a jump of the stack pointer below this size for a call or a
 * return, and a longer one for a switch of stacks.  Stacks of goroutines lie
 * close together, so it must be small.
 */
#define VALGRIND_FRAME "--max-stackframe=30000"

char **runtime_argv(const struct runtime *r, size_t more, size_t *used)
{
	static const char *const valgrind[] = {"/usr/bin/env", "valgrind", "-q",
					       "--error-exitcode=99",
					       VALGRIND_FRAME};
	char **argv = take_zeroed(more + 12, sizeof(*argv));
	char self[PATH_MAX];

	*used = 0;
	if (options.valgrind)
		for (size_t i = 0; i < sizeof(valgrind) / sizeof(char *); i++)
			push(argv, used, valgrind[i]);
	if (r->host) {
		push(argv, used, r->path);
		return argv;
	}
	if (realpath("/proc/self/exe", self) == NULL)
		die("cannot read /proc/self/exe");
	push(argv, used, self);
	push(argv, used, LOADER_FLAG);
	push(argv, used, r->path);
	return argv;
}

static bool names_deadlock(const char *text)
{
	return text != NULL &&
	       strstr(text, "all goroutines are asleep") != NULL;
}

/* A case whose end is the report of a deadlock waits for nothing else. */
uint32_t traits_asked(const struct testcase *tc)
{
	const struct outcome *end = &tc->ends;
	bool report = names_deadlock(end->first);

	for (size_t i = 0; i < sizeof(end->match) / sizeof(char *); i++)
		report |= names_deadlock(end->match[i]);
	return tc->traits | (report ? (uint32_t)ASSAY_TRAIT_DEADLOCK : 0);
}

static char *lacks_trait(const struct runtime *r, const struct testcase *tc)
{
	uint32_t traits = traits_asked(tc);

	for (size_t i = 0; i < sizeof(trait_names) / sizeof(trait_names[0]);
	     i++) {
		uint32_t bit = trait_names[i].bit;

		if ((traits & bit) != 0 && (r->traits & bit) == 0)
			return text_of("needs the trait '%s'",
				       trait_names[i].name);
		if ((tc->not_traits & bit) != 0 && (r->traits & bit) != 0)
			return text_of("only without the trait '%s'",
				       trait_names[i].name);
	}
	return NULL;
}

size_t stack_asked(const struct testcase *tc)
{
	return tc->stack > 0 ? tc->stack : STACK_USUAL;
}

static char *lacks_stack(const struct runtime *r, const struct testcase *tc)
{
	size_t bytes = stack_asked(tc);

	if (bytes <= r->stack_bytes)
		return NULL;
	return text_of("needs %zu bytes of stack, and has %llu", bytes,
		       (unsigned long long)r->stack_bytes);
}

static char *lacks_one_of(const struct runtime *r, const struct need *n)
{
	for (; n != NULL && n->name != NULL; n++)
		if (!strings_have(&r->has, n->name))
			return text_of("needs %s", n->name);
	return NULL;
}

/*
 * Returns why the row does not apply to this runtime: it is about another
 * version of Go, or about C goroutines only.  NULL if it applies.
 */
static char *not_its_row(const struct runtime *r, const struct row *row)
{
	if (row->since_release > r->release)
		return text_of("since Go %s", row->since);
	if (row->until_release != 0 && row->until_release < r->release)
		return text_of("until Go %s", row->until);
	if (r->host && row_is_c_only(row))
		return text_of("for runtimes of C alone");
	return NULL;
}

char *runtime_lacks(const struct runtime *r, const struct entry *e)
{
	char *why = e->row == NULL ? NULL : not_its_row(r, e->row);

	if (why == NULL)
		why = lacks_trait(r, e->tc);
	if (why != NULL || strings_have(&r->twins, e->id))
		return why;
	why = lacks_stack(r, e->tc);
	return why != NULL ? why : lacks_one_of(r, e->tc->needs);
}

/*
 * check.c - results of a body: checks, notes, skips.
 *
 * Any goroutine on any thread may call these at any time, even while the
 * process is dying.  So nothing here allocates, locks or buffers.  A line is
 * built on the caller's stack and written by one write(2).  It is shorter than
 * PIPE_BUF, so that lines of different threads never mix.
 */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "ledger.h"
#include "run.h"

enum {
	TEXT_MAX = 800, /* of one result; a goroutine's stack is small */
	LINES_MAX = 40, /* fail lines written; the rest is only counted */
	EXIT_FAILED = 1,
	EXIT_SKIPPED = 77
};

const struct assay_runtime *rt;
const struct assay_runtime_ext *ext;
struct case_run case_run = {
	.result_fd = STDOUT_FILENO, .time_scale = 1, .test_scale = 1};

int case_failures(void)
{
	/* pairs with the release in record_failure */
	return atomic_load_explicit(&ledger->failures, memory_order_acquire);
}

static void count(atomic_int *n)
{
	/* relaxed: the runner reads it when the process is dead */
	atomic_fetch_add_explicit(n, 1, memory_order_relaxed);
}

void case_line(const char *word, const char *text)
{
	char line[TEXT_MAX + 16];
	int n = snprintf(line, sizeof(line) - 1, "%s%s%s", word,
			 *text ? " " : "", text);
	size_t len = n < 0 ? 0 : (size_t)n;

	if (len > sizeof(line) - 2)
		len = sizeof(line) - 2;
	for (size_t i = 0; i < len; i++)
		if (line[i] == '\n' || line[i] == '\r')
			line[i] = ' ';
	line[len] = '\n';
	count(&ledger->lines_begun);
	if (write(case_run.result_fd, line, len + 1) == (ssize_t)len + 1)
		count(&ledger->lines_written);
}

__attribute__((format(printf, 2, 0))) static void
format(char out[TEXT_MAX], const char *fmt, va_list ap)
{
	if (vsnprintf(out, TEXT_MAX, fmt, ap) < 0)
		out[0] = '\0';
}

/*
 * Returns " (for the case at FILE:LINE)" if the check is in a helper: in
 * another file, or above the case.  Returns "" otherwise.
 */
static const char *of_case(const char *file, int line, char *out, size_t room)
{
	const struct testcase *tc = case_run.tc;

	if (tc == NULL || (line >= tc->line && strcmp(file, tc->file) == 0))
		return "";
	snprintf(out, room, " (for the case at %s:%d)", tc->file, tc->line);
	return out;
}

static void record_failure(const char *file, int line, const char *text)
{
	char full[TEXT_MAX], place[200];
	/* pairs with the acquire in case_failures */
	int before = atomic_fetch_add_explicit(&ledger->failures, 1,
					       memory_order_acq_rel);

	if (before > LINES_MAX)
		return;
	if (before == LINES_MAX) {
		case_line("note", "further failed checks are only counted");
		return;
	}
	if (snprintf(full, sizeof(full), "%s:%d: %s%s", file, line, text,
		     of_case(file, line, place, sizeof(place))) < 0)
		return;
	case_line("fail", full);
}

/*
 * Records that a check was made.  Writes the flag only once, since many threads
 * make checks at the same time.
 */
static void note_a_check(void)
{
	if (!atomic_load_explicit(&ledger->checked, memory_order_relaxed))
		atomic_store_explicit(&ledger->checked, true,
				      memory_order_relaxed);
}

bool check_ok(bool ok, const char *file, int line, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	note_a_check();
	if (ok)
		return true;
	va_start(ap, fmt);
	format(text, fmt, ap);
	va_end(ap);
	record_failure(file, line, text);
	return false;
}

_Noreturn void check_stop(void)
{
	_exit(EXIT_FAILED);
}

void note(const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	format(text, fmt, ap);
	va_end(ap);
	case_line("note", text);
}

_Noreturn void skip(const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	format(text, fmt, ap);
	va_end(ap);
	atomic_store_explicit(&ledger->skipped, true, memory_order_relaxed);
	case_line("skip", text);
	_exit(EXIT_SKIPPED);
}

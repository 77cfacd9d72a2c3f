/*
 * judge.c - see runner.h.  Everything that is wrong becomes a line of
 * run->fails; the verdict says only how the run ended.
 *
 * A run passes only if the ledger agrees: main began, made a check and came to
 * its end where it should, and core->run() returned only after that.  The child
 * must have written as many lines as the ledger counts.  A host's twin has no
 * ledger, so its own word counts.
 */
#define _GNU_SOURCE
#include "runner.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { STATUS_FAILED = 1, STATUS_SKIPPED = 77 };

/*
 * What the child's result lines said, apart from the texts of fails and notes.
 */
struct said {
	char *skip;
	bool done;
	int lines, fails;
};

static int count_of(atomic_int *n)
{
	/* relaxed: the process is dead */
	return atomic_load_explicit(n, memory_order_relaxed);
}

/* Returns the first line of the text that the expression matches, or NULL. */
static char *line_like(const char *text, const char *expression)
{
	regex_t re;
	regmatch_t m;
	char *line = NULL;

	if (regcomp(&re, expression, REG_EXTENDED | REG_NEWLINE) != 0)
		die("the regex %s", expression);
	if (regexec(&re, text, 1, &m, 0) == 0)
		line = strndup(text + m.rm_so, (size_t)(m.rm_eo - m.rm_so));
	regfree(&re);
	return line;
}

/*
 * Returns the line in which a process says why it dies, or NULL. It may be a
 * line of Go, libc, C++, the kernel's loader or a sanitizer, and may stand far
 * above the end of stderr.
 */
static char *last_words(const char *err)
{
	return line_like(err, "^((fatal error|panic|runtime|fatal): |"
			      "(unexpected fault|terminate called|"
			      "\\*\\*\\* stack smashing|"
			      "free\\(|malloc|double free|corrupted )|"
			      "SIG[A-Z]+: |"
			      "==[0-9]+==ERROR: |"
			      ".*(Assertion .* failed|"
			      "symbol lookup error: )).*$");
}

static char *ended_how(const struct task_end *end, bool hang_wanted)
{
	double seconds = (double)end->ns / 1e9;

	if (end->timed_out && hang_wanted)
		return text_of("still running after %.1f s", seconds);
	if (end->timed_out) /* its CPU time tells a busy machine from a hang */
		return text_of("timeout: still running after %.1f s, of which "
			       "it had a CPU for %.1f s",
			       seconds, (double)end->cpu_ns / 1e9);
	if (WIFSIGNALED(end->status))
		return text_of("signal %d (%s)", WTERMSIG(end->status),
			       strsignal(WTERMSIG(end->status)));
	return text_of("exit status %d", WEXITSTATUS(end->status));
}

/* Returns the text after "word ", or NULL. */
static char *after(char *line, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(line, word, n) != 0)
		return NULL;
	return line[n] == ' '    ? line + n + 1
	       : line[n] == '\0' ? line + n
				 : NULL;
}

static void take_line(struct run *run, struct said *said, char *line)
{
	char *text;

	said->lines += *line != '\0';
	if ((text = after(line, "fail")) != NULL) {
		said->fails++;
		strings_add(&run->fails, copy_text(text));
	} else if ((text = after(line, "note")) != NULL)
		strings_add(&run->notes, copy_text(text));
	else if ((text = after(line, "skip")) != NULL)
		said->skip = copy_text(text);
	else if (strcmp(line, "done") == 0)
		said->done = true;
	else if (*line != '\0')
		strings_add(&run->fails,
			    text_of("unreadable result line: %.200s", line));
}

static bool flag_of(atomic_bool *flag)
{
	return atomic_load_explicit(flag, memory_order_relaxed);
}

/* As ended_how(), with the reason that the process gave on stderr. */
static char *ended_why(const struct task_end *end, bool hang_wanted)
{
	char *how = ended_how(end, hang_wanted), *words = NULL, *why;

	if (!end->timed_out && end->status != 0)
		words = last_words(end->stream[TASK_ERR].data);
	if (words == NULL)
		return how;
	why = text_of("%s: %.300s", how, words);
	free(words);
	free(how);
	return why;
}

static struct said read_results(struct run *run, struct capture *c)
{
	struct said said = {0};
	char *rest = c->data;

	for (char *line; (line = strsep(&rest, "\n")) != NULL;)
		take_line(run, &said, line);
	return said;
}

/* Returns the first line of a sanitizer's report in stderr, or NULL. */
static char *sanitizer_report(const char *err)
{
	/* UBSan writes file:line:column; Go's runtime errors do not */
	static const char marks[] =
		"^.*((WARNING|ERROR|FATAL): (Thread|Address|Leak)Sanitizer|"
		"(Thread|Address)Sanitizer:DEADLYSIGNAL|"
		":[0-9]+:[0-9]+: runtime error: ).*$";

	return line_like(err, marks);
}

/* True if the case asks for a sanitizer's report. */
static bool wants_report(const struct outcome *want)
{
	for (size_t i = 0; i < sizeof(want->match) / sizeof(char *); i++)
		if (want->match[i] != NULL &&
		    strstr(want->match[i], "Sanitizer") != NULL)
			return true;
	return false;
}

/*
 * Fails the run if there are more lines than the suite began (the runtime
 * forged some) or fewer than it wrote (some are lost).
 */
static void judge_lines(struct run *run, const struct said *said,
			struct ledger *l)
{
	int failures = count_of(&l->failures);

	if (said->lines > count_of(&l->lines_begun))
		strings_add(&run->fails,
			    "there are result lines that are not the suite's");
	if (said->lines < count_of(&l->lines_written))
		strings_add(&run->fails, "result lines got lost");
	if (failures > 0 && said->fails == 0)
		strings_add(&run->fails,
			    text_of("%d check%s failed, and the lines that "
				    "say so are missing",
				    failures, failures == 1 ? "" : "s"));
}

/* True if the body may end the process with success before it returns. */
static bool may_exit(const struct testcase *tc)
{
	for (const struct need *n = tc->needs; n && n->name != NULL; n++)
		if (strcmp(n->name, "core->exit") == 0)
			return true;
	return false;
}

void judge_main(struct run *run, const struct testcase *tc, struct ledger *l)
{
	const struct outcome *want = &tc->ends;
	int stage = count_of(&l->stage);
	bool well = want->declared && want->status == 0 && !want->signal &&
		    !want->hangs;

	if (stage < LEDGER_BEGAN)
		strings_add(&run->fails, "main never began");
	else if (stage >= LEDGER_ENDED && want->declared && !well &&
		 !want->main_returns)
		strings_add(&run->fails,
			    "main came to its end, which it must not");
	else if (stage < LEDGER_RETURNED && well && !may_exit(tc))
		strings_add(&run->fails,
			    "the process ended before main returned");
	else if (!flag_of(&l->checked) && !(well && stage == LEDGER_RETURNED))
		strings_add(&run->fails, "not one check was made");
}

static void judge_plain(struct run *run, const struct said *said,
			const struct task_end *end)
{
	int status = end->status;

	if (end->timed_out)
		strings_add(&run->fails, "it did not end in time");
	else if (WIFSIGNALED(status))
		strings_add(&run->fails, text_of("it died: %s", run->ended));
	else if (WEXITSTATUS(status) != 0 &&
		 (WEXITSTATUS(status) != STATUS_FAILED || run->fails.n == 0))
		strings_add(&run->fails,
			    text_of("it ended with %s", run->ended));
	else if (WEXITSTATUS(status) == 0 && !said->done)
		strings_add(&run->fails,
			    "the process ended before the body returned");
}

static enum verdict verdict_of(const struct run *run, const struct testcase *tc,
			       const struct task_end *end)
{
	if (run->fails.n == 0)
		return RUN_PASS;
	if (end->timed_out)
		return tc->ends.hangs ? RUN_FAIL : RUN_TIMEOUT;
	return WIFSIGNALED(end->status) ? RUN_CRASH : RUN_FAIL;
}

/* Turns failed checks into notes: the bounds of figures are soft. */
static void soften(struct run *run, const struct said *said)
{
	if (!said->done)
		return;
	for (size_t i = 0; i < run->fails.n; i++)
		strings_add(&run->notes,
			    text_of("outside its bound: %s", run->fails.v[i]));
	run->fails.n = 0;
}

/* True if a check that failed would be known by its line. */
static bool hides_nothing(const struct said *said, struct ledger *l)
{
	return flag_of(&l->skipped) && count_of(&l->failures) == 0 &&
	       said->lines >= count_of(&l->lines_written);
}

static bool took_the_skip(const struct said *said, const struct task_end *end,
			  bool twin)
{
	return said->skip != NULL && !end->timed_out &&
	       (twin || hides_nothing(said, end->ledger)) &&
	       WIFEXITED(end->status) &&
	       WEXITSTATUS(end->status) == STATUS_SKIPPED;
}

static void judge_end(struct run *run, const struct testcase *tc,
		      const struct said *said, struct task_end *end, bool twin)
{
	struct ledger *l = end->ledger;
	char *report = wants_report(&tc->ends)
			       ? NULL
			       : sanitizer_report(run->err.data);

	if ((tc->flags & CASE_PERF) != 0 && report == NULL && !end->timed_out &&
	    WIFEXITED(end->status) && (twin || !flag_of(&l->broken)))
		soften(run, said);
	if (!twin)
		judge_lines(run, said, l);
	if (report != NULL)
		strings_add(&run->fails, report);
	if (tc->ends.declared)
		judge_outcome(run, &tc->ends, end);
	else if ((tc->flags & CASE_PERF) == 0 || !said->done)
		judge_plain(run, said, end);
	if (!twin)
		judge_main(run, tc, l);
	run->verdict = verdict_of(run, tc, end);
	if (run->verdict != RUN_PASS)
		run->reason = copy_text(run->fails.v[0]);
}

/* Replaces NUL bytes, so that searches see the whole text. */
static void make_text(struct capture *c)
{
	for (size_t i = 0; i < c->len; i++)
		if (c->data[i] == '\0')
			c->data[i] = '?';
}

void judge(struct run *run, const struct testcase *tc, bool twin,
	   struct task_end *end)
{
	struct said said;

	make_text(&end->stream[TASK_ERR]);
	run->out = end->stream[TASK_OUT];
	run->err = end->stream[TASK_ERR];
	run->seconds = (double)end->ns / 1e9;
	run->ended = ended_why(end, tc->ends.hangs);
	said = read_results(run, &end->stream[TASK_RESULT]);
	capture_free(&end->stream[TASK_RESULT]);
	if (took_the_skip(&said, end, twin) && run->fails.n == 0) {
		run->verdict = RUN_SKIP;
		run->reason = said.skip;
	} else {
		judge_end(run, tc, &said, end, twin);
		free(said.skip);
	}
	if (!run_failed(run)) {
		capture_free(&run->out);
		capture_free(&run->err);
	}
}

/* ob.c - see ob.h. */
#define _GNU_SOURCE
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ob.h"
#include "kit/caller.h"
#include "kit/run.h"

/* What the file has between the two. */
static char *read_between(int fd, off_t from, off_t to)
{
	off_t size = to - from;
	char *text = malloc((size_t)size + 1);

	REQUIRE(text != NULL);
	REQUIRE_EQ(pread(fd, text, (size_t)size, from), size);
	text[size] = '\0';
	return text;
}

static char *read_all(int fd)
{
	char *text = read_between(fd, 0, lseek(fd, 0, SEEK_END));

	close(fd);
	return text;
}

static struct caller caller;
static atomic_bool ended;

static void run_to_its_end(void *fn)
{
	REQUIRE(!caller_let_return(&caller));
	(*(assay_fn *)fn)(NULL);
	REQUIRE(!caller_let_return(&caller));
	/* pairs with the load of ob_run() */
	atomic_store_explicit(&ended, true, memory_order_release);
}

/*
 * A runtime that runs already may be in the middle of a block when its stderr
 * becomes the file.  Leaves out the rest of a line, and lines of Ps, Ms and Gs.
 */
static char *whole_blocks(char *text)
{
	char *at = strncmp(text, "SCHED ", 6) ? strchr(text, '\n') : NULL;

	while (at && strncmp(at, "\n  ", 3) == 0)
		at = strchr(at + 1, '\n');
	return at && strncmp(at, "\nSCHED ", 7) == 0 ? at + 1 : text;
}

char *ob_run(assay_fn fn)
{
	struct assay_run_options options = {.size = sizeof(options),
					    .procs = case_run.procs,
					    .seed = case_run.seed};
	int file = memfd_create("stderr", MFD_CLOEXEC);
	int own = dup(STDERR_FILENO);

	REQUIRE_CMP(file, >=, 0);
	REQUIRE_CMP(own, >=, 0);
	dup2(file, STDERR_FILENO);
	atomic_store_explicit(&ended, false, memory_order_relaxed);
	caller_enter(&caller);
	REQUIRE_EQ(rt->core->run(run_to_its_end, &fn, &options), ASSAY_OK);
	REQUIRE(atomic_load_explicit(&ended, memory_order_acquire));
	caller_leave(&caller);
	dup2(own, STDERR_FILENO);
	close(own);
	return whole_blocks(read_all(file));
}

/* What follows the last newline is nothing, or a line cut off by the end. */
char *ob_line(char **rest)
{
	char *line = strsep(rest, "\n");

	return *rest != NULL ? line : NULL;
}

bool ob_like(const char *line, const char *regex)
{
	regex_t re;
	bool found;

	REQUIRE_EQ(regcomp(&re, regex, REG_EXTENDED | REG_NOSUB), 0);
	found = regexec(&re, line, 0, NULL, 0) == 0;
	regfree(&re);
	return found;
}

int64_t ob_field(const char *line, const char *name)
{
	const char *at = strstr(line, name);
	char *end;
	int64_t v;

	if (!CHECK_MSG(at != NULL, "no \"%s\" in: %s", name, line))
		check_stop();
	at += strlen(name);
	if (strncmp(at, "nil", 3) == 0)
		return -1;
	if (strncmp(at, "true", 4) == 0 || strncmp(at, "false", 5) == 0)
		return *at == 't';
	v = strtoll(at, &end, 10);
	if (!CHECK_MSG(end != at, "no number after \"%s\" in: %s", name, line))
		check_stop();
	return v;
}

int64_t ob_queues(const char *line, int64_t *sum)
{
	const char *at = strchr(line, '[');
	int64_t n = 0;
	char *end;

	*sum = 0;
	REQUIRE(at != NULL);
	for (at++;; at = end) {
		int64_t v = strtoll(at, &end, 10);

		if (end == at)
			return n;
		*sum += v;
		n++;
	}
}

/* ---- blocks ------------------------------------------------------------- */

static void add(const char **list, int64_t *n, const char *line)
{
	REQUIRE_CMP(*n, <, OB_MOST);
	list[(*n)++] = line;
}

static void add_line(struct ob_block *b, const char *line)
{
	if (!CHECK_MSG(ob_like(line, "^  [PMG][0-9]+: "),
		       "no line of a P, M or G: %s", line))
		check_stop();
	switch (line[2]) {
	case 'P':
		b->ordered &= b->nm == 0 && b->ng == 0;
		add(b->p, &b->np, line);
		break;
	case 'M':
		b->ordered &= b->ng == 0;
		add(b->m, &b->nm, line);
		break;
	default:
		add(b->g, &b->ng, line);
	}
}

bool ob_block(char **rest, struct ob_block *b)
{
	b->head = ob_line(rest);
	b->np = b->nm = b->ng = 0;
	b->ordered = true;
	if (b->head == NULL)
		return false;
	while (**rest == ' ' && strchr(*rest, '\n') != NULL)
		add_line(b, ob_line(rest));
	return **rest == 'S';
}

int64_t ob_number(const char *line)
{
	return strtoll(line + 3, NULL, 10);
}

int64_t ob_gstatus(const char *line)
{
	return ob_field(line, " status=") & 0xfff;
}

bool ob_quiet(const struct ob_block *b)
{
	if (ob_field(b->head, " idleprocs=") !=
	    ob_field(b->head, " gomaxprocs="))
		return false;
	for (int64_t i = 0; i < b->np; i++)
		if (ob_field(b->p[i], " status=") != 0)
			return false;
	return true;
}

void ob_spin(int64_t ns)
{
	int64_t end = in(ns);

	while (now() < end)
		;
}

/* Where stderr, a file, is written next. */
static off_t written(void)
{
	return lseek(STDERR_FILENO, 0, SEEK_CUR);
}

static void pass_time(int64_t ns, bool sleeping)
{
	if (sleeping)
		sleep_ns(ns);
	else
		ob_spin(ns);
}

/* Whole lines or blocks from there on that show all Ps idle. */
static int64_t quiet_since(off_t from)
{
	static struct ob_block b;
	char *text = read_between(STDERR_FILENO, from, written());
	char *rest = strstr(text, "SCHED ");
	int64_t n = 0;

	while (rest != NULL && ob_block(&rest, &b))
		n += ob_quiet(&b);
	free(text);
	return n;
}

/* A process that prints at each wake-up on a busy machine has not rested yet. */
static bool seen_enough(int seen, bool sleeping, off_t start)
{
	return seen >= 4 && (!sleeping || quiet_since(start) >= 2);
}

static void until_seen(int64_t ns, bool sleeping)
{
	int64_t end = in(upto(10 * SEC));
	off_t start = written(), before = start;

	for (int seen = 0;
	     !seen_enough(seen, sleeping, start) && now() < end;) {
		pass_time(ns, sleeping);
		seen += written() != before;
		before = written();
	}
}

void ob_spin_seen(void)
{
	until_seen(30 * MS, false);
}

void ob_rest_seen(void)
{
	until_seen(50 * MS, true);
}

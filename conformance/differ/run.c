/*
 * run.c - runs programs of differ.py on a runtime, in virtual time:
 *
 *	run RUNTIME.so FILE FROM
 *
 * The file has a program in each line: goroutines with | between them, each a
 * list of operations.  runtimes/go/differ is the same in Go.
 *
 *	sC pC eC,D   send on channel C: for ever, poll, until D periods from now
 *	rC qC wC,D   receive alike        kC close    lC len and cap
 *	SM,D:ARMS    select; M as s p e; arms rC, sC, xC (done of context C), tT
 *	cI,J TI,J,D vI,J uI,J   context I: cancel, timeout, value, no cancel of J;
 *	             an odd D makes it one with a cause, an even one with a deadline
 *	KI,N         cancel I with cause N (0: none)      EI  all that I tells
 *	AI           a function after context I           aI  stop it
 *	tT,D zT ZT,D a timer: new, stop, reset             FD  a function after D
 *	GD,N yD,N    a task of the group that takes D and fails with N; g  wait
 *	LN           the group's limit
 *
 * At no moment does more than one goroutine do anything: goroutine g acts at
 * its own offset in a period, and what operation k has set, for D periods, is
 * due at an offset of k.  So all that is printed is fixed.
 */
#include <dlfcn.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assay_ext.h"

#define PERIOD INT64_C(1000000)
#define LAST 100

enum { CHANS = 6, CONTEXTS = 8, TIMERS = 2, GOS = 4, AFTERS = 64 };

static const struct assay_runtime *rt;
static const struct assay_runtime_ext *ext;

static struct {
	int64_t start;
	assay_chan *c[CHANS], *ended;
	bool closed[CHANS];
	assay_context *x[CONTEXTS];
	assay_after *after[CONTEXTS];
	assay_timer *t[TIMERS];
	assay_group *group;
	bool over;
	char log[GOS][8192];
	char late[AFTERS][32];
	atomic_int nlate;
	int number; /* of the program */
} now_run;

#define R now_run

struct actor {
	int number;
	const char *text;
	int first; /* number of its first operation */
};

static int64_t elapsed(void)
{
	return rt->time->now() - R.start;
}

static int64_t span(int d, int k)
{
	return d * PERIOD + 100000 + k * 1000;
}

static __attribute__((format(printf, 2, 3))) void note(int g, const char *fmt,
						       ...)
{
	char *log = R.log[g];
	size_t n = strlen(log);
	va_list ap;

	if (R.over)
		return;
	va_start(ap, fmt);
	vsnprintf(log + n, sizeof(R.log[g]) - n, fmt, ap);
	va_end(ap);
}

/* What a late function is given: operation k of this program. */
static void *tag_of(int k)
{
	return (void *)((intptr_t)R.number << 10 | k);
}

/* It may be one of an earlier program. */
static void note_late(void *arg)
{
	intptr_t tag = (intptr_t)arg;
	int n;

	if (R.over || tag >> 10 != R.number)
		return;
	n = atomic_fetch_add_explicit(&R.nlate, 1, memory_order_relaxed);
	if (n < AFTERS)
		snprintf(R.late[n], sizeof(R.late[n]), "%" PRIdPTR "@%" PRId64,
			 tag & 1023, elapsed());
}

/* ---- operations ---------------------------------------------------------- */

static int64_t deadline_of(char mode, int d, int k, bool nil)
{
	if (mode == 'p')
		return ASSAY_POLL;
	if (mode == 's' && !nil)
		return ASSAY_FOREVER;
	return rt->time->now() + span(mode == 's' ? 50 : d, k);
}

struct arm {
	char kind;
	int i;
	int64_t value;
};

static struct assay_case case_of(struct arm *a)
{
	struct assay_case c = {.dir = ASSAY_RECV, .recv = &a->value};

	switch (a->kind) {
	case 's':
		return (struct assay_case){
			.c = R.c[a->i], .dir = ASSAY_SEND, .send = &a->value};
	case 'r':
		c.c = R.c[a->i];
		return c;
	case 't':
		c.c = R.t[a->i] ? rt->time->timer_chan(R.t[a->i]) : NULL;
		return c;
	default:
		c.c = R.x[a->i] ? ext->context->done(R.x[a->i]) : NULL;
		c.recv = NULL;
		return c;
	}
}

/* Of several that are ready the first is taken: one after the other. */
static int take(const struct assay_case *cases, size_t n, int64_t deadline,
		size_t *chosen)
{
	for (size_t i = 0; i < n; i++) {
		int status = rt->chan->select(&cases[i], 1, ASSAY_POLL, chosen);

		if (status == ASSAY_AGAIN)
			continue;
		*chosen = i;
		return status;
	}
	return deadline == ASSAY_POLL
		       ? ASSAY_AGAIN
		       : rt->chan->select(cases, n, deadline, chosen);
}

/* Whether no channel that is closed in the end lets it go on. */
static bool for_ever(const struct arm *arms, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strchr("rs", arms[i].kind) && R.c[arms[i].i])
			return false;
	return true;
}

static void do_select(int g, int k, const char *op)
{
	struct arm arms[8];
	struct assay_case cases[8];
	size_t n = 0, chosen = 99;
	int d = atoi(op + 3), status;

	for (const char *at = strchr(op, ':'); at && n < 8;
	     at = strchr(at + 1, '.')) {
		arms[n] = (struct arm){at[1], atoi(at + 2), k};
		cases[n] = case_of(&arms[n]);
		n++;
	}
	status = take(cases, n, deadline_of(op[1], d, k, for_ever(arms, n)),
		      &chosen);
	note(g, " %d:%s", k, assay_status_text(status));
	if (status == ASSAY_AGAIN || status == ASSAY_TIMEOUT)
		return;
	note(g, "/%zu", chosen);
	if (arms[chosen].kind == 'r')
		note(g, "=%" PRId64, arms[chosen].value);
	if (arms[chosen].kind == 't')
		note(g, "=%" PRId64, arms[chosen].value - R.start);
}

static void do_chan(int g, int k, char op, int i, int d)
{
	assay_chan *c = R.c[i];
	int64_t v = k;
	bool sends = strchr("spe", op) != NULL;
	char mode = sends ? op : op == 'r' ? 's' : op == 'q' ? 'p' : 'e';
	int64_t deadline = deadline_of(mode, d, k, c == NULL);
	int status = sends ? rt->chan->send(c, &v, deadline)
			   : rt->chan->recv(c, &v, deadline);

	note(g, " %d:%s", k, assay_status_text(status));
	if (!sends && status <= ASSAY_CLOSED)
		note(g, "=%" PRId64, v);
}

static const char *error_text(int error)
{
	static _Thread_local char number[16];

	if (error == 0)
		return "nil";
	if (error < ASSAY_ERROR_USER)
		return assay_status_text(error);
	snprintf(number, sizeof(number), "%d", error - ASSAY_ERROR_USER);
	return number;
}

static void do_tell(int g, int k, assay_context *x)
{
	int64_t at;

	if (x == NULL)
		return;
	note(g, " %d:%s", k, error_text(ext->context->err(x)));
	note(g, ",%s", error_text(ext->context->cause(x)));
	if (ext->context->done(x))
		note(g, ",%s",
		     assay_status_text(rt->chan->recv(ext->context->done(x),
						      NULL, ASSAY_POLL)));
	if (ext->context->deadline(x, &at))
		note(g, ",%" PRId64, at - R.start);
	for (int i = 0; i < CONTEXTS; i++) {
		struct assay_key key = {1, (uint64_t)i};
		void *v = ext->context->value(x, key);

		if (v)
			note(g, ",v%d=%" PRIdPTR, i, (intptr_t)v);
	}
}

static void do_make(int g, int k, char op, int i, int j, int d)
{
	assay_context *x = NULL, *parent = R.x[j];
	struct assay_key key = {1, (uint64_t)(k % CONTEXTS)};
	int status;

	if (R.x[i] || !parent)
		return;
	if (op == 'c')
		status = ext->context->with_cancel(parent, &x);
	else if (op == 'T' && d % 2)
		status = ext->context->with_timeout(parent, span(d, k),
						    ASSAY_ERROR_USER + d, &x);
	else if (op == 'T')
		status = ext->context->with_deadline(
			parent, rt->time->now() + span(d, k), 0, &x);
	else if (op == 'v')
		status = ext->context->with_value(
			parent, key, (void *)(intptr_t)(k + 1), &x);
	else
		status = ext->context->without_cancel(parent, &x);
	R.x[i] = x;
	note(g, " %d:%s", k, assay_status_text(status));
}

static void do_context(int g, int k, char op, int i, int n)
{
	assay_context *x = R.x[i];
	int status;

	if (!x)
		return;
	if (op == 'K') {
		status = ext->context->cancel(x, n ? ASSAY_ERROR_USER + n : 0);
		note(g, " %d:%s", k,
		     status == ASSAY_OK ? "ok" : "no such call");
	} else if (op == 'A' && !R.after[i]) {
		ext->context->after_func(x, note_late, tag_of(k), &R.after[i]);
	} else if (op == 'a' && R.after[i]) {
		note(g, " %d:%d", k, ext->context->after_stop(R.after[i]));
	}
}

static void do_timer(int g, int k, char op, int i, int d)
{
	if (op == 't' && !R.t[i])
		R.t[i] = rt->time->timer_new(span(d, k));
	else if (op == 'z' && R.t[i])
		note(g, " %d:%d", k, rt->time->timer_stop(R.t[i]));
	else if (op == 'Z' && R.t[i])
		note(g, " %d:%d", k, rt->time->timer_reset(R.t[i], span(d, k)));
}

static int task(void *arg)
{
	intptr_t what = (intptr_t)arg;
	int k = (int)(what & 1023), d = (int)(what >> 10 & 63);
	int n = (int)(what >> 16);

	rt->time->sleep(span(d, k));
	return n ? ASSAY_ERROR_USER + n : 0;
}

static void do_group(int g, int k, char op, int d, int n)
{
	void *what = (void *)(intptr_t)(k | d << 10 | n << 16);
	int64_t deadline = op == 'G' ? ASSAY_FOREVER : ASSAY_POLL;

	if (op == 'L')
		ext->group->set_limit(R.group, d);
	else if (op == 'g')
		note(g, " %d:%s", k, error_text(ext->group->wait(R.group)));
	else
		note(g, " %d:%s", k,
		     assay_status_text(
			     ext->group->go(R.group, task, what, deadline)));
}

static void perform(int g, int k, const char *op)
{
	int n[3] = {0, 0, 0};

	sscanf(op + 1, "%d,%d,%d", &n[0], &n[1], &n[2]);
	if (*op == 'S')
		do_select(g, k, op);
	else if (strchr("sperqw", *op))
		do_chan(g, k, *op, n[0], n[1]);
	else if (*op == 'k') {
		int status = rt->chan->close(R.c[n[0]]);

		R.closed[n[0]] = true;
		note(g, " %d:%s", k, assay_status_text(status));
	} else if (*op == 'l')
		note(g, " %d:%" PRId64 "/%" PRId64, k, rt->chan->len(R.c[n[0]]),
		     rt->chan->cap(R.c[n[0]]));
	else if (strchr("cTvu", *op))
		do_make(g, k, *op, n[0], n[1], n[2]);
	else if (*op == 'E')
		do_tell(g, k, R.x[n[0]]);
	else if (strchr("KAa", *op))
		do_context(g, k, *op, n[0], n[1]);
	else if (strchr("tzZ", *op))
		do_timer(g, k, *op, n[0], n[1]);
	else if (*op == 'F')
		rt->time->after_func(span(n[0], k), note_late, tag_of(k));
	else
		do_group(g, k, *op, n[0], n[1]);
}

/* ---- a program ------------------------------------------------------------ */

/* The next moment of goroutine g. */
static void wait_turn(int g)
{
	int64_t offset = (g + 1) * 10000;
	int64_t in = (offset - elapsed() % PERIOD + PERIOD) % PERIOD;

	rt->time->sleep(in ? in : PERIOD);
}

static void act(void *arg)
{
	const struct actor *a = arg;
	char text[2048], *rest = text, *op;
	int k = a->first;

	snprintf(text, sizeof(text), "%s", a->text);
	while ((op = strsep(&rest, " ")) != NULL && !R.over) {
		if (*op == '\0')
			continue;
		wait_turn(a->number);
		if (R.over)
			break;
		perform(a->number, k, op);
		note(a->number, "@%" PRId64, elapsed());
		k++;
	}
	rt->chan->send(R.ended, NULL, ASSAY_FOREVER);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void begin(int number)
{
	memset(&R, 0, sizeof(R));
	R.number = number;
	for (int i = 1; i < CHANS; i++)
		R.c[i] = rt->chan->make(8,
					i == 2   ? 1
					: i == 3 ? 2
						 : i == 4,
					NULL);
	rt->chan->close(R.c[4]);
	R.closed[4] = true;
	R.ended = rt->chan->make(0, GOS, NULL);
	R.x[0] = ext->context->background();
	ext->group->with_context(R.x[0], &R.group, &R.x[1]);
	R.start = rt->time->now();
}

static int count_ops(const char *text)
{
	int n = 0;

	for (const char *at = text; *at; at++)
		n += *at != ' ' && (at[1] == ' ' || at[1] == '\0');
	return n;
}

/* What is left waiting ends with the channels and contexts. */
static void end(int gos)
{
	R.over = true;
	for (int i = 1; i < CHANS; i++)
		if (!R.closed[i])
			rt->chan->close(R.c[i]);
	for (int i = 2; i < CONTEXTS; i++)
		if (R.x[i])
			ext->context->cancel(R.x[i], 0);
	while (gos-- > 0)
		rt->chan->recv(R.ended, NULL, ASSAY_FOREVER);
	ext->group->wait(R.group);
}

static void run_program(int number, char *line)
{
	struct actor actors[GOS];
	int gos = 0, first = 0, n;
	char *text;

	begin(number);
	while ((text = strsep(&line, "|")) != NULL && gos < GOS) {
		actors[gos] = (struct actor){gos, text, first};
		first += count_ops(text);
		gos++;
	}
	for (int i = 0; i < gos; i++)
		rt->core->go(act, &actors[i], 0);
	rt->time->sleep(LAST * PERIOD);
	end(gos);
	printf("== %d\n", number);
	for (int i = 0; i < gos; i++)
		printf("%d:%s\n", i, R.log[i]);
	n = atomic_load_explicit(&R.nlate, memory_order_relaxed);
	n = n < AFTERS ? n : AFTERS;
	qsort(R.late, (size_t)n, sizeof(R.late[0]), by_text);
	for (int i = 0; i < n; i++)
		printf("late %s\n", R.late[i]);
	fflush(stdout);
}

static char **args;

static void run_all(void *unused)
{
	FILE *f = fopen(args[2], "r");
	char line[8192];
	int from = atoi(args[3]);

	(void)unused;
	for (int i = 0; f && fgets(line, sizeof(line), f); i++) {
		line[strcspn(line, "\n")] = '\0';
		if (i >= from)
			run_program(i, line);
	}
}

static void *symbol(void *object, const char *name)
{
	void *found = dlsym(object, name);

	if (!found) {
		fprintf(stderr, "differ: the runtime has no %s()\n", name);
		exit(2);
	}
	return found;
}

int main(int argc, char **argv)
{
	struct assay_run_options o = {
		.size = sizeof(o), .procs = 2, .flags = ASSAY_RUN_VIRTUAL_TIME};
	const struct assay_runtime *(*runtime)(void);
	const struct assay_runtime_ext *(*second)(void);
	void *object, *found;

	if (argc != 4)
		return 2;
	object = dlopen(argv[1], RTLD_NOW);
	if (!object) {
		fprintf(stderr, "differ: %s\n", dlerror());
		return 2;
	}
	found = symbol(object, "assay_runtime");
	memcpy(&runtime, &found, sizeof(found));
	found = symbol(object, "assay_runtime_ext");
	memcpy(&second, &found, sizeof(found));
	rt = runtime();
	ext = second();
	args = argv;
	return rt->core->run(run_all, NULL, &o) != ASSAY_OK;
}

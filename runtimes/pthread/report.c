/* report.c - prints goroutines, and why the process dies. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pt.h"

/* The thread that ends the process takes it and never gives it back. */
static pthread_mutex_t last_word = PTHREAD_MUTEX_INITIALIZER;

void pt_last_word(void)
{
	pthread_mutex_lock(&last_word);
}

struct text {
	char *buf;
	size_t room, len; /* len counts on when buf is full */
};

static void add(struct text *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void add(struct text *t, const char *fmt, ...)
{
	size_t at = t->len < t->room ? t->len : t->room;
	va_list ap;

	va_start(ap, fmt);
	t->len += (size_t)vsnprintf(t->buf + at, t->room - at, fmt, ap);
	va_end(ap);
}

static void add_goroutine(struct goroutine *g, void *arg)
{
	struct text *t = arg;
	const char *reason;
	void *fn;
	bool locked;

	pthread_mutex_lock(&g->lock);
	reason = g->reason;
	locked = g->locked > 0;
	pthread_mutex_unlock(&g->lock);
	memcpy(&fn, &g->fn, sizeof(fn));
	add(t, "%sgoroutine %lld [%s%s]:\n%p(...)\n", t->len ? "\n" : "",
	    (long long)g->id, reason ? reason : "running",
	    locked ? ", locked to thread" : "", fn);
	if (g->parent)
		add(t, "created by core->go in goroutine %lld\n",
		    (long long)g->parent);
}

size_t pt_dump(char *buf, size_t n)
{
	char none[1];
	struct text t = {.buf = n ? buf : none, .room = n};

	pt_each(add_goroutine, &t);
	return t.len;
}

static void say_everyone(void)
{
	size_t n = pt_dump(NULL, 0) + 1;
	char *buf = malloc(n);

	if (buf && pt_dump(buf, n) > 0)
		dprintf(STDERR_FILENO, "\n%s", buf);
	free(buf);
}

static void say_self(void)
{
	if (pt_self())
		dprintf(STDERR_FILENO, "\ngoroutine %lld [running]:\n",
			(long long)pt_self()->id);
}

_Noreturn void pt_fatal(const char *text, bool everyone)
{
	pt_last_word();
	dprintf(STDERR_FILENO, "fatal error: %s\n", text);
	if (everyone)
		say_everyone();
	else
		say_self();
	_exit(2);
}

_Noreturn void pt_die_of_panic(const char *text)
{
	pt_last_word();
	dprintf(STDERR_FILENO, "%s", text);
	say_self();
	_exit(2);
}

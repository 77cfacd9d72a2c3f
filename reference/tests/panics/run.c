/*
 * run.c - runs programs of defers, panics and goexits on goro; run.go is the
 * same on real Go.
 *
 *	run FILE FROM
 *
 * FILE has a program a line, read by both.  Each is run in turn, from number
 * FROM on, until one ends the process.  A program is a list of statements, each
 * a letter, some with a block in braces:
 *
 *	p       prints             d{}  defers the block
 *	r       recovers           R    recovers and panics with that again
 *	! ~ e   panics with a string, one of two lines, an error
 *	i n x   panics with a number, with nil, by closing a nil channel
 *	g       goexit             c{}  calls the block as a function
 *	t{}     tries it           o{}  in a Once of its own
 *	A{} B{} in the program's Once A or B
 *	l{}     as a lazy value    K{} M{}  as the program's lazy value K or M
 *	P{}     as a Pool's New    m{}  for the one key of a Map
 *	w{}     in a goroutine of a WaitGroup, which it waits for
 *	u N D   unlocks a mutex, starts no function, receives for ever
 *
 * What a program prints has the place of the letter in its line, so that it
 * says where it was.
 */
#include <goro.h>
#include <goro_ext.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sched/call.h"

enum { LINE = 4096 };

static char line[LINE];
static size_t match[LINE]; /* of the '{' at this place */
static int count;          /* of panics */

static struct {
	goro_once once[2];
	goro_lazy *lazy[2];
} shared;

static void exec(void *arg);

__attribute__((format(printf, 1, 2))) static void say(const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (write(STDERR_FILENO, text, (size_t)n) != n)
		_exit(3);
}

static void raise(int kind, size_t at, const char *more)
{
	struct goro_panic_value v = {.kind = kind};

	count++;
	if (kind == GORO_PANIC_INT)
		v.value = 1000 + count;
	else if (kind != GORO_PANIC_NIL)
		snprintf(v.text, sizeof(v.text), "%zu#%d%s", at, count, more);
	goro_panic_value(&v);
}

static void do_recover(size_t at, bool again)
{
	struct goro_panic_value v;
	bool was = goro_recover(&v);

	say("r%zu %s\n", at, was ? v.text : "nil");
	if (was && again)
		goro_panic_value(&v);
}

static void do_try(size_t at, void *block)
{
	struct goro_panic_value v;
	int status = goro_try(exec, block, &v);

	say("t%zu %s\n", at, status == GORO_PANICKED ? v.text : "ok");
}

static void *make(void *block)
{
	exec(block);
	return line;
}

static void do_lazy(size_t at, goro_lazy **l, void *block)
{
	if (!*l)
		*l = goro_lazy_new(make, block);
	say("l%zu %d\n", at, goro_lazy_get(*l) ? 7 : 0);
}

static bool visit(void *arg, uint64_t key, void *value)
{
	(void)arg, (void)key;
	exec(value);
	return true;
}

static void do_map(void *block)
{
	goro_map *m = goro_map_new();

	goro_map_store(m, 1, block);
	goro_map_range(m, visit, NULL);
}

static void do_group(void *block)
{
	static goro_waitgroup zero;
	goro_waitgroup *wg = malloc(sizeof(*wg));

	*wg = zero;
	goro_wg_go(wg, exec, block);
	goro_wg_wait(wg);
}

static void do_once(goro_once *once, void *block)
{
	goro_once_do(once, exec, block);
}

static void with_block(size_t at, void *block)
{
	goro_lazy *lazy = NULL;
	goro_once *once;

	/* clang-format off */
	switch (line[at]) {
	case 'd': goro_defer(exec, block); break;
	case 'c': goro__call(exec, block, NULL, NULL); break;
	case 't': do_try(at, block); break;
	case 'o':
		once = calloc(1, sizeof(*once));
		do_once(once, block);
		break;
	case 'A': do_once(&shared.once[0], block); break;
	case 'B': do_once(&shared.once[1], block); break;
	case 'l': do_lazy(at, &lazy, block); break;
	case 'K': do_lazy(at, &shared.lazy[0], block); break;
	case 'M': do_lazy(at, &shared.lazy[1], block); break;
	case 'P':
		say("P%zu %d\n", at,
		    goro_pool_get(goro_pool_new(make, block)) ? 7 : 0);
		break;
	case 'm': do_map(block); break;
	case 'w': do_group(block); break;
	default: _exit(4);
	}
	/* clang-format on */
}

static void alone(size_t at)
{
	static goro_mutex mutex;

	/* clang-format off */
	switch (line[at]) {
	case 'p': say("p%zu\n", at); break;
	case 'r': do_recover(at, false); break;
	case 'R': do_recover(at, true); break;
	case '!': raise(GORO_PANIC_STRING, at, ""); break;
	case '~': raise(GORO_PANIC_STRING, at, "\nmore"); break;
	case 'e': raise(GORO_PANIC_ERROR, at, ""); break;
	case 'i': raise(GORO_PANIC_INT, at, ""); break;
	case 'n': raise(GORO_PANIC_NIL, at, ""); break;
	case 'x': goro_close(NULL); break;
	case 'g': goro_goexit(); break;
	case 'u': goro_mutex_unlock(&mutex); break;
	case 'N': goro_go(NULL, NULL); break;
	case 'D': goro_recv(NULL, NULL); break;
	default: _exit(4);
	}
	/* clang-format on */
}

/* The statements from a place on, to the end of their block. */
static void exec(void *arg)
{
	size_t at = (size_t)(uintptr_t)arg;

	while (line[at] != '}') {
		if (line[at + 1] == '{') {
			with_block(at, (void *)(uintptr_t)(at + 2));
			at = match[at + 1] + 1;
		} else {
			alone(at++);
		}
	}
}

/* Makes the line one block and finds the ends of all. */
static void load(void)
{
	size_t open[LINE], depth = 0;

	line[strcspn(line, "\n")] = '}';
	for (size_t i = 0; line[i]; i++) {
		if (line[i] == '{')
			open[depth++] = i;
		else if (line[i] == '}' && depth > 0)
			match[open[--depth]] = i;
	}
}

static void app(void *arg)
{
	char **argv = arg;
	FILE *f = fopen(argv[1], "r");
	int from = atoi(argv[2]);

	for (int i = 0; f && fgets(line, sizeof(line), f); i++) {
		if (i < from)
			continue;
		load();
		count = 0;
		memset(&shared, 0, sizeof(shared));
		say("== %d\n", i);
		goro__call(exec, NULL, NULL, NULL);
	}
}

int main(int argc, char **argv)
{
	return argc == 3 ? goro_run(app, argv) : 5;
}

/*
 * tables.c - see tables.h.
 */
#include "tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BATCH = 1,
	STACKS = 2,
	STACK = 3,
	STRINGS = 4,
	STRING = 5,
	CPU_SAMPLES = 6,
	FREQUENCY = 8,
	SYNC = 50,
	CLOCK = 51,
	END = 52
};

enum { MOST_BYTES = 65536, MOST_STRING = 1024, MOST_FRAMES = 128 };

void tr_fail(struct reader *r, const char *what, uint64_t number)
{
	snprintf(r->error, 160, "%s (%llu), in generation %llu", what,
		 (unsigned long long)number, (unsigned long long)r->gen.number);
	longjmp(r->broken, 1);
}

static void *grown(struct reader *r, void *old, size_t n)
{
	void *p = realloc(old, n);

	if (!p)
		tr_fail(r, "out of memory", n);
	return p;
}

void *tr_alloc(struct reader *r, size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		tr_fail(r, "out of memory", n);
	if (r->pieces == r->room) {
		r->room = r->room * 2 + 64;
		r->memory = grown(r, r->memory, r->room * sizeof(void *));
	}
	return r->memory[r->pieces++] = p;
}

static void free_table(struct table *t)
{
	free(t->entry);
	*t = (struct table){0};
}

void tr_forget(struct reader *r)
{
	struct generation *g = &r->gen;

	for (size_t i = 0; i < r->pieces; i++)
		free(r->memory[i]);
	r->pieces = 0;
	free_table(&g->strings);
	free_table(&g->stacks);
	for (size_t i = 0; i < g->n; i++)
		free(g->thread[i].batch);
	free(g->thread);
	*g = (struct generation){0};
}

/* ---- bytes ---------------------------------------------------------------------- */

static int byte(struct reader *r, struct in *in)
{
	if (in->at == in->end)
		tr_fail(r, "a batch ends within an event", 0);
	return *in->at++;
}

uint64_t tr_number(struct reader *r, struct in *in)
{
	uint64_t n = 0;
	int shift = 0, b;

	do {
		b = byte(r, in);
		n |= (uint64_t)(b & 127) << shift;
		shift += 7;
	} while (b & 128 && shift < 70);
	return n;
}

static struct in part(struct reader *r, struct in *in, uint64_t n)
{
	struct in p = {in->at, in->at + n};

	if (n > (uint64_t)(in->end - in->at))
		tr_fail(r, "fewer bytes than are told", n);
	in->at += n;
	return p;
}

/* ---- tables ---------------------------------------------------------------------- */

enum { MOST_NUMBER = 1 << 28 };

static void put(struct reader *r, struct table *t, uint64_t number, void *e)
{
	if (number == 0 || number > MOST_NUMBER)
		tr_fail(r, "a bad number in a table", number);
	if (number >= t->n) {
		size_t n = number * 2 + 64;

		t->entry = grown(r, t->entry, n * sizeof(void *));
		memset(t->entry + t->n, 0, (n - t->n) * sizeof(void *));
		t->n = n;
	}
	if (t->entry[number])
		tr_fail(r, "a number is in a table twice", number);
	t->entry[number] = e;
}

void *tr_entry(struct reader *r, const struct table *t, uint64_t number,
	       const char *what)
{
	if (number == 0)
		return NULL;
	if (number >= t->n || !t->entry[number])
		tr_fail(r, what, number);
	return t->entry[number];
}

static void strings(struct reader *r, struct in in)
{
	while (in.at < in.end) {
		uint64_t number, n;
		struct in text;
		char *s;

		if (byte(r, &in) != STRING)
			tr_fail(r, "another event among strings", 0);
		number = tr_number(r, &in);
		n = tr_number(r, &in);
		if (n > MOST_STRING)
			tr_fail(r, "a string is too long", n);
		text = part(r, &in, n);
		s = tr_alloc(r, n + 1);
		memcpy(s, text.at, n);
		put(r, &r->gen.strings, number, s);
	}
}

/* Frames keep the numbers of their strings until all strings are known. */
static void stacks(struct reader *r, struct in in)
{
	while (in.at < in.end) {
		struct tr_stack *s = tr_alloc(r, sizeof(*s));
		struct tr_frame *f;
		uint64_t number;

		if (byte(r, &in) != STACK)
			tr_fail(r, "another event among stacks", 0);
		number = tr_number(r, &in);
		s->n = tr_number(r, &in);
		if (s->n > MOST_FRAMES)
			tr_fail(r, "a stack is too deep", s->n);
		s->frame = f = tr_alloc(r, s->n * sizeof(*f));
		for (size_t i = 0; i < s->n; i++) {
			f[i].pc = tr_number(r, &in);
			f[i].function = (char *)(uintptr_t)tr_number(r, &in);
			f[i].file = (char *)(uintptr_t)tr_number(r, &in);
			f[i].line = tr_number(r, &in);
		}
		put(r, &r->gen.stacks, number, s);
	}
}

static const char *name(struct reader *r, const char *number)
{
	const char *s = tr_entry(r, &r->gen.strings, (uintptr_t)number,
				 "a frame names a string that is not there");

	return s ? s : "";
}

static void name_frames(struct reader *r)
{
	for (size_t i = 0; i < r->gen.stacks.n; i++) {
		struct tr_stack *s = r->gen.stacks.entry[i];

		for (size_t k = 0; s && k < s->n; k++) {
			struct tr_frame *f =
				(struct tr_frame *)(uintptr_t)&s->frame[k];

			f->function = name(r, f->function);
			f->file = name(r, f->file);
		}
	}
}

static void clocks(struct reader *r, struct in in, uint64_t time)
{
	while (in.at < in.end) {
		switch (byte(r, &in)) {
		case SYNC:
			break;
		case FREQUENCY:
			r->gen.unit = 1e9 / (double)tr_number(r, &in);
			break;
		case CLOCK:
			for (int i = 0; i < 4; i++)
				r->gen.clock[i] = tr_number(r, &in);
			r->gen.clock[0] += time;
			r->gen.has_clock = 1;
			break;
		default:
			tr_fail(r, "another event among clocks", in.at[-1]);
		}
	}
}

static void events(struct reader *r, int64_t id, struct batch b)
{
	struct generation *g = &r->gen;
	struct thread *t;
	size_t i;

	for (i = 0; i < g->n && g->thread[i].id != id; i++)
		;
	if (i == g->n) {
		g->thread = grown(r, g->thread, (i + 1) * sizeof(*t));
		g->thread[g->n++] = (struct thread){.id = id};
	}
	t = &g->thread[i];
	t->batch = grown(r, t->batch, (t->n + 1) * sizeof(b));
	t->batch[t->n++] = b;
}

static void sort(struct reader *r, int64_t thread, struct batch b)
{
	int kind = b.in.at < b.in.end ? *b.in.at : 0;
	struct in rest = {b.in.at + 1, b.in.end};

	r->gen.batches++;
	if (kind == STRINGS)
		strings(r, rest);
	else if (kind == STACKS)
		stacks(r, rest);
	else if (kind == SYNC || kind == FREQUENCY)
		clocks(r, b.in, b.time);
	else if (kind != CPU_SAMPLES && kind != 0)
		events(r, thread, b);
}

/* ---- generations ------------------------------------------------------------------- */

void tr_header(struct reader *r)
{
	char text[17] = "";
	char end;

	if (r->in.end - r->in.at < 16)
		tr_fail(r, "no trace: it is too short", 0);
	memcpy(text, r->in.at, 16);
	r->in.at += 16;
	if (sscanf(text, "go 1.%d trac%c", &r->version, &end) != 2 ||
	    end != 'e')
		tr_fail(r, "no trace: it has another header", 0);
	if (r->version != 22 && r->version != 23 && r->version != 25 &&
	    r->version != 26)
		tr_fail(r, "a version that is not known: 1",
			(uint64_t)r->version);
}

static void check(struct reader *r)
{
	if (r->gen.unit <= 0)
		tr_fail(r, "a generation has no frequency", 0);
	if (r->version >= 25 && !r->gen.has_clock)
		tr_fail(r, "a generation has no clock", 0);
	name_frames(r);
}

/* Reads one batch.  False: it is of the next generation, and left there. */
static int one_batch(struct reader *r, uint64_t last)
{
	struct in before = r->in;
	uint64_t gen, thread, n;
	struct batch b;

	if (byte(r, &r->in) != BATCH)
		tr_fail(r, "no batch", r->in.at[-1]);
	gen = tr_number(r, &r->in);
	thread = tr_number(r, &r->in);
	b.time = tr_number(r, &r->in);
	n = tr_number(r, &r->in);
	if (gen == 0 || gen <= last || n > MOST_BYTES)
		tr_fail(r, "a batch of a bad generation or length", gen);
	if (r->gen.number && gen != r->gen.number) {
		r->in = before;
		return 0;
	}
	r->gen.number = gen;
	b.in = part(r, &r->in, n);
	sort(r, (int64_t)thread, b);
	return 1;
}

/* True if a whole batch, or an end, is next. */
static int is_whole(struct reader *r)
{
	struct in in = r->in;
	uint64_t n = 0;

	if (in.at == in.end)
		return 0;
	if (*in.at == END)
		return 1;
	for (int i = 0; i < 5; i++) {
		do
			if (in.at == in.end)
				return 0;
		while (*in.at++ & 128);
		if (i == 3) {
			struct in length = in;

			n = 0;
			for (int shift = 0; length.at < length.end;
			     shift += 7) {
				n |= (uint64_t)(*length.at & 127) << shift;
				if (!(*length.at++ & 128) || shift > 56)
					break;
			}
		}
	}
	return (uint64_t)(in.end - in.at) >= n;
}

int tr_generation(struct reader *r, int *cut)
{
	uint64_t last = r->gen.number;

	tr_forget(r);
	*cut = 0;
	while (is_whole(r)) {
		if (*r->in.at == END && r->version >= 26) {
			r->in.at++;
			check(r);
			return 1;
		}
		if (!one_batch(r, last)) {
			if (r->version >= 26)
				tr_fail(r, "a generation has no end", 0);
			check(r);
			return 1;
		}
	}
	if (r->in.at == r->in.end && r->version < 26 && r->gen.batches) {
		check(r);
		return 1;
	}
	*cut = r->in.at < r->in.end || r->gen.batches;
	return 0;
}
